"""Opens the SQLite file, brings it up to date and hands out connections.

WAL mode, one connection per thread, foreign keys on, `secure_delete` so that deleted text is overwritten.
Migrations are files `NNNN_name.sql`, applied once each in order inside one transaction; `user_version` is the
number of the last one. Knows no table.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jarvis.contracts.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"
_log = logging.getLogger(__name__)
BUSY_SECONDS = 5.0
"""How long a writer waits for another process' transaction."""

_STEPS = 20_000
"""Of SQLite's machine between two questions whether it is still wanted."""

PAGES_KIB = 512
"""Pages of the file that each thread's connection keeps: a quarter of SQLite's own choice, for a dozen threads have
one, and the operating system keeps the file once for all of them."""


CLOSING_SECONDS = 0.1
"""How long `close` waits for other threads to end what they are in the midst of, and again once it broke that off."""


@dataclass(kw_only=True, eq=False, slots=True)
class _Held:
    """A thread's connection, and how many of its blocks are under way."""

    thread: threading.Thread
    connection: sqlite3.Connection
    uses: int = 0


class Database:
    """One database file. Every thread gets its own connection; `close` closes those of all threads, and every new one
    those of threads that ended. `unwanted` is asked now and then while something is done; its yes ends that with
    `StorageError`, and so does `close`."""

    def __init__(self, path: Path, *, unwanted: Callable[[], bool] | None = None) -> None:
        self.path = path
        self._unwanted = unwanted
        self._local = threading.local()
        self._lock = threading.Condition()
        self._open: list[_Held] = []
        self._closed = False
        with _sentences(path):
            _create_private(path)
            self._migrate()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection for queries."""
        with _sentences(self.path), self._connection() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection inside an immediate transaction; committed on return, else rolled back.

        Inside another one of this thread it is a part of that: undone alone by its own error, kept with the whole.
        """
        with _sentences(self.path), self._connection() as connection:
            if connection.in_transaction:
                with _part_of(connection):
                    yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            try:
                connection.commit()
            except sqlite3.Error:
                connection.rollback()
                raise

    def scrub(self) -> None:
        """Write the log back into the file and truncate it, so that deleted bytes are gone from both.

        A reader elsewhere can hold the log for a moment; after `BUSY_SECONDS` in vain the next checkpoint does it.
        """
        with self.read() as connection:
            busy = bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        if busy:
            _log.warning("the log could not be emptied yet", extra={"facts": {"file": self.path.name}})

    def close(self) -> None:
        """Close every thread's connection; the last one writes the log back into the file.

        What another thread is in the midst of for longer than `CLOSING_SECONDS` is broken off, and undone where it
        writes. One that does not end then either keeps its connection: that ends with the process, as if killed.
        """
        here = threading.current_thread()
        with self._lock:
            self._closed = True
            others = [held for held in self._open if held.thread is not here]
            if not self._lock.wait_for(lambda: not _busy(others), CLOSING_SECONDS):
                for held in _busy(others):
                    held.connection.interrupt()
                self._lock.wait_for(lambda: not _busy(others), CLOSING_SECONDS)
            # None goes while another thread is inside it: SQLite would read what was given back.
            kept = _busy(others)
            for held in self._open:
                if held not in kept:
                    held.connection.close()
            self._open = []

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection, which nobody closes meanwhile."""
        if getattr(self._local, "held", None) is None:
            self._connect()
        with self._lock:
            if self._closed:
                raise sqlite3.ProgrammingError("the database was closed")
            held: _Held = self._local.held
            held.uses += 1
        try:
            yield held.connection
        finally:
            with self._lock:
                held.uses -= 1
                self._lock.notify_all()

    def _connect(self) -> None:
        """Open this thread's connection. It counts as used until it is set up, so that nobody closes it meanwhile."""
        with self._lock:
            if self._closed:
                raise sqlite3.ProgrammingError("the database was closed")
            living = [held for held in self._open if held.thread.is_alive()]
            for held in self._open:
                if held not in living:
                    held.connection.close()
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            made = _Held(thread=threading.current_thread(), connection=connection, uses=1)
            self._open = [*living, made]
        ready = False
        try:
            self._set_up(connection)
            ready = True
        finally:
            with self._lock:
                made.uses = 0
                if not ready or self._closed:
                    self._open = [held for held in self._open if held is not made]
                    connection.close()
                else:
                    self._local.held = made
                self._lock.notify_all()

    def _set_up(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        if self._unwanted is not None:
            connection.set_progress_handler(self._unwanted, _STEPS)
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
            f"PRAGMA cache_size=-{PAGES_KIB};"
        )

    def _migrate(self) -> None:
        with self._connection() as connection:
            self._bring_up(connection)

    def _bring_up(self, connection: sqlite3.Connection) -> None:
        steps = sorted((int(file.name[:4]), file) for file in MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))
        newest = steps[-1][0]
        if int(connection.execute("PRAGMA user_version").fetchone()[0]) == newest:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            have = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if have > newest:
                raise StorageError(
                    "storage.newer",
                    en="{path} was written by a newer Jarvis (format {have}, this one knows {newest}); nothing was "
                    "changed. Update Jarvis, or point JARVIS_HOME at another folder.",
                    es="{path} lo escribió un Jarvis más nuevo (formato {have}, este conoce {newest}); no se ha "
                    "cambiado nada. Actualiza Jarvis o indica otra carpeta en JARVIS_HOME.",
                    path=self.path,
                    have=have,
                    newest=newest,
                )
            for number, file in steps:
                if number > have:
                    for statement in _statements(file.read_text(encoding="utf-8")):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {number}")
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


