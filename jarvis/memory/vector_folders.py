"""One folder of vectors per embedder, and which of them are open.

A damaged file of vectors is deleted and begun anew at once; `mended` counts that. Knows nothing about embedders beyond
their tags.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.memory.vector_file import VectorsDamaged, delete_files, stored_dimensions
from jarvis.memory.vectors import VectorStore

_LOG = logging.getLogger(__name__)
_Found = TypeVar("_Found")

FILE = "vectors.sqlite3"


class VectorFolders:
    """The folders below `folder`; safe from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: dict[str, VectorStore] = {}
        self.mended = 0

    def use(self, info: EmbedderInfo, what: Callable[[VectorStore], _Found]) -> _Found:
        """Do something with an embedder's vectors; with new, empty ones where those that were there are damaged."""
        try:
            return what(self._store(info.tag, info.dimensions))
        except VectorsDamaged as error:
            _LOG.warning("%s", error)
            self.discard(info.tag)
            self.mended += 1
            return what(self._store(info.tag, info.dimensions))

    def folder_of(self, tag: str) -> Path:
        """Return where an embedder's vectors lie."""
        return self._folder / tag

    def tags(self) -> list[str]:
        """Return the tags of all embedders that have a folder here."""
        if not self._folder.is_dir():
            return []
        return sorted(entry.name for entry in self._folder.iterdir() if (entry / FILE).exists())

    def remove(self, seqs: list[int]) -> None:
        """Take vectors out of every embedder's file and out of the files' logs; raises `StorageError`."""
        for tag in self.tags():
            try:
                store = self._open.get(tag) or self._known(tag)
                if store is None:
                    continue
                if set(store.seqs().tolist()) <= set(seqs):
                    # Nothing stays, so deleting the file is the same and takes no time.
                    self.discard(tag)
                else:
                    store.remove(seqs)
                    store.scrub()
            except VectorsDamaged as error:
                _LOG.warning("%s", error)
                self.discard(tag)

    def discard(self, tag: str) -> None:
        """Delete an embedder's file of vectors; the next use begins a new one."""
        with self._lock:
            store = self._open.pop(tag, None)
        if store is not None:
            store.delete()
        else:
            delete_files(self.folder_of(tag) / FILE)

    def delete(self, tag: str) -> None:
        """Delete everything that was kept for an embedder; OSError where that is not allowed."""
        for entry in self.folder_of(tag).iterdir():
            # The vectors go last: by them it is known that there is something left to delete.
            if entry.is_dir():
                shutil.rmtree(entry)
            elif not entry.name.startswith(FILE):
                entry.unlink()
        self.discard(tag)
        shutil.rmtree(self.folder_of(tag))

    def bytes(self) -> dict[str, int]:
        """Return how many bytes all that is kept here takes on the disk: `vectors`, and `index` for all else."""
        sizes = {"vectors": 0, "index": 0}
        for path in self._folder.glob("*/**/*"):
            with contextlib.suppress(OSError):
                # Files come and go while they are counted.
                part = "vectors" if path.name.startswith(FILE) else "index"
                sizes[part] += path.stat().st_size if path.is_file() else 0
        return sizes

    def release(self) -> None:
        """Let go of what is held in memory."""
        for store in list(self._open.values()):
            store.release()

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            stores, self._open = self._open, {}
        for store in stores.values():
            store.close()

    def _known(self, tag: str) -> VectorStore | None:
        dimensions = stored_dimensions(self.folder_of(tag) / FILE)
        if dimensions is None:
            self.discard(tag)
            return None
        return self._store(tag, dimensions)

    def _store(self, tag: str, dimensions: int) -> VectorStore:
        with self._lock:
            store = self._open.get(tag)
            if store is None:
                store = self._open[tag] = VectorStore(self.folder_of(tag) / FILE, dimensions)
            return store
