"""Reads the days that people name when they tell of their lives, in English and Spanish, and writes them out. Pure.

Knows single days only ("4 May 1990", "el cuatro de mayo", "next Friday", "mañana"), no times of day and no spans.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from jarvis.contracts.errors import Language
from jarvis.memory.fact_text import plain

MONTHS: dict[Language, tuple[str, ...]] = {
    "en": tuple("January February March April May June July August September October November December".split()),
    "es": tuple(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    ),
}
_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "en": tuple("monday tuesday wednesday thursday friday saturday sunday".split()),
    "es": tuple("lunes martes miercoles jueves viernes sabado domingo".split()),
}
_EN_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
    "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_ES_NUMBERS = (
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho "
    "diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho "
    "veintinueve treinta treinta-y-uno"
).split()
_COUNTS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "un": 1, "una": 1, "dos": 2,
    "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "diez": 10,
}  # fmt: skip

_EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ES_MONTH = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)\b"
_EN_DAY = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?\b|" + "|".join(w.replace("-", "[- ]") + r"\b" for w in reversed(_EN_ORDINALS)) + ")"
)
_ES_DAY = r"(?:\d{1,2}\b|primero\b|" + "|".join(w.replace("-", " ") + r"\b" for w in reversed(_ES_NUMBERS)) + ")"
_YEAR = r"(?:19|20)\d\d\b"
_ISO = r"(?:19|20)\d\d-\d{1,2}-\d{1,2}\b"
_NUMERIC = r"\d{1,2}[/.-]\d{1,2}(?:[/.-](?:19|20)?\d\d)?\b"

DATE: dict[Language, str] = {
    "en": rf"(?:(?:the )?{_EN_DAY}(?: of)? {_EN_MONTH}(?:,? (?:of )?{_YEAR})?|{_EN_MONTH} (?:the )?{_EN_DAY}(?:,? "
    rf"{_YEAR})?|{_ISO}|{_NUMERIC})",
    "es": rf"(?:(?:el )?(?:dia )?{_ES_DAY} de {_ES_MONTH}(?:,? (?:de |del )?(?:año )?{_YEAR})?|{_ISO}|{_NUMERIC})",
}
"""A day of the calendar, as a pattern for `plain` text, ignoring case."""

RELATIVE: dict[Language, str] = {
    "en": r"(?:today|tomorrow|the day after tomorrow|(?:this |next |this coming )?(?:"
    + "|".join(_WEEKDAYS["en"])
    + r")\b(?: next week)?|in (?:\d{1,2}|a|one|two|three|four|five|six|ten) (?:days?|weeks?)(?:' time)?)",
    "es": r"(?:hoy|mañana|pasado mañana|(?:el |este |el proximo )?(?:"
    + "|".join(_WEEKDAYS["es"])
    + r")\b(?: que viene| proximo| de la semana que viene)?|(?:dentro de|en) (?:\d{1,2}|una?|dos|tres"
    r"|cuatro|cinco|seis|diez) (?:dias?|semanas?))",
}
"""A day counted from the day on which it is said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDay:
    """A day of the year, or one day where `year` is known. `relative` tells that it was counted from another day."""

    month: int
    day: int
    year: int | None = None
    relative: bool = False

    def on(self) -> date | None:
        """Return the day itself, None without a year."""
        return date(self.year, self.month, self.day) if self.year else None

    def after(self, today: date) -> date:
        """Return the day itself, or the first such day from `today` on."""
        if self.year:
            return date(self.year, self.month, self.day)
        for year in range(today.year, today.year + 9):
            if _exists(year, self.month, self.day) and date(year, self.month, self.day) >= today:
                return date(year, self.month, self.day)
        return today

    def written(self, language: Language) -> str:
        """Write it out: "4 May 1990", "4 de mayo de 1990"."""
        name = MONTHS[language][self.month - 1]
        if language == "es":
            return f"{self.day} de {name}" + (f" de {self.year}" if self.year else "")
        return f"{self.day} {name}" + (f" {self.year}" if self.year else "")


