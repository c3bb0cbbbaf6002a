"""Lets a few downloads run at once and keeps the others waiting; each can be cancelled. Knows nothing of the hub."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from jarvis.catalog.download import OnProgress, Progress
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError

Work = Callable[[CancelToken, OnProgress], object]
_logger = logging.getLogger(__name__)

JobState = Literal["queued", "running", "finished", "failed", "cancelled"]


@dataclass(kw_only=True, eq=False)
class DownloadJob:
    """One download; `error` is set when it failed, `crash` when it failed by a fault of Jarvis' own.

    `wait` returns when it has ended, however that was.
    """

    identity: str
    state: JobState = "queued"
    progress: Progress | None = None
    error: JarvisError | None = None
    crash: Exception | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    ended: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float | None = None) -> bool:
        """Block until it has ended; False when `seconds` passed first."""
        return self.ended.wait(seconds)


class DownloadQueue:
    """At most `running` downloads at once in this process, in the order in which they were asked for."""

    def __init__(self, running: int = 2, on_change: Callable[[DownloadJob], None] | None = None) -> None:
        self._most = running
        self._on_change = on_change
        self._lock = threading.Lock()
        self._waiting: deque[tuple[DownloadJob, Work]] = deque()
        self._jobs: dict[str, DownloadJob] = {}
        self._running = 0
        self._stopped = False

    def start(self, identity: str, work: Work) -> DownloadJob:
        """Run `work` when its turn comes; the same model asked for again is the job that is under way.

        After `stop` the job is cancelled already.
        """
        with self._lock:
            known = self._jobs.get(identity)
            if known is not None and not known.ended.is_set():
                return known
            job = self._jobs[identity] = DownloadJob(identity=identity)
            stopped = self._stopped
            if not stopped:
                self._waiting.append((job, work))
        if stopped:
            self._end(job, "cancelled")
        else:
            self._begin_next()
        return job

    def jobs(self) -> list[DownloadJob]:
        """All jobs of this process, the ended ones too."""
        with self._lock:
            return list(self._jobs.values())

    def cancel(self, identity: str) -> bool:
        """Cancel one; True if it was waiting or running."""
        with self._lock:
            job = self._jobs.get(identity)
            if job is None or job.ended.is_set():
                return False
            queued = next((pair for pair in self._waiting if pair[0] is job), None)
            if queued is not None:
                self._waiting.remove(queued)
        job.cancel.cancel()
        if queued is not None:
            self._end(job, "cancelled")
        return True

    def stop(self) -> None:
        """Cancel everything that waits or runs, and begin nothing any more."""
        with self._lock:
            self._stopped = True
            waiting = [job for job, _ in self._waiting]
            self._waiting.clear()
        for job in waiting:
            self._end(job, "cancelled")
        for job in self.jobs():
            self.cancel(job.identity)

    def close(self, seconds: float = 5.0) -> None:
        """Cancel everything and wait for each at most `seconds`."""
        self.stop()
        for job in self.jobs():
            job.wait(seconds)

    def _begin_next(self) -> None:
        with self._lock:
            if self._running >= self._most or not self._waiting:
                return
            job, work = self._waiting.popleft()
            self._running += 1
            job.state = "running"
        threading.Thread(target=self._work, args=(job, work), name=f"download {job.identity}", daemon=True).start()

    def _work(self, job: DownloadJob, work: Work) -> None:
        def progressed(progress: Progress) -> None:
            job.progress = progress
            self._tell(job)

        state: JobState = "failed"
        try:
            self._tell(job)
            work(job.cancel, progressed)
            state = "finished"
        except Cancelled:
            state = "cancelled"
        except JarvisError as error:
            job.error = error
        except Exception as error:
            _logger.exception("fetching %s failed", job.identity)
            job.crash = error
        finally:
            with self._lock:
                self._running -= 1
            try:
                self._end(job, state)
            finally:
                self._begin_next()

    def _end(self, job: DownloadJob, state: JobState) -> None:
        job.state = state
        try:
            self._tell(job)
        finally:
            # Last, so that who waited for it hears nothing more of it.
            job.ended.set()

    def _tell(self, job: DownloadJob) -> None:
        if self._on_change is not None:
            self._on_change(job)
