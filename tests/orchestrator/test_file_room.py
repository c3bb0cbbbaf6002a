"""How much more of attached files a model with a wide context is sent, and what bounds it."""

from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import EngineDone, EngineText, GenerationOptions
from jarvis.orchestrator.file_room import FILES_USD, MOST_TOKENS, further_tokens
from jarvis.orchestrator.policy import decide
from jarvis.orchestrator.profiles import weights_for
from tests.fakes.metering import PRICE, Bench, ScriptedEngine
from tests.fakes.route_world import CHEAP_READY, CLOUD, CLOUD_READY, ENGINES, SMALL_READY, assessed, facts_of, question

LONG = question(further_tokens=400_000)


@pytest.mark.parametrize(
    ("engine", "context", "reads_usd", "left_usd", "tokens"),
    [
        (CLOUD_READY, 128_000, 0.1, None, 93_000),
        (CLOUD_READY, 1_000_000, 0.1, None, MOST_TOKENS),
        (CLOUD_READY, 1_000_000, 0.0, None, MOST_TOKENS),
        (CLOUD_READY, 128_000, 5.0, None, 20_000),
        (CLOUD_READY, 128_000, 5.0, 0.01, 2_000),
        (CLOUD_READY, 128_000, 5.0, -0.01, 0),
        (CLOUD_READY, 3_000, 5.0, None, 0),
        (CLOUD_READY, 0, 5.0, None, 0),
        (SMALL_READY, 128_000, 0.0, None, 0),
    ],
)
def test_it_is_bounded_by_context_money_and_budget(
    engine: object, context: int, reads_usd: float, left_usd: float | None, tokens: int
) -> None:
    status = replace(engine, context_tokens=context)  # type: ignore[type-var]
    assert further_tokens(LONG, status, 4_000, reads_usd, left_usd) == tokens  # type: ignore[arg-type]


def test_no_more_than_there_is() -> None:
    assert further_tokens(question(further_tokens=700), CLOUD_READY, 4_000, 0.1, None) == 700
    assert further_tokens(question(), CLOUD_READY, 4_000, 0.1, None) == 0


def test_the_order_stays_and_the_price_is_told() -> None:
    hard = assessed("code", 0.35, 0.75, tokens=400)
    plain = decide(question(hard), ENGINES, facts_of)
    long = decide(question(hard, further_tokens=400_000), ENGINES, facts_of)
    assert [one.engine for one in long.candidates] == [one.engine for one in plain.candidates]
    before, after = plain.candidates[0], long.candidates[0]
    assert before.engine == CLOUD.engine and before.further_tokens == 0 and after.further_tokens > 8_000
    assert after.score == before.score and after.first_seconds > before.first_seconds
    assert after.cost_usd is not None and before.cost_usd is not None
    assert after.cost_usd - before.cost_usd == pytest.approx(FILES_USD, rel=0.01)


def test_a_budget_leaves_out_passages_and_not_the_model() -> None:
    asked = question(assessed("code", 0.35, 0.75, tokens=400), further_tokens=400_000, budget_left_usd=0.02)
    decision = decide(asked, (CLOUD_READY, CHEAP_READY), facts_of)
    assert len(decision.candidates) == 2
    assert all(one.cost_usd is not None and one.cost_usd <= 0.02 for one in decision.candidates)
    assert any(one.further_tokens > 0 for one in decision.candidates)


PROSE = "En el valle llovió toda la tarde, y nadie salió de casa hasta que volvió el sol; así pasó el año 1987. "


@pytest.mark.parametrize("left", [0.05, 0.2])
def test_what_is_read_further_can_be_set_aside(tmp_path: Path, left: float) -> None:
    facts = replace(facts_of(CLOUD.engine), input_usd=PRICE.input_usd, output_usd=PRICE.output_usd)
    asked = question(assessed("code", 0.35, 0.75, tokens=400), further_tokens=400_000, budget_left_usd=left)
    (one,) = decide(asked, (CLOUD_READY,), lambda _: facts).candidates
    assert one.further_tokens > 1_000
    bench = Bench(tmp_path, day=left)
    characters = (asked.prompt_tokens + one.further_tokens) * 3
    messages = [ChatMessage(role="user", text=(PROSE * (characters // len(PROSE) + 1))[:characters])]
    options = GenerationOptions(max_tokens=asked.max_answer_tokens + one.thinking_tokens)
    engine = bench.metered(
        ScriptedEngine(EngineText(text="Well."), EngineDone(usage=Usage(prompt_tokens=9, completion_tokens=2)))
    )
    assert len(list(engine.stream(messages, options, CancelToken()))) >= 2
    bench.database.close()


def test_a_model_that_is_offered_tools_reads_no_further() -> None:
    offered = replace(LONG, tools_offered=True)
    assert further_tokens(offered, CLOUD_READY, 4_000, 0.1, None) == 0
    without = replace(CLOUD_READY, abilities=frozenset({"chat"}))
    assert further_tokens(offered, without, 4_000, 0.1, None) == further_tokens(LONG, without, 4_000, 0.1, None) > 0


def test_nothing_is_tried_out_that_reading_further_makes_dear() -> None:
    weights = weights_for("balanced", {"explore": 1.0})

    def score(draw: float, further: int) -> float:
        asked = question(weights=weights, draw=draw, further_tokens=further)
        return decide(asked, (CHEAP_READY,), facts_of).candidates[0].score

    assert score(0.95, 0) > score(0.5, 0)
    assert score(0.95, 400_000) == score(0.5, 400_000)
