"""A backup is one file: a consistent copy of the database, the settings, and a list with the checksum of each.

Models, caches, indexes and keys are not in it. Restoring verifies everything beside its place first, then exchanges the
files one by one in a way that the next start finishes if it was cut off. Knows which files there are, no table.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from jarvis import __version__
from jarvis.contracts.errors import AlreadyRunning, InputError, StorageError
from jarvis.contracts.memory import Transferred
from jarvis.contracts.ports import Clock
from jarvis.memory.leftovers import ASIDE, scratch_for_backup
from jarvis.memory.new_file import new_file
from jarvis.processes.instance import single_instance
from jarvis.settings.folders import Folders
from jarvis.storage.database import MIGRATIONS, Database

MANIFEST = "manifest.json"
KIND = "jarvis backup"
FORMAT = 1

_DATABASE = "jarvis.sqlite3"
_BESIDE = ("settings.json", "roles.json", "desktop.json", "mcp.json")
_PLAN = "restore.json"
_STAGING = ".restoring"
_INDEX = "memory"
_LOCK = "restore"
_CHUNK = 1 << 20
_BAD_ARCHIVE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error)


def back_up(path: Path, *, places: Folders, database: Database, clock: Clock, force: bool = False) -> Transferred:
    """Write a backup to a new private file; raises as `new_file` does. Jarvis may go on working meanwhile."""
    with new_file(path, force=force) as file, scratch_for_backup(places.home) as scratch:
        copy = scratch / _DATABASE
        _copy_database(database, copy)
        rows = _memories(copy)
        members = [(_DATABASE, copy), *((name, places.home / name) for name in _BESIDE)]
        listed = {}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=3) as archive:
            for name, source in members:
                if name == "mcp.json":
                    source = _without_secrets(source, scratch)  # noqa: PLW2901 - what is written is the clean copy
                if source.is_file():
                    listed[name] = _pack(archive, name, source)
            manifest = {
                "kind": KIND,
                "format": FORMAT,
                "jarvis": __version__,
                "schema": _schema(copy),
                "made_at": clock.now().isoformat(),
                "files": listed,
            }
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return Transferred(path=path, written=rows)


def restore(path: Path, *, places: Folders, clock: Clock, release: Callable[[], None]) -> Transferred:
    """Put a backup in the place of what is here, which is kept in a folder `before-restore-...` beside it.

    `release` closes this process' own database, after everything was verified; the process cannot go on with it
    afterwards. Raises `InputError` for a file that is no sound backup or of a newer Jarvis, `AlreadyRunning` while
    another Jarvis works here, `StorageError` where the disk is full; what is here then stays as it is.
    """
    with single_instance(places.run, "desktop"), single_instance(places.run, _LOCK):
        staging = places.home / _STAGING
        shutil.rmtree(staging, ignore_errors=True)
        try:
            names = _stage(path, staging)
            _make_current(staging / _DATABASE, path)
            rows = _memories(staging / _DATABASE)
            release()
            _take_alone(places.database)
            aside = f"{ASIDE}{clock.now():%Y%m%d-%H%M%S}"
            _write_plan(places.home, {"aside": aside, "names": names})
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        _exchange(places)
    return Transferred(path=path, written=rows)


def finish_restore(places: Folders) -> bool:
    """Finish a restore that was cut off; returns whether there was one. To be called before the database is opened.

    Raises `AlreadyRunning` while another process restores: what it is about to exchange must not be opened.
    """
    if not any((places.home / name).exists() for name in (_PLAN, _STAGING)):
        return False
    try:
        with single_instance(places.run, _LOCK):
            return _exchange(places)
    except AlreadyRunning as error:
        raise AlreadyRunning(
            "memory.restoring",
            en="Another Jarvis (process {pid}) is restoring a backup here; nothing was changed. Try again in a moment.",
            es="Otro Jarvis (proceso {pid}) está restaurando aquí una copia; no se ha cambiado nada. Repite en un "
            "momento.",
            pid=error.values["pid"],
        ) from error


def _exchange(places: Folders) -> bool:
    plan_file = places.home / _PLAN
    staging = places.home / _STAGING
    try:
        plan = json.loads(plan_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        # Cut off before it was decided: nothing of what is here was touched.
        shutil.rmtree(staging, ignore_errors=True)
        return False
    aside = places.home / plan["aside"]
    aside.mkdir(mode=0o700, exist_ok=True)
    # Vectors of other rows under the same numbers would answer wrongly; they are made again from the rows.
    shutil.rmtree(places.home / _INDEX, ignore_errors=True)
    for name in plan["names"]:
        new, here = staging / name, places.home / name
        if not new.exists():
            continue
        if here.exists() and not (aside / name).exists():
            here.rename(aside / name)
        for log in (f"{name}-wal", f"{name}-shm"):
            (places.home / log).unlink(missing_ok=True)
        new.replace(here)
    _sync(places.home)
    plan_file.unlink()
    shutil.rmtree(staging, ignore_errors=True)
    return True


def _copy_database(database: Database, copy: Path) -> None:
    os.close(os.open(copy, os.O_CREAT | os.O_RDWR, 0o600))
    target = sqlite3.connect(copy)
    try:
        with database.read() as connection:
            connection.backup(target)
        # One file, without a log beside it.
        target.execute("PRAGMA journal_mode = DELETE")
    finally:
        target.close()


def _without_secrets(source: Path, scratch: Path) -> Path:
    """Return a copy of the servers' configuration in which only references to the keyring are left of their secrets."""
    clean = scratch / source.name
    try:
        document = json.loads(source.read_text(encoding="utf-8"))
        for server in document.get("mcpServers", {}).values():
            for part in ("env", "headers"):
                if isinstance(server.get(part), dict):
                    server[part] = {
                        name: value for name, value in server[part].items() if str(value).startswith("keyring:")
                    }
    except (OSError, ValueError, AttributeError):
        # Not there, or nothing that Jarvis could read either.
        return clean
    clean.write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")
    return clean


