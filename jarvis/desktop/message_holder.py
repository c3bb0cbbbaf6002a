"""What the messages near the view stand on, one below the other: as tall as they are. Knows nothing of scrolling."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jarvis.desktop.message_list import GAP
from jarvis.desktop.theme import Theme, styled

SIDE = 24
"""Logical pixels to the left and right of a message."""


class MessageHolder(QWidget):
    """`laid_out` is called when heights changed; `marked` returns the area of a message that is to stand out."""

    def __init__(
        self, parent: QWidget, theme: Theme, laid_out: Callable[[], None], marked: Callable[[], QRect | None]
    ) -> None:
        super().__init__(parent)
        styled(self, "column")
        self._theme = theme
        self._laid_out = laid_out
        self._marked = marked
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SIDE, 0, SIDE, 0)
        self.column.setSpacing(GAP)
        self.column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)

    def fit(self, x: int, width: int) -> None:
        """Take the height that the messages need at this width."""
        layout = self.column
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        self.setGeometry(x, self.y(), width, height)
        layout.activate()

    def event(self, event: QEvent) -> bool:
        """Tell when heights changed."""
        taken = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._laid_out()
        return taken

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what lies under the marked message."""
        super().paintEvent(event)
        area = self._marked()
        if area is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(self._theme.colours.accent))
            painter.setBrush(QColor(self._theme.colours.accent_soft))
            painter.drawRoundedRect(QRectF(area).adjusted(-11.5, 0.5, 11.5, -0.5), 12, 12)
            painter.end()


def step_to_show(widget: QWidget, view: QWidget, margin: int) -> int:
    """Return by how much to scroll to have `widget` whole in `view`, or its top where it is taller than that."""
    top = widget.mapTo(view, QPoint(0, 0)).y()
    bottom, room = top + widget.height(), view.height()
    if top < margin or widget.height() + 2 * margin > room:
        return top - margin
    return max(0, bottom - room + margin)