def written_day(day: date, language: Language) -> str:
    """Write a day out with its year."""
    return CalendarDay(year=day.year, month=day.month, day=day.day).written(language)


def day_in(text: str, language: Language, today: date) -> CalendarDay | None:
    """Return the day that `text` wholly is; None where it is none, or where its order of day and month is open."""
    words = plain(text).casefold().replace(",", " ").strip(" .")
    relative = _relative(words, language, today)
    if relative is not None:
        return CalendarDay(year=relative.year, month=relative.month, day=relative.day, relative=True)
    if re.fullmatch(_ISO, words):
        parts = [int(part) for part in words.split("-")]
        return _day(parts[2], parts[1], parts[0])
    if re.fullmatch(_NUMERIC, words):
        return _numeric(words, language)
    found = re.search(rf"({_ES_MONTH if language == 'es' else _EN_MONTH})", words)
    if not found:
        return None
    month = _month(found[1].strip("."), language)
    rest = words[: found.start()] + " " + words[found.end() :]
    year = re.search(_YEAR, rest)
    rest = rest.replace(year[0], " ") if year else rest
    number = _number(rest, language)
    return _day(number, month, int(year[0]) if year else None) if number else None


def same_day(one: CalendarDay, other: CalendarDay) -> bool:
    """Tell whether both may mean one day: the year counts only where both have one."""
    years = {one.year, other.year} - {None}
    return (one.month, one.day) == (other.month, other.day) and len(years) < 2


def _relative(words: str, language: Language, today: date) -> date | None:
    fixed = {"today": 0, "hoy": 0, "tomorrow": 1, "mañana": 1, "the day after tomorrow": 2, "pasado mañana": 2}
    if words in fixed:
        return today + timedelta(days=fixed[words])
    counted = re.fullmatch(r"(?:in|en|dentro de) (\w+) (day|week|dia|semana)s?(?:' time)?", words)
    if counted:
        count = int(counted[1]) if counted[1].isdigit() else _COUNTS.get(counted[1], 0)
        return today + timedelta(days=count * (7 if counted[2] in {"week", "semana"} else 1)) if count else None
    if not re.fullmatch(RELATIVE[language], words):
        return None
    name = next((n for n in _WEEKDAYS[language] if re.search(rf"\b{n}\b", words)), None)
    if name is None:
        return None
    ahead = (_WEEKDAYS[language].index(name) - today.weekday()) % 7 or 7
    day = today + timedelta(days=ahead)
    later = "next week" in words or "de la semana" in words
    return day + timedelta(days=7) if later and day.isocalendar()[:2] == today.isocalendar()[:2] else day


def _numeric(words: str, language: Language) -> CalendarDay | None:
    parts = [int(part) for part in re.split(r"[/.-]", words)]
    day, month = parts[0], parts[1]
    if language == "en":
        if (day > 12) == (month > 12) and day != month:
            return None
        day, month = (month, day) if month > 12 else (day, month)
    year = parts[2] if len(parts) > 2 and parts[2] > 99 else None
    return _day(day, month, year) if len(parts) == 2 or year else None


def _month(word: str, language: Language) -> int:
    word = word.replace("setiembre", "septiembre")
    return next(i for i, name in enumerate(MONTHS[language], 1) if name.casefold().startswith(word[:3]))


def _number(words: str, language: Language) -> int | None:
    digits = re.search(r"\d{1,2}", words)
    if digits:
        return int(digits[0])
    names = _ES_NUMBERS if language == "es" else _EN_ORDINALS
    spoken = " ".join(words.replace("-", " ").split())
    if re.search(r"\bprimero\b", spoken):
        return 1
    fits = [(len(name), i) for i, name in enumerate(names, 1) if re.search(rf"\b{name.replace('-', ' ')}\b", spoken)]
    return max(fits)[1] if fits else None


def _day(day: int, month: int, year: int | None) -> CalendarDay | None:
    return CalendarDay(day=day, month=month, year=year) if _exists(year or 2000, month, day) else None


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
