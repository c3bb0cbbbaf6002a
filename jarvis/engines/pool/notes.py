"""Carries what happens in the pool to the model book and to listeners, in order, on a thread of its own.

A slow disk or listener thus never holds up an answer. Knows nothing about scheduling.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from jarvis.contracts.errors import JarvisError

_LOG = logging.getLogger(__name__)


@dataclass
class _Run:
    """One life of the thread and what it has to do."""

    work: queue.SimpleQueue[Callable[[], None] | None] = field(default_factory=queue.SimpleQueue)
    thread: threading.Thread | None = None


class PoolNotes:
    """Does small jobs one after the other; started by the first, ended by `close`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._run: _Run | None = None

    def later(self, job: Callable[[], None]) -> None:
        """Do `job` after all earlier ones."""
        with self._lock:
            if self._run is None:
                self._run = run = _Run()
                run.thread = threading.Thread(target=_work, args=(run,), name="pool-notes", daemon=True)
                run.thread.start()
            self._run.work.put(job)

    def close(self, seconds: float) -> None:
        """Finish what there is to do, at most `seconds`; the next job starts anew."""
        with self._lock:
            run, self._run = self._run, None
        if run is not None and run.thread is not None:
            run.work.put(None)
            run.thread.join(seconds)


def _work(run: _Run) -> None:
    while (job := run.work.get()) is not None:
        try:
            job()
        except (JarvisError, OSError) as error:
            # The book is a note of what runs; the children themselves are not affected.
            _LOG.warning("a note about a model could not be kept: %s", error)
        except Exception:  # noqa: BLE001
            # A listener is anybody's code, and what comes after it still has to be noted.
            _LOG.exception("a listener to the models failed")
