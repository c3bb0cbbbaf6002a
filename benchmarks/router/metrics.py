"""Measures of a router as RouteLLM defines them, and of probabilities. Pure numbers in and out.

`gains` is, per question, how much better the strong model did: strong minus weak, -1, 0 or 1 for right and wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def quality_curve(scores: Sequence[float] | Numbers, gains: Sequence[float] | Numbers) -> Numbers:
    """Return the share of the strong model's lead that is recovered when 0, 1, ... all questions go to it.

    The highest scores go first; questions with the same score count as their mean, in whatever order they come. Raises
    `ValueError` where the strong model leads in nothing: then there is no share.
    """
    gain = np.asarray(gains, dtype=np.float64)
    score = np.asarray(scores, dtype=np.float64)
    if gain.shape != score.shape or gain.sum() <= 0:
        raise ValueError("every question needs one score and one gain, and the gains must sum to more than 0")
    _, place, size = np.unique(-score, return_inverse=True, return_counts=True)
    level = np.bincount(place, weights=gain) / size
    return np.concatenate([[0.0], np.cumsum(np.repeat(level, size))]) / gain.sum()


def apgr(scores: Sequence[float] | Numbers, gains: Sequence[float] | Numbers) -> float:
    """Return the average performance gap recovered: the mean height of the quality curve; 0.5 at random."""
    curve = quality_curve(scores, gains)
    return float((curve[1:] + curve[:-1]).mean() / 2.0)


def call_share(scores: Sequence[float] | Numbers, gains: Sequence[float] | Numbers, recovered: float) -> float:
    """Return the least share 0..1 of calls to the strong model that recovers `recovered` of its lead (CPT50: 0.5)."""
    curve = quality_curve(scores, gains)
    after = int(np.argmax(curve >= recovered))
    if after == 0:
        return 0.0
    step = (recovered - curve[after - 1]) / (curve[after] - curve[after - 1])
    return float((after - 1 + step) / (len(curve) - 1))


def brier(probabilities: Sequence[float] | Numbers, outcomes: Sequence[float] | Numbers) -> float:
    """Return the mean squared distance of probabilities from what happened."""
    return float(((np.asarray(probabilities) - np.asarray(outcomes)) ** 2).mean())


def calibration_error(
    probabilities: Sequence[float] | Numbers, outcomes: Sequence[float] | Numbers, bins: int = 10
) -> float:
    """Return the expected calibration error: the mean distance of belief and frequency over bins of equal width."""
    belief = np.asarray(probabilities, dtype=np.float64)
    happened = np.asarray(outcomes, dtype=np.float64)
    place = np.minimum((belief * bins).astype(int), bins - 1)
    off = [abs((belief[place == b] - happened[place == b]).sum()) for b in range(bins)]
    return float(np.sum(off) / len(belief))


def rank_agreement(left: Sequence[float] | Numbers, right: Sequence[float] | Numbers) -> float:
    """Return Spearman's rank correlation, equal values with their mean rank."""
    first, second = _ranks(np.asarray(left)), _ranks(np.asarray(right))
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: Numbers) -> Numbers:
    _, place, size = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(size)
    ranks: Numbers = (ends - (size - 1) / 2.0)[place]
    return ranks
