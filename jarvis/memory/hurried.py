"""The memory's models for whoever is waiting for an answer: each gets its time, and no more.

An embedder that is not known yet is met on a thread of its own, since a server may accept and never answer; so is a
reranker asked. What comes too late is there for the next question. Searches that a person starts by themselves ask the
keeper and the reranker directly, which are waited for as long as they take.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from time import monotonic

from jarvis.contracts.embedding import Embedder, EmbedderInfo, Reranker
from jarvis.contracts.errors import EngineError, JarvisError, Language
from jarvis.memory.keeper import IndexKeeper, Near
from jarvis.memory.waiting import PATIENCE_SECONDS, Waiting


class NotMet(EngineError):
    """An embedder that is not known yet did not say in time what it is."""

    def __init__(self) -> None:
        super().__init__(
            "memory.embedder_silent",
            en="The model that compares meanings has not answered yet; found by words for now.",
            es="El modelo que compara significados aún no ha respondido; por ahora se busca por palabras.",
        )


class StillJudging(EngineError):
    """The reranker gave no judgement in time."""

    def __init__(self) -> None:
        super().__init__(
            "memory.reranker_late",
            en="The reranker did not judge in time (it may still be starting); what was found keeps its first order.",
            es="El reranker no juzgó a tiempo (quizá aún está arrancando); lo encontrado conserva su primer orden.",
        )


class HurriedMeaning:
    """What `keeper` compares within `patience` seconds; after that there is nothing, and `why_not` says so.

    `embedder` returns the one that the keeper asks. Any thread may call anything; what is told is of the thread's own
    last question. `clock` counts seconds.
    """

    def __init__(
        self,
        keeper: IndexKeeper,
        embedder: Callable[[], Embedder],
        *,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._keeper = keeper
        self._embedder = embedder
        self._patience = patience
        self._clock = clock
        self._met = Waiting[EmbedderInfo](NotMet, "memory-meeting", clock)
        self._mine = threading.local()

    def nearest(self, text: str, k: int, *, within: Sequence[int] | None = None) -> Near | None:
        """Return what is nearest in meaning; see `IndexKeeper.nearest`."""
        left = self._left()
        return None if left is None else self._keeper.nearest(text, k, within=within, patience=left)

    def similarities(self, text: str, seqs: Sequence[int]) -> Mapping[int, float]:
        """Return the cosines of given rows; see `IndexKeeper.similarities`."""
        left = self._left()
        return {} if left is None else self._keeper.similarities(text, seqs, patience=left)

    def why_not(self, language: Language) -> str | None:
        """Return one sentence why the last question was not compared by its meaning."""
        unmet = self._unmet
        return unmet.sentence(language) if unmet is not None else self._keeper.why_not(language, asked=True)

    def late(self, language: Language) -> str | None:
        """Return one sentence where the last question was not compared because its time was over or the embedder could
        not be met; None where it was compared, or cannot be by how Jarvis is set up."""
        if self._unmet is not None:
            return self._unmet.sentence(language)
        return self._keeper.why_not(language, asked=True) if self._keeper.why_not(language) is None else None

    def reads_elsewhere(self) -> bool:
        """Tell whether what is asked leaves the computer and its network to be compared, or may do so."""
        return self._left() is None or self._keeper.reads_elsewhere()

    @property
    def _unmet(self) -> JarvisError | None:
        found: JarvisError | None = getattr(self._mine, "unmet", None)
        return found

    def _left(self) -> float | None:
        """Return what is left of the patience once the embedder has said what it is; None where it did not."""
        began = self._clock()
        try:
            embedder = self._embedder()
            self._met.ask(embedder, "", embedder.info, self._patience)
        except JarvisError as error:
            self._mine.unmet = error
            return None
        self._mine.unmet = None
        return max(0.0, self._patience - (self._clock() - began))


class HurriedReranking:
    """Gives the reranker that `reranker` gives, for judging within `patience` seconds; see `HurriedMeaning`."""

    def __init__(
        self,
        reranker: Callable[[], Reranker | None],
        *,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._reranker = reranker
        self._patience = patience
        self._judged = Waiting[list[float]](StillJudging, "memory-reranker", clock)
        self._mine = threading.local()

    def __call__(self) -> Reranker | None:
        """Return the reranker where there is one."""
        self._mine.trouble = None
        found = self._reranker()
        return _Hurried(found, self._scores) if found is not None else None

    def late(self, language: Language) -> str | None:
        """Return one sentence where the last question's finds were not judged; None where they were, or no one does."""
        trouble: EngineError | None = getattr(self._mine, "trouble", None)
        return trouble.sentence(language) if trouble is not None else None

    def _scores(self, reranker: Reranker, question: str, texts: Sequence[str]) -> list[float]:
        # No text is kept longer than it is judged.
        key = hashlib.blake2b("\0".join((question, *texts)).encode("utf-8", "replace"), digest_size=16).digest()
        try:
            return self._judged.ask(reranker, key, lambda: reranker.scores(question, texts), self._patience)
        except EngineError as error:
            self._mine.trouble = error
            raise


class _Hurried:
    """A `Reranker` whose judgements are waited for only so long."""

    def __init__(self, reranker: Reranker, scores: Callable[[Reranker, str, Sequence[str]], list[float]]) -> None:
        self._reranker = reranker
        self._scores = scores

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return one score 0..1 per text; see `Reranker.scores`."""
        return self._scores(self._reranker, question, texts)

    def close(self) -> None:
        """End what was started."""
        self._reranker.close()
