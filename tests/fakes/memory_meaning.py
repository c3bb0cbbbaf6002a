"""A comparison of meanings that knows a few groups of words of like meaning, and nothing else."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory

GROUPS = (
    frozenset("dog puppy beagle hound perro cachorro".split()),
    frozenset("car vehicle van automobile coche furgoneta".split()),
    frozenset("physician doctor surgeon medico".split()),
    frozenset("ill sick unwell enfermo".split()),
)


@dataclass
class FakeNear:
    """What `FakeMeaning.nearest` gives."""

    hits: list[tuple[int, float]]
    embedder: EmbedderInfo
    sparse: dict[int, float] = field(default_factory=dict)
    complete: bool = True


class FakeMeaning:
    """Cosines of counted words, those of a group being one word. `asked` records what was compared."""

    def __init__(self, rows: Sequence[Memory], languages: tuple[Language, ...] = ("en", "es")) -> None:
        self._vectors = {row.seq: _vector(row.text) for row in rows}
        self._embedder = EmbedderInfo(tag="fake", model="fake", dimensions=1, languages=languages)
        self.asked: list[str] = []

    def nearest(self, text: str, k: int, *, within: Sequence[int] | None = None) -> FakeNear | None:
        self.asked.append(text)
        scores = self.similarities(text, list(self._vectors) if within is None else within)
        return FakeNear(sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))[:k], self._embedder)

    def similarities(self, text: str, seqs: Sequence[int]) -> dict[int, float]:
        question = _vector(text)
        return {seq: _cosine(question, self._vectors[seq]) for seq in seqs if seq in self._vectors}

    def why_not(self, language: Language) -> str | None:
        return None

    def reads_elsewhere(self) -> bool:
        return False


class NoMeaning:
    """An index without an embedder."""

    def nearest(self, text: str, k: int, *, within: Sequence[int] | None = None) -> None:
        return None

    def similarities(self, text: str, seqs: Sequence[int]) -> dict[int, float]:
        return {}

    def why_not(self, language: Language) -> str | None:
        return "Solo por palabras." if language == "es" else "Only by words."

    def reads_elsewhere(self) -> bool:
        return False


class FakeReranker:
    """Prefers the texts that hold a word; raises `error` where one is given."""

    def __init__(self, word: str, error: Exception | None = None) -> None:
        self._word = word
        self._error = error

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        if self._error is not None:
            raise self._error
        return [1.0 if self._word in text else 0.0 for text in texts]

    def close(self) -> None:
        pass


def _vector(text: str) -> Counter[str]:
    words = re.findall(r"\w+", text.lower())
    return Counter(next((str(place) for place, group in enumerate(GROUPS) if word in group), word) for word in words)


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    lengths = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return sum(n * other[word] for word, n in one.items()) / lengths if lengths else 0.0
