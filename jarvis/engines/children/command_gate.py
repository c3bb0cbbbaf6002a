"""Decides from what three decoders heard whether a sound was a command.

Knows nothing about sound or about commands: phones come as names, loudness as levels, and the weights were fitted by
`python -m benchmarks.fit_command_gate`, which says on what.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LARGEST_DISTANCE = 1.0
"""Farther apart than this is no more telling."""

QUIET_ROOM_DB = 40.0
"""Speech this far above the noise is heard as in a quiet room; steady noise at 20 dB of mean power comes to 32 here, at
10 dB to 22, at 5 dB to 17."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """How far the decoders agree.

    `score` is pocketsphinx' own for the grammar's words, 0..1: the n-th root of their acoustic likelihood.
    `trigram_distance` and `phone_distance` say which share of the grammar's phones the trigram's words and the bare
    phones have otherwise, 0..1. `above_noise_db` is how far the loud parts of the sound are above the soft ones; it is
    no evidence, but asks for more of it.
    """

    score: float
    trigram_distance: float
    phone_distance: float
    above_noise_db: float = QUIET_ROOM_DB

    @classmethod
    def of(
        cls,
        *,
        score: float,
        grammar: Sequence[str],
        trigram: Sequence[str],
        phones: Sequence[str],
        above_noise_db: float = QUIET_ROOM_DB,
    ) -> Evidence:
        """Return the evidence of the phones that each decoder heard; without the grammar's it is `NOTHING_HEARD`."""
        if not grammar:
            return NOTHING_HEARD
        count = len(grammar)
        return cls(
            score=score,
            trigram_distance=min(edits(grammar, trigram) / count, LARGEST_DISTANCE),
            phone_distance=min(edits(grammar, phones) / max(count, len(phones)), LARGEST_DISTANCE),
            above_noise_db=above_noise_db,
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

LOG_ODDS_PER_DB = 0.04
DISTANCE_LOG_ODDS_PER_DB = 0.5
"""So much more is asked for each dB of noise above that of a quiet room, and more still times the trigram's distance: a
wrong command is worse than none. What is misheard at 10 and 5 dB are words that sound alike, and mostly grammar and
trigram do not quite agree on them; where both hear "up" for "down", no bar finds it."""


_SOFT_SHARE, _LOUD_SHARE = 0.05, 0.9
"""Of an utterance's levels: the pauses around a sentence are a tenth of it at least, its vowels more."""


def log_odds(evidence: Evidence) -> float:
    """Return the natural logarithm of the odds that the grammar's words are what was said."""
    return sum(weight * feature for weight, feature in zip(WEIGHTS, evidence.features(), strict=True))


def confidence(evidence: Evidence) -> float:
    """Return the probability that the grammar's words are what was said, 0..1."""
    return 1 / (1 + math.exp(-max(min(log_odds(evidence), 50.0), -50.0)))


def is_command(evidence: Evidence) -> bool:
    """True if the grammar's words may be acted on: the noisier it is, the surer they have to be."""
    noise = max(0.0, QUIET_ROOM_DB - evidence.above_noise_db)
    more = LOG_ODDS_PER_DB + DISTANCE_LOG_ODDS_PER_DB * evidence.trigram_distance
    return log_odds(evidence) > LEAST_LOG_ODDS + more * noise


def above_noise(levels: Sequence[float]) -> float:
    """Return how many dB the loud parts of `levels`, in dB, are above the soft ones; `QUIET_ROOM_DB` for none."""
    if not levels:
        return QUIET_ROOM_DB
    ordered = sorted(levels)
    last = len(ordered) - 1
    return ordered[round(last * _LOUD_SHARE)] - ordered[round(last * _SOFT_SHARE)]


def edits(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many insertions, deletions and replacements turn `left` into `right` (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        before, row[0] = row[:], i
        for j, other in enumerate(right, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one != other))
    return row[-1]
