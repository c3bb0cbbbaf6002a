import sys

import numpy as np
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import VAD_SAMPLES
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.keyword_wake import KeywordWakeDetector
from jarvis.voice.wake import KeyphraseWakeDetector, MicroWakeDetector, wake_detector
from tests.fakes.speech import WAKING_VOICE, flite_speech, has_flite, pink_noise, silence, synthetic_speech

FRAME_BYTES = VAD_SAMPLES * 2

HEY_JARVIS = silence(1) + synthetic_speech("hey jarvis", WAKING_VOICE) + silence(1)
ORDINARY = silence(0.5) + synthetic_speech("what is the weather like in london today", "en-us") + silence(0.5)


@pytest.mark.parametrize("size", [2, 320, 1024, 4002, len(HEY_JARVIS)])
def test_the_wake_word_is_heard_once_whatever_the_size_of_pieces(size):
    detector = MicroWakeDetector()
    hits = [hit for at in range(0, len(HEY_JARVIS), size) for hit in detector.process(HEY_JARVIS[at : at + size])]
    assert len(hits) == 1
    assert hits[0].score >= 0.97
    spoken = len(HEY_JARVIS) / 32000 - 1
    assert spoken - 0.2 < hits[0].at_seconds < spoken + 0.4


def test_ordinary_speech_noise_and_silence_do_not_wake():
    detector = MicroWakeDetector()
    for sound in (ORDINARY, pink_noise(3), silence(2), b"", b"\x00\x80" * 16000, b"\xff\x7f" * 16000):
        assert detector.process(sound) == []
        assert 0 <= detector.score <= 1


def test_it_wakes_again_after_a_reset_and_after_clipping():
    detector = MicroWakeDetector()
    detector.process(b"\xff\x7f\x00\x80" * 8000)
    assert detector.process(HEY_JARVIS)
    detector.reset()
    hits = detector.process(HEY_JARVIS)
    assert len(hits) == 1
    assert hits[0].at_seconds > len(HEY_JARVIS) / 32000


def test_a_lower_threshold_wakes_earlier():
    eager, strict = MicroWakeDetector(0.3), MicroWakeDetector(0.97)
    assert eager.process(HEY_JARVIS)[0].at_seconds < strict.process(HEY_JARVIS)[0].at_seconds


@pytest.mark.skipif(not has_flite(), reason="flite is not installed")
def test_the_keyphrase_detector_hears_a_recorded_voice():
    detector = KeyphraseWakeDetector()
    sound = silence(1) + flite_speech("hey jarvis", "slt") + silence(1)
    hits = [hit for at in range(0, len(sound), 1024) for hit in detector.process(sound[at : at + 1024])]
    assert [hit.score for hit in hits] == [1.0]
    assert detector.process(b"") == []


def test_the_keyphrase_detector_sleeps_through_ordinary_speech():
    detector = KeyphraseWakeDetector()
    assert [hit for at in range(0, len(ORDINARY), 1024) for hit in detector.process(ORDINARY[at : at + 1024])] == []
    detector.reset()
    assert detector.process(silence(0.5)) == []


def test_the_best_detector_is_chosen_and_a_fallback_says_so(monkeypatch, tmp_path):
    assert wake_detector().note is None
    monkeypatch.setitem(sys.modules, "pymicro_wakeword", None)
    alone = wake_detector()
    assert isinstance(alone, KeywordWakeDetector) and "synthetic voices" in alone.note["en"]
    monkeypatch.setattr("jarvis.voice.keyword_wake.call_file", lambda: tmp_path / "none.onnx")
    fallback = wake_detector()
    assert isinstance(fallback, KeyphraseWakeDetector)
    assert set(fallback.note) == {"en", "es"}
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    with pytest.raises(EngineError) as caught:
        wake_detector()
    assert caught.value.code == "voice.no_wake_word"


def probabilities(detector: SileroVoiceDetector, pcm: bytes) -> list[float]:
    return [
        detector.probability(pcm[at : at + FRAME_BYTES]) for at in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)
    ]


@pytest.mark.parametrize("voice", ["en-us", "es", WAKING_VOICE])
def test_speech_is_told_from_silence(voice):
    speech = synthetic_speech("the weather is fine today", voice)
    found = probabilities(SileroVoiceDetector(), silence(0.512) + speech + silence(0.96))
    assert max(found[:14]) < 0.35
    assert max(found[-20:]) < 0.35
    assert np.median(found[18:-34]) > 0.5


@pytest.mark.parametrize(
    "sound",
    [silence(1), pink_noise(1), np.full(16000, 12000, "<i2").tobytes(), b"\xff\x7f\x00\x80" * 8000],
    ids=["silence", "noise", "offset", "clipping"],
)
def test_what_is_no_speech_is_not_taken_for_it(sound):
    found = probabilities(SileroVoiceDetector(), sound)
    assert np.median(found) < 0.35


def test_a_reset_detector_hears_like_a_new_one():
    used = SileroVoiceDetector()
    first = probabilities(used, ORDINARY)
    used.reset()
    assert probabilities(used, ORDINARY) == first


def test_the_sound_is_left_as_it_was_and_must_be_one_frame():
    sound = bytearray(ORDINARY[20000 : 20000 + FRAME_BYTES])
    before = bytes(sound)
    SileroVoiceDetector().probability(sound)
    assert bytes(sound) == before
    with pytest.raises(ValueError, match="1024"):
        SileroVoiceDetector().probability(before[:-2])


def test_a_missing_network_is_one_sentence(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EngineError) as caught:
        SileroVoiceDetector()
    assert caught.value.code == "voice.no_activity_model"


def test_the_recogniser_package_is_not_imported_for_its_network():
    import subprocess

    code = (
        "import sys, jarvis.voice.activity as a; a.SileroVoiceDetector(); "
        "assert not {'faster_whisper', 'ctranslate2', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
