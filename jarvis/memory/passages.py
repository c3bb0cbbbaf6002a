"""Ranks the passages of an attached document by words and meaning, as the memory searches and with its models.

A long passage speaks of many things, so its parts of two sentences are compared, and the nearest of them counts.

Vectors are made in the background and kept in the process, never on the disk; a question waits for them only so long,
and then the words alone decide. Only a model at home reads documents. Knows neither prompts nor how files are kept.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
from time import monotonic
from typing import Final

from jarvis.contracts.attachments import Passage, RankedPassages
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.embedding import Embedder, EmbedderInfo, Embedding, Reranker
from jarvis.contracts.errors import EngineError, JarvisError, Language
from jarvis.documents.sentences import sentences
from jarvis.memory.fusion import stretched, weights_for
from jarvis.memory.hurried import StillJudging
from jarvis.memory.query_words import asked_words, says_nothing
from jarvis.memory.search import RERANKED, RERANKER_WEIGHT
from jarvis.memory.waiting import Waiting, woken_by
from jarvis.memory.word_scores import Stems, bm25, wanted_words
from jarvis.storage.words import index_stems, seems_in

PATIENCE_SECONDS: Final = 3.0
"""How long a question about documents waits for their vectors: about 200 passages on one slow core."""

MOST_PASSAGES: Final = 2000
"""Of a document that is read for its meaning: a thick book; it is half a minute of one core."""

FINE_PASSAGES: Final = 400
"""Up to so many, parts of passages are compared; above, whole ones, so that the vectors stay few."""

SENTENCES: Final = 2
"""Of one part. In documents whose passages each hold one answer among seven other sentences, asked in other words, six
passages then hold it for 10 to 11 of 12 English questions with the bundled model (8 to 9 with whole passages)."""

NEAR: Final = 0.25
NEAR_IN_FOREIGN_LANGUAGE: Final = 0.45
"""Cosine from which a part bears on a question: above what "sum this up" has with anything (0.22; 0.42 in a language
that the model does not know)."""

_MOST_NUMBERS: Final = 16_000_000
"""Of all vectors that are kept: 64 MB, seven thick documents read by a large model."""

_MOST_STEMS: Final = 4_000_000
"""Of all documents whose words are kept: 32 MB; a longer one is gone through for each question."""

_LEAST: Final = 1e-6

_BATCH: Final = 12
"""Parts between two looks at whether the reading is still wanted."""

_MEETING_SECONDS: Final = 1.0
"""How long attaching a file waits until a model has said what it is; those on this computer know it at once."""

_ENDING_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


class _StillReading(EngineError):
    def __init__(self) -> None:
        super().__init__(
            "memory.document_unread",
            en="The document is still being read for its meaning; ask again in a moment for a better choice.",
            es="El documento aún se está leyendo por su significado; repite la pregunta en un momento para una mejor "
            "selección.",
        )


class _Broken(EngineError):
    def __init__(self) -> None:
        super().__init__(
            "memory.document_broken",
            en="The document could not be read for its meaning; the log has the details.",
            es="No se pudo leer el documento por su significado; el registro tiene los detalles.",
        )


class _TooLong(EngineError):
    def __init__(self) -> None:
        super().__init__(
            "memory.document_long",
            en="The document is too long to be read for its meaning.",
            es="El documento es demasiado largo para leerlo por su significado.",
        )


class _Elsewhere(EngineError):
    def __init__(self) -> None:
        super().__init__(
            "memory.document_stays",
            en="The model that compares meanings is not on this computer or its network, and documents are not sent "
            "to it.",
            es="El modelo que compara significados no está en este equipo ni en su red, y no se le envían documentos.",
        )


@dataclass(slots=True)
class _Read:
    """The vectors of one document, as far as they are made, each with the place of its passage; `over` once nothing
    more comes."""

    embedder: Embedder
    vectors: list[tuple[int, Sequence[float]]] = field(default_factory=list)
    over: bool = False
    failed: JarvisError | None = None


class PassageMeanings:
    """The `PassageRanking` over the models that `embedder` and `reranker` give; `reranker` waits only so long itself.

    `patience` is in seconds, `clock` counts them.
    """

    def __init__(
        self,
        embedder: Callable[[], Embedder],
        reranker: Callable[[], Reranker | None],
        *,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._embedder = embedder
        self._reranker = reranker
        self._patience = patience
        self._clock = clock
        self._met = Waiting[EmbedderInfo](_StillReading, "passages-meeting", clock)
        self._asked = Waiting[Sequence[float]](_StillReading, "passages-question", clock)
        self._changed = threading.Condition()
        self._judged = Waiting[Sequence[float]](StillJudging, "passages-judged", clock)
        self._reading: OrderedDict[tuple[str, str], _Read] = OrderedDict()
        self._stems: OrderedDict[tuple[str, Language], dict[int, Stems]] = OrderedDict()
        self._one = threading.Lock()
        self._round: tuple[str, float, set[str]] = ("", 0.0, set())

    def begin(self, attachment_id: str, passages: Sequence[Passage]) -> None:
        """Read a document in the background; see the port."""
        try:
            embedder, info = self._usable(passages, _MEETING_SECONDS, None)
        except JarvisError as error:
            _log.info("a document is not read for its meaning", extra={"facts": {"code": error.code}})
            return
        self._begun(attachment_id, passages, embedder, info)

    def ranked(
        self,
        attachment_id: str,
        passages: Sequence[Passage],
        question: str,
        language: Language,
        cancel: CancelToken | None = None,
    ) -> RankedPassages:
        """Return the ranks for a question; see the port."""
        words = _by_words(self._stems_of(attachment_id, passages, language, cancel), question)
        until = self._deadline(attachment_id, question)
        try:
            embedder, info = self._usable(passages, max(0.0, until - self._clock()), cancel)
            read = self._begun(attachment_id, passages, embedder, info)
            asked = self._question(embedder, info, question, until, cancel)
            cosines = _cosines(asked, self._vectors(read, until, cancel), len(passages))
        except JarvisError as error:
            return RankedPassages(scores=tuple(words), why=error.sentence(language))
        weights = weights_for(info, language)
        floor = NEAR if language in info.languages else NEAR_IN_FOREIGN_LANGUAGE
        # What words find is not stretched: one common word of a question must not weigh as much as the nearest meaning.
        meant = stretched(dict(enumerate(cosines)))
        near = {
            at: weights.words * words[at] + (1 - weights.words) * meant[at]
            for at, cosine in enumerate(cosines)
            if words[at] > 0 or cosine >= floor
        }
        near, why = self._reranked(near, passages, question, language, until, cancel)
        # The last one bears on the question too, and 0 is for what does not.
        return RankedPassages(
            scores=tuple(max(near[at], _LEAST) if at in near else 0.0 for at in range(len(passages))), why=why
        )

    def stop(self) -> None:
        """End the reading; the next question begins it again."""
        with self._changed:
            self._reading.clear()
            self._stems.clear()
        # Whoever closes the model next must not find it asked, and so started, once more.
        if self._one.acquire(timeout=_ENDING_SECONDS):
            self._one.release()

    def _deadline(self, attachment_id: str, question: str) -> float:
        """Return until when it is waited: all documents of one question share its patience."""
        with self._changed:
            asked, until, seen = self._round
            if asked != question or attachment_id in seen:
                until, seen = self._clock() + self._patience, set()
            seen.add(attachment_id)
            self._round = (question, until, seen)
            return until

    def _stems_of(
        self, attachment_id: str, passages: Sequence[Passage], language: Language, cancel: CancelToken | None
    ) -> dict[int, Stems]:
        """Return the stems of each passage; kept, as a book of many megabytes takes seconds. Raises `Cancelled`."""
        key = attachment_id, language
        with self._changed:
            known = self._stems.get(key)
            if known is not None and len(known) == len(passages):
                self._stems.move_to_end(key)
                return known
        rows: dict[int, Stems] = {}
        for at, one in enumerate(passages):
            if cancel is not None:
                cancel.raise_if_cancelled()
            own = index_stems(f"{one.place} {one.text}", seems_in(one.text) or language)
            rows[at] = Stems(own=tuple(map(sys.intern, own)), before=())
        with self._changed:
            self._stems[key] = rows
            self._stems.move_to_end(key)
            while self._stems and self._stems_kept() > _MOST_STEMS:
                self._stems.popitem(last=False)
        return rows

    def _stems_kept(self) -> int:
        return sum(len(row.own) for rows in self._stems.values() for row in rows.values())

    def _usable(
        self, passages: Sequence[Passage], patience: float, cancel: CancelToken | None
    ) -> tuple[Embedder, EmbedderInfo]:
        if len(passages) > MOST_PASSAGES:
            raise _TooLong()
        embedder = self._embedder()
        info = self._met.ask(embedder, "", embedder.info, patience, cancel)
        if not info.local:
            raise _Elsewhere()
        return embedder, info

    def _begun(self, attachment_id: str, passages: Sequence[Passage], embedder: Embedder, info: EmbedderInfo) -> _Read:
        key = attachment_id, info.tag
        with self._changed:
            read = self._reading.get(key)
            if read is None or read.failed is not None:
                read = self._reading[key] = _Read(embedder=embedder)
                # A daemon: a model that hangs must not keep the program from ending; closing the model ends it.
                threading.Thread(target=self._read, args=(read, passages), name="passages", daemon=True).start()
            self._reading.move_to_end(key)
            while len(self._reading) > 1 and self._numbers_kept() > _MOST_NUMBERS:
                self._reading.popitem(last=False)
        return read

    def _numbers_kept(self) -> int:
        return sum(len(vector) for one in self._reading.values() for _, vector in one.vectors)

    def _read(self, read: _Read, passages: Sequence[Passage]) -> None:
        failed: JarvisError | None = _Broken()
        try:
            parts = _parts(passages)
            # One document after the other: the model has one child.
            with self._one:
                for start in range(0, len(parts), _BATCH):
                    if not self._wanted(read):
                        break
                    batch = parts[start : start + _BATCH]
                    made = read.embedder.embed([text for _, text in batch])
                    read.vectors += [(at, _numbers(one)) for (at, _), one in zip(batch, made, strict=True)]
            failed = None if len(read.vectors) == len(parts) else _StillReading()
        except JarvisError as error:
            failed = error
            _log.warning("a document could not be read for its meaning", extra={"facts": {"code": error.code}})
        except Exception:  # noqa: BLE001 - whoever asks is told, and must not wait for it for ever
            _log.exception("a document could not be read for its meaning")
        finally:
            with self._changed:
                read.failed, read.over = failed, True
                self._changed.notify_all()

    def _wanted(self, read: _Read) -> bool:
        with self._changed:
            return any(one is read for one in self._reading.values())

    def _question(
        self, embedder: Embedder, info: EmbedderInfo, question: str, until: float, cancel: CancelToken | None
    ) -> Sequence[float]:
        left = max(0.0, until - self._clock())
        return self._asked.ask(
            embedder,
            (info.tag, question),
            lambda: _numbers(embedder.embed([question], query=True)[0]),
            left,
            cancel,
        )

    def _vectors(self, read: _Read, until: float, cancel: CancelToken | None) -> list[tuple[int, Sequence[float]]]:
        with woken_by(cancel, self._changed), self._changed:
            while not read.over and (left := until - self._clock()) > 0:
                if cancel is not None:
                    cancel.raise_if_cancelled()
                self._changed.wait(left)
            if cancel is not None:
                cancel.raise_if_cancelled()
            if read.failed is not None:
                raise read.failed
            if not read.over:
                raise _StillReading()
            return read.vectors

    def _reranked(
        self,
        near: dict[int, float],
        passages: Sequence[Passage],
        question: str,
        language: Language,
        until: float,
        cancel: CancelToken | None,
    ) -> tuple[dict[int, float], str]:
        reranker = self._reranker()
        best = sorted(near, key=lambda at: (-near[at], at))[:RERANKED]
        if reranker is None or not best:
            return near, ""
        try:
            texts = [passages[at].text for at in best]
            left = until - self._clock()
            if left <= 0:
                raise StillJudging()
            # No text is kept longer than it is judged.
            key = hashlib.blake2b("\0".join((question, *texts)).encode("utf-8", "replace"), digest_size=16).digest()
            judged = self._judged.ask(reranker, key, lambda: reranker.scores(question, texts), left, cancel)
        except EngineError as error:
            _log.warning("the reranker could not judge passages", extra={"facts": {"code": error.code}})
            return near, error.sentence(language)
        kept = {at: (1 - RERANKER_WEIGHT) * score for at, score in near.items()}
        return kept | {at: kept[at] + RERANKER_WEIGHT * s for at, s in zip(best, judged, strict=True)}, ""


def _by_words(rows: Mapping[int, Stems], question: str) -> list[float]:
    """Return how much of the question each passage holds, 0 to 1: BM25 over stems, against all of its words once."""
    asked = asked_words(question)
    holding = {stem: 0 for word in asked for stem in word}
    for row in rows.values():
        for stem in holding.keys() & set(row.own):
            holding[stem] += 1
    wanted = wanted_words(asked, holding, len(rows), empty={word for word in asked if says_nothing(word)})
    most = sum(word.weight for word in wanted) or 1.0
    return [min(1.0, score / most) for score in bm25(wanted, rows).values()]


def _parts(passages: Sequence[Passage]) -> list[tuple[int, str]]:
    """Return what is compared of each passage, with its place."""
    if len(passages) > FINE_PASSAGES:
        return [(at, passage.text) for at, passage in enumerate(passages)]
    parts: list[tuple[int, str]] = []
    for at, passage in enumerate(passages):
        found = [text for text, _ in sentences(passage.text)] or [passage.text]
        parts += [(at, " ".join(found[start : start + SENTENCES])) for start in range(0, len(found), SENTENCES)]
    return parts


def _cosines(asked: Sequence[float], vectors: Sequence[tuple[int, Sequence[float]]], count: int) -> list[float]:
    """Return the cosine of each passage's nearest part; they are unit vectors."""
    nearest = [-1.0] * count
    for at, vector in vectors:
        nearest[at] = max(nearest[at], sum(map(mul, asked, vector)))
    return nearest


def _numbers(embedding: Embedding) -> Sequence[float]:
    numbers = array("f", embedding.dense)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
