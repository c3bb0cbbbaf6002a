"""Finds the facts that a person tells of their own life, by the common forms of English and Spanish. Pure.

A clause must be such a form from its first word to its last; what is not is left alone, since a missed fact is still
in the turn while a made-up one is nowhere. Marks in the rules: `<WHO>` "my sister (Ana)" or a pronoun after one was
named, `<WHOS>` the same as an owner, `<WHO1>` and `<MINE_WHO>` without pronouns, `<NAME>`, `<NAMES>`, `<CASED>` a name
with a capital, `<PLACE>`, `<ORG>`, `<DATE>` and `<RELATIVE>` days, `<FREE>` any few words, `<TASTE>` what may be liked.
A relation with a minus ends what it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.memory.fact_checks import checked_value
from jarvis.memory.fact_found import Found, Parts, Reading, about_whom, fact_of
from jarvis.memory.fact_kinds import BY_KIND, endings
from jarvis.memory.fact_marks import LEADS, compiled_rules
from jarvis.memory.fact_text import Clause, clauses, key, plain
from jarvis.memory.fact_values import favourite_name

_GREETED = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|hola|buenas|buenos dias|encantad[oa])\b|nice to meet you"
    r"|pleased to meet you|encantad[oa]|mucho gusto",
    re.IGNORECASE,
)


_OWNER: dict[Language, str] = {
    "en": r"(?:[Oo]n |[Ii]t's )?",
    "es": r"(?:[Ee]l (?:cumple(?:años)?|tel[eé]fono|m[oó]vil|n[uú]mero(?: de tel[eé]fono)?|correo) de |[Aa] )?",
}
_PARENTS: dict[Language, str] = {"en": r"(?:dad|mum|mom)\b", "es": r"(?:pap[aá]|mam[aá])\b(?! noel)"}


def find_facts(
    text: str,
    language: Language,
    today: date,
    *,
    speaker: str = "",
    people: Mapping[str, tuple[str, str]] | None = None,
) -> list[Found]:
    """Return the facts of one turn, in order; `today` is the day on which it was said.

    `speaker` is the name of whoever speaks, empty for the person themselves. `people` maps names that were told before
    (as `key` gives them) to their subject and words: "ana" to ("user/sister/ana", "my sister Ana").
    """
    # What was only heard may have no capitals, save perhaps the first.
    capitals = re.findall(r"(?<![\w'])(?!I\b)[A-ZÁÉÍÓÚÑ]", text.strip(" \"'¡¿"))
    heard = not capitals or (len(capitals) == 1 and text.strip(" \"'¡¿").startswith(capitals[0]))
    cases = ((False, True) if capitals else (True,)) if heard else (False,)
    others = [other for other in LANGUAGES if other != language]
    for tried, lower in ((tried, lower) for lower in cases for tried in (language, *others)):
        reading = Reading(
            language=tried,
            today=today,
            speaker=speaker,
            people=people or {},
            greeted=bool(_GREETED.search(plain(text))),
        )
        for clause in clauses(text):
            _read(clause, reading, lower)
        if reading.found:
            return _once(reading.found)
    return []


def _read(clause: Clause, reading: Reading, lower: bool) -> None:
    if not clause.joined:
        reading.last = None
    variants = [(clause.plain, clause.text)]
    renamed = _renamed(clause, reading)
    if renamed:
        variants.append((plain(renamed), renamed))
    for bare, written in variants:
        for relation, pattern in compiled_rules(reading.language, lower):
            match = pattern.fullmatch(bare)
            if match is None:
                continue
            told = list(_told(relation, match, written, clause, reading))
            if told:
                reading.found.extend(told)
                return


def _renamed(clause: Clause, reading: Reading) -> str:
    """Return the clause with "my sister Ana" in the place of a known "Ana", "my dad" in that of "Dad"; empty where none
    stands first."""
    lead = re.match(LEADS[reading.language], clause.plain, re.IGNORECASE)
    text = clause.text[lead.end() :] if lead else clause.text
    parent = re.match(rf"({_OWNER[reading.language]})({_PARENTS[reading.language]})", text, re.IGNORECASE)
    if parent:
        return f"{parent[1]}{'my' if reading.language == 'en' else 'mi'} {parent[2].casefold()}{text[parent.end(2) :]}"
    start = re.match(rf"({_OWNER[reading.language]})([A-ZÁÉÍÓÚÑ][^\W_]+(?:-[^\W_]+)*)", text)
    known = reading.people.get(key(start[2])) if start else None
    if start is None or known is None:
        return ""
    return f"{start[1]}{known[1]}{text[start.end() :]}"


def _told(relation: str, match: re.Match[str], written: str, clause: Clause, reading: Reading) -> Iterator[Found]:
    parts = Parts(match=match, written=written)
    if relation.startswith("-"):
        yield from endings(relation[1:], parts, clause, reading)
        return
    kind, _, condition = relation.partition(" ")
    if relation == "birth year":
        kind, condition = relation, ""
    if condition == "greeted" and not reading.greeted:
        return
    if kind in BY_KIND:
        yield from BY_KIND[kind](parts, clause, reading)
        return
    about = about_whom(parts, reading)
    if about is None:
        return
    value = checked_value(kind, parts.said("v") or parts.said("v2"), condition)
    if not value:
        return
    if kind == "work" and reading.language == "en":
        before = written[: match.start("v")].rsplit(maxsplit=1)[-1].casefold()
        value = f"{before if before in {'for', 'in'} else 'at'} {value}"
    if kind == "favourite":
        thing = parts.said("n")
        yield fact_of(f"favourite:{favourite_name(thing)}", value, about, clause, reading, thing=thing)
        return
    if kind == "name" and parts.plain("kin"):
        reading.last = (f"{about[0]}/{key(value)}", f"{about[1]} {value}")
    yield fact_of(kind, value, about, clause, reading)
    for extra in ("job", "school"):
        if parts.said(extra):
            yield fact_of(extra, parts.said(extra), about, clause, reading)


def _once(found: list[Found]) -> list[Found]:
    kept: dict[tuple[str, str, str, bool], Found] = {}
    for fact in found:
        kept.setdefault((fact.subject, fact.relation, key(fact.value), fact.ends), fact)
    return list(kept.values())
