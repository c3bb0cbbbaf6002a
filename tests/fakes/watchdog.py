"""Watches the Qt event loop from a thread of its own: how late it takes up what reaches it.

One beat is under way at a time, so a loop that stands still is one late beat and not many. A beat's lateness holds
everything that a person's key would wait for: other events, and the interpreter's lock held by workers. On a busy
machine that is noise too, so a figure says something only beside one of an idle window in the same run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Qt, Signal

BEAT_SECONDS = 0.004


class Watchdog(QObject):
    """Make it on the Qt thread; `watching` beats while its block runs and the loop turns."""

    _beat = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._taken = threading.Event()
        self._over = threading.Event()
        self._beat.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @contextmanager
    def watching(self) -> Iterator[list[float]]:
        """Yield the list of how late each beat came, in milliseconds; it is whole once the block has ended."""
        self.late_ms = []
        self._over.clear()
        self._taken.set()
        thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        thread.start()
        try:
            yield self.late_ms
        finally:
            self._over.set()
            self._taken.set()
            thread.join()

    def _run(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            self._taken.clear()
            self._beat.emit(time.perf_counter())
            self._taken.wait()

    def _take(self, sent: float) -> None:
        self.late_ms.append((time.perf_counter() - sent) * 1000)
        self._taken.set()


def counted(of: object, name: str) -> list[int]:
    """Have calls of a method of `of` counted from now on; returns the list of the threads that called it."""
    real: Callable[..., object] = getattr(of, name)
    threads: list[int] = []

    def call(*arguments: object, **named: object) -> object:
        threads.append(threading.get_ident())
        return real(*arguments, **named)

    setattr(of, name, call)
    return threads
