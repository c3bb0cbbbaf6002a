"""Who keeps the index: one process at a time, known by a lock that the operating system frees with its holder.

Knows nothing about what is kept.
"""

from __future__ import annotations

import threading
from pathlib import Path

from jarvis.contracts.errors import AlreadyRunning, StorageError
from jarvis.processes.instance import InstanceLock, single_instance

LOCK = "index"


class IndexLock:
    """The lock `index.lock` in the memory's folder; safe from several threads, which share it within a process.

    `holder` is the id of the process that held it when it could last not be taken, `trouble` why it cannot be at all
    (a folder that must not be written to).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._lock: InstanceLock | None = None
        self._users = 0
        self.holder = ""
        self.trouble: StorageError | None = None

    @property
    def held(self) -> bool:
        """Whether this process keeps the index."""
        return self._lock is not None

    def acquire(self) -> bool:
        """Take the lock, or share it where this process has it; False where another one does. Pair with `release`."""
        with self._guard:
            if self._lock is None:
                try:
                    self._lock = single_instance(self._folder, LOCK)
                except AlreadyRunning as error:
                    self.holder = str(error.values["pid"])
                    return False
                except StorageError as error:
                    self.holder, self.trouble = "", error
                    return False
                self.holder, self.trouble = "", None
            self._users += 1
            return True

    def release(self) -> None:
        """Give up one `acquire`; the lock is free after the last."""
        with self._guard:
            self._users -= 1
            if not self._users and self._lock is not None:
                self._lock.release()
                self._lock = None
