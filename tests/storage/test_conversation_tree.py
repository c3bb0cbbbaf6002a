"""Branches of a conversation: another answer, another question, and the way back to what there was."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import StorageError
from jarvis.storage import database as opening
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock


@pytest.fixture
def log(database: Database) -> SqliteConversationLog:
    return SqliteConversationLog(database, FakeClock())


def texts(log: SqliteConversationLog, conversation: str, **how: object) -> list[str]:
    return [message.text for message in log.messages(conversation, **how)]  # type: ignore[arg-type]


def test_another_answer_takes_the_place_of_the_first_and_both_are_kept(log: SqliteConversationLog) -> None:
    talk = log.start_conversation("tea").id
    question = log.add_message(talk, "user", "tea?")
    first = log.add_message(talk, "assistant", "black")
    log.add_message(talk, "user", "thanks")
    second = log.add_message(talk, "assistant", "green", follows=question.id)
    assert texts(log, talk) == ["tea?", "green"]
    assert [message.versions for message in log.messages(talk)] == [(), (first.id, second.id)]
    log.add_message(talk, "user", "and milk?")
    log.show_version(first.id)
    assert texts(log, talk) == ["tea?", "black", "thanks"]
    log.show_version(second.id)
    assert texts(log, talk) == ["tea?", "green", "and milk?"], "what was said last in that branch"


def test_a_first_question_may_be_rewritten_too(log: SqliteConversationLog) -> None:
    talk = log.start_conversation("tea").id
    old = log.add_message(talk, "user", "te?")
    log.add_message(talk, "assistant", "what?")
    new = log.add_message(talk, "user", "tea?", follows="")
    assert texts(log, talk) == ["tea?"]
    assert log.messages(talk)[0].versions == (old.id, new.id)


def test_a_branch_is_read_up_to_any_of_its_messages(log: SqliteConversationLog) -> None:
    talk = log.start_conversation("count").id
    ones = [log.add_message(talk, "user", str(number)) for number in range(6)]
    log.add_message(talk, "user", "other", follows=ones[2].id)
    assert texts(log, talk, until=ones[4].id) == ["0", "1", "2", "3", "4"]
    assert texts(log, talk, until=ones[4].id, limit=2) == ["3", "4"]
    assert texts(log, talk, limit=2) == ["2", "other"]
    assert texts(log, talk, limit=0) == []
    assert texts(log, talk, until="unknown") == []


def test_nothing_follows_a_message_of_another_conversation(log: SqliteConversationLog) -> None:
    here, there = log.start_conversation("here").id, log.start_conversation("there").id
    foreign = log.add_message(there, "user", "hello")
    with pytest.raises(StorageError, match="no longer exists"):
        log.add_message(here, "user", "hi", follows=foreign.id)
    assert texts(log, here) == [] and texts(log, there) == ["hello"]
    log.show_version("unknown")


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=25))
@settings(max_examples=60, deadline=None)
def test_every_message_stays_reachable(steps: list[tuple[bool, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "jarvis.sqlite3")
        log = SqliteConversationLog(database, FakeClock())
        _grow_and_look(log, steps)
        database.close()


def _grow_and_look(log: SqliteConversationLog, steps: list[tuple[bool, int]]) -> None:
    talk = log.start_conversation("any").id
    parents: dict[str, str] = {}
    in_view = ""
    for number, (anew, at) in enumerate(steps):
        known = ["", *parents]
        follows = known[at % len(known)] if anew else None
        one = log.add_message(talk, "user", str(number), follows=follows)
        parents[one.id] = in_view if follows is None else follows
        in_view = one.id
    for message, parent in parents.items():
        log.show_version(message)
        view = [one.id for one in log.messages(talk)]
        assert message in view
        assert [parents[one] for one in view] == ["", *view[:-1]]
        same = [one for one in parents if parents[one] == parent]
        shown = next(one for one in log.messages(talk) if one.id == message)
        assert list(shown.versions) == (same if len(same) > 1 else [])


def test_conversations_from_before_have_one_branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tmp_path / "migrations"
    before.mkdir()
    for file in opening.MIGRATIONS.glob("*.sql"):
        if int(file.name[:4]) <= 15:
            (before / file.name).write_text(file.read_text())
    path = tmp_path / "jarvis.sqlite3"
    with monkeypatch.context() as patched:
        patched.setattr(opening, "MIGRATIONS", before)
        old = Database(path)
    with sqlite3.connect(path) as connection:
        for talk in ("a", "b", "empty"):
            connection.execute("INSERT INTO conversations VALUES (?, ?, 0, 0, NULL)", (talk, talk))
        for number in range(10):
            connection.execute(
                "INSERT INTO messages (id, conversation_id, role, text, state, created_at)"
                " VALUES (?, ?, 'user', ?, 'complete', 0)",
                (f"m{number}", "ab"[number % 2], str(number)),
            )
    old.close()
    new = Database(path)
    log = SqliteConversationLog(new, FakeClock())
    assert texts(log, "a") == ["0", "2", "4", "6", "8"]
    log.add_message("b", "assistant", "10")
    log.add_message("empty", "user", "first")
    assert texts(log, "b") == ["1", "3", "5", "7", "9", "10"]
    assert texts(log, "empty") == ["first"]
    new.close()
