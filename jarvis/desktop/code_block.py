"""A block of code as tall as its lines, coloured in the background, with its copy button. Knows nothing of messages."""

from __future__ import annotations

import math

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout

from jarvis.desktop import texts
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.code_colours import CodeColours
from jarvis.desktop.highlight import Span, spans_of
from jarvis.desktop.text_widgets import copied_mark
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words

LONGEST_LINE = 1_000
"""Characters of code on one line; what is longer goes on below, since Qt lays a line out as a whole."""
_GOES_ON = 1
_LARGER = 0.5


class CodeBlock(QFrame):
    """Code as it is written: plain while it grows, coloured when it is whole, with a copy button."""

    def __init__(self, theme: Theme, words: Words, bridge: Bridge, language: str) -> None:
        super().__init__()
        self.setObjectName("code")
        self._bridge = bridge
        self._words = words
        self._theme = theme
        self._language = language
        self._code = ""
        self._text = _CodeText()
        mono = theme.mono()
        mono.setPointSizeF(self.font().pointSizeF() + _LARGER)
        self._text.setFont(mono)
        words.name(self._text, texts.CODE, tooltip=False)
        label = QLabel(language)
        label.setProperty("look", "small")
        if not language:
            words.bind(label, label.setText, texts.CODE)
        self._copy = QToolButton()
        self._copy.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._copy.setProperty("look", "small")
        words.name(self._copy, texts.COPY_CODE)
        words.bind(self._copy, self._copy.setText, texts.COPY)
        theme.dress(self._copy, "copy", size=16)
        self._copy.clicked.connect(self._copy_code)
        head = QHBoxLayout()
        head.setContentsMargins(14, 6, 8, 0)
        head.addWidget(label)
        head.addStretch()
        head.addWidget(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 10)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self._text)
        self._painter = CodeColours(self._text.document(), theme)

    @property
    def code(self) -> str:
        """The code so far."""
        return self._code

    def add(self, text: str) -> None:
        """Append to the code."""
        self._code += text
        self._text.append(text)

    def close_code(self) -> None:
        """The code is whole: drop its last line end and colour it in the background."""
        self._code = self._code.rstrip("\n")
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        while self._text.document().blockCount() > 1 and cursor.block().length() == 1:
            cursor.deletePreviousChar()
        self._text.fit()
        code = self._code
        if not self._text.broken:
            self._bridge.run(lambda: spans_of(code, self._language), lambda spans: self._colour(spans, code))

    def _colour(self, spans: list[Span], code: str) -> None:
        from shiboken6 import isValid

        if spans and isValid(self._painter):
            self._painter.paint(spans, code)

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        copied_mark(self._copy, self._theme, self._words)


class _CodeText(QPlainTextEdit):
    """Read-only code as tall as its lines, scrolling sideways. `broken` once a line went on below; copying joins it."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = False
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(0)
        self.setViewportMargins(14, 0, 14, 0)
        self.horizontalScrollBar().rangeChanged.connect(self.fit)

    def append(self, text: str) -> None:
        """Add `text` at the end."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for number, line in enumerate(text.split("\n")):
            if number:
                cursor.insertBlock()
                cursor.block().setUserState(-1)
            at = 0
            while at < len(line):
                if cursor.block().length() > LONGEST_LINE:
                    cursor.insertBlock()
                    cursor.block().setUserState(_GOES_ON)
                    self.broken = True
                room = LONGEST_LINE - cursor.block().length() + 1
                cursor.insertText(line[at : at + room])
                at += room
        self.fit()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy lines as they were written, whole."""
        cursor = self.textCursor()
        text = ""
        block = self.document().findBlock(cursor.selectionStart())
        while block.isValid() and block.position() < cursor.selectionEnd():
            start = max(0, cursor.selectionStart() - block.position())
            part = block.text()[start : cursor.selectionEnd() - block.position()]
            text += ("\n" if text and block.userState() != _GOES_ON else "") + part
            block = block.next()
        data = QMimeData()
        data.setText(text)
        return data

    def fit(self) -> None:
        """Take the height of all lines, and of the sideways scroll bar where there is one."""
        bar = self.horizontalScrollBar()
        extra = bar.sizeHint().height() if bar.maximum() > 0 else 0
        line = self.blockBoundingRect(self.document().firstBlock()).height()
        height = math.ceil(self.blockCount() * line) + extra + 6
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll sideways here; leave up and down to the conversation."""
        if abs(event.angleDelta().x()) > abs(event.angleDelta().y()):
            super().wheelEvent(event)
        else:
            event.ignore()
