"""Calibration: weights that reach what was wanted on logged questions, and an honest answer when they are too few."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.orchestrator.calibration import (
    LEAST_QUESTIONS,
    NEWEST_QUESTIONS,
    LoggedCandidate,
    LoggedDecision,
    Suggestion,
    TooFew,
    for_cloud_share,
    for_large_share,
    for_monthly_budget,
    outlook,
)
from jarvis.orchestrator.profiles import weights_for
from tests.fakes.route_world import MONDAY

BALANCED = weights_for("balanced")


def logged(count: int, seed: int = 1, days: float = 30.0) -> list[LoggedDecision]:
    """Questions to a small and a large local model and one in the cloud, whose advantage varies."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        base = chance.uniform(0.4, 0.9)
        gain = chance.uniform(0.0, 0.3)
        usd = chance.uniform(0.001, 0.01)
        rows.append(
            LoggedDecision(
                candidates=(
                    LoggedCandidate(
                        engine="small", where="local", quality=base, cost_usd=0.0, first_seconds=0.3, seconds=3.0
                    ),
                    LoggedCandidate(
                        engine="large",
                        where="local",
                        quality=base + 0.6 * gain,
                        cost_usd=0.0,
                        first_seconds=12.0,
                        seconds=50.0,
                        large=True,
                    ),
                    LoggedCandidate(
                        engine="cloud",
                        where="cloud",
                        quality=base + gain,
                        cost_usd=usd,
                        first_seconds=1.0,
                        seconds=4.0,
                    ),
                ),
                at=MONDAY + timedelta(days=days * number / count),
                door=chance.choice(["chat", "voice"]),
                background=chance.random() < 0.2,
            )
        )
    return rows


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.8])
def test_a_wanted_share_of_the_cloud_is_reached(share):
    found = for_cloud_share(logged(400), BALANCED, share)
    assert isinstance(found, Suggestion)
    assert found.reached
    assert found.after.cloud_share == pytest.approx(share, abs=0.02)
    assert found.before == outlook(logged(400), BALANCED)
    assert replace(found.weights, per_dollar=BALANCED.per_dollar) == BALANCED


def test_a_share_that_even_free_money_does_not_bring_is_told():
    found = for_cloud_share(logged(400), BALANCED, 0.999)
    assert isinstance(found, Suggestion)
    assert not found.reached
    assert found.weights.per_dollar == 0.0


@pytest.mark.parametrize("usd", [0.05, 0.2, 0.5])
def test_a_monthly_budget_is_kept_and_used(usd):
    found = for_monthly_budget(logged(400), BALANCED, usd)
    assert isinstance(found, Suggestion)
    assert found.reached
    assert 0.9 * usd <= found.after.usd_per_month <= 1.1 * usd


def test_a_budget_that_is_never_needed_asks_for_nothing():
    found = for_monthly_budget(logged(400), BALANCED, 1000.0)
    assert isinstance(found, Suggestion)
    assert found.weights.per_dollar == 0.0
    assert found.after.usd_per_month < 1000.0


def test_more_money_buys_more_quality():
    found = [for_monthly_budget(logged(400), BALANCED, usd) for usd in (0.02, 0.1, 0.5)]
    qualities = [one.after.quality for one in found if isinstance(one, Suggestion)]
    assert qualities == sorted(qualities)
    assert qualities[0] < qualities[2]


def test_a_wanted_share_of_large_models_is_reached_by_the_price_of_seconds():
    local = [replace(row, candidates=row.candidates[:2]) for row in logged(400)]
    found = for_large_share(local, BALANCED, 0.4)
    assert isinstance(found, Suggestion)
    assert found.after.large_share == pytest.approx(0.4, abs=0.02)
    assert found.weights.per_dollar == BALANCED.per_dollar
    ratio = BALANCED.per_second_voice / BALANCED.per_second_chat
    assert found.weights.per_second_voice == pytest.approx(ratio * found.weights.per_second_chat)


@pytest.mark.parametrize("count", [0, 1, LEAST_QUESTIONS - 1])
def test_too_few_questions_are_admitted(count):
    found = for_cloud_share(logged(count) if count else [], BALANCED, 0.3)
    assert found == TooFew(questions=count)
    for language in ("en", "es"):
        assert f"{count} " in found.sentence(language)
        assert str(LEAST_QUESTIONS) in found.sentence(language)


def test_questions_without_candidates_do_not_count():
    empty = LoggedDecision(candidates=(), at=MONDAY)
    assert for_cloud_share([*logged(30), *[empty] * 100], BALANCED, 0.3) == TooFew(questions=30)
    assert isinstance(for_cloud_share([*logged(60), empty], BALANCED, 0.3), Suggestion)


def test_only_the_newest_questions_count():
    old = [replace(row, at=row.at - timedelta(days=400), candidates=row.candidates[:1]) for row in logged(50)]
    rows = [*logged(NEWEST_QUESTIONS), *old]
    found = for_cloud_share(rows, BALANCED, 0.3)
    assert isinstance(found, Suggestion)
    assert found.questions == NEWEST_QUESTIONS
    assert found.before == outlook(rows[:NEWEST_QUESTIONS], BALANCED)


def test_leaving_seconds_and_dollars_all_count():
    usual = outlook(logged(200), BALANCED)
    assert 0 < usual.cloud_share < 1
    assert outlook(logged(200), replace(BALANCED, leaving=1.0)).cloud_share == 0.0
    assert outlook(logged(200), replace(BALANCED, per_dollar=1e6)).cloud_share == 0.0
    hurried = replace(BALANCED, per_second_chat=1.0, per_second_voice=1.0, per_second_background=1.0)
    assert outlook(logged(200), hurried).felt_seconds < usual.felt_seconds


def test_a_month_has_thirty_days_however_long_was_logged():
    two_weeks, a_month = logged(200, days=15.0), logged(200, days=30.0)
    assert outlook(two_weeks, BALANCED).usd_per_month == pytest.approx(
        2 * outlook(a_month, BALANCED).usd_per_month, rel=0.02
    )


def test_the_suggestion_says_in_both_languages_what_it_would_have_done():
    found = for_cloud_share(logged(100), BALANCED, 0.3)
    assert isinstance(found, Suggestion)
    assert "last 100 questions: 30% in the cloud" in found.sentence("en")
    assert "últimas 100 preguntas" in found.sentence("es")
    assert "30%" in found.sentence("es")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.05, 0.9))
def test_a_suggestion_never_overshoots(seed, share):
    found = for_cloud_share(logged(60, seed), BALANCED, share)
    assert isinstance(found, Suggestion)
    assert found.after.cloud_share <= share + 0.02 + 1e-9
