"""The names of a person's people and animals, as they were told, kept in step with the facts that say them.

Facts never change their words without a new number, so only numbers that are new are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jarvis.contracts.memory import USER, Memory
from jarvis.memory.fact_kin import kind_of
from jarvis.memory.fact_sentences import value_of, who_of
from jarvis.memory.fact_text import key
from jarvis.storage.memories import SqliteMemories


class KnownPeople:
    """Who is meant by which name. One thread at a time.

    Whoever stores and ends facts tells so with `told` and `ended`, and what others may have done is read by `follow`.
    """

    def __init__(self, memories: SqliteMemories) -> None:
        self._memories = memories
        self._version = ""
        self._names: dict[int, str] = {}
        self._facts: dict[str, dict[int, tuple[datetime, str, str]]] = {}
        self._known: dict[str, tuple[str, str]] = {}

    def names(self) -> Mapping[str, tuple[str, str]]:
        """Return each name of only one somebody, as `find_facts` wants them."""
        return self._known

    def follow(self) -> None:
        """Read what has changed since the last time."""
        version = self._memories.lasting_version()
        if version == self._version:
            return
        holding = set(self._memories.holding_under(USER))
        for seq in self._names.keys() - holding:
            self._leave(seq)
        for fact in self._memories.by_seq(holding - self._names.keys()).values():
            self.told(fact)
        self._version = version

    def followed(self) -> None:
        """Say that `told` and `ended` have had every change until now, which nobody else could make meanwhile."""
        self._version = self._memories.lasting_version()

    def told(self, fact: Memory) -> None:
        """Take in a fact that holds."""
        if fact.seq in self._names or not fact.subject.startswith(f"{USER}/"):
            return
        about = _person_in(fact)
        name = about[0].rpartition("/")[2] if about is not None else ""
        self._names[fact.seq] = name
        if about is not None:
            self._facts.setdefault(name, {})[fact.seq] = (fact.said_at, *about)
            self._settle(name)

    def ended(self, fact: Memory) -> None:
        """Leave out a fact that no longer holds."""
        self._leave(fact.seq)

    def _leave(self, seq: int) -> None:
        name = self._names.pop(seq, "")
        if name:
            del self._facts[name][seq]
            self._settle(name)

    def _settle(self, name: str) -> None:
        facts = self._facts.get(name)
        if not facts:
            self._facts.pop(name, None)
            self._known.pop(name, None)
            return
        if len({subject for _, subject, _ in facts.values()}) > 1:
            self._known.pop(name, None)
            return
        _, (_, subject, words) = max(facts.items(), key=lambda item: (item[1][0], item[0]))
        self._known[name] = subject, words


def _person_in(fact: Memory) -> tuple[str, str] | None:
    """Return the subject and the words of the one somebody whom a fact names: ("user/sister/ana", "my sister Ana")."""
    who = who_of(fact)
    who = f"{who[:1].lower()}{who[1:]}"
    if fact.relation == "name" and fact.subject.count("/") == 1:
        name = value_of(fact)
        return (f"{fact.subject}/{key(name)}", f"{who} {name}") if name and who else None
    named = (
        fact.subject.count("/") == 2 and kind_of(fact.subject) and key(who).endswith(fact.subject.rpartition("/")[2])
    )
    return (fact.subject, who) if named else None
