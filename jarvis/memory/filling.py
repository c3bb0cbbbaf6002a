"""Turns what is remembered into vectors, one batch after the other, in the order in which it was remembered.

Several processes may do this at the same time: what two of them make is the same, and a memory that is forgotten
meanwhile is left out. Knows neither when to do it nor what the vectors are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from jarvis.contracts.embedding import Embedder
from jarvis.contracts.memory import Memory
from jarvis.memory.vectors import VectorStore
from jarvis.storage.memory_text import embedding_text

BATCH = 64
"""Texts that are embedded at a time."""


class Texts(Protocol):
    """The stored memories, as far as their vectors need them."""

    def after(self, seq: int, limit: int) -> list[Memory]:
        """Return memories with greater numbers, ascending."""
        ...

    def by_seq(self, seqs: Iterable[int]) -> dict[int, Memory]:
        """Return those of these that are there."""
        ...


def is_complete(memories: Texts, store: VectorStore) -> bool:
    """Tell whether every memory has its vector."""
    return not memories.after(store.watermark(), 1) and not store.missing(1)


def fill(memories: Texts, embedder: Embedder, store: VectorStore, limit: int = BATCH) -> int:
    """Make vectors of the next memories, at most `limit`, and return how many were looked at; 0 when all have one.

    Raises `EngineError` of the embedder and `StorageError`.
    """
    damaged = store.missing(limit)
    if damaged:
        rows = sorted(memories.by_seq(damaged).values(), key=lambda row: row.seq)
        _embed(memories, embedder, store, rows, 0)
        store.remove(set(damaged) - {row.seq for row in rows})
        return len(damaged)
    rows = memories.after(store.watermark(), limit)
    _embed(memories, embedder, store, rows, rows[-1].seq if rows else 0)
    return len(rows)


def _embed(memories: Texts, embedder: Embedder, store: VectorStore, rows: Sequence[Memory], watermark: int) -> None:
    if not rows:
        return
    before = memories.by_seq({row.previous_seq for row in rows if row.previous_seq is not None})
    texts = [embedding_text(row, before.get(row.previous_seq or 0)) for row in rows]
    made = embedder.embed(texts)
    store.put(
        [row.seq for row in rows],
        [one.dense for one in made],
        [one.sparse for one in made],
        watermark,
        alive=memories.by_seq,
    )
