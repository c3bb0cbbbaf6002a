"""Keeps the index of what is remembered, and answers which memories are nearest in meaning to a text.

Memories become vectors here, and vectors are searched; texts stay in the rows. Everything that is kept is derived from
them and made anew when it is missing, damaged or of another embedder. One process at a time keeps ChromaDB; any other
searches, makes vectors and forgets just as well. Knows nothing about words, scores or what is done with the results.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Protocol, TypeVar

from jarvis.contracts.embedding import Embedder, EmbedderInfo, Embedding
from jarvis.contracts.errors import JarvisError, Language, StorageError
from jarvis.contracts.memory import IndexProgress, IndexState
from jarvis.memory.filling import BATCH, Texts, agree, fill, is_complete
from jarvis.memory.index_lock import IndexLock
from jarvis.memory.index_sentences import index_sentence
from jarvis.memory.index_work import IndexWork, trouble_of
from jarvis.memory.making_way import MakingWay
from jarvis.memory.purging import Forgotten, Purging
from jarvis.memory.questions import Questions, StillStarting
from jarvis.memory.shards import Shards
from jarvis.memory.staying import SharedRows, Staying
from jarvis.memory.succession import Succession
from jarvis.memory.vector_folders import VectorFolders
from jarvis.memory.vectors import VectorStore
from jarvis.processes.registry import ChildRegistry

Hits = list[tuple[int, float]]
_Found = TypeVar("_Found")

QUIET_SECONDS = 15.0
"""How long the background waits before it tries again what failed."""


class MemoryRows(Texts, Forgotten, SharedRows, Protocol):
    """The stored memories, as far as their index needs them."""

    def last_seq(self) -> int:
        """Return the greatest number ever given."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """What is nearest in meaning: `hits` are numbers of memories with their cosines, best first; `sparse` the products
    of the question's weights with theirs where the embedder gives such; `complete` whether every memory was compared
    that the embedder may read.
    """

    hits: Hits
    sparse: dict[int, float]
    embedder: EmbedderInfo
    complete: bool


class IndexKeeper:
    """The index below `folder`; safe from several threads and processes. Nothing is opened before it is needed.

    `embedder` returns the one that is set now. `index_from` is the number of memories from which ChromaDB takes part,
    `chroma_url` the address of a Chroma server, empty for the folder. `scrub` empties the log of the rows' database.
    `may_leave` tells whether questions, and memories that are marked so, may go to an embedder that is not at home,
    `at_home` whether an address is: a Chroma server anywhere else is given nothing, since vectors tell what texts say.
    """

    def __init__(
        self,
        folder: Path,
        memories: MemoryRows,
        embedder: Callable[[], Embedder],
        registry: ChildRegistry,
        logs: Path,
        *,
        index_from: Callable[[], int],
        chroma_url: Callable[[], str],
        scrub: Callable[[], None] | None = None,
        may_leave: Callable[[], bool] = lambda: False,
        at_home: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._folder = folder
        self._memories = memories
        self._succession = Succession(embedder)
        self._lock = IndexLock(folder)
        self._folders = VectorFolders(folder)
        self._staying = Staying(memories, may_leave)
        self._shards = Shards(folder, registry, logs, url=chroma_url, at_home=at_home)
        self._purging = Purging(memories, self._folders, self._shards, self._lock, scrub)
        self._index_from = index_from
        self._filling = threading.Lock()
        self._questions = Questions()
        self._way = MakingWay()
        self._late: JarvisError | None = None
        self._search_trouble: JarvisError | None = None
        self._fill_trouble: JarvisError | None = None
        self._quiet_until = 0.0
        self._work: IndexWork | None = None

    def nearest(
        self, text: str, k: int, *, within: Sequence[int] | None = None, patience: float | None = None
    ) -> Near | None:
        """Return the `k` memories nearest in meaning to `text`, of those `within` where given.

        None where meanings cannot be compared, or not within `patience` seconds; `why_not` says why. Raises nothing.
        """
        return self._answered(
            text, patience, lambda info, asked: partial(self._near, info=info, question=asked, k=k, within=within)
        )

    def similarities(self, text: str, seqs: Sequence[int], *, patience: float | None = None) -> dict[int, float]:
        """Return the exact cosine with `text` of those of these memories that have a vector; see `nearest`."""
        compared = self._answered(
            text, patience, lambda _, asked: partial(VectorStore.similarities, dense=asked.dense, seqs=seqs)
        )
        return compared or {}

    def why_not(self, language: Language = "en", *, asked: bool = False) -> str | None:
        """Return one sentence why meanings cannot be compared now; with `asked`, why the last question was not."""
        try:
            reason = self._staying.why_not(*self._succession.current(), language)
        except JarvisError as error:
            return error.sentence(language)
        trouble = self._search_trouble or (self._late if asked else None)
        return reason or (trouble.sentence(language) if trouble is not None else None)

    def reads_elsewhere(self) -> bool:
        """Tell whether what is asked is sent to an embedder that is not at home."""
        return any(not info.local for _, info in self._answering())

    def catch_up(
        self, limit: int | None = None, progress: Callable[[IndexProgress], None] | None = None
    ) -> IndexProgress:
        """Make the vectors that are missing, at most about `limit`; one batch at a time, safe from several processes.

        `progress` is told after every batch. Trouble is told by the returned state and sentence, not raised.
        """
        handled = 0
        while limit is None or handled < limit:
            step = self._fill(BATCH if limit is None else min(BATCH, limit - handled))
            if not step:
                break
            handled += step
            if progress is not None:
                progress(self.progress("en"))
        return self.progress("en")

    def start(self) -> None:
        """Keep everything up to date in the background from now on, until `stop`."""
        if self._work is None:
            self._way = MakingWay()
            self._work = IndexWork(
                lock=self._lock, forget=self._purging.pending, fill=self._fill_some, place=self._place, check=self.check
            )
            self._work.start()

    def stop(self) -> None:
        """End the background work and close everything; what is called afterwards opens it again."""
        work, self._work = self._work, None
        if work is not None:
            self._way.end()
            work.stop()
        self._shards.stop()
        self._folders.close()

    def wake(self) -> None:
        """Something was remembered or forgotten: go on at once."""
        if self._work is not None:
            self._work.wake()

    def free(self) -> None:
        """Give the memory back that searching takes; the next search takes it again."""
        self._shards.rest()
        self._folders.release()

    def index_pid(self) -> int | None:
        """Return the process id of the child that holds ChromaDB, None while none runs."""
        return self._shards.pid()

    def purge(self) -> None:
        """Finish every pending forgetting; returns when no byte of it is left in any index. Raises `StorageError`."""
        self._questions.forget()
        self._purging.finish()

    def kept_elsewhere(self) -> StorageError | None:
        """Return why a pending forgetting cannot be finished here now, None where it can."""
        return self._purging.kept_elsewhere()

    def check(self) -> None:
        """Compare what is kept with what is remembered, and have everything made anew that is wrong or missing."""
        try:
            _, info = self._succession.current()
            if not self._folders.use(info, partial(self._is_right, info=info)):
                self._folders.discard(info.tag)
                self._folders.mended += 1
        except (JarvisError, OSError) as error:
            self._fill_trouble = trouble_of(error)

    def progress(self, language: Language = "en") -> IndexProgress:
        """Return how far the index is, with a sentence in `language`."""
        done, indexed, total, name, kept = 0, 0, 0, "", ""
        background = self._work.trouble if self._work is not None else None
        trouble = self._fill_trouble or background or self._search_trouble or self._shards.trouble
        try:
            embedder, info = self._succession.current()
            name, total = info.model, self._staying.total(info)
            reason = self._staying.why_not(embedder, info, language)
            if reason is not None:
                return IndexProgress(state="off", embedder=name, done=0, total=total, indexed=0, sentence=reason)
            done = min(self._folders.use(info, VectorStore.count), total)
            indexed, kept = self._shards.indexed(info.tag), self._staying.kept(info, language)
        except JarvisError as error:
            trouble = error
        state = self._state(info.tag, done, total) if trouble is None else "failed"
        trouble = trouble or self._lock.trouble
        if trouble is not None:
            state, told = "failed", trouble.sentence(language)
        else:
            told = index_sentence(state, language, done=done, total=total, indexed=indexed, pid=self._lock.holder)
            told = f"{told} {kept}".rstrip()
        return IndexProgress(state=state, embedder=name, done=done, total=total, indexed=indexed, sentence=told)

    def reindex(self, afresh: bool = False) -> Iterator[IndexProgress]:
        """Bring everything up to date, from the rows alone when `afresh`; yields its progress (in English)."""
        mine = self._lock.acquire()
        try:
            if afresh:
                _, info = self._succession.current()
                self._folders.discard(info.tag)
                if mine:
                    self._shards.drop_all(info.tag)
            else:
                self.check()
            while self._fill(BATCH) or (mine and self._place()):
                yield self.progress()
                if mine:
                    # Who holds the lock wipes what other processes forget.
                    self._purging.pending()
        finally:
            if mine:
                self._lock.release()
        yield self.progress()

    def bytes(self) -> dict[str, int]:
        """Return how many bytes are on the disk for `vectors` and `index` (ChromaDB)."""
        return self._folders.bytes()

    def _state(self, tag: str, done: int, total: int) -> IndexState:
        if not self._lock.held:
            if not self._lock.acquire():
                return "elsewhere"
            self._lock.release()
        wanted = total if total >= self._index_from() and self._work is not None else 0
        if done >= total and not self._shards.pending(tag, wanted):
            self._folders.mended = self._shards.mended = 0
            return "ready"
        return "damaged" if self._folders.mended or self._shards.mended else "building"

    def _answering(self) -> list[tuple[Embedder, EmbedderInfo]]:
        """Return the embedders that can answer, the best first: the one before, until its successor is complete."""
        try:
            current = self._succession.current()
            before = self._succession.before()
            if before is not None and self._folders.use(current[1], self._is_complete):
                self._succession.completed(current[1].tag)
                before = None
        except JarvisError as error:
            self._search_trouble = error
            return []
        return [pair for pair in (before, current) if pair is not None and self._staying.why_not(*pair) is None]

    def _answered(
        self,
        text: str,
        patience: float | None,
        what: Callable[[EmbedderInfo, Embedding], Callable[[VectorStore], _Found]],
    ) -> _Found | None:
        """Return what the first embedder's vectors tell of `text`; None where none can be asked."""
        with self._way.question():
            for embedder, info in self._answering():
                try:
                    question = self._question(embedder, info, text, patience)
                    return self._folders.use(info, what(info, question))
                except StillStarting as error:
                    self._late = error
                except JarvisError as error:
                    self._search_trouble = error
        return None

    def _question(self, embedder: Embedder, info: EmbedderInfo, text: str, patience: float | None) -> Embedding:
        known = self._questions.ask(embedder, info, text, patience)
        self._search_trouble = self._late = None
        return known

    def _near(
        self, store: VectorStore, info: EmbedderInfo, question: Embedding, k: int, within: Sequence[int] | None
    ) -> Near:
        hits = self._hits(store, info, question, k, within)
        weights = store.sparse([seq for seq, _ in hits]) if question.sparse else {}
        return Near(
            hits=hits,
            sparse={
                seq: sum(weight * mine[token] for token, weight in question.sparse.items() if token in mine)
                for seq, mine in weights.items()
            },
            embedder=info,
            complete=self._is_complete(store),
        )

    def _hits(
        self, store: VectorStore, info: EmbedderInfo, question: Embedding, k: int, within: Sequence[int] | None
    ) -> Hits:
        """Return the nearest of ChromaDB, where it runs, and of what it does not hold, by their exact cosines."""
        found, ranges = self._shards.nearest(info, question.dense, k) if within is None else ([], [])
        hits = store.nearest(question.dense, k, within, ranges)
        if found:
            merged = {**store.similarities(question.dense, found), **dict(hits)}
            hits = sorted(merged.items(), key=lambda hit: (-hit[1], hit[0]))
        return hits[:k]

    def _is_complete(self, store: VectorStore) -> bool:
        return is_complete(self._memories, store)

    def _fill(self, limit: int) -> int:
        """Make the next vectors; 0 when all are there or when it failed, which is kept as trouble."""
        with self._filling:
            try:
                embedder, info = self._succession.current()
                self._settle(info)
                if self._staying.why_not(embedder, info) is not None:
                    return 0
                readable = self._staying.readable(info)
                handled = self._folders.use(info, lambda store: fill(self._memories, embedder, store, limit, readable))
                self._fill_trouble = None
                if not handled:
                    self._completed(info)
                return handled
            except (JarvisError, OSError) as error:
                self._fill_trouble = trouble_of(error)
                return 0

    def _settle(self, info: EmbedderInfo) -> None:
        """Follow changes of what may leave; who keeps the index does it, since shards go with it."""
        if info.local or not self._lock.acquire():
            return
        try:
            changed = self._folders.use(info, partial(self._staying.settle, info))
            if changed:
                self._shards.remove(changed)
        finally:
            self._lock.release()

    def _fill_some(self) -> bool:
        """Make the next vectors in the background, after a pause where that failed; False when there are none."""
        if monotonic() < self._quiet_until:
            return False
        more = self._fill(BATCH) > 0
        if self._fill_trouble is not None:
            self._quiet_until = monotonic() + QUIET_SECONDS
        return more

    def _place(self) -> bool:
        """Bring vectors into ChromaDB for a moment; True when there is more to do."""
        try:
            embedder, info = self._succession.current()
            if self._staying.why_not(embedder, info) is not None:
                return False
            return self._folders.use(info, lambda store: self._place_in(store, info))
        except (JarvisError, OSError) as error:
            self._fill_trouble = trouble_of(error)
            return False

    def _place_in(self, store: VectorStore, info: EmbedderInfo) -> bool:
        # A shard without what is asked for again would hide it from the exact search.
        wanted = store.count() >= self._index_from() and (info.local or not store.missing(1))
        return self._shards.place(info, store, wanted=wanted, settled=self._is_complete(store))

    def _completed(self, info: EmbedderInfo) -> None:
        """The vectors of the present embedder are complete: those of any other are deleted."""
        self._succession.completed(info.tag)
        others = [tag for tag in self._folders.tags() if tag != info.tag]
        if others and self._lock.acquire():
            try:
                for tag in others:
                    self._folders.delete(tag)
            finally:
                self._lock.release()

    def _is_right(self, store: VectorStore, info: EmbedderInfo) -> bool:
        """Compare an embedder's vectors with the rows; False where they belong to other rows or are damaged."""
        if store.watermark() > self._memories.last_seq() or not store.check(self._way.wait):
            return False
        agree(store, partial(self._staying.seqs, info))
        return True
