"""Memories as rows: how a row is read, how a filter becomes SQL, and what a new row must hold. Knows no transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import Memory, MemoryFilter, NewMemory, TimeRange
from jarvis.storage.words import fold

MOST_CHARACTERS = 100_000
"""The longest text that one memory may have."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_READ = (
    *("seq", "id", "text", "source", "speaker", "said_at", "happened_from", "happened_until", "conversation_id"),
    *("message_id", "previous_seq", "origin_seq", "subject", "relation", "document_id", "place", "folder", "privacy"),
    *("language", "provenance", "importance", "pinned", "valid_until", "superseded_by", "times_told", "last_told_at"),
)
SELECT = (
    f"SELECT {', '.join(f'm.{column}' for column in _READ)}, d.path"
    " FROM memories m LEFT JOIN memory_documents d ON d.id = m.document_id"
)
"""Reads rows for `memory_of`; `m` is the row."""


def memory_of(row: sqlite3.Row) -> Memory:
    """Return a row that `SELECT` read."""
    # By place: a search reads hundreds, and looking for columns by name takes longer than all else here.
    (seq, memory_id, text, source, speaker, said_at, start, end, conversation_id, *more) = row
    (message_id, previous_seq, origin_seq, subject, relation, document_id, place, folder, privacy, *more) = more
    (language, provenance, importance, pinned, valid_until, superseded_by, times_told, last_told_at, path) = more
    happened = None
    if start is not None or end is not None:
        happened = TimeRange(start=moment_or_none(start), end=moment_or_none(end))
    return Memory(
        seq=seq,
        id=memory_id,
        text=text,
        source=source,
        speaker=speaker,
        said_at=moment(said_at),
        happened=happened,
        conversation_id=conversation_id,
        message_id=message_id,
        previous_seq=previous_seq,
        origin_seq=origin_seq,
        subject=subject,
        relation=relation,
        document_id=document_id,
        path=path or "",
        place=place,
        folder=folder,
        privacy=privacy,
        language=language,
        provenance=provenance,
        importance=importance,
        pinned=bool(pinned),
        valid_until=moment_or_none(valid_until),
        superseded_by=superseded_by,
        times_told=times_told,
        last_told=moment_or_none(last_told_at),
    )


def milliseconds(at: datetime) -> int:
    """Return an aware time as epoch milliseconds, of any year."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def milliseconds_or_none(at: datetime | None) -> int | None:
    """Return an aware time as epoch milliseconds, None for None."""
    return None if at is None else milliseconds(at)


def moment(at: int) -> datetime:
    """Return epoch milliseconds as an aware UTC time, of any year."""
    return _EPOCH + timedelta(milliseconds=at)


def moment_or_none(at: int | None) -> datetime | None:
    """Return epoch milliseconds as an aware UTC time, None for None."""
    return None if at is None else moment(at)


def text_key(text: str) -> int:
    """Return a number that texts have in common when only case, accents, outer punctuation or spaces differ."""
    digest = hashlib.blake2b(fold(text).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def listed(values: Iterable[int | str]) -> str:
    """Return values as JSON, for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(values))


def checked(row: NewMemory) -> NewMemory:
    """Return `row`; raises `InputError` for an empty or overlong text, and for what no row can hold."""
    if not row.text.strip():
        raise InputError(
            "memory.empty",
            en="There is no text to remember; nothing was stored. Say or write what to remember.",
            es="No hay texto que recordar; no se ha guardado nada. Di o escribe qué recordar.",
        )
    if len(row.text) > MOST_CHARACTERS:
        raise InputError(
            "memory.too_long",
            en="A text of {length} characters is too long for one memory (at most {most}); it was not stored. "
            "Split it, or add it as a document.",
            es="Un texto de {length} caracteres es demasiado largo para un recuerdo (como mucho {most}); no se ha "
            "guardado. Divídelo o añádelo como documento.",
            length=len(row.text),
            most=MOST_CHARACTERS,
        )
    times = [row.said_at, *((row.happened.start, row.happened.end) if row.happened else ())]
    if not 0 <= row.importance <= 1 or any(at is not None and at.tzinfo is None for at in times) or not _encodes(row):
        raise InputError(
            "memory.invalid",
            en="A memory was not stored: its importance must lie between 0 and 1, its times must have a time zone, and "
            "its text must be valid Unicode. It begins with “{beginning}”.",
            es="Un recuerdo no se ha guardado: su importancia debe estar entre 0 y 1, sus horas deben tener zona "
            "horaria y su texto debe ser Unicode válido. Empieza por «{beginning}».",
            beginning=row.text[:40].encode("utf-8", "replace").decode(),
        )
    return row


