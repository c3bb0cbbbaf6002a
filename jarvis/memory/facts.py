"""Turns what people say into facts, in the order in which it was said, and lets newer facts take the place of older.

Nothing is deleted: what no longer holds keeps when it held and what came after. Looking for the same facts twice
changes nothing, so it may be broken off anywhere. Which words are facts is the rules' and the model's business.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, InputError, Language
from jarvis.contracts.memory import ASSISTANT, USER, Memory, NewMemory, TimeRange
from jarvis.contracts.ports import Clock
from jarvis.memory.core_profile import CoreProfile
from jarvis.memory.fact_found import Found
from jarvis.memory.fact_kin import ONLY_ONE, kind_of
from jarvis.memory.fact_model import FactsByModel
from jarvis.memory.fact_people import KnownPeople
from jarvis.memory.fact_rules import find_facts
from jarvis.memory.fact_sentences import OPPOSITE, same_value, single, value_of
from jarvis.memory.fact_shelf import FactShelf
from jarvis.memory.fact_text import key, starts_a_part
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.profile import SqliteProfile

_WORDS_OF_PEOPLE = ("conversation", "told", "imported")
_NOT_PEOPLE = frozenset({ASSISTANT, "jarvis", "system", "tool"})
_PLAY_TURNS = 12
"""A game of make-believe that began so many turns ago may still be going on."""
_TOGETHER = 20
"""So many turns are looked at in one transaction: others wait to write meanwhile."""
_LATEST = datetime.max.replace(tzinfo=UTC)
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
        # Of its own, since a question may be asked while facts are stored.
        self._heard_people = KnownPeople(memories)
        self._heard_lock = threading.Lock()
        self._begin_afresh()

    def _begin_afresh(self) -> None:
        self._people = KnownPeople(self._memories)
        self._shelf = FactShelf(self._memories)

    def learn(self, turns: Sequence[Memory]) -> list[Memory]:
        """Find the facts of turns by rules and store them; returns those that are new. Turns of others than people,
        and what is no turn, have none."""
        if self._wanted() == "none":
            return []
        learned: list[Memory] = []
        for some in range(0, len(turns), _TOGETHER):
            with self._keeping():
                for turn in turns[some : some + _TOGETHER]:
                    if found := self._found(turn):
                        learned.extend(self._keep(turn, found, "rules"))
        self._refresh()
        return learned

    def told_now(self, text: str, language: Language) -> tuple[str, ...]:
        """Return what the rules learn from words that the person says now, a short sentence each; stores nothing."""
        if self._wanted() == "none":
            return ()
        today = self._clock.now().date()
        with self._heard_lock:
            self._heard_people.follow()
        found = find_facts(text, language, today, people=self._heard_people.names())
        return tuple(fact.text for fact in found if not fact.ends)

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
                with self._keeping():
                    self._keep(turn, found, "model")
                self._refresh()
            self._profile.reach("model", turn.seq)
        return len(rows)

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Store all that is found inside, or, where it breaks off, nothing."""
        try:
            with self._memories.together():
                self._people.follow()
                yield
                self._people.followed()
        except BaseException:
            self._begin_afresh()
            raise

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
            turn.text, turn.language, self._day(turn), speaker=speaker, people={} if speaker else self._people.names()
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
            self._settle(fact, new)
        return kept

    def _told(self, turn: Memory, fact: Found, by: str) -> Memory | None:
        """Store a fact, or count that it was told once more; None where it is not new."""
        row = _row(turn, fact, by, self._clock)
        if row.id and self._memories.get(row.id):
            return None
        held_before, rivals = self._rivals(turn, fact)
        for one in reversed(rivals):
            held = one.valid_until is None or one.valid_until > turn.said_at
            if held and same_value(fact.relation, value_of(one), fact.value):
                if by in {"rules", one.provenance} and _newly_told(one, turn):
                    self._memories.told_again(one.id, turn.said_at)
                return None
        if by == "model" and held_before:
            # The rules read the same words more surely.
            return None
        new = self._memories.add([row])[0]
        self._people.told(new)
        return new

    def _rivals(self, turn: Memory, fact: Found) -> tuple[bool, list[Memory]]:
        """Return whether the turn itself has told such a fact, and those told until then that may say the same."""
        subjects = self._same_person(fact.subject)
        if single(fact.subject, fact.relation):
            found = (self._memories.fact_until(subject, fact.relation, turn.said_at) for subject in subjects)
            last = max((one for one in found if one), key=_order, default=None)
            return last is not None and last.origin_seq == turn.seq, [last] if last else []
        told = self._shelf.find(subjects, fact.relation, fact.value)
        mine = self._memories.facts_of([turn.seq]).get(turn.seq, [])
        own = any(one.subject in subjects and one.relation == fact.relation for one in mine)
        return own, [one for one in told if one.said_at <= turn.said_at]

    def _settle(self, fact: Found, new: Memory | None) -> None:
        """Let every fact of a pair hold until the next one was said, whatever the order in which they came in."""
        if fact.relation in OPPOSITE:
            self._settle_opposites(fact)
        if not single(fact.subject, fact.relation):
            return
        for older, newer in self._neighbours(fact, new):
            ended = older.valid_until is not None and older.superseded_by is None and older.valid_until < newer.said_at
            if older.pinned or ended or older.superseded_by == newer.id:
                continue
            self._supersede(older, newer, newer.said_at)

    def _neighbours(self, fact: Found, new: Memory | None) -> Iterable[tuple[Memory, Memory]]:
        """Return the pairs, told one after the other, whose older one may not be settled: what holds, and what was told
        just before the new one."""
        subjects = self._same_person(fact.subject)
        told = [one for one in subjects if self._memories.fact_until(one, fact.relation, _LATEST)]
        if len(told) > 1 or (_is_only_one(fact.subject) and fact.relation != "name"):
            # Who is the same person changes with their name, and with it what was told just before what.
            every = [one for each in told for one in self._memories.facts_about(each, fact.relation, current=False)]
            return pairwise(sorted(every, key=_order))
        loose = {one.seq: one for each in told for one in self._memories.facts_about(each, fact.relation)}
        before = self._memories.fact_before(new) if new is not None else None
        if before is not None:
            loose[before.seq] = before
        after = ((one, self._memories.fact_after(one)) for one in loose.values())
        return [(one, newer) for one, newer in after if newer is not None]

    def _settle_opposites(self, fact: Found) -> None:
        subjects = [fact.subject]
        mine = [one for one in self._shelf.find(subjects, fact.relation, fact.value) if one.valid_until is None]
        opposite = self._shelf.find(subjects, OPPOSITE[fact.relation], fact.value) if mine else []
        others = [one for one in opposite if one.valid_until is None]
        for older, newer in (sorted(pair, key=_order) for pair in product(mine, others)):
            if not older.pinned:
                self._supersede(older, newer, newer.said_at)

    def _same_person(self, subject: str) -> list[str]:
        """Return the subject and every other that is surely the same person: there is one mother, whether she was named
        or not."""
        parts = subject.split("/")
        base = "/".join(parts[:2])
        if not _is_only_one(subject):
            return [subject]
        names = {key(value_of(name)) for name in self._memories.facts_about(base, "name")}
        others = [f"{base}/{name}" for name in names] if len(parts) == 2 else [base] if parts[2] in names else []
        return [subject, *others]

    def _supersede(self, older: Memory, newer: Memory | None, at: datetime) -> None:
        self._memories.supersede(older.id, newer.id if newer else None, at)
        self._people.ended(older)

    def _end(self, turn: Memory, fact: Found) -> None:
        if fact.value and not single(fact.subject, fact.relation):
            told = [
                one for one in self._shelf.find([fact.subject], fact.relation, fact.value) if one.valid_until is None
            ]
        else:
            told = self._memories.facts_about(fact.subject, fact.relation)
        for one in told:
            meant = not fact.value or same_value(fact.relation, value_of(one), fact.value)
            # "I sold the Skoda" names the car by a part of what it is.
            meant = meant or (
                fact.relation == "kind" and set(key(fact.value).split()) <= set(key(value_of(one)).split())
            )
            if meant and not one.pinned and one.said_at <= turn.said_at and one.origin_seq != turn.seq:
                self._supersede(one, None, turn.said_at)


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


def _is_only_one(subject: str) -> bool:
    """Tell whether a person has only one such somebody at a time: "user/mother", not "user/sister"."""
    return kind_of(subject) in ONLY_ONE and subject.split("/")[1] in ONLY_ONE


def _order(fact: Memory) -> tuple[datetime, int]:
    return fact.said_at, fact.seq


def _newly_told(fact: Memory, turn: Memory) -> bool:
    """Tell whether this turn was not counted yet: turns are counted in the order in which they were said."""
    return turn.seq != fact.origin_seq and turn.said_at > (fact.last_told or fact.said_at)
