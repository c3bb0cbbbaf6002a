"""Folders whose files are remembered, and what became of each file, as rows beside the pieces in `memories`.

A file's row and its pieces change in the same transaction, so a killed process leaves a file either as it was, or read,
or marked as interrupted. Paths are absolute text; names that no encoding reads are told apart by escapes. Knows
nothing about reading files.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from jarvis.contracts.memory import FileReport, FileState, MemoryPrivacy, NewMemory, WatchedFolder
from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds
from jarvis.storage.memories import SqliteMemories

APART = "apart"
"""The reader of what is left to a folder of its own, also after that one was forgotten."""

_GONE_KEPT = timedelta(days=30)
"""How long a file that is no longer there is still listed."""


class FolderForgotten(Exception):
    """The folder was forgotten while its files were read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderRow:
    """A folder, or a single file, that is read."""

    id: int
    path: str
    watched: bool
    privacy: MemoryPrivacy
    added_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A file as it was last seen. `digest` is empty where it has to be looked at again."""

    path: str
    digest: str = ""
    bytes: int = 0
    modified_ns: int = 0
    reader: str = ""
    state: FileState = "indexed"
    why_en: str = ""
    why_es: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentRow:
    """A stored file."""

    id: int
    folder_id: int
    document: Document


def path_text(path: Path) -> str:
    """Return a path as text that can be stored and shown; bytes of its name that are no text become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class SqliteDocuments:
    """The folders and their files over `Database`; their pieces are kept by `memories`."""

    def __init__(self, database: Database, memories: SqliteMemories, clock: Clock) -> None:
        self._database = database
        self._memories = memories
        self._clock = clock

    def folders(self) -> list[FolderRow]:
        """Return every folder, in the order of their paths."""
        with self._database.read() as connection:
            return [_folder(row) for row in connection.execute("SELECT * FROM memory_folders ORDER BY path")]

    def put_folder(self, path: Path, watched: bool, privacy: MemoryPrivacy, mark: Document) -> FolderRow:
        """Add a folder or change it; its pieces take its privacy. Inside another folder it takes its files over and
        leaves `mark` there, so that it stays apart even when it is forgotten."""
        text = path_text(path)
        with self._database.write() as connection:
            row = connection.execute(
                "INSERT INTO memory_folders (path, watched, privacy, added_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (path) DO UPDATE SET watched = excluded.watched, privacy = excluded.privacy RETURNING *",
                (text, watched, privacy, to_milliseconds(self._clock.now())),
            ).fetchone()
            folder = _folder(row)
            _take_over(connection, folder, mark)
            _follow_folder(connection, folder)
        return folder

    def set_watched(self, path: Path, watched: bool) -> bool:
        """Follow a folder's changes or no longer; False where it is unknown."""
        with self._database.write() as connection:
            done = connection.execute(
                "UPDATE memory_folders SET watched = ? WHERE path = ?", (watched, path_text(path))
            )
            return done.rowcount > 0

    def set_privacy(self, path: Path, privacy: MemoryPrivacy) -> bool:
        """Say whether a folder's pieces may leave this computer, those that are there and those to come; False where
        the folder is unknown."""
        with self._database.write() as connection:
            row = connection.execute(
                "UPDATE memory_folders SET privacy = ? WHERE path = ? RETURNING *", (privacy, path_text(path))
            ).fetchone()
            if row is not None:
                _follow_folder(connection, _folder(row))
            return row is not None

    def document(self, folder: FolderRow, path: str) -> DocumentRow | None:
        """Return what is known of a file."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT * FROM memory_documents WHERE folder_id = ? AND path = ?", (folder.id, path)
            ).fetchone()
        return None if row is None else _document(row)

    def with_digest(self, digest: str) -> list[DocumentRow]:
        """Return the files of all folders that had this content when they were last read."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM memory_documents WHERE digest = ? AND state IN ('indexed', 'failed')"
                " ORDER BY id LIMIT 64",
                (digest,),
            ).fetchall()
        return [_document(row) for row in rows]

    def same_as(self, row: DocumentRow) -> list[DocumentRow]:
        """Return the files of its folder that were left alone because they have the same content."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM memory_documents WHERE digest = ? AND digest <> '' AND folder_id = ? AND id <> ?"
                " AND state = 'skipped' ORDER BY id",
                (row.document.digest, row.folder_id, row.id),
            ).fetchall()
        return [_document(row) for row in rows]

    def folder_path(self, row: DocumentRow) -> Path:
        """Return the path of a file's folder."""
        with self._database.read() as connection:
            found = connection.execute("SELECT path FROM memory_folders WHERE id = ?", (row.folder_id,)).fetchone()
        return Path(found["path"])

    def has_pieces(self, folder: FolderRow) -> bool:
        """Tell whether anything of a folder is remembered."""
        with self._database.read() as connection:
            return bool(
                connection.execute(
                    "SELECT EXISTS (SELECT 1 FROM memories m JOIN memory_documents d ON d.id = m.document_id"
                    " WHERE d.folder_id = ?)",
                    (folder.id,),
                ).fetchone()[0]
            )

    def pieces(self, document_id: int) -> list[tuple[int, str, str]]:
        """Return number, text and place of a file's pieces, in their order."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT seq, text, place FROM memories WHERE document_id = ? AND source = 'document' ORDER BY position",
                (document_id,),
            )
            return [(row["seq"], row["text"], row["place"]) for row in rows]

    def put(
        self,
        folder: FolderRow,
        document: Document,
        stamp: int,
        *,
        add: Sequence[NewMemory] = (),
        drop: Iterable[int] = (),
        places: Iterable[tuple[int, str]] = (),
    ) -> tuple[int, list[int]]:
        """Write a file's row, add pieces, drop others and move some to new places, all or nothing.

        Returns the row's id and the numbers of the added pieces. Raises `FolderForgotten`.
        """
        with self._database.write() as connection:
            folder = _as_it_is(connection, folder)
            identity = _upsert(connection, folder, document, stamp)
            # While a pass goes on, rows may be moved between folders, and the person may say that a folder stays here.
            rows = [(replace(row, document_id=identity, privacy=folder.privacy), 0) for row in add]
            added = self._memories.add_within(connection, rows) if rows else []
            self._memories.delete_within(connection, drop)
            connection.executemany(
                "UPDATE memories SET place = ? WHERE seq = ?", ((place, seq) for seq, place in places)
            )
        return identity, [memory.seq for memory in added]

    def move(self, row: DocumentRow, folder: FolderRow, document: Document, stamp: int) -> None:
        """Give a file's row and its pieces a new path. What was known under that path takes the old one, so that it is
        found to be gone or moved on in its turn. Raises `FolderForgotten`."""
        with self._database.write() as connection:
            folder = _as_it_is(connection, folder)
            taken = connection.execute(
                "SELECT id FROM memory_documents WHERE folder_id = ? AND path = ? AND id <> ?",
                (folder.id, document.path, row.id),
            ).fetchone()
            # No path has this name, so the two never meet.
            aside = f"\N{NULL}{row.id}"
            set_path = "UPDATE memory_documents SET path = ?, folder_id = ? WHERE id = ?"
            connection.execute(set_path, (aside, row.folder_id, row.id))
            if taken is not None:
                connection.execute(set_path, (row.document.path, row.folder_id, taken["id"]))
                connection.execute("UPDATE memory_documents SET seen_at = 0 WHERE id = ?", (taken["id"],))
            connection.execute(set_path, (document.path, folder.id, row.id))
            _upsert(connection, folder, document, stamp)
            _follow_folder(connection, folder, row.id)

    def remove(self, row: DocumentRow) -> None:
        """Forget a file that has no pieces."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM memory_documents WHERE id = ?", (row.id,))

    def seen(self, rows: Sequence[tuple[int, int]], stamp: int) -> None:
        """Say that files are as they were: their ids, and times of change in nanoseconds."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE memory_documents SET seen_at = ?, modified_ns = ? WHERE id = ?",
                ((stamp, modified, identity) for identity, modified in rows),
            )

    def unseen(self, folder: FolderRow, stamp: int, below: str | None = None) -> list[DocumentRow]:
        """Return the files of a folder that a pass did not come by, `gone` ones aside; `below` narrows it to a path and
        what lies under it."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM memory_documents WHERE folder_id = ? AND seen_at <> ? AND state <> 'gone'"
                " AND reader <> ? ORDER BY id",
                (folder.id, stamp, APART),
            ).fetchall()
        return [_document(row) for row in rows if below is None or lies_in(row["path"], below)]

    def unfinished(self) -> list[tuple[FolderRow, DocumentRow]]:
        """Return the files whose reading was interrupted by the end of the process, and that have pieces of it."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM memory_documents d WHERE state = 'failed' AND digest = '' AND reader = ''"
                " AND EXISTS (SELECT 1 FROM memories WHERE document_id = d.id)"
            ).fetchall()
        folders = {folder.id: folder for folder in self.folders()}
        return [(folders[row["folder_id"]], _document(row)) for row in rows]

    def new_stamp(self) -> int:
        """Return the mark of a new pass: the time, but always more than every mark before, wherever the clock goes."""
        with self._database.read() as connection:
            last = connection.execute("SELECT coalesce(max(seen_at), 0) FROM memory_documents").fetchone()[0]
        return max(to_milliseconds(self._clock.now()), int(last) + 1)

    def drop_old_gone(self) -> None:
        """Stop listing files that were gone a month ago."""
        before = to_milliseconds(self._clock.now() - _GONE_KEPT)
        with self._database.write() as connection:
            connection.execute("DELETE FROM memory_documents WHERE state = 'gone' AND seen_at < ?", (before,))

    def watched_folders(self) -> list[WatchedFolder]:
        """Return every folder with its counts."""
        counts = (
            "SELECT f.*, count(d.id) FILTER (WHERE d.state = 'indexed') AS files,"
            " count(d.id) FILTER (WHERE d.state = 'failed') AS failed,"
            " count(d.id) FILTER (WHERE d.state = 'skipped') AS skipped,"
            " (SELECT count(*) FROM memories m JOIN memory_documents e ON e.id = m.document_id"
            "  WHERE e.folder_id = f.id) AS pieces"
            " FROM memory_folders f LEFT JOIN memory_documents d ON d.folder_id = f.id GROUP BY f.id ORDER BY f.path"
        )
        with self._database.read() as connection:
            rows = connection.execute(counts).fetchall()
        return [
            WatchedFolder(
                path=Path(row["path"]),
                watched=bool(row["watched"]),
                privacy=row["privacy"],
                added_at=from_milliseconds(row["added_at"]),
                files=row["files"],
                pieces=row["pieces"],
                failed=row["failed"],
                skipped=row["skipped"],
            )
            for row in rows
        ]

    def reports(self, path: Path) -> list[FileReport]:
        """Return what became of every file of a folder, in the order of their paths."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT d.*, (SELECT count(*) FROM memories WHERE document_id = d.id) AS pieces FROM memory_documents d"
                " JOIN memory_folders f ON f.id = d.folder_id WHERE f.path = ? ORDER BY d.path",
                (path_text(path),),
            ).fetchall()
        return [
            FileReport(
                path=Path(row["path"]),
                state=row["state"],
                pieces=row["pieces"],
                bytes=row["bytes"],
                why_en=row["why_en"],
                why_es=row["why_es"],
                seen_at=from_milliseconds(row["seen_at"]),
            )
            for row in rows
        ]

    def seqs_of(self, path: Path) -> list[int]:
        """Return the numbers of all pieces of a folder."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT m.seq FROM memories m JOIN memory_documents d ON d.id = m.document_id"
                " JOIN memory_folders f ON f.id = d.folder_id WHERE f.path = ? ORDER BY m.seq",
                (path_text(path),),
            )
            return [row["seq"] for row in rows]

    def forget_folder(self, path: Path) -> list[int]:
        """Forget a folder, its files and their pieces; returns the numbers of those. The files stay on the disk."""
        seqs = self.seqs_of(path)
        with self._database.write() as connection:
            self._memories.delete_within(connection, seqs)
            connection.execute("DELETE FROM memory_folders WHERE path = ?", (path_text(path),))
        return seqs


def _take_over(connection: sqlite3.Connection, folder: FolderRow, mark: Document) -> None:
    rows = connection.execute("SELECT * FROM memory_folders WHERE id <> ?", (folder.id,)).fetchall()
    around = [_folder(row) for row in rows if lies_in(folder.path, row["path"])]
    if not around:
        return
    outer = max(around, key=lambda one: len(one.path))
    found = connection.execute("SELECT id, path FROM memory_documents WHERE folder_id = ?", (outer.id,)).fetchall()
    connection.executemany(
        "UPDATE OR REPLACE memory_documents SET folder_id = ? WHERE id = ? AND reader <> ?",
        ((folder.id, row["id"], APART) for row in found if lies_in(row["path"], folder.path)),
    )
    _upsert(connection, outer, mark, 0)


def lies_in(path: str, folder: str) -> bool:
    """Tell whether a path is a folder's own or one below it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _as_it_is(connection: sqlite3.Connection, folder: FolderRow) -> FolderRow:
    row = connection.execute(
        "SELECT * FROM memory_folders WHERE id = ? AND path = ?", (folder.id, folder.path)
    ).fetchone()
    if row is None:
        raise FolderForgotten(folder.path)
    return _folder(row)


