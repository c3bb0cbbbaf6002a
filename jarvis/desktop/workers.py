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


_outlived: list[object] = []
"""What threads still work with that a closed window left behind: kept as long as the process lives, for who lets go of
a widget last takes it apart, and that must be the window's own thread."""


def leave_behind(thing: object) -> None:
    """Keep what a thread goes on to work with."""
    _outlived.append(thing)


def something_left() -> bool:
    """Tell whether a window was left behind, so that the process is to end without taking itself apart."""
    return bool(_outlived)


class Workers:
    """`count` threads, begun `at_once` or with the first job: whoever begins one waits until it has had its first turn,
    which is long where others compute already."""

    def __init__(self, count: int, name: str, *, at_once: bool = False) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._busy: list[Job] = []
        self._closed = False
        self._idle = [f"{name}_{number}" for number in range(count)]
        if at_once:
            self._begin()

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun yet."""
        return len(self._waiting)

    def do(self, job: Job) -> None:
        """Have `job` done after those that came before it; from any thread. Nothing happens after `close`."""
        with self._changed:
            if self._closed:
                return
            self._waiting.append(job)
            self._changed.notify()
            self._begin()

    def close(self, *, drop: bool = True) -> int:
        """Take no more jobs, and where `drop` says so leave undone those that nobody has begun; returns how many went.
        A thread that has no job ends."""
        with self._changed:
            self._closed = True
            dropped = len(self._waiting) if drop else 0
            if drop:
                self._waiting.clear()
            self._changed.notify_all()
        return dropped

    def leave_behind(self) -> bool:
        """Keep what the jobs hold that are under way; tells whether there are any."""
        with self._changed:
            for job in self._busy:
                leave_behind(job)
            return bool(self._busy)

    def wait(self, seconds: float, enough: Callable[[], bool] = bool) -> bool:
        """Wait until every job is done, or until it is `enough`, which is asked as jobs end; False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._busy or self._waiting) or enough(), seconds)

    def _begin(self) -> None:
        while self._idle:
            threading.Thread(target=self._work, name=self._idle.pop(), daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                job = self._waiting.popleft()
                self._busy.append(job)
            try:
                job()
            finally:
                with self._changed:
                    self._busy.remove(job)
                    del job
                    self._changed.notify_all()
