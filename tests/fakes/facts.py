"""The real fact book over a database, for tests that need nothing else of the memory."""

from __future__ import annotations

from jarvis.assistant.language import language_of
from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database
from jarvis.storage.facts import SqliteFactBook
from jarvis.storage.memories import SqliteMemories


def fact_book(database: Database, clock: Clock) -> SqliteFactBook:
    """Return the fact book over `database`."""
    return SqliteFactBook(SqliteMemories(database, clock, lambda text: language_of(text, "en")), database, clock)
