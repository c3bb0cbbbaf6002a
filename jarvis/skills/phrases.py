"""Turns hassil's sentence templates into plain word graphs: words, sequences, choices and named rules.

Everything that a recogniser cannot expect is taken out on the way: words that it does not know, and slots that
take any words. What remains empty disappears, a choice with one branch less stays. Knows nothing about skills.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_GLUED_SPELLINGS = 64
"""Bound on the spellings of one word that is put together from pieces (`song[s]`)."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words said one after the other; an empty text is saying nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Parts said one after the other."""

    parts: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several branches."""

    branches: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Whatever the rule of this name says."""

    rule: str


_RANGE = re.compile(r"^(\d+)\.\.(\d+)(?:,(\d+))?$")

Phrase = Words | Chain | Choice | Named
NOTHING = Words("")


def chain(parts: list[Phrase]) -> Phrase:
    """Return `parts` in order, without those that say nothing, words side by side joined."""
    kept: list[Phrase] = []
    for part in parts:
        if isinstance(part, Words) and kept and isinstance(kept[-1], Words):
            kept[-1] = Words(f"{kept[-1].text} {part.text}".strip())
        elif part != NOTHING:
            kept.append(part)
    return kept[0] if len(kept) == 1 else Chain(tuple(kept)) if kept else NOTHING


def choice(branches: list[Phrase]) -> Phrase:
    """Return a choice of `branches`, each once."""
    unique = tuple(dict.fromkeys(branches))
    return unique[0] if len(unique) == 1 else Choice(unique)


class PhraseBuilder:
    """Builds phrases from hassil expressions and collects the rules that they name.

    `spell` says a whole number in words; `knows` says whether a word is in the recogniser's dictionary.
    """

    def __init__(self, *, knows: Callable[[str], bool], spell: Callable[[int], tuple[str, ...]]) -> None:
        self.rules: dict[str, Phrase | None] = {}
        self._knows = knows
        self._spell = spell

    def scope(self, name: str, rules: Mapping[str, Any], lists: Mapping[str, Any]) -> Scope:
        """Return a reader of templates that may name `rules` (hassil's) and `lists`; `name` keeps scopes apart."""
        return Scope(self, name, rules, lists)

    def words(self, text: str) -> Phrase | None:
        """Return `text` as words; None if one of them is unknown or is a figure without words."""
        said: list[Phrase] = []
        for piece in text.replace("%", " percent ").replace("-", " ").split():
            word = piece.strip(".,;:!?")
            if word.isdigit():
                said.append(self.number(int(word)))
            elif word and not self._knows(word):
                return None
            elif word:
                said.append(Words(word))
        if all(isinstance(part, Words) for part in said):
            return Words(" ".join(part.text for part in said if isinstance(part, Words)))
        return chain(said)

    def number(self, value: int) -> Phrase:
        """Return the ways to say `value`."""
        return choice([Words(text) for text in self._spell(value)])

    def numbers(self, low: int, high: int, step: int = 1) -> Phrase:
        """Return a rule for every whole number of the range, shared parts (tens, hundreds) written once."""
        name = f"number_{low}_{high}_{step}"
        if name not in self.rules:
            self.rules[name] = None
            self.rules[name] = self._range(low, high) if step == 1 else self._listed(range(low, high + 1, step))
        return Named(name)

    def _listed(self, values: range) -> Phrase:
        return choice([self.number(value) for value in values])

    def _range(self, low: int, high: int) -> Phrase:
        branches: list[Phrase] = []
        value = low
        while value <= high:
            size = next((size for size in (1000, 100, 10) if value % size == 0 and value + size - 1 <= high), 1)
            if size == 1 or value < 20 or (size == 1000 and value == 0):
                branches.append(self.number(value))
                value += 1
                continue
            rest = self.numbers(1, size - 1)
            if size >= 100:
                rest = chain([choice([NOTHING, Words("and")]), rest])
            branches.append(chain([self.number(value), choice([NOTHING, rest])]))
            value += size
        return choice(branches)


