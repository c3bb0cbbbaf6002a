"""How often the ears have failed in a way that nobody expected: how long they rest, and whether it is news.

Time is counted in sound that was heard. Knows nothing of microphones.
"""

from __future__ import annotations

PAUSES_SECONDS = (2.0, 10.0, 30.0)
"""Pause after the first, the second and each further failure."""
SURE_SECONDS = 1.0
"""Sound that has to be heard after a failure before Jarvis claims to listen again."""
HEALTHY_SECONDS = 60.0
"""Sound after which the next failure counts as the first one."""


class EarFailures:
    """Counts the failures of one loop. One thread."""

    def __init__(self) -> None:
        self._count = 0
        self._told: set[str] = set()
        self._at = 0.0

    def add(self, kind: str, heard_seconds: float) -> bool:
        """Count a failure after `heard_seconds` of sound in all; True when one of this `kind` is news."""
        if heard_seconds - self._at >= HEALTHY_SECONDS:
            self._count = 0
            self._told.clear()
        self._at = heard_seconds
        self._count += 1
        news = kind not in self._told
        self._told.add(kind)
        return news

    @property
    def pause_seconds(self) -> float:
        """How long to rest after the last failure."""
        return PAUSES_SECONDS[min(max(self._count, 1), len(PAUSES_SECONDS)) - 1]

    def is_sure(self, heard_seconds: float) -> bool:
        """Tell whether listening works, as far as `heard_seconds` of sound in all can tell."""
        return not self._count or heard_seconds - self._at >= SURE_SECONDS
