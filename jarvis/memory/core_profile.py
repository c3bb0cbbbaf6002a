"""Keeps the core profile in step with the facts: who the person is, their home and family, what they must not eat.

Decides only which facts are firm enough for every prompt. What the person wrote is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from jarvis.contracts.memory import Memory
from jarvis.memory.fact_kin import CLOSE_FAMILY
from jarvis.storage.profile import MOST_CHARACTERS, MOST_LINES, LearnedLine, SqliteProfile

_OF_THE_PERSON = ("name", "called", "home", "job", "work", "allergy", "diet", "avoids", "language", "from", "birthday")
_MOST_OF_ONE = 3
"""Lines for one relation, such as allergies: the newest."""


class FactRows(Protocol):
    """The rows of facts that the profile reads."""

    def newest_about(self, subject: str, relation: str, limit: int, most_characters: int) -> list[Memory]:
        """Return facts that hold, pinned ones first, then the newest."""
        ...

    def by_seq(self, seqs: list[int]) -> dict[int, Memory]:
        """Return rows by number."""
        ...

    def get(self, memory_id: str) -> Memory | None:
        """Return one row."""
        ...


class CoreProfile:
    """The profile as it follows the facts in `memories`."""

    def __init__(self, memories: FactRows, profile: SqliteProfile) -> None:
        self._memories = memories
        self._profile = profile

    def refresh(self) -> None:
        """Fill the profile anew, or, where the person has edited it, let its learned lines follow their facts."""
        if self._profile.edited():
            self._follow()
        else:
            self._profile.fill([_line(fact) for fact in self._firmest()][:MOST_LINES])

    def _firmest(self) -> Iterator[Memory]:
        for relation in _OF_THE_PERSON:
            yield from self._some("user", relation)
        for kin in CLOSE_FAMILY:
            for subject in (f"user/{kin}", f"user/older {kin}", f"user/younger {kin}"):
                yield from self._some(subject, "name")

    def _some(self, subject: str, relation: str) -> list[Memory]:
        return self._memories.newest_about(subject, relation, _MOST_OF_ONE, MOST_CHARACTERS)

    def _follow(self) -> None:
        learned = self._profile.learned()
        facts = self._memories.by_seq(list(learned.values()))
        for line_id, seq in learned.items():
            fact = facts.get(seq)
            if fact is None or fact.valid_until is None:
                continue
            successor = self._successor(fact)
            self._profile.follow(line_id, _line(successor) if successor else None)

    def _successor(self, fact: Memory) -> Memory | None:
        seen = {fact.id}
        newer = fact
        while newer.valid_until is not None:
            found = self._memories.get(newer.superseded_by) if newer.superseded_by else None
            if found is None or found.id in seen:
                return None
            seen.add(found.id)
            newer = found
        return newer


def _line(fact: Memory) -> LearnedLine:
    return LearnedLine(text=fact.text, seq=fact.seq, privacy=fact.privacy)
