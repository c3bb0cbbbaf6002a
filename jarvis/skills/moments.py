"""A day and a time of day together: "tomorrow at half past six", "in ten minutes", "el lunes a las ocho".

Chooses between the hours that an unclear time may mean, and the next one where a time is already past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.skills.clocktimes import PART_HOURS, PART_PATTERNS, ClockTime, DayPart, clock_time_in, split_part
from jarvis.skills.dates import date_in
from jarvis.skills.durations import seconds_in
from jarvis.skills.folding import key

Purpose = Literal["alarm", "reminder", "habit"]
"""Alarms mostly wake people, so an unclear hour is a morning one; reminders are for the next such waking hour;
habits, which come back every day, for an hour from seven to eighteen."""

_PART_START: dict[DayPart, int] = {
    "small_hours": 5,
    "morning": 9,
    "midday": 12,
    "afternoon": 15,
    "evening": 19,
    "night": 21,
}
"""The hour that a part of the day means when no time is said."""

_DAY_START_HOUR = 9
_IN = {
    "en": re.compile(r"^(?:in|after) (.+?)(?: from now)?$|^(.+) from now$"),
    "es": re.compile(r"^(?:en|dentro de|de aqui a) (.+)$"),
}
_PART_OF_DAY = {
    "en": re.compile(r"^(?:in the |this |at )?(?:morning|afternoon|evening|night)$|^tonight$"),
    "es": re.compile(r"^(?:(?:por|en|de|a) la|esta) (?:madrugada|manana|tarde|noche)$|^al mediodia$"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A coming moment and how much of it was said: the day, a time, and which half of the day that time is in."""

    at: datetime
    day: date | None = None
    time: bool = True
    half: bool = True


def moment_in(text: str, language: Language, now: datetime, purpose: Purpose) -> datetime | None:
    """Return the coming moment that `text` wholly says, in `now`'s zone, or None.

    A day without a time means nine in the morning for reminders and nothing for alarms.
    """
    found = moment_said(text, language, now, purpose)
    return found.at if found else None


def moment_said(text: str, language: Language, now: datetime, purpose: Purpose) -> Moment | None:
    """Return what `moment_in` does, with what of it was said."""
    words = re.sub(r"\s+", " ", key(text))
    if found := _IN[language].match(words):
        seconds = seconds_in(found[1] or found[found.lastindex or 1], language)
        if seconds is not None:
            at = now + timedelta(seconds=seconds)
            return Moment(at=at, day=at.date())
    for day_words, time_words in _splits(words, language):
        bare_day, part = _split_day_part(day_words, language)
        day = date_in(bare_day, language, now.date()) if bare_day else None
        if bare_day and day is None:
            continue
        if time_words:
            clock = clock_time_in(time_words, language)
            if clock is None or (part and clock.part):
                continue
            part = part or clock.part
            at = _resolve(clock, day, part, now, purpose)
            return Moment(at=at, day=day, half=len(_fitting(clock.hours, part)) == 1)
        if purpose != "alarm" and (day or part):
            return Moment(at=_start_of(day, part, now), day=day, time=False, half=part is not None)
    return None


def _splits(words: str, language: Language) -> Iterator[tuple[str, str]]:
    """Yield every way to cut `words` into a day and a time, in either order; a whole time comes first."""
    yield "", words
    yield words, ""
    parts = words.split()
    for cut in range(1, len(parts)):
        head, tail = " ".join(parts[:cut]), " ".join(parts[cut:])
        if _time_starts(tail, language):
            yield head, tail
        yield tail, head


def _time_starts(words: str, language: Language) -> bool:
    pattern = (
        r"^(?:at|for|by|around|noon|midnight|midday|\d)"
        if language == "en"
        else r"^(?:a|al|para|sobre|mediodia|medianoche|\d)\b|^\d"
    )
    return re.match(pattern, words) is not None


def _split_day_part(words: str, language: Language) -> tuple[str, DayPart | None]:
    """Split "tomorrow morning" and "mañana por la tarde"; "this evening" and "esta noche" are today."""
    if _PART_OF_DAY[language].match(words):
        fitting = (part for part, pattern in PART_PATTERNS[language].items() if re.fullmatch(pattern, words))
        return ("today" if language == "en" else "hoy"), next(fitting, None)
    rest, part = split_part(words, language)
    return (rest, part) if rest else (words, None)


def _resolve(clock: ClockTime, day: date | None, part: DayPart | None, now: datetime, purpose: Purpose) -> datetime:
    hours = _fitting(clock.hours, part)
    if day is None:
        return _next_of(_likely(hours, purpose), clock.minute, now)
    chosen = _likely(hours, purpose)
    if part == "night" and chosen[0] < 6:
        day += timedelta(days=1)
    for hour in (*chosen, *hours):
        moment = _at(day, hour, clock.minute, now)
        if moment > now:
            return moment
    return _next_of(chosen, clock.minute, now)


def _fitting(hours: tuple[int, ...], part: DayPart | None) -> tuple[int, ...]:
    if part is None:
        return hours
    first, last = PART_HOURS[part]
    return tuple(hour for hour in hours if first <= hour < last or first <= hour + 24 < last)[:1] or hours


def _likely(hours: tuple[int, ...], purpose: Purpose) -> tuple[int, ...]:
    """Return the hours worth taking of an unclear time: mornings for alarms, seven to eighteen for reminders."""
    if len(hours) == 1:
        return hours
    if purpose == "alarm":
        return tuple(hour for hour in hours if 5 <= hour < 13 or 13 <= hour < 17)[:1] or hours
    last = 22 if purpose == "reminder" else 19
    return tuple(hour for hour in hours if 7 <= hour < last)


def _next_of(hours: tuple[int, ...], minute: int, now: datetime) -> datetime:
    moments = [_at(now.date() + timedelta(days=ahead), hour, minute, now) for ahead in (0, 1) for hour in hours]
    return min(moment for moment in moments if moment > now)


def _start_of(day: date | None, part: DayPart | None, now: datetime) -> datetime:
    wanted = day or now.date()
    moment = _at(wanted, _PART_START[part] if part else _DAY_START_HOUR, 0, now)
    if moment > now:
        return moment
    if wanted == now.date() and part is None:
        return now + timedelta(hours=1)
    return _at(wanted + timedelta(days=1), moment.hour, 0, now)


def _at(day: date, hour: int, minute: int, now: datetime) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=now.tzinfo)
