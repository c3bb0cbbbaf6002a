"""Working ahead for a question that is not certain: the same prompt as later, and not a trace of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from jarvis.assistant.prepare import Preparation
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import Request
from tests.assistant.bench import Bench
from tests.fakes.assistant import ReadingAhead


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "jarvis.sqlite3")
    made.engines = [ReadingAhead("small", ["The kettle is in the kitchen."])]
    return made


def prepare(bench: Bench, text: str, cancel: CancelToken | None = None) -> list:
    request = Request(text=text, door="voice", conversation_id=bench.conversation)
    Preparation(bench.abilities).prepare(request, cancel or CancelToken())
    return bench.engines[0].read


def contents(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


def test_the_model_reads_ahead_exactly_what_it_is_asked_later(bench: Bench) -> None:
    bench.facts.facts = ("the kettle is red",)
    bench.ask("what is a kettle?", door="voice")
    read = prepare(bench, "and where is the kettle?")
    bench.ask("and where is the kettle?", door="voice")
    assert read == [bench.engines[0].prompts[-1]]
    assert any("the kettle is red" in message.text for message in read[0])


def test_nothing_is_stored_and_nothing_is_asked(bench: Bench, tmp_path: Path) -> None:
    bench.ask("what is a kettle?")
    before = contents(tmp_path / "jarvis.sqlite3")
    prepare(bench, "where is it?")
    prepare(bench, "set a timer for ten minutes")
    assert contents(tmp_path / "jarvis.sqlite3") == before
    assert len(bench.engines[0].prompts) == 1
    assert bench.skills.ran == []
    assert bench.facts.uses == []


@pytest.mark.parametrize("text", ["set a timer for ten minutes", "qué hora es"])
def test_what_a_skill_does_needs_no_model(bench: Bench, text: str) -> None:
    assert prepare(bench, text) == []


def test_what_the_memory_quotes_needs_no_model(bench: Bench) -> None:
    bench.facts.quotes = {"where is the key?": "You said: under the mat."}
    assert prepare(bench, "where is the key?") == []


@pytest.mark.parametrize("status", [{"where": "cloud"}, {"state": "loadable"}])
def test_nothing_leaves_and_nothing_is_loaded_ahead(bench: Bench, status: dict) -> None:
    bench.engines = [ReadingAhead("other", ["Yes."], **status)]
    assert prepare(bench, "where is the kettle?") == []


def test_what_is_void_ends_quietly(bench: Bench) -> None:
    void = CancelToken()
    void.cancel("speech went on")
    assert prepare(bench, "where is the kettle?", void) == []


@pytest.mark.parametrize("fails", [EngineError("engine.died", en="It died.", es="Murió."), RuntimeError("bug")])
def test_trouble_is_left_to_the_question_itself(bench: Bench, fails: Exception) -> None:
    bench.engines[0].fails = fails
    assert len(prepare(bench, "where is the kettle?")) == 1
    bench.conversation = "gone"
    prepare(bench, "where is the kettle?")
