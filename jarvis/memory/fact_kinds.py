"""Reads the facts whose shape is their own: days, several names at once, things, events, numbers, and endings. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from jarvis.memory.fact_checks import TASTELESS, cannot_be_place
from jarvis.memory.fact_dates import CalendarDay, day_in, written_day
from jarvis.memory.fact_found import Found, Parts, Reading, about_whom, fact_of, owned, owned_thing
from jarvis.memory.fact_kin import COUPLE, kin_name
from jarvis.memory.fact_text import Clause, key, plain
from jarvis.memory.fact_values import NOT_NAMES, event_name, thing_name


def _days(relation: str) -> Callable[..., Iterator[Found]]:
    def read(parts: Parts, clause: Clause, reading: Reading) -> Iterator[Found]:
        about = about_whom(parts, reading)
        day = day_in(
            re.sub(r"^(?:the|el) (?=\d|dia)", "", parts.said("d"), flags=re.I), reading.language, reading.today
        )
        if about is None or day is None or not _behind(relation, clause, day, reading):
            return
        if day.relative:
            value = CalendarDay(month=day.month, day=day.day).written(reading.language)
        else:
            value = re.sub(r"^el (?:dia )?|^dia ", "", parts.said("d"), flags=re.I)
        shown = f"on {value}" if reading.language == "en" else f"el {value}"
        yield fact_of(relation, shown, about, clause, reading, day=None if day.relative else day.on())

    return read


def _behind(relation: str, clause: Clause, day: CalendarDay, reading: Reading) -> bool:
    """Tell whether a day of birth or marriage lies behind; "nos casamos" is also said of a wedding to come."""
    at = day.on()
    if at is not None and not day.relative:
        return at <= reading.today
    return not (relation == "anniversary" and re.search(r"\bcas[eao]", clause.plain, re.IGNORECASE))


def _names(parts: Parts, clause: Clause, reading: Reading) -> Iterator[Found]:
    kin = kin_name(parts.plain("kins") or "", reading.language)
    names = [name for name in re.split(r", and |, y |, | and | y | e ", parts.said("v")) if name]
    if kin is None or any(set(key(name).split()) & NOT_NAMES for name in names):
        return
    words = {"en": kin, "es": _singular_es(parts.plain("kins") or kin)}[reading.language]
    for name in names:
        yield fact_of("name", name, (f"{reading.root}/{kin}", owned(words, reading)), clause, reading)


def _singular_es(plural: str) -> str:
    plural = plural.casefold()
    known = {"papas": "papá", "mamas": "mamá", "tios": "tío", "tias": "tía"}
    if plural in known:
        return known[plural]
    return plural.removesuffix("s") if kin_name(plural.removesuffix("s"), "es") else plural.removesuffix("es")


def _thing(relation: str) -> Callable[..., Iterator[Found]]:
    def read(parts: Parts, clause: Clause, reading: Reading) -> Iterator[Found]:
        value = parts.said("v")
        noun = parts.said("noun") or parts.said("noun2") or ("car" if reading.language == "en" else "coche")
        if relation == "place" and cannot_be_place(value):
            return
        yield fact_of(
            relation, value, (f"{reading.root}/{thing_name(noun)}", owned_thing(noun, clause, reading)), clause, reading
        )

    return read


def _event(parts: Parts, clause: Clause, reading: Reading) -> Iterator[Found]:
    day = day_in(
        re.sub(r"^(?:on |the )+|^el (?=\d|dia)", "", parts.said("d"), flags=re.I), reading.language, reading.today
    )
    if day is None:
        return
    at = day.after(reading.today)
    value = parts.said("d") + (f" {parts.said('time')}" if parts.said("time") else "")
    if day.relative:
        value = f"{value} ({written_day(at, reading.language)})"
    elif not day.year:
        value = f"{value} ({at.year})"
    noun = parts.said("noun")
    who = (
        noun if noun.split()[0].casefold() in {"getting", "moving", "me", "nos"} else owned_thing(noun, clause, reading)
    )
    yield fact_of("date", value, (f"{reading.root}/{event_name(noun)}", who), clause, reading, day=at)


def _count(parts: Parts, clause: Clause, reading: Reading) -> Iterator[Found]:
    kin = kin_name(parts.plain("kins") or "", reading.language)
    if kin is not None:
        yield replace(
            fact_of("count", parts.said("v"), (reading.root, ""), clause, reading), subject=f"{reading.root}/{kin}"
        )


def endings(kind: str, parts: Parts, clause: Clause, reading: Reading) -> Iterator[Found]:
    """Yield what a clause says no longer holds; `kind` is the rule's relation without its minus."""
    if kind == "likes" and TASTELESS.search(plain(parts.said("v"))):
        return
    pairs: list[tuple[str, str]] = [(reading.root, kind)]
    if kind == "car":
        pairs = [(f"{reading.root}/car", "kind")]
    if kind == "work":
        pairs = [(reading.root, "work"), (reading.root, "job")]
    elif kind == "couple":
        kin = kin_name(parts.plain("kin") or "", reading.language)
        pairs = [(f"{reading.root}/{one}", "name") for one in ((kin,) if kin else COUPLE)]
    elif kind == "thing":
        thing = thing_name(parts.said("noun"))
        pairs = [(f"{reading.root}/{thing}", relation) for relation in ("kind", "plate", "place")]
    for subject, relation in pairs:
        yield Found(
            subject=subject,
            relation=relation,
            value=parts.said("v") if parts.has("v") and kind != "thing" else "",
            text="",
            language=reading.language,
            sentence=clause.sentence,
            ends=True,
        )


BY_KIND: dict[str, Callable[..., Iterator[Found]]] = {
    "birthday": _days("birthday"),
    "anniversary": _days("anniversary"),
    "names": _names,
    "place": _thing("place"),
    "kind": _thing("kind"),
    "plate": _thing("plate"),
    "date": _event,
    "count": _count,
}
