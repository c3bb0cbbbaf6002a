"""The clips that the network learns from: a pool that grows while it learns, the newest kept.

Knows kinds of clips and how to draw from them; nothing about where clips come from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.wake.training.scenes import Clip

MOST_CHUNKS = 48
"""Chunks that are kept of every kind: with the usual counts three gigabytes."""

UNDER = ("noise", "talk")
"""Kinds that may lie under other clips."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clips:
    """Clips as arrays: logarithms of power (clips, rows, bands), and of each its word and the rows where it is due."""

    power: NDArray[np.float16]
    word: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def packed(clips: Sequence[Clip]) -> Clips:
    """Return clips, at least one, as arrays."""
    return Clips(
        power=np.stack([clip.power for clip in clips]),
        word=np.array([clip.word for clip in clips]),
        first=np.array([clip.first for clip in clips]),
        last=np.array([clip.last for clip in clips]),
    )


class Pool:
    """Clips by kind; each kind is drawn by its share as soon as there is one of it."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._shares = dict(shares)
        self._kept: dict[str, deque[Clips]] = {kind: deque(maxlen=MOST_CHUNKS) for kind in shares}

    def add(self, chunk: Mapping[str, Clips]) -> None:
        """Keep a chunk; the oldest one is forgotten when there are too many."""
        for kind, clips in chunk.items():
            self._kept[kind].append(clips)

    def count(self) -> int:
        """Return how many clips there are."""
        return sum(clips.word.size for kept in self._kept.values() for clips in kept)

    def draw(self, count: int, rng: np.random.Generator) -> Clips:
        """Return `count` clips."""
        kinds = [kind for kind, kept in self._kept.items() if kept]
        shares = np.array([self._shares[kind] for kind in kinds])
        chosen = rng.choice(len(kinds), count, p=shares / shares.sum())
        return _joined([self._one(kinds[kind], rng) for kind in chosen])

    def under(self, rng: np.random.Generator) -> NDArray[np.float16]:
        """Return the power of one clip that may lie under any other."""
        clips, at = self._one(UNDER[int(rng.integers(len(UNDER)))], rng)
        power: NDArray[np.float16] = clips.power[at]
        return power

    def _one(self, kind: str, rng: np.random.Generator) -> tuple[Clips, int]:
        kept = self._kept[kind]
        clips = kept[int(rng.integers(len(kept)))]
        return clips, int(rng.integers(clips.word.size))


def _joined(places: Sequence[tuple[Clips, int]]) -> Clips:
    return Clips(
        power=np.stack([clips.power[at] for clips, at in places]),
        word=np.array([clips.word[at] for clips, at in places]),
        first=np.array([clips.first[at] for clips, at in places]),
        last=np.array([clips.last[at] for clips, at in places]),
    )
