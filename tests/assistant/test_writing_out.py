"""A conversation as a document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from jarvis.assistant.writing_out import json_of, markdown_of
from jarvis.contracts.conversation_desk import Rating
from jarvis.contracts.messages import Attachment, Conversation, StoredMessage

WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
TALK = Conversation(id="c", title="Té & <b>café</b>", created_at=WHEN, updated_at=WHEN)
QUESTION = StoredMessage(id="q", conversation_id="c", role="user", text="¿Té?", state="complete", created_at=WHEN)
ANSWER = replace(QUESTION, id="a", role="assistant", text="| a | b |\n|-|-|\n| 1 | 2 |", source="model", model="small")
RATED = {"a": Rating(stars=4, reason="a table")}


def test_markdown_holds_every_message_as_it_was_written() -> None:
    cut = replace(ANSWER, id="b", text="half", state="interrupted")
    for language, you, stars, state in (
        ("en", "## You", "rated 4 of 5", "cut off as Jarvis ended"),
        ("es", "## Tú", "valorada con 4 de 5", "cortada al cerrarse Jarvis"),
    ):
        text = markdown_of(TALK, [QUESTION, ANSWER, cut], RATED, language)  # type: ignore[arg-type]
        assert text.startswith("# Té & <b>café</b>\n\n" + you)
        assert "\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n" in text
        assert text.count("small") == 2 and text.count(stars) == 1 and text.count(state) == 1
        assert text.endswith("half\n")


def test_json_can_be_read_back() -> None:
    whole = json.loads(json_of(TALK, [QUESTION, ANSWER], RATED))
    assert whole["title"] == TALK.title
    assert [row["role"] for row in whole["messages"]] == ["user", "assistant"]
    assert whole["messages"][1] == {
        "role": "assistant",
        "text": ANSWER.text,
        "at": "2026-03-01T12:30:00+00:00",
        "state": "complete",
        "source": "model",
        "model": "small",
        "stars": 4,
        "reason": "a table",
    }
    assert whole["messages"][0]["stars"] is None


def test_the_names_of_files_are_told() -> None:
    file = Attachment(id="f", name="plan.pdf", kind="document", media_type="application/pdf", bytes=9)
    asked = replace(QUESTION, attachments=(file, replace(file, name="b.png")))
    assert "con plan.pdf, b.png" in markdown_of(TALK, [asked, ANSWER], {}, "es")
    question, answer = json.loads(json_of(TALK, [asked, ANSWER], {}))["messages"]
    assert question["attachments"] == ["plan.pdf", "b.png"] and "attachments" not in answer
