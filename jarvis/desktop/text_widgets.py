"""A text area as tall as its rich text, and small parts beside texts. Know nothing of messages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

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
    QMenu,
    QSizePolicy,
    QTextBrowser,
    QToolButton,
    QWidget,
)

from jarvis.desktop import texts
from jarvis.desktop.addresses import link_address
from jarvis.desktop.answer_texts import PICTURE
from jarvis.desktop.links import open_address
from jarvis.desktop.markdown import inert
from jarvis.desktop.maths import FormulasInText, Maths, table_text, text_in
from jarvis.desktop.message_texts import COPY_TABLE
from jarvis.desktop.picture_text import AnswerPictures, PicturesInText
from jarvis.desktop.richtext import RichWriter
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words

if TYPE_CHECKING:
    from markdown_it.token import Token

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
        self,
        theme: Theme,
        words: Words,
        name: texts.Text,
        widest: int | None = None,
        maths: Maths | None = None,
        pictures: AnswerPictures | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._words = words
        self._maths = maths
        self._formulas: FormulasInText | None = None
        if maths is not None:
            maths.came.connect(self._take_formulas)
        self._pictures: PicturesInText | None = None
        if pictures is not None:
            self._pictures = PicturesInText(self.document(), pictures, words(PICTURE))
            pictures.came.connect(self._take_pictures)
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
        self._say_objects()

    def replace_tokens(self, tokens: Sequence[Token]) -> None:
        """Show only these markdown blocks."""
        self._fresh_document()
        self._writer.write(tokens)
        self.fit()
        self._say_objects()

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
            self._say_objects()

    def _take_pictures(self) -> None:
        if self._pictures is not None and self._pictures.take_in():
            self.fit()
            self._say_objects()

    def _say_objects(self) -> None:
        """Tell those who hear the window what a picture does not say."""
        if any(objects is not None and objects.any for objects in (self._formulas, self._pictures)):
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
        if self._pictures is not None:
            self._pictures.begin()
        document.setDocumentMargin(0)
        document.setIndentWidth(24)
        document.setUndoRedoEnabled(False)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        base = self.font()
        base.setPointSizeF(base.pointSizeF() + _LARGER)
        document.setDefaultFont(base)
        self._writer = RichWriter(
            document, self._theme.colours, base, self._theme.mono(), self._formulas, self._pictures
        )

    def _open(self, url: QUrl) -> None:
        if link_address(url.toString(QUrl.ComponentFormattingOption.FullyEncoded)) is None:
            self.refused.emit()
        else:
            open_address(url, self.document(), self.window(), self._words)


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
