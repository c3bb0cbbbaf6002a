"""The lock that the process which rings alerts holds, and that any other can ask about.

The operating system frees it when its holder dies, however it dies. The file may stay behind; only the lock counts.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


class KeeperLock:
    """A lock on `path`, for one holder at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; True when it is held now. OSError when the file cannot be made."""
        if self._descriptor is None:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            if not _lock(descriptor, shared=False):
                os.close(descriptor)
                return False
            self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock up; twice is the same as once."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def is_held(path: Path) -> bool:
    """Tell whether some living process, this one included, holds the lock on `path`."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, shared: bool) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # flock belongs to this descriptor; a POSIX lock would be lost when another one is closed. Those who
            # only ask share it, so that two of them never take each other for the holder.
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
