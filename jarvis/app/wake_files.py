"""Lets the wake words of a recording be heard in step with it: own words are spotted by a child that live sound never
waits for, and a file is over before it has answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jarvis.contracts.speech import SAMPLE_RATE, WakeHit
from jarvis.contracts.speech_ports import WakeDetector
from jarvis.engines.speech.spotting import SpotterConfirmer
from jarvis.voice.wake_words import HEY_JARVIS, wake_words_of

if TYPE_CHECKING:
    from jarvis.app.hearing import HearingParts

STEP_SECONDS = 0.1
"""Sound after which the child is waited for; that takes it some milliseconds."""

ANSWER_SECONDS = 30.0
"""Enough for its start on a busy computer."""


class WakeInStep:
    """The WakeDetector port over `detector`, whose child `wait` waits for; `EngineError` where it does not answer."""

    def __init__(self, detector: WakeDetector, wait: Callable[[], None]) -> None:
        self._detector = detector
        self._wait = wait
        self._ahead = 0

    @property
    def score(self) -> float:
        """The detector's own."""
        return self._detector.score

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits in it."""
        hits = self._detector.process(pcm)
        self._ahead += len(pcm) // 2
        if self._ahead >= STEP_SECONDS * SAMPLE_RATE:
            self._ahead = 0
            self._wait()
            hits += self._detector.process(b"")
        return hits

    def reset(self) -> None:
        """Forget the sound so far."""
        self._detector.reset()


def wake_of_file(hearing: HearingParts, setting: str) -> WakeDetector | None:
    """Return what hears the wake words of `setting` in a recording; None where nothing can or shall."""
    detector = hearing.wake()
    if detector is None or wake_words_of(setting) == (HEY_JARVIS,):
        return detector
    look = SpotterConfirmer(hearing.spotter, answer_seconds=ANSWER_SECONDS)

    def wait() -> None:
        # The child takes everything in turn: once it has looked at this, it has heard what came before.
        look.confirm(bytes(2 * SAMPLE_RATE // 10), HEY_JARVIS)

    return WakeInStep(detector, wait)
