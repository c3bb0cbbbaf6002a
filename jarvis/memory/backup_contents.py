"""Looks into a backup: unpacks it beside its place, verifies it, brings it to this version and says what is in it.

Takes the files of backups and the folders that restores put aside. Touches nothing of what is here. Of the tables it
knows only how to count their rows.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.data_desk import BackupContents
from jarvis.contracts.errors import InputError, StorageError
from jarvis.memory.backup import BESIDE, CHUNK, DATABASE_FILE, FORMAT, KIND, MANIFEST, rows_of
from jarvis.memory.backup_look import Look
from jarvis.memory.backup_mark import is_marked
from jarvis.memory.backup_servers import SERVERS_FILE, servers_not_here
from jarvis.memory.backup_trust import DefaultLevel, asks, strange_to_here
from jarvis.memory.leftovers import ASIDE, new_scratch
from jarvis.settings.folders import Folders
from jarvis.storage.database import MIGRATIONS, Database
from jarvis.storage.foreign_rows import is_of_own_form, renew_indexes, take_own_triggers

_BAD_ARCHIVE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error)
_LOOKS_LIKE_A_ZIP = b"PK\x03\x04"
_STAMP = "%Y%m%d-%H%M%S"
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What can be unpacked in pieces of a known size; others fill the memory with one piece."""
_MOST_BESIDE = 64 * CHUNK
"""A larger file beside the database is none of Jarvis' settings."""
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")
_FULL = ("the disk is full", "el disco está lleno")
_LOCKED = ("another program keeps it locked", "otro programa lo tiene bloqueado")
_UNWRITTEN = ("it could not be read or written", "no se pudo leer o escribir")
_REASONS = {
    errno.ENOSPC: _FULL,
    errno.ENOENT: ("it is not there", "no está ahí"),
    errno.EACCES: ("it is not permitted", "no está permitido"),
}


def aside_name(moment: datetime) -> str:
    """Return the name of the folder in which a restore at `moment` keeps what was here."""
    return f"{ASIDE}{moment.astimezone():{_STAMP}}"


def aside_time(folder: Path) -> datetime | None:
    """Return when a folder got its name from `aside_name`, None for any other name."""
    try:
        return datetime.strptime(folder.name.removeprefix(ASIDE), _STAMP).astimezone(UTC)
    except ValueError:
        return None


