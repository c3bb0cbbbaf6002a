"""Everything that a door can do with the memory: one port for the command line and the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal, Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.memory import (
    FileReport,
    ForgetPreview,
    ForgetTarget,
    IndexProgress,
    IngestProgress,
    Memory,
    MemoryFilter,
    MemoryPage,
    MemoryPrivacy,
    MemoryQuery,
    MemoryStats,
    NewMemory,
    ProfileLine,
    Recalled,
    SearchResult,
    Transferred,
    WatchedFolder,
)

ExportFormat = Literal["jsonl", "markdown"]


class MemoryDesk(Protocol):
    """The memory as doors see it; any thread may call anything, every call may take a while except `page` and `get`."""

    def add(self, rows: Iterable[NewMemory]) -> Iterator[Memory]:
        """Store rows and yield each once it is safe on disk (in batches). Raises `InputError` for an empty text or one
        of more than 100,000 characters; what was yielded before is kept."""
        ...

    def search(self, query: MemoryQuery) -> SearchResult:
        """Return what bears on a question, best first."""
        ...

    def page(self, where: MemoryFilter, *, limit: int = 50, before: int | None = None) -> MemoryPage:
        """Return memories, newest first; `before` is a `seq`."""
        ...

    def get(self, memory_id: str) -> Memory | None:
        """Return one memory."""
        ...

    def history(self, memory_id: str) -> list[Memory]:
        """Return what a fact was before and after, oldest first; just itself for anything else."""
        ...

    def around(self, memory_id: str, turns: int = 3) -> list[Memory]:
        """Return the memory with what was said before and after it, in order."""
        ...

    def edit(self, memory_id: str, text: str) -> Memory:
        """Correct a text: the old one is gone for good, and the conversation shows the new one."""
        ...

    def pin(self, memory_id: str, pinned: bool) -> None:
        """Pin: it is preferred in recall, and never superseded by a rule."""
        ...

    def set_privacy(self, memory_id: str, privacy: MemoryPrivacy) -> None:
        """Say whether it may leave this computer."""
        ...

    def preview(self, target: ForgetTarget) -> ForgetPreview:
        """Return what `forget` would take away."""
        ...

    def forget(
        self,
        target: ForgetTarget,
        *,
        progress: Callable[[str], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> int:
        """Forget for good and return how many memories went; afterwards no byte of them is in the data folder.

        Raised before anything goes, `cancel` raises `Cancelled` and everything stays; afterwards all of it goes, and
        bytes that are left are wiped at the next start.
        """
        ...

    def ingest(
        self, path: Path, *, watch: bool, privacy: MemoryPrivacy, cancel: CancelToken | None = None
    ) -> Iterator[IngestProgress]:
        """Read a file or folder, only what changed since; yields after every file."""
        ...

    def folders(self) -> list[WatchedFolder]:
        """Return the folders that were read."""
        ...

    def files(self, folder: Path) -> list[FileReport]:
        """Return what became of every file of a folder."""
        ...

    def set_watched(self, folder: Path, watched: bool) -> None:
        """Follow a folder's changes, or no longer."""
        ...

    def set_folder_privacy(self, folder: Path, privacy: MemoryPrivacy) -> None:
        """Say whether a folder's pieces may leave this computer, those that are there and those to come. Raises
        `InputError` for one that was never read."""
        ...

    def following(self) -> dict[Path, str]:
        """Return what the person should know of how followed folders are kept up with, by folder; nothing for those
        where all is well, and nothing in a process that does not follow them itself."""
        ...

    def profile(self) -> list[ProfileLine]:
        """Return the core profile, which every prompt on this computer has."""
        ...

    def set_profile(self, texts: Iterable[str]) -> list[ProfileLine]:
        """Replace the core profile; at most 12 lines of 200 characters, else `InputError`."""
        ...

    def set_profile_privacy(self, line_id: int, privacy: MemoryPrivacy) -> None:
        """Say whether a line of the core profile, with the fact that it was learned from, may leave this computer.
        Raises `InputError` for an unknown line."""
        ...

    def used_by(self, message_id: str | None = None) -> list[Recalled]:
        """Return what an answer drew on; None takes the last answer that drew on any."""
        ...

    def answers_that_remember(self, conversation_id: str) -> frozenset[str]:
        """Return the ids of a conversation's answers that drew on memories."""
        ...

    def export(self, path: Path, form: ExportFormat, *, force: bool = False) -> Transferred:
        """Write everything that is remembered to a new file; only with `force` in the place of another."""
        ...

    def import_file(self, path: Path) -> Transferred:
        """Read a file that `export` wrote; what is there already stays as it is."""
        ...

    def backup(self, path: Path, *, force: bool = False, cancel: CancelToken | None = None) -> Transferred:
        """Write a consistent copy of everything that Jarvis keeps (except models, caches, keys) to a new file. Raises
        `Cancelled`; nothing is written then."""
        ...

    def restore(self, path: Path, *, take_over: bool = False, cancel: CancelToken | None = None) -> Transferred:
        """Put a backup in the place of what is here; what was here is kept beside it. Jarvis has to start anew then.

        Of one that was not written here, addresses and permissions that this computer neither uses nor allows are left
        as they are here, unless the person wants to `take_over` them; so, in any case, are lower limits of money and
        what was spent. Raises `Cancelled` while it is being checked;
        nothing is changed then."""
        ...

    def catch_up(
        self, *, limit: int | None = None, progress: Callable[[IndexProgress], None] | None = None
    ) -> IndexProgress:
        """Make the vectors of at most `limit` memories that have none yet, oldest first; None for all of them."""
        ...

    def reindex(self, *, afresh: bool = False) -> Iterator[IndexProgress]:
        """Bring the index up to date, from the rows alone when `afresh`; yields its progress."""
        ...

    def stats(self) -> MemoryStats:
        """Return counts, sizes and the index's state."""
        ...

    def notice(self) -> str | None:
        """Return one sentence that the person should know (what a better embedder would add, an index in trouble)."""
        ...
