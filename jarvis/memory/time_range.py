"""Reads which span of time a text speaks of, in English and Spanish, from rules alone: "last March", "hace tres días".

`read_range` serves questions, `happened_in` what is stored. Days begin and end in the time zone of the moment given.
Reads the first expression of a text; clock times are nothing to it, and neither are spans counted from something else
in the text ("two days later"). Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import TimeRange
from jarvis.memory.calendar_spans import Span
from jarvis.memory.time_points import Reader
from jarvis.memory.time_words import FUTURE, SAYING

YEARS_BACK = 12
"""How many years a span without a year may lie back."""

LONGEST_TEXT = 2000
"""Characters that are read of a text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeReading:
    """A span read out of a text.

    `earlier` are the same days of the years before, most recent first, where the text names no year. `about_saying`
    tells that it bounds when something was said to Jarvis or by it. `words` are the folded words that name
    it, `relative_words` those of them that are no date ("last", "week"): no row holds them because of it.
    """

    range: TimeRange
    earlier: tuple[TimeRange, ...] = ()
    about_saying: bool = False
    words: frozenset[str] = frozenset()
    relative_words: frozenset[str] = frozenset()


def read_range(text: str, language: Language, now: datetime) -> TimeReading | None:
    """Return the span that a question speaks of; None where it names none. `now` is aware."""
    reader = Reader(text[:LONGEST_TEXT], language, now.date(), ahead=_looks_ahead(text, language))
    span = reader.span()
    if span is None:
        return None
    return TimeReading(
        range=_as_range(span, now.tzinfo),
        earlier=tuple(_as_range(_years_back(span, years), now.tzinfo) for years in range(1, YEARS_BACK))
        if span.yearly
        else (),
        about_saying=re.search(SAYING[language], _plain(text)) is not None,
        words=reader.words(),
        relative_words=reader.relative_words(),
    )


def happened_in(text: str, language: Language, said_at: datetime) -> TimeRange | None:
    """Return when what a text tells of took place; None where it does not say, or leaves one side open."""
    span = Reader(text[:LONGEST_TEXT], language, said_at.date(), ahead=_looks_ahead(text, language)).span()
    if span is None or span.start is None or span.end is None:
        return None
    return _as_range(span, said_at.tzinfo)


def _looks_ahead(text: str, language: Language) -> bool:
    return re.search(FUTURE[language], _plain(text)) is not None


def _plain(text: str) -> str:
    """Lower case with accents, words apart by one space."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()))


def _as_range(span: Span, zone: tzinfo | None) -> TimeRange:
    return TimeRange(start=_midnight(span.start, zone), end=_midnight(span.end, zone))


def _midnight(day: date | None, zone: tzinfo | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)


def _years_back(span: Span, years: int) -> Span:
    return Span(start=_earlier(span.start, years), end=_earlier(span.end, years))


def _earlier(day: date | None, years: int) -> date | None:
    if day is None:
        return None
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leap else day.day)
