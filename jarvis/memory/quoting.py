"""Answers a question with what the person once said, word for word, without a model.

Only where a fact answers exactly what is asked: one that still holds, or, where it is asked what was so before, one
that a newer fact closed. In every other case there is no answer, and a model gets the question. Understands no question
itself and finds no facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import ASSISTANT, USER, Memory, MemoryFilter, MemoryPage, QuotedAnswer, Recalled
from jarvis.memory.fact_dates import CalendarDay
from jarvis.memory.fact_kin import ONLY_ONE
from jarvis.memory.fact_rules import find_facts
from jarvis.memory.fact_sentences import single, value_of
from jarvis.memory.fact_text import key
from jarvis.memory.quoting_past import before
from jarvis.memory.quoting_questions import Asked, asked_of

MOST_QUOTED = 6
MOST_CHARACTERS = 240
_QUALIFIED = ("", "older ", "younger ", "oldest ", "youngest ", "twin ", "middle ", "best ")
_INSTEAD = {"age": ("birth year", "birthday"), "home": ("address",)}
"""Relations that answer too where the one that was asked for is not known."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_TOGETHER = {
    "child": ("child", "son", "daughter"),
    "parent": ("parent", "mother", "father"),
    "sibling": ("brother", "sister"),
}


class QuotedRows(Protocol):
    """The rows that quoting reads."""

    def facts_about(self, subject: str, relation: str, *, current: bool = True) -> list[Memory]:
        """Return facts, oldest first."""
        ...

    def facts_of(self, seqs: Iterable[int]) -> dict[int, list[Memory]]:
        """Return the facts found in rows, by the row's number."""
        ...

    def by_seq(self, seqs: Iterable[int]) -> dict[int, Memory]:
        """Return rows by number."""
        ...

    def page(self, where: MemoryFilter, *, limit: int = 50, before: int | None = None) -> MemoryPage:
        """Return rows, newest first."""
        ...

    def holding_under(self, subject: str) -> list[int]:
        """Return the numbers of the facts that hold about those who belong to somebody, or are one by name."""
        ...


