"""Reads memories: single ones, pages, neighbours, histories, and the numbers that indexes live by. Changes nothing."""

from __future__ import annotations

import heapq
import sqlite3
import threading
from array import array
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from jarvis.contracts.memory import Memory, MemoryFilter, MemoryPage
from jarvis.storage.database import Database
from jarvis.storage.fact_reads import FactReads
from jarvis.storage.memory_rows import SELECT, condition_of, know_texts, listed, memory_of, text_key

_EVERYTHING = MemoryFilter()
_AMONG = "IN (SELECT value FROM json_each(?))"


class MemoryReads(FactReads):
    """What can be asked of the rows; any thread may call anything."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: dict[MemoryFilter, tuple[int, int]] = {}
        self._counts_lock = threading.Lock()

    def get(self, memory_id: str) -> Memory | None:
        """Return one memory."""
        return self._one("m.id = ?", memory_id)

    def by_seq(self, seqs: Iterable[int]) -> dict[int, Memory]:
        """Return those of `seqs` that are there."""
        return {memory.seq: memory for memory in self._all(f"m.seq {_AMONG}", listed(seqs))}

    def by_message(self, message_id: str) -> list[Memory]:
        """Return what a message became: its parts in order."""
        return self._all("m.message_id = ? ORDER BY m.part, m.seq", message_id)

    def page(self, where: MemoryFilter, *, limit: int = 50, before: int | None = None) -> MemoryPage:
        """Return memories, newest first by when they were said; `before` is the `seq` of the last one seen."""
        with self._database.read() as connection:
            start = _start(connection, before)
            # One source at a time, so that each is read in order by its index.
            parts = [replace(where, sources=(source,)) for source in dict.fromkeys(where.sources)] or [where]
            found = [_newest(connection, part, start, limit + 1) for part in parts]
        rows = list(heapq.merge(*found, key=lambda memory: (memory.said_at, memory.seq), reverse=True))
        shown = rows[:limit]
        more = len(rows) > limit and shown
        return MemoryPage(memories=tuple(shown), next_before=shown[-1].seq if more else None, total=self.count(where))

    def seqs(self, where: MemoryFilter) -> list[int]:
        """Return the `seq` of every fitting memory, ascending."""
        condition = condition_of(where)
        with self._database.read() as connection:
            know_texts(connection)
            rows = connection.execute(f"SELECT m.seq FROM memories m{condition.clause()}", condition.given)
            return sorted(row[0] for row in rows)

    def count(self, where: MemoryFilter = _EVERYTHING) -> int:
        """Return how many fit; the same question is counted again only after a change."""
        condition = condition_of(where)
        with self._database.read() as connection:
            revision = _revision(connection)
            known = self._counts.get(where)
            if known and known[0] == revision:
                return known[1]
            know_texts(connection)
            found = connection.execute(f"SELECT count(*) FROM memories m{condition.clause()}", condition.given)
            number = int(found.fetchone()[0])
        with self._counts_lock:
            if len(self._counts) >= 64:
                self._counts.clear()
            self._counts[where] = (revision, number)
        return number

    def after(self, seq: int, limit: int) -> list[Memory]:
        """Return at most `limit` memories whose number is greater than `seq`, ascending."""
        return self._all("m.seq > ? ORDER BY m.seq LIMIT ?", seq, limit)

    def last_seq(self) -> int:
        """Return the greatest number ever given; 0 before the first."""
        with self._database.read() as connection:
            return last_seq(connection)

    def count_after(self, seq: int) -> int:
        """Return how many memories have a greater number."""
        # The shorter side is counted.
        above = seq > self.last_seq() // 2
        with self._database.read() as connection:
            number = connection.execute(
                f"SELECT count(*) FROM memories WHERE seq {'>' if above else '<='} ?", (seq,)
            ).fetchone()[0]
        return int(number) if above else self.count() - int(number)

    def all_seqs(self) -> array[int]:
        """Return the numbers of all memories, ascending."""
        with self._database.read() as connection:
            # Read from an index, which is a small part of the rows.
            rows = connection.execute("SELECT seq FROM memories INDEXED BY memories_by_time")
            return array("q", sorted(row[0] for row in rows))

    def around(self, memory_id: str, turns: int = 3) -> list[Memory]:
        """Return the memory with at most `turns` before and after it, in order: turns of its conversation, pieces of
        its document, else what it was said after and before. A fact stands behind the turn it was found in."""
        memory = self.get(memory_id)
        if memory is None:
            return []
        origin = self._one("m.seq = ?", memory.origin_seq) if memory.origin_seq is not None else None
        middle = origin or memory
        before, after = self._beside(middle, turns)
        return [*before, middle, *([memory] if origin else []), *after]

    def _beside(self, memory: Memory, turns: int) -> tuple[list[Memory], list[Memory]]:
        for column in ("conversation_id", "document_id"):
            group = getattr(memory, column)
            if group is not None:
                mine = f"m.{column} = ? AND m.origin_seq IS NULL AND m.position"
                place = "(SELECT position FROM memories WHERE seq = ?)"
                before = self._all(f"{mine} < {place} ORDER BY m.position DESC LIMIT ?", group, memory.seq, turns)
                after = self._all(f"{mine} > {place} ORDER BY m.position LIMIT ?", group, memory.seq, turns)
                return before[::-1], after
        before, after = [], []
        step: Memory | None = memory
        while len(before) < turns and step is not None and step.previous_seq is not None:
            step = self._one("m.seq = ?", step.previous_seq)
            before += [step] if step else []
        step = memory
        while len(after) < turns and step is not None:
            step = self._one("m.previous_seq = ? ORDER BY m.seq LIMIT 1", step.seq)
            after += [step] if step else []
        return before[::-1], after

    def same_text(self, text: str, sources: tuple[str, ...] = ("told", "fact")) -> list[Memory]:
        """Return what was told, or the facts, in these words (case, accents, outer punctuation aside), oldest first."""
        found = self._all("m.text_key = ? ORDER BY m.seq", text_key(text))
        return [memory for memory in found if memory.source in sources]

    def history(self, memory_id: str) -> list[Memory]:
        """Return what a fact was before and after, oldest first; just itself for anything else."""
        chain = "WITH RECURSIVE {name} (id, next) AS (SELECT id, superseded_by FROM memories WHERE id = ? UNION {step})"
        later = chain.format(
            name="chain", step="SELECT n.id, n.superseded_by FROM chain c JOIN memories n ON n.id = c.next"
        )
        earlier = chain.format(
            name="chain", step="SELECT n.id, n.superseded_by FROM chain c JOIN memories n ON n.superseded_by = c.id"
        )
        found: dict[int, Memory] = {}
        with self._database.read() as connection:
            for walk in (earlier, later):
                rows = connection.execute(f"{walk} {SELECT} WHERE m.id IN (SELECT id FROM chain)", (memory_id,))
                found |= {row["seq"]: memory_of(row) for row in rows}
        return sorted(found.values(), key=lambda memory: (memory.said_at, memory.seq))

    def forgotten(self, limit: int = 10000) -> list[int]:
        """Return numbers of memories that are gone but may still be in an index, ascending."""
        with self._database.read() as connection:
            return [row[0] for row in connection.execute("SELECT seq FROM memory_forgotten LIMIT ?", (limit,))]

    def revision(self) -> int:
        """Return a number that grows with every change, in whichever process."""
        with self._database.read() as connection:
            return _revision(connection)

    def version(self) -> str:
        """Return a text that changes with everything that is remembered, changed or forgotten."""
        return str(self.revision())

    def lasting_version(self) -> str:
        """Return a text that changes as `version` does, but not when a conversation only goes on."""
        with self._database.read() as connection:
            return str(connection.execute("SELECT lasting FROM memory_progress").fetchone()[0])

    def used_by(self, message_id: str | None) -> list[tuple[int, float]]:
        """Return the memories that an answer drew on with their scores, best first; None takes the last such answer."""
        with self._database.read() as connection:
            if message_id is None:
                last = connection.execute(
                    "SELECT id FROM messages WHERE id IN (SELECT message_id FROM memory_uses) ORDER BY seq DESC LIMIT 1"
                ).fetchone()
                if last is None:
                    return []
                message_id = last["id"]
            rows = connection.execute(
                "SELECT memory_seq, score FROM memory_uses WHERE message_id = ? ORDER BY score DESC, memory_seq",
                (message_id,),
            )
            return [(row["memory_seq"], row["score"]) for row in rows]

    def answers_using(self, seqs: Iterable[int]) -> list[str]:
        """Return the messages whose answers drew on any of these memories, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT id FROM messages WHERE id IN (SELECT message_id FROM memory_uses WHERE memory_seq {_AMONG})"
                " ORDER BY seq",
                (listed(seqs),),
            )
            return [row["id"] for row in rows]

    def _one(self, condition: str, *given: Any) -> Memory | None:
        with self._database.read() as connection:
            row = connection.execute(f"{SELECT} WHERE {condition}", given).fetchone()
        return memory_of(row) if row else None

    def _all(self, condition: str, *given: Any) -> list[Memory]:
        with self._database.read() as connection:
            return [memory_of(row) for row in connection.execute(f"{SELECT} WHERE {condition}", given)]


def last_seq(connection: sqlite3.Connection) -> int:
    """Return the greatest number that a memory ever had."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'memories'").fetchone()
    return int(row[0]) if row else 0


def _revision(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT revision FROM memory_progress").fetchone()[0])


def _start(connection: sqlite3.Connection, before: int | None) -> tuple[int, int] | None:
    """Return time and number of a memory; of one that is gone, those of the one stored before it."""
    if before is None:
        return None
    row = connection.execute(
        "SELECT said_at FROM memories WHERE seq <= ? ORDER BY seq DESC LIMIT 1", (before,)
    ).fetchone()
    return (row["said_at"], before) if row else (-(1 << 62), 0)


def _newest(
    connection: sqlite3.Connection, where: MemoryFilter, start: tuple[int, int] | None, limit: int
) -> list[Memory]:
    condition = condition_of(where)
    know_texts(connection)
    rows = connection.execute(
        f"{SELECT}{condition.clause('(m.said_at, m.seq) < (?, ?)' if start else '')}"
        " ORDER BY m.said_at DESC, m.seq DESC LIMIT ?",
        (*condition.given, *(start or ()), limit),
    )
    return [memory_of(row) for row in rows]
