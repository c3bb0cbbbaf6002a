"""Dates and years as they are said: "2026-11-21" is "November twenty-first, twenty twenty-six". Pure.

Figures are read day first; with slashes, English reads the month first wherever it can be one.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.voice.spoken_text.numerals import cardinal, ordinal, year

MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio",
           "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
}  # fmt: skip
_SHORT: dict[Language, dict[str, int]] = {
    "en": {name[:3].casefold(): number for number, name in enumerate(MONTHS["en"], 1)} | {"sept": 9},
    "es": {name[:3]: number for number, name in enumerate(MONTHS["es"], 1)} | {"sept": 9},
}
_YEAR = r"(1[1-9]\d\d|20\d\d|2100)"
_DAY = r"(3[01]|[12]\d|0?[1-9])"
_ISO = re.compile(rf"(?<![\w\-/.]){_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:T(?=\d\d:)|(?![\w\-/]))")
_FIGURES = re.compile(rf"(?<![\w\-/.]){_DAY}([/\-.])(3[01]|[12]\d|0?[1-9])\2(\d\d\d\d)(?![\w\-/])")
_MONTH_WORD: dict[Language, str] = {
    "en": "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?",
    "es": "(?:ene(?:ro)?|feb(?:rero)?|mar(?:zo)?|abr(?:il)?|mayo?|juni?o?|juli?o?|ago(?:sto)?"
    r"|sept?(?:iembre)?|oct(?:ubre)?"
    r"|nov(?:iembre)?|dic(?:iembre)?)\b\.?",
}
_MONTH_DAY = re.compile(rf"\b({_MONTH_WORD['en']}) {_DAY}(?:st|nd|rd|th)?(?:,? {_YEAR}\b)?(?![\d:/]|[.,]\d)")
_DAY_MONTH = {
    "en": re.compile(rf"(?<![\w.,:/]){_DAY}(?:st|nd|rd|th)?( of)? ({_MONTH_WORD['en']})(?:,? {_YEAR}\b)?(?!\w)"),
    "es": re.compile(
        rf"(?<![\w.,:/]){_DAY}(?:\.?º)?( de | )({_MONTH_WORD['es']})(?:( de | del |,? ){_YEAR}\b)?(?!\w)", re.IGNORECASE
    ),
}
_MONTH_YEAR = re.compile(rf"\b({_MONTH_WORD['en']}),? {_YEAR}\b")
_WEEKDAYS: dict[Language, dict[str, str]] = {
    "en": {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
           "sun": "Sunday"},
    "es": {"lun": "lunes", "mar": "martes", "mié": "miércoles", "jue": "jueves", "vie": "viernes", "sáb": "sábado",
           "dom": "domingo"},
}  # fmt: skip
_DAY_NAMES: dict[Language, str] = {
    "en": r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:s|r|rs)?\b\.?",
    "es": r"([Ll]un|[Mm]ar|[Mm]ié|[Jj]ue|[Vv]ie|[Ss]áb|[Dd]om)\b\.?",
}
_DAY_RANGE = {language: re.compile(rf"\b{name} ?[-–] ?{name}") for language, name in _DAY_NAMES.items()}
_DAY_DATE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(rf"\b{_DAY_NAMES['en']}(,? )(?=\d{{1,2}}\b|{_MONTH_WORD['en']})"),
    "es": re.compile(rf"\b{_DAY_NAMES['es']}(,? )(?=\d{{1,2}}\b)"),
}
_CUED_YEAR = re.compile(
    rf"\b((?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Bb]efore|[Aa]fter|[Aa]round|[Yy]ear|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)"
    rf"(?: of)?(?: the)?(?: year)?|circa|c\.) {_YEAR}\b"
    r"(?!\s?(?:%|[a-z]{1,3}/|°|people|users|times|words|years|days|hours|[.,]\d))"
)
_YEARS = re.compile(rf"(?<![\w.,/\-$€£]){_YEAR}\s?[-–]\s?(?:{_YEAR}|(\d\d))(?![\w/\-.,]*\d)")
_BRACKETED = re.compile(rf"(?<=\(){_YEAR}(?=\))")
_DECADE = re.compile(r"(?<![\w$€£])(?:(1[1-9]|20)|['’])?([1-9]0)['’]?s\b")


def say_dates(text: str, language: Language) -> str:
    """Return `text` with its dates and, in English, its years in words; a voice reads Spanish years well by itself."""
    text = _ISO.sub(lambda m: _date(int(m[1]), int(m[2]), int(m[3]), language) + (" " if m[0][-1] == "T" else ""), text)
    text = _FIGURES.sub(lambda match: _figures(match, language), text)
    text = _say_weekdays(text, language)
    if language == "es":
        text = _DAY_MONTH["es"].sub(_spanish, text)
        return _YEARS.sub(lambda m: f"{m[1]} a {m[2] or m[1][:2] + m[3]}", text)
    text = _DAY_MONTH["en"].sub(_day_month, text)
    text = _MONTH_DAY.sub(lambda m: _date(m[3], _month(m[1], "en"), int(m[2]), "en"), text)
    text = _MONTH_YEAR.sub(lambda m: f"{MONTHS['en'][_month(m[1], 'en') - 1]} {year(int(m[2]), 'en')}", text)
    text = _YEARS.sub(lambda m: f"{year(int(m[1]), 'en')} to {year(int(m[2] or m[1][:2] + m[3]), 'en')}", text)
    text = _BRACKETED.sub(lambda m: year(int(m[1]), "en"), text)
    text = _CUED_YEAR.sub(lambda m: f"{m[1]} {year(int(m[2]), 'en')}", text)
    return _DECADE.sub(_decade, text)


def _say_weekdays(text: str, language: Language) -> str:
    """Return `text` with "Mon-Fri" and "Fri, Nov 21" written out; a lone "Sun" may be anything."""
    names = _WEEKDAYS[language]
    joint = "to" if language == "en" else "a"
    text = _DAY_RANGE[language].sub(lambda m: f"{names[m[1].casefold()]} {joint} {names[m[2].casefold()]}", text)
    return _DAY_DATE[language].sub(lambda m: f"{names[m[1].casefold()]}{m[2]}", text)


def _date(year_number: int | str | None, month: int, day: int, language: Language) -> str:
    name = MONTHS[language][month - 1]
    if language == "es":
        said = f"{_spanish_day(day)} de {name}"
        return f"{said} de {year_number}" if year_number else said
    said = f"{name} {ordinal(day, 'en')}"
    return f"{said}, {year(int(year_number), 'en')}" if year_number else said


def _day_month(match: re.Match[str]) -> str:
    day, month = int(match[1]), _month(match[3], "en")
    if not match[2]:
        return _date(match[4], month, day, "en")
    said = f"{ordinal(day, 'en')} of {MONTHS['en'][month - 1]}"
    return f"{said}, {year(int(match[4]), 'en')}" if match[4] else said


def _figures(match: re.Match[str], language: Language) -> str:
    first, second, number = int(match[1]), int(match[3]), int(match[4])
    month_first = language == "en" and match[2] == "/" and first <= 12
    day, month = (second, first) if month_first or second > 12 else (first, second)
    if month > 12 or not 1000 <= number <= 2999:
        return match[0]
    return _date(number, month, day, language)


def _spanish(match: re.Match[str]) -> str:
    day, month, number = int(match[1]), _month(match[3], "es"), match[5]
    # "3 mar" or "2 sept" without a year or "de" may be anything; full names are months.
    if match[2] == " " and number is None and match[3].casefold() not in MONTHS["es"]:
        return match[0]
    return _date(number, month, day, "es")


def _spanish_day(day: int) -> str:
    return "uno" if day == 1 else str(day)


def _month(word: str, language: Language) -> int:
    letters = word.rstrip(".").casefold()
    return _SHORT[language][letters if letters == "sept" else letters[:3]]


def _decade(match: re.Match[str]) -> str:
    tens = cardinal(int(match[2]), "en")
    many = f"{tens[:-1]}ies" if tens.endswith("y") else f"{tens}s"
    return f"{cardinal(int(match[1]), 'en')} {many}" if match[1] else many
