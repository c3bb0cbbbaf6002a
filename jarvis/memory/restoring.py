"""Puts a backup that was looked into in the place of what is here, in two steps: decide, exchange.

Deciding writes down what is to be exchanged; exchanging renames file after file in a way that the next start finishes
if it was cut off. Knows which files there are, no table.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import psutil

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.data_desk import BackupContents
from jarvis.contracts.errors import AlreadyRunning, StorageError
from jarvis.contracts.memory import Transferred
from jarvis.contracts.ports import Clock
from jarvis.memory.backup import BESIDE, DATABASE_FILE
from jarvis.memory.backup_contents import aside_name, drop, is_own, look_into, reason_of, unpacking
from jarvis.memory.backup_servers import SERVERS_FILE, tame_servers
from jarvis.memory.backup_trust import DefaultLevel, asks, keep_limits, set_aside
from jarvis.memory.leftovers import remove_broken_off
from jarvis.processes.instance import InstanceLock, single_instance
from jarvis.settings.folders import Folders

_PLAN = "restore.json"
_STAGING = ".restoring"
_INDEX = "memory"
_LOCK = "restore"
PATIENCE_SECONDS = 5.0
"""How long a start waits for a window that ends to start again, or for another start that does the exchange."""
_AGAIN_SECONDS = 0.05
_log = logging.getLogger(__name__)


def decide(
    contents: BackupContents,
    *,
    places: Folders,
    clock: Clock,
    default: DefaultLevel = asks,
    take_over: bool = False,
    cancel: CancelToken | None = None,
) -> tuple[Path, InstanceLock]:
    """Write down that the backup is to take the place of what is here, which the next start does before it opens
    anything; returns the folder that what is here will be kept in, and a lock that keeps others out until then.

    Of a backup that is not this computer's own, what `backup_trust` sets aside stays as it is here, unless it is to
    `take_over`; `default` is what holds for the name of a skill or tool as long as nobody said otherwise.

    Raises `AlreadyRunning` while another process works with the database, `StorageError` where nothing can be written,
    and `Cancelled` up to the moment before anything gets its place; nothing is decided then. From the return on a
    `kill -9` changes nothing: what was decided will be done.
    """
    lock = single_instance(places.run, _LOCK)
    try:
        wanted = cancel or CancelToken()
        others = _others_with(places.database, wanted)
        if others:
            raise _in_use(places.database, others[0])
        return _decide(contents, places, clock, None if take_over else default, wanted), lock
    except BaseException:
        lock.release()
        raise


def restore(
    path: Path,
    *,
    places: Folders,
    clock: Clock,
    release: Callable[[], None],
    default: DefaultLevel = asks,
    take_over: bool = False,
    cancel: CancelToken | None = None,
) -> Transferred:
    """Look into a backup, decide and exchange in one go; what is here is kept in a folder `before-restore-...` beside.

    `release` closes this process' own database, after everything was verified; the process cannot go on with it
    afterwards. `default` and `take_over` are those of `decide`; `cancel` ends it until then. Raises as `look_into`
    does, and `AlreadyRunning` while another Jarvis works here; what is here then stays as it is.
    """
    with single_instance(places.run, "desktop"), single_instance(places.run, _LOCK):
        contents = look_into(path, places=places, default=default, cancel=cancel)
        try:
            release()
            _take_alone(places.database)
            _decide(contents, places, clock, None if take_over else default, CancelToken())
        except BaseException:
            drop(contents)
            raise
        _exchange(places)
    return Transferred(
        path=path,
        written=contents.memories,
        switched_off=contents.new_servers,
        set_aside=() if take_over else contents.set_aside,
    )


def finish_restore(places: Folders) -> bool:
    """Do the exchange that was decided, or finish one that was cut off; returns whether there was one. To be called
    before the database is opened.

    Raises `AlreadyRunning` while another process restores, or works with what is to be exchanged; `StorageError` where
    a file cannot be moved. Nothing is lost then, and the next call goes on.
    """
    try:
        remove_broken_off(places.home)
    except OSError as error:
        _log.warning("a copy that a killed process left behind could not be removed: %s", error)
    if not any((places.home / name).exists() for name in (_PLAN, _STAGING)):
        return False
    try:
        with _lock_soon(places):
            return _exchange(places)
    except AlreadyRunning as error:
        if error.code == "memory.in_use":
            raise _waits(places.database) from error
        raise AlreadyRunning(
            "memory.restoring",
            en="Another Jarvis (process {pid}) is restoring a backup here; nothing was changed. Try again in a moment.",
            es="Otro Jarvis (proceso {pid}) está restaurando aquí una copia; no se ha cambiado nada. Repite en un "
            "momento.",
            pid=error.values["pid"],
        ) from error


# Deciding.


def _decide(
    contents: BackupContents,
    places: Folders,
    clock: Clock,
    default: DefaultLevel | None,
    cancel: CancelToken,
) -> Path:
    """Give what was unpacked its place and write down what is to be exchanged; under the lock. Without `default`
    everything in it is taken over, but for what `keep_limits` keeps."""
    staging = places.home / _STAGING
    moment = clock.now()
    while (places.home / aside_name(moment)).exists():
        # Two within a second: what the first put aside must not be taken for this one's.
        moment += timedelta(seconds=1)
    aside = aside_name(moment)
    with unpacking(contents.path):
        shutil.rmtree(staging, ignore_errors=True)
        if not is_own(contents.path, places):
            tame_servers(contents.staged / SERVERS_FILE, places.home / SERVERS_FILE)
        if not contents.own:
            if default is not None:
                set_aside(contents.staged, places, default)
            keep_limits(contents.staged, places)
        cancel.raise_if_cancelled()
        names = sorted(file.name for file in contents.staged.iterdir() if file.name in {DATABASE_FILE, *BESIDE})
        contents.staged.rename(staging)
        try:
            _write_plan(places.home, {"aside": aside, "names": names})
        except BaseException:
            (places.home / _PLAN).unlink(missing_ok=True)
            shutil.rmtree(staging, ignore_errors=True)
            raise
    return places.home / aside


def _write_plan(home: Path, plan: Mapping[str, object]) -> None:
    unfinished = home / _STAGING / _PLAN
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(plan, file)
        file.flush()
        os.fsync(file.fileno())
    _sync(home / _STAGING)
    unfinished.replace(home / _PLAN)
    _sync(home)


def _others_with(file: Path, cancel: CancelToken) -> list[int]:
    """Return the ids of other processes that have `file` open, of those that may be looked at; raises `Cancelled`."""
    wanted, found = file.resolve(), []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        cancel.raise_if_cancelled()
        try:
            if any(Path(each.path) == wanted for each in process.open_files()):
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


# Exchanging.


def _lock_soon(places: Folders) -> InstanceLock:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return single_instance(places.run, _LOCK)
        except AlreadyRunning:
            if time.monotonic() >= until:
                raise
        time.sleep(_AGAIN_SECONDS)


def _exchange(places: Folders) -> bool:
    try:
        return _exchanged(places)
    except OSError as error:
        why, why_es = reason_of(error)
        raise StorageError(
            "memory.restore_unfinished",
            en="The backup could not be put in its place yet ({why}); nothing is lost. Mend that, then start Jarvis "
            "again: it goes on from there.",
            es="Aún no se pudo poner la copia en su lugar ({why_es}); no se ha perdido nada. Corrígelo y vuelve a "
            "iniciar Jarvis: seguirá desde ahí.",
            why=f"{error.filename}: {why}" if error.filename else why,
            why_es=f"{error.filename}: {why_es}" if error.filename else why_es,
        ) from error


def _exchanged(places: Folders) -> bool:
    plan_file = places.home / _PLAN
    staging = places.home / _STAGING
    try:
        plan = json.loads(plan_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        # Cut off before it was decided: nothing of what is here was touched.
        shutil.rmtree(staging, ignore_errors=True)
        return False
    _take_alone(places.database)
    aside = places.home / plan["aside"]
    aside.mkdir(mode=0o700, exist_ok=True)
    # Vectors of other rows under the same numbers would answer wrongly; they are made again from the rows.
    index = places.home / _INDEX
    if index.is_symlink():
        index.unlink()
    elif index.exists():
        shutil.rmtree(index)
    for name in plan["names"]:
        new, here = staging / name, places.home / name
        if not new.exists():
            continue
        if here.exists() and not (aside / name).exists():
            here.rename(aside / name)
        log = places.home / f"{name}-wal"
        if log.exists() and not (aside / log.name).exists():
            # What a process that was killed wrote last; its database without it would be an older one.
            log.rename(aside / log.name)
        (places.home / f"{name}-shm").unlink(missing_ok=True)
        new.replace(here)
    _sync(aside)
    _sync(places.home)
    plan_file.unlink()
    shutil.rmtree(staging, ignore_errors=True)
    return True


def _take_alone(file: Path) -> None:
    """Write the log back and remove it, which only the last one who has the database open can do."""
    if not file.exists():
        return
    connection = sqlite3.connect(file, timeout=1.0)
    try:
        held = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete"
    except sqlite3.DatabaseError as error:
        # A log that cannot be written back, as on a full disk, goes with its file; and what is here and damaged is what
        # backups are for: it is kept aside as it is.
        held = error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    finally:
        connection.close()
    if held:
        raise _in_use(file)


def _sync(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# What is said.


def _in_use(file: Path, pid: int | None = None) -> AlreadyRunning:
    return AlreadyRunning(
        "memory.in_use",
        en="Another Jarvis{who} is working with {file}; nothing was changed. Close it and restore again.",
        es="Otro Jarvis{who_es} está trabajando con {file}; no se ha cambiado nada. Ciérralo y vuelve a restaurar.",
        file=file,
        who=f" (process {pid})" if pid is not None else "",
        who_es=f" (proceso {pid})" if pid is not None else "",
    )


def _waits(file: Path) -> AlreadyRunning:
    return AlreadyRunning(
        "memory.restore_waits",
        en="A backup waits to take its place here, but another Jarvis is working with {file}; nothing is lost. Close "
        "it and start Jarvis again.",
        es="Una copia espera a ocupar su lugar, pero otro Jarvis está trabajando con {file}; no se ha perdido nada. "
        "Ciérralo y vuelve a iniciar Jarvis.",
        file=file,
    )
