"""Where the keyboard stops in a part of the window, and which stop follows which. Knows not what the parts show."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def stops_in(part: QWidget) -> list[QWidget]:
    """Return `part`, or what is in it, where the keyboard stops."""
    within = [part, *part.findChildren(QWidget)]
    return [one for one in within if one.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus]


def put_in_order(stops: Sequence[QWidget]) -> None:
    """Let the keyboard come to each of `stops` right after the one before it; the first stays where it is."""
    for one, other in pairwise(stops):
        QWidget.setTabOrder(one, other)
