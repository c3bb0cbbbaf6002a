"""Turns what people say into facts, in the order in which it was said, and lets newer facts take the place of older.

Nothing is deleted: what no longer holds keeps when it held and what came after. Looking for the same facts twice
changes nothing, so it may be broken off anywhere. Which words are facts is the rules' and the model's business.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, InputError
from jarvis.contracts.memory import ASSISTANT, USER, Memory, MemoryFilter, NewMemory, TimeRange
from jarvis.contracts.ports import Clock
from jarvis.memory.core_profile import CoreProfile
from jarvis.memory.fact_found import Found
from jarvis.memory.fact_model import FactsByModel
from jarvis.memory.fact_rules import find_facts
from jarvis.memory.fact_sentences import OPPOSITE, same_value, single, value_of, who_of
from jarvis.memory.fact_text import key, starts_a_part
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.profile import SqliteProfile

_WORDS_OF_PEOPLE = ("conversation", "told", "imported")
_NOT_PEOPLE = frozenset({ASSISTANT, "jarvis", "system", "tool"})
_PLAY_TURNS = 12
"""A game of make-believe that began so many turns ago may still be going on."""
_MOST_PEOPLE = 2000
_log = logging.getLogger(__name__)


class FactFinder:
    """Finds facts in turns and keeps them. One thread at a time; several processes may.

    `wanted` says how facts are to be found now: by a model too ("auto"), by rules alone ("rules") or not ("none").
    """

    def __init__(
        self,
        memories: SqliteMemories,
        profile: SqliteProfile,
        clock: Clock,
        *,
        model: FactsByModel | None = None,
        wanted: Callable[[], str] = lambda: "auto",
    ) -> None:
        self._memories = memories
        self._profile = profile
        self._core = CoreProfile(memories, profile)
        self._clock = clock
        self._model = model
        self._wanted = wanted
        self._refreshed = ""
        self._people: tuple[str, dict[str, tuple[str, str]]] = ("", {})

    def learn(self, turns: Sequence[Memory]) -> list[Memory]:
        """Find the facts of turns by rules and store them; returns those that are new. Turns of others than people,
        and what is no turn, have none."""
        if self._wanted() == "none":
            return []
        learned: list[Memory] = []
        for turn in turns:
            found = self._found(turn)
            if found:
                learned.extend(self._keep(turn, found, "rules"))
        self._refresh()
        return learned

    def catch_up(self, limit: int = 200) -> int:
        """Look for facts in at most `limit` memories that were not looked at yet; returns how many, 0 when all were."""
        if self._wanted() == "none":
            return 0
        rows = self._memories.after(self._profile.reached("rules"), limit)
        if rows:
            self.learn(rows)
            self._profile.reach("rules", rows[-1].seq)
        return len(rows)

    def catch_up_with_model(self, cancel: CancelToken, limit: int = 20) -> int:
        """Let the model on this computer look at most at `limit` turns that the rules had; returns how many it saw.

        0 where there is no such model, or it has seen all. Meant for the background: it takes seconds a turn. Stops
        where the model fails, to go on there the next time. Raises `Cancelled`.
        """
        if self._model is None or self._wanted() != "auto" or not self._model.ready():
            return 0
        ruled, start = self._profile.reached("rules"), self._profile.reached("model")
        rows = [row for row in self._memories.after(start, limit) if row.seq <= ruled]
        for turn in rows:
            try:
                found = (
                    self._model.find(turn, self._day(turn), cancel)
                    if self._person(turn) and turn.speaker == USER
                    else []
                )
            except EngineError as error:
                _log.warning("a model could not look for facts: %s", error.code)
                return 0
            if found and not self._plays(turn):
                self._keep(turn, found, "model")
                self._refresh()
            self._profile.reach("model", turn.seq)
        return len(rows)

    def _refresh(self) -> None:
        """Bring the profile in step with the facts, where anything has changed since."""
        if self._memories.lasting_version() != self._refreshed:
            self._core.refresh()
            self._refreshed = self._memories.lasting_version()

    def _found(self, turn: Memory) -> list[Found]:
        if not self._person(turn):
            return []
        speaker = "" if turn.speaker == USER else turn.speaker
        found = find_facts(
            turn.text, turn.language, self._day(turn), speaker=speaker, people={} if speaker else self._known_people()
        )
        return [] if found and self._plays(turn) else found

    @staticmethod
    def _person(turn: Memory) -> bool:
        return turn.source in _WORDS_OF_PEOPLE and key(turn.speaker) not in _NOT_PEOPLE

    def _plays(self, turn: Memory) -> bool:
        """Tell whether the turn belongs to a game that began before it in its conversation."""
        if turn.conversation_id is None:
            return False
        for other in self._memories.around(turn.id, _PLAY_TURNS):
            if other.seq == turn.seq:
                return False
            if other.speaker == turn.speaker and starts_a_part(other.text):
                return True
        return False

    def _day(self, turn: Memory) -> date:
        return turn.said_at.astimezone(self._clock.now().tzinfo).date()

    def _known_people(self) -> Mapping[str, tuple[str, str]]:
        """Return the names of the person's people and animals, as the rules want them; names of two are left out."""
        version = self._memories.lasting_version()
        if self._people[0] != version:
            people: dict[str, tuple[str, str]] = {}
            twice: set[str] = set()
            where = MemoryFilter(sources=("fact",), current=True)
            for fact in self._memories.page(where, limit=_MOST_PEOPLE).memories:
                name, who = value_of(fact), who_of(fact)
                if fact.relation != "name" or not fact.subject.startswith("user/") or not name or not who:
                    continue
                about = (f"{fact.subject}/{key(name)}", f"{who[:1].lower()}{who[1:]} {name}")
                if people.setdefault(key(name), about) != about:
                    twice.add(key(name))
            self._people = version, {name: about for name, about in people.items() if name not in twice}
        return self._people[1]

    def _keep(self, turn: Memory, found: Sequence[Found], by: str) -> list[Memory]:
        kept: list[Memory] = []
        for fact in found:
            if fact.ends:
                self._end(turn, fact)
                continue
            try:
                new = self._told(turn, fact, by)
            except InputError:
                # The turn was forgotten while it was being read.
                return kept
            if new is not None:
                kept.append(new)
            self._settle(fact)
        return kept

    def _told(self, turn: Memory, fact: Found, by: str) -> Memory | None:
        """Store a fact, or count that it was told once more; None where it is not new."""
        row = _row(turn, fact, by, self._clock)
        if row.id and self._memories.get(row.id):
            return None
        told = self._memories.facts_about(fact.subject, fact.relation, current=False)
        earlier = [one for one in told if one.said_at <= turn.said_at]
        rivals = earlier[-1:] if single(fact.subject, fact.relation) else earlier
        for one in reversed(rivals):
            held = one.valid_until is None or one.valid_until > turn.said_at
            if held and same_value(fact.relation, value_of(one), fact.value):
                if by in {"rules", one.provenance} and _newly_told(one, turn):
                    self._memories.told_again(one.id, turn.said_at)
                return None
        if by == "model" and any(one.origin_seq == turn.seq for one in rivals):
            # The rules read the same words more surely.
            return None
        return self._memories.add([row])[0]

    def _settle(self, fact: Found) -> None:
        """Let every fact of a pair hold until the next one was said, whatever the order in which they came in."""
        if fact.relation in OPPOSITE:
            self._settle_opposites(fact)
        if not single(fact.subject, fact.relation):
            return
        told = self._memories.facts_about(fact.subject, fact.relation, current=False)
        for older, newer in pairwise(told):
            ended = older.valid_until is not None and older.superseded_by is None and older.valid_until < newer.said_at
            if older.pinned or ended or older.superseded_by == newer.id:
                continue
            self._memories.supersede(older.id, newer.id, newer.said_at)

    def _settle_opposites(self, fact: Found) -> None:
        mine = self._memories.facts_about(fact.subject, fact.relation)
        others = self._memories.facts_about(fact.subject, OPPOSITE[fact.relation])
        for one in mine:
            for other in others:
                if same_value(fact.relation, value_of(one), value_of(other)):
                    older, newer = sorted((one, other), key=lambda memory: (memory.said_at, memory.seq))
                    if not older.pinned:
                        self._memories.supersede(older.id, newer.id, newer.said_at)

    def _end(self, turn: Memory, fact: Found) -> None:
        for one in self._memories.facts_about(fact.subject, fact.relation):
            meant = not fact.value or same_value(fact.relation, value_of(one), fact.value)
            if meant and not one.pinned and one.said_at <= turn.said_at and one.origin_seq != turn.seq:
                self._memories.supersede(one.id, None, turn.said_at)


def _row(turn: Memory, fact: Found, by: str, clock: Clock) -> NewMemory:
    words = "\n".join((turn.id, fact.subject, fact.relation, key(fact.value)))
    happened = None
    if fact.day is not None:
        begin = datetime.combine(fact.day, time(), tzinfo=clock.now().tzinfo)
        happened = TimeRange(start=begin.astimezone(UTC), end=(begin + timedelta(days=1)).astimezone(UTC))
    return NewMemory(
        id=f"fact-{hashlib.sha256(words.encode()).hexdigest()[:32]}",
        text=fact.text,
        source="fact",
        speaker=turn.speaker,
        said_at=turn.said_at,
        happened=happened,
        conversation_id=turn.conversation_id,
        origin=turn.id,
        subject=fact.subject,
        relation=fact.relation,
        privacy=turn.privacy,
        language=fact.language,
        provenance=by,
        importance=fact.importance,
    )


def _newly_told(fact: Memory, turn: Memory) -> bool:
    """Tell whether this turn was not counted yet: turns are counted in the order in which they were said."""
    return turn.seq != fact.origin_seq and turn.said_at > (fact.last_told or fact.said_at)
