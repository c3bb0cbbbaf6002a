"""The first run: four pages that can be skipped, shown once. Everything on them is in the settings too."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from jarvis.desktop import first_run_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.first_run_pages import FirstRunPage, LanguagePage, MicrophonePage, ModelsPage, PrivacyChoicePage
from jarvis.desktop.keepsake import INTRODUCED, Keepsake
from jarvis.desktop.models_parts import button_of, muted, scroll_over, side_room


class FirstRun(QDialog):
    """Language, microphone, models, privacy; without models there is no page of them."""

    changed = Signal(str)
    """An option that was changed."""
    keys_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        desk.words.bind(self, self.setWindowTitle, texts.TITLE)
        self.privacy = PrivacyChoicePage(desk)
        self.privacy.keys_wanted.connect(self._to_keys)
        self.pages: list[FirstRunPage] = [LanguagePage(desk), MicrophonePage(desk)]
        if desk.services.models is not None:
            self.pages.append(ModelsPage(desk))
        self.pages.append(self.privacy)
        self._stack = QStackedWidget()
        for page in self.pages:
            page.changed.connect(self.changed)
            page.setObjectName("column")
            self._stack.addWidget(scroll_over(page))
        self.skip = button_of(desk, texts.SKIP, self.reject)
        self.back = button_of(desk, texts.BACK, lambda: self._go(-1))
        self.next = button_of(desk, texts.NEXT, lambda: self._go(1), "primary")
        self._at = QLabel()
        self._at.setProperty("look", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 16)
        layout.setSpacing(10)
        layout.addWidget(self._stack, 1)
        self._below = self._foot()
        layout.addLayout(self._below)
        self.setMinimumSize(360, 360)
        room = self.screen().availableGeometry()
        self.resize(min(720, room.width() - 40), min(560, room.height() - 60))
        desk.words.follow(self, self._tell)
        self.next.setDefault(True)
        self.next.setFocus()

    @property
    def at(self) -> int:
        """Which page is shown, from 0."""
        return self._stack.currentIndex()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave less room at the sides of a narrow window."""
        super().resizeEvent(event)
        side = side_room(self.width())
        self._below.setContentsMargins(side, 0, side, 0)

    def _foot(self) -> QVBoxLayout:
        later = muted("small")
        self._desk.words.bind(later, later.setText, texts.LATER)
        told = QHBoxLayout()
        told.setSpacing(8)
        told.addWidget(later, 1)
        told.addWidget(self._at, 0, Qt.AlignmentFlag.AlignTop)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.skip)
        line.addStretch()
        for widget in (self.back, self.next):
            line.addWidget(widget)
        foot = QVBoxLayout()
        foot.setSpacing(10)
        foot.addLayout(told)
        foot.addLayout(line)
        return foot

    def _go(self, by: int) -> None:
        at = self.at + by
        if at >= len(self.pages):
            self.accept()
            return
        self._stack.setCurrentIndex(max(0, at))
        self._tell()
        self.next.setFocus()

    def _tell(self) -> None:
        words = self._desk.words
        self._at.setText(words(texts.PAGE_OF, at=self.at + 1, all=len(self.pages)))
        self.back.setEnabled(self.at > 0)
        last = self.at == len(self.pages) - 1
        told = words(texts.DONE if last else texts.NEXT)
        self.next.setText(told)
        self.next.setAccessibleName(told)

    def _to_keys(self) -> None:
        self.accept()
        self.keys_wanted.emit()


def introduce(desk: Desk, keepsake: Keepsake, parent: QWidget) -> FirstRun:
    """Show the first run; once it is closed, `keepsake` tells that it was shown."""
    shown = FirstRun(desk, parent)
    shown.finished.connect(lambda _: keepsake.keep(INTRODUCED, True))
    shown.open()
    return shown
