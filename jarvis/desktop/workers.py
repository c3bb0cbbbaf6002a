"""Daemon threads that do jobs one after the other. What they are in the midst of ends with the process, so that no job
keeps it: Python waits at its end for the threads of a pool of its own.

Knows nothing of what the jobs do.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

Job = Callable[[], None]
"""What a worker does; it raises nothing."""


class Workers:
    """`count` threads, begun at once: whoever begins one waits until it has had its first turn, which is long where
    others compute already."""

    def __init__(self, count: int, name: str) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._busy = 0
        self._closed = False
        for number in range(count):
            threading.Thread(target=self._work, name=f"{name}_{number}", daemon=True).start()

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun yet."""
        return len(self._waiting)

    def do(self, job: Job) -> None:
        """Have `job` done after those that came before it; from any thread. Nothing happens after `close`."""
        with self._changed:
            if not self._closed:
                self._waiting.append(job)
                self._changed.notify()

    def close(self) -> None:
        """Take no more jobs and drop those that nobody has begun; a thread that has none ends."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def wait(self, seconds: float, enough: Callable[[], bool] = bool) -> bool:
        """Wait until every job is done, or until it is `enough`, which is asked as jobs end; False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._busy or self._waiting) or enough(), seconds)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                job = self._waiting.popleft()
                self._busy += 1
            try:
                job()
            finally:
                del job
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()
