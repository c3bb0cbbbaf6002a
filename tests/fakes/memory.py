"""Stand-ins for what the memory works with: an embedder that is fast and always says the same."""

from __future__ import annotations

import hashlib
import math
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from jarvis.contracts.embedding import EmbedderInfo, Embedding
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.memory import IndexProgress, NewMemory
from jarvis.memory.keeper import IndexKeeper
from jarvis.processes.registry import ChildRegistry
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.words import index_stems
from tests.fakes.clock import FakeClock


class HashedEmbedder:
    """The sum of one vector per stem, made from its hash: texts that share words are near, no two are the same.

    `refusals` are sentences that its next calls fail with, `texts` is what it embedded. Texts, but not questions, wait
    while `go` is cleared.
    """

    def __init__(self, tag: str = "hashed-1", dimensions: int = 64, *, sparse: bool = False) -> None:
        self._info = EmbedderInfo(
            tag=tag, model=f"model {tag}", dimensions=dimensions, languages=("en", "es"), sparse=sparse
        )
        self.refusals: list[str] = []
        self.missing: str | None = None
        self.texts: list[str] = []
        self.closed = 0
        self.go = threading.Event()
        self.go.set()

    def info(self) -> EmbedderInfo:
        return self._info

    def why_not(self, language: Language = "en") -> str | None:
        return self.missing

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        if not query:
            assert self.go.wait(30)
        if self.refusals:
            why = self.refusals.pop(0)
            raise EngineError("fake.embedder", en=why, es=why)
        self.texts += texts
        return [self._one(text) for text in texts]

    def close(self) -> None:
        self.closed += 1

    def _one(self, text: str) -> Embedding:
        dimensions = self._info.dimensions
        vector = [0.0] * dimensions
        weights: dict[int, float] = {}
        for stem in sorted(set(index_stems(text, "en") + index_stems(text, "es"))):
            digest = hashlib.shake_128(f"{self._info.tag} {stem}".encode()).digest(dimensions)
            vector = [have + byte - 127.5 for have, byte in zip(vector, digest, strict=True)]
            weights[int.from_bytes(digest[:2], "little")] = 1.0
        length = math.sqrt(sum(x * x for x in vector))
        if length:
            vector = [x / length for x in vector]
        dense = struct.pack(f"<{dimensions}f", *vector)
        return Embedding(dense=dense, sparse=weights if self._info.sparse else {})


class AwayEmbedder(HashedEmbedder):
    """The same, but not at home; `handed` is told every text before it is read."""

    def __init__(self, handed: Callable[[str], None] = lambda _: None) -> None:
        super().__init__("away-1")
        self._info = replace(self._info, local=False)
        self._handed = handed

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        for text in texts:
            self._handed(text)
        return super().embed(texts, query=query)


class MemoryWorld:
    """A memory in a folder of its own: rows, a hashed embedder and the keeper of the index over both."""

    def __init__(self, home: Path, *, index_from: int = 10**9, chroma_url: str = "") -> None:
        self.home = home
        self.index_from = index_from
        self.chroma_url = chroma_url
        self.may_leave = True
        self.at_home = True
        self.database = Database(home / "jarvis.db")
        self.memories = SqliteMemories(self.database, FakeClock(), lambda _: "en")
        self.embedder = HashedEmbedder()
        self.keeper = IndexKeeper(
            home / "memory",
            self.memories,
            lambda: self.embedder,
            ChildRegistry(home / "run"),
            home / "logs",
            index_from=lambda: self.index_from,
            chroma_url=lambda: self.chroma_url,
            scrub=self.database.scrub,
            may_leave=lambda: self.may_leave,
            at_home=lambda _: self.at_home,
        )

    def remember(self, *texts: str) -> list[int]:
        """Store texts, make their vectors and return their numbers."""
        rows = self.memories.add([NewMemory(text=text) for text in texts])
        self.keeper.catch_up()
        return [row.seq for row in rows]

    def settled(self, seconds: float = 60.0) -> IndexProgress:
        """Wait until the background work has nothing left to do."""
        deadline = time.monotonic() + seconds
        while (progress := self.keeper.progress("en")).state != "ready":
            assert time.monotonic() < deadline, progress
            time.sleep(0.01)
        return progress

    def close(self) -> None:
        self.keeper.stop()
        self.database.close()


def texts_near(world: MemoryWorld, text: str, k: int = 1) -> list[str]:
    """Return the texts of the memories nearest to one."""
    near = world.keeper.nearest(text, k)
    assert near is not None
    rows = world.memories.by_seq([seq for seq, _ in near.hits])
    return [rows[seq].text for seq, _ in near.hits]


def bytes_of(folder: Path) -> bytes:
    """Return the content of every file below a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
