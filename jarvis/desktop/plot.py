"""A plot of lines or bars with axes, a light grid, and the value under the pointer; drawn without a plotting library.

What it shows, and how numbers are written, its owner says. The keyboard moves the mark with the arrow keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from jarvis.desktop.plot_geometry import Frame, Point, Span, bars_of, lines_of, nearest, place_of, spaced, ticks_around
from jarvis.desktop.theme import Theme

Hue = Literal["accent", "good", "warn", "bad", "muted", "text", "syntax_keyword", "syntax_name", "syntax_number"]
"""Which of the theme's colours; the names of `Colours`."""
_SMALLER = 2.0
"""Points by which the labels are smaller than the body, at the normal size of text."""
_MOST_STEPS = 4
_DOT = 2.2
"""Pixels from the middle to the edge of a point without neighbours."""
_NARROWEST = 150
"""Pixels, at the normal size of text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One line or row of bars; `points` from left to right. The value None is a gap."""

    name: str
    points: tuple[Point, ...]
    hue: Hue = "accent"
    shape: Literal["line", "bar"] = "line"


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """Everything that a plot shows.

    `across` is what lies on the axis below, `marks` its labels; `top` the highest value of the scale, None for as high
    as needed. `tell_x` and `tell_y` write a place and a value, `tell_step` a step of the scale where that is shorter.
    Points further apart than `widest_gap` are not joined.
    """

    series: tuple[Series, ...]
    across: Span
    tell_x: Callable[[float], str]
    tell_y: Callable[[float], str]
    marks: tuple[tuple[float, str], ...] = ()
    top: float | None = None
    widest_gap: float | None = None
    empty: str = ""
    tell_step: Callable[[float], str] | None = None


_NOTHING = Picture(series=(), across=Span(low=0, high=1), tell_x=str, tell_y=str)