def _busy(connections: Iterable[_Held]) -> list[_Held]:
    return [held for held in connections if held.uses and held.thread.is_alive()]


@contextmanager
def _part_of(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        # A full disk may have undone the whole transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


def _create_private(path: Path) -> None:
    # SQLite gives its log files the permissions of the database, so this one call keeps all of them private.
    if not path.exists() and path.parent.is_dir():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def to_milliseconds(moment: datetime) -> int:
    """Return an aware time as epoch milliseconds."""
    return round(moment.timestamp() * 1000)


def from_milliseconds(milliseconds: int) -> datetime:
    """Return epoch milliseconds as an aware UTC time."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def _statements(script: str) -> Iterator[str]:
    # executescript would commit the transaction that makes a migration all-or-nothing.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, PermissionError) as error:
        raise _storage_error(error, path) from error


def _disk_is_full(path: Path) -> bool:
    # Some file systems tell of a full disk only as a failed write.
    return shutil.disk_usage(path.parent).free < 1 << 20


def _storage_error(error: Exception, path: Path) -> StorageError:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _disk_is_full(path)):
        return StorageError(
            "storage.full",
            en="The disk is full: this was not saved to {path}, everything saved before is kept. "
            "Free some space and try again.",
            es="El disco está lleno: esto no se guardó en {path}, lo guardado antes se conserva. "
            "Libera espacio y repite.",
            path=path,
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StorageError(
            "storage.busy",
            en="Another program keeps {path} locked; nothing was changed. Close it and try again.",
            es="Otro programa mantiene bloqueado {path}; no se ha cambiado nada. Ciérralo y repite.",
            path=path,
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StorageError(
            "storage.damaged",
            en="{path} is damaged and was left as it is. Move it away to start afresh, or restore a backup.",
            es="{path} está dañado y se ha dejado como está. Apártalo para empezar de nuevo o restaura una copia.",
            path=path,
        )
    return StorageError(
        "storage.failed",
        en="{path} could not be read or written ({why}); what was saved before is kept. "
        "Check the folder's permissions and space.",
        es="No se pudo leer o escribir {path} ({why}); lo guardado antes se conserva. "
        "Comprueba los permisos y el espacio de la carpeta.",
        path=path,
        why=error,
    )
