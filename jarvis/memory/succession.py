"""Which embedder answers while another one takes over.

When the setting changes, the new embedder's vectors have to be made first; until then the one before goes on answering
over its own. Knows no vectors; it is told when the new ones are complete.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.contracts.embedding import Embedder, EmbedderInfo


class Succession:
    """Follows what `chosen` returns; safe from several threads."""

    def __init__(self, chosen: Callable[[], Embedder]) -> None:
        self._chosen = chosen
        self._lock = threading.Lock()
        self._latest: tuple[Embedder, EmbedderInfo] | None = None
        self._before: tuple[Embedder, EmbedderInfo] | None = None

    def current(self) -> tuple[Embedder, EmbedderInfo]:
        """Return the embedder whose vectors are made; raises `EngineError` where it cannot say what it is."""
        embedder = self._chosen()
        info = embedder.info()
        with self._lock:
            latest = self._latest
            if latest is None or latest[1].tag != info.tag:
                self._before = latest if latest is not None and latest[0] is not embedder else None
                self._latest = embedder, info
        return embedder, info

    def before(self) -> tuple[Embedder, EmbedderInfo] | None:
        """Return the embedder that still answers; None where none does."""
        return self._before

    def completed(self, tag: str) -> None:
        """The vectors of this embedder are complete: the one before it has nothing to do any more."""
        with self._lock:
            done = self._before if self._latest is not None and self._latest[1].tag == tag else None
            if done is None:
                return
            self._before = None
        done[0].close()
