"""A clock that moves only when told to."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


class FakeClock:
    """Starts on Friday 20 November 2026, 18:42 in Madrid."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime(2026, 11, 20, 18, 42, tzinfo=ZoneInfo("Europe/Madrid"))
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
