"""One Jarvis at a time: a lock that the operating system holds, so that a crash always frees it.

The file itself may stay behind; only the lock on it counts.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from jarvis.contracts.errors import AlreadyRunning, StorageError

_LOG = logging.getLogger(__name__)

_LOCKED_BYTE = 1 << 30
"""Windows locks bytes, and locked bytes cannot be read: one far behind the text is locked."""


class InstanceLock:
    """A held lock; `release` or leaving the `with` block gives it up, and so does the end of the process."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def release(self) -> None:
        """Give the lock up; twice is the same as once."""
        self._file.close()

    def __enter__(self) -> InstanceLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def single_instance(run_folder: Path, name: str) -> InstanceLock:
    """Take the lock called `name` in `run_folder`.

    Raises `AlreadyRunning` naming the process that holds it, and `StorageError` when the file cannot be made.
    """
    path = run_folder / f"{name}.lock"
    try:
        run_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(
            "processes.lock",
            en="Jarvis cannot write {path} ({why}), so it did not start. Free some space or mend the permissions.",
            es="Jarvis no puede escribir {path} ({why}) y no ha arrancado. Libera espacio o corrige los permisos.",
            path=path,
            why=error.strerror or error,
        ) from error
    file = os.fdopen(descriptor, "r+b", buffering=0)
    if not _lock(file):
        holder = file.read(20).decode("ascii", "replace").strip() or "?"
        file.close()
        raise AlreadyRunning(
            "processes.already_running",
            en="Jarvis is already running (process {pid}); nothing was changed. Use its window, or quit it first.",
            es="Jarvis ya está en marcha (proceso {pid}); no se ha cambiado nada. Usa su ventana o ciérralo antes.",
            pid=holder,
        )
    try:
        file.truncate(0)
        file.write(str(os.getpid()).encode("ascii"))
    except OSError as error:
        # A full disk: the lock holds all the same, only its holder stays unnamed.
        _LOG.warning("the process id could not be written to %s: %s", path, error)
    return InstanceLock(file)


def _lock(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_LOCKED_BYTE)
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            finally:
                file.seek(0)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
