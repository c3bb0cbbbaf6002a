"""How loud the last seconds were, to tell a word that was called out from the same sounds inside a sentence.

Counts time in sound. Knows nothing about words. Without numpy, which would be a third of the spotting child's memory.
"""

from __future__ import annotations

import sys
from array import array
from collections import deque

from jarvis.contracts.speech import SAMPLE_RATE

RISE_DB = 6.0
"""A word called out is this much louder than the quarter of a second before it."""

BEFORE_SECONDS = 0.25
KEPT_SECONDS = 4.0

_FRAME = SAMPLE_RATE // 100
_GUARD_FRAMES = 5
"""A word's first frames are told from what is before it no better than this."""


class Loudness:
    """Mean squares of 10 ms frames, the last `KEPT_SECONDS` of them."""

    def __init__(self) -> None:
        self._frames: deque[float] = deque(maxlen=round(KEPT_SECONDS * 100))
        self._rest = b""
        self._count = 0

    def feed(self, pcm: bytes) -> None:
        """Take any length of 16 kHz int16 mono."""
        sound = array("h", (self._rest + pcm)[: (len(self._rest) + len(pcm)) // 2 * 2])
        if sys.byteorder == "big":
            sound.byteswap()
        whole = len(sound) // _FRAME
        for at in range(0, whole * _FRAME, _FRAME):
            frame = sound[at : at + _FRAME]
            self._frames.append(sum(value * value for value in frame) / _FRAME)
        self._rest = (self._rest + pcm)[whole * _FRAME * 2 :]
        self._count += whole

    def stands_out(self, begin_seconds: float, end_seconds: float) -> bool:
        """Tell whether the sound between these times of the stream rises out of what was before it.

        True where nothing was before it.
        """
        begin = round(begin_seconds * 100) - _GUARD_FRAMES
        before = self._mean(begin - round(BEFORE_SECONDS * 100), begin)
        word = self._mean(begin + _GUARD_FRAMES, round(end_seconds * 100))
        if before is None or word is None:
            return True
        return word >= before * 10 ** (RISE_DB / 10)

    def _mean(self, begin: int, end: int) -> float | None:
        oldest = self._count - len(self._frames)
        found = [self._frames[at - oldest] for at in range(max(begin, oldest), min(end, self._count))]
        return sum(found) / len(found) + 1.0 if found else None
