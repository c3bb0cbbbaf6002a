"""The one thread that owns the model, and the jobs that others post to it.

A job is cancelled at any moment: in the queue, while its prompt is read, while its answer is written.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence

from jarvis.engines.children.chat_answer import Item
from jarvis.engines.children.chat_protocol import ProtocolError

_LOG = logging.getLogger(__name__)

Delivery = Item | ProtocolError | None
"""What the answer consists of, then an error or nothing, then None; a cancelled job ends with None at once."""


Work = Callable[[], Iterator[Item]]
"""What the owner thread runs for a job: yields items, `Finished` last."""


class Job:
    """One answer to be made: `deliver` is called on the owner thread with everything that comes of it."""

    def __init__(self, work: Work, deliver: Callable[[Delivery], None]) -> None:
        self.work = work
        self.deliver = deliver
        self.cancelled = False


class ModelOwner:
    """Runs jobs one after the other; `raise_abort` and `lower_abort` steer the model's abort flag."""

    def __init__(
        self, *, raise_abort: Callable[[], None], lower_abort: Callable[[], None], aborted: Sequence[type[Exception]]
    ) -> None:
        self._raise_abort = raise_abort
        self._lower_abort = lower_abort
        self._aborted = tuple(aborted)
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current: Job | None = None
        threading.Thread(target=self._run, name="model-owner", daemon=True).start()

    def submit(self, job: Job) -> None:
        """Queue `job`."""
        self._jobs.put(job)

    def cancel(self, job: Job) -> None:
        """Give `job` up, wherever it is; harmless when it has ended."""
        with self._lock:
            job.cancelled = True
            if job is self._current:
                self._raise_abort()

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if self._begin(job):
                self._work(job)
                with self._lock:
                    self._current = None
            job.deliver(None)

    def _begin(self, job: Job) -> bool:
        with self._lock:
            if job.cancelled:
                return False
            self._current = job
            self._lower_abort()
            return True

    def _work(self, job: Job) -> None:
        try:
            for piece in job.work():
                if job.cancelled:
                    return
                job.deliver(piece)
        except self._aborted:
            return
        except ProtocolError as error:
            job.deliver(error)
        except Exception as error:  # noqa: BLE001
            # Whatever a native library raises: this answer is lost, the thread must live for the next one.
            _LOG.exception("a job failed")
            job.deliver(ProtocolError(500, "generation_failed", f"The model failed: {type(error).__name__}: {error}"))
