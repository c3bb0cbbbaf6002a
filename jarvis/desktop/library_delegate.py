"""Draws the rows of the conversation list. Knows no storage."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from jarvis.desktop.desk import Desk
from jarvis.desktop.library_model import ROW, LibraryModel
from jarvis.desktop.library_rows import Row
from jarvis.desktop.theme import Role

_SIDE = 11
_INSIDE = 14
_ICON = 16
_SNIPPET_LINES = 2
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class LibraryDelegate(QStyledItemDelegate):
    """One line for a conversation, four for what a search found, a small heading for a group."""

    def __init__(self, desk: Desk, model: LibraryModel) -> None:
        super().__init__()
        self._desk = desk
        self._model = model
        self.width = 0
        """Width of the list, which gives it; a short snippet takes one line of it, a longer one two."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a row, which differs among hits alone; the list gives the width."""
        row = index.data(ROW)
        line = option.fontMetrics.lineSpacing()
        if row is not None and row.kind == "hit":
            return QSize(0, (2 + self._snippet_lines(option.font, row)) * line + 16)
        return QSize(0, line + 16)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one row."""
        row = index.data(ROW)
        if row is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box: QRect = option.rect.adjusted(0, 1, 0, -1)
        if row.kind == "heading":
            self._heading(painter, box, option.font, row)
        else:
            self._ground(painter, box, option, row)
            inside = box.adjusted(_SIDE + (_INSIDE if row.inside else 0), 0, -_SIDE, 0)
            if row.kind == "hit":
                self._hit(painter, inside.adjusted(0, 7, 0, -7), option.font, row)
            else:
                self._line(painter, inside, option.font, row)
        painter.restore()

    def _snippet_lines(self, font: QFont, row: Row) -> int:
        if not row.snippet:
            return 0
        needs = QFontMetrics(_small(font, QFont.Weight.Bold)).horizontalAdvance(row.snippet)
        return 1 if needs <= self.width - 2 * _SIDE else _SNIPPET_LINES

    def _open(self, row: Row) -> bool:
        return row.conversation is not None and row.conversation.id == self._model.open_id

    def _ground(self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, row: Row) -> None:
        colours = self._desk.theme.colours
        state: QStyle.StateFlag = option.state
        painter.setPen(Qt.PenStyle.NoPen)
        if self._open(row) or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.accent_soft if self._open(row) else colours.hover))
            painter.drawRoundedRect(box, 9, 9)
        if state & QStyle.StateFlag.State_Selected and state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 1.5))
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 8, 8)

    def _heading(self, painter: QPainter, box: QRect, font: QFont, row: Row) -> None:
        painter.setFont(_small(font, QFont.Weight.DemiBold))
        painter.setPen(QColor(self._desk.theme.colours.muted))
        room = box.adjusted(_SIDE, 6, -_SIDE, 0)
        painter.drawText(room, _LEFT, _cut(painter, row.text, room.width()))

    def _line(self, painter: QPainter, box: QRect, font: QFont, row: Row) -> None:
        colours = self._desk.theme.colours
        painter.setFont(_small(font))
        if row.detail:
            painter.setPen(QColor(colours.muted))
            painter.drawText(box, _RIGHT, row.detail)
            box = box.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(row.detail) - 8, 0)
        if row.kind in ("folder", "archive"):
            box = self._icon(painter, box, "chevron-down" if row.opened else "chevron-right", "muted")
            box = self._icon(painter, box, row.kind, "muted")
        elif row.conversation is not None and row.conversation.pinned:
            box = self._icon(painter, box, "pin", "accent")
        weight = QFont.Weight.DemiBold if self._open(row) or row.kind == "folder" else QFont.Weight.Normal
        painter.setFont(_weighted(font, weight))
        painter.setPen(QColor(colours.accent if row.kind == "more" else colours.text))
        painter.drawText(box, _LEFT, _cut(painter, row.text, box.width()))

    def _hit(self, painter: QPainter, box: QRect, font: QFont, row: Row) -> None:
        colours = self._desk.theme.colours
        line = QFontMetrics(font).lineSpacing()
        top = QRect(box.left(), box.top(), box.width(), line)
        painter.setFont(_weighted(font, QFont.Weight.DemiBold))
        painter.setPen(QColor(colours.text))
        painter.drawText(top, _LEFT, _cut(painter, row.text, top.width()))
        if row.snippet:
            painter.setPen(QColor(colours.muted))
            self._snippet(painter, QPointF(box.left(), box.top() + line), box.width(), font, row)
        painter.setFont(_small(font))
        painter.setPen(QColor(colours.muted))
        foot = QRect(box.left(), box.bottom() + 1 - line, box.width(), line)
        painter.drawText(foot, _LEFT, _cut(painter, row.detail, foot.width()))

    def _snippet(self, painter: QPainter, at: QPointF, width: int, font: QFont, row: Row) -> None:
        layout = QTextLayout(row.snippet, _small(font))
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        layout.setFormats([self._mark(row.snippet, *place) for place in row.matches])
        layout.beginLayout()
        height = 0.0
        for _ in range(_SNIPPET_LINES):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        layout.draw(painter, at)

    def _mark(self, snippet: str, start: int, end: int) -> QTextLayout.FormatRange:
        """Return the look of a match; Qt counts places in units of UTF-16."""
        mark = QTextLayout.FormatRange()
        mark.start, mark.length = units(snippet[:start]), units(snippet[start:end])
        look = QTextCharFormat()
        look.setFontWeight(QFont.Weight.Bold)
        look.setForeground(QColor(self._desk.theme.colours.text))
        look.setBackground(QColor(self._desk.theme.colours.accent_soft))
        mark.format = look
        return mark

    def _icon(self, painter: QPainter, box: QRect, name: str, role: Role) -> QRect:
        place = QRect(box.left(), box.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        self._desk.theme.icon(name, role).paint(painter, place)
        return box.adjusted(_ICON + 6, 0, 0, 0)


def units(text: str) -> int:
    """Return the length of `text` as Qt counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _small(font: QFont, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    small = _weighted(font, weight)
    small.setPointSizeF(max(8.5, small.pointSizeF() - 1.5))
    return small


def _weighted(font: QFont, weight: QFont.Weight) -> QFont:
    made = QFont(font)
    made.setWeight(weight)
    return made


def _cut(painter: QPainter, text: str, width: int) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
