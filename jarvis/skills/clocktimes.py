"""Times of day as people write or say them: "half past six", "5:30 pm", "las siete y media de la tarde".

Says which hours an unclear "five" could be; `moments` chooses among them. Knows nothing about dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.skills.folding import key
from jarvis.skills.numerals import integer_in

DayPart = Literal["morning", "midday", "afternoon", "evening", "night", "small_hours"]

PART_HOURS: dict[DayPart, tuple[int, int]] = {
    "small_hours": (0, 6),
    "morning": (1, 13),
    "midday": (12, 15),
    "afternoon": (12, 20),
    "evening": (16, 24),
    "night": (18, 28),
}
"""First and last hour, exclusive, that a part of the day can mean; above 24 is the next morning."""

PART_PATTERNS: dict[Language, dict[DayPart, str]] = {
    "en": {
        "morning": r"(?:in the |this )?morning",
        "afternoon": r"(?:in the |this )?afternoon",
        "evening": r"(?:in the |this )?evening",
        "night": r"(?:at |this )?night|tonight",
    },
    "es": {
        "small_hours": r"(?:de|por|en) la madrugada",
        "morning": r"(?:de|por|en) la manana|esta manana",
        "midday": r"(?:del|al) mediodia|de(?:l)? medio dia",
        "afternoon": r"(?:de|por|en) la tarde|esta tarde",
        "night": r"(?:de|por|en) la noche|esta noche",
    },
}
_NAMED = {
    "en": {"noon": (12, 0), "midday": (12, 0), "12 noon": (12, 0), "midnight": (0, 0), "12 midnight": (0, 0)},
    "es": {
        "mediodia": (12, 0),
        "el mediodia": (12, 0),
        "al mediodia": (12, 0),
        "medianoche": (0, 0),
        "la medianoche": (0, 0),
        "medio dia": (12, 0),
        "media noche": (0, 0),
    },
}
_TURNING_POINT = re.compile(r"\b(?:(?P<midnight>midnight|media ?noche)|noon|midday|medio ?dia)\b")
_MERIDIEM = re.compile(r"(?<=[\w ])\s*\b(?P<half>[ap]) ?\.? ?m\b\.?$|(?<=\d)(?P<glued>[ap])\.? ?m\.?$")
_DIGITS = re.compile(r"^(?P<hour>\d{1,2})(?:[:.h ](?P<minute>[0-5]\d))?(?: ?h(?:oras?|ours?|rs?)?)?$")
_ENGLISH_TO = re.compile(r"^(.+?)(?: minutes?| mins?)? (?:to|before|till|of) (.+)$")
_ENGLISH_PAST = re.compile(r"^(.+?)(?: minutes?| mins?)? (?:past|after) (.+)$")
_SPANISH_AND = re.compile(r"^(.+?) y (.+?)(?: minutos?)?$")
_SPANISH_MINUS = re.compile(r"^(.+?) menos (.+?)(?: minutos?)?$")
_SPANISH_FOR = re.compile(r"^(.+?)(?: minutos?)? para (.+)$")
_MINUTE_WORDS = {
    "en": {"half": 30, "a half": 30, "quarter": 15, "a quarter": 15},
    "es": {"media": 30, "cuarto": 15, "un cuarto": 15},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockTime:
    """A time of day; `hours` are the hours of the day it may mean, the written one first."""

    hours: tuple[int, ...]
    minute: int
    part: DayPart | None = None

    @property
    def sure(self) -> bool:
        """True when only one hour fits."""
        return len(self.hours) == 1


def clock_time_in(text: str, language: Language) -> ClockTime | None:
    """Return the time of day that `text` wholly is, or None."""
    words = _lead(key(text), language)
    if words in _NAMED[language]:
        hour, minute = _NAMED[language][words]
        return ClockTime(hours=(hour,), minute=minute)
    words, part = split_part(words, language)
    words, meridiem = _split_meridiem(words)
    if part and meridiem:
        return None
    words = re.sub(r"\s*(?:o'?\s?clock|sharp|exactly|on the dot)$|\s+en punto$", "", _lead(words, language))
    found = _hour_minute(words, language)
    if found is None:
        return None
    if turning := _TURNING_POINT.search(words):
        hour, minute = found
        return ClockTime(hours=(0 if turning["midnight"] and hour == 12 else hour,), minute=minute)
    return _hours_meant(*found, meridiem=meridiem, part=part, leading_zero=bool(re.match(r"^0\d", words)))


def split_part(words: str, language: Language) -> tuple[str, DayPart | None]:
    """Take one part of the day off the end of the folded `words`."""
    for part, pattern in PART_PATTERNS[language].items():
        if found := re.search(rf"(?:^|\s)(?:{pattern})$", words):
            return words[: found.start()].strip(), part
    return words, None


def _lead(words: str, language: Language) -> str:
    if language == "en":
        pattern = r"^(?:at|for|by|around|about)\s+"
    else:
        pattern = r"^(?:(?:a|para|sobre|hacia)\s+)?(?:las?|eso de las)\s+|^a\s+(?=medio ?dia|media ?noche)"
    return re.sub(pattern, "", words).strip()


def _split_meridiem(words: str) -> tuple[str, str | None]:
    if found := _MERIDIEM.search(words):
        return words[: found.start()].strip(), found["half"] or found["glued"]
    return words, None


def _hours_meant(
    hour: int, minute: int, *, meridiem: str | None, part: DayPart | None, leading_zero: bool
) -> ClockTime | None:
    if not (0 <= hour < 24 and 0 <= minute < 60):
        return None
    if meridiem:
        if not 1 <= hour <= 12:
            return ClockTime(hours=(hour,), minute=minute) if meridiem == "p" and hour > 12 else None
        return ClockTime(hours=(hour % 12 + (12 if meridiem == "p" else 0),), minute=minute)
    if hour == 0 or hour > 12 or leading_zero:
        hours: tuple[int, ...] = (hour,)
    else:
        hours = (hour % 12, hour % 12 + 12)
    if part:
        first, last = PART_HOURS[part]
        hours = tuple(one for one in hours if first <= one < last or first <= one + 24 < last)[:1]
    return ClockTime(hours=hours, minute=minute, part=part) if hours else None


def _hour_minute(words: str, language: Language) -> tuple[int, int] | None:
    if found := _DIGITS.match(words):
        return int(found["hour"]), int(found["minute"] or 0)
    return _english(words) if language == "en" else _spanish(words)


def _english(words: str) -> tuple[int, int] | None:
    if words.startswith("half ") and not words.startswith("half past"):
        hour = integer_in(words[5:], "en")
        return None if hour is None else (hour, 30)
    for pattern, sign in ((_ENGLISH_PAST, 1), (_ENGLISH_TO, -1)):
        if found := pattern.match(words):
            minutes, hour = _minutes(found[1], "en"), _hour_word(found[2], "en")
            if minutes is not None and hour is not None:
                return _shift(hour, sign * minutes)
    return _plain(words, "en")


def _spanish(words: str) -> tuple[int, int] | None:
    for pattern, sign in ((_SPANISH_MINUS, -1), (_SPANISH_AND, 1)):
        if found := pattern.match(words):
            hour, minutes = _hour_word(found[1], "es"), _minutes(found[2], "es")
            if minutes is not None and hour is not None:
                return _shift(hour, sign * minutes)
    if found := _SPANISH_FOR.match(words):
        minutes, hour = _minutes(found[1], "es"), _hour_word(_lead(found[2], "es"), "es")
        if minutes is not None and hour is not None:
            return _shift(hour, -minutes)
    return _plain(words, "es")


def _plain(words: str, language: Language) -> tuple[int, int] | None:
    """Read "seven", "seven thirty", "seven oh five", "siete treinta"."""
    whole = _hour_word(words, language)
    if whole is not None:
        return whole, 0
    head, _, tail = words.partition(" ")
    hour = _hour_word(head, language)
    minutes = integer_in(re.sub(r"^(?:oh|o|cero) ", "", tail), language) if tail else None
    small = bool(re.match(r"^(?:oh|o|cero) ", tail))
    if hour is None or minutes is None or not (10 <= minutes < 60 or (small and minutes < 10)):
        return _compound_hour(words, language)
    return hour, minutes


def _compound_hour(words: str, language: Language) -> tuple[int, int] | None:
    """Read "twenty one thirty": an hour of two words, then minutes."""
    parts = words.split()
    for cut in range(len(parts) - 1, 1, -1):
        hour = integer_in(" ".join(parts[:cut]), language)
        minutes = integer_in(" ".join(parts[cut:]), language)
        if hour is not None and minutes is not None and 13 <= hour < 24 and 10 <= minutes < 60:
            return hour, minutes
    return None


def _hour_word(words: str, language: Language) -> int | None:
    if words in _NAMED[language]:
        return _NAMED[language][words][0]
    words = re.sub(r"\s*o'?\s?clock$", "", words)
    hour = integer_in(words, language)
    return hour if hour is not None and 0 <= hour < 24 else None


def _minutes(words: str, language: Language) -> int | None:
    named = _MINUTE_WORDS[language].get(words)
    value = named if named is not None else integer_in(words, language)
    return value if value is not None and 0 < value < 60 else None


def _shift(hour: int, minutes: int) -> tuple[int, int]:
    total = hour * 60 + minutes
    hour_after, minute = divmod(total, 60)
    if hour <= 12 and hour_after == 0:
        hour_after = 12
    return hour_after % 24, minute
