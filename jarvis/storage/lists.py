"""To-do, shopping and other lists as rows; names and texts are the same whatever their case and accents."""

from __future__ import annotations

import sqlite3

from jarvis.contracts.ports import Clock
from jarvis.contracts.skills import ListItem
from jarvis.storage.database import Database, to_milliseconds
from jarvis.storage.words import fold

_COLUMNS = "id, list_name, text, done"


class SqliteListBook:
    """The list book over `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, list_name: str) -> None:
        """Keep a list of that name although nothing is on it; one that is there already stays as it is."""
        values = (fold(list_name), list_name, to_milliseconds(self._clock.now()))
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO lists (folded, name, created_at) VALUES (?, ?, ?)", values)

    def add(self, list_name: str, text: str) -> ListItem:
        """Put `text` on the list; one already there is returned as it is, open again if it was done."""
        values = (list_name, fold(list_name), text, fold(text), to_milliseconds(self._clock.now()))
        with self._database.write() as connection:
            row = connection.execute(
                "INSERT INTO list_items (list_name, list_folded, text, folded, created_at) VALUES (?, ?, ?, ?, ?)"
                f" ON CONFLICT (list_folded, folded) DO UPDATE SET done = 0 RETURNING {_COLUMNS}",
                values,
            ).fetchone()
            return _item(row)

    def items(self, list_name: str, include_done: bool = False) -> list[ListItem]:
        """Return the open items in the order they were added, with the done ones if wished."""
        which = "" if include_done else " AND done = 0"
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM list_items WHERE list_folded = ?{which} ORDER BY id", (fold(list_name),)
            )
            return [_item(row) for row in rows]

    def complete(self, item_id: int) -> None:
        """Mark an item as done."""
        with self._database.write() as connection:
            connection.execute("UPDATE list_items SET done = 1 WHERE id = ?", (item_id,))

    def remove(self, item_id: int) -> None:
        """Delete an item."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM list_items WHERE id = ?", (item_id,))

    def clear(self, list_name: str) -> int:
        """Delete the list and every item of it, done ones too; returns how many items there were."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM lists WHERE folded = ?", (fold(list_name),))
            return connection.execute("DELETE FROM list_items WHERE list_folded = ?", (fold(list_name),)).rowcount

    def names(self) -> list[str]:
        """Return the names of lists that were made or hold something, as first written, in alphabetical order."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT folded, name FROM lists UNION ALL SELECT list_folded, list_name FROM"
                " (SELECT list_folded, list_name, MIN(id) FROM list_items GROUP BY list_folded)"
                " WHERE list_folded NOT IN (SELECT folded FROM lists) ORDER BY folded"
            )
            return [str(row["name"]) for row in rows]


def _item(row: sqlite3.Row) -> ListItem:
    return ListItem(id=row["id"], list_name=row["list_name"], text=row["text"], done=bool(row["done"]))
