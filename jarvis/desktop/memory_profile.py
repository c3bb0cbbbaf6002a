"""What Jarvis always knows about the person, as lines to edit."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from jarvis.contracts.memory import ProfileLine
from jarvis.desktop import memory_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_acts import MemoryActs
from jarvis.desktop.text_widgets import row


class ProfilePage(QWidget):
    """The lines in one field."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._acts = MemoryActs(desk, self)
        self._stored = ""
        words = desk.words
        body = QLabel()
        body.setProperty("look", "muted")
        body.setWordWrap(True)
        words.bind(body, body.setText, texts.PROFILE_BODY)
        self.lines = QPlainTextEdit()
        self.lines.setTabChangesFocus(True)
        words.name(self.lines, texts.PROFILE_NAME, tooltip=False)
        self.lines.textChanged.connect(self._enable)
        self.save = QPushButton()
        self.save.setProperty("look", "primary")
        self.save.setAutoDefault(False)
        words.bind(self.save, self.save.setText, window_texts.SAVE)
        words.name(self.save, window_texts.SAVE, tooltip=False)
        self.save.clicked.connect(self._store)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self._acts.said.connect(self.message.setText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(14)
        layout.addWidget(body)
        layout.addWidget(self.lines, 1)
        layout.addLayout(row(self.save))
        layout.addWidget(self.message)
        self._enable()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the lines when the page comes into view, unless something unsaved is in the field."""
        super().showEvent(event)
        if self.lines.toPlainText() == self._stored:
            self._acts.work(self._acts.memory.profile, self._show)

    def _show(self, lines: list[ProfileLine]) -> None:
        self._stored = "\n".join(line.text for line in lines)
        self.lines.setPlainText(self._stored)
        self._enable()

    def _enable(self) -> None:
        self.save.setEnabled(self.lines.toPlainText() != self._stored)

    def _store(self) -> None:
        wanted = [line.strip() for line in self.lines.toPlainText().splitlines() if line.strip()]

        def stored(lines: list[ProfileLine]) -> None:
            self._show(lines)
            self.message.setText(self._desk.words(texts.PROFILE_SAVED))

        self._acts.work(lambda: self._acts.memory.set_profile(wanted), stored)
