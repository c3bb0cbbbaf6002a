"""The field that keys are pressed into. Knows no option and no other field; light enough for the window's start."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit

_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class KeyRecorder(QKeySequenceEdit):
    """Shows keys and takes those that are pressed; Backspace and Delete leave none, Tab goes on, Esc leaves them."""

    recorded = Signal(str)
    """Keys in Qt's portable form, "" for none."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaximumSequenceLength(1)
        self._kept = QKeySequence()

    def show_keys(self, keys: str) -> None:
        """Show what holds."""
        self._kept = QKeySequence(keys)
        self.setKeySequence(self._kept)

    def offer(self, keys: str) -> None:
        """Take keys that reached Jarvis by another way."""
        self.recorded.emit(QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what is pressed."""
        plain = event.modifiers() in _PLAIN
        if plain and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.recorded.emit("")
        elif plain and event.key() == Qt.Key.Key_Escape:
            self.setKeySequence(self._kept)
        else:
            super().keyPressEvent(event)
            pressed = self.keySequence()
            if not pressed.isEmpty() and pressed != self._kept:
                self.recorded.emit(pressed.toString(QKeySequence.SequenceFormat.PortableText))
