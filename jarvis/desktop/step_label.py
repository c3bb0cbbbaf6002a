"""A command or a path to copy, on a ground of its own: in one line where there is room for it, else broken."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTextBoundaryFinder
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
        """Return the room of the longest piece that no line ends within."""
        widest = max(map(self._room_of, _pieces(self.text())), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    def _room_of(self, text: str) -> int:
        self.ensurePolished()
        metrics = self.fontMetrics()
        return metrics.horizontalAdvance(text) + metrics.averageCharWidth() + _BESIDE


def _pieces(text: str) -> list[str]:
    """Return what stands between the places where Qt may go on in the next line, as after the slashes of a path."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, text)
    found: list[str] = []
    start, end = 0, finder.toNextBoundary()
    while end > start:
        found.append(text[start:end].strip())
        start, end = end, finder.toNextBoundary()
    return found