def _upsert(connection: sqlite3.Connection, folder: FolderRow, document: Document, stamp: int) -> int:
    row = connection.execute(
        "INSERT INTO memory_documents (folder_id, path, digest, bytes, modified_ns, reader, state, why_en, why_es,"
        " seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (folder_id, path) DO UPDATE SET"
        " digest = excluded.digest, bytes = excluded.bytes, modified_ns = excluded.modified_ns,"
        " reader = excluded.reader, state = excluded.state, why_en = excluded.why_en, why_es = excluded.why_es,"
        " seen_at = excluded.seen_at RETURNING id",
        (
            *(folder.id, document.path, document.digest, document.bytes, document.modified_ns, document.reader),
            *(document.state, document.why_en, document.why_es, stamp),
        ),
    ).fetchone()
    return int(row["id"])


def _follow_folder(connection: sqlite3.Connection, folder: FolderRow, document_id: int | None = None) -> None:
    """Give the pieces of a folder, or of one of its files, the folder's path and privacy."""
    connection.execute(
        "UPDATE memories SET folder = ?1, privacy = ?2 WHERE document_id IN (SELECT id FROM memory_documents"
        " WHERE folder_id = ?3 AND (?4 IS NULL OR id = ?4)) AND (folder <> ?1 OR privacy <> ?2)",
        (folder.path, folder.privacy, folder.id, document_id),
    )
    connection.execute("UPDATE memory_progress SET revision = revision + 1, lasting = lasting + 1")


def _folder(row: sqlite3.Row) -> FolderRow:
    return FolderRow(
        id=row["id"],
        path=row["path"],
        watched=bool(row["watched"]),
        privacy=row["privacy"],
        added_at=from_milliseconds(row["added_at"]),
    )


def _document(row: sqlite3.Row) -> DocumentRow:
    fields = ("path", "digest", "bytes", "modified_ns", "reader", "state", "why_en", "why_es")
    return DocumentRow(
        id=row["id"], folder_id=row["folder_id"], document=Document(**{name: row[name] for name in fields})
    )
