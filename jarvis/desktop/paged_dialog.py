"""A window of several pages beside the list of their names, which shrinks to icons where there is little room."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from jarvis.desktop import texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.desk import Desk
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import BASE_POINTS, styled

_NARROW = 620

Page = tuple[Text, str, QWidget]
"""Its name, its icon, and the page itself."""


class PagedDialog(QDialog):
    """`widest` and `tallest` are what it takes of a large screen, in pixels; `head` stands over every page."""

    def __init__(
        self,
        desk: Desk,
        parent: QWidget | None,
        title: Text,
        pages: Sequence[Page],
        *,
        widest: int,
        tallest: int,
        list_width: int = 168,
        head: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._list_width = list_width
        words = desk.words
        words.bind(self, self.setWindowTitle, title)
        self.pages = styled(QListWidget(), "pages")
        words.name(self.pages, texts.PAGES, tooltip=False)
        self.pages.setIconSize(QSize(18, 18))
        self.pages.addItems([""] * len(pages))
        stack = self.stack = QStackedWidget()
        self.pages.currentRowChanged.connect(stack.setCurrentIndex)
        drawing = []
        for at, (text, icon, page) in enumerate(pages):
            stack.addWidget(page)
            item = self.pages.item(at)
            words.bind(self.pages, item.setText, text)
            words.bind(self.pages, item.setToolTip, text)
            drawing.append(partial(desk.theme.follow, self.pages, partial(_draw_item, desk, item, icon)))
        # An icon is drawn at seven sizes when it is first asked for: too long for all of them in one go.
        in_slices(self, drawing)
        desk.theme.follow(self.pages, self._give_room)
        self.pages.setCurrentRow(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pages)
        column = QVBoxLayout()
        column.setSpacing(0)
        if head is not None:
            column.addWidget(head)
        column.addWidget(stack, 1)
        layout.addLayout(column, 1)
        self.setMinimumSize(360, 320)
        room = self.screen().availableGeometry()
        self.resize(min(widest, room.width() - 40), min(tallest, room.height() - 60))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shrink the list of pages to its icons in a narrow window."""
        super().resizeEvent(event)
        self._set_list_width()

    def _give_room(self) -> None:
        """Make the list as high and wide as its text needs, whatever its size."""
        for at in range(self.pages.count()):
            self.pages.item(at).setSizeHint(QSize(0, QFontMetrics(QApplication.font()).height() + 22))
        self._set_list_width()

    def _set_list_width(self) -> None:
        scale = max(1.0, QApplication.font().pointSizeF() / BASE_POINTS)
        narrow = self.width() < _NARROW * scale
        self.pages.setFixedWidth(54 if narrow else round(self._list_width * scale))
        # Where it scrolls, its bar takes room from the icons.
        high = sum(self.pages.sizeHintForRow(at) for at in range(self.pages.count())) + 16
        tight = narrow and high > self.height()
        if self.pages.property("tight") is not tight:
            self.pages.setProperty("tight", tight)
            self.pages.style().polish(self.pages)


def _draw_item(desk: Desk, item: QListWidgetItem, icon: str) -> None:
    item.setIcon(desk.theme.icon(icon, "muted"))
