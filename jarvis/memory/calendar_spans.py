"""Spans of days: weeks, months, seasons and feasts around a day. Pure calendar; seasons are the northern ones.

Knows no words; `None` as a span's side leaves it open.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

FEW_FROM, FEW_TO = 2, 6
"""How many "a few" are, at least and at most."""

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Days from `start` up to but without `end`. `yearly` means that only the season was said, not the year."""

    start: date | None
    end: date | None
    yearly: bool = False


def days(start: date, count: int = 1, *, yearly: bool = False) -> Span:
    """Return `count` days from `start`; the end is open where the calendar ends before it."""
    end = start + count * DAY if count <= (date.max - start).days else None
    return Span(start=start, end=end, yearly=yearly)


def month_of(year: int, month: int, *, count: int = 1, yearly: bool = False) -> Span:
    """Return `count` whole months; `month` may lie outside 1..12 and is carried into other years."""
    return Span(start=_first(year, month), end=_first(year, month + count), yearly=yearly)


def year_of(year: int, *, count: int = 1) -> Span:
    """Return `count` whole years."""
    return Span(start=date(year, 1, 1), end=date(year + count, 1, 1))


def unit_around(unit: str, offset: int, today: date) -> Span:
    """Return the day, week (from Monday), weekend, fortnight, month or year that lies `offset` of them from today's."""
    monday = today - today.weekday() * DAY
    if unit == "day":
        return days(today + offset * DAY)
    if unit == "week":
        return days(monday + 7 * offset * DAY, 7)
    if unit == "fortnight":
        return days(monday + 14 * offset * DAY, 14)
    if unit == "weekend":
        return days(monday + (7 * offset + 5) * DAY, 2)
    if unit == "month":
        return month_of(today.year, today.month + offset)
    return year_of(today.year + offset)


def ago(unit: str, count: int, today: date) -> Span:
    """Return when "`count` units ago" was, as loosely as people mean it; 0 is "a few". A negative count lies ahead."""
    if count == 0:
        return Span(start=_back(unit, FEW_TO + 1, today), end=_back(unit, FEW_FROM, today) + DAY)
    there = _back(unit, count, today)
    if unit in ("week", "weekend", "fortnight"):
        return days(there - 3 * DAY, 7)
    if unit == "month":
        return days(there - 15 * DAY, 31)
    return unit_around(unit, 0, there)


def rolling(unit: str, count: int, today: date, *, ahead: bool = False) -> Span:
    """Return the last (or next) `count` units up to (or from) today, today included; 0 is "a few"."""
    many = count or FEW_TO
    if ahead:
        return Span(start=today, end=_back(unit, -many, today) + DAY)
    return Span(start=_back(unit, many, today), end=today + DAY)


def season_of(year: int, first_month: int, *, yearly: bool = False) -> Span:
    """Return the season that begins in `first_month` of `year`."""
    return month_of(year, first_month, count=3, yearly=yearly)


def feast_of(feast: str, year: int, *, yearly: bool = False) -> Span:
    """Return the days of a feast named in `time_words`, or of a fixed "MM-DD"."""
    if feast == "christmas":
        return days(date(year, 12, 20), 12, yearly=yearly)
    if feast == "new year":
        return days(date(year, 12, 31), 2, yearly=yearly)
    if feast == "thanksgiving":
        first = date(year, 11, 1)
        return days(first + ((3 - first.weekday()) % 7 + 21) * DAY, yearly=yearly)
    if feast.startswith(("easter", "good")):
        sunday = _easter(year)
        if feast == "easter":
            return days(sunday - 7 * DAY, 9, yearly=yearly)
        return days(sunday - (2 * DAY if feast == "good friday" else 0 * DAY), yearly=yearly)
    return days(date(year, int(feast[:2]), int(feast[3:])), yearly=yearly)


def third_of(span: Span, third: int) -> Span:
    """Return the first (0), middle (1) or last (2) third of a span that is closed on both sides."""
    if span.start is None or span.end is None:
        return span
    length = (span.end - span.start) / 3
    start = span.start + third * length
    return replace(span, start=start, end=max(start + DAY, span.start + (third + 1) * length))


def same_day(year: int, month: int, day: int) -> date | None:
    """Return the date, None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _first(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _back(unit: str, count: int, today: date) -> date:
    if unit in ("week", "weekend"):
        return today - 7 * count * DAY
    if unit == "fortnight":
        return today - 14 * count * DAY
    if unit == "day":
        return today - count * DAY
    months = count if unit == "month" else 12 * count
    first = _first(today.year, today.month - months)
    return first.replace(day=min(today.day, monthrange(first.year, first.month)[1]))


def _easter(year: int) -> date:
    """Easter Sunday after the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)
