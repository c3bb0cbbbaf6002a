"""Finds what bears on a question: by words and by meaning at once, over the union of what either finds.

Decides nothing about prompts. Reads rows, words and vectors through what it is given; at most some hundred rows a
search. A fact is another key to the turn that it was found in, and is shown as that turn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jarvis.contracts.embedding import Reranker
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.memory import Memory, MemoryQuery, Recalled, SearchResult
from jarvis.contracts.ports import Clock
from jarvis.memory.candidates import CandidateFinder, Candidates
from jarvis.memory.diversity import chosen
from jarvis.memory.floor import bears
from jarvis.memory.fusion import fused, meant_around, weights_for, with_surroundings
from jarvis.memory.preferences import Preferences, in_time, no_longer_holds
from jarvis.memory.query_words import BEFORE_SHARE, asked_words, asks_only_when, leaning, says_nothing, words_before
from jarvis.memory.search_ports import Meaning, Rows, StemSource, Words
from jarvis.memory.talks import Talks
from jarvis.memory.time_range import TimeReading, read_range
from jarvis.memory.word_scores import (
    NO_EVIDENCE,
    Holding,
    Stems,
    Wanted,
    bm25,
    coverage,
    evidence,
    holdings,
    wanted_words,
)
from jarvis.storage.memory_text import lexical_text
from jarvis.storage.words import index_stems, seems_in

RERANKED: Final = 30
"""How many of the best a reranker judges."""

RERANKER_WEIGHT: Final = 0.5

CHECKED_FOR_FACTS: Final = 60
"""Of so many of the best rows it is looked up whether their facts still hold."""

BY_FACT: Final = 0.02
"""What a turn gains when a fact of it fits better than its own words."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    query: MemoryQuery
    language: Language
    wanted: Sequence[Wanted]
    meant: str
    reading: TimeReading | None
    only_time: bool

    def asked_time(self, row: Memory) -> bool:
        """Tell whether a row is of the time that the question names, of any year where it names none."""
        reading = self.reading
        return reading is not None and any(in_time(row, span) for span in (reading.range, *reading.earlier))


