"""The SQLite file of one embedder's vectors: its tables, its connections, and what is wrong when it is.

The file is derived from the stored texts, so a damaged one is never mended: it is deleted and made anew. Deleted bytes
are overwritten (`secure_delete`). Knows nothing about vectors beyond how they lie in tables.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis.contracts.errors import StorageError

FORMAT = 1
BUSY_SECONDS = 10.0
"""How long a writer waits for another process' write; one write takes some milliseconds."""

_TABLES = """
CREATE TABLE about (
  one INTEGER PRIMARY KEY CHECK (one = 1), format INTEGER NOT NULL, dimensions INTEGER NOT NULL,
  watermark INTEGER NOT NULL, generation INTEGER NOT NULL
) STRICT;
CREATE TABLE vectors (
  seq INTEGER PRIMARY KEY, scale REAL NOT NULL, crc INTEGER NOT NULL, codes BLOB NOT NULL, sparse BLOB NOT NULL
) STRICT;
CREATE TABLE blocks (
  number INTEGER PRIMARY KEY, generation INTEGER NOT NULL, crc INTEGER NOT NULL, present BLOB NOT NULL,
  bits BLOB NOT NULL
) STRICT;
CREATE INDEX blocks_by_generation ON blocks (generation);
CREATE TABLE missing (seq INTEGER PRIMARY KEY) STRICT;
"""

_CAUSES_OF_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT", "SQLITE_MISMATCH", "SQLITE_IOERR_SHORT_READ")


class VectorsDamaged(StorageError):
    """The file of vectors is damaged, or not such a file; it has to be made anew."""


