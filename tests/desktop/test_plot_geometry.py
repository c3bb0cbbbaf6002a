"""Where the parts of a plot lie, by tables and properties."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from jarvis.desktop.plot_geometry import (
    Frame,
    Point,
    Span,
    bars_of,
    lines_of,
    nearest,
    place_of,
    spaced,
    stacked,
    ticks,
    ticks_around,
)

FRAME = Frame(left=10, top=20, width=100, height=50)
PERCENT = Span(low=0, high=100)
TEN = Span(low=0, high=10)
FINITE = some.floats(0, 1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("highest", "most", "expected"),
    [
        (0, 4, (0, 1)),
        (-3, 4, (0, 1)),
        (math.nan, 4, (0, 1)),
        (math.inf, 4, (0, 1)),
        (1, 4, (0, 0.5, 1)),
        (100, 4, (0, 50, 100)),
        (7, 4, (0, 2, 4, 6, 8)),
        (0.0023, 4, (0, 0.001, 0.002, 0.003)),
        (1_000_000, 2, (0, 500_000, 1_000_000)),
        (9, 1, (0, 10)),
        (300, 5, (0, 100, 200, 300)),
    ],
)
def test_ticks(highest: float, most: int, expected: tuple[float, ...]) -> None:
    assert ticks(highest, most) == pytest.approx(expected)


@given(highest=some.floats(1e-6, 1e12), most=some.integers(1, 10))
def test_ticks_reach_what_is_shown_and_are_few(highest: float, most: int) -> None:
    found = ticks(highest, most)
    assert found[0] == 0
    assert found[-1] >= highest * (1 - 1e-6)
    assert 2 <= len(found) <= most + 1


@pytest.mark.parametrize(
    ("x", "value", "expected"),
    [
        (0, 0, (10, 70)),
        (10, 100, (110, 20)),
        (5, 50, (60, 45)),
        (-4, 120, (10, 20)),
        (99, -1, (110, 70)),
    ],
)
def test_a_value_has_its_place_inside_the_frame(x: float, value: float, expected: tuple[float, float]) -> None:
    assert place_of(x, value, TEN, PERCENT, FRAME) == expected


def test_a_span_without_length_is_no_division_by_zero() -> None:
    assert Span(low=3, high=3).share(3) == 0


@pytest.mark.parametrize(
    ("points", "gap", "lengths"),
    [
        ([], None, []),
        ([(0, 1.0), (1, 2.0)], None, [2]),
        ([(0, 1.0), (1, None), (2, 3.0), (3, 4.0)], None, [1, 2]),
        ([(0, None), (1, None)], None, []),
        ([(0, 1.0), (1, 1.0), (6, 1.0)], 4, [2, 1]),
        ([(0, 1.0), (1, 1.0), (5, 1.0)], 4, [3]),
    ],
)
def test_lines_break_where_something_is_missing(points: list[Point], gap: float | None, lengths: list[int]) -> None:
    assert [len(line) for line in lines_of(points, TEN, PERCENT, FRAME, gap)] == lengths


@pytest.mark.parametrize(
    ("days", "points", "expected"),
    [
        # Ten days of ten pixels: a bar of eight around its middle.
        (10, [(0.0, 100.0)], [(11.0, 20.0, 8.0, 50.0)]),
        (10, [(9.0, 50.0)], [(101.0, 45.0, 8.0, 25.0)]),
        # What is there can be seen, however little.
        (10, [(0.0, 0.001)], [(11.0, 69.0, 8.0, 1.0)]),
        (10, [(0.0, 0.0), (1.0, None)], []),
        # More days than pixels: bars of one pixel.
        (365, [(0.0, 100.0)], [(10 + 100 / 365 / 2 - 0.5, 20.0, 1.0, 50.0)]),
    ],
)
def test_bars(days: int, points: list[Point], expected: list[tuple[float, float, float, float]]) -> None:
    found = bars_of(points, Span(low=-0.5, high=days - 0.5), PERCENT, FRAME)
    assert [(bar.left, bar.top, bar.width, bar.height) for bar in found] == [pytest.approx(one) for one in expected]


def test_what_is_below_nothing_hangs_from_it() -> None:
    around = Span(low=-50, high=50)
    found = bars_of([(0.0, 50.0), (1.0, -25.0), (2.0, -0.001)], Span(low=-0.5, high=9.5), around, FRAME)
    places = [(bar.left, bar.top, bar.width, bar.height) for bar in found]
    assert places == [
        pytest.approx((11.0, 20.0, 8.0, 25.0)),
        pytest.approx((21.0, 45.0, 8.0, 12.5)),
        pytest.approx((31.0, 45.0, 8.0, 1.0)),
    ]
    assert bars_of([(0.0, -5.0)], TEN, PERCENT, FRAME) == []


@pytest.mark.parametrize(
    ("lowest", "highest", "expected"),
    [
        (0, 7, (0, 2, 4, 6, 8)),
        (-0.3, 0.8, (-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8)),
        (-7, 1, (-8, -6, -4, -2, 0, 2)),
        (-7, -2, (-8, -6, -4, -2, 0)),
        (math.nan, 1, (0, 0.5, 1)),
    ],
)
def test_scales_that_go_below_nothing(lowest: float, highest: float, expected: tuple[float, ...]) -> None:
    assert ticks_around(lowest, highest, 4) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("places", "at", "expected"), [([], 5, None), ([1], 99, 0), ([0, 10, 20], 14, 1), ([0, 10], 5, 0), ([0, 10], 6, 1)]
)
def test_nearest(places: list[float], at: float, expected: int | None) -> None:
    assert nearest(places, at) == expected


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([], []),
        # Labels at the edges are moved inside.
        ([(10, 20), (110, 20)], [(0, 10), (1, 90)]),
        # Where they would touch, the earlier one gives way, never the last.
        ([(60, 30), (80, 30)], [(1, 65)]),
        ([(20, 20), (60, 20), (100, 20)], [(0, 10), (1, 50), (2, 90)]),
        # One that touches thins out all of them alike.
        ([(20, 20), (40, 20), (60, 20), (80, 20), (100, 20)], [(0, 10), (2, 50), (4, 90)]),
    ],
)
def test_labels_have_room(marks: list[tuple[float, float]], expected: list[tuple[int, float]]) -> None:
    assert spaced(marks, FRAME) == expected


@pytest.mark.parametrize(
    ("parts", "total", "expected"),
    [
        ([], 10, []),
        ([5, 5], 20, [(0, 50), (50, 50)]),
        ([0, 10], 10, [(0, 0), (0, 200)]),
        # A sliver is still seen.
        ([0.001, 5], 10, [(0, 2), (2, 100)]),
        # More than there is, by an unsteady driver: all of them fit all the same.
        ([15, 15], 20, [(0, 100), (100, 100)]),
        ([0, 0], 0, [(0, 0), (0, 0)]),
    ],
)
def test_stacked(parts: list[float], total: float, expected: list[tuple[float, float]]) -> None:
    assert stacked(parts, total, 200) == [pytest.approx(one) for one in expected]


@given(parts=some.lists(FINITE, max_size=20), total=FINITE, width=some.floats(1, 4000))
def test_parts_never_leave_their_bar_nor_overlap(parts: list[float], total: float, width: float) -> None:
    right = 0.0
    for left, wide in stacked(parts, total, width):
        assert left >= right - 1e-6
        assert wide >= 0
        right = left + wide
    assert right <= width + 1e-6
