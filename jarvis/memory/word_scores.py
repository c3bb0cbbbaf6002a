"""Scores rows by words: BM25 over a row's own and those before it, and how much of a question its talk holds. Pure.

Knows stems, numbers and who follows whom, nothing of rows or indexes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jarvis.memory.talks import Talks

K1: Final = 1.2
B: Final = 0.75
"""The usual constants of BM25."""

BEFORE_WEIGHT: Final = 0.7
"""What a word of the turn before counts beside one of the turn itself; anything in 0.5..1 finds the same."""


RARE_IN: Final = 2
"""A word of so few rows is as rare as can be: what is told is often told twice, and its facts hold its words again."""

Holding = Mapping[int, float]
"""Which words of a question, by their place in it, a row and the turns around it hold, each with how near (0..1)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A word that a question looks for: its stems, how much it weighs (inverse document frequency), and how rare it is,
    0..1; one that says nothing of what is looked for has the rarity 0."""

    stems: tuple[str, ...]
    weight: float
    rarity: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What the words of a row, or of the talk around it, tell of a question: `share` is how much of all its rarity they
    hold, 0..1, `rare` how much in rarest words (2 is two words that next to no row has)."""

    share: float = 0.0
    rare: float = 0.0


NO_EVIDENCE: Final = Evidence()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stems:
    """The stems of a row's own text and of what was said just before it."""

    own: Sequence[str]
    before: Sequence[str]


def wanted_words(
    words: Sequence[tuple[str, ...]],
    frequencies: Mapping[str, int],
    rows: int,
    *,
    share: float = 1.0,
    empty: Collection[tuple[str, ...]] = (),
) -> list[Wanted]:
    """Return the words with their weights; `frequencies` are of single stems among `rows` rows. A word that no row has
    weighs most. `share` scales all weights, `empty` are words that say nothing of what is looked for."""
    rarest = _weight(min(RARE_IN, rows), rows)
    found = []
    for stems in words:
        holding = min(rows, sum(frequencies.get(stem, 0) for stem in stems))
        rarity = 0.0 if stems in empty else share * _weight(min(rows, max(RARE_IN, holding)), rows) / rarest
        found.append(Wanted(stems=stems, weight=share * _weight(holding, rows), rarity=rarity))
    return found


def _weight(holding: int, rows: int) -> float:
    return math.log(1 + (rows - holding + 0.5) / (holding + 0.5))


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


def holdings(wanted: Sequence[Wanted], rows: Mapping[int, Iterable[str]], talks: Talks) -> dict[int, Holding]:
    """Return for every row which words of the question it and the turns around it hold.

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
    return dict(best)


def coverage(wanted: Sequence[Wanted], held: Mapping[int, Holding]) -> dict[int, float]:
    """Return for every row the share 0..1 of the question's weight that it and the turns around it hold."""
    total = sum(word.weight for word in wanted) or 1.0
    return {seq: sum(wanted[place].weight * s for place, s in kept.items()) / total for seq, kept in held.items()}


def evidence(wanted: Sequence[Wanted], held: Mapping[int, Holding]) -> dict[int, tuple[Evidence, Evidence]]:
    """Return for every row that holds any word of the question what the words of the talk around it tell, its own among
    them, and what its own alone do."""
    rarities = [word.rarity for word in wanted]
    total = sum(rarities) or 1.0
    found = {}
    for seq, kept in held.items():
        if kept:
            around = sum(rarities[place] * s for place, s in kept.items())
            own = sum(rarities[place] for place, s in kept.items() if s == 1.0)
            found[seq] = Evidence(share=around / total, rare=around), Evidence(share=own / total, rare=own)
    return found
