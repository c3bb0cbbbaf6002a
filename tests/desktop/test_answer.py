"""What of an answer's making is told beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jarvis.contracts.errors import Language
from jarvis.contracts.events import (
    AskEvent,
    AskFinished,
    CacheAnswered,
    ConsentAsked,
    Redacted,
    RouteChosen,
    StageFinished,
    StageStarted,
    TextDelta,
    ToolCalled,
)
from jarvis.desktop.answer import Answer, after, doing_now, what_answered
from jarvis.desktop.decision_facts import Record
from jarvis.desktop.decision_rows import page_of
from jarvis.desktop.run import Desktop
from jarvis.desktop.words import Words
from tests.desktop.conftest import Until, answers
from tests.fakes.desk_routing import wired
from tests.fakes.desktop import FakeDesktop

ROUTE = RouteChosen(
    ask_id="1",
    candidates=("a", "b"),
    reason="a answers here.",
    details=(
        {
            "engine": "a",
            "model": "a",
            "where": "local",
            "quality": 0.81,
            "seconds": 2.5,
            "cost_usd": 0.0,
            "why": "It is here.",
        },
        {
            "engine": "b",
            "model": "b",
            "where": "cloud",
            "quality": 0.9,
            "seconds": 12.0,
            "cost_usd": 0.0125,
            "why": "It costs more.",
        },
    ),
    excluded=({"engine": "c", "model": "", "why": "It is resting."},),
)


def folded(*events: AskEvent) -> Answer:
    answer = Answer(ask_id="1")
    for event in events:
        answer = after(answer, event)
    return answer


@pytest.mark.parametrize(
    ("language", "numbers"),
    [("en", ["2.5\u00a0s", "12\u00a0s", "$0.0125"]), ("es", ["2,5\u00a0s", "12\u00a0s", "0,0125\u00a0$"])],
)
def test_why_shows_every_candidate_in_the_language_s_own_figures(
    qapp: object, language: Language, numbers: list[str]
) -> None:
    page = page_of(folded(ROUTE), Record(), Words(language))
    assert page.reason == "a answers here." and page.left_out == ("c: It is resting.",)
    first, second = page.candidates
    assert (first[0], first[-1]) == ("a", "It is here.") and (second[0], second[-1]) == ("b", "It costs more.")
    assert ("81%" if language == "en" else "81\u00a0%") in first
    assert all(number in (*first, *second) for number in numbers)


def finished(**fields: Any) -> AskFinished:
    values = {"message_id": "m", "text": "x", "source": "model", "model": "a", "timings": {"total": 0.5}, **fields}
    return AskFinished(ask_id="1", **values)


@pytest.mark.parametrize(("language", "word"), [("en", "answered from cache"), ("es", "respuesta ya dada antes")])
def test_an_earlier_answer_is_marked(qapp: object, language: Language, word: str) -> None:
    again = folded(CacheAnswered(ask_id="1", model="a", asked="q", age_seconds=9), finished(cached=True))
    assert word in what_answered(again, Words(language))
    assert word not in what_answered(folded(finished()), Words(language))


@pytest.mark.parametrize(
    ("skill", "language", "told"),
    [
        ("notes.delete_all", "en", "Skill: Delete all notes"),
        ("notes.delete_all", "es", "Habilidad: Borrar todas las notas"),
        ("old.skill", "en", "Skill: old.skill"),
        ("", "es", "Respondido por una habilidad"),
    ],
)
def test_the_skill_that_answered_is_named_in_words(skill: str, language: Language, told: str) -> None:
    answered = folded(finished(source="skill", skill=skill, model=None))
    assert what_answered(answered, Words(language)).split("  ·  ")[0] == told


def test_what_was_replaced_is_counted_and_what_would_leave_is_shown(qapp: object) -> None:
    told = folded(Redacted(ask_id="1", model="b", kinds={"email": 1, "card": 1}), finished())
    assert "2 personal details replaced" in what_answered(told, Words("en"))
    asked = ConsentAsked(ask_id="1", model="b", where="b", preview=({"role": "user", "text": "[EMAIL_1]?"},))
    assert page_of(folded(ROUTE, asked), Record(), Words("en")).aside == ("user: [EMAIL_1]?",)


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("This would be sent to gpt-4o. Shall I send it?", "en", "Jarvis asks first"),
        ("Esto se enviaría a gpt-4o. ¿Lo envío?\n", "es", "Jarvis pregunta antes"),
        ("May I look up “x” on the web? What comes of it is sent to gpt-4o.", "en", "Jarvis asks first"),
        ("No model is here that could answer that.", "en", "No answer"),
    ],
)
def test_who_is_asked_something_first_is_not_told_that_there_is_no_answer(text, language, told):
    assert what_answered(replace(folded(finished()), source="none", text=text), Words(language)).startswith(told)


def test_tools_and_stages_are_told_while_they_run(qapp: object) -> None:
    words = Words("en")
    assert (
        doing_now(folded(ToolCalled(ask_id="1", name="timers", arguments={}, permission="allow")), words) == "timers …"
    )
    stage = StageStarted(ask_id="1", stage=2, stages=3, role="maths", title="Maths", model="a")
    assert doing_now(folded(stage), words) == "2/3 · Maths · a"
    done = StageFinished(ask_id="1", stage=2, role="maths", model="a", ok=True, text="42", seconds=1.0)
    assert page_of(folded(ROUTE, stage, done), Record(), words).aside == ("maths (a): 42",)


def test_one_click_asks_anew(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    def script(ask_id: str, request: Any) -> Any:
        if not request.fresh:
            yield CacheAnswered(ask_id=ask_id, model="a", asked=request.text, age_seconds=9)
        yield TextDelta(ask_id=ask_id, text="same")

    wired(desktop)
    fake.assistant.script = script
    desktop.session.ask("what is it")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    button: Any = answers(desktop)[0].footer.anew
    assert answers(desktop)[0].answer.cached and not button.isHidden()
    click: Callable[[], None] = button.click
    click()
    until(lambda: len(fake.assistant.requests) == 2)
    assert fake.assistant.requests[1].fresh and fake.assistant.requests[1].text == "what is it"
