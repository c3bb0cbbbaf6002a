"""The policy when it tries what it does not know yet, and whatever it is given."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import DOMAINS, RouteWeights
from jarvis.orchestrator.policy import EXPLORED_USD, decide
from jarvis.orchestrator.profiles import weights_for
from tests.fakes.route_world import (
    CHEAP,
    CHEAP_READY,
    CLOUD,
    CLOUD_READY,
    ENGINES,
    SMALL,
    SMALL_READY,
    THINKER,
    THINKER_LOADABLE,
    assessed,
    facts_of,
    question,
)
from tests.orchestrator.test_policy import decided


def explored(**parts) -> int:
    """How often of 200 something else than usual comes first."""
    twin = replace(SMALL_READY, id="twin:8b", model="twin:8b")
    facts = {SMALL.engine: SMALL, twin.id: replace(SMALL, engine=twin.id), CHEAP.engine: CHEAP}
    given = {"weights": weights_for("balanced", {"explore": 0.6}), **parts}
    found = [
        decided(
            assessed("knowledge"), (SMALL_READY, twin, CHEAP_READY), lambda engine: facts[engine], draw=draw, **given
        )
        for draw in ((number + 0.25) / 200 for number in range(200))
    ]
    for decision in found:
        first = decision.candidates[0]
        assert first.explored == ("tried this time" in decision.reason)
        assert not any(one.explored for one in decision.candidates[1:])
    return sum(decision.candidates[0].explored for decision in found)


def test_uncertain_models_are_tried_now_and_then():
    assert 20 < explored() < 180


@pytest.mark.parametrize(
    "parts",
    [
        {"private": True},
        {"door": "voice"},
        {"weights": weights_for("balanced", {"explore": 0.0})},
        {"pinned": "twin:8b"},
    ],
)
def test_nothing_is_tried_where_it_must_not_be(parts):
    assert explored(**parts) == 0


def test_dear_models_those_to_load_and_those_to_ask_about_are_never_tried():
    engines = (SMALL_READY, replace(THINKER_LOADABLE, load_seconds=0.6), CLOUD_READY, CHEAP_READY)
    weights = weights_for("balanced", {"explore": 1.0, "per_dollar": 0.0, "per_second_chat": 0.0, "leaving": 0.0})
    tried = set()
    for number in range(300):
        decision = decided(
            assessed("knowledge", 0.55, 0.8), engines, draw=(number + 0.5) / 301, weights=weights, prompt_tokens=800
        )
        tried |= {one.engine for one in decision.candidates if one.explored}
        assert all(
            one.cost_usd is not None and one.cost_usd <= EXPLORED_USD for one in decision.candidates if one.explored
        )
    assert THINKER.engine not in tried
    assert CLOUD.engine not in tried
    for number in range(100):
        asking = decided(assessed(), engines, draw=(number + 0.5) / 101, weights=weights, privacy="ask")
        assert not any(one.explored and one.where == "cloud" for one in asking.candidates)


ENGINE = st.builds(
    EngineStatus,
    id=st.sampled_from([engine.id for engine in ENGINES] + ["other"]),
    model=st.sampled_from(["m", "n", ""]),
    where=st.sampled_from(["local", "cloud"]),
    state=st.sampled_from(["ready", "loadable", "missing", "failed", "installing"]),
    device=st.sampled_from(["GPU 0", "CPU", "", "GPU 0+1+CPU"]),
    load_seconds=st.none() | st.floats(0, 1000),
    sentence=st.sampled_from(["", "No."]),
    context_tokens=st.integers(0, 10**6),
    abilities=st.frozensets(st.sampled_from(["vision", "tools", "chat", "reasoning"])),
    tokens_per_second=st.none() | st.floats(0.01, 1000),
)
WEIGHTS = st.builds(
    RouteWeights,
    per_dollar=st.floats(0, 1000),
    per_second_voice=st.floats(0, 1),
    per_second_chat=st.floats(0, 1),
    per_second_background=st.floats(0, 1),
    explore=st.floats(0, 1),
    leaving=st.floats(0, 1),
)


@settings(max_examples=150)
@given(
    engines=st.lists(ENGINE, max_size=6),
    weights=WEIGHTS,
    weak=st.floats(0, 1),
    strong=st.floats(0, 1),
    domain=st.sampled_from(DOMAINS),
    needs=st.lists(st.sampled_from(["vision", "tools", "long_context", "fresh_information"]), unique=True),
    tokens=st.integers(0, 10**5),
    parts=st.fixed_dictionaries(
        {
            "language": st.sampled_from(["en", "es"]),
            "door": st.sampled_from(["chat", "voice", "quick", "cli", "api"]),
            "background": st.booleans(),
            "prompt_tokens": st.integers(0, 10**7),
            "max_answer_tokens": st.integers(1, 10**5),
            "privacy": st.sampled_from(["local", "ask", "cloud"]),
            "private": st.booleans(),
            "pinned": st.none() | st.sampled_from([engine.id for engine in ENGINES] + ["gone"]),
            "budget_left_usd": st.none() | st.floats(0, 10),
            "draw": st.floats(0, 1),
        }
    ),
)
def test_whatever_is_asked_of_whatever_there_is(engines, weights, weak, strong, domain, needs, tokens, parts):
    asked = question(assessed(domain, weak, strong, tokens=tokens, needs=needs), weights=weights, **parts)
    decision = decide(asked, engines, facts_of)
    assert len(decision.candidates) + len(decision.excluded) == len(engines)
    assert decide(asked, engines, facts_of) == decision
    assert decision.reason
    scores = [one.score for one in decision.candidates if one.engine != asked.pinned]
    assert scores == sorted(scores, reverse=True)
    for one in decision.candidates:
        assert 0 <= one.quality <= 1
        assert one.why
        assert not (one.where == "cloud" and (asked.private or asked.privacy == "local"))
        assert one.asks == (one.where == "cloud" and asked.privacy == "ask")
        if asked.budget_left_usd is not None:
            assert one.cost_usd is not None
            assert one.cost_usd <= asked.budget_left_usd or one.where == "local"
