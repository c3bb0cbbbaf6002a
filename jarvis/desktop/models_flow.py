"""A row of widgets that goes on in the next line where it is too narrow. Knows nothing of what it holds."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowRow(QLayout):
    """Widgets from left to right, each as wide as it wants to be or the row is, `spacing` pixels apart.

    Hidden ones take no room.
    """

    def __init__(self, *widgets: QWidget, spacing: int = 8) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        # Qt asks for the same sizes many times in a turn; what they are made of tells when it changes.
        self._heights: dict[int, int] = {}
        self._line: QSize | None = None
        self._widest: QSize | None = None
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        """Take `item` at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return one; None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give one up; None beyond the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Want no more room than there is."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """A narrow row is higher."""
        return True

    def invalidate(self) -> None:
        """Forget the sizes: something in it changed."""
        self._heights.clear()
        self._line = self._widest = None
        super().invalidate()

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        height = self._heights.get(width)
        if height is None:
            height = self._heights[width] = self._place(QRect(0, 0, width, 0), move=False)
        return height

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        if self._line is None:
            sizes = [item.sizeHint() for item in self._shown()]
            width = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
            self._line = QSize(width, max((size.height() for size in sizes), default=0))
        return QSize(self._line)

    def minimumSize(self) -> QSize:
        """Return the size of the widest alone."""
        if self._widest is None:
            sizes = [item.minimumSize() for item in self._shown()]
            width = max((size.width() for size in sizes), default=0)
            self._widest = QSize(width, max((size.height() for size in sizes), default=0))
        return QSize(self._widest)

    def setGeometry(self, rect: QRect) -> None:
        """Put every widget in its place."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Go through the lines, each widget in the middle of its line; returns the height of all."""
        y = rect.y()
        lines = self._lines(rect.width())
        for line in lines:
            sizes = [_size(item, rect.width()) for item in line]
            height = max(size.height() for size in sizes)
            x = rect.x()
            for item, size in zip(line, sizes, strict=True):
                if move:
                    item.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), size))
                x += size.width() + self._gap
            y += height + self._gap
        return y - self._gap - rect.y() if lines else 0

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            wide = item.sizeHint().width()
            if not lines or used + wide > width:
                lines.append([])
                used = 0
            lines[-1].append(item)
            used += wide + self._gap
        return lines


def _size(item: QLayoutItem, room: int) -> QSize:
    """Return the size of one that has `room` pixels to itself."""
    size = item.sizeHint()
    if size.width() <= room:
        return size
    return QSize(room, item.heightForWidth(room) if item.hasHeightForWidth() else size.height())
