"""Turns what is remembered into vectors, one batch after the other, in the order in which it was remembered.

Several processes may do this at the same time: what two of them make is the same, and a memory that is forgotten
meanwhile is left out. Knows neither when to do it nor what the vectors are for.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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


def agree(store: VectorStore, seqs: Callable[[], array[int]]) -> list[int]:
    """Take away the vectors of all numbers but those that `seqs` returns, ascending, and ask for those that are missing
    of what was handled; returns the numbers that changed. Raises `StorageError`."""
    import numpy as np

    # In this order: what other processes add meanwhile lies above the watermark or has its row.
    watermark = store.watermark()
    have = store.seqs()
    rows = np.frombuffer(seqs(), dtype=np.int64)
    lost = np.setdiff1d(rows[rows <= watermark], have, assume_unique=True).tolist()
    gone = np.setdiff1d(have, rows, assume_unique=True).tolist()
    if lost:
        store.need(lost)
    if gone:
        store.remove(gone)
        store.scrub()
    return [*lost, *gone]


def fill(
    memories: Texts,
    embedder: Embedder,
    store: VectorStore,
    limit: int = BATCH,
    readable: Callable[[Memory], bool] = lambda _: True,
) -> int:
    """Make vectors of the next memories, at most `limit`, and return how many were looked at; 0 when all have one.

    What is not `readable` goes without a vector, and its words into no other's. Raises `EngineError` of the embedder
    and `StorageError`.
    """
    make = _Making(memories, embedder, store, readable)
    damaged = store.missing(limit)
    if damaged:
        rows = sorted(memories.by_seq(damaged).values(), key=lambda row: row.seq)
        kept = make.vectors(rows, 0)
        store.remove(set(damaged) - kept)
        return len(damaged)
    rows = memories.after(store.watermark(), limit)
    if rows:
        make.vectors(rows, rows[-1].seq)
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Making:
    memories: Texts
    embedder: Embedder
    store: VectorStore
    readable: Callable[[Memory], bool]

    def vectors(self, rows: Sequence[Memory], watermark: int) -> set[int]:
        """Make the vectors of those of these that may be read, and return their numbers."""
        wanted = [row for row in rows if self.readable(row)]
        before = self._read({row.previous_seq for row in wanted if row.previous_seq is not None})
        texts = [embedding_text(row, before.get(row.previous_seq or 0)) for row in wanted]
        made = self.embedder.embed(texts) if texts else []
        self.store.put(
            [row.seq for row in wanted],
            [one.dense for one in made],
            [one.sparse for one in made],
            watermark,
            alive=self._read,
        )
        return {row.seq for row in wanted}

    def _read(self, seqs: Iterable[int]) -> dict[int, Memory]:
        return {seq: row for seq, row in self.memories.by_seq(seqs).items() if self.readable(row)}
