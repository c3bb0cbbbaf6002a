"""How wide a line of a document may be where something stands in it: what its lists and quotations leave, and in a
table what the other columns do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from PySide6.QtGui import (
    QFontMetricsF,
    QGuiApplication,
    QTextBlock,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
    QTextTable,
)

LEAST_ROOM = 24.0
"""Pixels that something may have however deep the list is in which it stands."""
NATURAL = QTextFormat.Property.UserProperty.value + 30
"""Property of what stands among words: how many pixels wide it would be, had it all the room."""
_OBJECT = "\ufffc"
_NEEDS = "jarvis_columns"
"""Property of a document: where a table was and what its columns need, since counting that takes long."""


def room_at(document: QTextDocument, at: int, wide: float = math.inf) -> float | None:
    """Return the pixels that a line has at the character `at`, in a table at least those that it has for something
    `wide` pixels wide; None where the text is as wide as its longest line."""
    width = document.textWidth()
    if width <= 0:
        return None
    table = _table_at(document, at)
    if table is not None:
        return max(LEAST_ROOM, _room_in_cell(document, table, at, wide))
    block = document.findBlock(at)
    form, items = block.blockFormat(), block.textList()
    steps = form.indent() + (items.format().indent() if items is not None else 0)
    taken = 2 * document.documentMargin() + form.leftMargin() + form.rightMargin() + max(0.0, form.textIndent())
    return max(LEAST_ROOM, width - taken - steps * document.indentWidth() * _finer(document))


def share_of(needs: Sequence[float], room: float) -> float:
    """Return what every column that `needs` more than that gets of `room`, where the others get what they need."""
    for narrower, need in enumerate(sorted(needs)):
        if need > room / (len(needs) - narrower):
            return room / (len(needs) - narrower)
        room -= need
    return room + max(needs)


def _table_at(document: QTextDocument, at: int) -> QTextTable | None:
    """Return the table around a character. No cursor is put there: that would lay out what is being laid out."""
    for frame in document.rootFrame().childFrames():
        if frame.firstPosition() <= at <= frame.lastPosition():
            return frame if isinstance(frame, QTextTable) else None
    return None


def _room_in_cell(document: QTextDocument, table: QTextTable, at: int, wide: float) -> float:
    form, columns, block = table.format().toTableFormat(), table.columns(), document.findBlock(at)
    # Where borders collapse the outer two take five, and Qt rounds the width of each column up.
    around = form.leftMargin() + form.rightMargin() + form.border() * (columns + 4) + 2 * form.cellPadding() * columns
    room = document.textWidth() - 2 * document.documentMargin() - around * _finer(document) - columns
    words, things = (0.0, 1)
    if block.blockFormat().nonBreakableLines():
        words, things = _words_wide(document, block), max(1, block.text().count(_OBJECT))
    least = (room / columns - words) / things
    return least if wide <= least else (share_of(_needs(document, table), room) - words) / things


def _needs(document: QTextDocument, table: QTextTable) -> list[float]:
    """Return how many pixels each column of a table would have, were there room for all."""
    now = [float(document.revision()), float(table.firstPosition()), float(table.lastPosition())]
    kept = document.property(_NEEDS)
    if isinstance(kept, list) and kept[:3] == now:
        return kept[3:]
    needs = [
        max(
            _need(document, document.findBlock(table.cellAt(row, column).firstPosition()))
            for row in range(table.rows())
        )
        for column in range(table.columns())
    ]
    document.setProperty(_NEEDS, [*now, *needs])
    return needs


def _need(document: QTextDocument, block: QTextBlock) -> float:
    things = sum(
        float(form.property(NATURAL) or 0.0) * text.count(_OBJECT) for text, form in _pieces(block) if _OBJECT in text
    )
    return _words_wide(document, block) + things


def _words_wide(document: QTextDocument, block: QTextBlock) -> float:
    paper = document.documentLayout().paintDevice()
    wide = 0.0
    for text, form in _pieces(block):
        if _OBJECT not in text:
            metrics = QFontMetricsF(form.font()) if paper is None else QFontMetricsF(form.font(), paper)
            wide += metrics.horizontalAdvance(text)
    return wide


def _pieces(block: QTextBlock) -> Iterator[tuple[str, QTextCharFormat]]:
    for piece in cast("Iterable[QTextBlock.iterator]", block):
        fragment = piece.fragment()
        yield fragment.text(), fragment.charFormat()


def _finer(document: QTextDocument) -> float:
    """Return by how much Qt makes the steps of a list, and what is around a cell, wider than their pixels, as on
    paper."""
    paper = document.documentLayout().paintDevice()
    return 1.0 if paper is None else paper.logicalDpiY() / QGuiApplication.primaryScreen().logicalDotsPerInchY()
