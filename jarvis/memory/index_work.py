"""The thread that keeps the index up to date while Jarvis runs.

Whoever holds the lock does the work; any other waits until it is free and takes over then. Knows nothing about what
the work is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.memory.index_lock import IndexLock

POLL_SECONDS = 1.0
"""How long what another process wrote or forgot waits at most to be noticed."""


class IndexWork:
    """Calls `check` once it holds the lock, then again and again `forget`, and `fill` and `place`, which tell whether
    there is more to do. None of them raises."""

    def __init__(
        self,
        *,
        lock: IndexLock,
        check: Callable[[], None],
        forget: Callable[[], None],
        fill: Callable[[], bool],
        place: Callable[[], bool],
    ) -> None:
        self._lock = lock
        self._check = check
        self._forget = forget
        self._fill = fill
        self._place = place
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory-index", daemon=True)

    def start(self) -> None:
        """Begin; call once."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once whether there is something to do."""
        self._awake.set()

    def stop(self) -> None:
        """End after the step that is being done, and give the lock up."""
        self._stopping.set()
        self._awake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._lock.acquire():
            self._pause()
            if self._stopping.is_set():
                return
        try:
            self._forget()
            self._check()
            while not self._stopping.is_set():
                self._forget()
                filled = self._fill()
                if not (self._place() or filled):
                    self._pause()
        finally:
            self._lock.release()

    def _pause(self) -> None:
        self._awake.wait(POLL_SECONDS)
        if not self._stopping.is_set():
            self._awake.clear()