class Plot(QWidget):
    """Shows a `Picture`. `plain` leaves out axes and labels; `tall` is its height without its labels, in pixels."""

    def __init__(self, theme: Theme, *, tall: int = 110, plain: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._tall = tall
        self._plain = plain
        self._pointed: float | None = None
        self.picture = _NOTHING
        self.faded = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if plain else Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.follow(self, self._follow_look)

    def show_picture(self, picture: Picture) -> None:
        """Draw `picture` from now on, and describe its newest values to who cannot see it."""
        self.picture = picture
        described = self.described()
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)
        self.update()

    def set_faded(self, faded: bool) -> None:
        """Draw in grey what no longer holds."""
        if faded != self.faded:
            self.faded = faded
            self.update()

    def described(self) -> str:
        """Return each series with its newest value, or what is said where there is nothing."""
        parts = []
        for series in self.picture.series:
            value = next((value for _, value in reversed(series.points) if value is not None), None)
            if value is not None:
                parts.append(f"{series.name}: {self.picture.tell_y(value)}")
        return ", ".join(parts) or self.picture.empty

    def marked(self) -> tuple[str, list[str]] | None:
        """Return what the mark tells: where it stands, and a line for each series; None without a mark."""
        x = self._marked_x()
        if x is None:
            return None
        told = []
        for series in self.picture.series:
            value = next((value for at, value in series.points if at == x), None)
            told.append(f"{series.name}: {'—' if value is None else self.picture.tell_y(value)}")
        return self.picture.tell_x(x), told

    def sizeHint(self) -> QSize:
        """As tall as asked for, and its labels."""
        return QSize(280, self._height())

    def minimumSizeHint(self) -> QSize:
        """As narrow as a card may get."""
        return QSize(60 if self._plain else round(_NARROWEST * self._theme.scale), self._height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark what is nearest to the pointer."""
        self._point_at(self._x_at(event.position().x()))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Mark what is nearest to the pointer."""
        self._point_at(self._x_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        """Take the mark away."""
        super().leaveEvent(event)
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the mark away."""
        super().focusOutEvent(event)
        self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the mark to the point before or after, to the first or the last."""
        xs = self._xs()
        key = event.key()
        if not xs or key not in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
            return
        at = nearest(xs, self._pointed) if self._pointed is not None else None
        if key == Qt.Key.Key_Home:
            at = 0
        elif key == Qt.Key.Key_End or at is None:
            at = len(xs) - 1
        else:
            at = min(len(xs) - 1, max(0, at + (1 if key == Qt.Key.Key_Right else -1)))
        self._point_at(xs[at])
        marked = self.marked()
        if marked is not None:
            self.setAccessibleDescription(", ".join([marked[0], *marked[1]]))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw grid, axes, series and mark."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small())
        up, steps = self._up()
        frame = self._frame(steps)
        if not self._plain:
            self._draw_axes(painter, frame, up, steps)
        if self._says_empty():
            painter.setPen(QColor(self._theme.colours.muted))
            area = QRectF(frame.left, frame.top, frame.width, frame.height)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.picture.empty)
        for series in self.picture.series:
            self._draw_series(painter, series, frame, up)
        if not self._plain:
            self._draw_mark(painter, frame, up)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.end()

    # Measures.

    def _follow_look(self) -> None:
        """Take the colours and the size of text in use."""
        self.updateGeometry()
        self.update()

    def _small(self) -> QFont:
        font = QFont(QApplication.font())
        font.setPointSizeF(font.pointSizeF() - _SMALLER * self._theme.scale)
        return font

    def _line(self) -> float:
        return math.ceil(QFontMetricsF(self._small()).height())

    def _height(self) -> int:
        return self._tall if self._plain else self._tall + round(self._line() * 1.5) + 10

    def _up(self) -> tuple[Span, tuple[float, ...]]:
        values = [value for series in self.picture.series for _, value in series.points if value is not None]
        top = self.picture.top
        lowest, highest = min(values, default=0.0), top if top is not None else max(values, default=0.0)
        for most in range(_MOST_STEPS, 0, -1):
            steps = ticks_around(lowest, highest, most)
            up = Span(low=steps[0], high=top if top is not None else steps[-1])
            if (up.share(steps[1]) - up.share(steps[0])) * self._tall >= self._line():
                break
        return up, steps

    def _frame(self, steps: Sequence[float]) -> Frame:
        if self._plain:
            edge = math.ceil(_DOT)
            return Frame(left=edge, top=edge, width=self.width() - 2 * edge, height=self.height() - 2 * edge)
        metrics, line = QFontMetricsF(self._small()), self._line()
        left = 8 + max(metrics.horizontalAdvance(self._step(step)) for step in steps) + 4
        top = line / 2 + 4
        return Frame(left=left, top=top, width=max(1.0, self.width() - left - 8), height=self.height() - top - line - 6)

    def _step(self, value: float) -> str:
        return (self.picture.tell_step or self.picture.tell_y)(value)

    def _xs(self) -> list[float]:
        return sorted({x for series in self.picture.series for x, value in series.points if value is not None})

    def _says_empty(self) -> bool:
        """Tell whether a sentence stands in the frame, which no line of the grid may cross then."""
        return not self._plain and bool(self.picture.empty) and not self._xs()

    def _x_at(self, pixel: float) -> float | None:
        xs = self._xs()
        frame = self._frame(self._up()[1])
        at = nearest([frame.left + self.picture.across.share(x) * frame.width for x in xs], pixel)
        return None if at is None else xs[at]

    def _marked_x(self) -> float | None:
        xs = self._xs()
        at = nearest(xs, self._pointed) if self._pointed is not None else None
        return None if at is None else xs[at]

    def _point_at(self, x: float | None) -> None:
        if x != self._pointed:
            self._pointed = x
            if x is None:
                self.setAccessibleDescription(self.described())
            self.update()

    # Drawing.

    def _colour(self, hue: Hue) -> QColor:
        return QColor(self._theme.colours.muted if self.faded else getattr(self._theme.colours, hue))

    def _draw_axes(self, painter: QPainter, frame: Frame, up: Span, steps: Sequence[float]) -> None:
        colours, line = self._theme.colours, self._line()
        metrics = QFontMetricsF(painter.font())
        for step in steps:
            y = round(frame.bottom - up.share(step) * frame.height) + 0.5
            if step == steps[0] or not self._says_empty():
                painter.setPen(QPen(QColor(colours.border), 1))
                painter.drawLine(QPointF(frame.left, y), QPointF(frame.right, y))
            painter.setPen(QColor(colours.muted))
            label = QRectF(0, y - line / 2, frame.left - 4, line)
            painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._step(step))
        across = self.picture.across
        places = [
            (frame.left + across.share(x) * frame.width, metrics.horizontalAdvance(label) + 2)
            for x, label in self.picture.marks
        ]
        for index, left in spaced(places, frame):
            label = QRectF(left, frame.bottom + 4, places[index][1], line)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, self.picture.marks[index][1])

    def _draw_series(self, painter: QPainter, series: Series, frame: Frame, up: Span) -> None:
        colour = self._colour(series.hue)
        across = self.picture.across
        if series.shape == "bar":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for bar in bars_of(series.points, across, up, frame):
                painter.drawRect(QRectF(bar.left, bar.top, bar.width, bar.height))
            return
        for places in lines_of(series.points, across, up, frame, self.picture.widest_gap):
            polygon = QPolygonF([QPointF(x, y) for x, y in places])
            if len(places) == 1:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(polygon.first(), _DOT, _DOT)
                continue
            if self._plain or len(self.picture.series) == 1:
                below = QPolygonF(polygon)
                below.append(QPointF(places[-1][0], frame.bottom))
                below.append(QPointF(places[0][0], frame.bottom))
                soft = QColor(colour)
                soft.setAlpha(40)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(soft)
                painter.drawPolygon(below)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 1.6))
            painter.drawPolyline(polygon)

    def _draw_mark(self, painter: QPainter, frame: Frame, up: Span) -> None:
        marked, x = self.marked(), self._marked_x()
        if marked is None or x is None:
            return
        colours = self._theme.colours
        at = frame.left + self.picture.across.share(x) * frame.width
        painter.setPen(QPen(QColor(colours.muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(at, frame.top), QPointF(at, frame.bottom))
        painter.setPen(QPen(QColor(colours.ground), 1.5))
        for series in self.picture.series:
            value = next((value for point, value in series.points if point == x), None)
            if value is not None and series.shape == "line":
                painter.setBrush(self._colour(series.hue))
                painter.drawEllipse(QPointF(*place_of(x, value, self.picture.across, up, frame)), 4, 4)
        metrics, line = QFontMetricsF(painter.font()), self._line()
        room = self.width() - 18.0
        lines = [metrics.elidedText(one, Qt.TextElideMode.ElideRight, room) for one in (marked[0], *marked[1])]
        width = max(metrics.horizontalAdvance(one) for one in lines) + 16
        left = at + 10 if at + 10 + width <= self.width() else max(0.0, at - 10 - width)
        box = QRectF(left, max(0.0, frame.top - 4), width, line * len(lines) + 10)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(QColor(colours.text))
        for number, one in enumerate(lines):
            row = QRectF(box.left() + 8, box.top() + 5 + number * line, width - 8, line)
            painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, one)
