"""The model book: rows, loads noted only while their process lives, measurements, the hold, two processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jarvis.contracts.models import LoadedModel, ModelRow
from jarvis.contracts.placement import DeviceShare, Measurement
from jarvis.storage.database import Database
from jarvis.storage.model_book import SqliteModelBook
from tests.fakes.clock import FakeClock

ROW = ModelRow(
    id="qwen:q4",
    kind="text",
    engine="llama.cpp",
    source="catalogue",
    state="active",
    path="/m/q.gguf",
    bytes=5,
    pinned=True,
    keep_alive_minutes=2.5,
    added_at=datetime(2026, 1, 2, tzinfo=UTC),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def book(database: Database) -> SqliteModelBook:
    return SqliteModelBook(database, FakeClock())


def loaded(pid: int) -> LoadedModel:
    return LoadedModel(device="GPU 0", vram_mib=10, ram_mib=20, url="http://x", pid=pid)


def test_a_row_comes_back_as_it_was(book: SqliteModelBook) -> None:
    book.put(ROW)
    assert book.rows() == [ROW] and book.row("qwen:q4") == ROW and book.row("x") is None
    book.used("qwen:q4")
    seen = book.row("qwen:q4")
    assert seen is not None and seen.used_at == FakeClock().now()
    book.remove("qwen:q4")
    assert book.rows() == []


def test_a_load_is_noted_while_its_child_lives(book: SqliteModelBook) -> None:
    book.put(ROW)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        book.set_loaded("unknown", loaded(child.pid))
        book.set_loaded("qwen:q4", loaded(child.pid))
        book.put(ROW)
        seen = book.row("qwen:q4")
        assert seen is not None and seen.loaded == loaded(child.pid)
        child.kill()
    seen = book.row("qwen:q4")
    assert seen is not None and seen.loaded is None


def test_what_lies_on_which_card_comes_back_with_its_layers(book: SqliteModelBook, database: Database) -> None:
    book.put(ROW)
    shares = (DeviceShare(gpu=0, layers=30, mib=9000.5, first_layer=2), DeviceShare(gpu=1, layers=0, mib=300.0))
    note = replace(loaded(os.getpid()), shares=shares)
    book.set_loaded("qwen:q4", note)
    assert book.rows()[0].loaded == note
    with database.write() as connection:
        connection.execute("UPDATE model_runs SET shares = '[[0, 30, 9000.5]]'")
    kept = book.rows()[0].loaded
    assert kept is not None and kept.shares == (DeviceShare(gpu=0, layers=30, mib=9000.5),)


def test_another_process_of_the_same_number_is_not_the_child(book: SqliteModelBook, database: Database) -> None:
    book.put(ROW)
    book.set_loaded("qwen:q4", loaded(os.getpid()))
    with database.write() as connection:
        connection.execute("UPDATE model_runs SET pid_started = pid_started - 100")
    assert book.rows()[0].loaded is None


def test_measurements_keep_the_speed_that_is_known(book: SqliteModelBook) -> None:
    first = Measurement(
        model="m", signature="s", vram_mib=((0, 5.0),), ram_mib=1, load_seconds=2, tokens_per_second=30.0
    )
    book.measured(first)
    book.measured(Measurement(model="m", signature="s", vram_mib=((0, 6.0),), ram_mib=1, load_seconds=3))
    (seen,) = book.measurements("m")
    assert (seen.tokens_per_second, seen.load_seconds, seen.vram_mib) == (30.0, 3, ((0, 6.0),))


def test_another_process_is_seen_and_survives_its_kill(book: SqliteModelBook, database: Database) -> None:
    before = book.revision()
    code = (
        "import os, sys; from pathlib import Path; from jarvis.storage.database import Database;"
        "from jarvis.storage.model_book import SqliteModelBook; from jarvis.settings.clock import SystemClock;"
        "SqliteModelBook(Database(Path(sys.argv[1])), SystemClock()).set_hold(True); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(database.path)], check=False).returncode == -9
    assert book.hold() and book.revision() > before
    book.set_hold(False)
    assert not book.hold()


def test_two_processes_that_write_at_once_lose_no_row(book: SqliteModelBook, database: Database) -> None:
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path;"
        "from tests.storage.test_model_book import ROW, SqliteModelBook, Database, FakeClock;"
        "book = SqliteModelBook(Database(Path(sys.argv[1])), FakeClock()); print('ready', flush=True); input();"
        "[book.put(replace(ROW, id=f'{sys.argv[2]}{number:02}')) for number in range(40)];"
        "[book.remove(f'{sys.argv[2]}{number:02}') for number in range(0, 40, 2)]"
    )
    before = book.revision()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(database.path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "ab"
    ]
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=60)
    assert [child.returncode for child in children] == [0, 0]
    assert [row.id for row in book.rows()] == [f"{name}{number:02}" for name in "ab" for number in range(1, 40, 2)]
    assert book.revision() == before + 120
