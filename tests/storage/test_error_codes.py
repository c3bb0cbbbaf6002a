"""Why an answer failed is kept for programs too."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import MIGRATIONS, Database, _statements
from tests.fakes.clock import FakeClock


def test_the_codes_of_a_failure_outlive_the_process(tmp_path: Path) -> None:
    database = Database(tmp_path / "jarvis.sqlite3")
    log = SqliteConversationLog(database, FakeClock())
    talk = log.start_conversation("talk").id
    failed = log.add_message(talk, "assistant", "half", "streaming")
    fine = log.add_message(talk, "assistant", "whole", "streaming")
    log.close_message(failed.id, "failed", detail="It died.", codes=("engine.died", "engine.auth"))
    log.close_message(fine.id, "complete")
    database.close()
    again = Database(tmp_path / "jarvis.sqlite3")
    kept = SqliteConversationLog(again, FakeClock())
    assert [message.codes for message in kept.messages(talk)] == [("engine.died", "engine.auth"), ()]
    alone = kept.message(failed.id)
    assert alone is not None and alone.codes == ("engine.died", "engine.auth")
    again.close()


def test_a_failure_from_before_codes_were_kept_has_none(tmp_path: Path) -> None:
    path = tmp_path / "jarvis.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    for file in sorted(MIGRATIONS.glob("*.sql"))[:18]:
        for statement in _statements(file.read_text(encoding="utf-8")):
            connection.execute(statement)
    connection.execute("PRAGMA user_version = 18")
    connection.execute("INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', 'talk', 1, 1)")
    connection.execute(
        "INSERT INTO messages (id, conversation_id, role, text, state, created_at, detail)"
        " VALUES ('m', 'c', 'assistant', '', 'failed', 1, 'It died.')"
    )
    connection.close()
    database = Database(path)
    message = SqliteConversationLog(database, FakeClock()).message("m")
    assert message is not None and (message.detail, message.codes) == ("It died.", ())
    database.close()
