"""Answers that can be given again, as rows: found by the words or the meaning of a question, dropped when old.

A look-up touches only rows with the same words or the same canonical sentence and writes nothing. Which questions are
the same is for the rules that are handed in; this file knows scopes, age, size and deletion.
"""

from __future__ import annotations

import math
import sqlite3
import sys
import uuid
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from jarvis.contracts.ports import Clock
from jarvis.contracts.reuse import (
    AnswerCacheStats,
    CachedAnswer,
    QuestionForms,
    ReuseCandidate,
    ReuseHit,
    ReuseRules,
    ReuseScope,
)
from jarvis.contracts.routing import QueryEncoder
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds

_SCOPE = "profile = ? AND language = ? AND policy_key = ? AND memory_version = ? AND made_at BETWEEN ? AND ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheLimits:
    """How long an answer may be given again, and how many are kept; of more, the longest unused go."""

    keep_for: timedelta = timedelta(days=7)
    most_answers: int = 2000


class SqliteAnswerCache:
    """The answer cache over `Database`, safe to share between threads and processes.

    `profile` names the user: one database is one user, and a profile name keeps it so if it is ever shared. Without an
    `encoder`, or until it is ready, questions are only found by their words.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        rules: ReuseRules,
        *,
        encoder: QueryEncoder | None = None,
        limits: CacheLimits | None = None,
        profile: str = "default",
    ) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules
        self._encoder = encoder
        self._limits = limits or CacheLimits()
        self._profile = profile

    def find(self, question: str, scope: ReuseScope) -> CachedAnswer | None:
        """Return the newest answer to surely the same question, or None; writes nothing."""
        forms = self._rules.forms(question, scope.language)
        with self._database.read() as connection:
            rows = self._rows(connection, scope, "exact = ?", forms.exact)
            hit = self._rules.match(forms, [_candidate(row) for row in rows])
            if hit is None and forms.key is not None and self._encoder is not None and self._encoder.ready():
                rows = self._rows(connection, scope, "meaning = ?", forms.key)
                hit = self._by_meaning(question, forms, rows, self._encoder) if rows else None
        row = next((row for row in rows if hit and row["id"] == hit.id), None)
        return _answer(row, hit, scope, self._now()) if row and hit else None

    def keep(
        self, question: str, answer: str, scope: ReuseScope, *, model: str, conversation_id: str, message_id: str
    ) -> str:
        """Keep an answer and return its id; drops what is too old, too much, or of another memory version.

        `StorageError` when the conversation no longer exists: its answers must not outlive it.
        """
        forms = self._rules.forms(question, scope.language)
        encoder, vector = self._vector(question) if forms.key is not None else ("", None)
        identity, now = uuid.uuid4().hex, self._now()
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM cached_answers WHERE profile = ? AND language = ? AND policy_key = ? AND exact = ?",
                (self._profile, scope.language, scope.policy_key, forms.exact),
            )
            connection.execute(
                "INSERT INTO cached_answers (id, profile, language, policy_key, memory_version, exact, meaning,"
                " question, answer, model, conversation_id, message_id, made_at, used_at, encoder, vector)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    identity,
                    self._profile,
                    scope.language,
                    scope.policy_key,
                    scope.memory_version,
                    forms.exact,
                    forms.key,
                    question,
                    answer,
                    model,
                    conversation_id,
                    message_id,
                    now,
                    now,
                    encoder,
                    vector,
                ),
            )
            self._prune(connection, scope.memory_version, now)
        return identity

    def given(self, answer_id: str, message_id: str) -> None:
        """Note that an answer was given again as `message_id`; nothing happens when it is gone by now."""
        with self._database.write() as connection:
            row = connection.execute(
                "UPDATE cached_answers SET uses = uses + 1, used_at = ? WHERE id = ? RETURNING seq",
                (self._now(), answer_id),
            ).fetchone()
            if row is not None:
                connection.execute(
                    "INSERT OR REPLACE INTO cached_answers_given VALUES (?, ?)", (message_id, row["seq"])
                )

    def forget(self, answer_id: str) -> bool:
        """Drop one answer for good, bytes included; True if it was there."""
        return self._drop("id = ?", answer_id) > 0

    def forget_message(self, message_id: str) -> bool:
        """Drop the answer that was kept from, or given again as, `message_id`; True if there was one."""
        which = "message_id = ?1 OR seq IN (SELECT answer_seq FROM cached_answers_given WHERE message_id = ?1)"
        return self._drop(which, message_id) > 0

    def forget_mentioning(self, words: str) -> int:
        """Drop for good every answer whose question or text holds `words`, in any case; returns how many."""
        wanted = words.casefold().strip()
        if not wanted:
            return 0
        with self._database.read() as connection:
            rows = connection.execute("SELECT seq, question, answer FROM cached_answers").fetchall()
        found = [row["seq"] for row in rows if wanted in f"{row['question']}\n{row['answer']}".casefold()]
        return sum(self._drop("seq = ?", seq) for seq in found)

    def clear(self) -> int:
        """Drop all of them for good; returns how many."""
        return self._drop("profile = ?", self._profile)

    def stats(self) -> AnswerCacheStats:
        """Count what is kept, too old answers included until the next one is kept."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT count(*) AS answers, total(uses) AS given,"
                " total(length(question) + length(answer)) AS characters, min(made_at) AS oldest FROM cached_answers "
                "WHERE profile = ?",
                (self._profile,),
            ).fetchone()
        return AnswerCacheStats(
            answers=row["answers"],
            given=int(row["given"]),
            characters=int(row["characters"]),
            oldest_at=from_milliseconds(row["oldest"]) if row["oldest"] is not None else None,
        )

    def _rows(self, connection: sqlite3.Connection, scope: ReuseScope, which: str, form: str) -> Sequence[sqlite3.Row]:
        # An answer from the future means that the clock was set back: its age is not known.
        now = self._now()
        oldest = now - round(self._limits.keep_for.total_seconds() * 1000)
        inside = (form, self._profile, scope.language, scope.policy_key, scope.memory_version, oldest, now)
        sql = f"SELECT * FROM cached_answers WHERE {which} AND {_SCOPE} ORDER BY made_at DESC, seq DESC"
        return connection.execute(sql, inside).fetchall()

    def _by_meaning(
        self, question: str, forms: QuestionForms, rows: Sequence[sqlite3.Row], encoder: QueryEncoder
    ) -> ReuseHit | None:
        asked = encoder.encode(question)
        if asked is None:
            return None
        candidates = []
        for row in rows:
            made_by_it = row["encoder"] == encoder.name and row["vector"] is not None
            kept = _unpacked(row["vector"]) if made_by_it else encoder.encode(row["question"])
            candidates.append(_candidate(row, _cosine(asked, kept) if kept is not None else None))
        return self._rules.match(forms, candidates)

    def _vector(self, question: str) -> tuple[str, bytes | None]:
        if self._encoder is None or not self._encoder.ready():
            return "", None
        vector = self._encoder.encode(question)
        return ("", None) if vector is None else (self._encoder.name, _packed(vector))

    def _prune(self, connection: sqlite3.Connection, memory_version: str, now: int) -> None:
        oldest = now - round(self._limits.keep_for.total_seconds() * 1000)
        connection.execute(
            "DELETE FROM cached_answers WHERE profile = ? AND (memory_version != ? OR made_at NOT BETWEEN ? AND ?)",
            (self._profile, memory_version, oldest, now),
        )
        connection.execute(
            "DELETE FROM cached_answers WHERE seq IN (SELECT seq FROM cached_answers WHERE profile = ?"
            " ORDER BY used_at DESC, seq DESC LIMIT -1 OFFSET ?)",
            (self._profile, self._limits.most_answers),
        )

    def _drop(self, which: str, value: str | int) -> int:
        with self._database.write() as connection:
            dropped = connection.execute(f"DELETE FROM cached_answers WHERE {which}", (value,)).rowcount
        if dropped:
            self._database.scrub()
        return dropped

    def _now(self) -> int:
        return to_milliseconds(self._clock.now())


def _candidate(row: sqlite3.Row, similarity: float | None = None) -> ReuseCandidate:
    forms = QuestionForms(exact=row["exact"], key=row["meaning"])
    return ReuseCandidate(id=row["id"], forms=forms, similarity=similarity)


def _answer(row: sqlite3.Row, hit: ReuseHit, scope: ReuseScope, now: int) -> CachedAnswer:
    return CachedAnswer(
        id=row["id"],
        question=row["question"],
        answer=row["answer"],
        model=row["model"],
        scope=scope,
        made_at=from_milliseconds(row["made_at"]),
        age_seconds=(now - row["made_at"]) / 1000,
        by=hit.by,
    )


def _packed(vector: Sequence[float]) -> bytes:
    numbers = array("f", vector)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(data: bytes) -> Sequence[float]:
    numbers = array("f")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    if len(one) != len(other):
        return 0.0
    product = sum(a * b for a, b in zip(one, other, strict=True))
    lengths = math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))
    return product / lengths if lengths else 0.0