class Quoting:
    """Quotes facts out of `memories`."""

    def __init__(self, memories: QuotedRows) -> None:
        self._memories = memories

    def answer(self, text: str, language: Language, now: datetime) -> QuotedAnswer | None:
        """Return the answer to a question, in `language`; None unless a fact surely is one. `now` is aware local."""
        asked = asked_of(text, language)
        if asked is None:
            return None
        if asked.past:
            return self._past(asked, language, now)
        facts = self._facts(asked, now)
        if not facts or len(facts) > MOST_QUOTED:
            return None
        origins = self._memories.by_seq([fact.origin_seq for fact in facts if fact.origin_seq is not None])
        told = [self._told(fact, origins.get(fact.origin_seq or 0), language, now) for fact in facts]
        changed = self._before(facts[0], language, now) if len(facts) == 1 else ""
        items = [
            Recalled(memory=origins.get(fact.origin_seq or 0, fact), score=1.0, because=fact.text) for fact in facts
        ]
        return QuotedAnswer(text=" ".join([*told, *([changed] if changed else [])]), items=tuple(items))

    def _past(self, asked: Asked, language: Language, now: datetime) -> QuotedAnswer | None:
        """Return what was so before, with until when; None where nothing was."""
        facts = [
            fact
            for subject in self._subjects(asked)
            for fact in self._memories.facts_about(subject, asked.relation, current=False)
        ]
        if (pair := before(facts, asked.than)) is None:
            return None
        older, newer = pair
        told = [fact for fact in (older, newer) if fact is not None]
        origins = self._memories.by_seq([fact.origin_seq for fact in told if fact.origin_seq is not None])
        until = _until(older, language, now)
        if newer is not None:
            words, _ = _words(newer, origins.get(newer.origin_seq or 0), now)
            until = f"{until.rstrip('.')}: {_in_marks(words, language)}"
        items = [
            Recalled(memory=origins.get(fact.origin_seq or 0, fact), score=1.0, because=fact.text) for fact in told
        ]
        first = self._told(older, origins.get(older.origin_seq or 0), language, now)
        return QuotedAnswer(text=f"{first} {until}", items=tuple(items))

    def _facts(self, asked: Asked, now: datetime) -> list[Memory]:
        """Return the facts that answer, newest first."""
        if asked.relation == "about":
            return [fact for fact in self._named(asked.person) if not _over(fact, now)][:MOST_QUOTED]
        if asked.relation == "who":
            named = self._named(asked.person)
            people = {_person(fact) for fact in named}
            names = [fact for fact in named if fact.relation == "name"]
            return (names or named[:1])[:2] if len(people) < 3 else []
        for relation in (asked.relation, *_INSTEAD.get(asked.relation, ())):
            found: dict[int, Memory] = {}
            for subject in self._subjects(asked):
                facts = self._memories.facts_about(subject, relation)
                facts = [fact for fact in facts if _answers(fact, asked, now)]
                if facts and single(subject, relation):
                    facts = [max(facts, key=lambda fact: (fact.pinned, fact.said_at, fact.seq))]
                found |= {fact.seq: fact for fact in facts}
            if found:
                newest = sorted(found.values(), key=lambda fact: (fact.said_at, fact.seq), reverse=True)
                # Of one and the same person, with and without a name, only the newest holds.
                same = asked.person or asked.kin in ONLY_ONE
                return newest[:1] if same and single(newest[0].subject, relation) else newest
        return list(self._in_passing(asked.subject).values()) if asked.kin and asked.relation == "name" else []

    def _in_passing(self, base: str) -> dict[str, Memory]:
        """Return, by subject, the newest fact of each such relative who was named as one ("my sister Ana ...")."""
        facts = self._memories.by_seq(self._memories.holding_under(base)).values()
        return {fact.subject: fact for fact in sorted(facts, key=lambda fact: (fact.said_at, fact.seq))}

    def _subjects(self, asked: Asked) -> list[str]:
        """Return the subjects that a question may be about: a sister by that word, by her name, the older one."""
        if asked.person:
            named = {_person(fact) for fact in self._named(asked.person)}
            if len(named) != 1:
                return []
            base, name = named.pop()
            alone = len(self._memories.facts_about(base, "name")) == 1
            return [f"{base}/{name}", *([base] if alone else [])]
        if not asked.kin:
            return [asked.subject]
        bases = [asked.subject]
        if asked.subject == f"user/{asked.kin}" and asked.kin not in ONLY_ONE:
            kins = _TOGETHER.get(asked.kin, (asked.kin,))
            bases = [f"user/{which}{kin}" for kin in kins for which in _QUALIFIED]
        subjects: list[str] = []
        for base in bases:
            names = self._memories.facts_about(base, "name") if asked.relation != "name" else []
            subjects += [base, *(f"{base}/{key(value_of(fact))}" for fact in names), *self._in_passing(base)]
        return list(dict.fromkeys(subjects))

    def _named(self, person: str) -> list[Memory]:
        wanted = key(person)
        page = self._memories.page(MemoryFilter(sources=("fact",), current=True, text=person), limit=200)
        return [
            fact
            for fact in page.memories
            if fact.subject.startswith("user/") and wanted in {_person(fact)[1], _person(fact)[1].partition(" ")[0]}
        ]

    def _told(self, fact: Memory, origin: Memory | None, language: Language, now: datetime) -> str:
        words, alone = _words(fact, None if self._partly_over(fact, origin) else origin, now)
        meaning = "" if alone else f" ({fact.text.rstrip('.')}.)"
        return f"{_when(fact, language, now)} {_said(fact, language)}: {_in_marks(words, language)}{meaning}"

    def _partly_over(self, fact: Memory, origin: Memory | None) -> bool:
        """Tell whether the turn also said something that no longer holds: then only the fact itself is quoted."""
        if origin is None:
            return False
        others = self._memories.facts_of([origin.seq]).get(origin.seq, [])
        return any(other.valid_until is not None for other in others if other.seq != fact.seq)

    def _before(self, fact: Memory, language: Language, now: datetime) -> str:
        """Return one sentence on what it was before it changed; empty where it did not."""
        older = [
            one
            for one in self._memories.facts_about(fact.subject, fact.relation, current=False)
            if one.superseded_by == fact.id and not _over(one, fact.said_at)
        ]
        if not older or not single(fact.subject, fact.relation):
            return ""
        when = _when(older[-1], language, now)
        when = f"{when[:1].lower()}{when[1:]}"
        quoted = _in_marks(older[-1].text, language)
        return f"It changed: {when} it was {quoted}" if language == "en" else f"Cambió: {when} era {quoted}"


