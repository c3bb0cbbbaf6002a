"""Tells how loud the microphone is and how near its sound came to a wake word, a few times a second."""

from __future__ import annotations

from collections.abc import Callable

from jarvis.audio.resampling import level
from jarvis.contracts.speech import LevelMeasured, VoiceEvent, WakeScored

LEVEL_FRAMES = 4
"""One frame in so many is told of, with the highest score of them."""


class LevelMeter:
    """Counts frames and `emit`s what they measure."""

    def __init__(self, emit: Callable[[VoiceEvent], None]) -> None:
        self._emit = emit
        self._frames = 0
        self._score = 0.0

    def take(self, frame: bytes, score: float) -> bool:
        """Take one frame and the wake word's `score` (0..1) by it; True when it was told of."""
        self._frames += 1
        self._score = max(self._score, score)
        if self._frames % LEVEL_FRAMES:
            return False
        self._emit(LevelMeasured(level=level(frame)))
        self._emit(WakeScored(score=self._score))
        self._score = 0.0
        return True
