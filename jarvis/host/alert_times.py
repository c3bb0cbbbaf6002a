"""Decides which alerts ring and which were missed. Pure; knows nothing about sound, threads or storage.

An alert that comes due while nothing could ring it (Jarvis was off, the computer asleep) rings at once if that was
less than `RINGS_LATE` ago and is missed otherwise. A repeating alarm moves on to its next time, and what rings is
a copy of it for once, so that stopping today's ring never stops tomorrow's.

Repeats keep the clock time of where the computer is. A time that the change to summer time skips is rung an hour
later, and later ones then keep that hour: an alert holds no clock time of its own to return to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from jarvis.contracts.skills import Alert, Repeat

RINGS_LATE = timedelta(minutes=10)
"""An alert older than this is reported as missed instead of rung."""

RINGS_FOR_SECONDS = 600.0
"""An alert that nobody stops falls silent after this and counts as missed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """One alert that is due: store `after` in place of `before`, then ring or report `alert`."""

    act: Literal["ring", "miss"]
    alert: Alert
    before: Alert
    after: tuple[Alert, ...]


def alerts_due(
    alerts: Iterable[Alert], now: datetime, rung_seconds: Mapping[str, float], zone: tzinfo | None = None
) -> list[Due]:
    """Return what must happen to `alerts` at `now` (aware), oldest first.

    `rung_seconds` says how long each alert has been ringing in this process: one that is stored as ringing but
    not there was left so by a process that died. `zone` None means the computer's own rules.
    """
    found = [due for alert in alerts if (due := _due(alert, now, rung_seconds, zone)) is not None]
    return sorted(found, key=lambda due: due.alert.due_at)


def next_time(due_at: datetime, repeat: Repeat, zone: tzinfo | None = None) -> datetime:
    """Return the first time after `due_at` at which an alert repeating so is due, as UTC; ValueError for `once`."""
    if repeat == "once":
        raise ValueError("an alert for once has no next time")
    wall = due_at.astimezone(zone).replace(tzinfo=None, fold=0)
    wall += timedelta(days=7 if repeat == "weekly" else 1)
    while (repeat == "weekdays" and wall.weekday() >= 5) or (repeat == "weekends" and wall.weekday() < 5):
        wall += timedelta(days=1)
    # A naive time is read by the computer's own rules, which a fixed offset does not know for another season.
    local = wall.replace(tzinfo=zone) if zone is not None else wall.astimezone()
    return local.astimezone(UTC)


def with_timers_shifted(alerts: Iterable[Alert], seconds: float) -> list[tuple[Alert, Alert]]:
    """Return running timers before and after the wall clock was set by `seconds`; their length stays as it was.

    Alarms and reminders stay: they are meant for what the clock shows.
    """
    shift = timedelta(seconds=seconds)
    timers = [alert for alert in alerts if alert.kind == "timer" and alert.state == "running"]
    return [(timer, replace(timer, due_at=timer.due_at + shift)) for timer in timers]


def _due(alert: Alert, now: datetime, rung_seconds: Mapping[str, float], zone: tzinfo | None) -> Due | None:
    if alert.state == "ringing":
        return _still_ringing(alert, now, rung_seconds.get(alert.id))
    if alert.state != "running" or alert.due_at > now:
        return None
    if alert.repeat == "once":
        return _decided(alert, alert, now, ())
    at, after = alert.due_at, next_time(alert.due_at, alert.repeat, zone)
    while after <= now:
        at, after = after, next_time(after, alert.repeat, zone)
    this_time = replace(alert, id=f"{alert.id}-{int(at.timestamp())}", repeat="once", due_at=at)
    return _decided(this_time, alert, now, (replace(alert, due_at=after),))


def _still_ringing(alert: Alert, now: datetime, rung: float | None) -> Due | None:
    if rung is None:
        return _decided(alert, alert, now, ())
    if rung < RINGS_FOR_SECONDS:
        return None
    missed = replace(alert, state="missed")
    return Due(act="miss", alert=missed, before=alert, after=(missed,))


def _decided(alert: Alert, before: Alert, now: datetime, also: tuple[Alert, ...]) -> Due:
    late = now - alert.due_at >= RINGS_LATE
    alert = replace(alert, state="missed" if late else "ringing")
    return Due(act="miss" if late else "ring", alert=alert, before=before, after=(*also, alert))
