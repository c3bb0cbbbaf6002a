"""How wide a line of a document may be where something stands in it: what its lists and quotations leave."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QTextDocument

LEAST_ROOM = 24.0
"""Pixels that something may have however deep the list is in which it stands."""


def room_at(document: QTextDocument, at: int) -> float | None:
    """Return the pixels that a line has at the character `at`; None where the text is as wide as its longest line."""
    width = document.textWidth()
    if width <= 0:
        return None
    block = document.findBlock(at)
    form, items = block.blockFormat(), block.textList()
    steps = form.indent() + (items.format().indent() if items is not None else 0)
    taken = 2 * document.documentMargin() + form.leftMargin() + form.rightMargin() + max(0.0, form.textIndent())
    return max(LEAST_ROOM, width - taken - steps * document.indentWidth() * _finer(document))


def _finer(document: QTextDocument) -> float:
    """Return by how much Qt makes the steps of a list wider than their pixels, as on paper."""
    paper = document.documentLayout().paintDevice()
    return 1.0 if paper is None else paper.logicalDpiY() / QGuiApplication.primaryScreen().logicalDotsPerInchY()
