"""A home, a folder of documents and everything that reads it, over a real database and a real child."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import FileReport, IngestProgress, Memory, MemoryFilter, MemoryPrivacy
from jarvis.documents.limits import ReadLimits
from jarvis.documents.reading import DocumentReader
from jarvis.memory.ingest import DocumentKeeper
from jarvis.processes.registry import ChildRegistry
from jarvis.storage.database import Database
from jarvis.storage.documents import SqliteDocuments
from jarvis.storage.memories import SqliteMemories
from tests.fakes.clock import FakeClock


def _language(text: str) -> Language:
    return "es" if "ñ" in text else "en"


class DocumentWorld:
    """`docs` is the folder to read; `memories` what came of it."""

    def __init__(self, root: Path, **options: Any) -> None:
        self.home = root / "home"
        self.docs = root / "docs"
        for folder in (self.home, self.docs):
            folder.mkdir(exist_ok=True)
        self.clock = FakeClock()
        self.database = Database(self.home / "jarvis.sqlite3")
        self.memories = SqliteMemories(self.database, self.clock, _language)
        self.documents = SqliteDocuments(self.database, self.memories, self.clock)
        self.reader = DocumentReader(
            logs=self.home / "logs", registry=ChildRegistry(self.home / "run"), limits=ReadLimits(packed_bytes=8 << 20)
        )
        self.keeper = self.another_keeper(**options)

    def another_keeper(self, **options: Any) -> DocumentKeeper:
        """Return one more keeper over the same rows."""
        return DocumentKeeper(
            documents=self.documents,
            reader=self.reader,
            clock=self.clock,
            own=self.home,
            run_folder=self.home / "run",
            **options,
        )

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the folder."""
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def steps(
        self,
        path: Path | None = None,
        *,
        watch: bool = False,
        privacy: MemoryPrivacy = "local",
        cancel: CancelToken | None = None,
    ) -> list[IngestProgress]:
        """Read the folder, or `path`."""
        return list(self.keeper.ingest(path or self.docs, watch=watch, privacy=privacy, cancel=cancel))

    def read(self, path: Path | None = None, **options: Any) -> dict[str, FileReport]:
        """Read and return what changed, by the file's place in the folder."""
        reports = (step.report for step in self.steps(path, **options))
        return {self.name(report.path): report for report in reports if report is not None}

    def name(self, path: Path) -> str:
        return path.relative_to(self.docs).as_posix()

    def pieces(self) -> list[Memory]:
        """Return all pieces, in the order in which they were stored."""
        found = self.memories.page(MemoryFilter(sources=("document",)), limit=10_000).memories
        return sorted(found, key=lambda memory: memory.seq)

    def texts(self) -> dict[str, list[str]]:
        """Return the texts of the pieces of each file."""
        texts: dict[str, list[str]] = {}
        for memory in self.pieces():
            texts.setdefault(self.name(Path(memory.path)), []).append(memory.text)
        return texts

    def close(self) -> None:
        self.keeper.stop()
        self.reader.close()
        self.database.close()


@contextmanager
def document_world(root: Path, **options: Any) -> Iterator[DocumentWorld]:
    """Yield a world and clear it away."""
    world = DocumentWorld(root, **options)
    try:
        yield world
    finally:
        world.close()
