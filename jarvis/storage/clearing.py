"""Empties what the person dictated into books of their own: notes, lists, alerts, and what ratings taught.

The memory forgets conversations and what it remembers itself.
"""

from __future__ import annotations

from jarvis.storage.database import Database


def clear_books(database: Database) -> tuple[int, int, int]:
    """Delete every note, list, alert and learned outcome in one transaction; returns how many notes, items, alerts.

    Inside another transaction of this thread it is a part of that. `secure_delete` overwrites the rows; whoever forgets
    then takes them out of the database's log.
    """
    with database.write() as connection:
        counts = [
            int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("notes", "list_items", "alerts")
        ]
        for table in ("notes", "list_items", "lists", "alerts", "outcomes", "ratings"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE outcomes_revision SET revision = revision + 1")
    return counts[0], counts[1], counts[2]
