"""A question put in other words where it stands: Enter asks, Esc leaves it. Knows no storage."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from jarvis.desktop import message_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk

_MOST_LINES = 12


class QuestionEdit(QWidget):
    """The words of a question, to be changed; `asked` carries the new ones, `left` says that they stay."""

    asked = Signal(str)
    left = Signal()
    changed = Signal(str)
    """The words as they are now."""

    def __init__(self, desk: Desk, text: str) -> None:
        super().__init__()
        words = desk.words
        self.field = _Field(self)
        self.field.setPlainText(text)
        words.name(self.field, texts.EDITED, tooltip=False)
        self.ask = QPushButton()
        self.ask.setProperty("look", "primary")
        words.bind(self.ask, self.ask.setText, texts.ASK_EDITED)
        words.name(self.ask, texts.ASK_EDITED, tooltip=False)
        self.ask.clicked.connect(self.submit)
        self.cancel = QPushButton()
        words.bind(self.cancel, self.cancel.setText, window_texts.CANCEL)
        words.name(self.cancel, window_texts.CANCEL, tooltip=False)
        self.cancel.clicked.connect(self.left)
        hint = QLabel()
        hint.setProperty("look", "small")
        hint.setWordWrap(True)
        words.bind(hint, hint.setText, texts.EDIT_HINT)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.ask)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(hint)
        layout.addLayout(buttons)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._changed)
        self._fit()

    def begin(self) -> None:
        """Put the keyboard at the end of the words."""
        cursor = self.field.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.field.setTextCursor(cursor)
        self.field.setFocus()

    def submit(self) -> None:
        """Ask what stands there, unless that is nothing."""
        text = self.field.toPlainText().strip()
        if text:
            self.asked.emit(text)

    def _changed(self) -> None:
        self._fit()
        self.changed.emit(self.field.toPlainText())

    def _fit(self) -> None:
        self.field.fit()
        self.ask.setEnabled(bool(self.field.toPlainText().strip()))


class _Field(QPlainTextEdit):
    """As tall as its lines; Enter asks, Shift+Enter breaks the line, Esc leaves."""

    def __init__(self, edit: QuestionEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def fit(self) -> None:
        """Be as tall as the words, up to some lines."""
        lines = min(_MOST_LINES, max(2, int(self.document().size().height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 28)

    def event(self, event: QEvent) -> bool:
        """Keep Esc from what it means elsewhere in the window."""
        key = event.key() if isinstance(event, QKeyEvent) else None
        if event.type() == QEvent.Type.ShortcutOverride and key == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask on Enter, leave on Esc, edit otherwise."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._edit.submit()
        elif event.key() == Qt.Key.Key_Escape:
            self._edit.left.emit()
        else:
            super().keyPressEvent(event)
