"""Days as people write or say them: "tomorrow", "next Friday", "the 3rd of May", "navidad", "dentro de dos semanas".

Common forms are read here; other written dates go to dateparser with strict settings. Knows nothing about times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from jarvis.contracts.errors import Language
from jarvis.skills.folding import fold, key
from jarvis.skills.numerals import integer_in

_RELATIVE = {
    "en": {"today": 0, "tomorrow": 1, "the day after tomorrow": 2, "day after tomorrow": 2, "yesterday": -1},
    "es": {"hoy": 0, "manana": 1, "pasado manana": 2, "pasado": 2, "ayer": -1, "anteayer": -2, "antes de ayer": -2},
}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_FEASTS: dict[Language, dict[str, tuple[int, int]]] = {
    "en": {
        "christmas": (12, 25),
        "christmas day": (12, 25),
        "xmas": (12, 25),
        "christmas eve": (12, 24),
        "boxing day": (12, 26),
        "new year": (1, 1),
        "the new year": (1, 1),
        "new years": (1, 1),
        "new years day": (1, 1),
        "new year's": (1, 1),
        "new year's day": (1, 1),
        "new years eve": (12, 31),
        "new year's eve": (12, 31),
        "valentines": (2, 14),
        "valentines day": (2, 14),
        "valentine's day": (2, 14),
        "halloween": (10, 31),
        "epiphany": (1, 6),
        "april fools day": (4, 1),
        "independence day": (7, 4),
        "saint patrick's day": (3, 17),
        "st patricks day": (3, 17),
    },
    "es": {
        "navidad": (12, 25),
        "navidades": (12, 25),
        "la navidad": (12, 25),
        "nochebuena": (12, 24),
        "ano nuevo": (1, 1),
        "el ano nuevo": (1, 1),
        "nochevieja": (12, 31),
        "fin de ano": (12, 31),
        "reyes": (1, 6),
        "los reyes": (1, 6),
        "el dia de reyes": (1, 6),
        "san valentin": (2, 14),
        "halloween": (10, 31),
        "todos los santos": (11, 1),
        "el dia de los muertos": (11, 2),
        "el dia de la hispanidad": (10, 12),
        "san juan": (6, 24),
    },
}
_COUNTED = {
    "en": re.compile(
        r"^in (.+?) (days?|weeks?|months?|years?)(?: time)?$|^(.+?) (days?|weeks?|months?|years?) from (?:now|today)$"
    ),
    "es": re.compile(r"^(?:en|dentro de) (.+?) (dias?|semanas?|mes(?:es)?|anos?)$"),
}
_SIZES = {"d": 1, "w": 7, "s": 7}
_WRITTEN_DATE = re.compile(r"^\d{1,2}[/.-]\d{1,2}[/.-](?:\d{2}|\d{4})$")
_NUMERIC = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")


def date_in(text: str, language: Language, today: date) -> date | None:
    """Return the day that `text` wholly is, or None; a day of the year already past means next year's."""
    words = _bare(key(text), language)
    if not words:
        return None
    readers: tuple[Callable[[str, Language, date], date | None], ...] = (
        _relative,
        _weekday,
        _feast,
        _counted,
        _month_day,
        _numeric,
    )
    for reader in readers:
        found = reader(words, language, today)
        if found is not None:
            return found
    return _through_dateparser(words, language) if _WRITTEN_DATE.match(words) else None


@lru_cache(maxsize=2)
def month_names(language: Language) -> dict[str, int]:
    """Return month numbers by folded name, long and short."""
    from babel import Locale

    months = Locale(language).months
    names = {fold(name).strip("."): number for number, name in months["format"]["wide"].items()}
    names |= {fold(name).strip("."): number for number, name in months["format"]["abbreviated"].items()}
    return names | ({"setiembre": 9} if language == "es" else {"sept": 9})


@lru_cache(maxsize=2)
def weekday_names(language: Language) -> dict[str, int]:
    """Return weekday numbers (Monday 0) by folded name, singular and plural."""
    from babel import Locale

    names = {fold(name): number for number, name in Locale(language).days["format"]["wide"].items()}
    plurals = {
        name if name.endswith("s") and language == "es" else f"{name}s": number for name, number in names.items()
    }
    return names | plurals


def next_weekday(today: date, weekday: int, *, include_today: bool = False) -> date:
    """Return the first day after `today` (or from it) that falls on `weekday`, Monday 0."""
    ahead = (weekday - today.weekday()) % 7
    return today + timedelta(days=ahead if ahead or include_today else 7)


def _bare(words: str, language: Language) -> str:
    if language == "en":
        return re.sub(r"^(?:on|for|this coming|this|coming|by)\s+", "", words)
    return re.sub(r"^(?:para|el proximo dia|este|el dia(?= \d)|el(?! (?:ano|dia de)))\s+", "", words)


def _relative(words: str, language: Language, today: date) -> date | None:
    distance = _RELATIVE[language].get(words)
    return None if distance is None else today + timedelta(days=distance)


