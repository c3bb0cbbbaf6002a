"""The database file under bad luck: full, locked, damaged, newer, killed."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.errors import StorageError
from jarvis.contracts.routing import Assessment, Decision
from jarvis.storage import database as database_module
from jarvis.storage.conversations import SqliteConversationLog, SqlitePendingConfirmations
from jarvis.storage.database import MIGRATIONS, Database
from jarvis.storage.ledger import SqliteLedger
from tests.fakes.clock import FakeClock
from tests.fakes.facts import fact_book


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def log(database: Database) -> SqliteConversationLog:
    return SqliteConversationLog(database, FakeClock())


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = sorted(int(file.name[:4]) for file in MIGRATIONS.glob("*.sql"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    first = Database(path)
    SqliteConversationLog(first, FakeClock()).start_conversation("kept")
    first.close()
    second = Database(path)
    assert [c.title for c in SqliteConversationLog(second, FakeClock()).conversations()] == ["kept"]
    second.close()


def test_a_migration_that_fails_leaves_the_old_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_a.sql").write_text("CREATE TABLE a (x INTEGER);")
    monkeypatch.setattr(database_module, "MIGRATIONS", folder)
    path = tmp_path / "a.sqlite3"
    Database(path).close()
    (folder / "0002_b.sql").write_text("CREATE TABLE b (x INTEGER);\nINSERT INTO nowhere VALUES (1);")
    with pytest.raises(StorageError):
        Database(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'b'").fetchone() is None
    connection.close()


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageError) as caught:
        Database(path)
    assert caught.value.code == "storage.newer"
    assert path.read_bytes() == before


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError) as caught:
        Database(path)
    assert caught.value.code == "storage.damaged"
    assert caught.value.sentence("es") != caught.value.sentence("en")


def test_a_folder_that_cannot_be_reached(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        Database(tmp_path / "file" / "a.sqlite3")
    assert caught.value.code == "storage.failed"


def test_a_full_disk_keeps_what_was_saved(database: Database, log: SqliteConversationLog) -> None:
    conversation = log.start_conversation("one")
    log.add_message(conversation.id, "user", "kept")
    with database.read() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError) as caught:
        log.add_message(conversation.id, "user", "x" * 100_000)
    assert caught.value.code == "storage.full"
    assert [m.text for m in log.messages(conversation.id)] == ["kept"]


def test_a_lock_held_elsewhere_is_named(
    database: Database, log: SqliteConversationLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with database.read() as connection:
        connection.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(StorageError) as caught:
        log.start_conversation("never")
    assert caught.value.code == "storage.busy"
    other.execute("ROLLBACK")
    other.close()


def test_threads_write_side_by_side(log: SqliteConversationLog) -> None:
    conversation = log.start_conversation("many")
    threads = [
        threading.Thread(target=lambda n=n: [log.add_message(conversation.id, "user", f"{n}-{i}") for i in range(20)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({m.text for m in log.messages(conversation.id)}) == 80


def test_deleting_a_conversation_removes_its_bytes(database: Database, log: SqliteConversationLog) -> None:
    conversation = log.start_conversation("secret-title-zq7781")
    message = log.add_message(conversation.id, "user", "secret-text-zq7781 " * 500)
    assessment = Assessment(
        difficulty=0.5, p_weak=0.5, p_strong=0.5, domain="chat", domains={"chat": 1.0}, language="en"
    )
    SqliteLedger(database, FakeClock()).record_decision(
        message_id=message.id,
        assessment=assessment,
        decision=Decision(candidates=(), excluded=(), reason="secret-reason-zq7781"),
        chosen=None,
    )
    log.delete(conversation.id)
    for file in database.path.parent.iterdir():
        assert b"zq7781" not in file.read_bytes(), file.name


@pytest.mark.parametrize("left", [True, False])
def test_a_deleted_conversation_leaves_no_bytes_where_an_index_fails(database: Database, left: bool) -> None:
    def fails() -> None:
        if left:
            with database.write() as connection:
                connection.execute("INSERT INTO memory_forgotten (seq) VALUES (7)")
        raise StorageError("memory.forget_waits", en="It waits.", es="Espera.")

    log = SqliteConversationLog(database, FakeClock(), fails)
    conversation = log.start_conversation("secret-title-zq7781")
    log.add_message(conversation.id, "user", "secret-text-zq7781 " * 500)
    if left:
        with pytest.raises(StorageError, match="It waits"):
            log.delete(conversation.id)
    else:
        log.delete(conversation.id)
    for file in database.path.parent.iterdir():
        assert b"zq7781" not in file.read_bytes(), file.name


def test_forgetting_a_fact_takes_its_words_out_of_conversations_too(
    database: Database, log: SqliteConversationLog
) -> None:

    facts = fact_book(database, FakeClock())
    fact = facts.remember("My safe opens with zq7781 and a key", "en")
    conversation = log.start_conversation("Remember that my safe opens with zq7781 an…")
    other = log.start_conversation("What time is it?")
    log.add_message(conversation.id, "user", "Remember that my safe opens with zq7781 and a key please")
    log.add_message(other.id, "assistant", "You told me: “My safe opens with zq7781 and a key”.")
    facts.forget(fact.id)
    assert log.messages(conversation.id)[0].text == "Remember that … please"
    assert {c.title for c in log.conversations()} == {"…", "What time is it?"}
    for file in database.path.parent.iterdir():
        assert b"zq7781" not in file.read_bytes(), file.name


def test_nobody_else_may_read_the_files(database: Database, log: SqliteConversationLog) -> None:
    log.start_conversation("private")
    assert {file.stat().st_mode & 0o077 for file in database.path.parent.iterdir()} == {0}


def test_messages_come_oldest_first_and_newest_when_limited(log: SqliteConversationLog) -> None:
    conversation = log.start_conversation("x")
    for number in range(5):
        log.add_message(conversation.id, "user", str(number))
    assert [m.text for m in log.messages(conversation.id)] == ["0", "1", "2", "3", "4"]
    assert [m.text for m in log.messages(conversation.id, limit=2)] == ["3", "4"]


def test_an_answer_whose_writer_lives_is_not_recovered(log: SqliteConversationLog) -> None:
    conversation = log.start_conversation("x")
    log.add_message(conversation.id, "assistant", "half", "streaming")
    assert log.recover() == 0
    assert log.messages(conversation.id)[0].state == "streaming"


def test_kill_keeps_every_message_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "jarvis.sqlite3"
    program = (
        "import sys; from pathlib import Path\n"
        "from jarvis.storage.database import Database\n"
        "from jarvis.storage.conversations import SqliteConversationLog\n"
        "from jarvis.settings.clock import SystemClock\n"
        "log = SqliteConversationLog(Database(Path(sys.argv[1])), SystemClock())\n"
        "c = log.start_conversation('killed')\n"
        "m = log.add_message(c.id, 'assistant', '', 'streaming')\n"
        "for n in range(100000):\n"
        "    log.append_text(m.id, f'{n} ')\n"
        "    print(n, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    shown = [child.stdout.readline().strip() for _ in range(200)]
    child.send_signal(signal.SIGKILL)
    shown += child.stdout.read().split()
    child.wait()
    child.stdout.close()
    database = Database(path)
    log = SqliteConversationLog(database, FakeClock())
    assert log.recover() == 1
    (conversation,) = log.conversations()
    (message,) = log.messages(conversation.id)
    assert message.state == "interrupted"
    assert message.text.split()[: len(shown)] == shown
    assert log.recover() == 0
    database.close()


def test_a_confirmation_is_taken_once(database: Database, log: SqliteConversationLog) -> None:
    from jarvis.contracts.skills import SkillMatch

    pending = SqlitePendingConfirmations(database, FakeClock())
    conversation = log.start_conversation("x")
    match = SkillMatch(skill="s", slots={"n": 1.5, "t": "é"}, confidence=0.9, language="es", text="t", risk="acts")
    pending.put(conversation.id, match)
    assert pending.take(conversation.id) == match
    assert pending.take(conversation.id) is None


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted there")
def test_connections_of_threads_that_ended_are_closed(database: Database) -> None:
    def descriptors() -> int:
        """Count those of this database only: other threads open and close files of their own."""
        found = 0
        for one in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                found += str(one.readlink()).startswith(str(database.path))
        return found

    def ask() -> None:
        with database.read() as connection:
            connection.execute("SELECT 1").fetchone()

    def once() -> None:
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    once()
    before = descriptors()
    for _ in range(200):
        once()
    assert descriptors() <= before
    ask()


def test_a_write_inside_a_write_is_a_part_of_it(database: Database) -> None:
    def add(number: int) -> None:
        with database.write() as connection:
            connection.execute("INSERT INTO memory_forgotten (seq) VALUES (?)", (number,))

    def numbers() -> list[int]:
        with database.read() as connection:
            return [row["seq"] for row in connection.execute("SELECT seq FROM memory_forgotten")]

    with database.write():
        add(1)
        with contextlib.suppress(KeyError), database.write():
            add(2)
            raise KeyError
        add(3)
    assert numbers() == [1, 3]
    with contextlib.suppress(KeyError), database.write():
        add(4)
        raise KeyError
    assert numbers() == [1, 3]


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(begun()) FROM n"


def test_what_another_thread_writes_when_it_is_closed_is_broken_off_and_undone(database: Database) -> None:
    begun, told = threading.Event(), []

    def write() -> None:
        try:
            with database.write() as connection:
                connection.create_function("begun", 0, lambda: begun.set() or 1)
                connection.execute("INSERT INTO notes (text, created_at) VALUES ('half', 1)")
                connection.execute(ENDLESS).fetchall()
        except StorageError as error:
            told.append(error.code)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    assert begun.wait(60)
    database.close()
    writer.join(60)
    assert told == ["storage.failed"]
    again = Database(database.path)
    with again.read() as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone()[0] == 0
    again.close()


def test_a_thread_that_stays_inside_keeps_its_connection_and_gets_no_other(database: Database) -> None:
    begun, closed, told = threading.Event(), threading.Event(), []

    def read() -> None:
        with database.read() as connection:
            begun.set()
            assert closed.wait(60)
            told.append(connection.execute("SELECT 7").fetchone()[0])
        with pytest.raises(StorageError), database.read():
            raise AssertionError("a closed database was read")
        told.append("ended")
        connection.close()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert begun.wait(60)
    database.close()
    closed.set()
    reader.join(60)
    assert told == [7, "ended"]
