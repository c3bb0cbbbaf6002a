"""One line in the sidebar for what happened, with a way on. Knows nothing about what it says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout

from jarvis.desktop import library_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled


class SidebarNote(QFrame):
    """A sentence, a button that goes on where there is a way, and a button that hides it; hidden until it is told."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._next: Callable[[], None] | None = None
        styled(self, "notice")
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.go_on = QPushButton()
        self.go_on.setProperty("look", "link")
        desk.words.name(self.go_on, window_texts.TRY_AGAIN, tooltip=False)
        self.go_on.clicked.connect(self._go_on)
        self.close_button = QToolButton()
        self.close_button.setProperty("look", "small")
        desk.words.name(self.close_button, texts.HIDE_LINE)
        desk.theme.dress(self.close_button, "close", size=14)
        self.close_button.clicked.connect(self.hide)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.text, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 6, 8)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def say(
        self, sentence: str, *, bad: bool = False, way: Text | None = None, act: Callable[[], None] | None = None
    ) -> None:
        """Show a sentence; `way` is what the button that calls `act` is named."""
        self._next = act
        self.setProperty("kind", "bad" if bad else "info")
        self.style().unpolish(self)
        self.style().polish(self)
        self.text.setText(sentence)
        self.go_on.setVisible(way is not None)
        if way is not None:
            self.go_on.setText(self._desk.words(way))
            self.go_on.setAccessibleName(self._desk.words(way))
        self.show()

    def _go_on(self) -> None:
        self.hide()
        if self._next is not None:
            self._next()
