"""Several models at one question: stages as events, notes that never delete, limits, stops, failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.assistant.cooperate import is_sound
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.cooperation import CooperationLimits
from jarvis.contracts.errors import EngineError
from jarvis.contracts.events import (
    AskCancelled,
    AskEvent,
    AskFinished,
    EngineFailed,
    EngineNoticed,
    MemoryRecalled,
    StageDelta,
    StageFinished,
    StageStarted,
    TextDelta,
    event_from_json,
    event_to_json,
)
from jarvis.contracts.messages import Usage
from jarvis.contracts.ports import EngineDone
from tests.assistant.bench import Bench
from tests.fakes.assistant import AnsweringInTurn, ScriptedEngine

DIED = EngineError("engine.died", en="It died.", es="Murió.")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "jarvis.sqlite3")
    bench.router.domain = "maths"
    bench.router.quality = {"qwen2.5-32b:q4": 0.8}
    yield bench
    bench.database.close()


def stages(events: list[AskEvent]) -> list[tuple[str, str, bool]]:
    return [(e.role, e.model.partition(":")[0], e.ok) for e in events if isinstance(e, StageFinished)]


def two(bench: Bench, deepseek: list[object], qwen: tuple[list[object], ...]) -> tuple[ScriptedEngine, ScriptedEngine]:
    first = ScriptedEngine("deepseek-r1-distill-qwen-14b:q4", deepseek)  # type: ignore[arg-type]
    second = AnsweringInTurn("qwen2.5-32b:q4", *qwen)  # type: ignore[arg-type]
    bench.engines = [first, second]
    return first, second


def test_specialists_answer_a_reviewer_annotates_and_one_writes(bench: Bench) -> None:
    maths, other = two(
        bench, ["It is ", "42."], (["Perhaps 41."], ["Draft 2 is off by one."], ["The ", "answer is 42."])
    )
    events = bench.ask("prove that the answer is 42", deep=True)
    assert [role for role, _, ok in stages(events) if ok] == ["maths", "maths", "review", "integrate"]
    final = events[-1]
    assert isinstance(final, AskFinished) and final.text == "The answer is 42."
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == final.text
    assert final.model == "deepseek-r1-distill-qwen-14b:q4-model + qwen2.5-32b:q4-model"
    review, written = other.prompts[1][-1].text, other.prompts[2][-1].text
    for text in ("It is 42.", "Perhaps 41."):
        assert text in review and text in written, "nothing is ever removed"
    assert "off by one" in written
    assert [options.stage for options in (*maths.asked, *other.asked)] == ["maths", "maths", "review", "integrate"]
    for event in events:
        assert event_from_json(event_to_json(event)) == event
    assert bench.stored()[-1] == ("assistant", "The answer is 42.", "complete")


def test_the_stages_speak_spanish_to_a_spanish_question(bench: Bench) -> None:
    two(bench, ["Son 42."], (["Son 41."], ["El borrador 2 falla."], ["Son 42."]))
    events = bench.ask("demuestra que la respuesta es 42, por favor", deep=True)
    titles = [e.title for e in events if isinstance(e, StageStarted)]
    assert titles[-2:] == ["Revisor de contexto", "Integración"]
    plan = next(e for e in events if isinstance(e, EngineNoticed))
    assert plan.sentence.startswith("Trabajan juntos")


def test_a_specialist_that_fails_is_left_out_and_said_to_be(bench: Bench) -> None:
    two(bench, ["half", DIED], (["Perhaps 41."], ["no remarks"], ["It is 41."]))
    events = bench.ask("prove it", deep=True)
    failed = next(e for e in events if isinstance(e, StageFinished) and not e.ok)
    assert failed.text == "It died."
    assert isinstance(events[-1], AskFinished) and events[-1].text == "It is 41."


def test_when_all_specialists_fail_one_model_answers_alone(bench: Bench) -> None:
    two(bench, [DIED], ([DIED], ["Alone."]))
    events = bench.ask("prove it", deep=True)
    assert "cooperation.failed" in [e.code for e in events if isinstance(e, EngineNoticed)]
    final = events[-1]
    assert isinstance(final, AskFinished) and final.text == "Alone."


def test_when_they_cannot_be_put_together_the_first_draft_is_shown(bench: Bench) -> None:
    two(bench, ["It is 42."], (["Perhaps 41."], ["no remarks"], ["It i", DIED]))
    events = bench.ask("prove it", deep=True)
    final = events[-1]
    assert isinstance(final, AskFinished) and final.text in {"It is 42.", "Perhaps 41."}
    (begun,) = [e for e in events if isinstance(e, EngineFailed)]
    assert begun.restarts and begun.code == "cooperation.unmerged", "what was shown of the other one is taken back"
    assert [state for _, _, state in bench.stored()[1:]] == ["failed", "complete"]


def test_stop_stops_in_the_middle_of_a_stage(bench: Bench) -> None:
    cancel = CancelToken()
    _, other = two(bench, ["It is ", cancel.cancel, "42."], (["never"],))
    events = bench.ask("prove it", cancel, deep=True)
    assert isinstance(events[-1], AskCancelled)
    assert len(other.prompts) <= 1, "no further stage begins"


def test_time_that_is_up_skips_stages_but_still_answers(bench: Bench) -> None:
    bench.options = replace(bench.options, cooperation=CooperationLimits(seconds=30))
    two(bench, ["It is 42.", lambda: bench.clock.advance(60)], (["Perhaps 41."], ["x"], ["y"]))
    events = bench.ask("prove it", deep=True)
    late = [e for e in events if isinstance(e, StageFinished) and "no time left" in e.text]
    assert late
    assert isinstance(events[-1], AskFinished) and events[-1].text == "It is 42."


def test_facts_reach_the_stages_only_while_nothing_leaves(bench: Bench) -> None:
    bench.facts.facts = ("prove it on fridays",)
    two(bench, ["42"], (["41"], ["no remarks"], ["42"]))
    assert any(isinstance(e, MemoryRecalled) for e in bench.ask("prove it", deep=True))
    bench.conversation = None
    bench.engines = [
        ScriptedEngine("deepseek-r1-distill-qwen-14b:q4", ["42"]),
        AnsweringInTurn("openai/gpt-4o", ["41"], ["fine"], ["42"], where="cloud"),
    ]
    bench.router.quality = {"openai/gpt-4o": 0.9}
    events = bench.ask("prove it", deep=True)
    assert not any(isinstance(e, MemoryRecalled) for e in events)
    sent = [m.text for engine in bench.engines for prompt in engine.prompts for m in prompt]
    assert sent and not any("fridays" in text for text in sent)


@pytest.mark.parametrize(
    ("verdict", "answer", "asked_strong"),
    [("SOUND: it follows.", "It is 42.", 0), ("UNSURE, the sum is off.", "It is 84.", 1), ("Hmm", "It is 84.", 1)],
)
def test_hard_questions_are_checked_and_escalated_where_the_settings_want_it(
    bench: Bench, verdict: str, answer: str, asked_strong: int
) -> None:
    bench.options = replace(bench.options, cooperate=True)
    bench.router.difficulty = 0.95
    fast = AnsweringInTurn("llama-3.1-8b:q4", ["It is 42."], [verdict])
    strong = ScriptedEngine("llama-3.3-70b:q4", ["It is ", "84."])
    bench.router.quality = {"llama-3.3-70b:q4": 0.9}
    bench.engines = [fast, strong]
    events = bench.ask("what is six times seven, really")
    final = events[-1]
    assert isinstance(final, AskFinished) and final.text == answer
    assert len(strong.prompts) == asked_strong
    assert next(e.text for e in events if isinstance(e, StageDelta)) == "It is 42."


def test_it_is_off_by_default_and_never_delays_speech(bench: Bench) -> None:
    bench.router.difficulty = 0.95
    two(bench, ["42"], (["41"],))
    assert not stages(bench.ask("prove it"))
    bench.options = replace(bench.options, cooperate=True)
    assert not stages(bench.ask("prove it", door="voice"))


@pytest.mark.parametrize(
    ("verdict", "sound"),
    [
        ("SOUND", True),
        ("**Sound**: yes", True),
        ("SÓLIDA. Cuadra.", True),
        ("Sólida", True),
        ("UNSURE", False),
        ("DUDOSA", False),
        ("unsound", False),
        ("not sound", False),
        ("", False),
        ("I think it is SOUND", False),
    ],
)
def test_only_a_clear_word_vouches_for_an_answer(verdict: str, sound: bool) -> None:
    assert is_sound(verdict) is sound


def test_tokens_of_a_stage_are_joined(bench: Bench) -> None:
    two(bench, [*"It is 42."], (["Perhaps 41."], ["no remarks"], [*"It is 42."]))
    events = bench.ask("prove it", deep=True)
    assert len([e for e in events if isinstance(e, TextDelta)]) < 4
    assert "".join(e.text for e in events if isinstance(e, StageDelta) and e.stage == 1) == "It is 42."


def test_nobody_is_blamed_when_the_time_is_up(bench: Bench) -> None:
    bench.options = replace(bench.options, cooperation=CooperationLimits(seconds=6))
    timeout = EngineError("engine.timeout", en="Too late.", es="Tarde.")
    two(bench, ["It is 42.", timeout], (["Perhaps 41."], ["x"], ["y"]))
    bench.ask("prove it", deep=True)
    assert not bench.health.resting()


def test_deep_without_room_for_it_is_said(bench: Bench) -> None:
    bench.options = replace(bench.options, cooperation=CooperationLimits(seconds=0.5))
    two(bench, ["42"], (["41"],))
    events = bench.ask("piénsalo a fondo: ¿por qué es azul el cielo?")
    (said,) = [e for e in events if isinstance(e, EngineNoticed)]
    assert said.code == "cooperation.none" and "responde un solo modelo" in said.sentence
    assert isinstance(events[-1], AskFinished)


def test_stopping_is_in_the_decision_log(bench: Bench) -> None:
    cancel = CancelToken()
    two(bench, ["It is ", cancel.cancel, "42."], (["never"],))
    bench.ask("prove it", cancel, deep=True)
    decision = bench.ledger.decision_of(bench.log.messages(bench.conversation or "")[0].id)
    assert decision and (decision.chosen, decision.hops) == (None, ("stopped",))


def test_whoever_wrote_the_answer_is_in_the_decision_log(bench: Bench) -> None:
    bench.options = replace(bench.options, cooperate=True)
    bench.router.difficulty = 0.95
    bench.router.quality = {"llama-3.3-70b:q4": 0.9}
    bench.engines = [
        AnsweringInTurn("llama-3.1-8b:q4", ["It is 42."], ["UNSURE"]),
        ScriptedEngine("llama-3.3-70b:q4", ["It is 84."]),
    ]
    bench.ask("what is six times seven, really")
    decision = bench.ledger.decision_of(bench.log.messages(bench.conversation or "")[0].id)
    assert decision and decision.chosen == "llama-3.3-70b:q4"


def test_drafts_fit_the_window_of_whoever_reads_them(bench: Bench) -> None:
    bench.options = replace(bench.options, context_tokens=2048, max_answer_tokens=512)
    _, other = two(bench, ["long " * 2000], (["more " * 2000], ["no remarks"], ["Short."]))
    bench.ask("prove it", deep=True)
    for prompt in other.prompts[1:]:
        assert sum(len(m.text) for m in prompt) / 3 < 2048
        assert "did not fit" in prompt[-1].text


def test_a_cloud_stage_of_unknown_price_is_the_last_one(bench: Bench) -> None:
    paid = EngineDone(usage=Usage(prompt_tokens=7, completion_tokens=1), cost_usd=None)
    far = AnsweringInTurn("openai/gpt-4o", ["42", paid], where="cloud")
    bench.engines = [ScriptedEngine("deepseek-r1-distill-qwen-14b:q4", ["42"]), far]
    bench.router.quality = {"openai/gpt-4o": 0.9}
    events = bench.ask("prove it", deep=True)
    assert len(far.prompts) == 1
    assert any("limit of money" in e.text for e in events if isinstance(e, StageFinished))
    assert isinstance(events[-1], AskFinished) and events[-1].cost_usd is None
