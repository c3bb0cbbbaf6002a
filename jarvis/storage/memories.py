"""Memories as rows, the truth behind every index: adding, correcting, superseding and forgetting them.

Every row's words for the lexical search are written in the same transaction. A returned write survives `kill -9`.
Knows neither vectors nor files; what those have to follow stands in `after` and `forgotten`.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.memory import Memory, MemoryPrivacy, NewMemory
from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database
from jarvis.storage.memory_edits import delete_rows, replace_text, share_or_keep
from jarvis.storage.memory_reads import MemoryReads, last_seq
from jarvis.storage.memory_rows import (
    INSERT,
    SELECT,
    checked,
    inserted,
    listed,
    memory_of,
    milliseconds,
    milliseconds_or_none,
    moment,
    moment_or_none,
)
from jarvis.storage.memory_wording import word_anew, word_unworded, words_missing, write_words

_PAGES = 2000
_SAME = uuid.UUID("6f1c2f0e-5a52-4f0a-9d3e-4b7f6a1d2c90")


class SqliteMemories(MemoryReads):
    """The memories over `Database`; `language_of` tells the language of a text that comes without one."""

    def __init__(self, database: Database, clock: Clock, language_of: Callable[[str], Language]) -> None:
        super().__init__(database)
        self._clock = clock
        self._language_of = language_of

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make all changes of this thread inside one transaction: all stay or, where it is left by an error, none."""
        with self._database.write():
            yield

    def add(self, rows: Sequence[NewMemory]) -> list[Memory]:
        """Store rows, all or none, and return what each became, in order.

        An id that is taken by the same text gives the row that is there; taken by another text, the row gets an id of
        its own, always the same one. `previous` may name a row of the same call, and is ignored where there is none.
        Raises `InputError` for an empty or overlong text and for an unknown `origin`.
        """
        with self._database.write() as connection:
            return self.add_within(connection, [(row, 0) for row in rows])

    def add_within(self, connection: sqlite3.Connection, rows: Sequence[tuple[NewMemory, int]]) -> list[Memory]:
        """Do what `add` does inside a transaction that is the caller's; the numbers are places in a longer text."""
        batch = _Batch(connection, [checked(row) for row, _ in rows])
        now = milliseconds(self._clock.now())
        added: list[tuple[Memory, int]] = []
        result = []
        for row, part in rows:
            known, identity = batch.known_or_free(row)
            if known is None:
                known = self._memory(batch, row, identity, now)
                batch.keep(known)
                added.append((known, part))
            result.append(known)
        if added:
            connection.executemany(INSERT, [inserted(memory, part, now) for memory, part in added])
            write_words(connection, [memory for memory, _ in added])
            _changed(connection, lasting=any(memory.source != "conversation" for memory, _ in added))
        return result

    def _memory(self, batch: _Batch, row: NewMemory, identity: str, now: int) -> Memory:
        happened = row.happened
        if happened is not None:
            start, end = milliseconds_or_none(happened.start), milliseconds_or_none(happened.end)
            happened = type(happened)(start=moment_or_none(start), end=moment_or_none(end))
            happened = None if start is None and end is None else happened
        return Memory(
            seq=batch.next_seq(),
            id=identity,
            text=row.text,
            source=row.source,
            speaker=row.speaker,
            said_at=moment(now if row.said_at is None else milliseconds(row.said_at)),
            happened=happened,
            conversation_id=row.conversation_id,
            message_id=row.message_id,
            previous_seq=batch.seq_of(row.previous),
            origin_seq=batch.origin_of(row),
            subject=row.subject,
            relation=row.relation,
            document_id=row.document_id,
            path=batch.path_of(row.document_id),
            place=row.place,
            folder=row.folder,
            privacy=row.privacy,
            language=row.language or self._language_of(row.text),
            provenance=row.provenance,
            importance=float(row.importance),
            pinned=row.pinned,
        )

    def edit(self, memory_id: str, text: str) -> Memory:
        """Correct a text, also in the message that it came from; the memory gets a new number.

        Facts and lines of the core profile that were learned from the old text go with it. Raises `InputError` for a
        text that `add` would refuse and for an unknown memory.
        """
        checked(NewMemory(text=text))
        with self._database.write() as connection:
            memory = _wanted(connection, memory_id)
            if memory.text == text:
                return memory
            changed = self.edit_within(connection, memory, text)
            _changed(connection)
        return changed

    def edit_within(self, connection: sqlite3.Connection, memory: Memory, text: str) -> Memory:
        """Do what `edit` does inside a transaction that is the caller's."""
        return replace_text(connection, memory, text, self._language_of(text), last_seq(connection) + 1)

    def pin(self, memory_id: str, pinned: bool) -> None:
        """Pin or unpin; raises `InputError` for an unknown memory."""
        self._set(memory_id, "pinned = ?", int(pinned))

    def set_privacy(self, memory_id: str, privacy: MemoryPrivacy) -> None:
        """Say whether it may leave this computer, and the line of the core profile that says it with it. What stays
        here takes along what says the same. Raises `InputError` for an unknown memory."""
        with self._database.write() as connection:
            seq = _wanted(connection, memory_id).seq
            share_or_keep(connection, seq, privacy)
            _changed(connection)

    def supersede(self, old_id: str, by_id: str | None, at: datetime) -> None:
        """Say that something held until `at`, and what took its place; None: nothing did."""
        self._set(old_id, "valid_until = ?, superseded_by = ?", milliseconds(at), by_id)

    def told_again(self, memory_id: str, at: datetime) -> None:
        """Count that the same was told once more."""
        self._set(memory_id, "times_told = times_told + 1, last_told_at = ?", milliseconds(at))

    def delete(self, seqs: Iterable[int]) -> int:
        """Forget memories with the facts that were found in them; returns how many went. What indexes hold of them
        stands in `forgotten` until `forgotten_done`."""
        with self._database.write() as connection:
            return self.delete_within(connection, seqs)

    def delete_within(self, connection: sqlite3.Connection, seqs: Iterable[int]) -> int:
        """Do what `delete` does inside a transaction that is the caller's."""
        gone = delete_rows(connection, seqs)
        if gone:
            _changed(connection)
        return gone

    def forgotten_done(self, seqs: Iterable[int]) -> None:
        """Say that no index holds these any more."""
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM memory_forgotten WHERE seq IN (SELECT value FROM json_each(?))", (listed(seqs),)
            )

    def optimize_words(self) -> None:
        """Rewrite the full-text index, so that it holds no deleted word.

        In steps, each of its own transaction, so that others can write between them.
        """
        # A negative number of pages begins to make one of all parts; fewer than two changes say that nothing is left.
        pages, changes = -_PAGES, 2
        while changes >= 2:
            with self._database.write() as connection:
                before = connection.total_changes
                connection.execute("INSERT INTO memory_words (memory_words, rank) VALUES ('merge', ?)", (pages,))
                changes = connection.total_changes - before
            pages = _PAGES

    def words_catch_up(self, limit: int = 1000) -> int:
        """Write the words of at most `limit` rows that have none, or only such as were made in an older way; returns
        how many, 0 when all is done."""
        with self._database.read() as connection:
            if not words_missing(connection):
                return 0
        with self._database.write() as connection:
            return word_unworded(connection, limit) or word_anew(connection, limit)

    def record_use(self, message_id: str, used: Sequence[tuple[int, float]]) -> None:
        """Keep which memories an answer drew on, with their scores; those that are gone by now are left out."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO memory_uses (message_id, memory_seq, score)"
                " SELECT m.id, s.seq, ? FROM messages m, memories s WHERE m.id = ? AND s.seq = ?",
                [(score, message_id, seq) for seq, score in used],
            )

    def _set(self, memory_id: str, change: str, *given: object) -> None:
        with self._database.write() as connection:
            memory = _wanted(connection, memory_id)
            connection.execute(f"UPDATE memories SET {change} WHERE seq = ?", (*given, memory.seq))
            _changed(connection)


class _Batch:
    """The ids that the rows of one call speak of: those that are stored and those that came earlier in the call."""

    def __init__(self, connection: sqlite3.Connection, rows: Sequence[NewMemory]) -> None:
        self._connection = connection
        self._last = last_seq(connection)
        self._kept: dict[str, Memory] = {}
        spoken = {name for row in rows for name in (row.id, row.previous, row.origin) if name}
        found = connection.execute(
            "SELECT id, seq FROM memories WHERE id IN (SELECT value FROM json_each(?))", (listed(spoken),)
        )
        self._seqs: dict[str, int] = {row["id"]: row["seq"] for row in found}
        self._paths: dict[int, str] = {}

    def known_or_free(self, row: NewMemory) -> tuple[Memory | None, str]:
        """Return the memory that this row is already, or None and an id that is free for it."""
        identity = row.id or uuid.uuid4().hex
        # An id of its own is made of id and text: the same row brought in again finds it.
        for candidate in (identity, uuid.uuid5(_SAME, f"{identity}\n{row.text}").hex):
            there = self._stored(candidate)
            if there is None:
                return None, candidate
            if there.text == row.text:
                return there, candidate
        return None, uuid.uuid4().hex

    def keep(self, memory: Memory) -> None:
        """Note a row that this call adds."""
        self._kept[memory.id] = memory
        self._seqs[memory.id] = memory.seq

    def next_seq(self) -> int:
        """Return a number that no memory ever had."""
        self._last += 1
        return self._last

    def seq_of(self, memory_id: str | None) -> int | None:
        """Return the number of a memory; None where there is none of that id."""
        return self._seqs.get(memory_id) if memory_id else None

    def origin_of(self, row: NewMemory) -> int | None:
        """Return the number of the memory that a fact was found in."""
        if row.origin is None:
            return None
        seq = self.seq_of(row.origin)
        if seq is None:
            raise InputError(
                "memory.unknown_origin",
                en="The memory that a fact comes from no longer exists; nothing was stored.",
                es="El recuerdo del que sale un dato ya no existe; no se ha guardado nada.",
            )
        return seq

    def path_of(self, document_id: int | None) -> str:
        """Return the file of a document; empty for None."""
        if document_id is None:
            return ""
        if document_id not in self._paths:
            row = self._connection.execute("SELECT path FROM memory_documents WHERE id = ?", (document_id,)).fetchone()
            self._paths[document_id] = row["path"] if row else ""
        return self._paths[document_id]

    def _stored(self, memory_id: str) -> Memory | None:
        if memory_id in self._kept:
            return self._kept[memory_id]
        row = self._connection.execute(f"{SELECT} WHERE m.id = ?", (memory_id,)).fetchone()
        return memory_of(row) if row else None


def _wanted(connection: sqlite3.Connection, memory_id: str) -> Memory:
    row = connection.execute(f"{SELECT} WHERE m.id = ?", (memory_id,)).fetchone()
    if row is None:
        raise InputError(
            "memory.unknown",
            en="There is no memory “{id}” (any more); nothing was changed. List them to see what there is.",
            es="No hay (ya) ningún recuerdo «{id}»; no se ha cambiado nada. Pide la lista para ver los que hay.",
            id=memory_id,
        )
    return memory_of(row)


def _changed(connection: sqlite3.Connection, *, lasting: bool = True) -> None:
    connection.execute("UPDATE memory_progress SET revision = revision + 1, lasting = lasting + ?", (int(lasting),))
