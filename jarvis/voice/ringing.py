"""A stop word said alone to what rings: heard in its tone, its words and the pauses between, without any recogniser.

Runs on the ears' thread; time is counted in frames. Knows neither alerts nor what becomes of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from jarvis.voice.barge_in import FRAME_SECONDS
from jarvis.voice.stopping import LONE_WORD_SECONDS

SPOKEN_BAR = 0.3
FEWEST_SPOKEN = 2
"""A spotted stop word counts where so many recent frames are somebody's speech as surely as this; `Overhearing` asks
for more where its spotter doubts."""

RECENT_SECONDS = 1.1
"""What is recent: a word, and what its spotter needs to report it."""

AFTER_SECONDS = 0.3
"""Silence that ends talk, and by which a word is known to be alone."""

MORE_SECONDS = 0.4
"""Speech after the word was spotted from which it was the beginning of something else, as in «¿para qué es?»: a word is
spotted a tenth of a second after its end, and the voice's last sound is speech for a little longer."""


class LoneWord:
    """Tells when a spotted word has turned out to be all that was said: a short word, and silence."""

    def __init__(self) -> None:
        self._recent: deque[bool] = deque(maxlen=_frames(RECENT_SECONDS))
        self._said = self._silent = 0
        self._more: int | None = None

    def process(self, probability: float, *, spotted: bool) -> bool:
        """Take one frame: how surely somebody speaks in it, and whether a stop word was spotted by it. True once."""
        speech = probability >= SPOKEN_BAR
        self._recent.append(speech)
        if speech:
            joined = self._said and self._silent < _frames(AFTER_SECONDS)
            self._said = self._said + self._silent + 1 if joined else 1
            self._silent = 0
        else:
            self._silent += 1
        if spotted and sum(self._recent) >= FEWEST_SPOKEN:
            self._more = 0
        elif self._more is not None:
            self._more += speech
        if self._more is None or self._said > _frames(LONE_WORD_SECONDS) or self._more > _frames(MORE_SECONDS):
            self._more = None
            return False
        if self._silent < _frames(AFTER_SECONDS):
            return False
        self._more = None
        return True

    def reset(self) -> None:
        """Forget the sound so far."""
        self._recent.clear()
        self._said = self._silent = 0
        self._more = None


class RingWords:
    """Calls `stop` when a stop word was said alone while `rings`; `probability` tells how surely somebody speaks in the
    frame that came last."""

    def __init__(
        self, *, rings: Callable[[], bool], stop: Callable[[], None], probability: Callable[[bytes], float]
    ) -> None:
        self.rings = rings
        self._stop = stop
        self._probability = probability
        self._lone = LoneWord()

    def take(self, frame: bytes, word: str) -> None:
        """Take one frame and the stop word that was spotted by it, "" without."""
        if not self.rings():
            self._lone.reset()
        elif self._lone.process(self._probability(frame), spotted=bool(word)):
            self._stop()

    def end(self) -> None:
        """Nothing rings any more, or somebody is heard."""
        self._lone.reset()


def _frames(seconds: float) -> int:
    return round(seconds / FRAME_SECONDS)
