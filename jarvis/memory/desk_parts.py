"""What the memory's desk asks of the parts that it puts together. Names and shapes only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language, StorageError
from jarvis.contracts.memory import (
    FileReport,
    IndexProgress,
    IngestProgress,
    MemoryPrivacy,
    MemoryQuery,
    ProfileLine,
    SearchResult,
    TimeRange,
    WatchedFolder,
)

Happened = Callable[[str, Language, datetime], TimeRange | None]
"""Reads out of a text when what it tells of took place, given its language and when it was said."""


class Search(Protocol):
    """Finds what bears on a question."""

    def search(self, query: MemoryQuery, language: Language) -> SearchResult:
        """Return what was found, best first, with sentences in `language`."""
        ...


class Index(Protocol):
    """Keeps vectors, finds by them, and wipes them; the index keeper."""

    def catch_up(
        self, limit: int | None = None, progress: Callable[[IndexProgress], None] | None = None
    ) -> IndexProgress:
        """Make the vectors of at most `limit` rows that have none."""
        ...

    def purge(self) -> None:
        """Finish every pending forgetting; returns when no byte of it is left."""
        ...

    def kept_elsewhere(self) -> StorageError | None:
        """Return why that cannot be done here now: another process keeps the index, and will do it."""
        ...

    def wake(self) -> None:
        """Say that there are new rows."""
        ...

    def stop(self) -> None:
        """End what runs in the background, and close every file."""
        ...

    def progress(self, language: Language) -> IndexProgress:
        """Return how far it is."""
        ...

    def reindex(self, afresh: bool) -> Iterator[IndexProgress]:
        """Bring it up to date, from the rows alone when `afresh`."""
        ...

    def bytes(self) -> dict[str, int]:
        """Return the sizes of its parts."""
        ...

    def why_not(self, language: Language) -> str | None:
        """Return why meanings cannot be compared, None where they can."""
        ...


class Follows(Protocol):
    """How one folder is followed."""

    @property
    def path(self) -> Path:
        """The folder."""
        ...

    def sentence(self, language: Language) -> str:
        """Return what the person should know of it; empty where all is well."""
        ...


class Documents(Protocol):
    """Reads files and folders; the document keeper."""

    def ingest(
        self, path: Path, *, watch: bool, privacy: MemoryPrivacy, cancel: CancelToken | None = None
    ) -> Iterator[IngestProgress]:
        """Read what changed; yields after every file."""
        ...

    def folders(self) -> list[WatchedFolder]:
        """Return the folders that were read."""
        ...

    def files(self, folder: Path) -> list[FileReport]:
        """Return what became of every file of one."""
        ...

    def set_watched(self, folder: Path, watched: bool) -> None:
        """Follow its changes, or no longer."""
        ...

    def set_privacy(self, folder: Path, privacy: MemoryPrivacy) -> None:
        """Say whether its pieces may leave this computer; `InputError` for one that was never read."""
        ...

    def following(self) -> Sequence[Follows]:
        """Return how each watched one is followed."""
        ...

    def forget_folder(self, folder: Path) -> list[int]:
        """Follow it no longer, and forget what is stored of it; returns the numbers of its pieces."""
        ...

    def stop(self) -> None:
        """Follow none any more."""
        ...


class Profile(Protocol):
    """The core profile."""

    def lines(self) -> list[ProfileLine]:
        """Return its lines, in order."""
        ...

    def replace(self, texts: Iterable[str]) -> list[ProfileLine]:
        """Put others in their place."""
        ...

    def set_privacy(self, line_id: int, privacy: MemoryPrivacy) -> None:
        """Say whether a line may leave this computer; `InputError` for an unknown one."""
        ...
