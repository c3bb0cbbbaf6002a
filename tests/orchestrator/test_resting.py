"""Circuit breaker: what rests how long after which failure, trials after a rest, and what never rests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.orchestrator.resting import (
    FIRST_REST_SECONDS,
    KINDS,
    LONGEST_REST_SECONDS,
    REFUSED_REST_SECONDS,
    TRIAL_SECONDS,
    Rests,
)


def left(rests: Rests, now: float) -> float:
    return rests.unusable(now).get("a", 0.0)


@pytest.mark.parametrize("code", ["engine.timeout", "engine.died", "engine.unreachable", "engine.server", "unknown"])
def test_a_broken_engine_rests_twice_as_long_each_time_up_to_ten_minutes(code):
    rests, now, waits = Rests(), 100.0, []
    for _ in range(12):
        rests = rests.failed("a", code, now)
        waits.append(left(rests, now))
        now += waits[-1]
    assert waits[:4] == [5.0, 10.0, 20.0, 40.0]
    assert waits[-1] == LONGEST_REST_SECONDS


@pytest.mark.parametrize("code", ["engine.auth", "engine.quota", "engine.refused", "engine.model_unknown"])
def test_what_only_a_person_can_mend_rests_long_until_it_is_freed(code):
    rests = Rests().failed("a", code, 0.0)
    assert left(rests, 0.0) == REFUSED_REST_SECONDS
    assert rests.freed("a").unusable(0.0) == {}


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if kind == "own"])
def test_the_questions_own_fault_rests_nothing(code):
    assert Rests().failed("a", code, 0.0) == Rests()
    tired = Rests().failed("a", "engine.died", 0.0)
    assert tired.failed("a", code, 1.0).unusable(1.0) == tired.unusable(1.0)


def test_one_empty_answer_is_forgiven_and_two_in_a_row_are_not():
    once = Rests().failed("a", "engine.empty", 0.0)
    assert once.unusable(0.0) == {}
    assert left(once.failed("a", "engine.only_thought", 0.0), 0.0) == FIRST_REST_SECONDS
    assert once.answered("a").failed("a", "engine.empty", 0.0).unusable(0.0) == {}


def test_too_many_questions_rest_longer_than_a_first_fault_and_shorter_than_a_wrong_key():
    crowded = left(Rests().failed("a", "engine.rate_limit", 0.0), 0.0)
    assert FIRST_REST_SECONDS < crowded < REFUSED_REST_SECONDS


def test_after_its_rest_one_trial_keeps_the_others_away():
    rests = Rests().failed("a", "engine.died", 0.0)
    assert left(rests, 4.9) == pytest.approx(0.1)
    assert left(rests, 5.0) == 0.0
    trying = rests.trying("a", 6.0)
    assert left(trying, 7.0) == TRIAL_SECONDS - 1.0
    assert trying.answered("a").unusable(7.0) == {}
    assert left(trying.failed("a", "engine.died", 8.0), 8.0) == 10.0
    assert left(trying, 6.0 + TRIAL_SECONDS) == 0.0


def test_a_trial_that_ends_by_the_questions_own_fault_lets_others_in():
    trying = Rests().failed("a", "engine.died", 0.0).trying("a", 6.0)
    assert trying.failed("a", "engine.context_too_long", 7.0).unusable(7.0) == {}


def test_a_failed_trial_is_over():
    failed = Rests().failed("a", "engine.died", 0.0).trying("a", 6.0).failed("a", "engine.died", 8.0)
    assert left(failed, 17.9) == pytest.approx(0.1)
    assert left(failed, 18.0) == 0.0


def test_asking_a_sound_engine_is_no_trial():
    rests = Rests().trying("a", 0.0)
    assert rests == Rests()
    forgiven = Rests().failed("a", "engine.empty", 0.0).trying("a", 1.0)
    assert forgiven.unusable(1.0) == {}


def test_engines_rest_apart_and_values_do_not_change():
    first = Rests().failed("a", "engine.died", 0.0)
    both = first.failed("b", "engine.auth", 0.0)
    assert set(first) == {"a"}
    assert set(both.unusable(0.0)) == {"a", "b"}
    assert both["b"].failures == 1
    assert len(both.answered("a")) == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["fail", "answer", "try"]),
            st.sampled_from([*KINDS, "engine.died", "other"]),
            st.floats(0, 1000),
        )
    )
)
def test_nothing_rests_for_ever(steps):
    rests, now = Rests(), 0.0
    for what, code, seconds in steps:
        now += seconds
        if what == "fail":
            rests = rests.failed("a", code, now)
        elif what == "answer":
            rests = rests.answered("a")
            assert rests.unusable(now) == {}
        else:
            rests = rests.trying("a", now)
        assert 0 <= left(rests, now) <= max(REFUSED_REST_SECONDS, LONGEST_REST_SECONDS, TRIAL_SECONDS) + 1e-6
    assert rests.unusable(now + REFUSED_REST_SECONDS + 1) == {}
