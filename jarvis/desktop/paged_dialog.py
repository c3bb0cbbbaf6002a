"""A window of several pages beside the list of their names, which shrinks to icons where there is little room."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled

_NARROW = 620

Page = tuple[Text, str, QWidget]
"""Its name, its icon, and the page itself."""


class PagedDialog(QDialog):
    """`widest` and `tallest` are what it takes of a large screen, in pixels."""

    def __init__(
        self, desk: Desk, parent: QWidget | None, title: Text, pages: Sequence[Page], *, widest: int, tallest: int
    ) -> None:
        super().__init__(parent)
        words = desk.words
        words.bind(self, self.setWindowTitle, title)
        self.pages = styled(QListWidget(), "pages")
        words.name(self.pages, texts.PAGES, tooltip=False)
        self.pages.setIconSize(QSize(18, 18))
        self.pages.addItems([""] * len(pages))
        stack = QStackedWidget()
        self.pages.currentRowChanged.connect(stack.setCurrentIndex)
        for at, (text, icon, page) in enumerate(pages):
            stack.addWidget(page)
            item = self.pages.item(at)
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 22))
            words.bind(self.pages, item.setText, text)
            desk.theme.follow(self.pages, partial(_draw_item, desk, item, icon))
        self.pages.setCurrentRow(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pages)
        layout.addWidget(stack, 1)
        self.setMinimumSize(360, 320)
        room = self.screen().availableGeometry()
        self.resize(min(widest, room.width() - 40), min(tallest, room.height() - 60))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shrink the list of pages to its icons in a narrow window."""
        super().resizeEvent(event)
        self.pages.setFixedWidth(54 if self.width() < _NARROW else 168)


def _draw_item(desk: Desk, item: QListWidgetItem, icon: str) -> None:
    item.setIcon(desk.theme.icon(icon, "muted"))
