"""Finishes forgetting: after it no byte of a forgotten memory is in any index or in the full-text search's leftovers.

The rows are gone before this begins, and their numbers stand on a list until all of it is done: what a crash breaks off
is done again. Who keeps ChromaDB takes vectors out of it; where that is another process, it is waited for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from jarvis.contracts.errors import JarvisError, StorageError
from jarvis.memory.index_lock import IndexLock

OWNER_SECONDS = 10.0
"""How long the process that keeps the index may take for its part."""

RETRY_SECONDS = 15.0
"""Pause after a forgetting that could not be finished in the background."""

_ALL = 1 << 40
_LOG = logging.getLogger(__name__)


class Forgotten(Protocol):
    """The list of what is gone from the rows."""

    def forgotten(self, limit: int = 10000) -> list[int]:
        """Return numbers of memories that are gone, ascending."""
        ...

    def forgotten_done(self, seqs: Iterable[int]) -> None:
        """Take them off the list."""
        ...

    def optimize_words(self) -> None:
        """Rewrite the full-text index without what is gone."""
        ...


class Wiped(Protocol):
    """Something that vectors are taken out of."""

    def remove(self, seqs: list[int]) -> None:
        """Take these out, so that no byte of them is left; `StorageError` where that is not possible."""
        ...


class Purging:
    """Takes what is gone out of `vectors`, and, where this process keeps the index, out of `shards`."""

    def __init__(
        self,
        memories: Forgotten,
        vectors: Wiped,
        shards: Wiped,
        lock: IndexLock,
        scrub: Callable[[], None] | None,
        owner_seconds: float = OWNER_SECONDS,
    ) -> None:
        self._memories = memories
        self._vectors = vectors
        self._shards = shards
        self._lock = lock
        self._scrub = scrub
        self._owner_seconds = owner_seconds
        self._guard = threading.Lock()
        self._retry_at = 0.0

    def pending(self) -> None:
        """Finish what is pending, for who keeps the index; what does not succeed is logged and tried again after
        `RETRY_SECONDS`."""
        if time.monotonic() < self._retry_at:
            return
        try:
            if self._memories.forgotten(1):
                self.finish()
        except JarvisError as error:
            self._retry_at = time.monotonic() + RETRY_SECONDS
            _LOG.warning("forgetting is not finished yet: %s", error)

    def kept_elsewhere(self) -> StorageError | None:
        """Return why this process cannot finish it now: another one that lives keeps the index, and will do it."""
        if self._lock.acquire():
            self._lock.release()
            return None
        return self._lock.trouble or self._waits()

    def finish(self) -> None:
        """Finish everything that is pending when this is called. Raises `StorageError`; it is then done later."""
        seqs = self._memories.forgotten(_ALL)
        if not seqs:
            return
        if self._lock.acquire():
            try:
                with self._guard:
                    self._wipe(seqs)
                    self._shards.remove(seqs)
                    self._memories.forgotten_done(seqs)
            finally:
                self._lock.release()
        elif self._lock.trouble is not None:
            raise self._lock.trouble
        else:
            self._wipe(seqs)
            self._await_owner(seqs)

    def _wipe(self, seqs: Sequence[int]) -> None:
        self._vectors.remove(list(seqs))
        self._memories.optimize_words()
        if self._scrub is not None:
            self._scrub()

    def _await_owner(self, seqs: Sequence[int]) -> None:
        """Wait until the process that keeps the index has taken them off the list; do it here when that one ends."""
        wanted = set(seqs)
        deadline = time.monotonic() + self._owner_seconds
        while wanted & set(self._memories.forgotten(_ALL)):
            if self._lock.acquire():
                self._lock.release()
                self.finish()
                return
            if time.monotonic() >= deadline:
                raise self._waits()
            time.sleep(0.05)

    def _waits(self) -> StorageError:
        return StorageError(
            "memory.forget_waits",
            en="It is forgotten and found no more, but process {pid}, which keeps the index, has not wiped it from "
            "there yet. It does so as soon as it can; close it to have it done at the next start.",
            es="Está olvidado y ya no se encuentra, pero el proceso {pid}, que lleva el índice, aún no lo ha borrado "
            "de él. Lo hará en cuanto pueda; ciérralo para que se haga en el próximo arranque.",
            pid=self._lock.holder or "?",
        )
