"""Reads facts by what they are about: all, those that hold, and single ones in the order in which they were told.

However many facts of a kind there are, only the wanted ones are read. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jarvis.contracts.memory import Memory
from jarvis.storage.database import Database
from jarvis.storage.memory_rows import SELECT, listed, memory_of, milliseconds

_PAIR = "m.subject <> '' AND m.subject = ? AND m.relation = ?"
_HOLDS = " AND m.valid_until IS NULL"
_ALL = SELECT.replace("memories m", "memories m INDEXED BY memories_by_subject")
_ORDERED = SELECT.replace("memories m", "memories m INDEXED BY memories_told_in_order")
_HOLDING = SELECT.replace("memories m", "memories m INDEXED BY memories_holding")


class FactReads:
    """What can be asked of facts; any thread may call anything."""

    _database: Database

    def facts_about(self, subject: str, relation: str, *, current: bool = True) -> list[Memory]:
        """Return what is known of a subject in one relation, oldest first; `current` leaves out what no longer holds.

        An empty subject is that of no fact.
        """
        if current:
            return self._facts(f"{_HOLDING} WHERE {_PAIR}{_HOLDS} ORDER BY m.said_at, m.seq", subject, relation)
        return self._facts(f"{_ORDERED} WHERE {_PAIR} ORDER BY m.said_at, m.seq", subject, relation)

    def facts_after(self, subject: str, relation: str, seq: int) -> list[Memory]:
        """Return what is known of a subject in one relation whose number is greater, ascending."""
        return self._facts(f"{_ALL} WHERE {_PAIR} AND m.seq > ? ORDER BY m.seq", subject, relation, seq)

    def fact_until(self, subject: str, relation: str, at: datetime) -> Memory | None:
        """Return the newest of a subject in one relation that was told at that time or before."""
        return self._fact("m.said_at <= ? ORDER BY m.said_at DESC, m.seq DESC", subject, relation, milliseconds(at))

    def fact_before(self, fact: Memory) -> Memory | None:
        """Return the one of its subject and relation that was told just before."""
        where = "(m.said_at, m.seq) < (?, ?) ORDER BY m.said_at DESC, m.seq DESC"
        return self._fact(where, fact.subject, fact.relation, milliseconds(fact.said_at), fact.seq)

    def fact_after(self, fact: Memory) -> Memory | None:
        """Return the one of its subject and relation that was told next."""
        where = "(m.said_at, m.seq) > (?, ?) ORDER BY m.said_at, m.seq"
        return self._fact(where, fact.subject, fact.relation, milliseconds(fact.said_at), fact.seq)

    def newest_about(self, subject: str, relation: str, limit: int, most_characters: int) -> list[Memory]:
        """Return at most `limit` facts that hold and are no longer than that, pinned ones first, then the newest."""
        where = f"{_PAIR}{_HOLDS} AND length(m.text) <= ?"
        order = "ORDER BY m.pinned DESC, m.said_at DESC, m.seq DESC LIMIT ?"
        return self._facts(f"{_HOLDING} WHERE {where} {order}", subject, relation, most_characters, limit)

    def holding_under(self, subject: str) -> list[int]:
        """Return the numbers of the facts that hold about those who belong to somebody ("user": "user/sister")."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT seq FROM memories INDEXED BY memories_holding"
                " WHERE subject <> '' AND valid_until IS NULL AND subject > ? AND subject < ?",
                (f"{subject}/", f"{subject}0"),
            )
            return [row[0] for row in rows]

    def facts_of(self, seqs: Iterable[int]) -> dict[int, list[Memory]]:
        """Return the facts that were found in these memories, by the number of the memory."""
        facts: dict[int, list[Memory]] = {}
        among = "m.origin_seq IN (SELECT value FROM json_each(?))"
        for memory in self._facts(f"{SELECT} WHERE {among} ORDER BY m.seq", listed(seqs)):
            assert memory.origin_seq is not None
            facts.setdefault(memory.origin_seq, []).append(memory)
        return facts

    def _fact(self, where: str, *given: Any) -> Memory | None:
        return next(iter(self._facts(f"{_ORDERED} WHERE {_PAIR} AND {where} LIMIT 1", *given)), None)

    def _facts(self, query: str, *given: Any) -> list[Memory]:
        with self._database.read() as connection:
            return [memory_of(row) for row in connection.execute(query, given)]
