"""Sounds that Jarvis makes itself: computed, always the same, nothing to load. Knows nothing about when they ring."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from jarvis.contracts.speech import AudioChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TONE_RATE = 22_050
"""Rate in Hz of every tone: that of eSpeak NG, so that a chime and the words after it need no conversion."""

_ALERT_NOTES = (880.0, 1108.73, 1318.51)
_NOTE_SECONDS = 0.14
_PAUSE_SECONDS = 0.25
_ALERT_LEVEL = 0.35
# E5 up to A5 begins, the same two down end, two low ones a half-tone apart tell of trouble.
_START_NOTES = (659.26, 880.0)
_STOP_NOTES = (880.0, 659.26)
_ERROR_NOTES = (349.23, 329.63)
_CUE_LEVEL = 0.16


@cache
def alert_tone(repeats: int = 2) -> AudioChunk:
    """Return the chime of timers, alarms and reminders: three rising notes, `repeats` times, 0.7 s each."""
    import numpy as np

    chime = np.concatenate([_notes(_ALERT_NOTES, _NOTE_SECONDS, 9.0), np.zeros(round(_PAUSE_SECONDS * TONE_RATE))])
    return _chunk(np.tile(chime, repeats) * _ALERT_LEVEL)


@cache
def start_tone() -> AudioChunk:
    """Return the sound of "I am listening": two soft rising notes, 0.16 s."""
    return _chunk(_notes(_START_NOTES, 0.08, 14.0) * _CUE_LEVEL)


@cache
def stop_tone() -> AudioChunk:
    """Return the sound of "I no longer listen": two soft falling notes, 0.16 s."""
    return _chunk(_notes(_STOP_NOTES, 0.08, 14.0) * _CUE_LEVEL)


@cache
def error_tone() -> AudioChunk:
    """Return the sound of "that failed": two low notes, 0.3 s."""
    return _chunk(_notes(_ERROR_NOTES, 0.15, 8.0) * _CUE_LEVEL)


def _notes(hertz: Sequence[float], seconds: float, decay: float) -> NDArray[np.float64]:
    """Return notes one after the other, each fading by `decay` per second, -1..1."""
    import numpy as np

    time = np.arange(round(seconds * TONE_RATE)) / TONE_RATE
    # A soft beginning and end keep the notes from clicking.
    envelope = np.minimum(1.0, time / 0.008) * np.exp(-time * decay) * np.minimum(1.0, (seconds - time) / 0.02)
    return np.concatenate([np.sin(2 * np.pi * pitch * time) * envelope for pitch in hertz])


def _chunk(samples: NDArray[np.float64]) -> AudioChunk:
    import numpy as np

    return AudioChunk(pcm=np.rint(samples * 32767).astype("<i2").tobytes(), sample_rate=TONE_RATE)
