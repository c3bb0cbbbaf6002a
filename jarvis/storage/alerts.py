"""Timers, alarms and reminders as rows. Knows nothing about ringing; another process may change a row at any time."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from jarvis.contracts.errors import Language
from jarvis.contracts.ports import Clock
from jarvis.contracts.skills import Alert, AlertKind, Repeat
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds

KEPT_DAYS = 30
"""How long alerts that are over stay as rows."""

_COLUMNS = "id, kind, label, due_at, state, created_at, duration_seconds, remaining_seconds, repeat, language"
_ACTIVE = "state IN ('running', 'paused', 'ringing')"


class SqliteAlertBook:
    """The alert book over `Database`. `rings` tells whether a process that rings alerts is alive now."""

    def __init__(self, database: Database, clock: Clock, rings: Callable[[], bool]) -> None:
        self._database = database
        self._clock = clock
        self._rings = rings

    def add(
        self,
        kind: AlertKind,
        label: str,
        due_at: datetime,
        *,
        duration_seconds: float | None = None,
        repeat: Repeat = "once",
        language: Language = "en",
    ) -> Alert:
        """Store a running alert; drops those that ended more than `KEPT_DAYS` ago."""
        now = self._clock.now()
        alert = Alert(
            id=uuid.uuid4().hex,
            kind=kind,
            label=label,
            due_at=from_milliseconds(to_milliseconds(due_at)),
            state="running",
            created_at=from_milliseconds(to_milliseconds(now)),
            duration_seconds=duration_seconds,
            repeat=repeat,
            language=language,
        )
        with self._database.write() as connection:
            oldest = to_milliseconds(now - timedelta(days=KEPT_DAYS))
            connection.execute(f"DELETE FROM alerts WHERE NOT {_ACTIVE} AND due_at < ?", (oldest,))
            _store(connection, alert)
        return alert

    def active(self, kind: AlertKind | None = None) -> list[Alert]:
        """Return running, paused and ringing alerts, soonest first; paused ones count from now."""
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM alerts WHERE {_ACTIVE}").fetchall()
        alerts = [_alert(row) for row in rows]
        now = self._clock.now()
        return sorted((a for a in alerts if kind in (None, a.kind)), key=lambda alert: _ends_at(alert, now))

    def missed(self) -> list[Alert]:
        """Return alerts that came due while nothing could ring them and were not acknowledged, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM alerts WHERE state = 'missed' ORDER BY due_at")
            return [_alert(row) for row in rows]

    def recent(self, limit: int) -> list[Alert]:
        """Return at most `limit` alerts that rang or were missed and are over, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM alerts WHERE state IN ('done', 'missed') ORDER BY due_at DESC LIMIT ?",
                (limit,),
            )
            return [_alert(row) for row in rows]

    def replace(self, alert: Alert) -> None:
        """Store `alert` over the row with its id, making it if there is none."""
        with self._database.write() as connection:
            _store(connection, alert)

    def advance(self, before: Alert, *after: Alert) -> bool:
        """Store `after` only if the row of `before` still reads exactly so; False when somebody changed it."""
        with self._database.write() as connection:
            row = connection.execute(f"SELECT {_COLUMNS} FROM alerts WHERE id = ?", (before.id,)).fetchone()
            if row is None or _alert(row) != before:
                return False
            for alert in after:
                _store(connection, alert)
        return True

    def rings(self) -> bool:
        """Tell whether a process that will ring alerts is running now."""
        return self._rings()


def _ends_at(alert: Alert, now: datetime) -> datetime:
    if alert.state == "paused" and alert.remaining_seconds is not None:
        return now + timedelta(seconds=alert.remaining_seconds)
    return alert.due_at


def _store(connection: sqlite3.Connection, alert: Alert) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO alerts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            alert.id,
            alert.kind,
            alert.label,
            to_milliseconds(alert.due_at),
            alert.state,
            to_milliseconds(alert.created_at),
            alert.duration_seconds,
            alert.remaining_seconds,
            alert.repeat,
            alert.language,
        ),
    )


def _alert(row: sqlite3.Row) -> Alert:
    values = dict(row)
    for name in ("due_at", "created_at"):
        values[name] = from_milliseconds(values[name])
    return Alert(**values)
