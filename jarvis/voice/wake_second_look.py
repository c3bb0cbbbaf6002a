"""Looks again at what almost sounded like "hey jarvis", with a pause put after it.

The wake model was made on phrases that end in silence, and "hey jarvis what time is it" in one breath does not: its
score stays at 0.1 to 0.3. Cut off where the phrase may have ended, the same sound scores 0.9 and more. Some voices are
nearer to the ones that the model knows when they are a little higher and faster. Knows nothing about recognisers.
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.voice.wake_model import WakeModel

CUT_SECONDS = 0.06
"""Steps between the places where the phrase may have ended."""

LAST_SECONDS = 0.75
"""How far back before the end of the sound the phrase may have ended."""

PHRASE_SECONDS = 1.4
"""Sound before the cut that the model is given: it settles within half a second, and the phrase takes one."""

SHIFTS = (1.0, 1.12)
"""Speeds that the sound is played at."""

SURE_SCORE = 0.97
"""More is not looked for: the model's own bar."""

_PAUSE = bytes(2 * round(0.27 * SAMPLE_RATE))


class SecondLook:
    """Scores a piece of sound for "hey jarvis", 0.1 to 0.2 s of one core; any thread, one at a time.

    ImportError, OSError or ValueError as `WakeModel`.
    """

    def __init__(self) -> None:
        self._model = WakeModel()
        self._lock = threading.Lock()

    def score(self, sound: bytes) -> float:
        """Return the best score 0..1 among the places where the phrase may have ended; `sound` is the last 2 s."""
        best = 0.0
        with self._lock:
            for shift in SHIFTS:
                played = np.frombuffer(played_at(sound, shift), "<i2")
                for back in np.arange(0.0, LAST_SECONDS, CUT_SECONDS):
                    end = played.size - round(back * SAMPLE_RATE / shift)
                    if end < SAMPLE_RATE // 2:
                        break
                    begin = max(0, end - round(PHRASE_SECONDS * SAMPLE_RATE))
                    self._model.reset()
                    scores = self._model.scores(played[begin:end].tobytes() + _PAUSE)
                    best = max(best, *(score for _, score in scores))
                    if best >= SURE_SCORE:
                        return best
        return best


def played_at(sound: bytes, speed: float) -> bytes:
    """Return `sound` as it is when played `speed` times as fast, higher and shorter."""
    if speed == 1.0:
        return sound
    import soxr

    pcm = np.frombuffer(sound, "<i2").astype(np.float32)
    changed = soxr.resample(pcm, SAMPLE_RATE * speed, SAMPLE_RATE)
    clipped: NDArray[np.int16] = np.clip(changed, -32768, 32767).astype("<i2")
    return clipped.tobytes()
