"""The thread that keeps the index up to date while Jarvis runs.

Whoever holds the lock does the work; any other waits until it is free and takes over then. What fails is told and tried
again: a disk that is full for an hour must not end it for the day. Knows nothing about what the work is.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from jarvis.contracts.errors import JarvisError, StorageError
from jarvis.memory.index_lock import IndexLock

POLL_SECONDS = 1.0
"""How long what another process wrote or forgot waits at most to be noticed."""

RETRY_SECONDS = 15.0
"""Pause after what failed unexpectedly, unless there is news before."""

_LOG = logging.getLogger(__name__)


class IndexWork:
    """Calls `check` once it holds the lock, then again and again `forget`, and `fill` and `place`, which tell whether
    there is more to do. `trouble` is what any of them failed with in the last round, None while all is well."""

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
        self.trouble: JarvisError | None = None
        self._checked = False
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
        held = False
        try:
            while not self._stopping.is_set():
                try:
                    held = held or self._lock.acquire()
                    more = held and self._round()
                    self.trouble = None
                except Exception as error:  # noqa: BLE001 - one failure must not end the work of the whole day
                    self._failed(error)
                    self._pause(RETRY_SECONDS)
                    continue
                if not more:
                    self._pause(POLL_SECONDS)
        finally:
            if held:
                self._lock.release()

    def _round(self) -> bool:
        """Do what is to be done next; True when there is more."""
        self._forget()
        if not self._checked:
            self._check()
            self._checked = True
            return True
        filled = self._fill()
        return self._place() or filled

    def _failed(self, error: Exception) -> None:
        trouble = trouble_of(error)
        if self.trouble is None or self.trouble.sentence("en") != trouble.sentence("en"):
            _LOG.warning("the index could not be kept up to date: %s", trouble, exc_info=error)
        self.trouble = trouble

    def _pause(self, seconds: float) -> None:
        self._awake.wait(seconds)
        if not self._stopping.is_set():
            self._awake.clear()


def trouble_of(error: Exception) -> JarvisError:
    """Return what people are told of an error of the index; one that has its own sentence stays as it is."""
    if isinstance(error, JarvisError):
        return error
    return StorageError(
        "memory.index_failed",
        en="The index of memories could not be kept up to date ({why}). Nothing that is remembered is lost; it is "
        "tried again by itself.",
        es="No se pudo poner al día el índice de recuerdos ({why}). No se ha perdido nada de lo recordado; se vuelve a "
        "intentar solo.",
        why=(error.strerror if isinstance(error, OSError) else None) or type(error).__name__,
    )
