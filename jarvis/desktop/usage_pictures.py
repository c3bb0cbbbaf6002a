"""The spans that can be chosen, and what the usage plots show of a report. Pure but for writing numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from jarvis.contracts.spending import SpendingReport, SpendingRow
from jarvis.desktop import usage_texts as texts
from jarvis.desktop.plot import Hue, Picture, Series
from jarvis.desktop.plot_geometry import Point, Span
from jarvis.desktop.resources_figures import SHORTEST, compact, day, dollars, number, seconds
from jarvis.desktop.texts import Text
from jarvis.desktop.unbroken import NO_BREAK
from jarvis.desktop.words import Words

SpanName = Literal["week", "month", "this_month", "year"]
SPANS: tuple[tuple[SpanName, Text], ...] = (
    ("week", texts.WEEK),
    ("month", texts.MONTH),
    ("this_month", texts.THIS_MONTH),
    ("year", texts.YEAR),
)
FIRST_HUES: tuple[Hue, Hue] = ("accent", "syntax_number")
"""The lines of the median and of the slowest."""
MOST_MARKS = 8
_DAYS = {"week": 7, "month": 30, "year": 365}


def first_day(span: SpanName, today: date) -> date:
    """Return the first day of a span that ends today."""
    if span == "this_month":
        return today.replace(day=1)
    return today - timedelta(days=_DAYS[span] - 1)


def by_day(
    rows: Sequence[SpendingRow], first: date, last: date, value: Callable[[SpendingRow], float | None]
) -> tuple[Point, ...]:
    """Return a point for every day, counted from `first`; a day without a row has no value."""
    known = {row.day: row for row in rows}
    days = (last - first).days + 1
    return tuple(
        (float(at), value(row) if (row := known.get(first + timedelta(days=at))) is not None else None)
        for at in range(days)
    )


def marks(days: int, most: int = MOST_MARKS) -> list[int]:
    """Return which of `days` days, counted from 0, are labelled: evenly, the last one among them."""
    step = max(1, -(-days // most))
    return sorted(range(days - 1, -1, -step))


def _cost(row: SpendingRow) -> float | None:
    return row.cost_usd


def _tokens(row: SpendingRow) -> float | None:
    return float(row.prompt_tokens + row.completion_tokens)


def _first(row: SpendingRow) -> float | None:
    return row.median_first_seconds


def _slow(row: SpendingRow) -> float | None:
    return row.slow_first_seconds


def _saved(row: SpendingRow) -> float | None:
    return row.cloud_usd - row.cost_usd


def cost_picture(report: SpendingReport, words: Words) -> Picture:
    """Return what each day cost."""
    return _dollars_picture(report, words, texts.COST, _cost, "accent")


def saved_picture(report: SpendingReport, words: Words) -> Picture:
    """Return what each day saved against the reference cloud model; below 0 where it cost more than that."""
    return _dollars_picture(report, words, texts.SAVED, _saved, "syntax_keyword")


def _dollars_picture(
    report: SpendingReport, words: Words, name: Text, value: Callable[[SpendingRow], float | None], hue: Hue
) -> Picture:
    language = words.language

    def tell(usd: float) -> str:
        return dollars(usd, language)

    def step(usd: float) -> str:
        sign = "-" if usd < 0 else ""
        return f"{sign}${abs(usd):.2f}" if language == "en" else f"{number(usd, language, 2)}{NO_BREAK}$"

    furthest = max((abs(value(row) or 0.0) for row in report.by_day), default=0.0)
    return _picture(report, words, name, value, hue, tell, step if furthest >= 0.05 else tell)


def tokens_picture(report: SpendingReport, words: Words) -> Picture:
    """Return how many tokens were read and written each day."""

    def tell(count: float) -> str:
        return number(count, words.language)

    return _picture(report, words, texts.TOKENS, _tokens, "good", tell, lambda y: compact(y, words.language))


def first_picture(report: SpendingReport, words: Words) -> Picture:
    """Return within what time half of the answers of each day had their first word, and 95 of 100."""
    language = words.language

    def tell(value: float) -> str:
        return seconds(value, language)

    slowest = max((row.slow_first_seconds or row.median_first_seconds or 0.0 for row in report.by_day), default=0.0)
    decimals = 1 if slowest >= 0.5 else 2 if slowest >= SHORTEST else 3

    def step(value: float) -> str:
        return f"{number(value, language, decimals)}{NO_BREAK}s"

    picture = _picture(report, words, texts.HALF_WITHIN, _first, FIRST_HUES[0], tell, step, line=True)
    slow = Series(
        name=words(texts.MOST_WITHIN),
        points=by_day(report.by_day, report.first_day, report.last_day, _slow),
        hue=FIRST_HUES[1],
    )
    return replace(picture, series=(*picture.series, slow))


def _picture(
    report: SpendingReport,
    words: Words,
    name: Text,
    value: Callable[[SpendingRow], float | None],
    hue: Hue,
    tell_y: Callable[[float], str],
    tell_step: Callable[[float], str],
    *,
    line: bool = False,
) -> Picture:
    first, last = report.first_day, report.last_day
    days = (last - first).days + 1
    points = by_day(report.by_day, first, last, value)

    def tell_x(x: float) -> str:
        return day(first + timedelta(days=round(x)), words.language)

    return Picture(
        series=(Series(name=words(name), points=points, hue=hue, shape="line" if line else "bar"),),
        across=Span(low=-0.5, high=days - 0.5),
        tell_x=tell_x,
        tell_y=tell_y,
        marks=tuple((float(at), tell_x(at)) for at in marks(days)),
        empty=words(texts.NO_VALUES),
        tell_step=tell_step,
    )
