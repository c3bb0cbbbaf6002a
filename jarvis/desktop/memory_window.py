"""The memory's window: what is remembered, the folders that are read, and what is always known. Knows no storage."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from jarvis.desktop import memory_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_browse import BrowsePage
from jarvis.desktop.memory_folders import FoldersPage
from jarvis.desktop.memory_profile import ProfilePage
from jarvis.desktop.paged_dialog import PagedDialog


class MemoryWindow(PagedDialog):
    """Three pages beside their names."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self.browse = BrowsePage(desk)
        self.folders = FoldersPage(desk)
        self.profile = ProfilePage(desk)
        pages = (
            (texts.PAGE_MEMORIES, "list", self.browse),
            (texts.PAGE_FOLDERS, "folder", self.folders),
            (texts.PAGE_PROFILE, "info", self.profile),
        )
        super().__init__(desk, parent, texts.MEMORY, pages, widest=900, tallest=680)

    def read(self) -> None:
        """Show what is remembered now, as after everything was forgotten."""
        for page in (self.browse, self.folders, self.profile):
            page.read()
