"""Writes parsed markdown into a `QTextDocument`.

Text reaches the document only through `insertText`, so nothing in an answer can act as markup; images are never
loaded, shown only where they stand in the text itself; only web and mail addresses become links. Knows nothing about
messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextTableCellFormat,
    QTextTableFormat,
)

from jarvis.desktop.addresses import link_address, pieces_of
from jarvis.desktop.colours import Colours
from jarvis.desktop.markdown_maths import MATHS, source_of
from jarvis.desktop.maths import FormulasInText
from jarvis.desktop.picture_text import PicturesInText

if TYPE_CHECKING:
    from markdown_it.token import Token

_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value
_HEADING_SCALE = {"h1": 1.4, "h2": 1.22, "h3": 1.1}
_MOST_COLUMNS = 20
_MOST_CELLS = 2_000
_UNBROKEN = 24
"""Characters of a cell that stay on one line."""
_ALIGNMENTS = {
    "right": Qt.AlignmentFlag.AlignRight,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "left": Qt.AlignmentFlag.AlignLeft,
}
_NUMBER = re.compile(r"^[~≈±+\-−]?\s?[$€£]?\s?[+\-−]?\d[\d.,'\s\u202f]*\s?([%°€$£×x]|[A-Za-zµ/²³°]{1,6})?$")
_NO_VALUE = ("-", "–", "—", "n/a", "N/A", "?")
_TASK = re.compile(r"^\[(?P<done>[ xX])\]\s+")
_UNSAFE = {0xFDD0: "\ufffd", 0xFDD1: "\ufffd", 0xFFFC: "\ufffd", 0x2028: " ", 0x2029: " ", 0x0D: " ", 0x0A: " "}
"""Characters that Qt gives a structural meaning inside a document."""


class _OpenList:
    """A list that is being written; Qt drops a list without blocks, so it is made with its first item."""

    def __init__(self, form: QTextListFormat) -> None:
        self._form = form
        self._list: QTextList | None = None

    def join(self, cursor: QTextCursor) -> None:
        """Make the block of `cursor` the next item."""
        if self._list is None:
            self._list = cursor.createList(self._form)
        else:
            self._list.add(cursor.block())


class RichWriter:
    """Appends markdown tokens to the end of one document."""

    def __init__(
        self,
        document: QTextDocument,
        colours: Colours,
        base: QFont,
        mono: QFont,
        formulas: FormulasInText | None = None,
        pictures: PicturesInText | None = None,
    ) -> None:
        self._document = document
        self._colours = colours
        self._base = base
        self._mono = mono
        self._formulas = formulas
        self._pictures = pictures
        self._lists: list[_OpenList] = []
        self._item_fresh = False
        self._task = ""
        self._quotes = 0

    def write(self, tokens: Sequence[Token]) -> None:
        """Append `tokens`: whole top-level blocks as markdown-it gives them."""
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        at = 0
        while at < len(tokens):
            at = self._block(cursor, tokens, at)
        cursor.endEditBlock()

    def _block(self, cursor: QTextCursor, tokens: Sequence[Token], at: int) -> int:
        token = tokens[at]
        if token.type in ("bullet_list_open", "ordered_list_open"):
            self._open_list(cursor, token)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._item_fresh = True
            self._task = _task_mark(tokens, at)
        elif token.type == "blockquote_open":
            self._quotes += 1
        elif token.type == "blockquote_close":
            self._quotes -= 1
        elif token.type == "paragraph_open":
            self._new_block(cursor, below=4 if token.hidden or self._lists else 10)
            if self._task:
                cursor.insertText(f"{self._task}\u00a0", self._text_format())
            self._inline(cursor, tokens[at + 1], self._text_format(), without=_TASK if self._task else None)
            self._task = ""
        elif token.type == "heading_open":
            form = self._text_format()
            form.setFontPointSize(self._base.pointSizeF() * _HEADING_SCALE.get(token.tag, 1.0))
            form.setFontWeight(QFont.Weight.DemiBold)
            self._new_block(cursor, above=8 if cursor.position() else 0, below=8)
            self._inline(cursor, tokens[at + 1], form)
        elif token.type in ("fence", "code_block"):
            self._preformatted(cursor, token.content)
        elif token.type == "hr":
            self._rule(cursor)
        elif token.type == "table_open":
            return self._table(cursor, tokens, at)
        return at + 1

    def _new_block(self, cursor: QTextCursor, above: float = 0, below: float = 10) -> None:
        form = QTextBlockFormat()
        form.setTopMargin(above)
        form.setBottomMargin(below)
        form.setLineHeight(138, _PROPORTIONAL)
        form.setLeftMargin(18 * self._quotes)
        current = self._lists[-1] if self._lists else None
        if current is not None and not self._item_fresh:
            form.setIndent(len(self._lists))
        if cursor.block().length() > 1:
            cursor.insertBlock(form, self._text_format())
        else:
            cursor.setBlockFormat(form)
            cursor.setBlockCharFormat(self._text_format())
        if self._item_fresh and current is not None:
            if self._task:
                form = cursor.blockFormat()
                form.setIndent(len(self._lists))
                cursor.setBlockFormat(form)
            else:
                current.join(cursor)
        self._item_fresh = False

    def _open_list(self, cursor: QTextCursor, token: Token) -> None:
        form = QTextListFormat()
        form.setIndent(len(self._lists) + 1)
        if token.type == "ordered_list_open":
            form.setStyle(QTextListFormat.Style.ListDecimal)
            form.setStart(_small_int(token.attrGet("start"), 1))
        else:
            form.setStyle(QTextListFormat.Style.ListCircle if len(self._lists) % 2 else QTextListFormat.Style.ListDisc)
        if self._item_fresh:
            self._new_block(cursor, below=4)
        self._lists.append(_OpenList(form))

    def _inline(
        self, cursor: QTextCursor, token: Token, base: QTextCharFormat, without: re.Pattern[str] | None = None
    ) -> None:
        """Write a line of text; what `without` finds at its beginning is left out."""
        formats, linked = [base], 0
        for number, child in enumerate(token.children or []):
            top = formats[-1]
            if number == 0 and without is not None and child.type == "text":
                self._plain(cursor, without.sub("", child.content), top)
                continue
            linked += child.nesting if child.type in ("link_open", "link_close") else 0
            if child.nesting == 1:
                formats.append(self._opened(child, top))
            elif child.nesting == -1:
                if len(formats) > 1:
                    formats.pop()
            elif child.type == "softbreak":
                cursor.insertText(" ", top)
            elif child.type == "hardbreak":
                cursor.insertText("\u2028", top)
            elif child.type == "code_inline":
                cursor.insertText(_safe(child.content), self._code_format(top))
            elif child.type == MATHS:
                self._formula(cursor, child, top)
            elif child.type == "image":
                self._image(cursor, child, top)
            elif child.type == "text" and not linked:
                self._plain(cursor, child.content, top)
            else:
                cursor.insertText(_safe(child.content), top)

    def _plain(self, cursor: QTextCursor, text: str, top: QTextCharFormat) -> None:
        """Write words; web addresses among them become links."""
        for piece, address in pieces_of(text):
            form = top
            if address:
                form = QTextCharFormat(top)
                self._make_link(form, address)
            cursor.insertText(_safe(piece), form)

    def _formula(self, cursor: QTextCursor, token: Token, top: QTextCharFormat) -> None:
        source = source_of(token.content, token.markup)
        if token.block:
            form = cursor.blockFormat()
            form.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            cursor.setBlockFormat(form)
        if self._formulas is None:
            cursor.insertText(_safe(source), self._code_format(top))
        else:
            latex, block = _safe(token.content), token.block or token.markup in ("$$", "\\[")
            self._formulas.write(cursor, latex, _safe_lines(source), block, self._code_format(top))

    def _opened(self, token: Token, top: QTextCharFormat) -> QTextCharFormat:
        form = QTextCharFormat(top)
        if token.type == "strong_open":
            form.setFontWeight(QFont.Weight.Bold)
        elif token.type == "em_open":
            form.setFontItalic(True)
        elif token.type == "s_open":
            form.setFontStrikeOut(True)
        elif token.type == "link_open":
            self._make_link(form, str(token.attrGet("href") or ""))
        return form

    def _make_link(self, form: QTextCharFormat, address: str) -> None:
        safe = link_address(address)
        if safe is not None:
            form.setAnchor(True)
            form.setAnchorHref(safe)
            form.setToolTip(safe)
            form.setForeground(QBrush(QColor(self._colours.accent)))
            form.setFontUnderline(True)

    def _image(self, cursor: QTextCursor, token: Token, top: QTextCharFormat) -> None:
        address = str(token.attrGet("src") or "")
        form = QTextCharFormat(top)
        self._make_link(form, address)
        if self._pictures is not None and address.startswith("data:"):
            self._pictures.write(cursor, address, _safe(token.content), form)
        else:
            cursor.insertText(_safe(token.content or address), form)

    def _preformatted(self, cursor: QTextCursor, code: str) -> None:
        self._new_block(cursor, below=10)
        form = self._code_format(self._text_format())
        for number, line in enumerate(code.rstrip("\n").split("\n")):
            cursor.insertText(("\u2028" if number else "") + _safe(line), form)

    def _rule(self, cursor: QTextCursor) -> None:
        self._new_block(cursor, above=2, below=10)
        form = cursor.blockFormat()
        form.setProperty(
            QTextBlockFormat.Property.BlockTrailingHorizontalRulerWidth,
            QTextLength(QTextLength.Type.PercentageLength, 100),
        )
        cursor.setBlockFormat(form)
        cursor.insertText("\u200b", self._text_format())

    def _table(self, cursor: QTextCursor, tokens: Sequence[Token], at: int) -> int:
        end = next(k for k in range(at, len(tokens)) if tokens[k].type == "table_close")
        rows: list[list[Token]] = []
        for token, inline in zip(tokens[at:end], tokens[at + 1 : end + 1], strict=True):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(inline)
        columns = max((len(row) for row in rows), default=0)
        if columns > _MOST_COLUMNS or columns * len(rows) > _MOST_CELLS:
            self._preformatted(cursor, "\n".join(" | ".join(cell.content for cell in row) for row in rows))
        elif columns:
            given = [_alignment(token) for token in tokens[at:end] if token.type == "th_open"]
            aligns = [_column_alignment(rows, column, given) for column in range(columns)]
            self._insert_table(cursor, rows, columns, aligns)
        return end + 1

    def _insert_table(
        self, cursor: QTextCursor, rows: list[list[Token]], columns: int, aligns: list[Qt.AlignmentFlag]
    ) -> None:
        if cursor.block().length() > 1:
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        form = QTextTableFormat()
        form.setBorder(1)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(QBrush(QColor(self._colours.border)))
        form.setBorderCollapse(True)
        form.setCellPadding(7)
        form.setTopMargin(2)
        form.setBottomMargin(10)
        form.setLeftMargin(18 * self._quotes)
        form.setHeaderRowCount(1)
        table = cursor.insertTable(len(rows), columns, form)
        for row_number, row in enumerate(rows):
            for column, inline in enumerate(row):
                cell = table.cellAt(row_number, column)
                text = self._text_format()
                if row_number == 0:
                    text.setFontWeight(QFont.Weight.DemiBold)
                    look = QTextTableCellFormat()
                    look.setBackground(QBrush(QColor(self._colours.code)))
                    cell.setFormat(look)
                inside = cell.firstCursorPosition()
                block = QTextBlockFormat()
                block.setAlignment(aligns[column])
                # Where a few words have no room, the table becomes wider than the text and scrolls.
                block.setNonBreakableLines(len(inline.content) <= _UNBROKEN)
                inside.setBlockFormat(block)
                self._inline(inside, inline, text)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        # Qt demands a block after a table; it takes no room until the next paragraph uses it.
        flat = QTextBlockFormat()
        flat.setLineHeight(1, _FIXED)
        cursor.setBlockFormat(flat)

    def _text_format(self) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFont(self._base)
        if self._quotes:
            form.setForeground(QBrush(QColor(self._colours.muted)))
        return form

    def _code_format(self, top: QTextCharFormat) -> QTextCharFormat:
        form = QTextCharFormat(top)
        form.setFontFamilies([self._mono.family()])
        form.setFontFixedPitch(True)
        form.setFontPointSize(max(1.0, top.fontPointSize() or self._base.pointSizeF()))
        form.setBackground(QBrush(QColor(self._colours.hover if self._colours.dark else self._colours.side)))
        return form


def prepare(colours: Colours, base: QFont, mono: QFont) -> None:
    """Write some code where nobody sees it: the first of a process takes milliseconds more, for what PySide makes of
    its enumerations and Qt of the font."""
    document = QTextDocument()
    RichWriter(document, colours, base, mono)._preformatted(QTextCursor(document), "code")
    document.size()


def _safe(text: str) -> str:
    return text.translate(_UNSAFE)


def _safe_lines(text: str) -> str:
    return "\n".join(_safe(line) for line in text.split("\n"))


def _small_int(value: object, default: int) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 9 else default


def _alignment(token: Token) -> Qt.AlignmentFlag | None:
    style = str(token.attrGet("style") or "")
    for name, flag in _ALIGNMENTS.items():
        if name in style:
            return flag
    return None


def _column_alignment(
    rows: Sequence[Sequence[Token]], column: int, given: Sequence[Qt.AlignmentFlag | None]
) -> Qt.AlignmentFlag:
    """Return what was asked for, else right for a column of numbers, else left."""
    asked = given[column] if column < len(given) else None
    if asked is not None:
        return asked
    cells = [row[column].content.strip() for row in rows[1:] if column < len(row)]
    filled = [cell for cell in cells if cell and cell not in _NO_VALUE]
    numbers = bool(filled) and all(_NUMBER.match(cell) for cell in filled)
    return Qt.AlignmentFlag.AlignRight if numbers else Qt.AlignmentFlag.AlignLeft


def _task_mark(tokens: Sequence[Token], at: int) -> str:
    """Return the box of a task's list item, empty for any other item."""
    inside = tokens[at + 1 : at + 3]
    if len(inside) < 2 or inside[0].type != "paragraph_open" or not inside[1].children:
        return ""
    first = inside[1].children[0]
    found = _TASK.match(first.content) if first.type == "text" else None
    return "" if found is None else "\u2610" if found["done"] == " " else "\u2611"
