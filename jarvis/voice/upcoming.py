"""Clauses that are said while others are still to come: handed from whoever makes them to the thread that says them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from jarvis.voice.clauses import Clause


class Upcoming:
    """Clauses in order; all methods may be called from any thread. `on_ready` is called when one has come."""

    def __init__(self, on_ready: Callable[[], None] = lambda: None) -> None:
        self._on_ready = on_ready
        self._changed = threading.Condition()
        self._clauses: deque[Clause] = deque()
        self._came = self._anew = self._ended = self._makes_way = False

    @property
    def ready(self) -> bool:
        """True once there was anything to say."""
        return self._came

    def add(self, clauses: Sequence[Clause]) -> None:
        """Let `clauses` follow those before; nothing after `end`."""
        with self._changed:
            if self._ended or not clauses:
                return
            self._clauses.extend(clauses)
            self._came = True
            self._changed.notify_all()
        self._on_ready()

    def begin_anew(self) -> None:
        """All that came so far is void, said or not: what follows takes its place."""
        with self._changed:
            self._clauses.clear()
            self._anew = self._came
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing more comes."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def make_way(self) -> None:
        """Somebody else has something to say: `steps` ends once it would have to wait for a clause."""
        with self._changed:
            self._makes_way = True
            self._changed.notify_all()

    @property
    def goes_on(self) -> bool:
        """True while there are, or may come, others than those that `steps` has yielded."""
        return not self._ended or bool(self._clauses)

    def steps(self) -> Iterator[Clause | None]:
        """Yield each clause as soon as it is there, None where what was yielded before is void, until the end."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._anew or bool(self._clauses) or self._ended or self._makes_way)
                if self._anew:
                    self._anew, step = False, None
                elif self._clauses:
                    step = self._clauses.popleft()
                else:
                    self._makes_way = False
                    return
            yield step
