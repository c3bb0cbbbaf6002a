"""Learning from reactions: moves towards the evidence, little by little, the same in any process, and fades."""

import itertools
import math
import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.routing import DOMAINS
from jarvis.orchestrator.abilities import Abilities
from jarvis.orchestrator.learning import NOTHING, Correction, benefit_of_doubt, learn, unlearned
from jarvis.orchestrator.quality import good_logit, sigmoid
from tests.fakes.route_world import HUGE, SMALL, all_of, outcome

MODEL = SMALL.engine


LEVEL = Abilities(theta=dict.fromkeys(DOMAINS, 0.5), uncertainty=0.4, thinks=False)
UNKNOWN = unlearned(LEVEL)


def level(engine: str) -> Abilities:
    return LEVEL


def taught(outcomes, domain="chat", model=MODEL) -> Correction:
    found = learn(outcomes, level).of(model, domain)
    assert found is not None
    return found


def many(count: int, value: float, **parts):
    return [outcome(number, value=value, **parts) for number in range(count)]


def test_nothing_teaches_nothing():
    learned = learn([], level)
    assert learned.of(MODEL, "chat") is None
    assert learned.mixed(MODEL, all_of("chat")) is None
    assert learned.effectiveness == NOTHING.effectiveness == ()


def test_a_model_of_which_little_is_known_is_learned_faster():
    unsure = replace(LEVEL, uncertainty=0.9)
    assert unlearned(unsure).deviation > UNKNOWN.deviation
    known, unknown = (learn(many(5, 0.0), lambda _, able=able: able).of(MODEL, "chat") for able in (LEVEL, unsure))
    assert unknown.mean < known.mean < 0


def test_praise_raises_and_complaints_lower_and_more_of_them_do_more():
    means = [taught(many(count, value)).mean for value in (0.0, 1.0) for count in (1, 5, 50)]
    assert means[2] < means[1] < means[0] < 0 < means[3] < means[4] < means[5]
    assert abs(means[0]) < 0.5
    doubts = [taught(many(count, 0.0)).deviation for count in (1, 5, 50)]
    assert UNKNOWN.deviation > doubts[0] > doubts[1] > doubts[2] > 0


def test_what_is_learned_in_one_domain_carries_over_in_part():
    learned = learn(many(30, 0.0, domain="code"), level)
    assert learned.of(MODEL, "code").mean < learned.of(MODEL, "maths").mean < 0
    assert learned.of(MODEL, "code").deviation < learned.of(MODEL, "maths").deviation
    assert learned.of(HUGE.engine, "code") is None
    assert learned.mixed(HUGE.engine, {}) is None
    assert learned.mixed(MODEL, {}) == learned.of(MODEL, "chat")
    half = learned.mixed(MODEL, {"code": 0.5, "maths": 0.5})
    assert learned.of(MODEL, "code").mean < half.mean < learned.of(MODEL, "maths").mean


def test_answers_as_good_as_expected_change_little():
    expected = sigmoid(good_logit(0.6, 0.85, 0.5))
    assert abs(taught(many(200, expected)).mean) < 0.01


def test_the_truth_is_found_from_enough_reactions():
    chance = random.Random(5)
    truth = 0.9
    reactions = []
    for number in range(800):
        weak = chance.uniform(0.2, 0.8)
        good = sigmoid(good_logit(weak, min(weak + 0.2, 0.95), 0.5) + truth)
        reactions.append(outcome(number, value=float(chance.random() < good), weak=weak, strong=min(weak + 0.2, 0.95)))
    found = taught(reactions)
    assert found.mean == pytest.approx(truth, abs=3 * found.deviation)
    assert found.mean == pytest.approx(truth, abs=0.35)


def test_the_mode_is_where_the_slope_is_zero():
    reactions = [*many(7, 0.0, domain="code"), *many(9, 1.0, domain="chat"), *many(3, 0.5, domain="legal")]
    learned = learn(reactions, level)
    expected = good_logit(0.6, 0.85, 0.5)
    base = learned.of(MODEL, "maths").mean
    total = -base / (0.5**2 + (0.7 * 0.4) ** 2)
    for domain, count, value in (("code", 7, 0.0), ("chat", 9, 1.0), ("legal", 3, 0.5)):
        mean = learned.of(MODEL, domain).mean
        slope = count * (value - sigmoid(expected + mean))
        assert slope == pytest.approx((mean - base) / 0.5**2, abs=0.05)
        total += slope
    assert total == pytest.approx(0.0, abs=0.1)


def test_the_doubt_shrinks_as_the_evidence_grows():
    for count in (1, 10, 300):
        found = taught(many(count, 0.3))
        good = sigmoid(good_logit(0.6, 0.85, 0.5) + found.mean)
        precision = 1 / UNKNOWN.deviation**2 + count * good * (1 - good)
        assert found.deviation == pytest.approx(precision**-0.5, rel=0.01)


