"""What the plots of the usage window show: days, spans, marks, and numbers in the language in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from jarvis.desktop.plot import Plot
from jarvis.desktop.theme import Theme
from jarvis.desktop.usage_pictures import (
    SpanName,
    by_day,
    cost_picture,
    first_day,
    first_picture,
    marks,
    saved_picture,
    tokens_picture,
)
from jarvis.desktop.words import Words
from tests.fakes.desk_resources import LAST_DAY, AddedUp, row


@pytest.mark.parametrize(
    ("span", "today", "expected"),
    [
        ("week", date(2026, 3, 3), date(2026, 2, 25)),
        ("month", date(2026, 3, 20), date(2026, 2, 19)),
        ("this_month", date(2026, 3, 1), date(2026, 3, 1)),
        ("year", date(2024, 2, 29), date(2023, 3, 2)),
    ],
)
def test_spans(span: SpanName, today: date, expected: date) -> None:
    assert first_day(span, today) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [(1, [0]), (7, [0, 1, 2, 3, 4, 5, 6]), (30, [1, 5, 9, 13, 17, 21, 25, 29]), (17, [1, 4, 7, 10, 13, 16])],
)
def test_marks_end_with_the_last_day(days: int, expected: list[int]) -> None:
    assert marks(days) == expected


def test_days_without_a_row_have_no_value() -> None:
    first = date(2026, 2, 27)
    rows = [row(day=date(2026, 3, 1), cost_usd=2.0), row(day=date(2025, 3, 1), cost_usd=9.0)]
    assert by_day(rows, first, date(2026, 3, 2), lambda one: one.cost_usd) == (
        (0.0, None),
        (1.0, None),
        (2.0, 2.0),
        (3.0, None),
    )


def test_the_pictures_write_their_numbers_in_the_language(qapp: object) -> None:
    report = AddedUp().report(date(2026, 3, 14), LAST_DAY)
    for words, told in (
        (Words("en"), ("$0.15", "$0.15", "1,234", "50\u00a0k", "0.80\u00a0s", "14 Mar")),
        (Words("es"), ("0,15\u00a0$", "0,15\u00a0$", "1.234", "50\u00a0k", "0,80\u00a0s", "14 mar")),
    ):
        cost, tokens, first = (make(report, words) for make in (cost_picture, tokens_picture, first_picture))
        assert cost.tell_step is not None and tokens.tell_step is not None
        assert (
            cost.tell_y(0.15),
            cost.tell_step(0.15),
            tokens.tell_y(1234),
            tokens.tell_step(50_000),
            first.tell_y(0.8),
            cost.tell_x(0),
        ) == told
        assert [series.shape for series in (*cost.series, *tokens.series)] == ["bar", "bar"]
        assert [(series.shape, len(series.points)) for series in first.series] == [("line", 7)] * 2
        assert [series.points[0][1] for series in first.series] == [0.5, 1.4], "half, and 95 of 100"


def test_what_each_day_saved_also_where_it_cost_more(qapp: object) -> None:
    first = date(2026, 3, 19)
    rows = [row(day=first, cost_usd=0.5, cloud_usd=0.2), row(day=LAST_DAY, cost_usd=0.1, cloud_usd=0.9)]
    report = replace(AddedUp().report(first, LAST_DAY), by_day=rows)
    for words, told in (
        (Words("en"), ("-$0.30", "-$0.30", "$0.80")),
        (Words("es"), ("-0,30\u00a0$", "-0,30\u00a0$", "0,80\u00a0$")),
    ):
        picture = saved_picture(report, words)
        assert [value for _, value in picture.series[0].points] == [pytest.approx(-0.3), pytest.approx(0.8)]
        assert picture.tell_step is not None
        assert (picture.tell_y(-0.3), picture.tell_step(-0.3), picture.tell_y(0.8)) == told
    plot = Plot(Theme("light"))
    plot.show_picture(saved_picture(report, Words("en")))
    plot.resize(300, plot.sizeHint().height())
    drawn = plot.grab().toImage()
    hue = plot._theme.colours.syntax_keyword
    frame = plot._frame(plot._up()[1])
    middle = frame.bottom - plot._up()[0].share(0) * frame.height
    columns = [frame.left + share * frame.width for share in (0.25, 0.75)]
    below, above = ([drawn.pixelColor(int(x), int(middle + away)).name() for x in columns] for away in (4, -4))
    assert (below[0], above[1]) == (hue, hue), "what was lost hangs below the line, what was saved stands on it"
    assert hue not in (below[1], above[0])
