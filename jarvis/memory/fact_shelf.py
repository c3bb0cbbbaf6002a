"""Finds the facts of one value among however many of one kind there are ("I like jazz" among all that is liked).

Remembers only which number has which value, neither of which ever changes; what is found is read afresh, so whatever
others changed or forgot meanwhile is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from jarvis.contracts.memory import Memory
from jarvis.memory.fact_sentences import bare_value, value_of
from jarvis.storage.memories import SqliteMemories


@dataclass(kw_only=True, slots=True)
class _Kind:
    """One subject's facts of one relation, up to the number `read`."""

    read: int = 0
    seqs: dict[str, list[int]] = field(default_factory=dict)


class FactShelf:
    """Facts by subject, relation and value, for relations whose values are compared as words. One thread at a time.

    Not to be used any more once a transaction was taken back in which it was: its numbers may be given to others.
    """

    def __init__(self, memories: SqliteMemories) -> None:
        self._memories = memories
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def find(self, subjects: list[str], relation: str, value: str) -> list[Memory]:
        """Return the facts of these subjects that state this value, oldest first."""
        seqs = [seq for subject in subjects for seq in self._seqs(subject, relation).get(bare_value(value), ())]
        found = self._memories.by_seq(seqs).values() if seqs else ()
        return sorted(found, key=lambda fact: (fact.said_at, fact.seq))

    def _seqs(self, subject: str, relation: str) -> dict[str, list[int]]:
        kind = self._kinds.setdefault((subject, relation), _Kind())
        for fact in self._memories.facts_after(subject, relation, kind.read):
            kind.seqs.setdefault(bare_value(value_of(fact)), []).append(fact.seq)
            kind.read = fact.seq
        return kind.seqs
