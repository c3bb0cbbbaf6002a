"""How long Jarvis is held for what is said into its answer while nothing is known of it. Pure; counts frames."""

from __future__ import annotations

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES

FRAME_SECONDS = VAD_SAMPLES / SAMPLE_RATE

HELD_FOR_WORD_SECONDS = 0.6
"""For a word alone; should it have been an order, Jarvis still stops later."""

HELD_FOR_STOP_SECONDS = 3.0
"""For a spotted stop word: who said it wants to hear nothing more until a slow recogniser agrees."""

HELD_FOR_TALK_SECONDS = 4.0
"""For talk, since its last new word: two seconds without any, and two that a recogniser on a processor is late."""


class Holding:
    """Counts down while Jarvis is held; `gave_up` once that was for too long, and Jarvis is heard again."""

    def __init__(self) -> None:
        self.gave_up = False
        self._left = 0
        self._words = ""

    @property
    def left_seconds(self) -> float:
        """How much longer at most, should no new words come."""
        return max(0, self._left) * FRAME_SECONDS

    def begin(self, seconds: float) -> None:
        """Jarvis is held from now on, for `seconds` at most."""
        self._left, self._words, self.gave_up = round(seconds / FRAME_SECONDS), "", False

    def lengthen(self, seconds: float) -> None:
        """Hold on for `seconds` from now at least, unless that was given up."""
        self._left = max(self._left, round(seconds / FRAME_SECONDS))

    def end(self) -> None:
        """Nobody is heard any more."""
        self.gave_up = False

    def is_over(self, words: str) -> bool:
        """Count one frame, in which `words` are known of what is said; True once, when Jarvis has to go on."""
        if self.gave_up:
            return False
        if words != self._words:
            self._words = words
            self.lengthen(HELD_FOR_TALK_SECONDS)
        return self._counted(1)

    def is_over_after(self, seconds: float) -> bool:
        """Count `seconds` in which no microphone was open; True once, when Jarvis has to go on."""
        return not self.gave_up and self._counted(round(seconds / FRAME_SECONDS))

    def _counted(self, frames: int) -> bool:
        self._left -= frames
        self.gave_up = self._left <= 0
        return self.gave_up
