"""Formulas as the window shows them: their pictures, kept while they are of use, and how they stand in a line of text.

Until a picture is there, and where there is none, its LaTeX is shown as code. Knows nothing of who draws them.
"""

from __future__ import annotations

import logging
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Protocol, cast
from weakref import WeakValueDictionary

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSizeF, Signal
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QFontMetrics,
    QPainter,
    QPyTextObject,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
    QTextTable,
)
from PySide6.QtSvg import QSvgRenderer

from jarvis.contracts.desktop_ports import DrawnFormula, Formulas
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.late_text import put_late
from jarvis.desktop.text_room import NATURAL, room_at

_log = logging.getLogger(__name__)

KIND = QTextFormat.ObjectTypes.UserObject.value + 1
"""Type of the text objects that are formulas."""
PICTURE = KIND + 1
"""Type of the text objects that are pictures; their `SOURCE` is their words."""
SOURCE = QTextFormat.Property.UserProperty.value + 1
"""Property of a formula's characters: how it was written, marks around it included."""
_LATEX, _BLOCK = SOURCE + 1, SOURCE + 2
_OBJECT = "\ufffc"
_NUMBER = "jarvis_formulas"
"""Property of a document: which `FormulasInText` it has."""
_KEPT = 400
"""Formulas whose pictures are kept: some 10 kB each."""
_MOST_WAITING = 500
_LARGEST_FONT = 1_200
"""Pixels: a formula of a hundred lines reaches that far down."""

Key = tuple[str, bool]
"""The LaTeX, and whether it has a line of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A formula in one colour; `drawn` has its measures in em."""

    drawn: DrawnFormula
    renderer: QSvgRenderer


class Pictures(Protocol):
    """What the formulas of a document come from."""

    painter: FormulaPainter

    def picture(self, latex: str, block: bool, colour: str) -> Picture | None:
        """Return a formula in `colour`, None where there is no picture of it or not yet."""


class Maths(QObject):
    """Has formulas drawn, one after another and each once; `port` is None where nothing draws."""

    came = Signal()
    """A formula that was asked for was drawn."""

    def __init__(self, port: Formulas | None, bridge: Bridge) -> None:
        super().__init__()
        self._port = port
        self._bridge = bridge
        self._drawn: OrderedDict[Key, DrawnFormula | None] = OrderedDict()
        self._pictures: OrderedDict[tuple[Key, str], Picture] = OrderedDict()
        self._waiting: deque[Key] = deque()
        self._asked: Key | None = None
        self.painter = FormulaPainter(self)

    def picture(self, latex: str, block: bool, colour: str) -> Picture | None:
        """Return the formula in `colour`, None where it is not there; then `came` tells when it is."""
        key = (latex, block)
        if key not in self._drawn:
            self._ask(key)
            return None
        drawn = self._drawn[key]
        self._drawn.move_to_end(key)
        if drawn is None:
            return None
        found = self._pictures.get((key, colour))
        if found is None:
            svg = drawn.svg.replace("currentColor", colour)
            found = Picture(drawn=drawn, renderer=QSvgRenderer(QByteArray(svg.encode())))
            self._pictures[key, colour] = found
            if len(self._pictures) > _KEPT:
                self._pictures.popitem(last=False)
        self._pictures.move_to_end((key, colour))
        return found

    def _ask(self, key: Key) -> None:
        if self._port is None or key == self._asked or key in self._waiting or len(self._waiting) >= _MOST_WAITING:
            return
        self._waiting.append(key)
        if self._asked is None:
            self._next()

    def _next(self) -> None:
        port = self._port
        if port is None or not self._waiting:
            self._asked = None
            return
        # What was asked for last is what is being looked at.
        latex, block = self._asked = self._waiting.pop()
        self._bridge.run(lambda: port.draw(latex, block=block), self._take, self._failed)

    def _take(self, drawn: DrawnFormula | None) -> None:
        assert self._asked is not None
        self._drawn[self._asked] = drawn
        if len(self._drawn) > _KEPT:
            self._drawn.popitem(last=False)
        self._next()
        if drawn is not None:
            self.came.emit()

    def _failed(self, error: Exception) -> None:
        _log.warning("formulas are shown as LaTeX: %s", error)
        self._port = None
        self._waiting.clear()
        self._asked = None


class FormulaPainter(QPyTextObject):
    """Draws the formulas of all documents: Qt holds one such object for each kind of thing in a text."""

    def __init__(self, owner: QObject | None) -> None:
        super().__init__(owner)
        self._texts: WeakValueDictionary[int, FormulasInText] = WeakValueDictionary()
        self._numbers = count(1)

    def serve(self, document: QTextDocument, formulas: FormulasInText) -> None:
        """Draw what `formulas` puts into `document`."""
        number = next(self._numbers)
        self._texts[number] = formulas
        document.setProperty(_NUMBER, number)
        document.documentLayout().registerHandler(KIND, self)

    def intrinsicSize(self, document: QTextDocument, at: int, form: QTextFormat) -> QSizeF:
        """Return the room of a formula: from its top to as far as its font reaches down."""
        picture = self._picture(document, form)
        if picture is None:
            return QSizeF(0, 0)
        em, drawn = _em(picture, document, at), picture.drawn
        return QSizeF(drawn.width * em, (drawn.height - drawn.depth) * em + _descent(form))

    def drawObject(
        self, painter: QPainter, area: QRectF | QRect, document: QTextDocument, at: int, form: QTextFormat
    ) -> None:
        """Draw a formula where its room is."""
        picture = self._picture(document, form)
        if picture is None:
            return
        em, drawn = _em(picture, document, at), picture.drawn
        top = QRectF(area).bottom() - _descent(form) - (drawn.height - drawn.depth) * em
        picture.renderer.render(painter, QRectF(area.left(), top, drawn.width * em, drawn.height * em))

    def _picture(self, document: QTextDocument, form: QTextFormat) -> Picture | None:
        formulas = self._texts.get(document.property(_NUMBER))
        return None if formulas is None else formulas.pictures.get(_key(form))


