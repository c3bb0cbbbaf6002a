"""Facts that the person asked to be remembered, as rows in their own words.

Search reads every fact: a person states hundreds, not millions, and then no index can hold a deleted word.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.ports import Clock
from jarvis.contracts.skills import Fact
from jarvis.storage.conversations import redact
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds
from jarvis.storage.words import content_stems, fold

NEARLY_AS_GOOD = 0.6
"""A fact is left out of an answer when it shares less than this part of what the best one shares."""


class SqliteFactBook:
    """The fact book over `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._stems: dict[int, frozenset[str]] = {}

    def remember(self, text: str, language: Language) -> Fact:
        """Store a fact, or return the one already there with the same words."""
        now = to_milliseconds(self._clock.now())
        with self._database.write() as connection:
            row = connection.execute(
                "INSERT INTO facts (text, folded, language, created_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (folded) DO UPDATE SET language = language RETURNING *",
                (text, fold(text), language, now),
            )
            return _fact(row.fetchone())

    def search(self, words: str, limit: int = 5) -> list[Fact]:
        """Return the facts that share content words with `words`, best first and then newest first.

        A shared word weighs more the fewer facts hold it (inverse document frequency, as in BM25).
        """
        facts = self.all(limit=-1)
        wanted = {language: content_stems(words, language) for language in LANGUAGES}
        # Stemming is the slow part, and a fact never changes; those that are gone fall out here too.
        stems = {fact.id: self._stems.get(fact.id) or content_stems(fact.text, fact.language) for fact in facts}
        self._stems = stems
        shared = {fact.id: wanted[fact.language] & stems[fact.id] for fact in facts}
        frequency = Counter(stem for stems in shared.values() for stem in stems)
        weight = {stem: math.log(1 + (len(facts) + 0.5) / (count + 0.5)) for stem, count in frequency.items()}
        score = {fact.id: sum(weight[stem] for stem in shared[fact.id]) for fact in facts}
        best = max(score.values(), default=0.0)
        found = [fact for fact in facts if score[fact.id] > 0 and score[fact.id] >= NEARLY_AS_GOOD * best]
        found.sort(key=lambda fact: score[fact.id], reverse=True)
        return found[:limit]

    def all(self, limit: int = 100) -> list[Fact]:
        """Return the facts, newest first; a negative limit means every one."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM facts ORDER BY created_at DESC, id DESC LIMIT ?", (limit,))
            return [_fact(row) for row in rows]

    def version(self) -> str:
        """Return a text that changes with everything that is remembered or forgotten."""
        with self._database.read() as connection:
            row = connection.execute("SELECT COUNT(*) AS n, COALESCE(MAX(id), 0) AS last FROM facts").fetchone()
        return f"{row['n']}.{row['last']}"

    def forget(self, fact_id: int) -> None:
        """Delete a fact for good, bytes included, also where conversations quote it."""
        with self._database.write() as connection:
            row = connection.execute("DELETE FROM facts WHERE id = ? RETURNING text", (fact_id,)).fetchone()
            if row is not None:
                redact(connection, row["text"])
        self._database.scrub()


def _fact(row: sqlite3.Row) -> Fact:
    return Fact(
        id=row["id"], text=row["text"], language=row["language"], created_at=from_milliseconds(row["created_at"])
    )
