"""The real clock behind the Clock port."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError


class SystemClock:
    """Local wall time and a monotonic counter."""

    def now(self) -> datetime:
        """Aware local time in the system's named zone, so that arithmetic on it crosses a clock change rightly.

        Where the system's zone has no known name, the offset of this moment is used.
        """
        import tzlocal

        try:
            return datetime.now(tzlocal.get_localzone())
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return datetime.now().astimezone()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
