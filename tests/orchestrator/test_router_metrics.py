"""The measures of a router against tables worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.router.metrics import (
    apgr,
    brier,
    calibration_error,
    call_share,
    quality_curve,
    rank_agreement,
)


def test_curve_of_four_questions() -> None:
    # Sent in the order c, a, d, b with gains 1, 1, 0, -1 of a lead of 1.
    curve = quality_curve([0.8, 0.1, 0.9, 0.5], [1, -1, 1, 0])
    assert curve.tolist() == [0.0, 1.0, 2.0, 2.0, 1.0]


def test_apgr_is_the_mean_height_of_the_curve() -> None:
    assert apgr([0.8, 0.1, 0.9, 0.5], [1, -1, 1, 0]) == pytest.approx((0.5 + 1.5 + 2.0 + 1.5) / 4)


def test_best_order_middle_and_worst() -> None:
    assert apgr([4, 3, 2, 1], [1, 0, 0, 0]) == pytest.approx(0.875)
    assert apgr([1, 2, 3, 4], [1, 0, 0, 0]) == pytest.approx(0.125)
    assert apgr([0, 0, 0, 0], [1, 0, 0, 0]) == pytest.approx(0.5)


def test_equal_scores_do_not_depend_on_their_order() -> None:
    assert apgr([1, 1, 0], [1, 0, 0]) == apgr([1, 1, 0], [0, 1, 0]) == pytest.approx((0.25 + 0.75 + 1.0) / 3)


def test_share_of_calls_is_read_between_the_steps() -> None:
    # One gain per question: the curve is the diagonal.
    assert call_share([4, 3, 2, 1], [1, 1, 1, 1], 0.5) == pytest.approx(0.5)
    assert call_share([4, 3, 2, 1], [1, 1, 1, 1], 0.8) == pytest.approx(0.8)
    # Both gains come first: half of the lead after a quarter of the calls.
    assert call_share([4, 3, 2, 1], [1, 1, 0, 0], 0.5) == pytest.approx(0.25)


def test_no_lead_has_no_share() -> None:
    with pytest.raises(ValueError, match="sum to more than 0"):
        quality_curve([1, 2], [0, 0])
    with pytest.raises(ValueError, match="one score"):
        quality_curve([1, 2, 3], [1, 1])


@given(st.lists(st.tuples(st.integers(-5, 5), st.sampled_from([-1, 0, 1])), min_size=1, max_size=40))
def test_any_order_and_its_reverse_add_to_one(pairs: list[tuple[int, int]]) -> None:
    scores, gains = [float(score) for score, _ in pairs], [gain for _, gain in pairs]
    if sum(gains) <= 0:
        gains = [*gains, *[1] * (1 - sum(gains))]
        scores = [*scores, *[0.0] * (len(gains) - len(scores))]
    assert apgr(scores, gains) + apgr([-score for score in scores], gains) == pytest.approx(1.0)


def test_brier_and_calibration() -> None:
    assert brier([0.8, 0.4], [1, 0]) == pytest.approx((0.04 + 0.16) / 2)
    # Bin 0.2: believed 0.25 and 0.25, happened 1 of 2; bin 1.0: believed 1.0, happened.
    assert calibration_error([0.25, 0.25, 1.0], [1, 0, 1], bins=5) == pytest.approx(0.5 / 3)
    assert calibration_error([0.5, 0.5], [1, 0]) == pytest.approx(0.0)


def test_rank_agreement() -> None:
    assert rank_agreement([1, 2, 3], [10, 20, 3000]) == pytest.approx(1.0)
    assert rank_agreement([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)
    # Ranks 1.5 1.5 3 against 1 2 3.
    expected = np.corrcoef([1.5, 1.5, 3.0], [1.0, 2.0, 3.0])[0, 1]
    assert rank_agreement([5, 5, 9], [1, 2, 3]) == pytest.approx(expected)
