"""Scores rows by words: BM25 over a row's own and those before it, and how much of a question its talk covers. Pure.

Knows stems, numbers and who follows whom, nothing of rows or indexes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jarvis.memory.talks import Talks

K1: Final = 1.2
B: Final = 0.75
"""The usual constants of BM25."""

BEFORE_WEIGHT: Final = 0.7
"""What a word of the turn before counts beside one of the turn itself; anything in 0.5..1 finds the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A word that a question looks for: its stems, and how much it weighs (inverse document frequency)."""

    stems: tuple[str, ...]
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Stems:
    """The stems of a row's own text and of what was said just before it."""

    own: Sequence[str]
    before: Sequence[str]


def wanted_words(
    words: Sequence[tuple[str, ...]], frequencies: Mapping[str, int], rows: int, *, share: float = 1.0
) -> list[Wanted]:
    """Return the words with their weights; `frequencies` are of single stems among `rows` rows. A word that no row has
    weighs most. `share` scales all weights."""
    found = []
    for stems in words:
        holding = min(rows, sum(frequencies.get(stem, 0) for stem in stems))
        found.append(Wanted(stems=stems, weight=share * math.log(1 + (rows - holding + 0.5) / (holding + 0.5))))
    return found


def bm25(wanted: Sequence[Wanted], rows: Mapping[int, Stems]) -> dict[int, float]:
    """Return the score of every row, 0 for one that holds none of the words. Lengths are compared among `rows`."""
    if not rows:
        return {}
    lengths = {seq: len(stems.own) + BEFORE_WEIGHT * len(stems.before) for seq, stems in rows.items()}
    average = max(1.0, sum(lengths.values()) / len(lengths))
    places = _places(wanted)
    scores: dict[int, float] = {}
    for seq, stems in rows.items():
        norm = K1 * (1 - B + B * lengths[seq] / average)
        times = _times(places, stems)
        scores[seq] = sum(wanted[place].weight * count * (K1 + 1) / (count + norm) for place, count in times.items())
    return scores


def _places(wanted: Sequence[Wanted]) -> dict[str, int]:
    return {stem: place for place, word in reversed(list(enumerate(wanted))) for stem in word.stems}


def _times(places: Mapping[str, int], stems: Stems) -> dict[int, float]:
    """How often each wanted word stands in a row, by its place in the question."""
    times: dict[int, float] = {}
    for words, share in ((stems.own, 1.0), (stems.before, BEFORE_WEIGHT)):
        for stem in words:
            place = places.get(stem)
            if place is not None:
                times[place] = times.get(place, 0.0) + share
    return times


def coverage(wanted: Sequence[Wanted], rows: Mapping[int, Iterable[str]], talks: Talks) -> dict[int, float]:
    """Return for every row the share 0..1 of the question's weight that it and the turns around it hold.

    A word that stands some turns away counts less. An answer need not repeat the question: it stands near to it.
    """
    places = _places(wanted)
    best: dict[int, dict[int, float]] = {seq: {} for seq in rows}
    for seq, stems in rows.items():
        held = {places[stem] for stem in stems if stem in places}
        if not held:
            continue
        for other, strength in talks.fading(seq):
            if other not in best:
                continue
            kept = best[other]
            for place in held:
                if strength > kept.get(place, 0.0):
                    kept[place] = strength
    total = sum(word.weight for word in wanted) or 1.0
    return {seq: sum(wanted[place].weight * s for place, s in kept.items()) / total for seq, kept in best.items()}
