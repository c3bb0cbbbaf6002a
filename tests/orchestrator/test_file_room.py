"""How much more of attached files a model with a wide context is sent, and what bounds it."""

from dataclasses import replace

import pytest

from jarvis.orchestrator.file_room import FILES_USD, MOST_TOKENS, further_tokens
from jarvis.orchestrator.policy import decide
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
