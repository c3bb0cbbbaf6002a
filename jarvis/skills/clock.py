"""What time and what day it is, here and elsewhere.

Knows nothing about alarms.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from jarvis.contracts.skills import SkillReply
from jarvis.skills.places import city_of, place_in
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import date_words, join_words, time_words

MOST_ZONES = 6
"""How many times are told for a country with several."""


def tell_time(turn: Turn) -> SkillReply:
    """Say the time here."""
    return turn.reply(_one_or_many(turn.now, "time"), time=time_words(turn.now, turn.language))


def tell_date(turn: Turn) -> SkillReply:
    """Say today's date."""
    return turn.reply("date", date=_full_date(turn.now, turn))


def tell_weekday(turn: Turn) -> SkillReply:
    """Say which day of the week it is, with the date."""
    return turn.reply("date", date=date_words(turn.now.date(), turn.language, turn.now.date()))


def tell_year(turn: Turn) -> SkillReply:
    """Say which year it is."""
    return turn.reply("year", year=turn.now.year)


def tell_month(turn: Turn) -> SkillReply:
    """Say which month it is."""
    from babel.dates import format_date

    return turn.reply("month", month=format_date(turn.now.date(), format="LLLL", locale=turn.language))


def tell_week(turn: Turn) -> SkillReply:
    """Say the ISO 8601 number of the week."""
    return turn.reply("week", week=turn.now.isocalendar().week)


def tell_time_in(turn: Turn) -> SkillReply:
    """Say the time in one place or two; a country with several times is told as such."""
    told = [_time_at(turn, turn.text(slot)) for slot in ("place", "other") if turn.has(slot)]
    return SkillReply(text=" ".join(reply.text for reply in told))


def _time_at(turn: Turn, name: str) -> SkillReply:
    place = place_in(name, turn.language)
    if place is None:
        return turn.reply("unknown_place", place=name)
    by_offset: dict[object, tuple[str, datetime]] = {}
    for zone in place.zones:
        there = turn.now.astimezone(ZoneInfo(zone))
        by_offset.setdefault(there.utcoffset(), (zone, there))
    times = list(by_offset.values())
    if len(times) == 1:
        there = times[0][1]
        return turn.reply(_one_or_many(there, "time_in"), place=place.name, time=_there(there, turn))
    items = [
        turn.words("zone", city=city_of(zone, turn.language), time=_there(there, turn))
        for zone, there in times[:MOST_ZONES]
    ]
    return turn.reply("several_zones", place=place.name, n=len(times), items=join_words(items, turn.language))


def _there(there: datetime, turn: Turn) -> str:
    """Return the time there, with the weekday when it is another day than here."""
    time = time_words(there, turn.language)
    if there.date() == turn.now.date():
        return time
    from babel.dates import format_date

    return turn.words("other_day", time=time, weekday=format_date(there.date(), format="EEEE", locale=turn.language))


def _full_date(now: datetime, turn: Turn) -> str:
    from babel.dates import format_date

    pattern = "EEEE, MMMM d, y" if turn.language == "en" else "EEEE d 'de' MMMM 'de' y"
    text: str = format_date(now.date(), format=pattern, locale=turn.language)
    return text


def _one_or_many(moment: datetime, key: str) -> str:
    """Return the key for one o'clock, which Spanish says in the singular."""
    return f"{key}_one" if moment.hour % 12 == 1 else key


HANDLERS: dict[str, Handler] = {
    "time": tell_time,
    "date": tell_date,
    "weekday": tell_weekday,
    "year": tell_year,
    "month": tell_month,
    "week": tell_week,
    "time_in": tell_time_in,
}
