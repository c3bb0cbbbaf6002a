"""Writes a Markdown text as a PDF: title, paragraphs, tables, code, formulas, a foot with page numbers.

Nothing in the text can act: it reaches the page only as characters, images are never loaded, only web addresses become
links. Runs on any thread, piece by piece, so that the window goes on meanwhile. Knows nothing about conversations.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.desktop_ports import Formulas
from jarvis.desktop.colours import LIGHT
from jarvis.desktop.export_maths import FormulasOnPaper
from jarvis.desktop.highlight import spans_of
from jarvis.desktop.markdown import CodeClosed, CodeOpened, CodeText, MarkdownStream, Piece, Settled
from jarvis.desktop.maths import FormulasInText
from jarvis.desktop.richtext import RichWriter

if TYPE_CHECKING:
    from markdown_it.token import Token

DOTS_PER_INCH = 96
"""Resolution in which the page is laid out; text is drawn as outlines, so it is sharp in any."""
BODY_POINTS = 10.0
_MARGINS = QMarginsF(20, 18, 20, 22)
"""Left, top, right and bottom in millimetres of an A4 page."""
_FED = 4_000
_SECTION = 3_000
_CODE_LINES = 60
"""Characters fed at once, and characters and lines of code laid out at once: a few milliseconds of work each."""
_HEADING_ROOM, _LINE_ROOM = 90.0, 24.0
"""Dots that must be left on a page for a heading to begin on it, and for anything else."""
_STRUCTURAL = {0xFDD0: "\ufffd", 0xFDD1: "\ufffd", 0xFFFC: "\ufffd", 0x2028: " ", 0x2029: " ", 0x0D: " "}


@dataclass(kw_only=True)
class _Section:
    """Top-level blocks, or lines of code, that are laid out together."""

    tokens: list[Token] = field(default_factory=list)
    code: str = ""
    language: str = ""
    ends_code: bool = False
    size: int = 0


def write_pdf(
    markdown: str,
    file: Path,
    *,
    title: str,
    page_word: str,
    formulas: Formulas | None,
    cancel: CancelToken | None = None,
) -> int:
    """Write `markdown` to `file` and return the number of pages; `page_word` holds a place `{number}`.

    What `formulas` cannot draw, or all where it is None, stays LaTeX. `OSError` when the file cannot be written, and
    `Cancelled`.
    """
    file.open("wb").close()
    # A thread without an event loop of its own may not lay a document out.
    loop = QEventLoop()
    writer = QPdfWriter(str(file))
    writer.setCreator("Jarvis")
    writer.setTitle(title)
    writer.setResolution(DOTS_PER_INCH)
    page = QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, _MARGINS, QPageLayout.Unit.Millimeter
    )
    writer.setPageLayout(page)
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    try:
        pages = _Pages(writer, painter, title, page_word, FormulasOnPaper(formulas))
        for section in _sections(markdown):
            if cancel is not None:
                cancel.raise_if_cancelled()
            pages.add(section)
        pages.finish()
    finally:
        ended = painter.end()
        loop.quit()
    # Qt does not say when a disk is full; a whole document ends with its mark.
    if not ended or not _whole(file):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return pages.number


def _whole(file: Path) -> bool:
    with file.open("rb") as written:
        written.seek(max(0, file.stat().st_size - 16))
        return written.read(16).rstrip().endswith(b"%%EOF")


class _Pages:
    """Sections one below the other, over as many pages as they take."""

    def __init__(
        self, writer: QPdfWriter, painter: QPainter, title: str, page_word: str, formulas: FormulasOnPaper
    ) -> None:
        self._writer, self._painter = writer, painter
        self._title, self._word = title, page_word
        self._formulas = formulas
        self.number = 1
        self._size = QSizeF(writer.width(), writer.height())
        self._down = 0.0
        self._base = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        self._base.setPointSizeF(BODY_POINTS)
        self._mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self._mono.setPointSizeF(BODY_POINTS - 1.5)
        self._mono.setStyleHint(QFont.StyleHint.Monospace)

    def add(self, section: _Section) -> None:
        """Draw a section where the last one ended."""
        heading = bool(section.tokens) and section.tokens[0].type == "heading_open"
        if self._size.height() - self._down < (_HEADING_ROOM if heading else _LINE_ROOM):
            self._next_page()
        # Whoever holds the formulas of a text has to last until it is drawn.
        document, _formulas = self._document(section)
        count = document.pageCount()
        for at in range(count):
            if at:
                self._next_page()
            self._painter.save()
            self._painter.translate(0, -at * self._size.height())
            document.drawContents(
                self._painter, QRectF(0, at * self._size.height(), self._size.width(), self._size.height())
            )
            self._painter.restore()
        last = document.documentLayout().blockBoundingRect(document.lastBlock())
        gap = document.lastBlock().blockFormat().bottomMargin()
        self._down = min(last.bottom() + gap - (count - 1) * self._size.height(), self._size.height())

    def finish(self) -> None:
        """Write the last foot."""
        self._foot()

    def _next_page(self) -> None:
        self._foot()
        self._writer.newPage()
        self.number += 1
        self._down = 0.0

    def _foot(self) -> None:
        font = QFont(self._base)
        font.setPointSizeF(BODY_POINTS - 2)
        self._painter.setFont(font)
        self._painter.setPen(QColor(LIGHT.muted))
        metrics = QFontMetricsF(font, self._writer)
        room = QRectF(0, self._size.height() + metrics.height(), self._size.width(), metrics.height() * 1.3)
        number = self._word.format(number=self.number)
        self._painter.drawText(room, int(Qt.AlignmentFlag.AlignRight), number)
        left = room.width() - metrics.horizontalAdvance(number) - 24
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, left)
        self._painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft), title)

    def _document(self, section: _Section) -> tuple[QTextDocument, FormulasInText]:
        document = QTextDocument()
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setDefaultFont(self._base)
        document.documentLayout().setPaintDevice(self._writer)
        document.setPageSize(self._size)
        formulas = FormulasInText(document, self._formulas)
        formulas.begin(LIGHT.text)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        if self._down:
            _leave_room(document, self._down)
        if section.tokens:
            RichWriter(document, LIGHT, self._base, self._mono, formulas).write(section.tokens)
        else:
            _write_code(document, section, self._mono)
        return document, formulas


def _leave_room(document: QTextDocument, height: float) -> None:
    """Begin a document with an empty line as high as what is on its first page already."""
    form = QTextBlockFormat()
    form.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    cursor = QTextCursor(document)
    cursor.setBlockFormat(form)
    cursor.insertText("\u200b")


def _write_code(document: QTextDocument, section: _Section, mono: QFont) -> None:
    """Write lines of code as blocks on a ground of their own, coloured by their grammar."""
    look = QTextCharFormat()
    look.setFont(mono)
    look.setForeground(QBrush(QColor(LIGHT.text)))
    ground = QTextBlockFormat()
    ground.setBackground(QBrush(QColor(LIGHT.code)))
    ground.setLeftMargin(8)
    ground.setRightMargin(8)
    cursor = QTextCursor(document)
    code = section.code.rstrip("\n").translate(_STRUCTURAL)
    cursor.movePosition(QTextCursor.MoveOperation.End)
    begin = 0
    for number, line in enumerate(code.split("\n")):
        if number or cursor.block().length() > 1:
            cursor.insertBlock(ground, look)
        else:
            cursor.setBlockFormat(ground)
            cursor.setBlockCharFormat(look)
        begin = begin if number else cursor.position()
        cursor.insertText(line, look)
    if section.ends_code:
        ground.setBottomMargin(12)
        cursor.setBlockFormat(ground)
    # Qt counts in units of UTF-16; where a character takes two, the colours would stand beside their words.
    for span in spans_of(code, section.language) if max(code, default="") <= "\uffff" else ():
        cursor.setPosition(begin + span.start)
        cursor.setPosition(begin + span.start + span.length, QTextCursor.MoveMode.KeepAnchor)
        colour = QTextCharFormat()
        colour.setForeground(QBrush(QColor(getattr(LIGHT, f"syntax_{span.kind}"))))
        cursor.mergeCharFormat(colour)


def _sections(markdown: str) -> Iterator[_Section]:
    """Cut the text into sections: at headings, and where enough is together."""
    waiting = _Section()
    language, code = "", ""
    for piece in _pieces(markdown):
        if isinstance(piece, Settled):
            for block in _blocks(piece.tokens):
                heading = block[0].type == "heading_open"
                if waiting.tokens and (heading or waiting.size > _SECTION):
                    yield waiting
                    waiting = _Section()
                waiting.tokens += block
                waiting.size += sum(len(token.content) for token in block)
        elif isinstance(piece, CodeOpened):
            language, code = piece.language, ""
            if waiting.tokens:
                yield waiting
                waiting = _Section()
        elif isinstance(piece, CodeText):
            code += piece.text
            while code.count("\n") > _CODE_LINES or len(code) > 2 * _SECTION:
                now, code = _some_lines(code)
                yield _Section(code=now, language=language)
        elif isinstance(piece, CodeClosed):
            yield _Section(code=code, language=language, ends_code=True)
    if waiting.tokens:
        yield waiting


def _some_lines(code: str) -> tuple[str, str]:
    """Cut code after some lines, or within a line that is longer than a section."""
    at = 0
    for _ in range(_CODE_LINES):
        after = code.find("\n", at) + 1
        if not after or after > 2 * _SECTION:
            break
        at = after
    at = at or _SECTION
    return code[:at], code[at:]


def _pieces(markdown: str) -> Iterator[Piece]:
    stream = MarkdownStream()
    for start in range(0, len(markdown), _FED):
        yield from stream.feed(markdown[start : start + _FED])
    yield from stream.finish()


def _blocks(tokens: tuple[Token, ...]) -> Iterator[list[Token]]:
    """Return the blocks of the top level one by one."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield from _shorter(block)
            block = []
    if block:
        yield block


def _shorter(block: list[Token]) -> Iterator[list[Token]]:
    """Cut a paragraph that is longer than a section into several, where no emphasis is open."""
    if block[0].type != "paragraph_open" or len(block[1].content) <= _SECTION:
        yield block
        return
    run: list[Token] = []
    size = 0
    for child in _short_children(block[1].children or ()):
        run.append(child)
        size += len(child.content)
        if size >= _SECTION and child.level == 0 and child.nesting != 1:
            yield [block[0], replace(block[1], children=run, content="x" * size), block[2]]
            run, size = [], 0
    if run:
        yield [block[0], replace(block[1], children=run, content=""), block[2]]


def _short_children(children: Sequence[Token]) -> Iterator[Token]:
    for child in children:
        if child.type == "text" and len(child.content) > _SECTION:
            for start in range(0, len(child.content), _SECTION):
                yield replace(child, content=child.content[start : start + _SECTION])
        else:
            yield child