def look_into(
    path: Path,
    *,
    places: Folders,
    default: DefaultLevel = asks,
    cancel: CancelToken | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BackupContents:
    """Unpack a backup beside its place, verify it, bring it to this version, and say what is in it; `drop` takes what
    was unpacked away again.

    `default` is what holds for the name of a skill or tool as long as nobody said otherwise; `progress` gets the bytes
    that are unpacked and those there are. Raises `InputError` for a file that is no sound backup or of a newer Jarvis,
    `StorageError` where there is no room for it, `Cancelled`; nothing of what is here is touched, and Jarvis may go on
    working.
    """
    with unpacking(path):
        staged = new_scratch(places.home)
    look = Look(cancel, progress)
    try:
        manifest = _stage(path, staged, look)
        database = staged / DATABASE_FILE
        aside = is_own(path, places)
        own = aside or is_marked(manifest, places.home)
        with unpacking(path):
            _make_current(database, path, look, own=own)
            new = () if aside else servers_not_here(staged / SERVERS_FILE, places.home / SERVERS_FILE)
            contents = BackupContents(
                path=path,
                made_at=_made_at(manifest),
                jarvis=_version(manifest),
                older=int(manifest["schema"]) < _newest_schema(),
                conversations=rows_of(database, "conversations"),
                messages=rows_of(database, "messages"),
                memories=rows_of(database, "memories"),
                bytes=_size(path),
                staged=staged,
                new_servers=new,
                own=own,
                set_aside=() if own else strange_to_here(staged, places, default),
            )
        look.go_on()
        return contents
    except BaseException as error:
        shutil.rmtree(staged, ignore_errors=True)
        if look.unwanted and isinstance(error, Exception):
            # However what was under way ended.
            look.go_on()
        raise


def drop(contents: BackupContents) -> None:
    """Take away what `look_into` unpacked."""
    shutil.rmtree(contents.staged, ignore_errors=True)


def is_own(path: Path, places: Folders) -> bool:
    """Tell whether `path` is what a restore put aside here, which holds nothing that was not here already."""
    return path.is_dir() and path.name.startswith(ASIDE) and path.resolve().parent == places.home.resolve()


def _stage(path: Path, staging: Path, look: Look) -> Mapping[str, Any]:
    """Unpack what the list names beside its place, checking each; returns the list."""
    with unpacking(path):
        if path.is_dir():
            return _stage_folder(path, staging, look)
        with path.open("rb") as file, _as_archive(file, path) as archive:
            manifest = _manifest(archive, path)
            _check_room(staging, sum(each["bytes"] for each in manifest["files"].values()), look)
            for name, told in manifest["files"].items():
                _unpack(archive, name, told, staging / name, path, look)
            return manifest


def _stage_folder(folder: Path, staging: Path, look: Look) -> Mapping[str, Any]:
    """Copy what a restore put aside; returns what the list of a backup would say."""
    found = [folder / name for name in (DATABASE_FILE, *BESIDE) if (folder / name).is_file()]
    if not found or found[0].name != DATABASE_FILE:
        raise _no_backup(folder)
    log = folder / f"{DATABASE_FILE}-wal"
    found += [log] if log.is_file() else []
    _check_room(staging, sum(file.stat().st_size for file in found), look)
    for file in found:
        with file.open("rb") as read, _new_file(staging / file.name) as write:
            while block := read.read(CHUNK):
                look.took(len(block))
                write.write(block)
    schema = int(_asked(staging / DATABASE_FILE, "PRAGMA user_version"))
    if schema > _newest_schema():
        raise _newer(folder, "?")
    moment = aside_time(folder)
    return {"schema": schema, "made_at": moment.isoformat() if moment is not None else ""}


@contextmanager
def unpacking(path: Path) -> Iterator[None]:
    """Say of what fails within that `path` could not be unpacked, or is damaged."""
    try:
        yield
    except OSError as error:
        raise _not_unpacked(path, reason_of(error)) from error
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")):
            raise _not_unpacked(path, _FULL if name.startswith("SQLITE_FULL") else _UNWRITTEN) from error
        raise _damaged(path) from error
    except ValueError as error:
        raise _damaged(path) from error


def reason_of(error: OSError) -> tuple[str, str]:
    """Return why a file could not be read or written, in English and Spanish; what the system says of the rarer."""
    told = error.strerror or str(error)
    return _REASONS.get(error.errno or 0, (told, told))


@contextmanager
def _as_archive(file: BinaryIO, path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (*_BAD_ARCHIVE, EOFError, ValueError) as error:
        file.seek(0)
        # The list of what is in it stands at the end, so one that was cut off has its beginning only.
        raise _damaged(path) if file.read(4) == _LOOKS_LIKE_A_ZIP else _no_backup(path) from error
    try:
        with archive:
            yield archive
    except (*_BAD_ARCHIVE, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _damaged(path) from error


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        info = _member(archive, MANIFEST)
        document = json.loads(archive.read(info)) if info.file_size < CHUNK else None
        assert isinstance(document, dict) and document["kind"] == KIND
        files: Mapping[str, Any] = document["files"]
        sound = DATABASE_FILE in files and set(files) <= {DATABASE_FILE, *BESIDE}
        sound = sound and all(
            isinstance(each["bytes"], int)
            and each["bytes"] >= 0
            and (name == DATABASE_FILE or each["bytes"] <= _MOST_BESIDE)
            and len(each["sha256"]) == 64
            for name, each in files.items()
        )
        schema, version = int(document["schema"]), int(document["format"])
    except (KeyError, TypeError, ValueError, OverflowError, AssertionError, AttributeError) as error:
        raise _no_backup(path) from error
    if not sound:
        raise _no_backup(path)
    if version > FORMAT or schema > _newest_schema():
        raise _newer(path, _version(document) or "?")
    return document


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    info = archive.getinfo(name)
    if info.compress_type not in _PACKED:
        raise zipfile.BadZipFile("packed in a way that no backup is")
    return info


def _unpack(archive: zipfile.ZipFile, name: str, told: Mapping[str, Any], target: Path, path: Path, look: Look) -> None:
    digest, size = hashlib.sha256(), 0
    with archive.open(_member(archive, name)) as read, _new_file(target) as file:
        while size <= told["bytes"] and (block := read.read(CHUNK)):
            look.took(len(block))
            digest.update(block)
            size += len(block)
            file.write(block)
    if size != told["bytes"] or digest.hexdigest() != told["sha256"]:
        raise _damaged(path)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a new private file, which is on the disk afterwards."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _check_room(folder: Path, needed: int, look: Look) -> None:
    look.expect(needed)
    if shutil.disk_usage(folder).free < needed:
        raise StorageError(
            "memory.restore_room",
            en="Restoring needs {needed} MB of free space in {folder}; nothing was changed. Free some and repeat.",
            es="Restaurar necesita {needed} MB libres en {folder}; no se ha cambiado nada. Libera espacio y repite.",
            needed=needed // 1_000_000 + 1,
            folder=folder.parent,
        )


def _make_current(staged: Path, path: Path, look: Look, *, own: bool) -> None:
    """Check the staged database and bring it to this version, as one file, before anything here is touched; one that
    is not our `own` has to have the very form that this version gives one."""
    if _asked(staged, "PRAGMA quick_check(1)", look) != "ok":
        raise _damaged(path)
    try:
        Database(staged, unwanted=lambda: look.unwanted).close()
        with tempfile.TemporaryDirectory(dir=staged.parent) as folder:
            fresh = Path(folder) / DATABASE_FILE
            Database(fresh).close()
            whole = _columns(fresh) <= _columns(staged) and take_own_triggers(staged, fresh)
            whole = whole and (own or is_of_own_form(staged, fresh))
    except StorageError as error:
        raise _not_current(error, staged, path) from error
    if not whole:
        # It says that it is of this version and is not: what reads it would fail long after the restore.
        raise _damaged(path)
    if not own:
        renew_indexes(staged, look.watch)
    if _asked(staged, "PRAGMA journal_mode = DELETE") != "delete":
        raise _not_unpacked(path, _LOCKED)


def _not_current(error: StorageError, staged: Path, path: Path) -> InputError | StorageError:
    """Return what to say of a database that could not be brought to this version."""
    if error.code == "storage.newer":
        return _newer(path, "?")
    if error.code == "storage.full" or shutil.disk_usage(staged.parent).free < CHUNK:
        return _not_unpacked(path, _FULL)
    if error.code == "storage.busy":
        return _not_unpacked(path, _LOCKED)
    if getattr(error.__cause__, "sqlite_errorname", "").startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READ")):
        return _not_unpacked(path, _UNWRITTEN)
    return _damaged(path)


def _columns(database: Path) -> set[tuple[str, str]]:
    """Return the tables of a database, each with the name of every column."""
    connection = sqlite3.connect(database)
    try:
        return set(
            connection.execute(
                "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
            )
        )
    finally:
        connection.close()


def _asked(database: Path, question: str, look: Look | None = None) -> Any:
    connection = sqlite3.connect(database)
    try:
        if look is not None:
            look.watch(connection)
        return connection.execute(question).fetchone()[0]
    finally:
        connection.close()


def _made_at(manifest: Mapping[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(manifest.get("made_at")))
        # Whoever shows it shows it in the time of this place, which the first and last days of all time have none of.
        moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo is not None else None


def _version(manifest: Mapping[str, Any]) -> str:
    """Return which Jarvis wrote it, "" for what looks like no version: it stands in the midst of a sentence."""
    told = manifest.get("jarvis")
    return told if isinstance(told, str) and _VERSION.fullmatch(told) else ""


def _newest_schema() -> int:
    return max(int(file.name[:4]) for file in MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def _size(path: Path) -> int:
    return sum(each.stat().st_size for each in path.iterdir()) if path.is_dir() else path.stat().st_size


def _not_unpacked(path: Path, why: tuple[str, str]) -> StorageError:
    return StorageError(
        "memory.restore_failed",
        en="{path} could not be unpacked ({why}); nothing here was changed. Check the file and the free space.",
        es="No se pudo desempaquetar {path} ({why_es}); aquí no se ha cambiado nada. Comprueba el fichero y el "
        "espacio libre.",
        path=path,
        why=why[0],
        why_es=why[1],
    )


def _newer(path: Path, version: str) -> InputError:
    return InputError(
        "memory.newer_backup",
        en="{path} was written by a newer Jarvis ({jarvis}); nothing was changed. Update Jarvis, then restore it.",
        es="{path} lo escribió un Jarvis más nuevo ({jarvis}); no se ha cambiado nada. Actualiza Jarvis y "
        "restáuralo después.",
        path=path,
        jarvis=version,
    )


def _damaged(path: Path) -> InputError:
    return InputError(
        "memory.damaged_backup",
        en="{path} is damaged or was cut off, so it is not restored; nothing was changed. Choose another backup.",
        es="{path} está dañado o incompleto y no se restaura; no se ha cambiado nada. Elige otra copia.",
        path=path,
    )


def _no_backup(path: Path) -> InputError:
    return InputError(
        "memory.no_backup",
        en="{path} is not a sound Jarvis backup; nothing was changed. Choose another file.",
        es="{path} no es una copia de seguridad de Jarvis en buen estado; no se ha cambiado nada. Elige otro fichero.",
        path=path,
    )
