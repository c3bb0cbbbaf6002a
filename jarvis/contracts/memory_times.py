"""How far ahead the time of a memory may lie."""

from __future__ import annotations

from datetime import datetime, timedelta

from jarvis.contracts.errors import InputError

FURTHEST_AHEAD = timedelta(days=366)
"""Clocks go wrong, and other programs write down what is to come; beyond a year a date is a slip of the pen, and it
would make everything else look old."""


def is_too_far_ahead(said_at: datetime, now: datetime) -> bool:
    """Tell whether nothing can have been said at `said_at`; both know their zone."""
    return said_at - now > FURTHEST_AHEAD


def checked_said_at(said_at: datetime, now: datetime) -> datetime:
    """Return `said_at`; raises `InputError` (`memory.future`) where it is too far ahead of `now`."""
    if is_too_far_ahead(said_at, now):
        raise InputError(
            "memory.future",
            en="{when} is more than a year ahead, so nothing can have been said then; this was not stored. Give the "
            "time at which it was said, or leave it out for now.",
            es="{when} queda a más de un año, así que nada pudo decirse entonces; esto no se ha guardado. Da la hora "
            "en que se dijo, u omítela si es ahora.",
            when=said_at.date().isoformat(),
        )
    return said_at
