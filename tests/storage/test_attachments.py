"""Files as rows: with their message or draft, over a crash, and gone with every byte."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from jarvis.contracts.attachments import Passage
from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import ForgetTarget
from jarvis.contracts.messages import Attachment
from jarvis.storage.attachments import UNSENT_FOR, SqliteAttachments, attachments_called
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.forgetting import SqliteForgetting
from tests.fakes.clock import FakeClock

SECRET = b"the-treasure-lies-under-the-old-oak" * 40_000


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def rows(database: Database, clock: FakeClock) -> SqliteAttachments:
    return SqliteAttachments(database, clock)


@pytest.fixture
def log(database: Database, clock: FakeClock) -> SqliteConversationLog:
    return SqliteConversationLog(database, clock)


def document(name: str = "map.txt") -> Attachment:
    return Attachment(id="", name=name, kind="document", media_type="text/plain", bytes=0)


def in_parts(data: bytes) -> list[bytes]:
    return [data[at : at + 1_000_000] for at in range(0, len(data), 1_000_000)]


def bytes_of(database: Database) -> bytes:
    return b"".join(file.read_bytes() for file in database.path.parent.glob("jarvis.sqlite3*"))


def test_a_file_waits_in_its_draft_and_goes_with_the_message(
    rows: SqliteAttachments, log: SqliteConversationLog
) -> None:
    talk = log.start_conversation("map").id
    kept = rows.keep(document(), in_parts(SECRET), [Passage(text="one", place="p. 1"), Passage(text="two")], draft=talk)
    assert (kept.bytes, kept.passages) == (len(SECRET), 2)
    assert rows.drafts(talk) == [kept]
    assert rows.data(kept.id) == SECRET
    assert rows.passages(kept.id) == [Passage(text="one", place="p. 1"), Passage(text="two")]
    sent = log.add_message(talk, "user", "where is it?", attachments=[kept.id])
    log.add_message(talk, "assistant", "under the oak")
    assert rows.drafts(talk) == []
    assert sent.attachments == (kept,)
    assert [message.attachments for message in log.messages(talk)] == [(kept,), ()]
    again = log.message(sent.id)
    assert again is not None and again.attachments == (kept,)
    rows.keep_here([kept.id])
    assert log.messages(talk)[0].attachments[0].stays


def test_a_conversation_takes_its_files_along_with_every_byte(
    rows: SqliteAttachments, log: SqliteConversationLog, database: Database
) -> None:
    talk, other = log.start_conversation("map").id, log.start_conversation("other").id
    sent = rows.keep(document(), in_parts(SECRET), [Passage(text="the-treasure-lies")])
    rows.keep(document(), in_parts(SECRET), draft=talk)
    shared = rows.keep(document("both.txt"), [b"kept"])
    log.add_message(talk, "user", "where?", attachments=[sent.id, shared.id])
    log.add_message(other, "user", "where?", attachments=[shared.id])
    assert SECRET[:30] in bytes_of(database)
    log.delete(talk)
    assert rows.data(sent.id) == b"" and rows.drafts(talk) == [] and rows.passages(sent.id) == []
    assert SECRET[:17] not in bytes_of(database)
    assert rows.data(shared.id) == b"kept"


def test_dropping_wipes_what_was_not_sent_and_leaves_what_was(
    rows: SqliteAttachments, log: SqliteConversationLog, database: Database
) -> None:
    talk = log.start_conversation("map").id
    waiting = rows.keep(document(), in_parts(SECRET), draft="")
    sent = rows.keep(document(), [b"sent"], draft="")
    log.add_message(talk, "user", "look", attachments=[sent.id])
    rows.drop(waiting.id)
    rows.drop(sent.id)
    rows.drop("unknown")
    assert rows.drafts("") == [] and SECRET[:30] not in bytes_of(database)
    assert rows.data(sent.id) == b"sent"


def test_a_message_whose_file_is_gone_is_not_stored(rows: SqliteAttachments, log: SqliteConversationLog) -> None:
    talk = log.start_conversation("map").id
    kept = rows.keep(document(), [b"x"], draft=talk)
    with pytest.raises(InputError) as caught:
        log.add_message(talk, "user", "where?", attachments=[kept.id, "gone"])
    assert caught.value.code == "attachment.gone"
    assert log.messages(talk) == [] and rows.drafts(talk) == [kept]


def test_a_file_that_goes_while_its_message_is_stored_takes_the_message_along(
    rows: SqliteAttachments, log: SqliteConversationLog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = log.start_conversation("map").id
    kept, going = rows.keep(document(), [b"x"], draft=talk), rows.keep(document(), [b"y"], draft=talk)

    def then_gone(connection: sqlite3.Connection, wanted: Sequence[str]) -> tuple[Attachment, ...]:
        found = attachments_called(connection, wanted)
        rows.drop(going.id)
        return found

    monkeypatch.setattr("jarvis.storage.conversations.attachments_called", then_gone)
    with pytest.raises(InputError) as caught:
        log.add_message(talk, "user", "where?", attachments=[kept.id, going.id])
    assert caught.value.code == "attachment.gone"
    assert log.messages(talk) == [] and rows.drafts(talk) == [kept]


def test_files_are_read_before_others_have_to_wait(
    rows: SqliteAttachments, log: SqliteConversationLog, database: Database
) -> None:
    talk = log.start_conversation("map").id
    for _ in range(3):
        log.add_message(talk, "user", "where?", attachments=[rows.keep(document(), [b"x"], draft=talk).id])
    second, first = (rows.keep(document(name), [b"x"], draft=talk) for name in ("b.txt", "a.txt"))
    done: list[str] = []
    with database.read() as connection:
        connection.set_trace_callback(done.append)
        sent = log.add_message(talk, "user", "and now?", attachments=[first.id, second.id])
        connection.set_trace_callback(None)
    assert sent.attachments == (first, second) == log.messages(talk)[-1].attachments
    within = done[done.index("BEGIN IMMEDIATE") :]
    assert within[-1] == "COMMIT" and not [each for each in within if "SELECT" in each and "* FROM" in each]


@pytest.mark.parametrize("kind", ["span", "everything"])
def test_forgetting_takes_the_files_of_what_it_takes(
    rows: SqliteAttachments, log: SqliteConversationLog, database: Database, kind: str
) -> None:
    talk = log.start_conversation("map").id
    sent = rows.keep(document(), in_parts(SECRET))
    log.add_message(talk, "user", "where?", attachments=[sent.id])
    waiting = rows.keep(document(), [b"waits"], draft="")
    SqliteForgetting(database).carry_out(ForgetTarget(kind=kind))  # type: ignore[arg-type]
    database.scrub()
    assert rows.data(sent.id) == b""
    assert SECRET[:30] not in bytes_of(database)
    assert bool(rows.data(waiting.id)) == (kind == "span")


def test_what_a_program_left_that_ended_is_deleted_later(rows: SqliteAttachments, clock: FakeClock) -> None:
    left = rows.keep(document(), [b"left"])
    waiting = rows.keep(document(), [b"waits"], draft="")
    assert rows.recover() == 0
    clock.advance((UNSENT_FOR + timedelta(minutes=1)).total_seconds())
    assert rows.recover() == 1
    assert rows.data(left.id) == b"" and rows.data(waiting.id) == b"waits"


def test_killing_the_program_keeps_what_waits_and_nothing_half(tmp_path: Path, clock: FakeClock) -> None:
    program = """
import sys, time
from pathlib import Path
from jarvis.contracts.messages import Attachment
from jarvis.storage.attachments import SqliteAttachments
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock
rows = SqliteAttachments(Database(Path(sys.argv[1])), FakeClock())
file = Attachment(id="", name="a.txt", kind="document", media_type="text/plain", bytes=0)
rows.keep(file, [b"whole"], draft="")
def parts():
    yield b"x" * 3_000_000
    print("half", flush=True)
    time.sleep(60)
rows.keep(file, parts(), draft="")
"""
    path = tmp_path / "jarvis.sqlite3"
    child = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, env=dict(os.environ))
    assert child.stdout is not None
    assert child.stdout.readline() == b"half\n"
    child.send_signal(signal.SIGKILL)
    child.wait(30)
    child.stdout.close()
    database = Database(path)
    found = SqliteAttachments(database, clock).drafts("")
    assert [(file.name, file.bytes) for file in found] == [("a.txt", 5)]
    database.close()