class MemorySearch:
    """The search over rows, words and vectors; any thread may call anything.

    `reranker` gives one where there is one. `stems` reads the stems of rows as the full-text index has them; without it
    they are made of the texts again, which gives the same and takes longer.
    """

    def __init__(
        self,
        memories: Rows,
        words: Words,
        keeper: Meaning,
        clock: Clock,
        reranker: Callable[[], Reranker | None],
        *,
        stems: StemSource | None = None,
    ) -> None:
        self._memories = memories
        self._words = words
        self._keeper = keeper
        self._clock = clock
        self._reranker = reranker
        self._stems = stems
        self._finder = CandidateFinder(memories, words, keeper)

    def search(self, query: MemoryQuery, language: Language) -> SearchResult:
        """Return what bears on the question, best first; notices are in `language`.

        A question that does not say its language is read in the one that it seems to be in, else in `language`.
        """
        question = self._question(query, query.language or seems_in(query.text) or language)
        stems = [stem for word in question.wanted for stem in word.stems]
        found = self._finder.find(query, stems, question.meant, question.reading, question.language)
        rows = found.rows
        talks = Talks(rows)
        held = self._stems_of(rows)
        holding = holdings(question.wanted, {seq: each.own for seq, each in held.items()}, talks)
        covered = coverage(question.wanted, holding)
        weights = weights_for(found.embedder, question.language)
        scores = with_surroundings(
            fused(weights, bm25(question.wanted, held), found.dense, found.sparse),
            covered,
            meant_around(weights, found.dense, talks),
            talks,
        )
        scores = self._preferred(scores, rows, question)
        scores, because = _by_turn(scores, rows, listed_alone=query.where.sources == ("fact",))
        scores, trouble = self._reranked(scores, rows, query.text, language)
        reached = _reached(question, found, holding)
        best = chosen(scores if query.weak else {s: v for s, v in scores.items() if s in reached}, rows, query.limit)
        return SearchResult(
            found=tuple(
                Recalled(memory=rows[seq], score=min(1.0, max(0.0, scores[seq])), because=because.get(seq, ""))
                for seq in best
            ),
            matched=any(seq in reached for seq in best),
            searched_by="words" if found.embedder is None else "words and meaning",
            notice=trouble or ((self._keeper.why_not(language) or "") if found.embedder is None else ""),
            understood=question.reading.range if question.reading else None,
        )

    def _question(self, query: MemoryQuery, language: Language) -> _Question:
        reading = read_range(query.text, language, query.now or self._clock.now())
        asked = asked_words(query.text, without=reading.relative_words if reading is not None else ())
        helping = words_before(query.text, query.before)
        frequencies = self._words.frequencies([stem for word in (*asked, *helping) for stem in word])
        rows = max(1, self._words.count())
        return _Question(
            query=query,
            language=language,
            wanted=[
                *wanted_words(asked, frequencies, rows, empty={word for word in asked if says_nothing(word)}),
                *wanted_words(helping, frequencies, rows, share=BEFORE_SHARE),
            ],
            # What was said before may be bound to stay, whatever the question may do.
            meant=f"{query.before}\n{query.text}" if helping and not self._keeper.reads_elsewhere() else query.text,
            reading=reading,
            only_time=reading is not None and asks_only_when(query.text, language, reading.words),
        )

    def _stems_of(self, rows: Mapping[int, Memory]) -> dict[int, Stems]:
        known = self._stems(rows) if self._stems is not None else {}
        found = {seq: Stems(own=own, before=before) for seq, (own, before) in known.items() if seq in rows}
        missing = [row for seq, row in rows.items() if seq not in found]
        befores = self._memories.by_seq([row.previous_seq for row in missing if row.previous_seq is not None])
        for row in missing:
            before = befores.get(row.previous_seq) if row.previous_seq is not None else None
            found[row.seq] = Stems(
                own=index_stems(lexical_text(row), row.language),
                before=index_stems(before.text, before.language) if before else (),
            )
        return found

    def _preferred(
        self, scores: Mapping[int, float], rows: Mapping[int, Memory], question: _Question
    ) -> dict[int, float]:
        if not scores:
            return {}
        best = sorted(scores, key=lambda seq: (-scores[seq], seq))[:CHECKED_FOR_FACTS]
        facts = self._memories.facts_of(best)
        preferences = Preferences(
            leaning=leaning(question.query.text, {row.speaker for row in rows.values()}),
            reading=question.reading,
            newest=max(row.said_at for row in rows.values()),
            only_time=question.only_time,
            outdated={seq for seq, found in facts.items() if found and all(no_longer_holds(fact) for fact in found)},
        )
        return {seq: score + preferences.of(rows[seq]) for seq, score in scores.items()}

    def _reranked(
        self, scores: dict[int, float], rows: Mapping[int, Memory], text: str, language: Language
    ) -> tuple[dict[int, float], str]:
        reranker = self._reranker()
        best = sorted(scores, key=lambda seq: (-scores[seq], seq))[:RERANKED]
        if reranker is None or not best:
            return scores, ""
        try:
            judged = reranker.scores(text, [rows[seq].text for seq in best])
        except EngineError as error:
            _log.warning("the reranker could not judge: %s", error)
            return scores, error.sentence(language)
        kept = {seq: (1 - RERANKER_WEIGHT) * score for seq, score in scores.items()}
        return kept | {seq: kept[seq] + RERANKER_WEIGHT * s for seq, s in zip(best, judged, strict=True)}, ""


def _reached(question: _Question, found: Candidates, holding: Mapping[int, Holding]) -> set[int]:
    """The rows that reach the floor, by themselves or by a fact of theirs; for a question that asks for nothing but a
    time, the rows of that time."""
    then = {seq for seq, row in found.rows.items() if question.asked_time(row)}
    there = then if question.only_time and then else _bearing(question, found, holding, then)
    return there | {row.origin_seq for seq in there if (row := found.rows[seq]).origin_seq is not None}


def _bearing(question: _Question, found: Candidates, holding: Mapping[int, Holding], then: Collection[int]) -> set[int]:
    told = evidence(question.wanted, holding)
    nothing = NO_EVIDENCE, NO_EVIDENCE
    return {
        seq
        for seq in found.rows
        if bears(found.dense.get(seq), *told.get(seq, nothing), found.embedder, question.language, in_time=seq in then)
    }


def _by_turn(
    scores: Mapping[int, float], rows: Mapping[int, Memory], *, listed_alone: bool
) -> tuple[dict[int, float], dict[int, str]]:
    """Return the scores with each fact's given to the turn that it was found in, and by which fact a turn was found.

    A fact whose turn is not among the rows stays; with `listed_alone` all do.
    """
    turns = dict(scores)
    because: dict[int, str] = {}
    if listed_alone:
        return turns, because
    for seq in sorted(scores, key=lambda seq: (-scores[seq], seq)):
        row = rows[seq]
        if row.source != "fact" or row.origin_seq not in rows or row.origin_seq is None:
            continue
        del turns[seq]
        if scores[seq] + BY_FACT > turns.get(row.origin_seq, scores.get(row.origin_seq, 0.0)):
            turns[row.origin_seq] = scores[seq] + BY_FACT
            because[row.origin_seq] = row.text
    return turns, because
