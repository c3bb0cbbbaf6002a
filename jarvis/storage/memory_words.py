"""Finds memories by their words: BM25 over the stems of each text and of what was said just before it.

A frequent word is costly to follow and says little. So the rarest words of a question find the candidates, within a
budget of rows; the frequent ones find more only where two of them meet, among the newest rows, and weigh in the scores.
With few memories every word is within the budget and the ranking is plain BM25.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jarvis.contracts.memory import MemoryFilter
from jarvis.storage.database import Database
from jarvis.storage.memory_rows import Condition, condition_of, know_texts, listed

K1 = 1.2
B = 0.75
"""The usual constants of BM25, those of SQLite's own too."""

NARROW = 2000
"""A filter that at most so many rows fit has each of them scored."""

POOL = 3
_LEAST_POOL = 500
"""So many candidates per row asked for are scored with all words, and at least so many. Where rare words find them all,
frequent ones add no more than are asked for: with as many again the best ten stay the same."""

REMEMBERED_FROM = 5000
_REMEMBERED_FOR = 0.1
"""Counting the rows of a word takes longer the more it has. From so many on the number is remembered until the memory
has grown or shrunk by this part."""

_WORD = re.compile(r"[^\W_]+")
_MOST_TERMS = 48
_MOST_MEETING = 5
_WINDOWS = 4
_EVERYTHING = MemoryFilter()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Term:
    """A stem as the index has it: mostly one word, in order the several that an underscore makes of it."""

    stem: str
    words: tuple[str, ...]
    rows: int
    weight: float

    @property
    def quoted(self) -> str:
        return '"{}"'.format(" ".join(self.words))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Size:
    """How many rows the index has, and the words of both fields of all of them together."""

    rows: int
    own: int
    before: int


