"""Looks up which facts of recalled rows no longer hold, and what took their place.

A turn that only repeated a fact has none of its own, so its words are read again. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Protocol

from jarvis.contracts.memory import USER, Memory
from jarvis.memory.fact_rules import find_facts
from jarvis.memory.fact_sentences import same_value, value_of
from jarvis.memory.recall_lines import Change


class ChangedRows(Protocol):
    """The rows of facts."""

    def facts_of(self, seqs: Iterable[int]) -> dict[int, list[Memory]]:
        """Return the facts found in rows, by the row's number."""
        ...

    def facts_about(self, subject: str, relation: str, *, current: bool = True) -> list[Memory]:
        """Return the facts of a subject in one relation."""
        ...

    def get(self, memory_id: str) -> Memory | None:
        """Return one row."""
        ...


def changes_of(
    memories: ChangedRows, rows: Sequence[Memory], zone: tzinfo | None, *, leaving: bool
) -> dict[int, list[Change]]:
    """Return, by the number of a row, its facts that no longer hold, each with what took its place.

    With `leaving`, what took its place is left out where it must not leave this computer.
    """
    own = memories.facts_of([row.seq for row in rows])
    changes: dict[int, list[Change]] = {}
    for row in rows:
        facts = {fact.seq: fact for fact in (row, *own.get(row.seq, ()), *_repeated(memories, row, zone))}
        for fact in facts.values():
            if fact.valid_until is None:
                continue
            newer = memories.get(fact.superseded_by) if fact.superseded_by else None
            if newer is not None and leaving and newer.privacy != "cloud":
                newer = None
            changes.setdefault(row.seq, []).append((fact, newer))
    return changes


def _repeated(memories: ChangedRows, row: Memory, zone: tzinfo | None) -> list[Memory]:
    if row.speaker != USER or row.source not in {"conversation", "told"}:
        return []
    return [
        fact
        for told in find_facts(row.text, row.language, row.said_at.astimezone(zone).date())
        if not told.ends
        for fact in memories.facts_about(told.subject, told.relation, current=False)
        if fact.said_at < row.said_at
        and (fact.valid_until is None or fact.valid_until > row.said_at)
        and same_value(told.relation, value_of(fact), told.value)
    ]
