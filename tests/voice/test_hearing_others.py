"""Whose turn it is while other people talk in the same room."""

import numpy as np
import pytest

from jarvis.voice.hearing import Hearing, SpeechPaused
from jarvis.voice.options import HearingOptions
from jarvis.voice.turns import SilenceTurnDetector
from tests.fakes.hearing import kinds, signals, sound_of
from tests.fakes.voice import QUIET, WAKE, FakeActivity, FakeWake, frames, seconds


class _Keen(FakeActivity):
    """Speech is whatever can be heard at all."""

    def probability(self, pcm: bytes) -> float:
        return 1.0 if np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() >= 500 else 0.0


CALLER, OTHERS = 6000, 800
"""Amplitudes 17 dB apart."""


def in_company(sound: bytes) -> list:
    hearing = Hearing(FakeWake(), _Keen(), SilenceTurnDetector(), HearingOptions(undecided_seconds=1.5))
    return signals(hearing, seconds(CALLER, 0.6) + frames(WAKE) + seconds(QUIET, 0.3) + sound)


def test_a_turn_ends_where_its_speaker_stops_although_others_talk_on():
    found = in_company(seconds(CALLER, 1.0) + seconds(OTHERS, 6.0))
    assert kinds(found) == ["Woke", "SpeechBegan", "SpeechEnded"]
    assert found[-1].end_of_speech_at == pytest.approx(0.6 + 0.032 + 0.3 + 1.0, abs=0.1)
    assert not found[-1].cut


def test_who_goes_on_while_others_talk_is_heard():
    found = in_company(seconds(CALLER, 1.0) + seconds(OTHERS, 0.9) + seconds(CALLER, 1.0) + seconds(OTHERS, 6.0))
    assert kinds(found) == ["Woke", "SpeechBegan", "SpeechPaused", "SpeechResumed", "SpeechEnded"]
    assert seconds(CALLER, 1.0) + seconds(OTHERS, 0.9) + seconds(CALLER, 1.0) in sound_of(found)


def test_it_is_told_when_only_others_have_spoken_since_the_call():
    found = in_company(seconds(OTHERS, 1.0) + seconds(QUIET, 0.4) + seconds(CALLER, 0.2) + seconds(QUIET, 0.4))
    assert [signal.only_far for signal in found if isinstance(signal, SpeechPaused)] == [True, True, False, False]


def test_dictation_takes_down_whoever_speaks():
    hearing = Hearing(None, _Keen(), SilenceTurnDetector(), HearingOptions())
    hearing.listen(endless=True)
    found = signals(hearing, seconds(CALLER, 1.0) + seconds(OTHERS, 6.0))
    assert kinds(found) == ["SpeechBegan"]