class SqliteMemoryWords:
    """The lexical search over `Database`; any thread may call anything."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def search(
        self,
        stems: Sequence[str],
        *,
        limit: int = 300,
        within: MemoryFilter | None = None,
        before_weight: float = 0.5,
        budget_rows: int = 20000,
    ) -> list[tuple[int, float]]:
        """Return (seq, score) of at most `limit` memories that hold any of `stems`, best first; scores are positive.

        `before_weight` is what a word of the turn before counts beside one of the text itself. Of the rows that only
        hold words which more than `budget_rows` rows have, the newest are looked at.
        """
        with self._database.read() as connection:
            size = _size(connection)
            terms = [term for term in self._terms(connection, stems, size) if term.rows]
            if not terms or limit < 1:
                return []
            find = _Finding(connection, condition_of(within or _EVERYTHING), before_weight, limit)
            candidates = find.narrow()
            if candidates is None:
                candidates = find.candidates(terms, budget_rows)
            scores = list(_scores(connection, terms, candidates, before_weight, size))
        scores.sort(key=lambda pair: (-pair[1], -pair[0]))
        return scores[:limit]

    def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """Return how many memories hold each stem; from 5000 on it may be a tenth old."""
        with self._database.read() as connection:
            found = {term.stem: term.rows for term in self._terms(connection, stems, _size(connection))}
        return {stem: found.get(stem, 0) for stem in stems}

    def count(self) -> int:
        """Return how many memories have words."""
        with self._database.read() as connection:
            return _size(connection).rows

    def _terms(self, connection: sqlite3.Connection, stems: Sequence[str], size: _Size) -> list[_Term]:
        """Return the stems that the index could have, rarest first."""
        terms = []
        for stem in list(dict.fromkeys(stems))[:_MOST_TERMS]:
            words = tuple(_WORD.findall(stem))
            if words:
                rows = min(self._rows_with(connection, word, size.rows) for word in words)
                weight = math.log(1 + (max(size.rows - rows, 0) + 0.5) / (rows + 0.5))
                terms.append(_Term(stem=stem, words=words, rows=rows, weight=weight))
        return sorted(terms, key=lambda term: term.rows)

    def _rows_with(self, connection: sqlite3.Connection, word: str, all_rows: int) -> int:
        known = self._counted.get(word)
        if known and abs(all_rows - known[1]) <= _REMEMBERED_FOR * known[1]:
            return known[0]
        found = connection.execute("SELECT doc FROM memory_terms WHERE term = ?", (word,)).fetchone()
        rows = int(found["doc"]) if found else 0
        if rows < REMEMBERED_FROM:
            return rows
        with self._lock:
            if len(self._counted) >= 50_000:
                self._counted.clear()
            self._counted[word] = (rows, all_rows)
        return rows


class _Finding:
    """Finds the rows worth scoring in one search."""

    def __init__(self, connection: sqlite3.Connection, where: Condition, before_weight: float, limit: int) -> None:
        know_texts(connection)
        self._connection = connection
        self._where = where
        self._fields = (("own", 1.0), ("before", before_weight)) if before_weight else (("own", 1.0),)
        self._limit = limit
        self._pool = max(limit * POOL, _LEAST_POOL)

    def narrow(self) -> list[int] | None:
        """Return the rows that fit the filter when they are few, else None."""
        if not self._where.sql:
            return None
        rows = self._connection.execute(
            f"SELECT m.seq FROM memories m{self._where.clause()} LIMIT ?", (*self._where.given, NARROW + 1)
        ).fetchall()
        return [row[0] for row in rows] if len(rows) <= NARROW else None

    def candidates(self, terms: Sequence[_Term], budget: int) -> list[int]:
        """Return rows that hold any of `terms`, which come rarest first."""
        rare: list[_Term] = []
        left = budget
        for term in terms:
            left -= term.rows
            if left < 0:
                break
            rare.append(term)
        frequent = terms[len(rare) : len(rare) + _MOST_MEETING]
        found = dict.fromkeys(self._best(rare, self._pool))
        if frequent:
            # Rows that hold a rare word were found above; a single frequent one adds nothing to them.
            least = 2 if found else 1
            for span in self._windows(sum(term.rows for term in frequent), budget // 2):
                room = max(self._limit, self._pool - len(found))
                found |= dict.fromkeys(self._best(frequent, room, span, least))
                if len(found) >= self._pool:
                    break
        return list(found)

    def _best(
        self, terms: Sequence[_Term], most: int, span: tuple[int, int] | None = None, least: int = 1
    ) -> list[int]:
        """Return `most` rows that hold most of these words by their weights, at least `least` of them where that can
        be, the newest of equals."""
        sums: dict[int, float] = {}
        # Words that are everywhere are in both fields alike.
        fields = self._fields if span is None or len(self._fields) == 1 else (("", 1.0),)
        for term in terms:
            for field, worth in fields:
                found = self._rows(f"{field} : {term.quoted}" if field else term.quoted, span)
                # Thousands of rows, of which few are known: only for those is there a loop.
                more = dict.fromkeys(found, worth * term.weight)
                for seq in more.keys() & sums.keys():
                    more[seq] += sums[seq]
                sums |= more
        # There are few different sums, so grouping is faster than sorting.
        groups: defaultdict[float, list[int]] = defaultdict(list)
        least_sum = self._least_sum(sums, most)
        for seq, weight in sums.items():
            if weight >= least_sum:
                groups[weight].append(seq)
        lowest = terms[-1].weight if least > 1 and len(terms) > 1 else 0.0
        best: list[int] = []
        for weight in sorted(groups, reverse=True):
            if weight <= lowest or len(best) >= most:
                break
            best += self._fitting(sorted(groups[weight], reverse=True), most - len(best))
        return best

    def _least_sum(self, sums: Mapping[int, float], most: int) -> float:
        """Return the sum that the best `most` end with; 0 where the filter decides how many rows of each there are."""
        if not self._where.sql:
            room = most
            for weight, rows in sorted(Counter(sums.values()).items(), reverse=True):
                room -= rows
                if room <= 0:
                    return weight
        return 0.0

    def _fitting(self, seqs: Sequence[int], most: int) -> list[int]:
        """Return the first `most` of `seqs` that the filter lets through."""
        if not self._where.sql:
            return list(seqs[:most])
        fitting: list[int] = []
        for begin in range(0, len(seqs), self._pool):
            some = seqs[begin : begin + self._pool]
            # Joined this way round, or a million rows could be read to look for a thousand.
            rows = self._connection.execute(
                "SELECT m.seq FROM json_each(?) j CROSS JOIN memories m ON m.seq = j.value" + self._where.clause(),
                (listed(some), *self._where.given),
            )
            there = {row[0] for row in rows}
            fitting += [seq for seq in some if seq in there]
            if len(fitting) >= most:
                break
        return fitting[:most]

    def _windows(self, rows: int, budget: int) -> Iterator[tuple[int, int]]:
        """Yield spans of numbers, newest first, in each of which about `budget` of `rows` rows lie."""
        low, high = self._bounds()
        first, last = _ends(self._connection)
        width = max(1, math.ceil((last - first + 1) * min(1.0, budget / rows)))
        for window in range(_WINDOWS):
            top = high - window * width
            if top >= low:
                yield max(low, top - width + 1), top

    def _bounds(self) -> tuple[int, int]:
        """Return about between which numbers the rows lie that fit the filter: those of the oldest and the newest."""
        if not self._where.sql:
            return _ends(self._connection)
        found = []
        for order in ("ASC", "DESC"):
            row = self._connection.execute(
                f"SELECT m.seq FROM memories m{self._where.clause()} ORDER BY m.said_at {order}, m.seq {order} LIMIT 1",
                self._where.given,
            ).fetchone()
            found.append(row[0] if row else 0)
        return min(found), max(found)

    def _rows(self, expression: str, span: tuple[int, int] | None) -> list[int]:
        within = " AND rowid BETWEEN ? AND ?" if span else ""
        # As one text: a row each takes three times as long.
        found = self._connection.execute(
            f"SELECT json_group_array(rowid) FROM memory_words WHERE memory_words MATCH ?{within}",
            (expression, *(span or ())),
        )
        rows: list[int] = json.loads(found.fetchone()[0])
        return rows


def _scores(
    connection: sqlite3.Connection, terms: Sequence[_Term], seqs: Sequence[int], before_weight: float, size: _Size
) -> Iterator[tuple[int, float]]:
    """Yield the BM25 of those rows that hold any of `terms`; a field counts by its weight, its length too."""
    average = max((size.own + before_weight * size.before) / max(size.rows, 1), 1.0)
    single = {term.words[0]: term.weight * (K1 + 1) for term in terms if len(term.words) == 1}
    several = [(term.words, term.weight * (K1 + 1)) for term in terms if len(term.words) > 1]
    wanted = single.keys()
    rows = connection.execute(
        "SELECT rowid, own, before FROM memory_words WHERE rowid IN (SELECT value FROM json_each(?))", (listed(seqs),)
    )
    for seq, own_text, before_text in rows:
        own, before = own_text.split(), before_text.split() if before_weight else []
        norm = K1 * (1 - B + B * (len(own) + before_weight * len(before)) / average)
        score = 0.0
        for word in wanted & {*own, *before}:
            n = own.count(word) + before_weight * before.count(word)
            score += single[word] * n / (n + norm)
        for words, weight in several:
            n = min(map(own.count, words)) + before_weight * min(map(before.count, words))
            score += weight * n / (n + norm)
        if score > 0:
            yield seq, score


def _size(connection: sqlite3.Connection) -> _Size:
    """Return the size of the index from its own record, which is its row 1; counting rows would read them all.

    The format is that of FTS5: three variable-length integers, the most significant seven bits first.
    """
    row = connection.execute("SELECT block FROM memory_words_data WHERE id = 1").fetchone()
    numbers, value = [], 0
    for byte in row["block"] if row else b"":
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    rows, own, before = (*numbers, 0, 0, 0)[:3]
    return _Size(rows=rows, own=own, before=before)


def _ends(connection: sqlite3.Connection) -> tuple[int, int]:
    # Asked for together, all rows would be read.
    row = connection.execute("SELECT (SELECT min(seq) FROM memories), (SELECT max(seq) FROM memories)").fetchone()
    return row[0] or 0, row[1] or 0
