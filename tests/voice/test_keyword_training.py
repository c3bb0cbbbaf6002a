"""The program that trained the keyword network: what it learns from, what it is told off for, and what it writes."""

import numpy as np
import torch

from benchmarks.wake.others import NEAR_MISSES, sentences
from benchmarks.wake.training import texts
from benchmarks.wake.training.fit import bent, loss
from benchmarks.wake.training.library import FAMILIES, Library, Said
from benchmarks.wake.training.mining import highest, mined
from benchmarks.wake.training.network import KeywordNetwork, widened, write
from benchmarks.wake.training.pool import MOST_CHUNKS, Clips, Pool, packed
from benchmarks.wake.training.scenes import CLIP_ROWS, Clip, Scenes
from benchmarks.wake.training.speakers import espeak_speakers, flite_speakers, languages, other_mouth, said
from benchmarks.wake.voices import GROUPS, voices
from jarvis.voice.keyword_features import BANDS, mel_power, normalized
from jarvis.voice.keyword_model import STEP_ROWS, WORDS, KeywordModel

RNG = np.random.default_rng(1)


def test_no_held_out_voice_is_learned_from():
    held_out = {voice.name for group in GROUPS for voice in voices(group, chosen_on=False)}
    learned = {speaker.name for language in languages() for speaker in espeak_speakers(language)}
    assert len(learned) > 400
    assert not held_out & (learned | {speaker.name for speaker in flite_speakers()})


def test_nothing_that_is_measured_with_is_learned_from():
    for language in ("en", "es"):
        measured = {" ".join(text.lower().split()) for text in (*sentences(language), *NEAR_MISSES[language])}
        learned = {
            " ".join(text.lower().split())
            for some in (texts.talk, texts.near_calls, texts.with_stop)
            for text in some(language)
        }
        assert len(learned) > 1000
        assert not measured & learned


