"""A label exactly as tall as its wrapped words. Knows no text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

_ENDLESS = 1 << 20


class WrappedLabel(QLabel):
    """Plain text in a look of the style sheet; Qt's own estimate leaves room for a far narrower column."""

    def __init__(self, look: str) -> None:
        super().__init__()
        self.setProperty("look", look)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Show `text` and take its height."""
        super().setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new width with a new height."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another size of text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        if self.width() > 0:
            # A label's own `heightForWidth` is never less than the height that it was fixed to before.
            room, edge = (
                QRect(0, 0, self.contentsRect().width(), _ENDLESS),
                self.height() - self.contentsRect().height(),
            )
            flags = int(self.alignment()) | int(Qt.TextFlag.TextWordWrap)
            height = self.fontMetrics().boundingRect(room, flags, self.text()).height() + edge
            if height > 0 and (height != self.minimumHeight() or height != self.maximumHeight()):
                self.setFixedHeight(height)
