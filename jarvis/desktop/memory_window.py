"""The memory's window: what is remembered, the folders that are read, and what is always known. Knows no storage."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QStackedWidget, QWidget

from jarvis.desktop import memory_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_browse import BrowsePage
from jarvis.desktop.memory_folders import FoldersPage
from jarvis.desktop.memory_profile import ProfilePage
from jarvis.desktop.theme import styled

_NARROW = 620
_PAGES = ((texts.PAGE_MEMORIES, "list"), (texts.PAGE_FOLDERS, "open"), (texts.PAGE_PROFILE, "info"))


class MemoryWindow(QDialog):
    """Three pages beside their names."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = desk.words
        words.bind(self, self.setWindowTitle, texts.MEMORY)
        self.browse = BrowsePage(desk)
        self.folders = FoldersPage(desk)
        self.profile = ProfilePage(desk)
        self.pages = styled(QListWidget(), "pages")
        words.name(self.pages, window_texts.PAGES, tooltip=False)
        self.pages.setIconSize(QSize(18, 18))
        self.pages.addItems([""] * len(_PAGES))
        stack = QStackedWidget()
        for page in (self.browse, self.folders, self.profile):
            stack.addWidget(page)
        self.pages.currentRowChanged.connect(stack.setCurrentIndex)
        for at, (text, icon) in enumerate(_PAGES):
            item = self.pages.item(at)
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 22))
            words.bind(self.pages, item.setText, text)
            desk.theme.follow(self.pages, partial(_draw, desk, self.pages, at, icon))
        self.pages.setCurrentRow(0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.pages)
        layout.addWidget(stack, 1)
        self.setMinimumSize(380, 340)
        room = self.screen().availableGeometry()
        self.resize(min(900, room.width() - 40), min(680, room.height() - 60))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shrink the list of pages to its icons in a narrow window."""
        super().resizeEvent(event)
        self.pages.setFixedWidth(54 if self.width() < _NARROW else 168)


def _draw(desk: Desk, pages: QListWidget, at: int, icon: str) -> None:
    pages.item(at).setIcon(desk.theme.icon(icon, "muted"))