def _encodes(row: NewMemory) -> bool:
    texts = (row.text, row.id or "", row.speaker, row.subject, row.relation, row.place, row.folder, row.provenance)
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A filter as SQL over `memories m`; `sql` is empty where everything fits."""

    sql: str
    given: tuple[Any, ...]

    def clause(self, *more: str) -> str:
        """Return ` WHERE ...` of this condition and of `more`, empty where there is none."""
        terms = [term for term in (self.sql, *more) if term]
        return f" WHERE {' AND '.join(terms)}" if terms else ""


def condition_of(where: MemoryFilter) -> Condition:
    """Return a filter as SQL. A text is compared by the function `memory_holds(text, folded)`."""
    terms: list[str] = []
    given: list[Any] = []

    def add(term: str, *values: Any) -> None:
        terms.append(term)
        given.extend(values)

    if where.sources:
        add(f"m.source IN ({', '.join('?' * len(where.sources))})", *where.sources)
    if where.said and where.said.start is not None:
        add("m.said_at >= ?", milliseconds(where.said.start))
    if where.said and where.said.end is not None:
        add("m.said_at < ?", milliseconds(where.said.end))
    if where.folder is not None:
        add("m.folder = ?" if where.folder == "" else "m.folder <> '' AND m.folder = ?", where.folder)
    for column in ("conversation_id", "speaker", "privacy"):
        value = getattr(where, column)
        if value is not None:
            add(f"m.{column} = ?", value)
    if where.pinned is not None:
        add("m.pinned = 1" if where.pinned else "m.pinned = 0")
    if where.current:
        add("m.valid_until IS NULL")
    wanted = fold(where.text)
    if wanted:
        add("memory_holds(m.text, ?)", wanted)
    return Condition(sql=" AND ".join(terms), given=tuple(given))


def know_texts(connection: sqlite3.Connection) -> None:
    """Teach a connection the function that `condition_of` uses."""
    connection.create_function("memory_holds", 2, _holds, deterministic=True)


def _holds(text: str, wanted: str) -> bool:
    if text.isascii():
        plain = text.lower()
        # Folding also makes one space of many.
        return wanted in plain or (" " in wanted and wanted in " ".join(plain.split()))
    return wanted in fold(text)


INSERTED = (
    *("seq", "position", "id", "text", "text_key", "source", "speaker", "said_at", "happened_from", "happened_until"),
    *("conversation_id", "message_id", "part", "previous_seq", "origin_seq", "subject", "relation", "document_id"),
    *("place", "folder", "privacy", "language", "provenance", "importance", "pinned", "worded", "added_at"),
)
INSERT = f"INSERT INTO memories ({', '.join(INSERTED)}) VALUES ({', '.join('?' * len(INSERTED))})"


def inserted(memory: Memory, part: int, now: int) -> Sequence[Any]:
    """Return the values of `INSERT` for a new memory whose words are written with it."""
    happened = memory.happened or TimeRange()
    return (
        memory.seq,
        memory.seq,
        memory.id,
        memory.text,
        key_of(memory),
        memory.source,
        memory.speaker,
        milliseconds(memory.said_at),
        milliseconds_or_none(happened.start),
        milliseconds_or_none(happened.end),
        memory.conversation_id,
        memory.message_id,
        part,
        memory.previous_seq,
        memory.origin_seq,
        memory.subject,
        memory.relation,
        memory.document_id,
        memory.place,
        memory.folder,
        memory.privacy,
        memory.language,
        memory.provenance,
        memory.importance,
        int(memory.pinned),
        1,
        now,
    )


def key_of(memory: Memory) -> int | None:
    """Return the `text_key` that a row of this source has; None where none is needed."""
    return text_key(memory.text) if memory.source in ("told", "fact") else None
