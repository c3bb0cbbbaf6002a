"""Where a question came in is kept with it, so that a window opened later still knows which words were heard."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from jarvis.contracts.messages import Door
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import MIGRATIONS, Database, _statements
from tests.assistant.bench import Bench
from tests.fakes.clock import FakeClock


@pytest.mark.parametrize("door", ["chat", "voice", "quick", "cli", "api"])
def test_a_question_keeps_its_door_over_a_restart(tmp_path: Path, door: Door) -> None:
    first = Bench(tmp_path / "jarvis.sqlite3")
    first.ask("Set a timer for ten minutes.", door=door)
    conversation = first.conversation
    first.database.close()
    assert conversation is not None
    again = Database(tmp_path / "jarvis.sqlite3")
    question, answer = SqliteConversationLog(again, FakeClock()).messages(conversation)
    assert (question.door, answer.door) == (door, None)
    again.close()


def test_the_new_message_says_its_door_at_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "jarvis.sqlite3")
    log = SqliteConversationLog(database, FakeClock())
    conversation = log.start_conversation("timers").id
    assert log.add_message(conversation, "user", "set a timer", door="voice").door == "voice"
    assert log.add_message(conversation, "assistant", "Done.").door is None
    database.close()


def test_messages_from_before_doors_were_kept_have_none(tmp_path: Path) -> None:
    path = tmp_path / "jarvis.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    for file in sorted(MIGRATIONS.glob("*.sql"))[:14]:
        for statement in _statements(file.read_text(encoding="utf-8")):
            connection.execute(statement)
    connection.execute("PRAGMA user_version = 14")
    connection.execute("INSERT INTO conversations VALUES ('c', 'talk', 1, 1, NULL)")
    connection.execute(
        "INSERT INTO messages (id, conversation_id, role, text, state, created_at)"
        " VALUES ('m', 'c', 'user', 'hello there', 'complete', 1)"
    )
    connection.close()
    database = Database(path)
    (message,) = SqliteConversationLog(database, FakeClock()).messages("c")
    assert (message.text, message.door) == ("hello there", None)
    database.close()
