"""Decides from what three decoders heard whether a sound was a command.

Knows nothing about sound or about commands: phones come as names, and the weights were fitted by
`python -m benchmarks.fit_command_gate`, which says on what.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LARGEST_DISTANCE = 1.0
"""Farther apart than this is no more telling."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """How far the decoders agree.

    `score` is pocketsphinx' own for the grammar's words, 0..1: the n-th root of their acoustic likelihood.
    `trigram_distance` and `phone_distance` say which share of the grammar's phones the trigram's words and the bare
    phones have otherwise, 0..1.
    """

    score: float
    trigram_distance: float
    phone_distance: float

    @classmethod
    def of(cls, *, score: float, grammar: Sequence[str], trigram: Sequence[str], phones: Sequence[str]) -> Evidence:
        """Return the evidence of the phones that each decoder heard; without the grammar's it is `NOTHING_HEARD`."""
        if not grammar:
            return NOTHING_HEARD
        count = len(grammar)
        return cls(
            score=score,
            trigram_distance=min(edits(grammar, trigram) / count, LARGEST_DISTANCE),
            phone_distance=min(edits(grammar, phones) / max(count, len(phones)), LARGEST_DISTANCE),
        )

    def features(self) -> tuple[float, ...]:
        """Return the numbers that are weighed, in the order of `WEIGHTS`."""
        return (1.0, self.score, self.trigram_distance, self.phone_distance)


NOTHING_HEARD = Evidence(score=0.0, trigram_distance=1.0, phone_distance=1.0)

WEIGHTS = (1.163, 13.332, -5.323, -5.886)
"""Of a logistic model of "the grammar's words are what was said": constant, score, distances."""

LEAST_LOG_ODDS = 1.75
"""Natural logarithm of the odds from which on a command is taken for one. Of 1100 sentences of other speech, by voices
that the weights were not fitted on, one came to 1.33 and the next to 0.9."""


def log_odds(evidence: Evidence) -> float:
    """Return the natural logarithm of the odds that the grammar's words are what was said."""
    return sum(weight * feature for weight, feature in zip(WEIGHTS, evidence.features(), strict=True))


def confidence(evidence: Evidence) -> float:
    """Return the probability that the grammar's words are what was said, 0..1."""
    return 1 / (1 + math.exp(-max(min(log_odds(evidence), 50.0), -50.0)))


def is_command(evidence: Evidence) -> bool:
    """True if the grammar's words may be acted on."""
    return log_odds(evidence) > LEAST_LOG_ODDS


def edits(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many insertions, deletions and replacements turn `left` into `right` (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        before, row[0] = row[:], i
        for j, other in enumerate(right, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one != other))
    return row[-1]
