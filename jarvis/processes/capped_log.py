"""Keeps what a child writes to its standard error: a file of bounded size, and the last lines in memory.

Knows nothing about processes; `write` takes raw bytes of any length.
"""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

LIMIT_BYTES = 1_000_000
"""Size at which the file is moved to `NAME.1` and begun anew; the two together never exceed about twice this."""

LAST_LINES = 20
"""Lines kept in memory to explain why a child ended, unless more are asked for."""


class CappedLog:
    """A log file of at most `limit_bytes` plus one older file; safe from several threads.

    A full or read-only disk never stops the child: the lines in memory go on, and `trouble` holds the error.
    """

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES, kept_lines: int = LAST_LINES) -> None:
        self._path = path
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=kept_lines)
        self._partial = b""
        self.trouble: OSError | None = None

    def write(self, data: bytes) -> None:
        """Append `data` and remember its last lines."""
        with self._lock:
            self._remember(data)
            try:
                for start in range(0, len(data), self._limit):
                    self._append(data[start : start + self._limit])
            except OSError as error:
                self.trouble = error

    def last_lines(self) -> tuple[str, ...]:
        """Return the newest lines, oldest first, an unfinished last one included."""
        with self._lock:
            unfinished = (self._partial.decode("utf-8", "replace"),) if self._partial else ()
            return (*self._lines, *unfinished)

    def _remember(self, data: bytes) -> None:
        kept = self._lines.maxlen or LAST_LINES
        *whole, rest = (self._partial + data).split(b"\n")
        self._lines.extend(line.decode("utf-8", "replace")[:500] for line in whole[-kept:] if line.strip())
        self._partial = rest[-2000:]

    def _append(self, data: bytes) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        if size + len(data) > self._limit and size:
            self._path.replace(self._path.with_name(self._path.name + ".1"))
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(data)
