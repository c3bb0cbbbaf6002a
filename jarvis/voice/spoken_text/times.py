"""Times of day and durations as they are said: "14:05" is "fourteen oh five", "las 13:15" "las trece quince". Pure."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.voice.spoken_text.numerals import cardinal

_CLOCK = re.compile(
    r"(?<![\w:.,/])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d)(?:\.\d{1,6})?Z?)?(?:\s?(a\.?\s?m\.?|p\.?\s?m\.?|AM|PM|h(?:oras?|s)?\b\.?))?(?![\w:])",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(?<![\w:.,/])(1[0-2]|0?[1-9])\s?(a\.?\s?m\.|p\.?\s?m\.|am|pm)(?!\w)", re.IGNORECASE)
_BETWEEN = re.compile(r"(?<=\d:[0-5]\d) ?[-–—] ?(?=[012]?\d:[0-5]\d(?!\d))")
_HOURS_BETWEEN = re.compile(
    r"(?<![\w.,:/\-])(\d{1,2}(?::[0-5]\d)? ?(?:[ap]\.?m\.?)?) ?[-–—] ?(?=\d{1,2}(?::[0-5]\d)? ?[ap]\.?m)", re.IGNORECASE
)
_TO: dict[Language, str] = {"en": " to ", "es": " a "}
_HALF: dict[Language, dict[str, str]] = {
    "en": {"a": "a m", "p": "p m"},
    "es": {"a": "de la mañana", "p": "de la tarde"},
}
_EVENING_HOUR = 9


def say_times(text: str, language: Language) -> str:
    """Return `text` with its times of day in words; "14:30 h" and "3 p.m." too."""
    text = _BETWEEN.sub(_TO[language], text)
    text = _HOURS_BETWEEN.sub(lambda match: f"{match[1].strip()}{_TO[language]}", text)
    clock = _CLOCK.sub(lambda match: _clock(match, language), text)
    return _HOUR.sub(lambda match: f"{_hour(int(match[1]), language)}{_end(match[2], int(match[1]), language)}", clock)


def _clock(match: re.Match[str], language: Language) -> str:
    hour, minute, second, end = int(match[1]), int(match[2]), match[3], match[4] or ""
    said = _hour(hour, language)
    if second is not None and int(second):
        return (
            f"{said} {_two(minute, language)} {'and' if language == 'en' else 'con'} {_seconds(int(second), language)}"
        )
    half = end[:1].casefold() in ("a", "p") and end != ""
    if minute:
        said += f" {_two(minute, language)}"
    elif not half:
        said += _sharp(hour, language)
    return said + (_end(end, hour, language) if half else "")


def _hour(hour: int, language: Language) -> str:
    return cardinal(hour, language, "feminine" if language == "es" else "none")


def _two(minute: int, language: Language) -> str:
    if minute >= 10:
        return cardinal(minute, language)
    if language == "en":
        return f"oh {cardinal(minute, 'en')}" if minute else "hundred"
    return f"cero {cardinal(minute, 'es')}" if minute else "cero cero"


def _sharp(hour: int, language: Language) -> str:
    if language == "en":
        if hour in (0, 24):
            return " hours"
        return " o'clock" if 1 <= hour <= 12 else " hundred"
    return " en punto" if 1 <= hour <= 12 else " horas" if hour != 1 else " hora"


def _seconds(second: int, language: Language) -> str:
    if language == "en":
        return f"{cardinal(second, 'en')} second{'' if second == 1 else 's'}"
    return f"{cardinal(second, 'es', 'masculine')} segundo{'' if second == 1 else 's'}"


def _end(mark: str, hour: int, language: Language) -> str:
    half = mark[:1].casefold()
    if language == "es" and half == "p" and hour == 12:
        return " del mediodía"
    if language == "es" and half == "p" and _EVENING_HOUR <= hour < 12:
        return " de la noche"
    # The full stop of "p.m." may also end the sentence; a voice needs none of its own.
    return f" {_HALF[language][half]}"
