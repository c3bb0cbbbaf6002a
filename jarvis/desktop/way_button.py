"""The button beside something that went wrong: it leads to where that can be mended."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from jarvis.desktop.desk import Desk
from jarvis.desktop.ways_on import NAMES, SOMEWHERE, Place


class WayButton(QPushButton):
    """Says where it leads; hidden while it leads nowhere."""

    wanted = Signal(str)
    """A `Place`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._place: Place | None = None
        self.hide()
        self.clicked.connect(self._go)
        desk.words.follow(self, self._name)

    def lead(self, place: Place | None) -> None:
        """Lead to `place`, None for nowhere."""
        self._place = place
        self.setVisible(place is not None)
        self._name()

    def _name(self) -> None:
        words = self._desk.words(NAMES[self._place] if self._place is not None else SOMEWHERE)
        self.setText(words)
        self.setAccessibleName(words)

    def _go(self) -> None:
        if self._place is not None:
            self.wanted.emit(self._place)
