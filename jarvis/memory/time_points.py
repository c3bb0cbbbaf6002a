"""Reads one span of days out of the words of a text, left to right; the grammar behind `time_range`. Pure.

Knows the order in which English and Spanish put such words, and nothing of hours or time zones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from jarvis.contracts.errors import Language
from jarvis.memory.calendar_spans import (
    DAY,
    Span,
    ago,
    days,
    feast_of,
    month_of,
    rolling,
    same_day,
    season_of,
    third_of,
    unit_around,
    year_of,
)
from jarvis.memory.time_tokens import Token, tokens_of
from jarvis.memory.time_words import AT

_SEVERAL = ("days", "weeks", "months", "years", "dias", "semanas", "meses", "años")
_DATED = ("month", "year", "date", "feast", "season", "decade")
_EVERY = ("every", "each", "cada", "most")


Found = tuple[Span, int]
"""A span, and the place after its words."""


class Reader:
    """One text, read on the day `today`. `ahead` takes the next May for "May" where the text looks ahead."""

    def __init__(self, text: str, language: Language, today: date, *, ahead: bool) -> None:
        self._language = language
        self._today = today
        self._ahead = ahead
        self._tokens = tokens_of(text, language)
        self._points: tuple[Callable[[int], Found | None], ...] = (
            self._written_date,
            self._relative_day,
            self._ago,
            self._nth_unit,
            self._third,
            self._named_after,
            self._named_before,
            self._day_of_month,
            self._month,
            self._week_of,
            self._year,
        )

    def span(self) -> Span | None:
        """Return the first span that the text names, None for none."""
        found = self._first()
        return found[0] if found is not None else None

    def words(self) -> frozenset[str]:
        """Return all folded words that name this span."""
        found = self._first()
        tokens = self._tokens[found[2] : found[1]] if found is not None else []
        return frozenset(word for token in tokens for word in token.text.split())

    def relative_words(self) -> frozenset[str]:
        """Return the folded words that name this span but stand in no date: "last", "week", not "May"."""
        found = self._first()
        if found is None:
            return frozenset()
        tokens = self._tokens[found[2] : found[1]]
        dated = any(token.kind in _DATED for token in tokens)
        kept = {*_DATED, "weekday", "word", *(("number",) if dated else ())}
        return frozenset(word for token in tokens if token.kind not in kept for word in token.text.split())

    def _first(self) -> tuple[Span, int, int] | None:
        for place in range(len(self._tokens)):
            found = self._bounded(place) or self._point(place, loose=False)
            if found is not None:
                return *found, place
        return None

    def _kind(self, place: int) -> str:
        return self._tokens[place].kind if 0 <= place < len(self._tokens) else ""

    def _number(self, place: int) -> int:
        return int(self._tokens[place].value)

    def _text(self, place: int) -> str:
        return self._tokens[place].text if 0 <= place < len(self._tokens) else ""

    def _past_links(self, place: int) -> int:
        while self._kind(place) == "link":
            place += 1
        return place

    def _bounded(self, place: int) -> Found | None:
        """Between two points, or on one side of one."""
        kind = self._kind(place)
        if kind in ("between", "from", "since") or self._text(place) in ("de", "del", "desde"):
            found = self._from_to(place)
            if found is not None:
                return found
        if kind not in ("since", "until", "before", "after"):
            return None
        point = self._point(self._past_links(place + 1), loose=True)
        if point is None:
            return None
        (span, after) = point
        if kind == "since":
            return Span(start=span.start, end=None), after
        if kind == "after":
            return Span(start=span.end, end=None), after
        return Span(start=None, end=span.end if kind == "until" else span.start), after

    def _from_to(self, place: int) -> Found | None:
        begin = self._past_links(place + 1)
        first = self._point(begin, loose=True)
        bare = first is None and self._kind(begin) == "number"
        middle = begin + 1 if bare else first[1] if first is not None else len(self._tokens)
        if self._kind(middle) not in ("and", "to", "until"):
            return None
        last = self._point(self._past_links(middle + 1), loose=True)
        if last is None or last[0].end is None or last[0].start is None:
            return None
        if bare:
            start = same_day(last[0].start.year, last[0].start.month, self._number(begin))
        else:
            start = first[0].start if first is not None else None
            if start is not None and first is not None and first[0].yearly:
                start = _latest_before(start, last[0].start)
        if start is None or start >= last[0].end:
            return None
        return Span(start=start, end=last[0].end, yearly=last[0].yearly), last[1]

    def _point(self, place: int, *, loose: bool) -> Found | None:
        """One point; `loose` takes a bare month, feast or year without a preposition before it."""
        if place >= len(self._tokens) or self._text(place - 1) in _EVERY:
            return None
        self._loose = loose or self._text(place - 1) in AT[self._language] or self._kind(place - 1) == "third"
        for point in self._points:
            found = point(place)
            if found is not None:
                return found
        return None

    def _written_date(self, place: int) -> Found | None:
        parts = [int(part) for part in re.split(r"[/.-]", self._text(place)) if part.isdigit()]
        if self._kind(place) != "date" or len(parts) != 3:
            return None
        if parts[0] > 31:
            year, month, day = parts
        else:
            (day, month, year) = parts if self._language == "es" or parts[0] > 12 else (parts[1], parts[0], parts[2])
            if month > 12:
                day, month = month, day
        found = same_day(year if year > 99 else 2000 + year, month, day)
        return None if found is None else (days(found), place + 1)

    def _relative_day(self, place: int) -> Found | None:
        if self._kind(place) != "day":
            return None
        return days(self._today + self._number(place) * DAY), place + 1

    def _ago(self, place: int) -> Found | None:
        kinds = tuple(self._kind(place + i) for i in range(3))
        if kinds == ("number", "unit", "ago") and self._language == "en":
            sign, at = 1, place
        elif kinds[0] in ("ago", "ahead") and kinds[1:] == ("number", "unit"):
            sign, at = (1 if kinds[0] == "ago" else -1), place + 1
        elif kinds[1:] == ("number", "unit") and self._text(place) == "in" and self._ahead:
            sign, at = -1, place + 1
        else:
            return None
        return ago(str(self._tokens[at + 1].value), sign * self._number(at), self._today), place + 3

    def _nth_unit(self, place: int) -> Found | None:
        """The first weekend of May; the last week of 2023."""
        place = self._past_links(place)
        if self._kind(place + 1) != "unit" or self._kind(place + 2) != "link":
            return None
        unit = str(self._tokens[place + 1].value)
        of = self._point_of_calendar(place + 3)
        if of is None or unit not in ("day", "week", "weekend") or of[0].start is None or of[0].end is None:
            return None
        length = {"day": 1, "week": 7, "weekend": 2}[unit]
        if self._kind(place) in ("last", "past"):
            start = of[0].end - length * DAY
            while unit == "weekend" and start.weekday() != 5:
                start -= DAY
        elif self._kind(place) == "number" and 1 <= self._number(place) <= 5:
            first = of[0].start + ((5 - of[0].start.weekday()) % 7 * DAY if unit == "weekend" else 0 * DAY)
            start = first + (self._number(place) - 1) * (7 if unit != "day" else 1) * DAY
        else:
            return None
        return days(start, length, yearly=of[0].yearly), of[1]

    def _third(self, place: int) -> Found | None:
        if self._kind(place) != "third":
            return None
        at = self._past_links(place + 1)
        if self._kind(at) == "unit" and self._kind(at - 1) != "link":
            span = unit_around(str(self._tokens[at].value), 0, self._today)
            return third_of(span, self._number(place)), at + 1
        of = self._point_of_calendar(at) or self._named_before(at) or self._named_after(at)
        return None if of is None else (third_of(of[0], self._number(place)), of[1])

    def _point_of_calendar(self, place: int) -> Found | None:
        place = self._past_links(place)
        self._loose = True
        return self._month(place) or self._year(place)

    def _named_before(self, place: int) -> Found | None:
        """Last week, this summer, the next three months, el pasado lunes."""
        which = self._kind(place)
        if which not in ("last", "past", "this", "next"):
            return None
        at = place + 1
        if self._kind(at) == "number" and self._kind(at + 1) == "unit" and which != "this":
            unit = str(self._tokens[at + 1].value)
            return rolling(unit, self._number(at), self._today, ahead=which == "next"), at + 2
        if self._kind(at) == "part" and which == "this":
            return days(self._today), at + 1
        return self._named(at, which)

    def _named_after(self, place: int) -> Found | None:
        """La semana pasada, el lunes que viene, mayo pasado."""
        which = self._kind(place + 1)
        if which not in ("last", "next") or self._language != "es":
            return None
        found = self._named(place, which)
        return None if found is None else (found[0], place + 2)

    def _named(self, place: int, which: str) -> Found | None:
        if place >= len(self._tokens):
            return None
        token = self._tokens[place]
        offset = {"last": -1, "past": -1, "this": 0, "next": 1}[which]
        if token.kind == "unit":
            unit = str(token.value)
            if token.text in _SEVERAL:
                return rolling(unit, 0, self._today, ahead=which == "next"), place + 1
            if which == "past":
                return rolling(unit, 1, self._today), place + 1
            return unit_around(unit, offset, self._today), place + 1
        if token.kind == "weekday":
            return self._weekday(int(token.value), which), place + 1
        if token.kind == "month":
            return self._in_years(lambda year: month_of(year, int(token.value)), which), place + 1
        if token.kind == "season":
            return self._in_years(lambda year: season_of(year, int(token.value)), which), place + 1
        if token.kind == "feast":
            return self._in_years(lambda year: feast_of(str(token.value), year), which), place + 1
        return None

    def _weekday(self, weekday: int, which: str) -> Span:
        to_it = (weekday - self._today.weekday()) % 7
        if which == "next":
            return days(self._today + (to_it or 7) * DAY)
        if which == "this":
            return days(self._today + (weekday - self._today.weekday()) * DAY)
        return days(self._today - ((-to_it) % 7 or 7) * DAY)

    def _in_years(self, of_year: Callable[[int], Span], which: str) -> Span:
        """The last one that is over, this year's, or the next one that has not begun."""
        year = self._today.year
        spans = [of_year(y) for y in range(year - 2, year + 3)]
        if which == "this":
            return of_year(year)
        if which == "next":
            return next(span for span in spans if span.start is not None and span.start > self._today)
        return next(span for span in reversed(spans) if span.end is not None and span.end <= self._today)

    def _nearest(self, of_year: Callable[[int], Span]) -> Span:
        """The latest that has begun, or the next that is not over where the text looks ahead; its year is a guess."""
        spans = [of_year(y) for y in range(self._today.year - 2, self._today.year + 3)]
        if self._ahead:
            found = next(span for span in spans if span.end is not None and span.end > self._today)
        else:
            found = next(span for span in reversed(spans) if span.start is not None and span.start <= self._today)
        return Span(start=found.start, end=found.end, yearly=True)

    def _day_of_month(self, place: int) -> Found | None:
        """8 May 2023, May 8th, el 8 de mayo de 2023."""
        if self._kind(place) == "number":
            at = self._past_links(place + 1)
            if self._kind(at) != "month":
                return None
            day, month, after = self._number(place), self._number(at), at + 1
        elif self._kind(place) == "month" and self._kind(place + 1) == "number" and self._language == "en":
            day, month, after = self._number(place + 1), self._number(place), place + 2
        else:
            return None
        if not 1 <= day <= 31 or self._kind(after) == "unit":
            return None
        year_at = self._past_links(after)
        if self._kind(year_at) == "year":
            found = same_day(self._number(year_at), month, day)
            return None if found is None else (days(found), year_at + 1)
        if same_day(2024, month, day) is None:
            return None
        return self._nearest(lambda year: days(same_day(year, month, day) or date(year, 2, 28))), after

    def _month(self, place: int) -> Found | None:
        """May 2023, mayo de 2023, a bare May; the same of seasons, feasts and weekdays."""
        token = self._tokens[place] if place < len(self._tokens) else Token("", 0, "")
        of_year: Callable[[int], Span]
        if token.kind == "weekday":
            if self._text(place - 1) == "los":
                return None
            return self._weekday(int(token.value), "next" if self._ahead else "last"), place + 1
        if token.kind == "month":
            of_year = lambda year: month_of(year, int(token.value))  # noqa: E731
        elif token.kind == "season":
            of_year = lambda year: season_of(year, int(token.value))  # noqa: E731
        elif token.kind == "feast":
            of_year = lambda year: feast_of(str(token.value), year)  # noqa: E731
        else:
            return None
        year_at = self._past_links(place + 1)
        if self._kind(year_at) == "year":
            return of_year(self._number(year_at)), year_at + 1
        if self._kind(year_at) in ("last", "this") and self._kind(year_at + 1) == "unit":
            return of_year(self._today.year - (self._kind(year_at) == "last")), year_at + 2
        if self._text(year_at) == "año" and self._kind(year_at + 1) == "last":
            return of_year(self._today.year - 1), year_at + 2
        return (self._nearest(of_year), place + 1) if self._loose else None

    def _week_of(self, place: int) -> Found | None:
        """The week of 8 May; el mes de mayo; the year 2021; el día 8."""
        if self._kind(place) != "unit":
            return None
        unit = str(self._tokens[place].value)
        at = self._past_links(place + 1)
        if unit == "day" and self._kind(at) == "number" and at == place + 1 and 1 <= self._number(at) <= 31:
            return self._day_alone(self._number(at)), at + 1
        self._loose = True
        found = self._day_of_month(at) if unit in ("week", "weekend") else self._month(at) or self._year(at)
        if found is None or found[0].start is None or unit == "day":
            return None
        if unit in ("week", "weekend"):
            return unit_around(unit, 0, found[0].start), found[1]
        return found

    def _day_alone(self, day: int) -> Span:
        months = range(-2, 3)
        spans = [month_of(self._today.year, self._today.month + offset).start for offset in months]
        dates = [found for first in spans if first and (found := same_day(first.year, first.month, day))]
        if self._ahead:
            return days(next(found for found in dates if found >= self._today))
        return days(next(found for found in reversed(dates) if found <= self._today))

    def _year(self, place: int) -> Found | None:
        kind = self._kind(place)
        if kind == "decade":
            return year_of(self._number(place), count=10), place + 1
        if kind != "year" or not self._loose or self._kind(place + 1) == "unit":
            return None
        return year_of(self._number(place)), place + 1


def _latest_before(day: date, end: date) -> date | None:
    """Return the same day of the year in the last twelve months before `end`, or `end` itself."""
    year = end.year if (day.month, day.day) <= (end.month, end.day) else end.year - 1
    return same_day(year, day.month, min(day.day, 28)) if day.month == 2 else same_day(year, day.month, day.day)
