"""The probability of a good answer: between the references exact, beyond them monotone, never outside 0..1."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.routing import DOMAINS
from jarvis.orchestrator.abilities import STRONG_THETA, WEAK_THETA, abilities_of
from jarvis.orchestrator.quality import good_logit, logit, mixed, model_logit, sigmoid
from tests.fakes.route_world import CLOUD, HUGE, SMALL, all_of, assessed

CHANCES = st.floats(0.0, 1.0)
THETAS = st.floats(-3.5, 4.0)


def good(weak: float, strong: float, theta: float) -> float:
    return sigmoid(good_logit(weak, strong, theta))


@given(weak=st.floats(0.01, 0.99), strong=st.floats(0.01, 0.99))
def test_the_references_answer_as_was_assessed(weak, strong):
    weak, strong = sorted((weak, strong))
    assert good(weak, strong, WEAK_THETA) == pytest.approx(weak)
    assert good(weak, strong, STRONG_THETA) == pytest.approx(strong)


@given(weak=CHANCES, strong=CHANCES, low=THETAS, high=THETAS)
def test_more_ability_is_never_worse(weak, strong, low, high):
    weak, strong = sorted((weak, strong))
    low, high = sorted((low, high))
    assert good(weak, strong, low) <= good(weak, strong, high) + 1e-12


@given(theta=THETAS, weak=st.floats(0.01, 0.95), strong=st.floats(0.01, 0.95), easier=st.floats(0.0, 0.5))
def test_an_easier_question_is_answered_no_worse(theta, weak, strong, easier):
    weak, strong = sorted((weak, strong))
    gap = logit(strong) - logit(weak)
    lifted_weak = sigmoid(logit(weak) + easier)
    lifted_strong = sigmoid(logit(weak) + easier + gap)
    assert good(lifted_weak, lifted_strong, theta) >= good(weak, strong, theta) - 1e-9


@given(value=st.floats(allow_nan=False))
def test_every_logit_is_a_probability(value):
    assert 0.0 <= sigmoid(value) <= 1.0


@given(probability=CHANCES)
def test_certainty_is_never_believed(probability):
    assert math.isfinite(logit(probability))
    assert 0.004 < sigmoid(logit(probability)) < 0.996


@pytest.mark.parametrize(
    ("weak", "strong", "theta", "expected"),
    [
        (0.6, 0.9, 0.8, 0.786),
        (0.6, 0.9, 2.4, 0.957),
        (0.9, 0.9, 3.0, 0.9),
        (0.95, 0.96, -1.6, 0.793),
        (0.3, 0.7, 0.0, 0.3),
        (0.7, 0.3, 1.6, 0.7),
    ],
)
def test_table(weak, strong, theta, expected):
    assert good(weak, strong, theta) == pytest.approx(expected, abs=0.005)


def test_an_easy_question_still_tells_tiny_models_from_small_ones():
    assert good(0.95, 0.96, -2.0) < good(0.95, 0.96, 0.0) - 0.15


def test_domains_are_mixed_by_their_probability():
    values = dict.fromkeys(DOMAINS, 0.0) | {"code": 2.0, "maths": 1.0}
    assert mixed(values, all_of("code"), "chat") == 2.0
    assert mixed(values, {"code": 0.5, "maths": 0.5}, "chat") == 1.5
    assert mixed(values, {"code": 0.2, "maths": 0.2}, "chat") == pytest.approx(1.5)
    assert mixed(values, {}, "code") == 2.0
    assert mixed(values, dict.fromkeys(DOMAINS, 0.0), "maths") == 1.0


def test_the_better_model_wins_more_on_a_harder_question():
    easy, hard = assessed("knowledge", 0.9, 0.95), assessed("knowledge", 0.4, 0.75)

    def gain(assessment):
        large = sigmoid(model_logit(assessment, abilities_of(CLOUD), CLOUD, "en"))
        return large - sigmoid(model_logit(assessment, abilities_of(SMALL), SMALL, "en"))

    assert 0 < gain(easy) < gain(hard)


def test_an_unlisted_language_and_a_prompt_beyond_what_is_used_well_cost():
    able = abilities_of(HUGE)
    known = model_logit(assessed(), able, HUGE, "es")
    assert model_logit(assessed(), able, replace(HUGE, languages=frozenset({"en"})), "es") < known
    narrow = replace(HUGE, effective_context_tokens=4000)
    assert model_logit(assessed(), able, narrow, "es", prompt_tokens=4000) == known
    assert model_logit(assessed(), able, narrow, "es", prompt_tokens=16_000) == pytest.approx(known - 2.0)