def _pack(archive: zipfile.ZipFile, name: str, source: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with source.open("rb") as read, archive.open(info, "w", force_zip64=True) as write:
        while block := read.read(_CHUNK):
            digest.update(block)
            size += len(block)
            write.write(block)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _stage(path: Path, staging: Path) -> list[str]:
    """Unpack what the list names beside its place, checking each; returns the names."""
    try:
        with path.open("rb") as file, _as_archive(file, path) as archive:
            manifest = _manifest(archive, path)
            _check_room(staging.parent, manifest)
            staging.mkdir(mode=0o700)
            for name, told in manifest["files"].items():
                _unpack(archive, name, told, staging / name, path)
            return list(manifest["files"])
    except OSError as error:
        raise StorageError(
            "memory.restore_failed",
            en="{path} could not be unpacked ({why}); nothing here was changed. Check the file and the free space.",
            es="No se pudo desempaquetar {path} ({why}); aquí no se ha cambiado nada. Comprueba el archivo y el "
            "espacio libre.",
            path=path,
            why=error.strerror or error,
        ) from error


@contextmanager
def _as_archive(file: BinaryIO, path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (*_BAD_ARCHIVE, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _no_backup(path) from error


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        info = archive.getinfo(MANIFEST)
        document = json.loads(archive.read(info)) if info.file_size < _CHUNK else None
        assert isinstance(document, dict) and document["kind"] == KIND
        files: Mapping[str, Any] = document["files"]
        sound = _DATABASE in files and set(files) <= {_DATABASE, *_BESIDE}
        sound = sound and all(isinstance(each["bytes"], int) and len(each["sha256"]) == 64 for each in files.values())
        schema, version = int(document["schema"]), int(document["format"])
    except (KeyError, TypeError, ValueError, AssertionError, AttributeError) as error:
        raise _no_backup(path) from error
    if not sound:
        raise _no_backup(path)
    if version > FORMAT or schema > _newest_schema():
        raise InputError(
            "memory.newer_backup",
            en="{path} was written by a newer Jarvis ({jarvis}); nothing was changed. Update Jarvis, then restore it.",
            es="{path} lo escribió un Jarvis más nuevo ({jarvis}); no se ha cambiado nada. Actualiza Jarvis y "
            "restáuralo después.",
            path=path,
            jarvis=str(document.get("jarvis"))[:40],
        )
    return document


def _unpack(archive: zipfile.ZipFile, name: str, told: Mapping[str, Any], target: Path, path: Path) -> None:
    digest, size = hashlib.sha256(), 0
    with (
        archive.open(name) as read,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
    ):
        while size <= told["bytes"] and (block := read.read(_CHUNK)):
            digest.update(block)
            size += len(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if size != told["bytes"] or digest.hexdigest() != told["sha256"]:
        raise _no_backup(path)


def _check_room(folder: Path, manifest: Mapping[str, Any]) -> None:
    needed = sum(each["bytes"] for each in manifest["files"].values())
    if shutil.disk_usage(folder).free < needed:
        raise StorageError(
            "memory.restore_room",
            en="Restoring needs {needed} MB of free space in {folder}; nothing was changed. Free some and repeat.",
            es="Restaurar necesita {needed} MB libres en {folder}; no se ha cambiado nada. Libera espacio y repite.",
            needed=needed // 1_000_000 + 1,
            folder=folder,
        )


def _make_current(staged: Path, path: Path) -> None:
    """Check the staged database and bring it to this version, before anything here is touched."""
    try:
        connection = sqlite3.connect(staged)
        try:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise _no_backup(path) from error
    if not sound:
        raise _no_backup(path)
    Database(staged).close()
    _take_alone(staged)


def _take_alone(file: Path) -> None:
    """Write the log back and remove it, which only the last one who has the database open can do."""
    if not file.exists():
        return
    connection = sqlite3.connect(file, timeout=1.0)
    try:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.OperationalError:
        mode = "held"
    except sqlite3.DatabaseError:
        # What is here is damaged; that is what backups are for, and it is kept aside.
        mode = "delete"
    finally:
        connection.close()
    if mode != "delete":
        raise AlreadyRunning(
            "memory.in_use",
            en="Another Jarvis is working with {file}; nothing was changed. Close every Jarvis and restore again.",
            es="Otro Jarvis está trabajando con {file}; no se ha cambiado nada. Cierra todos y vuelve a restaurar.",
            file=file,
        )


def _write_plan(home: Path, plan: Mapping[str, object]) -> None:
    handle, name = tempfile.mkstemp(dir=home, prefix=".restore")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(plan, file)
        file.flush()
        os.fsync(file.fileno())
    _sync(home / _STAGING)
    Path(name).replace(home / _PLAN)
    _sync(home)


def _sync(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _schema(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def _memories(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("SELECT count(*) FROM memories").fetchone()[0])
    finally:
        connection.close()


def _newest_schema() -> int:
    return max(int(file.name[:4]) for file in MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def _no_backup(path: Path) -> InputError:
    return InputError(
        "memory.no_backup",
        en="{path} is not a sound Jarvis backup; nothing was changed. Choose another file.",
        es="{path} no es una copia de seguridad de Jarvis en buen estado; no se ha cambiado nada. Elige otro archivo.",
        path=path,
    )
