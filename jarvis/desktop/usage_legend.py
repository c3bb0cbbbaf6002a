"""What the lines of a plot mean: a dash of each colour with its name. Knows no value."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from jarvis.desktop.desk import Desk
from jarvis.desktop.plot import Hue
from jarvis.desktop.texts import Text


class Legend(QLabel):
    """One line for a plot of several lines; it wraps where there is little room."""

    def __init__(self, desk: Desk, lines: Sequence[tuple[Hue, Text]]) -> None:
        super().__init__()
        self._desk, self._lines = desk, tuple(lines)
        self.setProperty("look", "small")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        desk.words.follow(self, self._tell)
        desk.theme.follow(self, self._tell)

    def _tell(self) -> None:
        colours, words = self._desk.theme.colours, self._desk.words
        parts = (
            f'<span style="color:{getattr(colours, hue)}">━</span>&nbsp;{words(text).replace(" ", "&nbsp;")}'
            for hue, text in self._lines
        )
        self.setText("&nbsp; &nbsp; ".join(parts))
