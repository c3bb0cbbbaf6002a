"""Text areas as tall as their text: rich text, and a code block with its copy button. Know nothing of messages."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markdown_it.token import Token
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QResizeEvent,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.desktop import texts
from jarvis.desktop.addresses import link_address
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.code_colours import CodeColours
from jarvis.desktop.highlight import Span, spans_of
from jarvis.desktop.links import open_address
from jarvis.desktop.markdown import inert
from jarvis.desktop.maths import FormulasInText, Maths, table_text, text_in
from jarvis.desktop.message_texts import COPY_TABLE
from jarvis.desktop.richtext import RichWriter
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words

_SCROLLING = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)
_LARGER = 0.5
"""Points by which what is read in an answer, code included, is larger than what stands on a button."""
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class RichText(QTextBrowser):
    """Read-only text as tall as its content; loads nothing, opens web and mail addresses only, when asked to."""

    refused = Signal()

    def __init__(
        self, theme: Theme, words: Words, name: texts.Text, widest: int | None = None, maths: Maths | None = None
    ) -> None:
        super().__init__()
        self._theme = theme
        self._words = words
        self._maths = maths
        self._formulas: FormulasInText | None = None
        if maths is not None:
            maths.came.connect(self._take_formulas)
        self._widest = widest
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        if widest is not None:
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
        self.document().setPlainText(inert(text))
        self.fit()

    def append_tokens(self, tokens: Sequence[Token]) -> None:
        """Add markdown blocks at the end."""
        self._writer.write(tokens)
        self.fit()
        self._say_formulas()

    def replace_tokens(self, tokens: Sequence[Token]) -> None:
        """Show only these markdown blocks."""
        self._fresh_document()
        self._writer.write(tokens)
        self.fit()
        self._say_formulas()

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
        if self._widest is None and document.size().width() > self.viewport().width() + 1:
            height += self.horizontalScrollBar().sizeHint().height()
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
            if self.viewport().height() != self.height():
                # A height taken while a width is being given reaches the widget, but not always what it draws on.
                QTimer.singleShot(0, self, lambda: self.setViewportMargins(0, 0, 0, 0))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll sideways here where there is more; leave up and down to the conversation."""
        sideways = abs(event.angleDelta().x()) > abs(event.angleDelta().y())
        if sideways and self.horizontalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys that scroll to the conversation."""
        if event.key() in _SCROLLING and event.modifiers() in (Qt.KeyboardModifier.NoModifier, _KEYPAD):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def menu_at(self, place: QPoint) -> QMenu:
        """Return what can be done with the text at `place`, in a table with the table too."""
        menu = self.createStandardContextMenu(place)
        table = self.cursorForPosition(place).currentTable()
        if table is not None:
            menu.addAction(self._words(COPY_TABLE), lambda: QGuiApplication.clipboard().setText(table_text(table)))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the text."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        menu = self.menu_at(self.cursorRect().center() if by_key else event.pos())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy words, not the window's fonts and colours."""
        data = QMimeData()
        data.setText(self.selected_text())
        return data

    def selected_text(self) -> str:
        """Return what is selected as it was written, formulas as LaTeX."""
        return text_in(self.textCursor())

    def _take_formulas(self) -> None:
        if self._formulas is not None and self._formulas.take_in():
            self.fit()
            self._say_formulas()

    def _say_formulas(self) -> None:
        """Tell those who hear the window what a picture does not say."""
        if self._formulas is not None and self._formulas.any:
            whole = QTextCursor(self.document())
            whole.select(QTextCursor.SelectionType.Document)
            self.setAccessibleDescription(text_in(whole))

    def _fresh_document(self) -> None:
        document = self.document()
        document.clear()
        if self._maths is not None and self._formulas is None:
            self._formulas = FormulasInText(document, self._maths)
        if self._formulas is not None:
            self._formulas.begin(self._theme.colours.text)
        document.setDocumentMargin(0)
        document.setIndentWidth(24)
        document.setUndoRedoEnabled(False)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        base = self.font()
        base.setPointSizeF(base.pointSizeF() + _LARGER)
        document.setDefaultFont(base)
        self._writer = RichWriter(document, self._theme.colours, base, self._theme.mono(), self._formulas)

    def _open(self, url: QUrl) -> None:
        if link_address(url.toString(QUrl.ComponentFormattingOption.FullyEncoded)) is None:
            self.refused.emit()
        else:
            open_address(url, self.document(), self.window(), self._words)


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


LONGEST_LINE = 1_000
"""Characters of code on one line; what is longer goes on below, since Qt lays a line out as a whole."""
_GOES_ON = 1


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
