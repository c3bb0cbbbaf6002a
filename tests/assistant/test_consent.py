"""Asking before a question leaves, privacy, fallback and rest, against a real database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.events import (
    AskFailed,
    AskFinished,
    ConsentAsked,
    EngineFailed,
    RouteChosen,
    event_from_json,
    event_to_json,
)
from jarvis.contracts.guard import Finding, OutgoingPrompt
from jarvis.contracts.messages import ChatMessage, Image
from tests.assistant.bench import Bench, kinds
from tests.fakes.assistant import ScriptedEngine

OVERLOADED = EngineError("engine.overloaded", en="Too busy.", es="Saturado.")


class Stars:
    """Takes the word "hunter2" for personal data."""

    def findings(self, text: str) -> tuple[Finding, ...]:
        at = text.find("hunter2")
        return (Finding(kind="secret", start=at, end=at + 7),) if at >= 0 else ()

    def preview(self, messages: Sequence[ChatMessage]) -> OutgoingPrompt:
        count = sum("hunter2" in message.text for message in messages)
        hidden = tuple(replace(message, text=message.text.replace("hunter2", "[SECRET_1]")) for message in messages)
        return OutgoingPrompt(messages=hidden, kinds={"secret": count} if count else {})


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "jarvis.sqlite3", redactor=Stars(), outgoing=Stars())
    bench.options = replace(bench.options, privacy="ask")
    yield bench
    bench.database.close()


def cloud(*script: object) -> ScriptedEngine:
    return ScriptedEngine("far", script, where="cloud")  # type: ignore[arg-type]


def test_what_would_leave_is_shown_and_sent_only_after_a_yes(bench: Bench) -> None:
    bench.engines = [cloud("Because.")]
    events = bench.ask("why is hunter2 a weak password")
    (asked,) = [event for event in events if isinstance(event, ConsentAsked)]
    assert bench.engines[0].prompts == [], "nothing was sent"
    assert asked.preview[-1]["text"] == "why is [SECRET_1] a weak password"
    assert event_from_json(event_to_json(asked)) == asked
    final = events[-1]
    assert isinstance(final, AskFinished) and final.expects_reply
    assert "far-model" in final.text and "$0.001" in final.text and "One personal detail" in final.text
    answer = bench.ask("yes")[-1]
    assert isinstance(answer, AskFinished) and (answer.text, answer.model) == ("Because.", "far-model")
    assert [m.text for m in bench.engines[0].prompts[0] if m.role == "user"] == ["why is hunter2 a weak password"]


def test_after_a_no_it_is_answered_here_or_not_at_all(bench: Bench) -> None:
    bench.engines = [cloud("Because.")]
    bench.ask("why is the sky blue")
    final = bench.ask("no")[-1]
    assert isinstance(final, AskFinished) and final.source == "none"
    assert "far-model may not see this." in final.text
    assert bench.engines[0].prompts == []


def test_consent_is_asked_in_spanish_and_holds_for_one_question(bench: Bench) -> None:
    bench.engines = [cloud("Porque sí.")]
    assert bench.ask("¿por qué es azul el cielo?")[-1].text.endswith("¿Lo envío?")  # type: ignore[attr-defined]
    bench.ask("sí")
    assert ConsentAsked in kinds(bench.ask("¿y por qué es verde la hierba?"))


def test_what_was_asked_back_is_no_part_of_the_next_prompt(bench: Bench) -> None:
    bench.engines = [cloud("Because.")]
    bench.ask("why is the sky blue")
    bench.ask("yes")
    bench.ask("and the grass")
    bench.ask("yes")
    told = [(m.role, m.text) for m in bench.engines[0].prompts[1][1:]]
    assert told == [("user", "why is the sky blue"), ("assistant", "Because."), ("user", "and the grass")]


def test_another_question_in_place_of_a_yes_sends_nothing(bench: Bench) -> None:
    bench.engines = [cloud("Because.")]
    bench.ask("why is the sky blue")
    bench.ask("set a timer for ten minutes")
    bench.ask("yes")
    texts = [m.text for prompt in bench.engines[0].prompts for m in prompt]
    assert "why is the sky blue" not in texts


def test_pictures_are_there_after_the_yes(bench: Bench) -> None:
    picture = Image(data=b"\x89PNG", media_type="image/png")
    bench.engines = [cloud("A cat.")]
    asked = next(e for e in bench.ask("what is this", images=(picture,)) if isinstance(e, ConsentAsked))
    assert asked.preview[-1]["images"] == ["image/png, 4 B"]
    bench.ask("yes")
    assert bench.engines[0].prompts[0][-1].images == (picture,)


@pytest.mark.parametrize(
    ("settings", "conversation", "request_", "effective"),
    [
        ("cloud", None, None, "cloud"),
        ("cloud", "ask", None, "ask"),
        ("cloud", "local", "cloud", "local"),
        ("ask", "cloud", None, "ask"),
        ("local", None, "cloud", "local"),
        ("cloud", None, "local", "local"),
    ],
)
def test_the_strictest_rule_counts(
    bench: Bench, settings: str, conversation: str | None, request_: str | None, effective: str
) -> None:
    bench.options = replace(bench.options, privacy=settings)  # type: ignore[arg-type]
    bench.engines = [ScriptedEngine("local", ["x"])]
    bench.ask("hello there my friend")
    bench.log.set_privacy(bench.conversation or "", conversation)  # type: ignore[arg-type]
    bench.ask("tell me a story", privacy=request_)
    assert bench.router.questions[-1].privacy == effective


def test_personal_data_may_keep_a_question_here(bench: Bench) -> None:
    bench.options = replace(bench.options, privacy="cloud", personal_data="stay")
    bench.engines = [cloud("x")]
    final = bench.ask("is hunter2 weak")[-1]
    assert isinstance(final, AskFinished) and final.source == "none"
    bench.conversation = None
    assert bench.ask("is the moon far")[-1].text == "x"  # type: ignore[attr-defined]


def test_the_person_s_choice_of_model_reaches_the_router(bench: Bench) -> None:
    bench.options = replace(bench.options, privacy="cloud", pinned_engine="far")
    bench.engines = [ScriptedEngine("local", ["near"]), cloud("far away")]
    assert bench.ask("tell me a story")[-1].text == "far away"  # type: ignore[attr-defined]
    assert bench.ask("tell me a story", model="local")[-1].text == "near"  # type: ignore[attr-defined]


def test_an_engine_that_failed_rests_and_is_tried_again_later(bench: Bench) -> None:
    bench.options = replace(bench.options, privacy="cloud")
    bench.engines = [ScriptedEngine("first", [OVERLOADED]), ScriptedEngine("second", ["ok"])]
    events = bench.ask("tell me a story")
    assert [e.code for e in events if isinstance(e, EngineFailed)] == ["engine.overloaded"]
    (chosen,) = [e for e in bench.ask("another one") if isinstance(e, RouteChosen)]
    assert chosen.candidates == ("second",)
    bench.clock.advance(3600)
    (chosen,) = [e for e in bench.ask("and one more") if isinstance(e, RouteChosen)]
    assert chosen.candidates == ("first", "second")


def test_every_hop_is_in_the_decision_log(bench: Bench) -> None:
    bench.options = replace(bench.options, privacy="cloud")
    bench.engines = [ScriptedEngine("first", [OVERLOADED]), ScriptedEngine("second", ["half", OVERLOADED]), cloud("ok")]
    bench.ask("tell me a story")
    user = bench.log.messages(bench.conversation or "")[0]
    decision = bench.ledger.decision_of(user.id)
    assert decision and decision.hops == ("engine.overloaded", "engine.overloaded") and decision.chosen == "far"


def test_when_every_provider_is_down_the_last_reason_is_told(bench: Bench) -> None:
    bench.options = replace(bench.options, privacy="cloud")
    bench.engines = [ScriptedEngine("first", [OVERLOADED]), cloud(OVERLOADED)]
    final = bench.ask("tell me a story")[-1]
    assert isinstance(final, AskFailed) and final.sentence == "Too busy."
