"""A caret that stands still once nothing is written, as in other programs: each blink draws the window anew."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

BLINKS_MILLISECONDS = 10_000
"""How long it blinks after the last key; GTK's own value of gtk-cursor-blink-timeout."""


class Caret(QObject):
    """The caret of the field that has the keyboard; the application's blinking comes back when the field loses it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._flash: int | None = None
        self._written = QTimer(self, interval=BLINKS_MILLISECONDS, singleShot=True)
        self._written.timeout.connect(self._rest)

    def blink(self) -> None:
        """Blink from now on for a while; call it where the field is used."""
        self._go_on()
        self._written.start()

    def leave(self) -> None:
        """The field lost the keyboard: others' carets blink as the system has it."""
        self._written.stop()
        self._go_on()

    def _rest(self) -> None:
        self._flash = QApplication.cursorFlashTime()
        QApplication.setCursorFlashTime(0)

    def _go_on(self) -> None:
        if self._flash is not None:
            QApplication.setCursorFlashTime(self._flash)
            self._flash = None
