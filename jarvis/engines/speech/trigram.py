"""A Witten-Bell trigram model of sample sentences, in the ARPA format that recognisers read.

Witten and Bell 1991, "The zero-frequency problem": an n-gram's probability is interpolated with that of its shorter
form, weighted by how many different words have followed the context. Knows nothing about sound.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

_ORDER = 3
_START, _END = "<s>", "</s>"
_NEVER = -99.0
"""ARPA's log probability of what cannot be said."""

Gram = tuple[str, ...]


def trigram_arpa(sentences: Iterable[str]) -> str:
    """Return the model of `sentences` (words apart by spaces) as ARPA text."""
    counts = _counted(sentences)
    followers = _followers(counts)
    lines = ["\\data\\", *(f"ngram {order}={len(counts[order])}" for order in range(1, _ORDER + 1))]
    for order in range(1, _ORDER + 1):
        lines += ["", f"\\{order}-grams:"]
        for gram in sorted(counts[order]):
            chance = _log10(_probability(gram, counts, followers))
            words = " ".join(gram)
            if order == _ORDER:
                lines.append(f"{chance:.4f}\t{words}")
            else:
                lines.append(f"{chance:.4f}\t{words}\t{_backoff(followers.get(gram)):.4f}")
    return "\n".join([*lines, "", "\\end\\", ""])


def _counted(sentences: Iterable[str]) -> dict[int, Counter[Gram]]:
    counts: dict[int, Counter[Gram]] = {order: Counter() for order in range(1, _ORDER + 1)}
    for sentence in sentences:
        words = [_START, *sentence.split(), _END]
        for order, counter in counts.items():
            for start in range(len(words) - order + 1):
                counter[tuple(words[start : start + order])] += 1
    return counts


def _followers(counts: dict[int, Counter[Gram]]) -> dict[Gram, tuple[int, int]]:
    """Return, per context, how often it was followed and by how many different words."""
    followers: dict[Gram, tuple[int, int]] = {
        (): (sum(n for gram, n in counts[1].items() if gram != (_START,)), len(counts[1]) - 1)
    }
    for order in range(2, _ORDER + 1):
        for gram, count in counts[order].items():
            total, kinds = followers.get(gram[:-1], (0, 0))
            followers[gram[:-1]] = (total + count, kinds + 1)
    return followers


def _probability(gram: Gram, counts: dict[int, Counter[Gram]], followers: dict[Gram, tuple[int, int]]) -> float:
    if gram == (_START,):
        return 0.0
    if len(gram) == 1:
        return counts[1][gram] / followers[()][0]
    total, kinds = followers[gram[:-1]]
    return (counts[len(gram)][gram] + kinds * _probability(gram[1:], counts, followers)) / (total + kinds)


def _backoff(followed: tuple[int, int] | None) -> float:
    return _log10(followed[1] / (followed[0] + followed[1])) if followed else 0.0


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else _NEVER
