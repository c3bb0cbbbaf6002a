"""A bar that shows how loud the microphone hears or how sure the wake detector is, with a mark; and their scales."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from jarvis.desktop.desk import Desk

QUIETEST_DECIBELS = -60.0
"""Below full scale; what is quieter is shown as nothing."""
SURE, UNSURE = 0.999, 0.3
"""Scores between which the scale of the wake word is stretched: the thresholds that can be set."""
_LOW_SHARE = 0.12


class Meter(QWidget):
    """A level 0..1 that falls back slowly, and a mark 0..1; `set_mark(None)` has none."""

    def __init__(self, desk: Desk, edge: float = 2.0) -> None:
        """`edge` is the room in pixels left and right of the bar."""
        super().__init__()
        self._desk = desk
        self._edge = edge
        self.value = 0.0
        self.mark: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fall = QTimer(self, interval=50)
        self._fall.timeout.connect(self._fell)
        desk.theme.follow(self, self.update)

    def show_value(self, value: float) -> None:
        """Rise to `value` at once; what is lower lets the bar fall to it."""
        value = min(1.0, max(0.0, value))
        self.value = max(value, self.value * 0.7)
        if self.value > 0 and not self._fall.isActive():
            self._fall.start()
        self.update()

    def set_mark(self, mark: float | None) -> None:
        """Put the mark."""
        self.mark = mark
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.value = 0.0
        self._fall.stop()
        self.update()

    def sizeHint(self) -> QSize:
        """A bar with room for its mark above and below."""
        return QSize(200, 22)

    def minimumSizeHint(self) -> QSize:
        """As narrow as a page may get."""
        return QSize(100, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track, level and mark."""
        del event
        colours = self._desk.theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(self._edge, self.height() / 2 - 4, self.width() - 2 * self._edge, 8)
        painter.setBrush(QColor(colours.border))
        painter.drawRoundedRect(track, 4, 4)
        reached = self.mark is None or self.value >= self.mark
        if self.value > 0.01:
            painter.setBrush(QColor(colours.good if reached else colours.accent))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), max(8, track.width() * self.value), 8), 4, 4)
        if self.mark is not None:
            painter.setBrush(QColor(colours.text))
            at = track.left() + track.width() * self.mark
            painter.drawRoundedRect(QRectF(at - 1.5, track.top() - 6, 3, 20), 1.5, 1.5)
        painter.end()

    def _fell(self) -> None:
        self.value *= 0.85
        if self.value < 0.01:
            self.clear()
        self.update()


def decibels(level: float) -> float:
    """Return an RMS level 0..1 in decibels below full scale, at least -99."""
    return max(-99.0, 20 * math.log10(level)) if level > 0 else -99.0


def level_share(level: float) -> float:
    """Return where an RMS level 0..1 stands on a scale from `QUIETEST_DECIBELS` to full scale."""
    return min(1.0, max(0.0, 1 - decibels(level) / QUIETEST_DECIBELS))


def score_share(score: float) -> float:
    """Return where a wake score 0..1 stands on a scale that gives most room to high ones.

    From `UNSURE` to `SURE` it goes by the logarithm of what is missing to 1: there a threshold's false wakes double
    and halve in equal steps.
    """
    if score <= UNSURE:
        return _LOW_SHARE * max(score, 0.0) / UNSURE
    missing = max(1 - score, 1 - SURE)
    share = math.log((1 - UNSURE) / missing) / math.log((1 - UNSURE) / (1 - SURE))
    return _LOW_SHARE + (1 - _LOW_SHARE) * share


def score_at(share: float) -> float:
    """Return the score `UNSURE`..`SURE` that stands at `share` of the scale; the inverse of `score_share` there."""
    part = min(1.0, max(0.0, (share - _LOW_SHARE) / (1 - _LOW_SHARE)))
    return 1 - (1 - UNSURE) * math.pow((1 - SURE) / (1 - UNSURE), part)
