"""Every field of the memory as plain rows, out of the database and back into it. Knows no file format.

References travel as ids, times as ISO 8601 in UTC, documents with their file and folder, so that what is brought in
elsewhere is the same but for numbers.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.memory import MEMORY_SOURCES
from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database
from jarvis.storage.memory_rows import MOST_CHARACTERS, listed, milliseconds, moment, text_key

PAGE = 500
"""Rows of one transaction."""

_TIMES = {
    "said_at": "said_at",
    "happened_from": "happened_from",
    "happened_until": "happened_until",
    "valid_until": "valid_until",
    "last_told": "last_told_at",
    "added_at": "added_at",
}
_TEXTS = ("conversation_id", "message_id", "superseded_by")
_WORDS = ("speaker", "subject", "relation", "place", "folder", "provenance")
_DOCUMENT = ("path", "digest", "bytes", "modified_ns", "reader", "state", "why_en", "why_es", "seen_at")

_SELECT = """
SELECT m.*, p.id AS previous, o.id AS origin, f.path AS root, f.privacy AS root_privacy, f.added_at AS root_added,
  d.path AS d_path, d.digest AS d_digest, d.bytes AS d_bytes, d.modified_ns AS d_modified_ns, d.reader AS d_reader,
  d.state AS d_state, d.why_en AS d_why_en, d.why_es AS d_why_es, d.seen_at AS d_seen_at
