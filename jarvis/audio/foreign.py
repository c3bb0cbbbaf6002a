"""Tells sound that Jarvis did not make from what is left of its own voice: energy that its echo does not explain.

Band by band it follows how much of the predicted echo usually stays behind; what is far above that is somebody else,
or a noise. Knows neither speech nor the way of the echo.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from jarvis.audio.webrtc import STEP_SAMPLES
from jarvis.contracts.speech import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float64]

EDGES_HERTZ = (250, 400, 550, 750, 1000, 1300, 1700, 2200, 2900, 3800, 5000, 6500)
"""Bands of speech, some 2 semitones of hearing apart."""
MIDDLE_DB, WIDTH_DB = 12.0, 2.0
"""Energy above what is expected that is foreign as likely as not, and how steep that is: of Jarvis' own voice 98 frames
in 100 stay below 12 dB, of people as loud as its echo 90 in 100 are above 13."""
UNKNOWN = 0.625
"""What is told while too little of the echo is predicted to tell: only a sure voice, of 0.8, counts then."""
GOOD_DB = 10.0
"""Echo that has to be predicted, beside what is left of it, for the measure to mean something."""

TRACE_DB = 6.0
"""Sound so much louder while Jarvis speaks than when it has fallen silent may be its echo. What is softer than that is
not heard for a voice once the echo canceller has been over it."""

_LENIENCE = 1.25
_WINDOW = 2 * STEP_SAMPLES
_START = 2.0
_LEAST, _MOST = 1e-4, 4.0
_RISE, _FALL = 1.005, 0.987
_SETTLING_STEPS = 30
_SETTLING_RISE, _SETTLING_FALL = 1.12, 0.9
_DYING_AWAY = 0.9
_LOUD = 30.0
_QUIETEST = 1e2
_NOISE_RISE = 1.002
_TRUST_STEPS = 250
_TRUST_SMOOTHING = 0.02
_SOUNDING_RMS = 100.0
_BLOCK_STEPS = 20
_SILENT_STEPS = 70
_ABSENT_BLOCKS, _MOST_BLOCKS = 15, 20
_FOUND_AFTER = 0.5


class ForeignSound:
    """Follows the two halves of what `LinearEcho` makes of the microphone, 10 ms at a time. One thread."""

    def __init__(self) -> None:
        import numpy as np

        self._np: Any = np
        self._bins = np.round(np.array(EDGES_HERTZ) * _WINDOW / SAMPLE_RATE).astype(int)
        self._shape = np.hanning(_WINDOW)
        bands = len(EDGES_HERTZ) - 1
        self._stays = np.full(bands, _START)
        self._noise = np.full(bands, _QUIETEST)
        self._tail = np.zeros(bands)
        self._left = self._echo = np.zeros(STEP_SAMPLES)
        self._settling = 0
        self._predicted_steps = 0
        self._gain_db = 0.0
        self._got = self._expected = 0.0

    def begins(self) -> None:
        """Jarvis begins to sound: for a moment it learns faster, for the devices may have moved against each other."""
        self._settling = _SETTLING_STEPS

    def heed(self, left: Samples, echo: Samples) -> float:
        """Take 10 ms of what is left and of the echo that was taken out; return how surely they hold foreign sound.

        0 while too little of the echo is predicted to tell.
        """
        np = self._np
        rest, predicted = self._powers(self._left, left), self._powers(self._echo, echo)
        self._left, self._echo = left, echo
        self._tail = np.maximum(predicted, self._tail * _DYING_AWAY)
        expected = self._tail * self._stays + self._noise
        got, wanted = float(rest.sum()), float(expected.sum())
        self._got += got
        self._expected += wanted
        self._learn(rest, predicted)
        return _sureness(got, wanted) if self.knows_the_echo else 0.0

    def probability(self) -> float:
        """Return how surely what came since the last call holds sound that is not Jarvis' own, 0..1."""
        got, expected = self._got, self._expected
        self._got = self._expected = 0.0
        # A voice that is heard at all makes up for some doubt: of 160 answers alone this held none, of 80 people it
        # lets 70 be noticed within 0.7 s, instead of 64.
        return min(1.0, _LENIENCE * _sureness(got, expected)) if self.knows_the_echo else UNKNOWN

    @property
    def knows_the_echo(self) -> bool:
        """True once so much of the echo is predicted that what is left tells something."""
        return self.gain_db >= GOOD_DB

    @property
    def gain_db(self) -> float:
        """How far above what is left the predicted echo has been of late, in dB; 0 until enough of it was heard.

        It falls slowly: a second of somebody else's voice takes a third of it away, and so does another way of it.
        """
        return self._gain_db if self._predicted_steps >= _TRUST_STEPS else 0.0

    def _learn(self, rest: Samples, predicted: Samples) -> None:
        np = self._np
        loud = self._tail > _LOUD * self._noise
        rise, fall = (_SETTLING_RISE, _SETTLING_FALL) if self._settling else (_RISE, _FALL)
        if loud.any():
            self._settling = max(0, self._settling - 1)
            self._predicted_steps += 1
            gain = 10 * math.log10((float(predicted.sum()) + 1.0) / (float(rest.sum()) + 1.0))
            # People only ever make it smaller, so it rises faster than it falls.
            self._gain_db += (gain - self._gain_db) * _TRUST_SMOOTHING * (2.0 if gain > self._gain_db else 0.2)
        more = rest > self._tail * self._stays
        moved = np.clip(self._stays * np.where(more, rise, fall), _LEAST, _MOST)
        self._stays = np.where(loud, moved, self._stays)
        lower = rest < self._noise
        noise = np.where(lower, 0.9 * self._noise + 0.1 * rest, self._noise * _NOISE_RISE)
        self._noise = np.maximum(noise, _QUIETEST)

    def _powers(self, before: Samples, now: Samples) -> Samples:
        np = self._np
        spectrum = np.fft.rfft(np.concatenate([before, now]) * self._shape)
        powers: Samples = np.add.reduceat(np.abs(spectrum) ** 2, self._bins)[:-1]
        return powers


