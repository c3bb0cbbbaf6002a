"""Hearing with the real detectors and spoken sentences."""

import numpy as np
import pytest

from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.hearing import (
    Hearing,
    MaybeWoke,
    SpeechEnded,
)
from jarvis.voice.options import HearingOptions
from jarvis.voice.turns import SilenceTurnDetector
from jarvis.voice.wake import MicroWakeDetector, NotedWakeDetector
from jarvis.voice.wake_gathered import GatheredWakeDetector
from tests.fakes.hearing import kinds, signals, sound_of
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech
from tests.fakes.voice import (
    FRAME_BYTES,
)


def real(*, gathered: bool = False, candidates: bool = False) -> Hearing:
    wake: NotedWakeDetector = MicroWakeDetector(candidates=candidates)
    wake = GatheredWakeDetector(wake) if gathered else wake
    return Hearing(wake, SileroVoiceDetector(), SilenceTurnDetector(), HearingOptions())


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("lead", [0.6, 0.632, 0.664, 0.696])
@pytest.mark.parametrize("pause", [0.15, 0.3, 0.5, 1.0, 3.0])
def test_real_speech_after_the_real_wake_word_reaches_the_recogniser_whole(pause, lead, gathered):
    command = synthetic_speech("what time is it", WAKING_VOICE, 150)
    sound = silence(lead) + synthetic_speech("hey jarvis", WAKING_VOICE, 150) + silence(pause) + command + silence(1.2)
    found = signals(real(gathered=gathered), sound)
    assert kinds(found) in (["Woke", "SpeechBegan", "SpeechEnded"],)
    assert command[2000:-8000] in sound_of(found)
    assert found[-1].end_of_speech_at == pytest.approx(len(sound) / 32000 - 1.2, abs=0.15)


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("lead", [1.0, 1.032, 1.064, 1.096])
@pytest.mark.parametrize("late", [0.1, 0.3, 1.5])
def test_a_real_sentence_in_one_breath_that_the_detector_was_not_sure_of_is_heard_whole(late, lead, gathered):
    hearing = real(gathered=gathered, candidates=True)
    phrase = synthetic_speech("hey jarvis what time is it", "en-us+f2", 150)
    sound = silence(lead) + phrase + silence(2.5)
    found: list = []
    for at in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
        found += hearing.process(sound[at : at + FRAME_BYTES])
        maybe = found[0] if found else None
        if isinstance(maybe, MaybeWoke) and hearing.seconds >= maybe.hit.at_seconds + late and len(found) == 1:
            found += hearing.woken(maybe.hit)
        if isinstance(found[-1] if found else None, SpeechEnded):
            hearing.sleep()
    assert kinds(found) == ["MaybeWoke", "SpeechBegan", "SpeechEnded"]
    assert phrase[1600:-6400] in sound_of(found)


@pytest.mark.parametrize("words", ["stop", "yes", "what is the weather like tomorrow morning in Madrid"])
def test_real_words_of_any_length_are_one_turn(words):
    hearing = real()
    hearing.listen()
    command = synthetic_speech(words, "en-us")
    found = signals(hearing, silence(0.8) + command + silence(1.0))
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert command[2000:-4000] in sound_of(found)


@pytest.mark.parametrize("offset", [-8000, 3000, 12000])
def test_real_speech_on_a_constant_offset_is_one_turn(offset):
    hearing = real()
    hearing.listen()
    plain = silence(0.8) + synthetic_speech("what is the weather like tomorrow", "en-us") + silence(1.0)
    shifted = np.clip(np.frombuffer(plain, "<i2").astype(int) + offset, -32768, 32767).astype("<i2").tobytes()
    assert kinds(signals(hearing, shifted)) == ["SpeechBegan", "SpeechEnded"]


def test_real_speech_that_clips_is_one_turn_and_clipped_silence_none():
    hearing = real()
    hearing.listen()
    loud = np.frombuffer(silence(0.8) + synthetic_speech("turn off the light", "en-us") + silence(1.0), "<i2")
    assert kinds(signals(hearing, np.clip(loud.astype(int) * 30, -32768, 32767).astype("<i2").tobytes())) == [
        "SpeechBegan",
        "SpeechEnded",
    ]
    hearing.listen()
    assert kinds(signals(hearing, b"\xff\x7f" * 16000 * 9)) == ["NothingSaid"]
