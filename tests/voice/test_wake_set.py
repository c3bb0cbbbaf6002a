import numpy as np

from benchmarks.wake import rooms
from benchmarks.wake.calls import KINDS, background, calls
from benchmarks.wake.others import near_misses, sentences, television
from benchmarks.wake.rooms import SAMPLE_RATE
from benchmarks.wake.voices import GROUPS, voices

FEW = voices("formant, English")[:2] + voices("formant, Spanish accent")[:1]
MURMUR = np.random.default_rng(9).standard_normal(3 * SAMPLE_RATE) * 1000


def test_the_set_is_the_same_for_one_seed_and_another_for_another():
    # Not the samples: eSpeak draws random numbers of its own for its breath.
    def made(seed):
        return [(call.about, call.kind, call.snr_db, call.noise) for call in calls(FEW, 6, seed, MURMUR)]

    assert made(1) == made(1)
    assert not set(made(1)) & set(made(2))


def test_rooms_and_noises_are_the_same_for_one_seed():
    for name in rooms.NOISES:
        one, same, other = (background(np.random.default_rng(seed), name, 8000, MURMUR) for seed in (1, 1, 2))
        assert np.array_equal(one, same)
        assert not np.array_equal(one, other)
    one, same = (rooms.room_response(np.random.default_rng(4), 0.4, 2.0) for _ in range(2))
    assert np.array_equal(one, same)
    dry = np.concatenate([np.ones(400), np.zeros(1600)])
    assert rooms.in_room(dry, one).size == dry.size + one.size - 1


def test_calls_vary_and_are_sound():
    found = list(calls(FEW, 12, 3, MURMUR))
    assert {call.kind for call in found} == set(KINDS)
    assert len({call.about for call in found}) == len(found)
    for call in found:
        assert 2.5 < len(call.pcm) / 2 / SAMPLE_RATE < 8


def test_nobody_calls_jarvis_in_the_talk():
    for language in ("en", "es"):
        assert len(sentences(language)) > 100
        assert not [text for text in sentences(language) if "jarvis" in text.lower()]
    (minute,) = television(FEW, 1 / 60, 3)
    assert len(minute.pcm) / 2 / SAMPLE_RATE >= 60
    texts = [text for text, _, _ in near_misses(FEW[:1], 3)]
    assert "hey charles" in texts


def test_no_voice_is_both_chosen_on_and_held_out():
    for group in GROUPS:
        seen = {voice.name for voice in voices(group, chosen_on=True)}
        held_out = {voice.name for voice in voices(group, chosen_on=False)}
        assert not seen & held_out
        assert bool(seen) == bool(held_out)
