"""Brings the times that a sound stream tells onto the program's own clock.

PortAudio gives every callback the stream's time now and the time of its first sample at the converter (ADC or DAC).
Their difference is what counts: how long ago a sample was recorded, or how soon it sounds. Knows no device.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal

LONGEST_LATENCY_SECONDS = 2.0
"""A converter time further away from now than this is nonsense; Bluetooth stays under 0.5 s."""

_CLOCK_STEP_SECONDS = 0.5
_FORGETTING = 0.000_05


class StreamClock:
    """Converter times of one stream as seconds of `clock`, by default `time.perf_counter`.

    Where a stream tells no times (zeros) or impossible ones, `latency_seconds` is assumed: what the device says of
    itself. `trusted` tells which of the two the last time came from. One thread.
    """

    def __init__(
        self,
        direction: Literal["input", "output"],
        latency_seconds: float,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._input = direction == "input"
        self._clock = clock
        self._offset: float | None = None
        self.trusted = False
        self.assume(latency_seconds)

    def assume(self, latency_seconds: float) -> None:
        """Take this latency where the stream tells no times."""
        self._latency = min(max(latency_seconds, 0.0), LONGEST_LATENCY_SECONDS)

    def converter_time(self, times: Any, block_seconds: float = 0.0) -> float:
        """Return when the first sample of this block was recorded or will sound.

        `times` is PortAudio's time structure, or None; `block_seconds` is the length of a recorded block, which
        had ended before it could be handed over.
        """
        now = self._clock()
        told = self._told(times, now)
        self.trusted = told is not None
        if told is not None:
            return told
        return now - self._latency - block_seconds if self._input else now + self._latency

    def _told(self, times: Any, now: float) -> float | None:
        if times is None:
            return None
        current = float(times.currentTime)
        at = float(times.inputBufferAdcTime if self._input else times.outputBufferDacTime)
        ahead = current - at if self._input else at - current
        if not current or not at or not 0.0 <= ahead <= LONGEST_LATENCY_SECONDS:
            return None
        # A callback comes late when the interpreter is busy, never early: the smallest difference is the true one.
        offset = now - current
        if self._offset is None or offset < self._offset or offset > self._offset + _CLOCK_STEP_SECONDS:
            self._offset = offset
        else:
            self._offset += min(offset - self._offset, _FORGETTING)
        return at + self._offset
