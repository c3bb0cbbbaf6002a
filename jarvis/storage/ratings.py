"""How good the person found answers, as rows; they go with their messages."""

from __future__ import annotations

from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database, to_milliseconds


class SqliteRatings:
    """Stars and reasons by message, over `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def keep(self, message_id: str, stars: int, reason: str) -> None:
        """Keep 1 to 5 stars for a message that exists, in place of earlier ones."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO ratings (message_id, stars, reason, at) VALUES (?, ?, ?, ?)",
                (message_id, stars, reason, to_milliseconds(self._clock.now())),
            )

    def of(self, message_id: str) -> tuple[int, str] | None:
        """Return stars and reason, None where nobody rated it."""
        with self._database.read() as connection:
            row = connection.execute("SELECT stars, reason FROM ratings WHERE message_id = ?", (message_id,)).fetchone()
        return (int(row["stars"]), str(row["reason"])) if row else None