FROM memories m
LEFT JOIN memories p ON p.seq = m.previous_seq
LEFT JOIN memories o ON o.seq = m.origin_seq
LEFT JOIN memory_documents d ON d.id = m.document_id
LEFT JOIN memory_folders f ON f.id = d.folder_id
"""


class BadRow(ValueError):
    """A row that cannot be a memory; the text says which field is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of rows that were brought in: written, or there already."""

    written: int
    known: int


class MemoryTransfer:
    """Rows out of and into `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield every memory in the order of its place among the others, a row it speaks of before it where possible.

        What is added or corrected meanwhile may not be among them.
        """
        with self._database.read() as connection:
            # No index has this order; eight bytes a row are sorted once instead.
            found = connection.execute("SELECT seq FROM memories ORDER BY position, seq")
            order = array("q", (row["seq"] for row in found))
        for begin in range(0, len(order), PAGE):
            with self._database.read() as connection:
                page = connection.execute(
                    f"{_SELECT} JOIN json_each(?) j ON j.value = m.seq ORDER BY j.key",
                    (listed(order[begin : begin + PAGE]),),
                ).fetchall()
            yield from map(_document, page)

    def profile(self) -> list[dict[str, Any]]:
        """Return the lines of the core profile, in order."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT p.text, p.privacy, m.id AS memory FROM memory_profile p"
                " LEFT JOIN memories m ON m.seq = p.memory_seq ORDER BY p.place, p.id"
            )
            return [dict(row) for row in rows]

    def by_time(self) -> Iterator[dict[str, Any]]:
        """Yield every memory in the order in which it was said, with the title of its conversation as `title`."""
        last = (-(1 << 62), -1)
        sql = (
            "SELECT m.seq, m.said_at, m.text, m.source, m.speaker, m.place, m.pinned, m.valid_until, m.conversation_id,"
            " c.title, d.path FROM memories m LEFT JOIN conversations c ON c.id = m.conversation_id"
            " LEFT JOIN memory_documents d ON d.id = m.document_id"
            " WHERE (m.said_at, m.seq) > (?, ?) ORDER BY m.said_at, m.seq LIMIT ?"
        )
        while True:
            with self._database.read() as connection:
                page = connection.execute(sql, (*last, PAGE)).fetchall()
            if not page:
                return
            for row in page:
                yield {**dict(row), "said_at": moment(row["said_at"])}
            last = (page[-1]["said_at"], page[-1]["seq"])

    def take(self, rows: Sequence[Mapping[str, Any]]) -> Taken:
        """Store checked rows (see `checked_row`) in one transaction; ids that are there stay as they are.

        Their words are made afterwards (`SqliteMemories.words_catch_up`).
        """
        written = 0
        now = milliseconds(self._clock.now())
        with self._database.write() as connection:
            last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'memories'").fetchone()
            seq = last["seq"] if last else 0
            for row in rows:
                document = _document_id(connection, row["document"], now) if row["document"] else None
                values = {**row["columns"], "document_id": document, "seq": seq + 1, "position": seq + 1}
                values.setdefault("added_at", now)
                values["previous_seq"] = _seq(connection, row["previous"])
                values["origin_seq"] = _seq(connection, row["origin"])
                new = connection.execute(
                    f"INSERT INTO memories ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
                    " ON CONFLICT (id) DO NOTHING",
                    tuple(values.values()),
                ).rowcount
                seq += new
                written += new
            if written:
                connection.execute("UPDATE memory_progress SET revision = revision + 1, lasting = lasting + 1")
        return Taken(written=written, known=len(rows) - written)

    def take_profile(self, lines: Sequence[Mapping[str, Any]]) -> int:
        """Add lines of the core profile that are not there; returns how many."""
        with self._database.write() as connection:
            before = connection.total_changes
            for line in lines:
                connection.execute(
                    "INSERT INTO memory_profile (place, text, memory_seq, privacy)"
                    " SELECT (SELECT coalesce(max(place), 0) + 1 FROM memory_profile), ?1, ?2, ?3"
                    " WHERE NOT EXISTS (SELECT 1 FROM memory_profile WHERE text = ?1)",
                    (line["text"], _seq(connection, line.get("memory")), line["privacy"]),
                )
            return connection.total_changes - before


def checked_row(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of `rows` as `take` wants it; raises `BadRow` naming the first field that cannot be."""
    columns: dict[str, Any] = {
        "id": _text(given, "id", most=200, needed=True),
        "text": _text(given, "text", most=MOST_CHARACTERS, needed=True),
        "source": _among(given, "source", MEMORY_SOURCES, "imported"),
        "privacy": _among(given, "privacy", ("local", "cloud"), "local"),
        "language": _among(given, "language", LANGUAGES, None),
        "importance": _number(given, "importance", 0.0, 1.0, 0.5),
        "times_told": int(_number(given, "times_told", 1, 1 << 31, 1)),
        "part": int(_number(given, "part", 0, 1 << 31, 0)),
        "pinned": int(given.get("pinned") is True),
    }
    columns |= {name: _text(given, name, most=4000) or "" for name in _WORDS}
    columns |= {name: _text(given, name, most=4000) for name in _TEXTS}
    times = {column: _time(given, name) for name, column in _TIMES.items()}
    if times["said_at"] is None:
        raise BadRow("said_at")
    columns |= {name: value for name, value in times.items() if value is not None}
    if columns["source"] in ("told", "fact"):
        columns["text_key"] = text_key(columns["text"])
    return {
        "columns": columns,
        "previous": _text(given, "previous", most=200),
        "origin": _text(given, "origin", most=200),
        "document": _checked_document(given.get("document")),
    }


def _document(row: sqlite3.Row) -> dict[str, Any]:
    given = {
        "id": row["id"],
        "text": row["text"],
        "source": row["source"],
        **{name: row[name] for name in (*_WORDS, *_TEXTS, "privacy", "language", "importance", "times_told", "part")},
        **{
            name: moment(row[column]).isoformat() if row[column] is not None else None
            for name, column in _TIMES.items()
        },
        "pinned": bool(row["pinned"]),
        "previous": row["previous"],
        "origin": row["origin"],
    }
    if row["document_id"] is not None:
        given["document"] = {
            "root": row["root"],
            "root_privacy": row["root_privacy"],
            **{name: row[f"d_{name}"] for name in _DOCUMENT},
        }
    return {name: value for name, value in given.items() if value not in (None, "")}


def _document_id(connection: sqlite3.Connection, document: Mapping[str, Any], now: int) -> int:
    connection.execute(
        "INSERT INTO memory_folders (path, watched, privacy, added_at) VALUES (?, 0, ?, ?) ON CONFLICT DO NOTHING",
        (document["root"], document["root_privacy"], now),
    )
    connection.execute(
        f"INSERT INTO memory_documents (folder_id, {', '.join(_DOCUMENT)}) SELECT id, {', '.join('?' * len(_DOCUMENT))}"
        " FROM memory_folders WHERE path = ? ON CONFLICT DO NOTHING",
        (*(document[name] for name in _DOCUMENT), document["root"]),
    )
    row = connection.execute(
        "SELECT id FROM memory_documents WHERE path = ? AND folder_id = (SELECT id FROM memory_folders WHERE path = ?)",
        (document["path"], document["root"]),
    ).fetchone()
    return int(row["id"])


def _checked_document(given: object) -> dict[str, Any] | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise BadRow("document")
    document = cast("dict[str, Any]", given)
    texts = {name: _text(document, name, most=4000) or "" for name in ("digest", "reader", "why_en", "why_es")}
    numbers = {name: int(_number(document, name, 0, 1 << 62, 0)) for name in ("bytes", "modified_ns", "seen_at")}
    return {
        **texts,
        **numbers,
        "path": _text(document, "path", most=8000, needed=True),
        "root": _text(document, "root", most=8000, needed=True),
        "root_privacy": _among(document, "root_privacy", ("local", "cloud"), "local"),
        "state": _among(document, "state", ("indexed", "skipped", "failed", "gone"), "indexed"),
    }


def _seq(connection: sqlite3.Connection, memory_id: str | None) -> int | None:
    row = connection.execute("SELECT seq FROM memories WHERE id = ?", (memory_id,)).fetchone() if memory_id else None
    return int(row["seq"]) if row else None


def _text(given: Mapping[str, Any], name: str, *, most: int, needed: bool = False) -> str | None:
    value = given.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, str) or len(value) > most or (needed and not value.strip()):
        raise BadRow(name)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadRow(name) from error
    return value


def _among(given: Mapping[str, Any], name: str, allowed: Sequence[str], otherwise: str | None) -> str:
    value = given.get(name, otherwise)
    if value not in allowed:
        raise BadRow(name)
    return str(value)


def _number(given: Mapping[str, Any], name: str, least: float, most: float, otherwise: float) -> float:
    value = given.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadRow(name)
    return value


def _time(given: Mapping[str, Any], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BadRow(name) from error
    if at.tzinfo is None:
        raise BadRow(name)
    return milliseconds(at)
