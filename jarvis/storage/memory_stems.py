"""Reads the stems of memories back out of the full-text index, so that nobody has to make them again."""

from __future__ import annotations

import json
from collections.abc import Iterable

from jarvis.storage.database import Database


class SqliteMemoryStems:
    """The stems over `Database`; any thread may call anything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, seqs: Iterable[int]) -> dict[int, tuple[list[str], list[str]]]:
        """Return for each memory that has words the stems of its own text and of what was said just before it."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT rowid, own, before FROM memory_words WHERE rowid IN (SELECT value FROM json_each(?))",
                (json.dumps(list(seqs)),),
            )
            return {row["rowid"]: (row["own"].split(), row["before"].split()) for row in rows}
