"""The database is closed while threads are just opening their connection to it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jarvis.contracts.errors import StorageError
from jarvis.storage.database import Database

PATIENCE_SECONDS = 60

RACES = """
import sys, threading
from pathlib import Path
from jarvis.contracts.errors import StorageError
from jarvis.storage.database import Database

sys.setswitchinterval(0.000_01)
unplanned = []

def ask(database, start):
    start.wait()
    try:
        with database.read() as connection:
            connection.execute("SELECT count(*) FROM notes").fetchone()
    except StorageError:
        pass
    except BaseException as error:
        unplanned.append(repr(error))

for _ in range(300):
    database = Database(Path(sys.argv[1]))
    start = threading.Barrier(5)
    threads = [threading.Thread(target=ask, args=(database, start)) for _ in range(4)]
    for thread in threads:
        thread.start()
    start.wait()
    database.close()
    for thread in threads:
        thread.join()
assert not unplanned, unplanned[:5]
print("whole")
"""


def test_closing_beside_the_first_question_of_other_threads_breaks_nothing(tmp_path: Path) -> None:
    # In a process of its own: what goes wrong here ends the whole process.
    done = subprocess.run(
        [sys.executable, "-c", RACES, str(tmp_path / "jarvis.sqlite3")],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr[-2000:]


class Slow(sqlite3.Connection):
    """One that takes its time to be set up."""

    begun = threading.Event()
    free = threading.Event()

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        self.begun.set()
        assert self.free.wait(PATIENCE_SECONDS)
        return super().executescript(script)


def test_a_connection_that_is_being_set_up_is_left_alone_and_then_used_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, connect, made, told = Database(tmp_path / "jarvis.sqlite3"), sqlite3.connect, [], []

    def slow(*given: object, **named: object) -> sqlite3.Connection:
        made.append(connect(*given, **named, factory=Slow))  # type: ignore[call-overload]
        return made[0]  # type: ignore[no-any-return]

    def ask() -> None:
        try:
            with database.read():
                told.append("read")
        except StorageError as error:
            told.append(error.code)

    monkeypatch.setattr(sqlite3, "connect", slow)
    reader = threading.Thread(target=ask, daemon=True)
    reader.start()
    assert Slow.begun.wait(PATIENCE_SECONDS)
    database.close()
    assert tuple(made[0].execute("SELECT 7").fetchone()) == (7,), "it was closed"
    Slow.free.set()
    reader.join(PATIENCE_SECONDS)
    assert told == ["storage.failed"]
    with pytest.raises(sqlite3.ProgrammingError):
        made[0].execute("SELECT 7")


def test_what_sqlite_refuses_to_be_asked_becomes_a_sentence(tmp_path: Path) -> None:
    database = Database(tmp_path / "jarvis.sqlite3")
    with pytest.raises(StorageError) as refused, database.read():
        raise sqlite3.InterfaceError("bad parameter or other API misuse")
    assert refused.value.code == "storage.failed"
    database.close()
