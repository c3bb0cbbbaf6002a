"""Ends an answer of which nothing comes any more, so that the next candidate can be asked.

Time counts only while the engine is waited for, not while what it sent is being read.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.ports import EngineItem

FIRST_SECONDS = 20.0
"""Wait for a server's first sign of life beyond three times what was predicted for it."""

SILENCE_SECONDS = 60.0
"""Pause in the middle of an answer after which a server is taken for dead; reasoning models send thoughts meanwhile."""


def patiently(
    stream: Callable[[CancelToken], Iterator[EngineItem]],
    cancel: CancelToken,
    *,
    first_seconds: float,
    silence_seconds: float = SILENCE_SECONDS,
    whole_seconds: float = math.inf,
) -> Iterator[EngineItem]:
    """Yield what `stream` sends; `EngineError` (code `engine.timeout`) when it is silent for too long, or has been
    waited for `whole_seconds` altogether.

    `stream` is handed a token of its own that follows `cancel`.
    """
    own = CancelToken()
    watch = _Watch(own)
    unregister = cancel.on_cancel(lambda: own.cancel(cancel.reason))
    items = stream(own)
    allowed, waited = min(first_seconds, whole_seconds), 0.0
    try:
        while True:
            began = time.monotonic()
            watch.wait_for(allowed)
            try:
                item = next(items, None)
            finally:
                watch.rest()
                waited += time.monotonic() - began
            if watch.expired and not cancel.cancelled:
                # It woke up at the very moment when it was given up.
                raise _silent(allowed)
            if item is None:
                return
            yield item
            allowed = min(silence_seconds, max(whole_seconds - waited, 0.0))
    except Cancelled:
        if cancel.cancelled or not watch.expired:
            raise
        raise _silent(allowed) from None
    finally:
        unregister()
        watch.close()
        if isinstance(items, Generator):
            items.close()


class _Watch:
    """One thread that cancels `token` when a wait lasts too long."""

    def __init__(self, token: CancelToken) -> None:
        self._token = token
        self._changed = threading.Condition()
        self._round = 0
        self._limit: float | None = None
        self._closed = False
        self.expired = False
        self._thread = threading.Thread(target=self._watch, name="jarvis-patience", daemon=True)
        self._thread.start()

    def wait_for(self, seconds: float) -> None:
        self._set(seconds if math.isfinite(seconds) else None)

    def rest(self) -> None:
        self._set(None)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _set(self, limit: float | None) -> None:
        with self._changed:
            self._round += 1
            self._limit = limit
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                seen = self._round
                notified = self._changed.wait(self._limit)
                if not notified and seen == self._round and not self._closed:
                    self.expired = True
                    break
        if self.expired:
            self._token.cancel("silent")


def _silent(seconds: float) -> EngineError:
    return EngineError(
        "engine.timeout",
        en="Nothing came from the model for {seconds:.0f} seconds, so it is no longer waited for; your question is "
        "kept. Ask again or choose another model.",
        es="El modelo no envió nada durante {seconds:.0f} segundos y ya no se le espera; tu pregunta se conserva. "
        "Repite o elige otro modelo.",
        seconds=seconds,
    )
