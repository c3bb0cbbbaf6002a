"""The sound that waits for a speaker: volume ramps, pause and resume, and how much of it was heard by now.

Counts samples and takes times as they are told; one lock of its own, no thread, no device.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

RAMP_SECONDS = 0.02
"""Time in which the loudness goes from none to full or to a quarter: short enough to be at once, long enough not to
click."""
FALL_SECONDS = 0.005
"""Time in which it falls silent: somebody has said "stop" by then, and waits. A voice does not click that soon."""

_KEPT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sound that was handed to the device: sounds `at`, begins at `start` seconds of all sound, at full loudness."""

    at: float
    start: float
    pcm: bytes
    seconds: float


class PlayQueue:
    """Mono int16 sound of one rate, first in, first out; all times are seconds of the caller's clock.

    `take` is for the device's callback, everything else for whoever plays; any thread.
    """

    def __init__(self, rate: int) -> None:
        # Not later: a device's callback has no time for an import.
        import numpy as np

        self._np: Any = np
        self.rate = rate
        self._lock = threading.Lock()
        self._waiting = bytearray()
        self._pieces: deque[_Piece] = deque()
        self._taken = 0.0
        self._heard = 0.0
        self._gain = 1.0
        self._gain_seconds = math.inf
        self._loudness = 1.0
        self._paused = False

    @property
    def queued_seconds(self) -> float:
        """How much was not handed to the device yet."""
        with self._lock:
            return len(self._waiting) / 2 / self.rate

    @property
    def paused(self) -> bool:
        """True between `pause` and `resume` or `clear`."""
        return self._paused

    def add(self, pcm: bytes) -> None:
        """Append sound."""
        with self._lock:
            self._waiting += pcm

    def take(self, frames: int, at: float) -> tuple[bytes, bool]:
        """Return the next `frames` samples, which sound `at`, filled up with silence; True when there was sound."""
        with self._lock:
            count = min(frames, len(self._waiting) // 2)
            if self._paused:
                # What is left of the ramp to silence, nothing more.
                count = min(count, round(self._loudness * FALL_SECONDS * self.rate))
                if count == 0:
                    self._loudness = 0.0
            plain = bytes(self._waiting[: 2 * count])
            del self._waiting[: 2 * count]
            if count:
                seconds = count / self.rate
                self._pieces.append(_Piece(at, self._taken, plain, seconds))
                self._taken += seconds
                self._forget(at)
            shaped = self._ducked(plain, frames)
            if not count and not self._paused:
                self._loudness = self._gain
            return shaped + bytes(2 * (frames - count)), count > 0

    def position(self, now: float) -> float:
        """Return how many seconds of all that was ever added had sounded `now`; what was dropped does not count."""
        with self._lock:
            return self._position(now)

    def seconds_to_silence(self, now: float) -> float:
        """Return how long what was handed to the device still sounds."""
        with self._lock:
            return max(0.0, self._pieces[-1].at + self._pieces[-1].seconds - now) if self._pieces else 0.0

    def duck(self, gain: float, seconds: float = math.inf) -> None:
        """Go on at `gain`, 0..1, of full loudness for the next `seconds` that the device asks for, then at full."""
        with self._lock:
            self._gain, self._gain_seconds = min(max(gain, 0.0), 1.0), seconds

    def pause(self) -> None:
        """Fall silent, keeping the rest."""
        with self._lock:
            self._paused = True

    def resume(self) -> None:
        """Go on after `pause`."""
        with self._lock:
            self._paused = False

    def clear(self, now: float) -> None:
        """Drop everything that has not sounded; ends a pause, restores the loudness."""
        with self._lock:
            self._taken = self._position(now)
            self._waiting.clear()
            self._pieces.clear()
            self._paused = False
            self._gain = self._loudness = 1.0
            self._gain_seconds = math.inf

    def take_back(self, now: float) -> None:
        """Queue again what was handed to a device that did not let it sound, at most the last three seconds."""
        with self._lock:
            heard = self._sounded(now)
            lost = [piece for piece in self._pieces if piece.start + piece.seconds > heard]
            back = b"".join(piece.pcm for piece in lost)
            if lost:
                back = back[2 * max(0, round((heard - lost[0].start) * self.rate)) :]
            self._waiting[:0] = back
            self._pieces.clear()
            self._taken = heard

    def change_rate(self, rate: int) -> None:
        """Convert what waits to another rate."""
        if rate == self.rate:
            return
        from jarvis.audio.resampling import Resampler

        with self._lock:
            self._pieces.clear()
            self._waiting[:] = Resampler(self.rate, rate).push(bytes(self._waiting), last=True)
            self.rate = rate

    def _position(self, now: float) -> float:
        # Never back: after a device was lost it stands still until the sound has come as far again.
        self._heard = max(self._heard, self._sounded(now))
        return self._heard

    def _sounded(self, now: float) -> float:
        if not self._pieces:
            return self._taken
        # Newest first: the one that sounds now, or else the last one that has.
        piece = next((piece for piece in reversed(self._pieces) if piece.at <= now), None)
        return self._pieces[0].start if piece is None else piece.start + min(now - piece.at, piece.seconds)

    def _forget(self, at: float) -> None:
        while self._pieces[0].at + self._pieces[0].seconds < at - _KEPT_SECONDS:
            self._pieces.popleft()

    def _ducked(self, pcm: bytes, frames: int) -> bytes:
        """Return the sound of the next `frames` at the loudness that is wished, which may end in their middle."""
        still = 2 * round(min(frames, self._gain_seconds * self.rate))
        shaped = self._shaped(pcm[:still], self._gain)
        self._gain_seconds -= frames / self.rate
        if self._gain_seconds <= 0:
            self._gain, self._gain_seconds = 1.0, math.inf
        return shaped + self._shaped(pcm[still:], self._gain)

    def _shaped(self, pcm: bytes, gain: float) -> bytes:
        target = 0.0 if self._paused else gain
        if not pcm or self._loudness == target == 1.0:
            return pcm
        np = self._np
        samples = np.frombuffer(pcm, "<i2")
        step = 1.0 / ((RAMP_SECONDS if target else FALL_SECONDS) * self.rate)
        steps = np.arange(1, samples.size + 1) * step
        rise = target > self._loudness
        gains = np.minimum(self._loudness + steps, target) if rise else np.maximum(self._loudness - steps, target)
        self._loudness = float(gains[-1])
        shaped: bytes = np.rint(samples * gains).astype("<i2").tobytes()
        return shaped
