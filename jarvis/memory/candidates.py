"""Fetches the rows that could answer a question: what words find, what meaning finds, what stands near to these.

Touches some hundred rows, however many there are. What must not be shown is left out here, before anything is scored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory, MemoryFilter, MemoryQuery, TimeRange
from jarvis.memory.fusion import fused, weights_for
from jarvis.memory.search_ports import Meaning, Rows, Words
from jarvis.memory.talks import REACH, Talks
from jarvis.memory.time_range import TimeReading
from jarvis.memory.word_scores import BEFORE_WEIGHT
from jarvis.storage.words import fold

EACH: Final = 100
"""How many rows each arm brings; from 100 on more bring nothing."""

EXPANDED: Final = 10
"""Around so many of the best rows their neighbours are fetched."""

FEW: Final = 20_000
"""So many rows that fit a filter are compared by meaning one by one; of more, the nearest are filtered afterwards."""

OVERFETCHED: Final = 5

_EVERYTHING = MemoryFilter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """Rows by number with the cosines of those that have vectors, dot products of token weights, and who compared."""

    rows: Mapping[int, Memory]
    dense: Mapping[int, float] = field(default_factory=dict)
    sparse: Mapping[int, float] = field(default_factory=dict)
    embedder: EmbedderInfo | None = None


@dataclass(kw_only=True, slots=True)
class _Found:
    words: dict[int, float] = field(default_factory=dict)
    dense: dict[int, float] = field(default_factory=dict)
    sparse: dict[int, float] = field(default_factory=dict)
    embedder: EmbedderInfo | None = None

    def seqs(self) -> list[int]:
        return list(self.words.keys() | self.dense.keys())


class CandidateFinder:
    """Finds candidates through the ports."""

    def __init__(self, memories: Rows, words: Words, keeper: Meaning) -> None:
        self._memories = memories
        self._words = words
        self._keeper = keeper

    def find(
        self, query: MemoryQuery, stems: Sequence[str], meant: str, reading: TimeReading | None, language: Language
    ) -> Candidates:
        """Return the candidates; `meant` is the text whose meaning is compared, `reading` the time that is asked for,
        `language` that of the question."""
        where = allowed(query)
        if where is None:
            return Candidates(rows={})
        if reading is not None and reading.about_saying and where.said is None:
            during = replace(where, said=reading.range)
            where = during if self._memories.count(during) else where
        found = _Found()
        self._look(found, stems, meant, where)
        span = self._span_with_rows(reading, where)
        if span is not None:
            inside = replace(where, said=span)
            self._look(found, stems, meant, inside)
            if not stems:
                found.words |= {row.seq: 0.0 for row in self._memories.page(inside, limit=EACH).memories}
        rows = self._permitted(found.seqs(), query, where)
        rough = fused(weights_for(found.embedder, language), found.words, found.dense, {})
        best = sorted(rows, key=lambda seq: (-rough.get(seq, 0.0), seq))[:EXPANDED]
        near = {seq + step for seq in best for step in range(-REACH, REACH + 1)} - rows.keys()
        origins = {row.origin_seq for row in rows.values() if row.origin_seq is not None} - rows.keys()
        fetched = self._permitted(near | origins, query, where)
        talks = Talks({**rows, **fetched})
        wanted = origins.union(*({seq for seq, _ in talks.fading(each)} for each in best))
        rows |= {seq: row for seq, row in fetched.items() if seq in wanted}
        return self._completed(found, rows, meant)

    def _look(self, found: _Found, stems: Sequence[str], meant: str, where: MemoryFilter) -> None:
        if stems:
            scores = dict(self._words.search(stems, limit=EACH, within=where, before_weight=BEFORE_WEIGHT))
            found.words = {**scores, **found.words}
        within: Sequence[int] | None = None
        count = EACH
        if where != _EVERYTHING:
            if self._memories.count(where) <= FEW:
                within = self._memories.seqs(where)
            else:
                count = EACH * OVERFETCHED
        near = self._keeper.nearest(meant, count, within=within) if within is None or within else None
        if near is not None:
            found.embedder = near.embedder
            found.dense = {**dict(near.hits), **found.dense}
            found.sparse = {**near.sparse, **found.sparse}

    def _span_with_rows(self, reading: TimeReading | None, where: MemoryFilter) -> TimeRange | None:
        """Return the span that was asked for, or the same days of the latest year in which something was said then."""
        if reading is None or where.said is not None:
            return None
        spans = (reading.range, *reading.earlier)
        return next((span for span in spans if self._memories.count(replace(where, said=span))), None)

    def _permitted(self, seqs: Iterable[int], query: MemoryQuery, where: MemoryFilter) -> dict[int, Memory]:
        return {seq: row for seq, row in self._memories.by_seq(seqs).items() if fits(row, query, where)}

    def _completed(self, found: _Found, rows: Mapping[int, Memory], meant: str) -> Candidates:
        missing = [seq for seq in rows if seq not in found.dense]
        if found.embedder is not None and missing:
            found.dense |= self._keeper.similarities(meant, missing)
        return Candidates(
            rows=rows,
            dense={seq: score for seq, score in found.dense.items() if seq in rows},
            sparse={seq: score for seq, score in found.sparse.items() if seq in rows},
            embedder=found.embedder,
        )


def allowed(query: MemoryQuery) -> MemoryFilter | None:
    """Return the filter of a question, narrowed to what may leave where it leaves; None where nothing can fit."""
    if not query.leaving:
        return query.where
    return None if query.where.privacy == "local" else replace(query.where, privacy="cloud")


def fits(row: Memory, query: MemoryQuery, where: MemoryFilter) -> bool:
    """Tell whether a row may be shown for a question, `where` being its filter (with all that `allowed` added)."""
    return (
        (not query.leaving or row.privacy == "cloud")
        and (query.without_conversation is None or row.conversation_id != query.without_conversation)
        and (not where.sources or row.source in where.sources)
        and (where.said is None or where.said.holds(row.said_at))
        and all(
            getattr(where, name) is None or getattr(row, name) == getattr(where, name)
            for name in ("conversation_id", "folder", "speaker", "privacy", "pinned")
        )
        and not (where.current and row.valid_until is not None)
        and (not where.text or fold(where.text) in fold(row.text))
    )
