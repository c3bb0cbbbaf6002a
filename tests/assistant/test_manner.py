"""Questions that say how they want to be answered: with more thought, or anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.assistant.manner import manner_of
from jarvis.assistant.reused import EarlierAnswers
from jarvis.contracts.events import AskEvent, AskFinished, CacheAnswered, StageStarted
from jarvis.contracts.guard import Finding, Redaction
from jarvis.orchestrator.reuse import SameQuestion, cacheable, keepable
from jarvis.storage.answers import SqliteAnswerCache
from tests.assistant.bench import Bench
from tests.fakes.assistant import AnsweringInTurn, ScriptedEngine


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("think deeper", "deeper", ""),
        ("Think harder.", "deeper", ""),
        ("think deeper about that", "deeper", ""),
        ("think deeper: why is the sky blue?", "deeper", "why is the sky blue?"),
        ("think hard about whether P equals NP", "deeper", "whether P equals NP"),
        ("ask the specialists: is this contract valid?", "deeper", "is this contract valid?"),
        ("piénsalo a fondo", "deeper", ""),
        ("piénsalo mejor", "deeper", ""),
        ("piensa bien: ¿es válido este contrato?", "deeper", "¿es válido este contrato?"),
        ("ask again", "anew", ""),
        ("answer anew: capital of Peru", "anew", "capital of Peru"),
        ("pregunta de nuevo", "anew", ""),
        ("responde otra vez", "anew", ""),
        ("¡Piénsalo mejor!", "deeper", ""),
        ("Oye Jarvis, piénsalo más a fondo, por favor.", "deeper", ""),
        ("¿puedes pensarlo con más calma?", "deeper", ""),
        ("dale otra vuelta", "deeper", ""),
        ("reflexiona más: ¿qué es la luz?", "deeper", "¿qué es la luz?"),
        ("could you think harder, please?", "deeper", ""),
        ("vuelve a responder", "anew", ""),
    ],
)
def test_the_manner_is_told_from_the_first_words(text: str, kind: str, rest: str) -> None:
    manner = manner_of(text)
    assert manner is not None and (manner.kind, manner.text) == (kind, rest)


@pytest.mark.parametrize(
    "text",
    [
        "what do you think about deeper learning",
        "I think hard work pays",
        "why do people think harder at night",
        "pienso mejor por la mañana",
        "how do I ask again politely",
        "think",
        "vuelve a preguntarle a Ana",
        "piensa más gente como tú",
        "",
        "think hard" + "er" * 100_000,
    ],
)
def test_other_questions_say_nothing_of_it(text: str) -> None:
    assert manner_of(text) is None


class Nothing:
    def findings(self, text: str) -> tuple[Finding, ...]:
        return ()

    def redact(self, text: str) -> Redaction:
        return Redaction(text=text, findings=(), replaced={})


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "jarvis.sqlite3")
    yield bench
    bench.database.close()


@pytest.fixture
def remembering(bench: Bench) -> Bench:
    """An assistant that gives earlier answers again; what is remembered has a version."""
    earlier = EarlierAnswers(
        cache=SqliteAnswerCache(bench.database, bench.clock, SameQuestion()),
        reusable=cacheable,
        keepable=keepable,
        memory_version=lambda: str(bench.facts.facts),
        redactor=Nothing(),
    )
    bench.able(earlier=earlier)
    return bench


def cached(events: list[AskEvent]) -> bool:
    final = events[-1]
    assert isinstance(final, AskFinished)
    assert final.cached == any(isinstance(event, CacheAnswered) for event in events)
    return final.cached


def test_think_deeper_alone_means_the_last_question(bench: Bench) -> None:
    engine = AnsweringInTurn("local", ["Blue."], ["Because of scattering."], ["no remarks"], ["Rayleigh."])
    bench.engines = [engine]
    bench.ask("why is the sky blue")
    events = bench.ask("think deeper")
    assert any(isinstance(event, StageStarted) for event in events)
    assert "why is the sky blue" in engine.prompts[1][-1].text
    assert "think deeper" not in engine.prompts[1][-1].text


def test_think_deeper_with_nothing_before_is_a_question_like_any(bench: Bench) -> None:
    bench.engines = [ScriptedEngine("local", ["About what?"])]
    assert bench.ask("think deeper")[-1].text == "About what?"  # type: ignore[attr-defined]


def test_the_same_question_is_answered_from_before_and_anew_when_wanted(remembering: Bench) -> None:
    bench = remembering
    bench.engines = [AnsweringInTurn("local", ["Lima."], ["Lima, indeed."])]
    assert not cached(bench.ask("What is the capital of Peru?"))
    bench.conversation = None
    again = bench.ask("what's the capital of Peru")
    assert cached(again) and again[-1].text == "Lima."  # type: ignore[attr-defined]
    assert "What is the capital of Peru?" in again[-1].reason  # type: ignore[attr-defined]
    assert bench.stored()[-1] == ("assistant", "Lima.", "complete")
    assert not cached(bench.ask("ask again"))
    bench.conversation = None
    assert not cached(bench.ask("What is the capital of Peru?", fresh=True))


def test_what_is_learned_meanwhile_or_asked_otherwise_is_answered_anew(remembering: Bench) -> None:
    bench = remembering
    bench.engines = [ScriptedEngine("local", ["Lima."])]
    bench.ask("What is the capital of Peru?")
    for change in ("capital of Bolivia", "What is not the capital of Peru?", "¿Cuál es la capital de Perú?"):
        bench.conversation = None
        assert not cached(bench.ask(change)), change
    bench.conversation = None
    bench.facts.facts = ("I moved to Lima",)
    assert not cached(bench.ask("What is the capital of Peru?"))


def test_answers_that_failed_or_were_about_oneself_are_not_kept(remembering: Bench) -> None:
    bench = remembering
    bench.engines = [ScriptedEngine("local", ["You are tall."])]
    for _ in range(2):
        bench.conversation = None
        assert not cached(bench.ask("how tall am I"))


def test_asking_the_very_same_at_once_wants_another_answer(remembering: Bench) -> None:
    bench = remembering
    bench.engines = [AnsweringInTurn("local", ["Lima."], ["It is Lima."])]
    bench.ask("What is the capital of Peru?")
    again = bench.ask("what is the capital of Peru?")
    assert not cached(again) and again[-1].text == "It is Lima."  # type: ignore[attr-defined]
