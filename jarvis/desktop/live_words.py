"""The words of a question while it is spoken: those that stay in full colour, those that may still change dimmed."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from jarvis.contracts.speech import PartialWords
from jarvis.desktop.desk import Desk
from jarvis.desktop.voice_texts import HEARD_SO_FAR

LONGEST_SHOWN = 600
"""Characters of a long dictation that are shown: its end."""


class LiveWords(QLabel):
    """Hidden while nothing is heard."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._words: PartialWords | None = None
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setProperty("look", "live")
        self.hide()
        desk.theme.follow(self, self._draw)
        desk.words.follow(self, self._draw)

    @property
    def words(self) -> PartialWords | None:
        """What is shown, None while nothing is."""
        return self._words

    def show_words(self, words: PartialWords | None) -> None:
        """Show what was heard so far; None or nothing hides it."""
        self._words = words if words is not None and words.text.strip() else None
        self._draw()
        self.setVisible(self._words is not None)

    def _draw(self) -> None:
        words = self._words
        if words is None:
            self.clear()
            return
        begin = max(0, len(words.text) - LONGEST_SHOWN)
        stable = max(words.stable, begin)
        sure, open_ = words.text[begin:stable], words.text[stable:]
        lead = "…" if begin else ""
        muted = self._desk.theme.colours.muted
        self.setText(f'{lead}{escape(sure)}<span style="color:{muted}">{escape(open_)}</span>')
        self.setAccessibleName(self._desk.words(HEARD_SO_FAR, heard=words.text))
