"""A drop-down list that shows by an arrow that it is one. Knows no choice itself."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox

from jarvis.desktop.desk import Desk

_ARROW = 14
_ARROW_FROM_RIGHT = 24


class Choice(QComboBox):
    """A drop-down list drawn in the look in use; the wheel turns the page that it stands on instead of its value."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        desk.theme.follow(self, self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrow over the field."""
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRect(self.width() - _ARROW_FROM_RIGHT, (self.height() - _ARROW) // 2, _ARROW, _ARROW)
        self._desk.theme.icon("chevron-down", "muted").paint(painter, place)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()
