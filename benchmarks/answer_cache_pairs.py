"""Questions that differ in little and mean another thing, generated from templates written by hand.

`data/reuse_near_misses.jsonl` holds lists of words, templates (several phrasings of one question, with slots whose
fillers all differ in meaning) and single pairs. The same seed gives the same pairs. Knows no rule of the cache.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import Language

DATA = Path(__file__).parent / "data"
_WRAPPERS: dict[Language, tuple[str, ...]] = {
    "en": ("{}", "{}", "Hey Jarvis, {}", "Please, {}", "{}, please", "Jarvis, {}", "Excuse me, {}"),
    "es": ("{}", "{}", "Oye Jarvis, {}", "Por favor, {}", "{}, por favor", "Jarvis, {}", "Perdona, {}"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NearMiss:
    """Two questions in one language that must never share an answer; `kind` is the slot in which they differ."""

    language: Language
    one: str
    other: str
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One question: ways to say it, and for every slot the words that may stand there."""

    language: Language
    phrasings: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]

    def fill(self, choice: random.Random) -> dict[str, str]:
        """Return one filler for every slot."""
        return {slot: choice.choice(words) for slot, words in self.slots.items()}

    def say(self, filled: dict[str, str], choice: random.Random) -> str:
        """Return one phrasing with its slots filled, dressed as a person would."""
        return dressed(choice.choice(self.phrasings).format(**filled), self.language, choice)


def dressed(question: str, language: Language, choice: random.Random) -> str:
    """Add politeness and a wake word, or drop the question mark."""
    bare = question.rstrip("?") if choice.random() < 0.4 else question
    return choice.choice(_WRAPPERS[language]).format(bare)


def templates() -> tuple[list[Template], list[NearMiss]]:
    """Read the templates, and the pairs that stand for themselves."""
    rows = [json.loads(line) for line in (DATA / "reuse_near_misses.jsonl").read_text(encoding="utf-8").splitlines()]
    lists = {(row["language"], row["list"]): tuple(row["words"]) for row in rows if "list" in row}
    made = [_template(row, lists) for row in rows if "phrasings" in row]
    pairs = [
        NearMiss(language=row["language"], one=row["pair"][0], other=row["pair"][1], kind="by hand")
        for row in rows
        if "pair" in row
    ]
    return made, pairs


def near_misses(count: int, seed: int = 4) -> Iterator[NearMiss]:
    """Yield `count` pairs: first those by hand, then every template in turn, one slot changed or two swapped."""
    choice = random.Random(seed)
    made, pairs = templates()
    yield from pairs[:count]
    for number in range(count - len(pairs)):
        template = made[number % len(made)]
        filled = template.fill(choice)
        other, kind = _changed(template, filled, choice)
        yield NearMiss(
            language=template.language, one=template.say(filled, choice), other=template.say(other, choice), kind=kind
        )


def rephrasings() -> Iterator[tuple[Language, bool, str, str]]:
    """Yield language, whether held out from tuning, a question, and another way to ask the same."""
    for line in (DATA / "reuse_rephrasings.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        first, *others = row["questions"]
        for other in others:
            yield row["language"], row["held_out"], first, other


def _template(row: dict[str, Any], lists: dict[tuple[str, str], tuple[str, ...]]) -> Template:
    slots = {
        slot: lists[row["language"], words[1:]] if isinstance(words, str) else tuple(words)
        for slot, words in row["slots"].items()
    }
    return Template(language=row["language"], phrasings=tuple(row["phrasings"]), slots=slots)


def _changed(template: Template, filled: dict[str, str], choice: random.Random) -> tuple[dict[str, str], str]:
    names = [(a, b) for a in filled for b in filled if a < b and template.slots[a] == template.slots[b]]
    if names and choice.random() < 0.4:
        one, other = choice.choice(names)
        if filled[one] != filled[other]:
            return {**filled, one: filled[other], other: filled[one]}, "swapped"
    slot = choice.choice(list(filled))
    word = choice.choice([word for word in template.slots[slot] if word != filled[slot]])
    return {**filled, slot: word}, f"{template.language} {slot}"
