"""What Jarvis always knows about the person, as lines to edit."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from jarvis.contracts.memory import ProfileLine
from jarvis.desktop import memory_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_acts import MemoryActs
from jarvis.desktop.models_parts import WrappedBox, column, muted, scroll_over
from jarvis.desktop.text_widgets import row

LINES_SHOWN = 9
"""So many lines are in view at least; the page scrolls where the window is lower."""


class ProfilePage(QWidget):
    """The lines in one field."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._acts = MemoryActs(desk, self)
        self._stored = ""
        words = desk.words
        body = muted()
        words.bind(body, body.setText, texts.PROFILE_BODY)
        self.lines = QPlainTextEdit()
        self.lines.setTabChangesFocus(True)
        self.lines.setMinimumHeight(round(LINES_SHOWN * self.lines.fontMetrics().lineSpacing()))
        words.name(self.lines, texts.PROFILE_NAME, tooltip=False)
        words.bind(self.lines, self.lines.setPlaceholderText, texts.PROFILE_HINT)
        self.lines.textChanged.connect(self._enable)
        self.save = QPushButton()
        self.save.setProperty("look", "primary")
        self.save.setAutoDefault(False)
        words.bind(self.save, self.save.setText, window_texts.SAVE)
        words.name(self.save, window_texts.SAVE, tooltip=False)
        self.save.clicked.connect(self._store)
        self.leaving = QWidget()
        self._boxes = QVBoxLayout(self.leaving)
        self._boxes.setContentsMargins(0, 0, 0, 0)
        self._boxes.setSpacing(4)
        self.message = muted("")
        self._acts.said.connect(self.message.setText)
        holder, inside = column()
        inside.setContentsMargins(0, 16, 0, 0)
        inside.setSpacing(14)
        inside.addWidget(body)
        inside.addWidget(self.lines, 1)
        inside.addLayout(row(self.save))
        inside.addWidget(self.message)
        inside.addWidget(self.leaving)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll_over(holder))
        self._enable()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the lines when the page comes into view, unless something unsaved is in the field."""
        super().showEvent(event)
        if self.lines.toPlainText() == self._stored:
            self.read()

    def read(self) -> None:
        """Show what is stored, in the place of what was typed and not saved."""
        self._acts.work(self._read, self._show)

    def _read(self) -> list[ProfileLine]:
        return self._acts.memory.profile()

    def _show(self, lines: list[ProfileLine]) -> None:
        self._stored = "\n".join(line.text for line in lines)
        self.lines.setPlainText(self._stored)
        self._enable()
        self._show_privacy(lines)

    def _show_privacy(self, lines: list[ProfileLine]) -> None:
        """Show which of the stored lines may leave; what is being typed is left alone."""
        while self._boxes.count():
            item = self._boxes.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if lines:
            heading = muted("heading")
            self._desk.words.bind(heading, heading.setText, texts.PROFILE_LEAVES)
            self._boxes.addWidget(heading)
        for line in lines:
            self._boxes.addWidget(self._box(line))

    def _box(self, line: ProfileLine) -> WrappedBox:
        box = WrappedBox()
        box.show_words(line.text)
        self._desk.words.bind(box, box.setAccessibleName, texts.PROFILE_LEAVES_ONE, line=line.text)
        box.setChecked(line.privacy == "cloud")
        box.toggled.connect(lambda wanted: self._let(line, wanted))
        return box

    def _let(self, line: ProfileLine, wanted: bool) -> None:
        def work() -> None:
            memory = self._acts.memory
            try:
                memory.set_profile_privacy(line.id, "cloud" if wanted else "local")
            finally:
                # Where it failed, the box is to show how it is all the same.
                self._desk.bridge.post(lambda: self._acts.work(memory.profile, self._show_privacy))

        self._acts.work(work, lambda _: None, keep=True)

    def _enable(self) -> None:
        self.save.setEnabled(self.lines.toPlainText() != self._stored)

    def _store(self) -> None:
        wanted = [line.strip() for line in self.lines.toPlainText().splitlines() if line.strip()]

        def stored(lines: list[ProfileLine]) -> None:
            self._show(lines)
            self.message.setText(self._desk.words(texts.PROFILE_SAVED))

        self._acts.work(lambda: self._acts.memory.set_profile(wanted), stored)