def test_the_file_scores_as_the_network_did(tmp_path):
    torch.manual_seed(3)
    network = KeywordNetwork(8)
    network.train()
    for _ in range(3):
        network(torch.rand(4, BANDS, 60))
    write(network, tmp_path / "small.onnx")
    sound = RNG.normal(0, 3000, 24000).astype("<i2")
    rows, _ = normalized(mel_power(sound.astype(np.float32)), None)
    with torch.no_grad():
        expected = torch.sigmoid(network(torch.from_numpy(rows[: len(rows) // STEP_ROWS * STEP_ROWS].T[None].copy())))
    model = KeywordModel(tmp_path / "small.onnx")
    pcm = sound.tobytes()
    found = [scores for at in range(0, len(pcm), 1024) for _, scores in model.scores(pcm[at : at + 1024])]
    assert np.allclose(np.array(found), expected[0].numpy().T, atol=1e-5)


def test_a_wider_network_begins_with_what_the_narrow_one_knew():
    torch.manual_seed(4)
    narrow = KeywordNetwork(8)
    narrow(torch.rand(4, BANDS, 60))
    wide = widened(narrow.state_dict(), 12)
    rows = torch.rand(2, BANDS, 60)
    assert torch.allclose(narrow.eval()(rows), wide.eval()(rows), atol=1e-6)
    wide.train()
    wide(rows).sum().backward()
    listening = wide.blocks[0].layer.weight.grad
    assert listening is not None
    assert bool((listening[:8, 8:] != 0).any())


def test_a_word_that_ends_after_its_clip_is_not_missed():
    steps = CLIP_ROWS // STEP_ROWS
    silent = torch.full((1, len(WORDS), steps), -8.0)
    late = np.array([steps + 4])
    missed, _ = loss(silent, np.array([0]), late, late + 3)
    assert missed.item() == 0.0


def test_a_word_counts_where_it_is_due_and_nowhere_else():
    steps = CLIP_ROWS // STEP_ROWS
    due, early = np.full((1, len(WORDS), steps), -8.0), np.full((1, len(WORDS), steps), -8.0)
    due[0, 1, 52], early[0, 1, 10] = 8.0, 8.0
    word, first, last = np.array([1]), np.array([50]), np.array([54])
    right = [float(part) for part in loss(torch.from_numpy(due), word, first, last)]
    wrong = [float(part) for part in loss(torch.from_numpy(early), word, first, last)]
    assert right[0] < 0.01
    assert right[1] < 0.1
    assert wrong[0] > 5
    assert wrong[1] > 5
    nothing = [float(part) for part in loss(torch.from_numpy(due), np.array([-1]), first, last)]
    assert nothing[0] == 0
    assert nothing[1] > 5


def test_clips_hold_their_word_where_they_say_and_bending_keeps_it():
    pcm = said(espeak_speakers("en")[0], "stop", RNG)
    call = said(espeak_speakers("en")[0], "hey jarvis", RNG)
    kept = Library()
    for name in FAMILIES:
        kept.talk[name] = [call]
        kept.calls[name] = [Said(pcm=call, ends=call.size)]
        for word in kept.stops:
            kept.stops[word][name] = [Said(pcm=pcm, ends=pcm.size)]
    scenes = Scenes(kept, 5, noise_seconds=4, room_count=2)
    clips = [scenes.stop(), scenes.call(), scenes.talk(), scenes.noise()]
    assert [clip.word > 0 for clip in clips] == [True, False, False, False]
    assert clips[1].word == 0
    for clip in clips[:2]:
        assert 0 < clip.first < clip.last < CLIP_ROWS
    pool = Pool({"noise": 1.0})
    pool.add({"noise": packed([clips[3]])})
    rows, first, last = bent(packed(clips), pool, RNG)
    assert rows.shape == (4, CLIP_ROWS // STEP_ROWS * STEP_ROWS, BANDS)
    assert np.isfinite(rows).all()
    assert abs(first[0] - clips[0].first) < 0.15 * CLIP_ROWS
    assert (last[:2] > first[:2]).all()
    assert isinstance(clips[0], Clip)


def _clips(word, count=3):
    power = np.full((count, CLIP_ROWS, BANDS), -9.0, np.float16)
    return Clips(power=power, word=np.full(count, word), first=np.full(count, 40), last=np.full(count, 60))


def test_every_kind_is_drawn_by_its_share_once_there_is_one_and_the_oldest_is_forgotten():
    pool = Pool({"call": 0.75, "talk": 0.25, "mined": 5.0})
    pool.add({"call": _clips(0), "talk": _clips(-1)})
    drawn = pool.draw(4000, RNG)
    assert drawn.power.shape == (4000, CLIP_ROWS, BANDS)
    assert abs(np.mean(drawn.word == 0) - 0.75) < 0.05
    assert pool.count() == 6
    for _ in range(MOST_CHUNKS):
        pool.add({"call": _clips(2), "talk": _clips(-1)})
    assert pool.count() == 6 * MOST_CHUNKS
    assert 0 not in pool.draw(400, RNG).word


def test_only_clips_without_a_word_that_one_is_heard_in_are_mined():
    torch.manual_seed(3)
    network = KeywordNetwork(8)
    network.train()
    chunk = {"call": _clips(0), "talk": _clips(-1), "noise": _clips(-1)}
    assert mined(network, chunk) is None
    assert network.training
    torch.nn.init.constant_(network.last.bias, 9.0)
    found = mined(network, chunk)
    assert found is not None
    assert list(found.word) == [-1] * 6
    assert (highest(network.eval(), chunk["talk"]) > 0.5).all()


def test_another_mouth_moves_formants_and_leaves_pitch_and_length():
    pulses = np.zeros(16000)
    pulses[::100] = 9000.0
    ring = np.exp(-np.arange(160) / 30) * np.sin(2 * np.pi * 1200 * np.arange(160) / 16000)
    vowel = np.convolve(pulses, ring)[:16000].astype(np.int16)
    moved = other_mouth(vowel, 1.25)
    assert moved.size == vowel.size
    spectrum, before = (np.abs(np.fft.rfft(sound.astype(float))) for sound in (moved, vowel))
    assert spectrum[500:4000].argmax() + 500 > 1.1 * (before[500:4000].argmax() + 500)
    assert spectrum[160 * np.arange(1, 20)].sum() > 5 * spectrum[160 * np.arange(1, 20) + 80].sum()
    assert np.abs(other_mouth(vowel, 1.0).astype(int) - vowel).max() <= 1
