"""How an answer ended that did not end well: the sentence, where that can be mended, and another try."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton

from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.way_button import WayButton
from jarvis.desktop.wrapped_label import WrappedLabel

_LEAST_LETTERS = 30
"""A sentence that had fewer letters to a line beside its buttons stands above them."""


class TroubleBox(QFrame):
    """The buttons stand beside the sentence where both have room, else below it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.text = WrappedLabel("")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.way = WayButton(desk)
        self.again = QPushButton()
        desk.words.name(self.again, texts.TRY_AGAIN, tooltip=False)
        desk.words.bind(self.again, self.again.setText, texts.TRY_AGAIN)
        self._buttons = FlowRow(self.way, self.again)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(16, 10, 10, 10)
        self._line.setSpacing(12)
        self._line.addWidget(self.text, 1, Qt.AlignmentFlag.AlignVCenter)
        self._line.addLayout(self._buttons)
        self.show_as("halted")

    def show_as(self, look: str) -> None:
        """Look like `trouble`, or `halted` where a person ended it."""
        if self.objectName() != look:
            self.setObjectName(look)
            self.style().polish(self)

    def arrange(self) -> None:
        """Put the buttons where they have room, as after one of them came or went."""
        room = self.width() - self._buttons.sizeHint().width() - 38
        beside = room >= _LEAST_LETTERS * self.text.fontMetrics().averageCharWidth()
        wanted = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._line.direction() != wanted:
            self._line.setDirection(wanted)
            self._line.setAlignment(self.text, Qt.AlignmentFlag.AlignVCenter if beside else Qt.AlignmentFlag(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange anew."""
        super().resizeEvent(event)
        self.arrange()
