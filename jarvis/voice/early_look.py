"""Tells whether a pause is worth a look before it is long enough to end anything. Pure; time is handed in.

A recogniser that is quick has the words, and what they lead to, ready when the pause ends the turn. One that is slow
would be at it for a gap between two words when the person really stops, and what they said last would wait.
"""

from __future__ import annotations

QUICK_SECONDS = 0.15
"""A recogniser that settles within this does not keep anybody waiting: the basic one takes 0.01 s, a Whisper on a
graphics card less than a tenth, one on a processor half a second and more."""


class EarlyLook:
    """Follows how long the recogniser takes; shared by all turns, one of which asks at a time."""

    def __init__(self) -> None:
        self._seconds = 0.0

    @property
    def is_worth_it(self) -> bool:
        """True while the recogniser is quick, and before anything is known of it."""
        return self._seconds <= QUICK_SECONDS

    def settled(self, seconds: float) -> None:
        """The recogniser has taken `seconds` for the words of a pause; the last time counts."""
        self._seconds = seconds