class VectorFile:
    """One file with a connection for reading and one for writing; safe from several threads and processes.

    `made_anew` counts how often the file behind the path became another one: what was read before is void then.
    `read_only` tells that nothing can be written. Opening raises `VectorsDamaged` or `StorageError`.
    """

    def __init__(self, path: Path, dimensions: int) -> None:
        self.path = path
        self.dimensions = dimensions
        self.made_anew = 0
        self.read_only = False
        self._lock = threading.RLock()
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        with _sentences(path), self._lock:
            try:
                self._open()
            except BaseException:
                self._close()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection for reading; one thread at a time."""
        with _sentences(self.path), self._lock:
            yield self._current()[0]

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection for reading inside a transaction, which sees one state of the file."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection for writing inside an immediate transaction; committed on return, else rolled back."""
        with _sentences(self.path), self._lock:
            connection = self._current()[1]
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    # What went wrong is on its way up already; a full disk has rolled back by itself.
                    connection.rollback()
                raise

    def data_version(self) -> int:
        """Return a number that changes with every write, by whichever process."""
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def scrub(self, seconds: float = BUSY_SECONDS) -> None:
        """Write the log back into the file and truncate it, so that deleted bytes are gone from both.

        Raises `StorageError` when another process reads from the log for longer than `seconds`.
        """
        deadline = time.monotonic() + seconds
        while True:
            with _sentences(self.path), self._lock:
                if self.read_only or not self._current()[1].execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    return
            if time.monotonic() >= deadline:
                raise sqlite_failure(sqlite3.OperationalError("busy"), self.path, "SQLITE_BUSY")
            time.sleep(0.02)

    def is_sound(self) -> bool:
        """Tell whether SQLite finds its own structures right; reads the whole file."""
        with _sentences(self.path):
            # On a connection of its own, so that searches need not wait for it.
            connection = _connect_to_read(self.path) if self.read_only else _connect(self.path)
            try:
                return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
            finally:
                connection.close()

    def close(self) -> None:
        """Close both connections; the last process to do so writes the log back."""
        with self._lock:
            self._close()

    def delete(self) -> None:
        """Close and delete the file with its logs, whatever is in them."""
        with _sentences(self.path), self._lock:
            self._close()
            delete_files(self.path)

    def _current(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        if self._reader is None or self._writer is None or _identity(self.path) != self._identity:
            self._close()
            self._open()
            self.made_anew += 1
        assert self._reader is not None and self._writer is not None
        return self._reader, self._writer

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self._writer = _connect(self.path)
            self._prepare(self._writer)
            self._reader = _connect(self.path)
            self.read_only = False
        except (sqlite3.OperationalError, OSError) as error:
            if not _cannot_write(error) or not self.path.exists():
                raise
            self._close()
            self._reader = _connect_to_read(self.path)
            self._writer = self._reader
            self._prepare(self._reader)
            self.read_only = True
        self._identity = _identity(self.path)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                    for statement in _TABLES.split(";\n"):
                        connection.execute(statement)
                    connection.execute("INSERT INTO about VALUES (1, ?, ?, 0, 0)", (FORMAT, self.dimensions))
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
        try:
            about = connection.execute("SELECT format, dimensions FROM about").fetchone()
        except sqlite3.OperationalError as error:
            if "no such" not in str(error):
                raise
            about = None
        if about != (FORMAT, self.dimensions):
            raise sqlite_failure(sqlite3.DatabaseError("another format"), self.path, "SQLITE_FORMAT")

    def _close(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = self._identity = None


def delete_files(path: Path) -> None:
    """Delete an SQLite file and its logs; OSError where that is not allowed."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def stored_dimensions(path: Path) -> int | None:
    """Return how many numbers the vectors in a file have; None for a file that has to be made anew."""
    try:
        connection = _connect_to_read(path)
        try:
            return int(connection.execute("SELECT dimensions FROM about WHERE format = ?", (FORMAT,)).fetchone()[0])
        finally:
            connection.close()
    except (sqlite3.Error, TypeError, ValueError):
        return None


def sqlite_failure(error: Exception, path: Path, name: str = "") -> StorageError:
    """Return the error that people see for one of SQLite's or of the file system's."""
    name = name or getattr(error, "sqlite_errorname", "")
    nonsense = isinstance(error, (sqlite3.DatabaseError, UnicodeDecodeError)) and not name
    if nonsense or name.startswith(_CAUSES_OF_DAMAGE):
        return VectorsDamaged(
            "memory.vectors_damaged",
            en="{path} is damaged ({why}). It is made anew from what is remembered; nothing is lost.",
            es="{path} está dañado ({why}). Se rehace a partir de lo recordado; no se pierde nada.",
            path=path,
            why=error,
        )
    if name.startswith("SQLITE_FULL") or _disk_is_full(path):
        return StorageError(
            "memory.vectors_full",
            en="The disk is full: meanings could not be saved to {path}. What is remembered is kept and found by its "
            "words; free some space, then it goes on by itself.",
            es="El disco está lleno: no se pudieron guardar los significados en {path}. Lo recordado se conserva y se "
            "encuentra por sus palabras; libera espacio y seguirá solo.",
            path=path,
        )
    return StorageError(
        "memory.vectors_failed",
        en="{path} could not be read or written ({why}). What is remembered is kept and found by its words; check the "
        "folder's permissions and space.",
        es="No se pudo leer o escribir {path} ({why}). Lo recordado se conserva y se encuentra por sus palabras; "
        "comprueba los permisos y el espacio de la carpeta.",
        path=path,
        why=error,
    )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _use_log(connection)
        for setting in ("synchronous=NORMAL", "secure_delete=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {setting}")
    except BaseException:
        connection.close()
        raise
    return connection


def _use_log(connection: sqlite3.Connection) -> None:
    # SQLite does not wait by itself where two processes change a new file's mode at the same time.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() >= deadline:
                raise
            time.sleep(0.02)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    # The log of a folder that cannot be written to cannot be used either, so the file is read as it is.
    address = f"{path.resolve().as_uri()}?immutable=1"
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _cannot_write(error: Exception) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return isinstance(error, PermissionError) or name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"))


def _disk_is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < 1 << 20
    except OSError:
        return False


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        raise sqlite_failure(error, path) from error