class Scope:
    """Reads templates of one sentence file."""

    def __init__(self, builder: PhraseBuilder, name: str, rules: Mapping[str, Any], lists: Mapping[str, Any]) -> None:
        self._builder = builder
        self._name = name
        self._rules = rules
        self._lists = lists

    def phrase(self, expression: Any) -> Phrase | None:
        """Return `expression` as a phrase; None if nobody could say it within the recogniser's words."""
        from hassil.expression import Alternative, ListReference, Permutation, RuleReference, TextChunk

        if isinstance(expression, TextChunk):
            return self._builder.words(expression.text)
        if isinstance(expression, ListReference):
            return self._list(expression)
        if isinstance(expression, RuleReference):
            return self._rule(expression.rule_name)
        if isinstance(expression, Alternative):
            branches = [phrase for item in expression.items if (phrase := self.phrase(item)) is not None]
            return choice(branches) if branches else None
        if isinstance(expression, Permutation):
            orders = [self._sequence(list(order)) for order in itertools.permutations(expression.items)]
            possible = [phrase for phrase in orders if phrase is not None]
            return choice(possible) if possible else None
        return self._sequence(expression.items)

    def _sequence(self, items: list[Any]) -> Phrase | None:
        parts: list[Phrase] = []
        for group in _glued_groups(items):
            phrase = self.phrase(group[0]) if len(group) == 1 else self._glued(group)
            if phrase is None:
                return None
            parts.append(phrase)
        return chain(parts)

    def _glued(self, group: list[Any]) -> Phrase | None:
        """Return the spellings of pieces that have no space between them; a list in them stands as words of its own."""
        spellings = [""]
        for item in group:
            pieces = self._spellings(item)
            if pieces is None:
                parts = [self.phrase(one) for one in group]
                return None if None in parts else chain([part for part in parts if part is not None])
            spellings = [head + tail for head in spellings for tail in pieces][:MAX_GLUED_SPELLINGS]
        known = [phrase for text in spellings if (phrase := self._builder.words(text)) is not None]
        return choice(known) if known else None

    def _spellings(self, item: Any) -> list[str] | None:
        from hassil.expression import Alternative, Group, RuleReference, TextChunk

        if isinstance(item, TextChunk):
            return [item.text]
        if isinstance(item, RuleReference):
            return self._spellings(self._rules[item.rule_name].expression)
        if not isinstance(item, Group):
            return None
        pieces = [self._spellings(one) for one in item.items]
        if isinstance(item, Alternative):
            return [text for one in pieces if one is not None for text in one] or None
        if any(one is None for one in pieces):
            return None
        combined = itertools.product(*(one for one in pieces if one is not None))
        return ["".join(parts) for parts in itertools.islice(combined, MAX_GLUED_SPELLINGS)]

    def _rule(self, rule_name: str) -> Phrase | None:
        name = f"{self._name}_{rule_name}"
        rules = self._builder.rules
        if name not in rules:
            rules[name] = None
            rules[name] = self.phrase(self._rules[rule_name].expression)
        return None if rules[name] is None else Named(name)

    def _list(self, reference: Any) -> Phrase | None:
        if bounds := _RANGE.match(reference.list_name):
            low, high, step = bounds.groups()
            return self._builder.numbers(int(low), int(high), int(step or 1))
        name = f"{self._name}_list_{reference.list_name}"
        rules = self._builder.rules
        if name not in rules:
            rules[name] = None
            rules[name] = self._values(self._lists.get(reference.list_name))
        return None if rules[name] is None else Named(name)

    def _values(self, values: Any) -> Phrase | None:
        """Return a list's values as a phrase: hassil's slot lists, or the expression that stands for a free slot."""
        from hassil.intents import RangeSlotList, TextSlotList

        if isinstance(values, RangeSlotList):
            return self._builder.numbers(values.start, values.stop, values.step)
        if isinstance(values, TextSlotList):
            said = [phrase for value in values.values if (phrase := self.phrase(value.text_in)) is not None]
            return choice(said) if said else None
        return None if values is None else self.phrase(values)


def _glued_groups(items: list[Any]) -> list[list[Any]]:
    """Split `items` at every space: each group is one word, or several pieces without a space between them."""
    from hassil.expression import TextChunk

    groups: list[list[Any]] = [[]]
    for item in items:
        if not isinstance(item, TextChunk):
            groups[-1].append(item)
            continue
        for position, piece in enumerate(item.text.split(" ")):
            if position:
                groups.append([])
            if piece:
                groups[-1].append(TextChunk(piece))
    return [group for group in groups if group]
