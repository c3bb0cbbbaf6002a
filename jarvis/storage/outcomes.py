"""How answers turned out, as rows: what the person rated, asked again, rewrote or stopped. Holds no text.

What was learned is computed from these rows, so that deleting them forgets it. Knows nothing of learning.
"""

from __future__ import annotations

import sqlite3

from jarvis.contracts.ports import Clock
from jarvis.contracts.routing import Outcome
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds

KEPT = 5_000
"""Outcomes beyond the newest so many are dropped: by then they count next to nothing, and replaying stays quick."""


class SqliteOutcomeBook:
    """The outcome book over `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, outcome: Outcome) -> None:
        """Keep one; a later one of the same message and signal replaces it and counts as newest.

        One that is dated in the future is kept with the present time.
        """
        at = min(to_milliseconds(outcome.at), to_milliseconds(self._clock.now()))
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO outcomes (message_id, signal, engine, model, domain, difficulty, p_weak,"
                " p_strong, value, weight, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    outcome.message_id,
                    outcome.signal,
                    outcome.engine,
                    outcome.model,
                    outcome.domain,
                    outcome.difficulty,
                    outcome.p_weak,
                    outcome.p_strong,
                    outcome.value,
                    outcome.weight,
                    at,
                ),
            )
            connection.execute(
                "DELETE FROM outcomes WHERE seq <= (SELECT seq FROM outcomes ORDER BY seq DESC LIMIT 1 OFFSET ?)",
                (KEPT,),
            )
            _changed(connection)

    def all(self) -> list[Outcome]:
        """Oldest first, in the order in which they were kept."""
        with self._database.read() as connection:
            return [_outcome(row) for row in connection.execute("SELECT * FROM outcomes ORDER BY seq")]

    def clear(self) -> int:
        """Forget all, bytes included; returns how many."""
        with self._database.write() as connection:
            count = connection.execute("DELETE FROM outcomes").rowcount
            _changed(connection)
        self._database.scrub()
        return count

    def revision(self) -> int:
        """Changes with every write, in whichever process."""
        with self._database.read() as connection:
            return int(connection.execute("SELECT revision FROM outcomes_revision").fetchone()[0])


def _changed(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE outcomes_revision SET revision = revision + 1")


def _outcome(row: sqlite3.Row) -> Outcome:
    return Outcome(
        message_id=row["message_id"],
        engine=row["engine"],
        model=row["model"],
        domain=row["domain"],
        difficulty=row["difficulty"],
        p_weak=row["p_weak"],
        p_strong=row["p_strong"],
        signal=row["signal"],
        value=row["value"],
        weight=row["weight"],
        at=from_milliseconds(row["at"]),
    )