def _weekday(words: str, language: Language, today: date) -> date | None:
    if language == "en":
        found = re.match(r"^(?:(next) )?(\w+)(?: (next week))?$", words)
        if found is None or found[2] not in weekday_names("en"):
            return None
        day = next_weekday(today, weekday_names("en")[found[2]])
        later = bool(found[1] or found[3])
    else:
        found = re.match(
            r"^(?:(proximo) )?(\w+)(?: (que viene|proximo|de la semana que viene|de la proxima semana))?$", words
        )
        if found is None or found[2] not in weekday_names("es"):
            return None
        day = next_weekday(today, weekday_names("es")[found[2]])
        later = bool(found[3] and "semana" in found[3])
    same_week = day.isocalendar()[:2] == today.isocalendar()[:2]
    return day + timedelta(days=7) if later and same_week else day


def _feast(words: str, language: Language, today: date) -> date | None:
    if words in {"easter", "easter sunday", "pascua", "semana santa", "domingo de pascua"}:
        this_year = _easter(today.year)
        return this_year if this_year >= today else _easter(today.year + 1)
    if words == "thanksgiving":
        this_year = _thanksgiving(today.year)
        return this_year if this_year >= today else _thanksgiving(today.year + 1)
    feast = _FEASTS[language].get(words)
    return None if feast is None else _next_date(today, *feast)


def _counted(words: str, language: Language, today: date) -> date | None:
    if words in {"next week", "la semana que viene", "semana que viene", "la proxima semana", "proxima semana"}:
        return today + timedelta(days=7)
    found = _COUNTED[language].match(words)
    if found is None:
        return None
    count_words, unit = (found[1], found[2]) if found[1] else (found[3], found[4])
    count = 1 if count_words in {"a", "one", "un", "una"} else integer_in(count_words, language)
    if count is None or not 0 <= count <= 5000:
        return None
    if unit[0] in _SIZES:
        return today + timedelta(days=count * _SIZES[unit[0]])
    return _add_months(today, count * (12 if unit[0] in {"y", "a"} else 1))


def _month_day(words: str, language: Language, today: date) -> date | None:
    names = "|".join(sorted(month_names(language), key=len, reverse=True))
    if language == "en":
        shapes: tuple[str, ...] = (
            rf"^(?:the )?(?P<day>.+?)(?: of)? (?P<month>{names})(?:,? (?P<year>\d{{4}}))?$",
            rf"^(?P<month>{names}) (?:the )?(?P<day>.+?)(?:,? (?P<year>\d{{4}}))?$",
            r"^the (?P<day>.+)$",
        )
    else:
        shapes = (
            rf"^(?P<day>.+?)(?: de)? (?P<month>{names})(?: (?:de|del) (?P<year>\d{{4}}))?$",
            r"^dia (?P<day>.+)$",
        )
    words = re.sub(rf"^(?:{'|'.join(weekday_names(language))}),? (?:the )?", "", words)
    for shape in shapes:
        found = re.match(shape, words)
        if found is None:
            continue
        day = _day_number(found["day"], language)
        groups = found.groupdict()
        if day is None:
            continue
        if not groups.get("month"):
            return _next_day_of_month(today, day)
        month = month_names(language)[found["month"]]
        if groups.get("year"):
            return _safe_date(int(found["year"]), month, day)
        return _next_date(today, month, day)
    return None


def _numeric(words: str, language: Language, today: date) -> date | None:
    found = _NUMERIC.match(words)
    if found:
        return _safe_date(int(found[1]), int(found[2]), int(found[3]))
    short = re.match(r"^(\d{1,2})[/.](\d{1,2})$", words)
    if short and language == "es":
        return _next_date(today, int(short[2]), int(short[1]))
    return None


def _through_dateparser(words: str, language: Language) -> date | None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import dateparser

        found = dateparser.parse(
            words,
            languages=[language],
            settings={
                "STRICT_PARSING": True,
                "PREFER_DATES_FROM": "future",
                "PARSERS": ["absolute-time"],
                "DATE_ORDER": "DMY" if language == "es" else "MDY",
            },
        )
    return found.date() if found else None


def _day_number(words: str, language: Language) -> int | None:
    if found := re.match(r"^(\d{1,2})(?: ?(?:st|nd|rd|th|º|o))?$", words):
        value: int | None = int(found[1])
    elif language == "en":
        value = _english_ordinal(words)
    else:
        value = 1 if words in {"primero", "primer"} else integer_in(words, "es")
    return value if value is not None and 1 <= value <= 31 else None


def _english_ordinal(words: str) -> int | None:
    words = words.replace("-", " ")
    if words in _ORDINALS:
        return _ORDINALS.index(words) + 1
    if words == "thirtieth":
        return 30
    for tens, base in (("twenty ", 20), ("thirty ", 30)):
        if words.startswith(tens) and words[len(tens) :] in _ORDINALS[:9]:
            return base + _ORDINALS.index(words[len(tens) :]) + 1
    return integer_in(words, "en")


def _next_date(today: date, month: int, day: int) -> date | None:
    """Return the next such day from `today`; 29 February waits for its leap year."""
    for year in range(today.year, today.year + 9):
        found = _safe_date(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def _next_day_of_month(today: date, day: int) -> date | None:
    for ahead in range(13):
        years, month = divmod(today.month - 1 + ahead, 12)
        found = _safe_date(today.year + years, month + 1, day)
        if found is not None and found >= today:
            return found
    return None


def _safe_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _add_months(day: date, months: int) -> date | None:
    years, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        if (found := _safe_date(day.year + years, month + 1, last)) is not None:
            return found
    return _safe_date(day.year + years, month + 1, day.day)


def _easter(year: int) -> date:
    """Return Western Easter Sunday (the anonymous Gregorian computus, Meeus 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)
