"""Rows to measure scale with: texts whose words follow Zipf's law, and vectors in clusters as a stand-in for embedding.

The sixty most frequent words are English small words, so that language and stop words are met as in real texts; the
rest are made of syllables. A text has about 17 words. A vector is the middle of one of 4096 clusters with noise, found
from the text's checksum: texts of one cluster have cosines about 0.6, others about 0. Everything is seeded.
"""

from __future__ import annotations

import itertools
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from jarvis.contracts.embedding import EmbedderInfo, Embedding
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import NewMemory

WIDTH = 384
BLOCK = 10_000
WORDS = 40_000
CLUSTERS = 4096
FIRST = datetime(2021, 1, 1, 9, tzinfo=UTC)
SPAN = timedelta(days=5 * 365)
_SMALL = (
    "the of and to a in is it you that he was for on are with as i his they be at one have this from or had by but "
    "what some we can out other were all there when up use your how said an each she which do their time if will way "
    "about many then them would like so"
).split()
_SYLLABLES = ("ba", "co", "di", "fu", "ga", "lo", "me", "ni", "po", "ra", "se", "ti", "vu", "sha", "the", "ple", "gra")


class World:
    """Texts, vectors and questions, the same ones whenever and wherever they are made."""

    @cached_property
    def words(self) -> list[str]:
        """The vocabulary, most frequent first."""
        made = itertools.chain.from_iterable(itertools.product(_SYLLABLES, repeat=count) for count in (2, 3, 4))
        distinct = ("".join(parts) for parts in made)
        return [*_SMALL, *itertools.islice(distinct, WORDS - len(_SMALL))]

    @cached_property
    def _odds(self) -> np.ndarray[Any, Any]:
        weights = 1 / np.arange(1, WORDS + 1) ** 1.05
        return np.cumsum(weights / weights.sum())

    def texts(self, block: int) -> list[str]:
        """Return the texts of the rows from `block * BLOCK` on."""
        chance = np.random.default_rng([7, block])
        lengths = np.clip(chance.lognormal(2.7, 0.5, BLOCK), 4, 60).astype(int)
        ranks = np.minimum(np.searchsorted(self._odds, chance.random(int(lengths.sum()))), WORDS - 1)
        ends = np.cumsum(lengths)
        words = self.words
        return [
            " ".join(words[rank] for rank in ranks[end - length : end])
            for end, length in zip(ends, lengths, strict=True)
        ]

    def rows(self, size: int) -> Iterator[list[NewMemory]]:
        """Yield all rows, a thousand at a time; twenty in a row are one conversation."""
        for start in range(0, size, 1000):
            if start % BLOCK == 0:
                texts = self.texts(start // BLOCK)
            place = start % BLOCK
            yield [
                NewMemory(
                    id=f"r{start + n}",
                    text=text,
                    source="imported",
                    speaker="Ana" if n % 2 else "Leo",
                    said_at=FIRST + SPAN * ((start + n) / size),
                    conversation_id=f"c{(start + n) // 20}",
                    previous=f"r{start + n - 1}" if (start + n) % 20 else None,
                )
                for n, text in enumerate(texts[place : place + min(1000, size - start)])
            ]

    def questions(self, size: int, count: int) -> list[str]:
        """Return questions that name three to five words of some row, as people would type them."""
        chance = np.random.default_rng([8, size])
        blocks = chance.choice(max(1, size // BLOCK), size=min(8, max(1, size // BLOCK)), replace=False)
        texts = [text for block in blocks for text in self.texts(int(block))[:size]]
        common = set(_SMALL)
        found: list[str] = []
        while len(found) < count:
            text = texts[int(chance.integers(len(texts)))]
            words = [word for word in text.split() if word not in common]
            if len(words) >= 3:
                kept = chance.choice(words, size=min(len(words), int(chance.integers(3, 6))), replace=False)
                found.append(f"what did they say about {' '.join(kept)}?")
        return found


class ClusteredEmbedder:
    """An `Embedder` without a model; `seconds` counts what it took itself."""

    def __init__(self) -> None:
        chance = np.random.default_rng(9)
        self._middles = _units(chance.standard_normal((CLUSTERS, WIDTH), dtype=np.float32))
        self._noise = chance.standard_normal(1 << 21, dtype=np.float32) * np.float32(0.8 / np.sqrt(WIDTH))
        self.seconds = 0.0

    def info(self) -> EmbedderInfo:
        return EmbedderInfo(tag="clusters-v1", model="clusters", dimensions=WIDTH, languages=("en", "es"))

    def why_not(self, language: Language = "en") -> str | None:  # noqa: ARG002
        return None

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:  # noqa: ARG002
        begin = time.perf_counter()
        made = [Embedding(dense=vector.tobytes()) for vector in self.vectors(texts)]
        self.seconds += time.perf_counter() - begin
        return made

    def vectors(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        """Return the vectors as rows."""
        sums = [zlib.crc32(text[-80:].encode()) for text in texts]
        starts = [(value * 2654435761) % (len(self._noise) - WIDTH) for value in sums]
        noise = np.stack([self._noise[start : start + WIDTH] for start in starts])
        return _units(self._middles[[value % CLUSTERS for value in sums]] + noise)

    def close(self) -> None:
        """Nothing was started."""


def _units(vectors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
