"""A command to copy, on a ground of its own: in one line where there is room for it, else broken between its words."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from jarvis.desktop.theme import styled

_BESIDE = 22
"""Pixels that the style sheet's ground takes left and right of the text, beside half a letter."""


class StepLabel(QLabel):
    """Plain text that can be selected; as wide as it is in one line, or as there is room."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        styled(self, "step")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """Return the room of one line."""
        width = self._room_of(self.text())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return the room of the longest word."""
        return QSize(max(map(self._room_of, self.text().split()), default=0), super().minimumSizeHint().height())

    def _room_of(self, text: str) -> int:
        self.ensurePolished()
        metrics = self.fontMetrics()
        return metrics.horizontalAdvance(text) + metrics.averageCharWidth() + _BESIDE
