"""The named alternatives to Jarvis' search: what somebody would build in an afternoon over the same turns.

BM25 (Okapi, k1 1.5, b 0.75, plain lower-case words), SQLite FTS5 (porter, any word), all-MiniLM-L6-v2 dense (the whole
network, exact cosine), their reciprocal rank fusion with k=60, and the convex half-and-half of min-max scores of
stemmed BM25 and dense. Every turn is read as "[8 May 2023] Nora: ..."; none of them knows what came before it.
"""

from __future__ import annotations

import hashlib
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.memory.lives import Life, Turn
from benchmarks.memory.lives.making import MONTHS
from jarvis.contracts.errors import Language
from jarvis.engines.encoder.minilm import MiniLmEncoder, Reading

Search = Callable[[str, int], list[str]]
"""(question, how many) -> ids of turns, best first."""

_WORD = re.compile(r"\w+")
_SNOWBALL: dict[Language, str] = {"en": "english", "es": "spanish"}
_SMALL: dict[Language, frozenset[str]] = {
    "en": frozenset(
        """a about after all an and any are as at be been before but by can could did do does for from had has have he
        her him his how i if in into is it its just me my no not of on or our out she so some that the their them then
        there they this to up was we were what when where which who whom whose why will with would you your""".split()
    ),
    "es": frozenset(
        """a al algo como con cual cuando cuanto cuánto cuántos cuántas cómo cuál cuáles cuándo de del desde donde dónde
        e el ella ellos en era es esa ese eso esta está este esto fue ha han hay la las le les lo los más me mi muy
        no nos o para pero por porque qué que quien quién quiénes se ser si sin su sus te tiene tu un una uno y ya
        yo""".split()
    ),
}


def line(turn: Turn, language: Language) -> str:
    """Return the turn as the alternatives read it."""
    month = MONTHS[language][turn.when.month - 1]
    return f"[{turn.when.day} {month} {turn.when.year}] {turn.speaker}: {turn.text}"


def plain(text: str) -> list[str]:
    """Return the lower-case words of `text`."""
    return _WORD.findall(text.lower())


def stems(text: str, language: Language) -> list[str]:
    """Return Snowball's stems of the words of `text` that are not small."""
    import snowballstemmer

    words = [word for word in plain(text) if word not in _SMALL[language]]
    return list(snowballstemmer.stemmer(_SNOWBALL[language]).stemWords(words))


class Bm25:
    """Okapi BM25 over lists of terms."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(terms) for terms in documents]
        lengths = np.array([len(terms) for terms in documents], dtype=float)
        self._norm = 1.5 * (0.25 + 0.75 * lengths / lengths.mean())
        self._holders: dict[str, list[int]] = {}
        for place, counts in enumerate(self._counts):
            for term in counts:
                self._holders.setdefault(term, []).append(place)

    def scores(self, terms: Sequence[str]) -> np.ndarray[Any, Any]:
        """Return one score per document."""
        found = np.zeros(len(self._counts))
        for term in terms:
            holders = self._holders.get(term, [])
            weight = math.log(1 + (len(self._counts) - len(holders) + 0.5) / (len(holders) + 0.5))
            for place in holders:
                count = self._counts[place][term]
                found[place] += weight * count * 2.5 / (count + self._norm[place])
        return found


class Meaning:
    """all-MiniLM-L6-v2, with vectors kept in `folder` so that a second run need not embed again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._encoder = MiniLmEncoder(folder, reading=Reading(layers=6, head_tokens=128, tail_tokens=126))
        if not self._encoder.make_ready():
            raise SystemExit(self._encoder.why_not())
        self._one = cache(self._encode)

    def vectors(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        """Return one unit vector per text."""
        digest = hashlib.sha256("\n".join([self._encoder.name, *texts]).encode()).hexdigest()[:16]
        kept = self._folder / f"vectors-{digest}.npy"
        if kept.exists():
            return np.asarray(np.load(kept))
        made = np.stack([self._one(text) for text in texts])
        np.save(kept, made)
        return made

    def _encode(self, text: str) -> np.ndarray[Any, Any]:
        vector = np.array(self._encoder.encode(text), dtype=np.float32)
        return vector / np.linalg.norm(vector)


def rivals(life: Life, meaning: Meaning) -> dict[str, Search]:
    """Return every alternative over the turns of `life`, by name."""
    ids = [turn.id for turn in life.turns]
    lines = [line(turn, life.language) for turn in life.turns]
    by_word, by_stem = Bm25([plain(text) for text in lines]), Bm25([stems(text, life.language) for text in lines])
    vectors = meaning.vectors(lines)
    asked = {q.text: place for place, q in enumerate(life.questions)}
    queries = meaning.vectors([question.text for question in life.questions])

    def dense(question: str) -> np.ndarray[Any, Any]:
        return np.asarray(vectors @ queries[asked[question]])

    def best(scores: np.ndarray[Any, Any], count: int) -> list[str]:
        return [ids[place] for place in np.argsort(-scores, kind="stable")[:count]]

    def fused(question: str, count: int) -> list[str]:
        both = (by_word.scores(plain(question)), dense(question))
        return best(sum((1 / (61 + _ranks(scores)) for scores in both), start=np.zeros(len(ids))), count)

    def convex(question: str, count: int) -> list[str]:
        both = (by_stem.scores(stems(question, life.language)), dense(question))
        return best(sum((_spread(scores) / 2 for scores in both), start=np.zeros(len(ids))), count)

    words = _fts5(ids, lines)
    return {
        "BM25": lambda question, count: best(by_word.scores(plain(question)), count),
        "FTS5": words,
        "MiniLM": lambda question, count: best(dense(question), count),
        "RRF k=60": fused,
        "BM25, stemmed": lambda question, count: best(by_stem.scores(stems(question, life.language)), count),
        "convex": convex,
    }


def nearest_cosine(life: Life, meaning: Meaning) -> dict[str, float]:
    """Return for every question of `life` its highest cosine with any turn."""
    vectors = meaning.vectors([line(turn, life.language) for turn in life.turns])
    queries = meaning.vectors([question.text for question in life.questions])
    best = (queries @ vectors.T).max(axis=1)
    return {question.id: float(cosine) for question, cosine in zip(life.questions, best, strict=True)}


def _fts5(ids: Sequence[str], lines: Sequence[str]) -> Search:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE turns USING fts5(text, tokenize='porter unicode61')")
    connection.executemany("INSERT INTO turns(rowid, text) VALUES (?, ?)", list(enumerate(lines)))

    def search(question: str, count: int) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(plain(question)))
        sql = "SELECT rowid FROM turns WHERE turns MATCH ? ORDER BY rank, rowid LIMIT ?"
        return [ids[row] for (row,) in connection.execute(sql, (words, count))]

    return search


def _ranks(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _spread(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    low, high = scores.min(), scores.max()
    return np.asarray((scores - low) / (high - low if high > low else 1.0))
