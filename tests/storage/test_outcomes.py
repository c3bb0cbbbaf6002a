"""The outcome book: every row whole, one per message and signal, forgotten for good, seen by other processes."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jarvis.contracts.errors import StorageError
from jarvis.contracts.routing import OutcomeBook
from jarvis.storage import outcomes as module
from jarvis.storage.database import Database
from jarvis.storage.outcomes import SqliteOutcomeBook
from tests.fakes.clock import FakeClock
from tests.fakes.route_world import outcome


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def book(database) -> SqliteOutcomeBook:
    return SqliteOutcomeBook(database, FakeClock())


def test_what_was_kept_comes_back_oldest_first(book: OutcomeBook):
    rows = [
        outcome(number, signal=signal, value=number / 5, weight=number / 3, domain=domain, days=-number)
        for number, (signal, domain) in enumerate(
            [("stars", "chat"), ("retry", "code"), ("edit", "legal"), ("failed", "maths"), ("stopped", "vision")]
        )
    ]
    rows.append(outcome(9, signal="kept", weight=0.15))
    for row in rows:
        book.add(row)
    assert book.all() == rows


def test_a_later_one_of_the_same_message_and_signal_replaces_it(book):
    book.add(outcome(1, value=0.0))
    book.add(outcome(2, value=0.5))
    book.add(outcome(1, signal="retry", value=0.0))
    book.add(outcome(1, value=1.0))
    assert [(row.message_id, row.signal, row.value) for row in book.all()] == [
        ("message-2", "stars", 0.5),
        ("message-1", "retry", 0.0),
        ("message-1", "stars", 1.0),
    ]


def test_the_revision_changes_with_every_write_and_only_then(book):
    seen = [book.revision()]
    book.add(outcome(1))
    seen.append(book.revision())
    book.add(outcome(1))
    seen.append(book.revision())
    book.clear()
    seen.append(book.revision())
    assert len(set(seen)) == 4
    book.all()
    assert book.revision() == seen[-1]


def test_another_process_sees_the_write(book, database):
    before = book.revision()
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from jarvis.storage.database import Database\n"
        "from jarvis.storage.outcomes import SqliteOutcomeBook\n"
        "from tests.fakes.clock import FakeClock\n"
        "from tests.fakes.route_world import outcome\n"
        "database = Database(Path(sys.argv[1]))\n"
        "SqliteOutcomeBook(database, FakeClock()).add(outcome(5))\n"
        "database.close()\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(database.path)], check=True, cwd=Path(__file__).parents[2], timeout=60
    )
    assert book.revision() != before
    assert [row.message_id for row in book.all()] == ["message-5"]


def test_clearing_counts_and_leaves_no_bytes(book, database):
    for number in range(3):
        book.add(replace(outcome(number), message_id=f"armadillo-{number}"))
    assert any(b"armadillo" in file.read_bytes() for file in database.path.parent.iterdir())
    assert book.clear() == 3
    assert book.all() == []
    assert book.clear() == 0
    for file in database.path.parent.iterdir():
        assert b"armadillo" not in file.read_bytes(), file


def test_one_from_the_future_is_kept_as_of_now(book):
    clock = FakeClock()
    book.add(replace(outcome(1), at=clock.now() + timedelta(days=4000)))
    assert book.all()[0].at == clock.now()


def test_only_the_newest_are_kept(book, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 10)
    for number in range(25):
        book.add(outcome(number))
    assert [row.message_id for row in book.all()] == [f"message-{number}" for number in range(15, 25)]


@pytest.mark.parametrize("parts", [{"value": 1.5}, {"value": -0.1}, {"weight": -1.0}])
def test_impossible_values_are_refused_and_change_nothing(book, parts):
    before = book.revision()
    with pytest.raises(StorageError):
        book.add(replace(outcome(1), **parts))
    assert book.all() == []
    assert book.revision() == before


def test_a_locked_database_is_told(book, database, monkeypatch):
    monkeypatch.setattr("jarvis.storage.database.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    second = Database(database.path)
    try:
        with pytest.raises(StorageError) as error:
            SqliteOutcomeBook(second, FakeClock()).add(outcome(1))
        assert error.value.code == "storage.busy"
    finally:
        other.close()
        second.close()
