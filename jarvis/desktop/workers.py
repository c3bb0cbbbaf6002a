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
"""Windows that were closed while threads still worked for them."""


class WindowThread(threading.Thread):
    """One that works for the window, and keeps no process."""

    def __init__(self, work: Callable[[], None], name: str, *, at_work: bool = True) -> None:
        super().__init__(target=work, name=name, daemon=True)
        self.at_work = at_work


def leave_behind(window: object) -> bool:
    """Where a thread still works for `window`, which is closed, keep that as long as the process lives: nothing of it
    is to be taken apart beside that thread. Tells whether there is one."""
    if any(isinstance(thread, WindowThread) and thread.at_work for thread in threading.enumerate()):
        _outlived.append(window)
    return something_left()


def something_left() -> bool:
    """Tell whether a window was left behind, so that the process is to end without taking itself apart."""
    return bool(_outlived)


class Workers:
    """`count` threads, begun at once: whoever begins one waits until it has had its first turn, which is long where
    others compute already."""

    def __init__(self, count: int, name: str) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._busy = 0
        self._closed = False
        for number in range(count):
            WindowThread(self._work, f"{name}_{number}", at_work=False).start()

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

    def wait(self, seconds: float, enough: Callable[[], bool] = bool) -> bool:
        """Wait until every job is done, or until it is `enough`, which is asked as jobs end; False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._busy or self._waiting) or enough(), seconds)

    def _work(self) -> None:
        here = threading.current_thread()
        assert isinstance(here, WindowThread)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                job = self._waiting.popleft()
                self._busy += 1
                here.at_work = True
            try:
                job()
            finally:
                del job
                with self._changed:
                    self._busy -= 1
                    here.at_work = False
                    self._changed.notify_all()
