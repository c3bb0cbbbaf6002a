"""The turn to load: of all Jarvis processes on this computer only one chooses a place and fills it at a time.

Two that look at the same free memory would both take it. The turn is a file lock, which ends with its process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

_LOG = logging.getLogger(__name__)

_ASK_SECONDS = 0.1


class LoadTurn:
    """Taken on one thread and given back on another. Without a `file` it is always free.

    Whoever waited `seconds` in vain goes on without it: a stuck neighbour must not silence this process for ever.
    """

    def __init__(self, file: Path | None, seconds: float) -> None:
        self._lock = FileLock(file, thread_local=False) if file is not None else None
        self._seconds = seconds
        self._guard = threading.Lock()

    @property
    def shared(self) -> bool:
        """True where other processes may have to be waited for."""
        return self._lock is not None

    def take(self, wanted: Callable[[], bool], waiting: Callable[[], None]) -> None:
        """Wait for the turn as long as it is `wanted`; `waiting` is called once when another process has it."""
        until, told = time.monotonic() + self._seconds, False
        while not self._taken() and wanted():
            if time.monotonic() >= until:
                _LOG.warning("another process has been loading for %.0f s; going on beside it", self._seconds)
                return
            if not told:
                waiting()
                told = True
            time.sleep(_ASK_SECONDS)
        if not wanted():
            self.give()

    def give(self) -> None:
        """Let others have it; nothing where it is not held."""
        with self._guard:
            if self._lock is not None and self._lock.is_locked:
                self._lock.release(force=True)

    def _taken(self) -> bool:
        with self._guard:
            if self._lock is None or self._lock.is_locked:
                return True
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                return False
            except OSError as error:
                _LOG.warning("loads cannot be taken in turns with other processes: %s", error)
            return True


def somebody_loads(file: Path | None) -> bool:
    """True while any process has the turn of this `file`."""
    if file is None or not file.exists():
        return False
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError as error:
        _LOG.warning("it cannot be told whether another process loads: %s", error)
        return False
    lock.release()
    return False
