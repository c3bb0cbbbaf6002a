"""A found fact, and what is known while a turn is read: who speaks, of whom, on which day. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from jarvis.contracts.errors import Language
from jarvis.memory.fact_kin import kin_name, qualifier_name
from jarvis.memory.fact_sentences import IMPORTANCE, sentence_for
from jarvis.memory.fact_text import Clause, key
from jarvis.memory.fact_values import NOT_NAMES, VEHICLES, thing_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A fact in a turn. `text` says it in one sentence, `value` is its value verbatim, `sentence` where it stands.

    `day` is the day that it tells of. `ends` means that it only says that an older fact, of this `value` or of any
    when that is empty, no longer holds.
    """

    subject: str
    relation: str
    value: str
    text: str
    language: Language
    sentence: str
    importance: float = 0.5
    day: date | None = None
    ends: bool = False


@dataclass(kw_only=True, slots=True)
class Reading:
    """Who speaks of whom while one turn is read; `last` is the subject a pronoun would mean, with its words."""

    language: Language
    today: date
    speaker: str
    people: Mapping[str, tuple[str, str]]
    greeted: bool
    last: tuple[str, str] | None = None
    found: list[Found] = field(default_factory=list)

    @property
    def root(self) -> str:
        """The subject of whoever speaks."""
        return key(self.speaker) if self.speaker else "user"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The named parts of a clause that a rule fits; `written` is the clause as it was written."""

    match: re.Match[str]
    written: str

    def has(self, name: str) -> bool:
        """Tell whether the rule has such a part at all."""
        return name in self.match.re.groupindex

    def plain(self, name: str) -> str | None:
        """Return a part with comparable letters; None where it is not there."""
        return self.match.group(name) if self.has(name) else None

    def said(self, name: str) -> str:
        """Return a part as it was written, empty where it is not there."""
        return self.written[self.match.start(name) : self.match.end(name)].strip(" ,.") if self.plain(name) else ""


def about_whom(parts: Parts, reading: Reading) -> tuple[str, str] | None:
    """Return the subject and the words for it; None where a pronoun means nobody that was named."""
    if parts.plain("kin"):
        about = _kin(parts, reading)
        reading.last = about
        return about
    if parts.plain("pro") is not None:
        return reading.last
    return reading.root, ""


def _kin(parts: Parts, reading: Reading) -> tuple[str, str] | None:
    kin = kin_name(parts.plain("kin") or "", reading.language)
    if kin is None:
        return None
    qualifier = qualifier_name(parts.plain("q") or parts.plain("q1") or "", reading.language)
    subject = f"{reading.root}/{qualifier} {kin}".replace("/ ", "/")
    words = re.sub(r"\s+(?:called|named)\s+|,\s*", " ", parts.said("who"))
    if parts.plain("kname"):
        name = parts.said("kname")
        if key(name) in NOT_NAMES:
            return None
        if not words.endswith(name):
            words = f"{words} {name}"
        subject = f"{subject}/{key(name)}"
    return subject, owned(words, reading)


def owned(words: str, reading: Reading) -> str:
    """Return "my sister", or whose sister it is where somebody else speaks."""
    if not reading.speaker:
        return f"{'my' if reading.language == 'en' else 'mi'} {words}"
    if reading.language == "en":
        return f"{reading.speaker}'s {words}"
    feminine = words.split(maxsplit=1)[0].endswith(("a", "madre", "mujer"))
    return f"{'la' if feminine else 'el'} {words} de {reading.speaker}"


def owned_thing(noun: str, clause: Clause, reading: Reading) -> str:
    """Return "my keys", or "the keys" as they were said, or whose they are where somebody else speaks."""
    first = noun.casefold().split()[0]
    many = reading.language == "es" and first.endswith("s") and first != "paraguas"
    if reading.speaker:
        return f"{reading.speaker}'s {noun}" if reading.language == "en" else f"{noun} de {reading.speaker}"
    article = re.search(rf"\b(the|el|la|los|las) {re.escape(noun)}\b", clause.text, re.IGNORECASE)
    if article and thing_name(noun) not in VEHICLES.values():
        return f"{article[1].casefold()} {noun}"
    return f"my {noun}" if reading.language == "en" else f"{'mis' if many else 'mi'} {noun}"


def fact_of(
    relation: str, value: str, about: tuple[str, str], clause: Clause, reading: Reading, *, thing: str = "",
    day: date | None = None,
) -> Found:  # fmt: skip
    """Return the fact; `about` is the subject with the words for it, empty for whoever speaks."""
    subject, who = about
    text = sentence_for(
        relation,
        value,
        reading.language,
        who=who or reading.speaker,
        of_self=not who and not reading.speaker,
        thing=thing,
    )
    return Found(
        subject=subject,
        relation=relation,
        value=value,
        text=text,
        language=reading.language,
        sentence=clause.sentence,
        importance=IMPORTANCE[relation.partition(":")[0]],
        day=day,
    )
