"""A real database with memories, and what their words find."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_words import SqliteMemoryWords
from jarvis.storage.words import query_stems
from tests.fakes.clock import FakeClock
from tests.fakes.memory_talk import spanish_or_not


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def memories(database) -> SqliteMemories:
    return SqliteMemories(database, FakeClock(), spanish_or_not)


@pytest.fixture
def found(database):
    words = SqliteMemoryWords(database)
    return lambda text: [seq for seq, _ in words.search(query_stems(text))]
