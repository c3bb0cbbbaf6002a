"""Looks after running children off the scheduler's loop: are they there, do they answer, did the hold change?

Reports through one callback; decides nothing.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jarvis.contracts.errors import JarvisError, StorageError
from jarvis.contracts.models import ModelBook
from jarvis.engines.pool.state import Died, Event, Hold
from jarvis.engines.running import ModelProcess

_LOG = logging.getLogger(__name__)

_MISSES = 2
"""So many unanswered checks in a row mean that a child hangs."""


@dataclass(slots=True)
class Watched:
    """A ready child and the state of its checks; touched by the watch only."""

    serial: int
    process: ModelProcess
    checked_at: float
    misses: int = 0
    asking: bool = False
    reported: bool = False


class PoolWatch:
    """Looks when told to, on one thread that lasts until `close`, unless the last look still goes on."""

    def __init__(
        self,
        *,
        post: Callable[[Event], None],
        book: ModelBook | None,
        now: Callable[[], float],
        check_seconds: float,
        health_seconds: float,
    ) -> None:
        self._post = post
        self._book = book
        self._now = now
        self._check_seconds = check_seconds
        self._health_seconds = health_seconds
        self._work: queue.SimpleQueue[tuple[Watched, ...] | None] | None = None
        self._looking = threading.Event()
        self._revision: int | None = None

    def look(self, children: Sequence[Watched]) -> None:
        """Look at `children` in the background; returns at once."""
        if self._work is None:
            self._work, self._looking = queue.SimpleQueue(), threading.Event()
            threading.Thread(target=self._run, args=(self._work, self._looking), name="pool-watch", daemon=True).start()
        if not self._looking.is_set():
            self._looking.set()
            self._work.put(tuple(children))

    def close(self) -> None:
        """End the thread after its current look; the next `look` starts another."""
        if self._work is not None:
            self._work.put(None)
            self._work = None

    def _run(self, work: queue.SimpleQueue[tuple[Watched, ...] | None], looking: threading.Event) -> None:
        while (children := work.get()) is not None:
            try:
                self._look_at_book()
                for child in children:
                    self._look_at(child)
            except (JarvisError, OSError) as error:
                _LOG.warning("running models could not be looked after: %s", error)
            finally:
                looking.clear()

    def _look_at_book(self) -> None:
        if self._book is None:
            return
        try:
            revision = self._book.revision()
            if revision != self._revision:
                self._post(Hold(held=self._book.hold()))
                self._revision = revision
        except StorageError:
            # Whoever writes to the damaged book reports it; the hold then stays as it is.
            return

    def _look_at(self, child: Watched) -> None:
        if child.reported:
            return
        if not child.process.running():
            child.reported = True
            self._post(Died(serial=child.serial, why=child.process.ending(0.0)))
        elif not child.asking and self._now() - child.checked_at >= self._check_seconds:
            child.asking = True
            threading.Thread(target=self._ask, args=(child,), name="pool-health", daemon=True).start()

    def _ask(self, child: Watched) -> None:
        try:
            child.misses = 0 if child.process.healthy(self._health_seconds) else child.misses + 1
            if child.misses >= _MISSES and child.process.running():
                child.reported = True
                why = f"{_MISSES} × {self._health_seconds:g} s"
                self._post(Died(serial=child.serial, why=why, hung=True))
        finally:
            child.checked_at = self._now()
            child.asking = False
