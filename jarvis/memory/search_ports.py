"""What the search needs of others: rows, words, stems and a comparison of meanings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory, MemoryFilter, MemoryPage


class Neighbours(Protocol):
    """What a comparison of meanings gave: rows with cosines, dot products of token weights, and who compared."""

    @property
    def hits(self) -> list[tuple[int, float]]:
        """Rows with cosines, nearest first."""
        ...

    @property
    def sparse(self) -> dict[int, float]:
        """Dot products of the token weights, where the embedder gives such."""
        ...

    @property
    def embedder(self) -> EmbedderInfo:
        """Who compared."""
        ...


class Meaning(Protocol):
    """Compares meanings; the index keeper."""

    def nearest(self, text: str, k: int, *, within: Sequence[int] | None = None) -> Neighbours | None:
        """Return the rows whose meaning is nearest; None where there is nothing to compare with."""
        ...

    def similarities(self, text: str, seqs: Sequence[int]) -> Mapping[int, float]:
        """Return the cosines of given rows; rows without a vector are left out."""
        ...

    def why_not(self, language: Language) -> str | None:
        """Return one sentence why meanings are not compared."""
        ...

    def reads_elsewhere(self) -> bool:
        """Tell whether what is asked leaves the computer and its network to be compared."""
        ...


class Rows(Protocol):
    """The stored memories."""

    def by_seq(self, seqs: Iterable[int]) -> dict[int, Memory]:
        """Return those that are there."""
        ...

    def seqs(self, where: MemoryFilter) -> list[int]:
        """Return the numbers of all that fit."""
        ...

    def count(self, where: MemoryFilter = ...) -> int:
        """Return how many fit."""
        ...

    def page(self, where: MemoryFilter, *, limit: int = 50, before: int | None = None) -> MemoryPage:
        """Return the newest that fit."""
        ...

    def facts_of(self, seqs: Iterable[int]) -> dict[int, list[Memory]]:
        """Return the facts that were found in given rows."""
        ...


class Words(Protocol):
    """The full-text index of the memories' stems."""

    def search(
        self, stems: Sequence[str], *, limit: int = 300, within: MemoryFilter | None = None, before_weight: float = 0.5
    ) -> list[tuple[int, float]]:
        """Return rows that hold any of the stems with positive scores, best first."""
        ...

    def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """Return how many rows hold each stem."""
        ...

    def count(self) -> int:
        """Return how many rows have words."""
        ...


class StemSource(Protocol):
    """Stems as the full-text index has them."""

    def __call__(self, seqs: Iterable[int]) -> Mapping[int, tuple[list[str], list[str]]]:
        """Return the stems of each row's own text and of the turn before it."""
        ...
