"""How much of an answer was heard, kept as a place in the text that was shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.assistant.prompt import prompt_for
from jarvis.contracts.heard import heard_length
from jarvis.contracts.memory import Recollection
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.heard import SqliteHeardLog
from tests.fakes.clock import FakeClock

SHOWN = "**Boil** 1.5 l of water, then add [the tea](https://tea.example/green). Wait three minutes."


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("", ""),
        ("Boil one point five litres of water,", "**Boil** 1.5 l of water"),
        ("Boil one point five litres of water, then add the tea.", "**Boil** 1.5 l of water, then add [the tea"),
        ("Boil one point five litres of water, then add the tea. Wait three minutes.", SHOWN),
        ("Something else entirely", ""),
    ],
)
def test_what_was_said_is_found_in_what_was_shown(heard: str, kept: str) -> None:
    assert SHOWN[: heard_length(SHOWN, heard)] == kept


@given(st.text(max_size=200), st.integers(0, 200))
def test_a_beginning_is_found_again_and_lengths_are_never_out_of_range(shown: str, cut: int) -> None:
    length = heard_length(shown, shown[:cut])
    assert 0 <= length <= len(shown)
    assert heard_length(shown, "") in (0, len(shown))


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_model_is_told_what_was_heard(tmp_path: Path, language: str) -> None:
    clock = FakeClock()
    database = Database(tmp_path / "jarvis.sqlite3")
    log = SqliteConversationLog(database, clock)
    conversation = log.start_conversation("tea").id
    question = log.add_message(conversation, "user", "how do I make tea?")
    log.add_message(conversation, "assistant", SHOWN, source="model")
    log.add_message(conversation, "user", "stop")
    log.add_message(conversation, "assistant", "Fine.", source="skill")
    SqliteHeardLog(database).heard(question.id, "Boil one point five litres of water,")
    SqliteHeardLog(database).heard("unknown", "nothing")
    history = log.messages(conversation)
    assert [message.heard_characters for message in history] == [None, len("**Boil** 1.5 l of water"), None, None]
    assert history[1].text == SHOWN
    prompt = prompt_for(
        "go on",
        history=history[:2],
        remembered=Recollection(),
        leaving=False,
        language=language,  # type: ignore[arg-type]
        today=clock.now(),
        spoken=True,
        budget_tokens=1000,
    )
    told = prompt[2].text
    assert told.startswith("**Boil** 1.5 l of water … [")
    assert "tea" not in told
    assert ("did not hear" if language == "en" else "no oyó") in told


def test_of_an_answer_that_was_begun_anew_the_one_that_was_heard_is_meant(tmp_path: Path) -> None:
    log = SqliteConversationLog(database := Database(tmp_path / "jarvis.sqlite3"), FakeClock())
    conversation = log.start_conversation("tea").id
    question = log.add_message(conversation, "user", "how do I make tea?")
    log.add_message(conversation, "assistant", "Boil wat", state="failed", source="model")
    log.add_message(conversation, "assistant", SHOWN, state="streaming", source="model")
    SqliteHeardLog(database).heard(question.id, "Boil one point five litres of water,")
    kept = [message.heard_characters for message in log.messages(conversation)]
    assert kept == [None, None, len("**Boil** 1.5 l of water")]


def test_what_was_asked_at_another_door_meanwhile_is_left_alone(tmp_path: Path) -> None:
    log = SqliteConversationLog(database := Database(tmp_path / "jarvis.sqlite3"), FakeClock())
    conversation = log.start_conversation("tea").id
    spoken = log.add_message(conversation, "user", "how do I make tea?", door="voice")
    log.add_message(conversation, "user", "and coffee?", door="chat")
    log.add_message(conversation, "assistant", "Boil one cup of milk.", source="model")
    answer = log.add_message(conversation, "assistant", SHOWN, source="model", follows=spoken.id)
    SqliteHeardLog(database).heard(spoken.id, "Boil one point five litres of water,")
    with database.read() as connection:
        kept = connection.execute("SELECT id FROM messages WHERE heard_characters IS NOT NULL").fetchall()
    assert [row["id"] for row in kept] == [answer.id]
