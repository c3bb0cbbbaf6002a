"""A flag that one thread raises and others watch, with callbacks for those that cannot poll."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.contracts.errors import Cancelled


class CancelToken:
    """Cooperative cancellation across threads; raising it twice is the same as once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self.reason = ""

    @property
    def cancelled(self) -> bool:
        """True once `cancel` was called."""
        return self._event.is_set()

    def cancel(self, reason: str = "stopped by the user") -> None:
        """Raise the flag and run every registered callback once, on the calling thread."""
        with self._lock:
            if self._event.is_set():
                return
            self.reason = reason
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Run `callback` when cancelled (at once if it already is); returns a function that unregisters it."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return lambda: self._remove(callback)
        callback()
        return lambda: None

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` if the flag is up."""
        if self._event.is_set():
            raise Cancelled(self.reason)

    def wait(self, seconds: float) -> bool:
        """Block up to `seconds`; True if cancelled meanwhile."""
        return self._event.wait(seconds)

    def _remove(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
