"""The line under a text of which only the beginning is shown: how much that is, and a button for more."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from jarvis.desktop import answer_texts, texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.resources_figures import number


class RestNote(QWidget):
    """Says how many characters are shown; `more` shows further ones."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._counts = (0, 0)
        self.told = QLabel()
        self.told.setProperty("look", "small")
        self.told.setWordWrap(True)
        self.more = QPushButton()
        desk.words.bind(self.more, self.more.setText, answer_texts.SHOW_MORE)
        desk.words.name(self.more, answer_texts.SHOW_MORE_NAME, tooltip=False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.told, 1)
        layout.addWidget(self.more)
        desk.words.follow(self, self._refresh)

    def tell(self, shown: int, total: int) -> None:
        """Say that `shown` of `total` characters are shown."""
        self._counts = (shown, total)
        self._refresh()

    def _refresh(self) -> None:
        shown, total = (number(count, self._desk.words.language) for count in self._counts)
        self.told.setText(self._desk.words(texts.LONG_TEXT, shown=shown, total=total))
