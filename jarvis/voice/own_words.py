"""Recognises Jarvis' own last sentences in what the microphone heard: the line of defence behind echo cancelling.

Words are aligned, so that misheard, missing and run-together ones do not hide the rest. Pure; knows no sound.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from jarvis.contracts.errors import Language

OWN_SHARE = 0.7
"""Share of the words, and of their letters, that must be Jarvis' own for the whole to be."""
FEWEST_WORDS = 2
"""Fewer words are never an echo: whoever repeats one word of Jarvis' means it."""
FEWEST_WORDS_OF_QUESTION = 5
"""The same after a question of Jarvis' own: "the large room" may be one of the answers it offered."""

_NEW_WORDS = 3
_ALIKE = 0.6
_SKIP_OWN = 0.35
_LONGEST_OWN = 160
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Matched:
    """One way to align heard words: what it costs, and which heard words are Jarvis' own."""

    cost: float
    own: tuple[bool, ...]


def letters_of(text: str) -> str:
    """Return the words of `text` in lower case without accents and signs, one space between them."""
    joined = text.replace("'", "").replace("’", "")
    plain = unicodedata.normalize("NFD", joined.casefold())
    return " ".join(_WORD.findall("".join(mark for mark in plain if not unicodedata.combining(mark))))


def is_own(text: str, language: Language, own_sentences: Sequence[str], fewest: int = FEWEST_WORDS) -> bool:
    """Tell whether `text` is a piece of what Jarvis said itself; `own_sentences` oldest first, the last few matter.

    Less than `fewest` words never are. Three new words in a row before or after Jarvis' own are somebody else's,
    however long the rest is.
    """
    words, own = _aligned(text, language, own_sentences)
    if len(words) < fewest:
        return False
    letters = sum(len(word) for word in words)
    share = min(
        sum(own) / len(words), sum(len(word) for word, is_it in zip(words, own, strict=True) if is_it) / letters
    )
    first, last = _edges(own)
    return share >= OWN_SHARE and max(first, len(own) - last) < _NEW_WORDS


def without_own_words(text: str, language: Language, own_sentences: Sequence[str]) -> str:
    """Return `text` without the words of Jarvis' own that it begins with, for a person who spoke into them.

    Fewer than three are left: they may be the person's. The words come back in lower case without signs where
    anything was cut, else `text` as it was.
    """
    words, own = _aligned(text, language, own_sentences)
    begin = own.index(False) if False in own else len(own)
    return text if begin < _NEW_WORDS else " ".join(words[begin:])


def _aligned(text: str, language: Language, own_sentences: Sequence[str]) -> tuple[list[str], tuple[bool, ...]]:
    heard = _words(text, language)
    own = [word for sentence in own_sentences for word in _words(sentence, language)][-_LONGEST_OWN:]
    return heard, _best(heard, own)


def _words(text: str, language: Language) -> list[str]:
    from text_to_num import alpha2digit

    # One writes "at 8", the other "at eight".
    return letters_of(str(alpha2digit(text, language))).split()


def _best(heard: list[str], own: list[str]) -> tuple[bool, ...]:
    """Align all of `heard` with the piece of `own` that fits it best; two words may be heard as one and one as two.

    Dynamic programming over words: a heard word costs 1 unless it is like its partner, skipping one of Jarvis' own
    in between costs less, before the first and after the last nothing.
    """
    rows = [[_Matched(0.0, ()) for _ in range(len(own) + 1)]]
    for count, word in enumerate(heard, 1):
        above = rows[-1]
        row = [_Matched(above[0].cost + 1.0, (*above[0].own, False))]
        for place, partner in enumerate(own, 1):
            ways = [
                _taken(above[place - 1], _unlike(word, partner), 1),
                _Matched(above[place].cost + 1.0, (*above[place].own, False)),
                _Matched(row[-1].cost + _SKIP_OWN, row[-1].own),
            ]
            if place > 1:
                ways.append(_taken(above[place - 2], _unlike_run(word, own[place - 2] + partner), 1))
            if count > 1:
                ways.append(_taken(rows[-2][place - 1], _unlike_run(heard[count - 2] + word, partner), 2))
            row.append(min(ways, key=lambda way: way.cost))
        rows.append(row)
    return min(rows[-1], key=lambda way: way.cost).own


def _taken(before: _Matched, unlike: float, words: int) -> _Matched:
    own = unlike <= 1.0 - _ALIKE
    return _Matched(before.cost + words * (unlike if own else 1.0), (*before.own, *(own,) * words))


def _unlike_run(one: str, other: str) -> float:
    """Return 0 for words that ran together or apart, 1 for others: nearly the same would swallow short ones."""
    return 0.0 if one == other else 1.0


def _edges(own: tuple[bool, ...]) -> tuple[int, int]:
    """Return where the own words begin and end; both the length where there are none."""
    places = [place for place, is_it in enumerate(own) if is_it]
    return (places[0], places[-1] + 1) if places else (len(own), len(own))


@lru_cache(maxsize=4096)
def _unlike(one: str, other: str) -> float:
    """Return how much two words differ, 0..1: edits by the letters of the longer one."""
    if one == other:
        return 0.0
    longest = max(len(one), len(other))
    if _DIGIT.search(one + other) or abs(len(one) - len(other)) > longest * (1.0 - _ALIKE):
        return 1.0
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, partner in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != partner))
    return row[-1] / longest
