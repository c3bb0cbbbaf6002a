"""Text areas as tall as their text: rich text, and a code block with its copy button. Know nothing of messages."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markdown_it.token import Token
from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QGuiApplication,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.desktop import texts
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.highlight import Span, spans_of
from jarvis.desktop.richtext import RichWriter, web_address
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words


class RichText(QTextBrowser):
    """Read-only text as tall as its content; loads nothing, opens only web addresses and only on a click."""

    refused = Signal()

    def __init__(self, theme: Theme, words: Words, name: texts.Text, widest: int | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._widest = widest
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        words.name(self, name, tooltip=False)
        self.anchorClicked.connect(self._open)
        self._fresh_document()

    def set_plain(self, text: str) -> None:
        """Show `text` as it is."""
        self.document().setPlainText(text)
        self.fit()

    def append_tokens(self, tokens: Sequence[Token]) -> None:
        """Add markdown blocks at the end."""
        self._writer.write(tokens)
        self.fit()

    def replace_tokens(self, tokens: Sequence[Token]) -> None:
        """Show only these markdown blocks."""
        self._fresh_document()
        self._writer.write(tokens)
        self.fit()

    def set_widest(self, pixels: int) -> None:
        """Shrink to the text, at most `pixels` wide."""
        if pixels != self._widest:
            self._widest = pixels
            self.fit()

    def fit(self) -> None:
        """Take the height (and, when shrinking, the width) that the text needs."""
        document = self.document()
        if self._widest is not None:
            document.setTextWidth(-1)
            width = min(self._widest, math.ceil(document.idealWidth()) + 2)
            document.setTextWidth(width)
            self.setFixedWidth(width)
        else:
            document.setTextWidth(self.viewport().width())
        height = math.ceil(document.size().height())
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Load nothing, whatever is asked for."""
        del kind, name
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new width with a new height."""
        super().resizeEvent(event)
        if self._widest is None and event.size().width() != event.oldSize().width():
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave scrolling to the conversation."""
        event.ignore()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy words, not the window's fonts and colours."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data

    def _fresh_document(self) -> None:
        document = self.document()
        document.clear()
        document.setDocumentMargin(0)
        document.setIndentWidth(24)
        document.setUndoRedoEnabled(False)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        base = self.font()
        base.setPointSizeF(base.pointSizeF() + 0.5)
        document.setDefaultFont(base)
        self._writer = RichWriter(document, self._theme.colours, base, self._theme.mono())

    def _open(self, url: QUrl) -> None:
        address = web_address(url.toString())
        if address is None:
            self.refused.emit()
        else:
            QDesktopServices.openUrl(QUrl(address))


class _Painter(QSyntaxHighlighter):
    """Colours lines from spans that were computed elsewhere."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self._lines: dict[int, list[Span]] = {}

    def paint(self, spans: list[Span], code: str) -> None:
        """Show `spans` of `code`."""
        starts = [0]
        for at, character in enumerate(code):
            if character == "\n":
                starts.append(at + 1)
        self._lines = {}
        line = 0
        for span in spans:
            while line + 1 < len(starts) and starts[line + 1] <= span.start:
                line += 1
            at, end, row = span.start, span.start + span.length, line
            while at < end:
                stop = min(end, starts[row + 1] if row + 1 < len(starts) else end)
                self._lines.setdefault(row, []).append(Span(start=at - starts[row], length=stop - at, kind=span.kind))
                at, row = stop, row + 1
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        del text
        for span in self._lines.get(self.currentBlock().blockNumber(), ()):
            form = QTextCharFormat()
            form.setForeground(QColor(getattr(self._theme.colours, f"syntax_{span.kind}")))
            self.setFormat(span.start, span.length, form)


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
        self._text.setFont(theme.mono())
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
        self._painter = _Painter(self._text.document(), theme)

    @property
    def code(self) -> str:
        """The code so far."""
        return self._code

    def add(self, text: str) -> None:
        """Append to the code."""
        self._code += text
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text)
        self._text.fit()

    def close_code(self) -> None:
        """The code is whole: drop its last line end and colour it in the background."""
        self._code = self._code.rstrip("\n")
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        while self._text.document().blockCount() > 1 and cursor.block().length() == 1:
            cursor.deletePreviousChar()
        self._text.fit()
        code = self._code
        self._bridge.run(lambda: spans_of(code, self._language), lambda spans: self._colour(spans, code))

    def _colour(self, spans: list[Span], code: str) -> None:
        from shiboken6 import isValid

        if spans and isValid(self._painter):
            self._painter.paint(spans, code)

    def _copy_code(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        copied_mark(self._copy, self._theme, self._words)


class _CodeText(QPlainTextEdit):
    """Read-only code as tall as its lines, scrolling sideways."""

    def __init__(self) -> None:
        super().__init__()
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


def copied_mark(button: QToolButton, theme: Theme, words: Words) -> None:
    """Show for a moment on `button` that something was copied."""
    had_text = bool(button.text())
    button.setIcon(theme.icon("check", "good"))
    if had_text:
        button.setText(words(texts.COPIED))

    def back() -> None:
        button.setIcon(theme.icon("copy", "muted"))
        if had_text:
            button.setText(words(texts.COPY))

    timer = QTimer(button, singleShot=True, interval=1500)
    timer.timeout.connect(back)
    timer.timeout.connect(timer.deleteLater)
    timer.start()


def row(*widgets: QWidget, spacing: int = 8) -> QHBoxLayout:
    """Return a tight row of `widgets`, filled with space on the right."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch()
    return layout
