"""Keeps count of what the downloads of this process have still to write, so that no two count on the same free space.

Knows nothing of other processes, nor of the hub.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jarvis.catalog.hub_failures import no_space

SPARE_BYTES = 200_000_000
"""Space that a download leaves free."""


class DiskClaims:
    """Claims of running downloads by folder and model; safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[tuple[Path, str], int] = {}

    @contextmanager
    def claim(self, folder: Path, identity: str, needed: int) -> Iterator[None]:
        """Hold `needed` bytes in `folder` until the end; raises `StorageError` where they are not free."""
        with self._lock:
            others = sum(left for (where, _), left in self._left.items() if where == folder)
            free = max(0, shutil.disk_usage(folder).free - others)
            if needed and free < needed + SPARE_BYTES:
                raise no_space(needed + SPARE_BYTES, free, folder)
            self._left[folder, identity] = needed
        try:
            yield
        finally:
            with self._lock:
                del self._left[folder, identity]

    def written(self, folder: Path, identity: str, left: int) -> None:
        """Note that only `left` bytes of a claim are still to be written: the rest is missing from the disk already."""
        with self._lock:
            self._left[folder, identity] = left
