"""Says numbers, durations, times and dates the way people do, in English and Spanish.

Knows nothing about parsing; every function is pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from jarvis.contracts.errors import Language

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
_UNIT_WORDS: dict[Language, dict[str, tuple[str, str]]] = {
    "en": {
        "day": ("1 day", "{n} days"),
        "hour": ("1 hour", "{n} hours"),
        "minute": ("1 minute", "{n} minutes"),
        "second": ("1 second", "{n} seconds"),
    },
    "es": {
        "day": ("1 día", "{n} días"),
        "hour": ("1 hora", "{n} horas"),
        "minute": ("1 minuto", "{n} minutos"),
        "second": ("1 segundo", "{n} segundos"),
    },
}


def number_words(value: float, language: Language, *, decimals: int = 6) -> str:
    """Return `value` with the language's separators and at most `decimals` decimals."""
    from babel.numbers import format_decimal

    rounded = round(value, decimals)
    pattern = "#,##0." + "#" * decimals if decimals else "#,##0"
    text: str = format_decimal(rounded + 0.0, format=pattern, locale=language)
    return text


def join_words(items: Sequence[str], language: Language) -> str:
    """Return "a, b, and c" or "a, b y c"."""
    from babel.lists import format_list

    text: str = format_list(list(items), locale=language)
    return text


def duration_words(seconds: float, language: Language) -> str:
    """Return a duration in at most two neighbouring units: "1 hour and 30 minutes"; under a second is 0 seconds."""
    rest = round(seconds)
    if rest >= 86_400 * 2:
        rest = round(rest / 3600) * 3600
    parts: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            one, other = _UNIT_WORDS[language][unit]
            parts.append(one if count == 1 else other.format(n=count))
    if not parts:
        return _UNIT_WORDS[language]["second"][1].format(n=0)
    return (" and " if language == "en" else " y ").join([", ".join(parts[:-1]), parts[-1]] if parts[:-1] else parts)


def time_words(moment: datetime, language: Language) -> str:
    """Return a clock time as said: "6:30 am", "noon"; Spanish with its article: "las 6:30 de la mañana"."""
    hour, minute = moment.hour, moment.minute
    shown = hour % 12 or 12
    clock = f"{shown}:{minute:02d}" if minute else str(shown)
    if language == "en":
        if minute == 0 and hour in {0, 12}:
            return "midnight" if hour == 0 else "noon"
        return f"{clock} {'am' if hour < 12 else 'pm'}"
    article = "la" if shown == 1 else "las"
    return f"{article} {clock} {_spanish_part(hour)}"


def date_words(day: date, language: Language, today: date) -> str:
    """Return "Friday, May 3" or "viernes 3 de mayo", with the year when it is not this one."""
    from babel.dates import format_date

    if language == "en":
        pattern = "EEEE, MMMM d" if day.year == today.year else "EEEE, MMMM d, y"
    else:
        pattern = "EEEE d 'de' MMMM" if day.year == today.year else "EEEE d 'de' MMMM 'de' y"
    text: str = format_date(day, format=pattern, locale=language)
    return text


def day_words(day: date, language: Language, today: date) -> str:
    """Return "today", "tomorrow", "on Friday" within a week, else "on Friday, May 3"."""
    distance = (day - today).days
    if distance in {0, 1}:
        return (("today", "tomorrow"), ("hoy", "mañana"))[language == "es"][distance]
    if 1 < distance < 7:
        from babel.dates import format_date

        name = format_date(day, format="EEEE", locale=language)
        return f"on {name}" if language == "en" else f"el {name}"
    return ("on " if language == "en" else "el ") + date_words(day, language, today)


def moment_words(moment: datetime, language: Language, now: datetime) -> str:
    """Return day and time, without the day when it is today: "tomorrow at 7 am", "at 5 pm"."""
    at = at_words(moment, language)
    if moment.date() == now.date():
        return at
    return f"{day_words(moment.date(), language, now.date())} {at}"


def at_words(moment: datetime, language: Language) -> str:
    """Return "at 5 pm" or "a las 5 de la tarde"; the hour after midnight is told as the small hours of its own day."""
    words = time_words(moment, language)
    if language == "es" and moment.hour == 0:
        words = words.replace("de la noche", "de la madrugada")
    return ("at " if language == "en" else "a ") + words


def _spanish_part(hour: int) -> str:
    if hour < 6:
        return "de la madrugada" if hour else "de la noche"
    if hour < 12:
        return "de la mañana"
    if hour == 12:
        return "del mediodía"
    return "de la tarde" if hour < 20 else "de la noche"
