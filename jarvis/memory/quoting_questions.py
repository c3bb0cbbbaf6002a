"""The questions that a remembered fact answers, in English and Spanish: of whom they ask what. Pure.

A question must be such a form from its first word to its last. What somebody else's life, a plan or the world at
large is about fits none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.memory import quoting_questions_en, quoting_questions_es
from jarvis.memory.fact_kin import PLURAL, QUALIFIER, SINGULAR, kin_name, qualifier_name
from jarvis.memory.fact_text import key, plain
from jarvis.memory.fact_values import event_name, favourite_name, thing_name

MOST_CHARACTERS = 120

_PAST = "past "
"""Before the relation of a form that asks for what was so before."""
_NOW = frozenset("that then this now here moving there eso esto ahora aqui mudarme mudarnos mudarse".split())
_FORMS = {"en": quoting_questions_en, "es": quoting_questions_es}
_TOGETHER_ES = {"hijos": "child", "padres": "parent", "hermanos": "sibling", "papas": "parent"}
_NOBODY = frozenset(
    """it he she that this there here who what my your his her the a an god jarvis everyone you me i they we us him them
    el ella ese esa este esta eso esto quien mi tu su un una dios yo usted ellos nosotros nadie alguien boss""".split()
)


_PARENT_EN = re.compile(r"(?<!my )(?<!our )\b(dad|mum|mom)\b")
_PARENT_ES = re.compile(r"(?<=[ea] )(?<!mi )(?<!la )(papa|mama)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a question asks: a `relation` of a `subject` (see `fact_sentences`); or of somebody called `person`, whose
    subject only the facts know ("who" asks for the very person, "about" for all that is known of them). `kin` is which
    relative `subject` is. `past` asks for what was so before what is now, or before the value `than`."""

    relation: str
    subject: str = ""
    kin: str = ""
    person: str = ""
    past: bool = False
    than: str = ""


def asked_of(text: str, language: Language) -> Asked | None:
    """Return what of the person's own life a question asks; None for any other question."""
    if len(text) > MOST_CHARACTERS:
        return None
    bare = " ".join(plain(text).casefold().strip(" ¿?!¡.…").split())
    bare = _PARENT_EN.sub(r"my \1", _PARENT_ES.sub(r"mi \1", bare))
    for tried in (language, *(other for other in LANGUAGES if other != language)):
        for relation, pattern in _compiled(tried):
            match = pattern.fullmatch(bare)
            if match is not None:
                return _in_past(relation, match.groupdict(), tried)
    return None


def _in_past(relation: str, groups: dict[str, str | None], language: Language) -> Asked | None:
    asked = _asked(relation.removeprefix(_PAST), groups, language)
    if asked is None or not relation.startswith(_PAST):
        return asked
    than = groups.get("than") or ""
    return replace(asked, past=True, than="" if than in _NOW else than)


def _asked(relation: str, groups: dict[str, str | None], language: Language) -> Asked | None:
    def first(*names: str) -> str:
        return next((groups[name] or "" for name in names if groups.get(name)), "")

    person = first("person", "person2")
    if person:
        # "my sister" would have fitted a rule of its own.
        return None if set(key(person).split()) & _NOBODY else Asked(relation=relation, person=person)
    if "person" in groups:
        return None
    kins = first("kins", "kins2", "kins3")
    if kins:
        kin = _TOGETHER_ES.get(kins) or kin_name(kins, language)
        return Asked(relation=relation, subject=f"user/{kin}", kin=kin) if kin else None
    kin_word = first("kin", "kin2", "kin3", "kin4", "kin5", "kin6", "kin7")
    if kin_word:
        kin = kin_name(kin_word, language)
        qualifier = qualifier_name(first(*(f"{q}{n}" for q in ("q", "qb") for n in ("", *"234567"))), language)
        subject = f"user/{qualifier} {kin}".replace("/ ", "/")
        return Asked(relation=_relation(relation, first("fav")), subject=subject, kin=kin) if kin else None
    thing = first("thing", "thing2")
    if thing or "parked" in groups or groups.get("carplate"):
        return Asked(relation=relation, subject=f"user/{thing_name(thing or 'car')}")
    event = first("event", "event2", "event3")
    if event:
        return Asked(relation=relation, subject=f"user/{event_name(event)}")
    return Asked(relation=_relation(relation, first("fav", "fav2")), subject="user")


def _relation(relation: str, thing: str) -> str:
    return f"favourite:{favourite_name(thing)}" if relation == "favourite" else relation


@cache
def _compiled(language: Language) -> tuple[tuple[str, re.Pattern[str]], ...]:
    forms = _FORMS[language]
    return tuple(
        (relation, re.compile(f"{forms.LEAD}(?:{_numbered(pattern, language)}){forms.TRAIL}"))
        for relation, pattern in forms.RULES
    )


def _numbered(pattern: str, language: Language) -> str:
    """Return the pattern with its marks for people filled in; a group's name may stand once, so they are counted."""
    count = 0
    many = 0

    def person(mark: re.Match[str]) -> str:
        nonlocal count, many
        if mark[1] == "KINS":
            many += 1
            own = r"(?:my|our)" if language == "en" else r"(?:mis|nuestr[oa]s)"
            return rf"{own} (?P<kins{many if many > 1 else ''}>{PLURAL[language]})"
        count += 1
        n = str(count) if count > 1 else ""
        kin, qualifier = SINGULAR[language], QUALIFIER[language]
        if language == "en":
            owner = r"(?:'s|'|s)" if mark[1] == "WHOS" else ""
            return rf"(?:my|our) (?:(?P<q{n}>{qualifier}) )?(?P<kin{n}>{kin}){owner}"
        return rf"(?:mi|nuestr[oa]) (?:(?P<qb{n}>mejor) )?(?P<kin{n}>{kin})(?: (?P<q{n}>{qualifier}))?"

    return re.sub(r"<(WHOS|WHO2|WHO|MINE2|MINE|KINS)>", person, pattern)
