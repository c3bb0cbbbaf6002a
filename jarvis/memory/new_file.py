"""Writes a new private file whole or not at all: beside its place first, on disk before it gets its name.

What a process leaves beside it that is killed says whose it was, so that the next one takes it away.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import psutil

from jarvis.contracts.errors import InputError, StorageError

_UNFINISHED = re.compile(r"\..+-(\d+)-[0-9a-f]{8}\.jarvis-part")
_log = logging.getLogger(__name__)


@contextmanager
def new_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Yield a file to write (mode 0600) that becomes `path` on return; what fails leaves nothing behind.

    Raises `InputError` where something is there already (unless `force`; never over a folder) or the folder is missing,
    `StorageError` where it cannot be written.
    """
    if path.is_dir() or (path.exists() and not force):
        raise InputError(
            "memory.file_exists",
            en="{path} exists already; nothing was written. Choose another name, or --force to replace a file.",
            es="{path} ya existe; no se ha escrito nada. Elige otro nombre, o --force para reemplazar un fichero.",
            path=path,
        )
    beside = path.with_name(f".{path.name[:80]}-{os.getpid()}-{secrets.token_hex(4)}.jarvis-part")
    try:
        remove_unfinished(path.parent.glob(".*.jarvis-part"))
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if force:
            beside.replace(path)
        else:
            _name(beside, path)
    except FileExistsError as error:
        raise InputError(
            "memory.file_exists",
            en="{path} appeared meanwhile; nothing was written. Choose another name.",
            es="{path} ha aparecido entretanto; no se ha escrito nada. Elige otro nombre.",
            path=path,
        ) from error
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        beside.unlink(missing_ok=True)


def remove_unfinished(files: Iterable[Path]) -> None:
    """Remove those of `files` that `new_file` began in a process that is gone; those of other people stay."""
    for file in files:
        named = _UNFINISHED.fullmatch(file.name)
        if named is None or psutil.pid_exists(int(named[1])):
            continue
        try:
            file.unlink(missing_ok=True)
        except PermissionError as error:
            _log.warning("what an export left unfinished stays: %s", error)


def _name(beside: Path, path: Path) -> None:
    # A link fails where a rename would replace; file systems without links get the rename.
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        raise
    except OSError:
        beside.rename(path)


def _cannot_write(path: Path, error: OSError) -> StorageError:
    if error.errno == errno.ENOSPC:
        return StorageError(
            "memory.disk_full",
            en="The disk is full: {path} was not written, and what was there is as it was. Free some space and repeat.",
            es="El disco está lleno: no se ha escrito {path} y lo que había sigue igual. Libera espacio y repite.",
            path=path,
        )
    return StorageError(
        "memory.cannot_write",
        en="{path} could not be written ({why}); what was there is as it was. Choose a folder that you may write to.",
        es="No se pudo escribir {path} ({why}); lo que había sigue igual. Elige una carpeta en la que puedas escribir.",
        path=path,
        why=error.strerror or error,
    )
