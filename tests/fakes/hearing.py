"""Hearing with detectors that are told, and what it said, in order."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from jarvis.contracts.speech import WakeHit
from jarvis.voice.hearing import Hearing, NothingSaid, Signal, SpeechBegan, SpeechEnded, SpeechPaused, SpeechWent, Woke
from jarvis.voice.options import HearingOptions
from jarvis.voice.turns import SilenceTurnDetector
from tests.fakes.voice import FRAME_BYTES, QUIET, SPEECH, WAKE, FakeActivity, FakeWake

MAYBE = 8000
"""Amplitude at which `HalfSureWake` is not sure."""

WORLD = st.lists(st.tuples(st.sampled_from([QUIET, SPEECH, MAYBE, WAKE]), st.integers(1, 40)), max_size=30)
"""Stretches of sound: amplitude and number of frames."""


class HalfSureWake(FakeWake):
    """Fires at a frame of amplitude `WAKE`, and offers a candidate at one of `MAYBE`."""

    def process(self, pcm: bytes) -> list[WakeHit]:
        if np.frombuffer(pcm, "<i2").max() != MAYBE:
            return super().process(pcm)
        self.samples += len(pcm) // 2
        return [WakeHit(at_seconds=self.samples / 16000, score=0.8, sure=False)]


def faked(**options: float) -> Hearing:
    return Hearing(HalfSureWake(), FakeActivity(), SilenceTurnDetector(), HearingOptions(**options))


def signals(hearing: Hearing, sound: bytes) -> list[Signal]:
    """Everything that `sound` brings about; the wake word is obeyed and an utterance's end puts it to sleep."""
    found: list[Signal] = []
    for at in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
        for signal in hearing.process(sound[at : at + FRAME_BYTES]):
            found.append(signal)
            if isinstance(signal, Woke):
                hearing.listen_after_wake()
            elif isinstance(signal, SpeechEnded | NothingSaid):
                hearing.sleep()
    return found


def kinds(found: list[Signal]) -> list[str]:
    """Return what happened, without the sound, without first looks and without the pause that every end follows."""
    told = [
        one for one in found if not isinstance(one, SpeechWent) and not (isinstance(one, SpeechPaused) and one.early)
    ]
    names = [type(signal).__name__ for signal in told]
    ends = [at for at, name in enumerate(names) if name == "SpeechEnded" and names[at - 1] == "SpeechPaused"]
    return [name for at, name in enumerate(names) if at + 1 not in ends]


def sound_of(found: list[Signal]) -> bytes:
    return b"".join(signal.sound for signal in found if isinstance(signal, SpeechBegan | SpeechWent))
