"""The memory as the command line and the window see it: one place over rows, search, index, documents and profile.

Puts their acts together and knows what follows from what; how each is done is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError, Language
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
from jarvis.contracts.memory_desk import ExportFormat
from jarvis.contracts.memory_times import checked_said_at
from jarvis.contracts.ports import Clock
from jarvis.memory.backup import back_up
from jarvis.memory.backup_trust import DefaultLevel, asks
from jarvis.memory.desk_parts import Documents, Happened, Index, Profile, Search
from jarvis.memory.forget import Forgetter
from jarvis.memory.leftovers import Leftovers
from jarvis.memory.restoring import restore
from jarvis.memory.transfer import Transfers
from jarvis.settings.folders import Folders
from jarvis.storage.database import Database
from jarvis.storage.forgetting import SqliteForgetting
from jarvis.storage.forgetting_order import files_first
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_counts import memory_counts, remembering_answers
from jarvis.storage.memory_rows import checked
from jarvis.storage.memory_transfer import MemoryTransfer
from jarvis.storage.quotes import Quotes

BATCH = 500
"""Rows of one transaction."""


class RememberingDesk:
    """The MemoryDesk over everything that remembers.

    `happened` reads when a text took place, `language_of` in which language it is. `learn` finds and stores the facts
    of new turns. `advice` is one sentence on what would make the memory better, None for nothing. `release` closes what
    this process has open, before a restore takes its place; `default_level` is what holds for the name of a skill or
    tool as long as nobody said otherwise.
    """

    def __init__(
        self,
        *,
        database: Database,
        memories: SqliteMemories,
        search: Search,
        index: Index,
        documents: Documents,
        profile: Profile,
        places: Folders,
        clock: Clock,
        language: Callable[[], Language],
        language_of: Callable[[str], Language],
        happened: Happened,
        learn: Callable[[Sequence[Memory]], object],
        advice: Callable[[], str | None] = lambda: None,
        release: Callable[[], None] | None = None,
        default_level: DefaultLevel = asks,
    ) -> None:
        self._database = database
        self._memories = memories
        self._search = search
        self._index = index
        self._documents = documents
        self._profile = profile
        self._places = places
        self._clock = clock
        self._language = language
        self._language_of = language_of
        self._happened = happened
        self._learn = learn
        self._advice = advice
        self._release = release or self._close_all
        self._default_level = default_level
        self._leftovers = Leftovers(places)
        self._forgetter = Forgetter(
            database=database, memories=memories, index=index, leftovers=self._leftovers, monotonic=clock.monotonic
        )
        self._transfers = Transfers(
            rows=MemoryTransfer(database, clock),
            memories=memories,
            clock=clock,
            language=language,
            language_of=language_of,
        )

    def finish(self, *, wait: bool = True) -> bool:
        """Finish what a process that died left half-forgotten; to be called at the start. True if there was any.

        Without `wait` a living process that keeps the index is left to do it; raises `StorageError` then.
        """
        return self._forgetter.finish_if_begun(wait=wait)

    def add(self, rows: Iterable[NewMemory]) -> Iterator[Memory]:
        """Store rows and yield each once it is safe on disk, in batches of at most 500."""
        renamed: dict[str, str] = {}
        for batch, error in _batches(iter(rows)):
            yield from self._store(batch, renamed)
            self._index.wake()
            if error is not None:
                raise error

    def search(self, query: MemoryQuery) -> SearchResult:
        """Return what bears on a question, best first."""
        return self._search.search(query, self._language())

    def page(self, where: MemoryFilter, *, limit: int = 50, before: int | None = None) -> MemoryPage:
        """Return memories, newest first."""
        return self._memories.page(where, limit=limit, before=before)

    def get(self, memory_id: str) -> Memory | None:
        """Return one memory."""
        return self._memories.get(memory_id)

    def history(self, memory_id: str) -> list[Memory]:
        """Return what a fact was before and after, oldest first."""
        return self._memories.history(memory_id)

    def around(self, memory_id: str, turns: int = 3) -> list[Memory]:
        """Return the memory with what was said before and after it, in order."""
        return self._memories.around(memory_id, turns)

    def edit(self, memory_id: str, text: str) -> Memory:
        """Correct a text; returns once no byte of the old one is left but in what a restore put aside.

        Unsent drafts that quote it lose the quote alone. An old text that says too little to be looked for elsewhere
        (`Quotes` leaves it out), such as a question, goes out of the memory and its message only. `InputError` for an
        unknown or bad text, `StorageError` where a file that holds the old one, or a row, cannot be changed; nothing is
        corrected then.
        """
        old = self._memories.get(memory_id)
        checked(NewMemory(text=text))
        if old is None or old.text == text:
            return self._memories.edit(memory_id, text)
        texts = {old.text}
        cleaned = files_first(self._database, lambda: self._leftovers.correct(Quotes(texts)))
        with cleaned, self._memories.together():
            now = self._memories.get(memory_id)
            if now is not None and now.text not in texts:
                # Somebody else corrected it meanwhile.
                self._leftovers.correct(Quotes((now.text,)))
                texts.add(now.text)
            changed = self._memories.edit(memory_id, text)
            texts.discard(changed.text)
            for each in texts:
                SqliteForgetting(self._database).corrected(each)
        if texts:
            self._learn_of([changed])
            self._forgetter.finish()
            self._index.wake()
        return changed

    def pin(self, memory_id: str, pinned: bool) -> None:
        """Pin or unpin."""
        self._memories.pin(memory_id, pinned)

    def set_privacy(self, memory_id: str, privacy: MemoryPrivacy) -> None:
        """Say whether it may leave this computer; what stays here takes the facts that were found in it along."""
        self._memories.set_privacy(memory_id, privacy)
        self._index.wake()

    def preview(self, target: ForgetTarget) -> ForgetPreview:
        """Return what `forget` would take away."""
        return self._forgetter.preview(target)

    def forget(
        self,
        target: ForgetTarget,
        *,
        progress: Callable[[str], None] | None = None,
        cancel: CancelToken | None = None,
        also: Callable[[], object] | None = None,
    ) -> int:
        """Forget for good and return how many memories went; what `also` writes goes or stays with their rows."""
        if progress is not None:
            spanish = self._language() == "es"
            progress("Se borran filas, palabras y vectores…" if spanish else "Wiping rows, words and vectors …")
        followed = self._documents.folders() if target.kind == "everything" else []
        gone = self._forgetter.forget(target, cancel, also)
        for folder in (*(each.path for each in followed), *([Path(target.folder)] if target.folder else [])):
            # Its rows are gone; what follows it in this process is to know.
            self._documents.forget_folder(folder)
        self._index.wake()
        return gone.memories

    def ingest(
        self, path: Path, *, watch: bool, privacy: MemoryPrivacy, cancel: CancelToken | None = None
    ) -> Iterator[IngestProgress]:
        """Read a file or folder, only what changed since; yields after every file."""
        yield from self._documents.ingest(path, watch=watch, privacy=privacy, cancel=cancel)
        self._index.wake()

    def folders(self) -> list[WatchedFolder]:
        """Return the folders that were read."""
        return self._documents.folders()

    def files(self, folder: Path) -> list[FileReport]:
        """Return what became of every file of a folder."""
        return self._documents.files(folder)

    def set_watched(self, folder: Path, watched: bool) -> None:
        """Follow a folder's changes, or no longer."""
        self._documents.set_watched(folder, watched)

    def set_folder_privacy(self, folder: Path, privacy: MemoryPrivacy) -> None:
        """Say whether a folder's pieces may leave this computer, now and from now on."""
        self._documents.set_privacy(folder, privacy)
        self._index.wake()

    def following(self) -> dict[Path, str]:
        """Return what the person should know of how followed folders are kept up with; nothing where all is well."""
        language = self._language()
        told = ((one.path, one.sentence(language)) for one in self._documents.following())
        return {path: sentence for path, sentence in told if sentence}

    def profile(self) -> list[ProfileLine]:
        """Return the core profile."""
        return self._profile.lines()

    def set_profile(self, texts: Iterable[str]) -> list[ProfileLine]:
        """Replace the core profile; what it no longer says is gone for good."""
        lines = self._profile.replace(texts)
        self._database.scrub()
        return lines

    def set_profile_privacy(self, line_id: int, privacy: MemoryPrivacy) -> None:
        """Say whether a line, with the fact that it was learned from, may leave this computer."""
        self._profile.set_privacy(line_id, privacy)
        self._index.wake()

    def used_by(self, message_id: str | None = None) -> list[Recalled]:
        """Return what an answer drew on, best first."""
        used = self._memories.used_by(message_id)
        rows = self._memories.by_seq(seq for seq, _ in used)
        return [Recalled(memory=rows[seq], score=score) for seq, score in used if seq in rows]

    def answers_that_remember(self, conversation_id: str) -> frozenset[str]:
        """Return the ids of a conversation's answers that drew on memories."""
        return remembering_answers(self._database, conversation_id)

    def export(self, path: Path, form: ExportFormat, *, force: bool = False) -> Transferred:
        """Write everything that is remembered to a new file."""
        return self._transfers.export(path, form, force=force)

    def import_file(self, path: Path) -> Transferred:
        """Read a file that `export` wrote."""
        done = self._transfers.import_file(path)
        self._index.wake()
        return done

    def backup(self, path: Path, *, force: bool = False, cancel: CancelToken | None = None) -> Transferred:
        """Write a consistent copy of everything that Jarvis keeps to a new file."""
        return back_up(
            path, places=self._places, database=self._database, clock=self._clock, force=force, cancel=cancel
        )

    def restore(self, path: Path, *, take_over: bool = False, cancel: CancelToken | None = None) -> Transferred:
        """Put a backup in the place of what is here; this process has to end, or build everything anew, afterwards."""
        return restore(
            path,
            places=self._places,
            clock=self._clock,
            release=self._release,
            default=self._default_level,
            take_over=take_over,
            cancel=cancel,
        )

    def catch_up(
        self, *, limit: int | None = None, progress: Callable[[IndexProgress], None] | None = None
    ) -> IndexProgress:
        """Make the vectors of at most `limit` memories that have none yet."""
        return self._index.catch_up(limit, progress)

    def reindex(self, *, afresh: bool = False) -> Iterator[IndexProgress]:
        """Bring words and index up to date, from the rows alone when `afresh`; yields its progress."""
        while self._memories.words_catch_up():
            pass
        yield from self._index.reindex(afresh)

    def stats(self) -> MemoryStats:
        """Return counts, sizes and the index's state."""
        counts = memory_counts(self._database)
        files = (self._database.path, self._database.path.with_name(f"{self._database.path.name}-wal"))
        rows = sum(file.stat().st_size for file in files if file.exists())
        return MemoryStats(
            **asdict(counts),
            bytes={"rows": rows, **self._index.bytes()},
            index=self._index.progress(self._language()),
        )

    def notice(self) -> str | None:
        """Return one sentence on an index in trouble, else on what keeps meanings from being compared, else advice."""
        language = self._language()
        state = self._index.progress(language)
        if state.state in ("damaged", "failed"):
            return state.sentence
        return self._index.why_not(language) or self._advice()

    def _store(self, batch: Sequence[NewMemory], renamed: dict[str, str]) -> Iterator[Memory]:
        last = self._memories.last_seq()
        try:
            rows = [self._complete(row, renamed) for row in batch]
            stored = self._memories.add(rows)
        except InputError:
            if len(batch) == 1:
                raise
            # One of them cannot be stored; those before it are.
            for row in batch:
                yield from self._store([row], renamed)
            return
        renamed.update(
            {row.id: memory.id for row, memory in zip(rows, stored, strict=True) if row.id not in (None, memory.id)}
        )
        self._learn_of([memory for memory in stored if memory.seq > last])
        yield from stored

    def _complete(self, row: NewMemory, renamed: dict[str, str]) -> NewMemory:
        language = row.language or self._language_of(row.text)
        now = self._clock.now()
        said_at = checked_said_at(row.said_at, now) if row.said_at else now
        happened = row.happened
        if happened is None and row.source != "document":
            happened = self._happened(row.text, language, said_at)
        previous = renamed.get(row.previous, row.previous) if row.previous else None
        return replace(row, language=language, said_at=said_at, happened=happened, previous=previous)

    def _learn_of(self, stored: Sequence[Memory]) -> None:
        turns = [memory for memory in stored if memory.source in ("told", "imported")]
        if turns:
            self._learn(turns)

    def _close_all(self) -> None:
        self._documents.stop()
        self._index.stop()
        self._database.close()


def _batches(rows: Iterator[NewMemory]) -> Iterator[tuple[list[NewMemory], InputError | None]]:
    """Yield rows in batches; where reading the next one fails, what came before it comes first, with the error."""
    while True:
        batch: list[NewMemory] = []
        try:
            for row in islice(rows, BATCH):
                batch.append(row)
        except InputError as error:
            yield batch, error
            return
        if not batch:
            return
        yield batch, None
