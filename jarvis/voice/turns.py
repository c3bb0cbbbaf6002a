"""Decides when speech begins and pauses, from speech probabilities. Pure; time is counted in audio."""

from __future__ import annotations

from typing import Literal

ON_PROBABILITY = 0.5
OFF_PROBABILITY = 0.35
"""Silero's recommended pair: above the first is speech, below the second is none, between them nothing changes."""


class SilenceTurnDetector:
    """The TurnDetector port: speech begins with `onset_seconds` of it and pauses after a fixed silence."""

    def __init__(self, endpoint_silence_seconds: float = 0.2, onset_seconds: float = 0.06) -> None:
        self._endpoint_silence_seconds = endpoint_silence_seconds
        self._onset_seconds = onset_seconds
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
            self._silence += chunk_seconds
        elif speech_probability >= ON_PROBABILITY:
            self._silence = 0.0
        elif self._silence:
            # Between the two thresholds a pause goes on: a single breath must not restart the count.
            self._silence += chunk_seconds
        if self._silence + 1e-9 < self._endpoint_silence_seconds:
            return None
        self._active, self._speech = False, 0.0
        return "end"

    def reset(self) -> None:
        """Forget the speech so far."""
        self._active = False
        self._speech = 0.0
        self._silence = 0.0
