"""The real clock behind the Clock port."""

from __future__ import annotations

import time
from datetime import datetime


class SystemClock:
    """Local wall time and a monotonic counter."""

    def now(self) -> datetime:
        """Aware local time."""
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