def test_neither_the_order_of_the_rows_of_one_day_nor_the_process_changes_anything():
    reactions = [
        outcome(number, domain=domain, value=value, model=model)
        for number, (domain, value, model) in enumerate(
            itertools.product(("chat", "code"), (0.0, 0.5, 1.0), (MODEL, "b", "a"))
        )
    ]
    forwards, backwards = learn(reactions, level), learn(reactions[::-1], level)
    for model, domain in itertools.product((MODEL, "a", "b"), DOMAINS):
        assert forwards.of(model, domain).mean == pytest.approx(backwards.of(model, domain).mean, abs=1e-9)
    program = (
        "from tests.fakes.route_world import outcome\n"
        "from jarvis.orchestrator.learning import learn\n"
        "rows = [outcome(n, value=n % 3 / 2, domain='code' if n % 2 else 'chat', days=n) for n in range(40)]\n"
        "from tests.orchestrator.test_learning import level\n"
        "found = learn(rows, level).of(rows[0].model, 'code')\n"
        "print(repr(found.mean), repr(found.deviation))\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    rows = [outcome(n, value=n % 3 / 2, domain="code" if n % 2 else "chat", days=n) for n in range(40)]
    here = taught(rows, "code")
    assert told == {f"{here.mean!r} {here.deviation!r}\n"}


def test_older_reactions_fade():
    old_praise = many(20, 1.0)
    later = [outcome(100 + day, value=0.5, weight=0.0, days=30 * day) for day in range(1, 13)]
    fresh, faded = taught(old_praise), taught([*old_praise, *later])
    assert 0 < faded.mean < 0.4 * fresh.mean
    assert faded.deviation > fresh.deviation


def test_recent_reactions_outweigh_old_ones():
    rows = [*many(10, 1.0), *(outcome(50 + n, value=0.0, days=300 + n) for n in range(10))]
    quiet = [outcome(90 + n, value=0.5, weight=0.0, days=30 * n) for n in range(1, 10)]
    assert taught([*rows[:10], *quiet, *rows[10:]]).mean < taught(rows).mean < 0


def test_a_clock_that_is_set_back_or_was_wrong_does_no_harm():
    usual = [outcome(number, value=float(number % 4 > 0), days=number) for number in range(40)]
    back = [*usual[:20], *(replace(one, at=one.at - timedelta(days=4000)) for one in usual[20:])]
    forth = [*usual[:20], replace(usual[20], at=usual[20].at + timedelta(days=4000)), *usual[21:]]
    for moved in (back, forth):
        assert taught(moved).mean == pytest.approx(taught(usual).mean, abs=0.1)
        assert taught(moved).deviation == pytest.approx(taught(usual).deviation, abs=0.05)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.floats(0, 5),
            st.floats(0, 1),
            st.floats(0, 1),
            st.sampled_from(DOMAINS),
            st.floats(-2000, 2000),
        ),
        max_size=30,
    )
)
def test_whatever_happened_the_corrections_stay_moderate(rows):
    reactions = [
        outcome(number, value=value, weight=weight, weak=weak, strong=strong, domain=domain, days=days)
        for number, (value, weight, weak, strong, domain, days) in enumerate(rows)
    ]
    learned = learn(reactions, level)
    for domain in DOMAINS:
        found = learned.of(MODEL, domain) or UNKNOWN
        assert math.isfinite(found.mean)
        assert abs(found.mean) < 8
        assert 0 < found.deviation <= UNKNOWN.deviation + 1e-9


def test_effectiveness_tells_how_often_how_good_and_what_it_changed():
    rows = [*many(12, 0.25, domain="code"), *many(3, 1.0, domain="chat"), *many(2, 1.0, model="other")]
    records = learn(rows, level).effectiveness
    assert [(one.model, one.domain, one.outcomes) for one in records] == [
        (MODEL, "chat", 3),
        (MODEL, "code", 12),
        ("other", "chat", 2),
    ]
    code = records[1]
    assert code.mean == pytest.approx(0.25)
    assert code.expected == pytest.approx(sigmoid(good_logit(0.6, 0.85, 0.5)), abs=0.01)
    assert code.low < code.after < code.high
    assert code.after < code.before == pytest.approx(sigmoid(good_logit(0.5, 0.8, 0.5)))


def test_the_benefit_of_the_doubt_is_different_for_each_engine_repeatable_and_none_at_a_half():
    doubts = [benefit_of_doubt(UNKNOWN, f"engine-{number}", 0.3, 1.0) for number in range(400)]
    assert doubts == [benefit_of_doubt(UNKNOWN, f"engine-{number}", 0.3, 1.0) for number in range(400)]
    assert len(set(doubts)) == 400
    assert sum(doubts) / 400 == pytest.approx(0.0, abs=4 * UNKNOWN.deviation / 20)
    assert max(map(abs, doubts)) < 6 * UNKNOWN.deviation
    assert benefit_of_doubt(UNKNOWN, "engine", 0.5, 1.0) == 0.0
    assert benefit_of_doubt(UNKNOWN, "engine", 0.3, 0.0) == 0.0
    assert benefit_of_doubt(UNKNOWN, "engine", 0.3, 0.5) == pytest.approx(
        benefit_of_doubt(UNKNOWN, "engine", 0.3, 1.0) / 2
    )