class FormulasInText:
    """The formulas of one document."""

    def __init__(self, document: QTextDocument, maths: Pictures) -> None:
        self._document = document
        self._maths = maths
        self.begin("#000000")
        maths.painter.serve(document, self)

    def begin(self, colour: str) -> None:
        """Begin anew with an empty document, whose text has this colour."""
        self._colour = colour
        self.pictures: dict[Key, Picture] = {}
        self._missing = False

    @property
    def any(self) -> bool:
        """True where a formula is drawn."""
        return bool(self.pictures)

    def write(self, cursor: QTextCursor, latex: str, source: str, block: bool, code: QTextCharFormat) -> None:
        """Write a formula, or how it was written, as `code`, until it is there."""
        form = QTextCharFormat(code)
        form.setProperty(SOURCE, source)
        form.setProperty(_LATEX, latex)
        form.setProperty(_BLOCK, block)
        if not self._put(cursor, form):
            self._missing = True
            cursor.insertText(source.replace("\n", "\u2028"), form)

    def take_in(self) -> bool:
        """Put formulas that came in the place of their LaTeX; True where there were any."""
        if not self._missing:
            return False
        self._missing = False
        return put_late(
            self._document,
            lambda form: form.hasProperty(_LATEX) and form.objectType() != KIND,
            self._put,
        )

    def _put(self, cursor: QTextCursor, form: QTextCharFormat) -> bool:
        key = _key(form)
        picture = self._maths.picture(*key, self._colour)
        if picture is None:
            self._missing = True
            return False
        self.pictures[key] = picture
        base = _font(self._document)
        put = QTextCharFormat()
        put.setObjectType(KIND)
        put.setFont(_reaching_down(base, picture.drawn.depth * QFontInfo(base).pixelSize()))
        put.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
        put.setProperty(NATURAL, picture.drawn.width * float(QFontInfo(base).pixelSize()))
        for name in (SOURCE, _LATEX, _BLOCK):
            put.setProperty(name, form.property(name))
        cursor.insertText(_OBJECT, put)
        return True


def text_in(cursor: QTextCursor) -> str:
    """Return what is selected as it was written, formulas as LaTeX, pictures as their words."""
    text = cursor.selection().toPlainText()
    if _OBJECT not in text:
        return text
    sources: list[str] = []
    block = cursor.document().findBlock(cursor.selectionStart())
    while block.isValid() and block.position() < cursor.selectionEnd():
        for fragment in _pieces(block):
            if fragment.charFormat().objectType() in (KIND, PICTURE):
                first = max(fragment.position(), cursor.selectionStart())
                after = min(fragment.position() + fragment.length(), cursor.selectionEnd())
                sources += [str(fragment.charFormat().property(SOURCE))] * max(0, after - first)
        block = block.next()
    before, *rest = text.split(_OBJECT)
    return before + "".join(source + part for source, part in zip(sources, rest, strict=True))


def table_text(table: QTextTable) -> str:
    """Return a table with a tab between cells and a line for each row, as spreadsheets take it; formulas as LaTeX."""
    rows: list[str] = []
    for row in range(table.rows()):
        cells: list[str] = []
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            cursor = cell.firstCursorPosition()
            cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
            cells.append(" ".join(text_in(cursor).split()))
        rows.append("\t".join(cells))
    return "\n".join(rows)


def _pieces(block: QTextBlock) -> list[QTextFragment]:
    """Return the stretches of one look in a block."""
    return [piece.fragment() for piece in cast("Iterable[QTextBlock.iterator]", block)]


def _key(form: QTextFormat) -> Key:
    return str(form.property(_LATEX)), bool(form.property(_BLOCK))


def _font(document: QTextDocument) -> QFont:
    """Return the font of a text, on paper with the paper's pixels."""
    paper = document.documentLayout().paintDevice()
    return document.defaultFont() if paper is None else QFont(document.defaultFont(), paper)


def _em(picture: Picture, document: QTextDocument, at: int) -> float:
    """Return the size of a formula in pixels: the text's, less where it would be wider than its line."""
    em = float(QFontInfo(_font(document)).pixelSize())
    wide = picture.drawn.width * em
    room = room_at(document, at, wide)
    return em * room / wide if room is not None and room < wide else em


def _reaching_down(base: QFont, pixels: float) -> QFont:
    """Return `base` so large that its letters reach `pixels` below their line, which is how far Qt lets an object
    that stands among them reach down."""
    font = QFont(base)
    size = QFontInfo(base).pixelSize()
    while QFontMetrics(font).descent() < pixels and size < _LARGEST_FONT:
        size += 1
        font.setPixelSize(size)
    return font


def _descent(form: QTextFormat) -> float:
    return float(QFontMetrics(form.toCharFormat().font()).descent())
