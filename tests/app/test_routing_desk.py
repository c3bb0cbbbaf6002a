"""A stored question routed anew: what went along with it is weighed, over a real home and the real routing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.contracts.messages import Attachment, StoredMessage
from jarvis.contracts.routing import Decision
from jarvis.contracts.routing_desk import RouteRequest
from jarvis.settings.folders import Folders
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.pictures import png

QUESTION = "Why do leaves turn red?"


@pytest.fixture
def jarvis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    engines = [
        ScriptedEngine("blind", []),
        ScriptedEngine("sees", [], abilities=frozenset({"vision"})),
        ScriptedEngine("acme/far", [], where="cloud", abilities=frozenset({"vision"})),
    ]
    monkeypatch.setattr(jarvis, "text_engines", lambda: engines)
    jarvis.settings.set("cloud.enabled", True)
    jarvis.settings.set("privacy.cloud", "allow")
    yield jarvis
    jarvis.close()


def asked(jarvis: Jarvis, *files: Attachment, conversation: str | None = None, text: str = QUESTION) -> StoredMessage:
    """Store a question with `files`, and its answer."""
    log = jarvis.conversation_log
    there = conversation or log.start_conversation("one").id
    question = log.add_message(there, "user", text, attachments=tuple(file.id for file in files))
    log.add_message(there, "assistant", "It is so.", source="model", model="sees-model")
    return question


def routed(jarvis: Jarvis, question: StoredMessage, question_id: str | None = None) -> Decision:
    return jarvis.routing().route(RouteRequest(text=question.text, question_id=question_id or question.id)).decision


def offered(decision: Decision) -> set[str]:
    return {one.engine for one in decision.candidates}


def left_out(decision: Decision) -> dict[str, str]:
    return {one.engine: one.code for one in decision.excluded}


def test_a_question_with_a_picture_is_for_models_that_see(jarvis: Jarvis) -> None:
    question = asked(jarvis, jarvis.attachments().add("leaf.png", png()))
    decision = routed(jarvis, question)
    assert offered(decision) == {"sees", "acme/far"} and left_out(decision) == {"blind": "vision"}
    bare = jarvis.routing().route(RouteRequest(text=QUESTION)).decision
    assert "blind" in offered(bare)
    later = asked(jarvis, conversation=question.conversation_id, text="And in spring?")
    assert left_out(routed(jarvis, later)) == {"blind": "vision"}, "the picture was just spoken of"
    before = asked(jarvis)
    assert "blind" in offered(routed(jarvis, before)), "another conversation has no picture"


def test_a_document_leaves_out_who_has_too_little_room_for_it(jarvis: Jarvis) -> None:
    engine = jarvis.text_engines()[0]
    assert isinstance(engine, ScriptedEngine)
    engine._status = replace(engine.status(), context_tokens=2000)
    assert "blind" in offered(routed(jarvis, asked(jarvis)))
    long = jarvis.attachments().add("long.txt", b"The budget is 4,200 euros. " * 900)
    assert left_out(routed(jarvis, asked(jarvis, long))) == {"blind": "context"}


def test_a_conversation_or_a_file_that_stays_here_keeps_the_question_here(jarvis: Jarvis) -> None:
    question = asked(jarvis)
    assert "acme/far" in offered(routed(jarvis, question))
    assert not any(one.asks for one in routed(jarvis, question).candidates)
    file = jarvis.attachments().add("note.txt", b"The code is 7.")
    jarvis.attachments().keep_here([file.id])
    far = next(one for one in routed(jarvis, asked(jarvis, file)).candidates if one.engine == "acme/far")
    assert far.asks, "before a file that was attached to stay goes anywhere, the person is asked"
    jarvis.conversation_log.set_privacy(question.conversation_id, "local")
    assert left_out(routed(jarvis, question)) == {"acme/far": "privacy"}


def test_personal_data_said_before_keeps_the_question_here(jarvis: Jarvis) -> None:
    jarvis.settings.set("privacy.personal_data", "stay")
    first = asked(jarvis, text="My card is 4111 1111 1111 1111, is that a valid number?")
    later = asked(jarvis, conversation=first.conversation_id)
    assert left_out(routed(jarvis, later)) == {"acme/far": "privacy"}
    assert "acme/far" in offered(routed(jarvis, asked(jarvis)))


def test_a_question_that_is_gone_is_routed_by_its_words(jarvis: Jarvis) -> None:
    assert "blind" in offered(routed(jarvis, asked(jarvis), question_id="0" * 32))
