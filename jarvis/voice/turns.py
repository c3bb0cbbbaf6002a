"""Decides when speech begins and pauses, from speech probabilities. Pure; time is counted in audio."""

from __future__ import annotations

from typing import Literal

ON_PROBABILITY = 0.5
OFF_PROBABILITY = 0.35
"""Silero's recommended pair: above the first is speech, below the second is none, between them nothing changes."""

LOOK_SECONDS = 0.12
"""Silence after which a pause is worth a first look: three frames. One sentence in 20 has so much in its middle."""

TAIL_SECONDS = 0.04
"""By how much Silero's speech outlasts the sound: 0.043 s (English) and 0.054 s (Spanish) in the median of 40 synthetic
sentences each, a twentieth -0.003 to 0.018. It counts as silence."""


class SilenceTurnDetector:
    """The TurnDetector port: speech begins with `onset_seconds` of it and pauses after `pause_seconds` of silence.

    `tail_seconds` before the first silent frame were silent already.
    """

    def __init__(
        self, pause_seconds: float = LOOK_SECONDS, onset_seconds: float = 0.06, tail_seconds: float = TAIL_SECONDS
    ) -> None:
        self._pause_seconds = pause_seconds
        self._onset_seconds = onset_seconds
        self._tail_seconds = tail_seconds
        self._active = False
        self._speech = 0.0
        self._silence = 0.0

    @property
    def silence_seconds(self) -> float:
        """Silence so far within the running speech; once it has paused, the silence that told so."""
        return self._silence

    def process(self, chunk_seconds: float, speech_probability: float) -> Literal["start", "end"] | None:
        """Take the next piece of sound; "start" and "end" alternate."""
        if not self._active:
            self._speech = self._speech + chunk_seconds if speech_probability >= ON_PROBABILITY else 0.0
            if self._speech < self._onset_seconds:
                return None
            self._active, self._silence = True, 0.0
            return "start"
        if speech_probability < OFF_PROBABILITY:
            self._silence = (self._silence or self._tail_seconds) + chunk_seconds
        elif speech_probability >= ON_PROBABILITY:
            self._silence = 0.0
        elif self._silence:
            # Between the two thresholds a pause goes on: a single breath must not restart the count.
            self._silence += chunk_seconds
        if self._silence + 1e-9 < self._pause_seconds:
            return None
        self._active, self._speech = False, 0.0
        return "end"

    def reset(self) -> None:
        """Forget the speech so far."""
        self._active = False
        self._speech = 0.0
        self._silence = 0.0
