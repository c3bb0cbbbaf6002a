"""Puts what came later in the place of the words that stood for it in a document. Knows not what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument


def put_late(
    document: QTextDocument,
    waits: Callable[[QTextCharFormat], bool],
    put: Callable[[QTextCursor, QTextCharFormat], bool],
) -> bool:
    """Let `put` replace every piece whose format `waits`, selected by its cursor; True where it replaced one."""
    waiting: list[tuple[int, int, QTextCharFormat]] = []
    block = document.begin()
    while block.isValid():
        for piece in (each.fragment() for each in cast("Iterable[QTextBlock.iterator]", block)):
            form = piece.charFormat()
            if waits(form):
                waiting.append((piece.position(), piece.length(), form))
        block = block.next()
    changed = False
    for at, length, form in reversed(waiting):
        cursor = QTextCursor(document)
        cursor.setPosition(at)
        cursor.setPosition(at + length, QTextCursor.MoveMode.KeepAnchor)
        changed |= put(cursor, form)
    return changed