class EchoTrace:
    """Notices where the microphone does not hear Jarvis at all: headphones, or a speaker softer than the room.

    Compares how loud the microphone is while Jarvis sounds, and half a second and more after. One thread.
    """

    def __init__(self) -> None:
        self._levels: list[float] = []
        self._sounding = self._silent_steps = 0
        self._noise: float | None = None
        self._was_silent = False
        self._without = 0.0

    @property
    def absent(self) -> bool:
        """True after three seconds of Jarvis' voice without a trace of it, until there is some for as long again."""
        return self._without >= _ABSENT_BLOCKS

    def heed(self, near: Samples, played: Samples) -> None:
        """Take 10 ms of what the microphone heard and of what was played."""
        sounding = float((played**2).mean()) >= _SOUNDING_RMS**2
        self._silent_steps = 0 if sounding else self._silent_steps + 1
        self._sounding += sounding
        self._levels.append(10 * math.log10(float((near**2).mean()) + 1.0))
        if len(self._levels) == _BLOCK_STEPS:
            self._block(sum(self._levels) / _BLOCK_STEPS)
            self._levels.clear()
            self._sounding = 0

    def _block(self, level: float) -> None:
        silent = self._silent_steps >= _SILENT_STEPS
        if silent:
            # Somebody may speak then: the softest moment is the room's own sound.
            self._noise = level if self._noise is None or not self._was_silent else min(self._noise, level)
        elif self._noise is not None and 2 * self._sounding >= _BLOCK_STEPS:
            trace = level > self._noise + TRACE_DB
            # Whoever talks into an answer leaves a trace as well, but not for long.
            self._without = max(0.0, self._without - _FOUND_AFTER) if trace else min(_MOST_BLOCKS, self._without + 1)
        self._was_silent = silent


def _sureness(got: float, expected: float) -> float:
    above = 10 * math.log10((got + 1.0) / (expected + 1.0))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, (above - MIDDLE_DB) / WIDTH_DB))))
