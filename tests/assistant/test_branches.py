"""Asking once more and asking in other words: where the question goes, what the model is told, what is learned."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import StorageError
from jarvis.contracts.events import AskCancelled, AskFailed, AskFinished, AskStarted
from jarvis.contracts.messages import StoredMessage
from tests.assistant.bench import Bench
from tests.fakes.assistant import ScriptedEngine


class Noted:
    """Keeps what it is told about answers."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def noticed(self, answer: StoredMessage, question_id: str, signal: str, value: float | None = None) -> None:
        self.seen.append((answer.text, signal))


@pytest.fixture
def bench(tmp_path: Path):
    bench = Bench(tmp_path / "jarvis.sqlite3", feedback=Noted())
    yield bench
    bench.database.close()


def talk(bench: Bench) -> list[StoredMessage]:
    """Two questions and their answers."""
    bench.engines = [ScriptedEngine("small", ["Because of light."])]
    bench.ask("why is the sky blue")
    bench.engines = [ScriptedEngine("small", ["It mirrors it."])]
    bench.ask("and the sea")
    bench.abilities.feedback.seen.clear()
    return bench.log.messages(bench.conversation or "")


def told(engine: ScriptedEngine) -> list[str]:
    """What the engine was sent without the system's part."""
    return [message.text for message in engine.prompts[-1][1:]]


def test_another_model_answers_the_same_question_in_the_first_one_s_place(bench: Bench) -> None:
    question, first, *_ = talk(bench)
    bench.engines = [ScriptedEngine("small", ["no"]), big := ScriptedEngine("big", ["Rayleigh scattering."])]
    events = bench.ask("", again=first.id, model="big")
    started = next(event for event in events if isinstance(event, AskStarted))
    assert (started.message_id, started.text) == (question.id, "why is the sky blue")
    final = events[-1]
    assert isinstance(final, AskFinished) and final.text == "Rayleigh scattering."
    assert told(big) == ["why is the sky blue"], "neither the first answer nor what came later"
    view = bench.log.messages(bench.conversation or "")
    assert [message.text for message in view] == ["why is the sky blue", "Rayleigh scattering."]
    assert view[1].versions == (first.id, final.message_id)
    assert bench.abilities.feedback.seen == [("Because of light.", "retry")]


def test_a_rewritten_question_begins_a_branch_of_its_own(bench: Bench) -> None:
    _, first, second, _ = talk(bench)
    bench.engines = [engine := ScriptedEngine("small", ["Salt."])]
    bench.ask("and why is the sea salty", follows=first.id)
    assert told(engine)[-3:] == ["why is the sky blue", "Because of light.", "and why is the sea salty"]
    view = bench.log.messages(bench.conversation or "")
    assert [message.text for message in view][2:] == ["and why is the sea salty", "Salt."]
    assert view[2].versions[0] == second.id
    assert bench.abilities.feedback.seen == [("It mirrors it.", "edit")]


def test_the_first_question_is_rewritten_without_what_it_was(bench: Bench) -> None:
    talk(bench)
    bench.engines = [engine := ScriptedEngine("small", ["Dust."])]
    bench.ask("why is the sky red", follows="")
    assert told(engine) == ["why is the sky red"]
    assert bench.abilities.feedback.seen == [("Because of light.", "edit")]


def test_a_question_that_could_not_be_stored_teaches_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = talk(bench)

    def full(*_: object, **__: object) -> None:
        raise StorageError("storage.full", en="The disk is full.", es="El disco está lleno.")

    monkeypatch.setattr(bench.log, "add_message", full)
    final = bench.ask("and why is the sea salty", follows=messages[1].id)[-1]
    assert isinstance(final, AskFailed) and final.code == "storage.full"
    assert bench.abilities.feedback.seen == []


def test_stopped_before_a_word_came_the_first_answer_stays_in_view(bench: Bench) -> None:
    messages = talk(bench)
    cancel = CancelToken()
    bench.engines = [ScriptedEngine("small", [cancel.cancel, "never"])]
    assert isinstance(bench.ask("", cancel, again=messages[3].id)[-1], AskCancelled)
    assert [message.text for message in bench.log.messages(bench.conversation or "")] == [one.text for one in messages]


def test_what_is_gone_is_not_asked_again(bench: Bench) -> None:
    messages = talk(bench)
    for again in ("unknown", messages[0].id):
        final = bench.ask("", again=again)[-1]
        assert isinstance(final, AskFailed) and final.code == "conversation.unknown"
    assert len(bench.log.messages(bench.conversation or "")) == 4