def _person(fact: Memory) -> tuple[str, str]:
    """Return the subject without a name, and the name, of the one somebody whom a fact names."""
    base, _, name = fact.subject.removeprefix("user/").partition("/")
    return f"user/{base}", name or (key(value_of(fact)) if fact.relation == "name" else "")


def _answers(fact: Memory, asked: Asked, now: datetime) -> bool:
    """Tell whether a fact still answers: a birthday tells the age only with its year; what is over is not to come."""
    if asked.relation == "age" and fact.relation == "birthday":
        return bool(_YEAR.search(value_of(fact)))
    return not _over(fact, now)


def _over(fact: Memory, moment: datetime) -> bool:
    """Tell whether an event lay behind at a moment: another of its kind is then a new one, and no change."""
    end = fact.happened.end if fact.happened and fact.relation == "date" else None
    return end is not None and end <= moment


def _words(fact: Memory, origin: Memory | None, now: datetime) -> tuple[str, bool]:
    """Return the words to quote, and whether they say the fact on their own.

    The person may have corrected the fact since: then it is the fact that is quoted.
    """
    if origin is None:
        return fact.text.rstrip("."), True
    said_on = origin.said_at.astimezone(now.tzinfo).date()
    found = find_facts(origin.text, origin.language, said_on, speaker="" if origin.speaker == USER else origin.speaker)
    value = key(value_of(fact))
    for one in found:
        if (one.subject, one.relation, one.text) == (fact.subject, fact.relation, fact.text):
            return _short(one.sentence, fact), _says(one.sentence, value)
    if value and _says(origin.text, value):
        sentences = [s for s in origin.text.replace("! ", ". ").replace("\n", ". ").split(". ") if _says(s, value)]
        return _short(sentences[0] if sentences else origin.text, fact), True
    return fact.text.rstrip("."), True


def _in_marks(words: str, language: Language) -> str:
    words = words.rstrip(" .")
    return f"“{words}.”" if language == "en" else f"«{words}»."


def _short(sentence: str, fact: Memory) -> str:
    words = " ".join(sentence.split()).rstrip(" .")
    return words if len(words) <= MOST_CHARACTERS else fact.text.rstrip(".")


def _says(sentence: str, value: str) -> bool:
    words = key(sentence).split()
    return all(word in words for word in value.split() if len(word) > 2 or word.isdigit())


def _said(fact: Memory, language: Language) -> str:
    if fact.speaker in {USER, ASSISTANT}:
        return "you told me" if language == "en" else "me dijiste"
    return f"{fact.speaker} said" if language == "en" else f"{fact.speaker} dijo"


def _when(fact: Memory, language: Language, now: datetime) -> str:
    day = fact.said_at.astimezone(now.tzinfo).date()
    ahead = (now.date() - day).days
    if ahead in {0, 1}:
        return {"en": ("Today", "Yesterday"), "es": ("Hoy", "Ayer")}[language][ahead]
    return _on(day, language, now.date())


def _until(fact: Memory, language: Language, now: datetime) -> str:
    """Return until when a fact held that holds no longer, as a sentence."""
    day = (fact.valid_until or fact.said_at).astimezone(now.tzinfo).date()
    if day == now.date():
        return "That was so until today." if language == "en" else "Así fue hasta hoy."
    written = _on(day, language, now.date()).partition(" ")[2]
    return f"That was so until {written}." if language == "en" else f"Así fue hasta el {written}."


def _on(day: date, language: Language, today: date) -> str:
    written = CalendarDay(month=day.month, day=day.day, year=None if day.year == today.year else day.year).written(
        language
    )
    return f"On {written}" if language == "en" else f"El {written}"
