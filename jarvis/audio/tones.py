"""Sounds that Jarvis makes itself: computed, always the same, nothing to load. Knows nothing about when they ring."""

from __future__ import annotations

from functools import cache

from jarvis.contracts.speech import AudioChunk

TONE_RATE = 22_050
"""Rate in Hz of every tone: that of eSpeak NG, so that a chime and the words after it need no conversion."""

_ALERT_NOTES = (880.0, 1108.73, 1318.51)
_NOTE_SECONDS = 0.14
_PAUSE_SECONDS = 0.25
_LEVEL = 0.35


@cache
def alert_tone(repeats: int = 2) -> AudioChunk:
    """Return the chime of timers, alarms and reminders: three rising notes, `repeats` times, 0.7 s each."""
    import numpy as np

    count = round(_NOTE_SECONDS * TONE_RATE)
    time = np.arange(count) / TONE_RATE
    # A soft beginning and end keep the notes from clicking.
    envelope = np.minimum(1.0, time / 0.008) * np.exp(-time * 9.0) * np.minimum(1.0, (count / TONE_RATE - time) / 0.02)
    notes = [np.sin(2 * np.pi * hertz * time) * envelope for hertz in _ALERT_NOTES]
    chime = np.concatenate([*notes, np.zeros(round(_PAUSE_SECONDS * TONE_RATE))])
    return AudioChunk(
        pcm=np.rint(np.tile(chime, repeats) * _LEVEL * 32767).astype("<i2").tobytes(), sample_rate=TONE_RATE
    )
