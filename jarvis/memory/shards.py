"""The vectors in ChromaDB, cut into shards of consecutive numbers, and which of them can be searched.

A shard is built from the vectors, finished, checked against them whenever it is opened, and deleted and built again
when anything is wrong or one of its memories is forgotten. What no open shard holds is searched elsewhere. Only who
keeps the index builds or deletes here. Knows neither texts nor embedders.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import EngineError, JarvisError, StorageError
from jarvis.memory.index import IndexChild, ShardDamaged, server_elsewhere, server_place
from jarvis.memory.shard_manifest import Manifest, read_manifest, remove_manifest, seqs_check, write_manifest
from jarvis.memory.vector_file import sqlite_failure
from jarvis.memory.vectors import VectorStore
from jarvis.processes.registry import ChildRegistry

_LOG = logging.getLogger(__name__)

ADDED_AT_ONCE = 200
"""Vectors that one request adds: about 50 ms at 384 dimensions, which a search may have to wait."""


@dataclass(slots=True)
class _Build:
    """A shard that is being filled; `todo` are the numbers that are not in it yet, last first."""

    shard: int
    stop: int
    todo: list[int]
    count: int = 0


@dataclass(slots=True)
class _Live:
    """The shards of the embedder that is used now; `ready` maps those that can be searched to where they end."""

    info: EmbedderInfo
    url: str
    child: IndexChild
    ready: dict[int, int] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    build: _Build | None = None


class Shards:
    """All shards below `folder`; safe from several threads. `mended` counts those that had to be made anew.

    `size` is how many numbers a shard spans, `extend` how many new vectors the last one waits for, `step_seconds` how
    long one `place` works, `idle_seconds` after how long without a search the child ends, `patience` how often in a
    row the child may fail before it is left alone for `pause_seconds`.
    """

    size = 131_072
    extend = 2048
    step_seconds = 0.5
    idle_seconds = 900.0
    patience = 3
    pause_seconds = 600.0

    def __init__(
        self,
        folder: Path,
        registry: ChildRegistry,
        logs: Path,
        *,
        url: Callable[[], str],
        at_home: Callable[[str], bool] = lambda _: True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._registry = registry
        self._logs = logs
        self._url = url
        self._at_home = at_home
        self._monotonic = monotonic
        self._acting = threading.RLock()
        self._live: _Live | None = None
        self._searched = monotonic()
        self._failures = 0
        self._quiet_until = 0.0
        self._done_to = ("", 0)
        self.mended = 0
        self.trouble: JarvisError | None = None

    def nearest(self, info: EmbedderInfo, dense: bytes, k: int) -> tuple[list[int], list[tuple[int, int]]]:
        """Return about the `k` nearest numbers of what can be searched here, in no order, and the ranges that are.

        Nothing raises: where the child fails, or is at something that may take longer than searching elsewhere, no
        range is.
        """
        self._searched = self._monotonic()
        live = self._live
        if live is None or live.info.tag != info.tag or not live.ready or live.child.working:
            return [], []
        ready = dict(live.ready)
        try:
            seqs = live.child.query(sorted(ready), dense, k)
        except JarvisError as error:
            self._failed(live, error)
            return [], []
        return seqs, [(shard * self.size, stop) for shard, stop in ready.items()]

    def place(self, info: EmbedderInfo, store: VectorStore, *, wanted: bool, settled: bool) -> bool:
        """Open, build or extend shards for a moment; True when there is more to do. Nothing raises.

        `wanted` tells whether there are enough memories for ChromaDB to take part, `settled` that every memory has its
        vector; before that only whole shards are built.
        """
        with self._acting:
            if self._monotonic() < self._quiet_until:
                return False
            try:
                if self._rests(info, store, settled):
                    self.stop()
                    return False
                more = wanted and self._step(self._living(info), store, settled)
            except (JarvisError, OSError) as error:
                self._failed(self._live, error)
                return False
            self._failures, self.trouble = 0, None
            self._done_to = self._done_to if more else (info.tag, store.watermark())
            return more

    def remove(self, seqs: Sequence[int]) -> None:
        """Take vectors out of every embedder's shards, by deleting the shards. `StorageError` where that fails."""
        touched = sorted({seq // self.size for seq in seqs})
        with self._acting:
            for tag in self._tags():
                for shard in touched:
                    if self._path(tag, shard).exists():
                        self._drop(tag, shard)

    def drop_all(self, tag: str) -> None:
        """Delete all shards of an embedder, here and on the server; `StorageError` where that fails."""
        with self._acting:
            for shard in self._shards_of(tag):
                self._drop(tag, shard)

    def indexed(self, tag: str) -> int:
        """Return how many vectors of an embedder can be searched here."""
        live = self._live
        return sum(live.counts.values()) if live is not None and live.info.tag == tag else 0

    def pending(self, tag: str, wanted: int) -> bool:
        """Tell whether much of the `wanted` vectors is not placed here yet."""
        return bool(wanted) and wanted - self.indexed(tag) >= self.extend

    def pid(self) -> int | None:
        """Return the process id of the child while it runs."""
        return self._live.child.pid if self._live is not None else None

    def stop(self) -> None:
        """End the child; the next `place` after a search opens everything again."""
        with self._acting:
            live, self._live = self._live, None
            if live is not None:
                live.child.stop()

    def rest(self) -> None:
        """End the child until the next search."""
        self._searched = self._monotonic() - self.idle_seconds - 1
        self.stop()

    def _living(self, info: EmbedderInfo) -> _Live:
        url = self._url().strip()
        if self._live is None or self._live.info != info or self._live.url != url:
            self.stop()
            folder = self._folder / info.tag
            if url and not self._at_home(url):
                raise server_elsewhere(url)
            place = server_place(url, self._prefix(info.tag)) if url else {"folder": str(folder.absolute())}
            self._live = _Live(info=info, url=url, child=IndexChild(self._registry, self._logs, place))
        return self._live

    def _step(self, live: _Live, store: VectorStore, settled: bool) -> bool:
        """Do the next thing that is to do; False when there is nothing."""
        if live.build is not None:
            self._go_on(live, store, live.build)
            return True
        top = store.watermark() + 1
        for shard in range(-(-top // self.size)):
            end = (shard + 1) * self.size
            stop = min(top, end)
            if shard not in live.ready:
                if self._opened(live, store, shard):
                    return True
                if stop < end and not settled:
                    return False
                self._begin(live, store, shard, stop)
                return True
            more = store.seqs(live.ready[shard], stop) if live.ready[shard] < stop else ()
            if (settled and len(more) >= self.extend) or (len(more) and stop == end):
                self._begin_more(live, shard, stop, [int(seq) for seq in more])
                return True
        return False

    def _opened(self, live: _Live, store: VectorStore, shard: int) -> bool:
        """Open a finished shard that is what the vectors say; delete any other."""
        folder = self._path(live.info.tag, shard)
        if not folder.exists():
            return False
        manifest = read_manifest(folder)
        try:
            if manifest is None or not self._fits(live, store, shard, manifest):
                raise ShardDamaged("manifest")
            self._open(live, store, shard, manifest)
        except ShardDamaged as error:
            if manifest is not None:
                self.mended += 1
            _LOG.warning("shard %d of the index is made anew: %s", shard, error)
            self._drop(live.info.tag, shard)
            return False
        except JarvisError:
            # A shard on whose files ChromaDB dies or hangs is as good as damaged; a server that is away is not.
            if not live.url:
                self.mended += 1
                self._drop(live.info.tag, shard)
            raise
        return True

    def _open(self, live: _Live, store: VectorStore, shard: int, manifest: Manifest) -> None:
        probe = None
        if manifest.count:
            seq = int(store.seqs(shard * self.size, manifest.stop)[0])
            vector = store.vectors([seq]).get(seq)
            probe = None if vector is None or not any(vector) else (seq, vector)
        live.child.open(shard, count=manifest.count, files=manifest.files, probe=probe)
        live.ready[shard], live.counts[shard] = manifest.stop, manifest.count

    def _fits(self, live: _Live, store: VectorStore, shard: int, manifest: Manifest) -> bool:
        seqs = store.seqs(shard * self.size, manifest.stop)
        whose = manifest.tag, manifest.dimensions, manifest.where
        return (
            whose == (live.info.tag, live.info.dimensions, live.url)
            and shard * self.size < manifest.stop <= (shard + 1) * self.size
            and (manifest.count, manifest.seqs) == (len(seqs), seqs_check(seqs))
        )

    def _begin(self, live: _Live, store: VectorStore, shard: int, stop: int) -> None:
        folder = self._path(live.info.tag, shard)
        folder.mkdir(mode=0o700, parents=True)
        live.child.create(shard)
        live.build = _Build(shard, stop, store.seqs(shard * self.size, stop).tolist()[::-1])

    def _begin_more(self, live: _Live, shard: int, stop: int, more: list[int]) -> None:
        # From here on until it is finished, a crash leaves a shard that is made anew.
        remove_manifest(self._path(live.info.tag, shard))
        live.build = _Build(shard, stop, more[::-1], live.counts[shard])

    def _go_on(self, live: _Live, store: VectorStore, build: _Build) -> None:
        deadline = self._monotonic() + self.step_seconds
        while build.todo and self._monotonic() < deadline:
            seqs = build.todo[-ADDED_AT_ONCE:][::-1]
            found = store.vectors(seqs)
            if found:
                live.child.add(build.shard, list(found), b"".join(found.values()))
            del build.todo[-ADDED_AT_ONCE:]
        if build.todo:
            return
        live.build = None
        live.ready.pop(build.shard, None)
        held = store.seqs(build.shard * self.size, build.stop)
        files = live.child.finish(build.shard)
        manifest = Manifest(
            tag=live.info.tag,
            dimensions=live.info.dimensions,
            stop=build.stop,
            count=len(held),
            seqs=seqs_check(held),
            where=live.url,
            files=files,
        )
        write_manifest(self._path(live.info.tag, build.shard), manifest)

    def _drop(self, tag: str, shard: int) -> None:
        """Close a shard and delete its folder, and its collection on the server that is set."""
        path = self._path(tag, shard)
        manifest = read_manifest(path)
        self._let_go(tag, shard, self._url().strip() if manifest is None else manifest.where)
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise StorageError(
                "memory.shard_delete",
                en="{path} could not be deleted ({why}), so what was forgotten may still be in it. Delete the folder "
                "yourself; it is made anew.",
                es="No se pudo borrar {path} ({why}), así que puede contener aún lo olvidado. Borra la carpeta tú "
                "mismo; se rehará.",
                path=path,
                why=error.strerror or error,
            ) from error

    def _let_go(self, tag: str, shard: int, where: str) -> None:
        live = self._live if self._live is not None and self._live.info.tag == tag else None
        if live is not None:
            live.ready.pop(shard, None)
            live.counts.pop(shard, None)
            if live.build is not None and live.build.shard == shard:
                live.build = None
        if where and where == self._url().strip():
            self._drop_on_server(live, tag, shard, where)
        elif live is not None and live.child.pid is not None:
            try:
                live.child.close(shard, drop=False)
            except EngineError as error:
                # A child that is gone holds no files.
                self._failed(live, error)

    def _drop_on_server(self, live: _Live | None, tag: str, shard: int, where: str) -> None:
        """Delete a collection; raises `StorageError` where the server is away, so that it is tried again."""
        try:
            if live is not None and live.url == where:
                live.child.close(shard, drop=True)
                return
            child = IndexChild(self._registry, self._logs, server_place(where, self._prefix(tag)))
            try:
                child.close(shard, drop=True)
            finally:
                child.stop()
        except EngineError as error:
            raise StorageError(
                "memory.server_keeps",
                en="It is forgotten here, but the Chroma server {where} could not delete it ({why}). That is tried "
                "again by itself; leave the setting memory.chroma_url empty if the server is gone for good.",
                es="Está olvidado aquí, pero el servidor Chroma {where} no ha podido borrarlo ({why}). Se volverá a "
                "intentar solo; deja vacío el ajuste memory.chroma_url si el servidor ya no existe.",
                where=where,
                why=error.values.get("why", error),
            ) from error

    def _rests(self, info: EmbedderInfo, store: VectorStore, settled: bool) -> bool:
        """Tell whether nobody searched for long and nothing has to be built."""
        if self._monotonic() - self._searched <= self.idle_seconds:
            return False
        tag, watermark = self._done_to
        return not settled or (tag == info.tag and store.watermark() - watermark < self.extend)

    def _failed(self, live: _Live | None, error: Exception) -> None:
        """The child failed: what it had open is not open any more; after several times it is left alone for a while."""
        _LOG.warning("%s", error)
        if live is not None:
            live.ready.clear()
            live.counts.clear()
            live.build = None
        self._failures += 1
        self.trouble = error if isinstance(error, JarvisError) else sqlite_failure(error, self._folder)
        if self._failures >= self.patience:
            self._failures = 0
            self._quiet_until = self._monotonic() + self.pause_seconds

    def _prefix(self, tag: str) -> str:
        """Return how this folder's collections on a server begin: by a random name of its own, and the embedder."""
        path = self._folder / "home.id"
        if not path.exists():
            path.write_text(uuid.uuid4().hex[:12], encoding="ascii")
        return f"jarvis-{path.read_text(encoding='ascii').strip()}-{tag}"

    def _tags(self) -> list[str]:
        return sorted({path.parent.name for path in self._folder.glob("*/chroma-*")})

    def _shards_of(self, tag: str) -> list[int]:
        return sorted(int(path.name[7:]) for path in (self._folder / tag).glob("chroma-*") if path.name[7:].isdigit())

    def _path(self, tag: str, shard: int) -> Path:
        return self._folder / tag / f"chroma-{shard:04}"
