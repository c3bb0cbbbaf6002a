"""Where the voice pill stands: where the person put it, on a screen that there is. Knows no widget."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize

EDGE = 24
"""Pixels from the edge of the screen where it stands at first."""


def placed(wished: QPoint | None, size: QSize, rooms: Sequence[QRect]) -> QPoint:
    """Return the top left corner for something of `size` on the nearest of `rooms`, all of it in there if it fits.

    `rooms` are the free parts of the screens, the main one first; nowhere wished is low in the middle of that.
    """
    if wished is None:
        room = rooms[0]
        wished = QPoint(room.center().x() - size.width() // 2, room.bottom() - size.height() - EDGE)
    middle = QRect(wished, size).center()
    room = min(rooms, key=lambda each: _away(middle, each))
    return QPoint(
        max(room.left(), min(wished.x(), room.right() + 1 - size.width())),
        max(room.top(), min(wished.y(), room.bottom() + 1 - size.height())),
    )


def written(place: QPoint) -> str:
    """Return a place as it is kept."""
    return f"{place.x()},{place.y()}"


def read(kept: str) -> QPoint | None:
    """Return a kept place, None where there is none that can be read."""
    first, comma, second = kept.partition(",")
    try:
        return QPoint(int(first), int(second)) if comma else None
    except ValueError:
        return None


def _away(point: QPoint, room: QRect) -> int:
    across = max(room.left() - point.x(), 0, point.x() - room.right())
    down = max(room.top() - point.y(), 0, point.y() - room.bottom())
    return across * across + down * down
