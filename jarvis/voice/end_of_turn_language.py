"""Tells from the words so far whether a spoken sentence is finished, by the phrases of one language.

Knows no sound and no particular language: each has its phrases in a module of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

UNKNOWN = 0.5
"""Completeness of what says nothing either way: no words at all."""

Rule = tuple[str, float]
"""What the words look like, as a regular expression, and how complete they are then, 0..1."""

_ANSWERED = 0.98
_SHORT_ANSWER = 0.95
_UNASKED_ANSWER = 0.8
_NUMBER_ANSWER = 0.82
_SHORT_ANSWER_WORDS = 5
# From seven figures on it may be a telephone number, from four on a code.
_BY_DIGITS = ((7, 0.85), (4, 0.6), (1, 0.15))
_BY_WORDS = ((1, 0.45), (3, 0.6), (6, 0.68))
_MANY_WORDS = 0.72
# In units of the logarithm of the odds: what a mark that the recogniser wrote at the end speaks for.
_MARKS = {"…": -2.0, "...": -2.0, ",": -1.5, "-": -1.5, "—": -1.5, ":": -1.5, "?": 1.0, "!": 1.0, ".": 0.3}
_MOST_WORDS = 40
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\w|¿|¡)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnLanguage:
    """The phrases of one language, all in lower case; the first rule that is found decides, in this order.

    `whole` are utterances that are complete as they are, `answers` those that are so as the answer to a question.
    `open_endings` ask for more in whatever they end, `open_patterns` only where they are not the answer to a question.
    `complete` are what finished sentences look like. `dictating` is what comes right before a number that is told digit
    by digit, in the words of `digits`; `numbers` are the words of all numbers.
    """

    whole: frozenset[str]
    answers: frozenset[str]
    open_endings: tuple[Rule, ...]
    open_patterns: tuple[Rule, ...]
    complete: tuple[Rule, ...]
    dictating: str
    digits: frozenset[str]
    numbers: frozenset[str]

    def completeness(self, text: str, *, after_question: bool = False) -> float:
        """Return how surely `text`, as a recogniser writes it, is all that the person wants to say, 0..1.

        Of several sentences the last one tells; of a very long one its end.
        """
        sentence = _SENTENCE_END.split(text.strip())[-1]
        words = [word.replace("’", "'") for word in _WORD.findall(sentence.lower())][-_MOST_WORDS:]
        if not words:
            return UNKNOWN
        return _marked(self._of_words(words, after_question), text.rstrip())

    def _of_words(self, words: list[str], after_question: bool) -> float:
        said = " ".join(words)
        if after_question and said in self.answers:
            return _ANSWERED
        if said in self.whole:
            return _ANSWERED
        found = _first(self.open_endings, said)
        if found is None and said in self.answers:
            return _UNASKED_ANSWER
        if found is None and after_question and len(words) <= _SHORT_ANSWER_WORDS:
            return _NUMBER_ANSWER if words[-1] in self.numbers else _SHORT_ANSWER
        found = self._dictated(words) if found is None else found
        found = _first((*self.open_patterns, *self.complete), said) if found is None else found
        return _by_length(len(words)) if found is None else found

    def _dictated(self, words: list[str]) -> float | None:
        """Return how complete a number that is told digit by digit is, None when none is."""
        told = before = 0
        while before < len(words) and ((word := words[-1 - before]) in self.digits or word.isdigit()):
            told += len(word) if word.isdigit() else 1
            before += 1
        if not told or not _compiled(self.dictating).search(" ".join(words[: len(words) - before])):
            return None
        return next(completeness for least, completeness in _BY_DIGITS if told >= least)


def rules(completeness: float, *patterns: str) -> tuple[Rule, ...]:
    """Return a rule of one completeness per regular expression."""
    return tuple((pattern, completeness) for pattern in patterns)


def ending(alternatives: str) -> str:
    """Return the expression of one of `alternatives` as the last words."""
    return rf"(?:^| )(?:{alternatives})$"


def one_of(words: str) -> str:
    """Return the alternatives of `words`, which are parted by blanks; `_` stands for a blank inside one."""
    return "|".join(sorted((word.replace("_", " ") for word in words.split()), key=len, reverse=True))


def phrases(words: str) -> frozenset[str]:
    """Return what `words` lists: parted by blanks, `_` standing for a blank inside one."""
    return frozenset(word.replace("_", " ") for word in words.split())


def odds(probability: float) -> float:
    """Return the logarithm of the odds of `probability`, kept between those of 0.01 and 0.99."""
    kept = min(0.99, max(0.01, probability))
    return math.log(kept / (1 - kept))


def probability(logarithm: float) -> float:
    """Return the probability of which `logarithm` is the logarithm of the odds."""
    return 1 / (1 + math.exp(-logarithm))


def _first(among: Iterable[Rule], said: str) -> float | None:
    return next((completeness for pattern, completeness in among if _compiled(pattern).search(said)), None)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # At the first sentence, not at import: all of them take 50 ms.
    return re.compile(pattern)


def _by_length(count: int) -> float:
    return next((completeness for most, completeness in _BY_WORDS if count <= most), _MANY_WORDS)


def _marked(completeness: float, text: str, marks: Mapping[str, float] = _MARKS) -> float:
    weight = next((weight for mark, weight in marks.items() if text.endswith(mark)), 0.0)
    return probability(odds(completeness) + weight) if weight else completeness
