"""One look into a backup: how far it is, and whether it is still wanted. Knows no file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from jarvis.contracts.cancel import CancelToken

_STEPS = 20_000
"""Of SQLite's machine between two questions whether it is to go on: some milliseconds."""


class Look:
    """Hands `progress` the bytes that are done and all there are, and raises `Cancelled` once that is asked for."""

    def __init__(self, cancel: CancelToken | None = None, progress: Callable[[int, int], None] | None = None) -> None:
        self._cancel = cancel or CancelToken()
        self._progress = progress
        self._done = self._all = 0

    @property
    def unwanted(self) -> bool:
        """Tell whether it is to end."""
        return self._cancel.cancelled

    def expect(self, count: int) -> None:
        """Say how many bytes there are."""
        self._all = count

    def took(self, count: int) -> None:
        """Count bytes that are done."""
        self.go_on()
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._all)

    def go_on(self) -> None:
        """Raise `Cancelled` where it is to end."""
        self._cancel.raise_if_cancelled()

    def watch(self, connection: sqlite3.Connection) -> None:
        """Have what `connection` does end, with SQLite's own error, where it is to."""
        connection.set_progress_handler(lambda: self.unwanted, _STEPS)
