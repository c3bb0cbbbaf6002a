"""Where the parts of a plot lie: scales, lines, bars, marks, and which point is nearest. Pure; knows no Qt.

Values are in whatever unit they have, places in logical pixels with y growing downwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float | None]
"""Where it stands on the axis below, and its value; None where there is none."""
Place = tuple[float, float]
_STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From `low` to `high` of one axis."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Return where `value` stands, 0 at `low` and 1 at `high`, kept between both; 0 in a span without length."""
        if self.high <= self.low:
            return 0.0
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def ticks(highest: float, most: int) -> tuple[float, ...]:
    """Return round values from 0 to at least `highest`, at most `most` + 1 of them, in steps of 1, 2 or 5 times ten.

    Without anything to show (`highest` not above 0, or no number) the scale ends at 1.
    """
    if not math.isfinite(highest) or highest <= 0:
        return (0.0, 1.0)
    rough = highest / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in _STEPS if factor * power >= rough * (1 - 1e-9)), 10 * power)
    count = max(1, math.ceil(highest / step - 1e-9))
    return tuple(step * number for number in range(count + 1))


def ticks_around(lowest: float, highest: float, most: int) -> tuple[float, ...]:
    """Return round values from at most `lowest` to at least `highest`, 0 among them, in the steps of `ticks` for
    whichever is further from 0; without anything below 0 they are those of `ticks`."""
    if not math.isfinite(lowest) or lowest >= 0:
        return ticks(highest, most)
    step = ticks(max(highest, -lowest), most)[1]
    above = math.ceil(highest / step - 1e-9) if math.isfinite(highest) and highest > 0 else 0
    return tuple(step * number for number in range(-math.ceil(-lowest / step - 1e-9), above + 1))


def place_of(x: float, value: float, across: Span, up: Span, frame: Frame) -> Place:
    """Return the pixel of a value."""
    return frame.left + across.share(x) * frame.width, frame.bottom - up.share(value) * frame.height


def lines_of(
    points: Sequence[Point], across: Span, up: Span, frame: Frame, widest_gap: float | None = None
) -> list[list[Place]]:
    """Return the lines through `points`, broken where a value is missing or two points are further apart than
    `widest_gap`; a lone point is a line of one."""
    found: list[list[Place]] = []
    before: float | None = None
    for x, value in points:
        if value is None:
            before = None
            continue
        if before is None or (widest_gap is not None and x - before > widest_gap):
            found.append([])
        found[-1].append(place_of(x, value, across, up, frame))
        before = x
    return found


def bars_of(points: Sequence[Point], across: Span, up: Span, frame: Frame) -> list[Frame]:
    """Return a bar for every value but 0, from 0 to it; each stands around its x, which counts in whole steps of 1.

    A bar is at least one pixel high and wide; where there is room, a fifth of its step is left free. Where the scale
    `up` begins at 0, values below have none.
    """
    step = frame.width / max(1.0, across.high - across.low)
    width = max(1.0, step * 0.8 if step >= 3 else step)
    found = []
    zero = frame.bottom - up.share(0.0) * frame.height
    for x, value in points:
        if value is None or value == 0 or (value < 0 and up.low >= 0):
            continue
        middle, end = place_of(x, value, across, up, frame)
        top, bottom = (min(end, zero - 1), zero) if value > 0 else (zero, max(end, zero + 1))
        found.append(Frame(left=middle - width / 2, top=top, width=width, height=bottom - top))
    return found


def nearest(places: Sequence[float], at: float) -> int | None:
    """Return the index of the place that is nearest to `at`, the first of equals; None without places."""
    if not places:
        return None
    return min(range(len(places)), key=lambda index: abs(places[index] - at))


def spaced(marks: Sequence[tuple[float, float]], frame: Frame, room: float = 8.0) -> list[tuple[int, float]]:
    """Return which marks have room for their labels, and where each label begins.

    A mark is its pixel and the width of its label, from left to right. Labels are centred, moved inside the frame at
    its edges, and `room` pixels apart. Where that cannot be, every second, third ... is kept, counted from the last.
    """
    lefts = [max(frame.left, min(middle - width / 2, frame.right - width)) for middle, width in marks]
    for stride in range(1, len(marks) + 1):
        kept = sorted(range(len(marks) - 1, -1, -stride))
        if all(lefts[a] + marks[a][1] + room <= lefts[b] for a, b in pairwise(kept)):
            return [(index, lefts[index]) for index in kept]
    return []


def stacked(parts: Sequence[float], total: float, width: float, smallest: float = 2.0) -> list[tuple[float, float]]:
    """Return left edge and width of each of `parts` side by side in a bar `width` wide that stands for `total`.

    What is there is at least `smallest` pixels wide; where that, or parts beyond the total, would leave the bar,
    all of them shrink alike.
    """
    whole = max(total, sum(parts))
    if whole <= 0:
        return [(0.0, 0.0) for _ in parts]
    widths = [max(smallest, part / whole * width) if part > 0 else 0.0 for part in parts]
    used = sum(widths)
    if used > width:
        widths = [one * width / used for one in widths]
    edges, left = [], 0.0
    for one in widths:
        edges.append((left, one))
        left += one
    return edges
