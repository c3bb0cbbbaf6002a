"""Tells a device that stands still from a computer that does.

Counts only the moments at which this program itself came round in time. Knows no device.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SLICE_SECONDS = 0.1
"""How often whoever waits for a device looks whether it still moves."""

_LATE_FACTOR = 2.5


class StallWatch:
    """Watches one wait for a device that calls back many times a second.

    Call `stalled` after every wait of at most `SLICE_SECONDS` with the number of callbacks so far. A computer that
    is busy with other things wakes the waiting thread late too; such waits are not held against the device. Before
    the first callback the patience is `first_seconds`.
    """

    def __init__(
        self, patience_seconds: float, *, first_seconds: float, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._patience = patience_seconds
        self._first = first_seconds
        self._clock = clock
        self._progress: int | None = None
        self._looked_at = clock()
        self._still = 0.0

    def stalled(self, progress: int) -> bool:
        """Tell whether `progress` has stood still for longer than the patience."""
        now = self._clock()
        waited, self._looked_at = now - self._looked_at, now
        if progress != self._progress:
            self._progress, self._still = progress, 0.0
            return False
        if waited <= _LATE_FACTOR * SLICE_SECONDS:
            self._still += waited
        return self._still >= (self._patience if progress else self._first)
