"""A table of how an answer came about that is never wider than its room: its headers wrap, its columns share the room,
and where even that is too little each row is one cell of facts. Knows no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QStyle, QTableWidget, QTableWidgetItem

from jarvis.desktop.desk import Desk
from jarvis.desktop.fact_lines import BETWEEN, joined
from jarvis.desktop.texts import Text
from jarvis.desktop.unbroken import NO_BREAK

_BESIDE, _ABOVE = 5, 4
"""Pixels of padding in a cell, left and right, above and below."""
_NAME_ROOM, _REMARK_ROOM = 120, 110
"""Pixels, at the normal size of text, that a long name and a long remark keep where there are columns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """How narrow a column may be and how wide it would like to be, in pixels."""

    least: int
    most: int


def shared(needs: Sequence[Need], room: int, spare: int = -1) -> list[int] | None:
    """Return the width of each column in `room` pixels, which they fill; None where they do not fit.

    What is left over what they need at least goes to those who want more; what is left then to the one at `spare`.
    """
    left = room - sum(need.least for need in needs)
    if left < 0:
        return None
    wanted = sum(need.most - need.least for need in needs)
    part = min(1.0, left / wanted) if wanted else 0.0
    widths = [need.least + int((need.most - need.least) * part) for need in needs]
    if widths:
        widths[spare] += room - sum(widths)
    return widths


def wrapped(text: str, width: int, measure: Callable[[str], int]) -> str:
    """Return `text` broken between words into lines that `measure` finds at most `width` wide, where that can be."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


class DecisionTable(QTableWidget):
    """Rows of cells below `columns`; the first names the row, the last is a remark, `numbers` are written to the right.

    Columns other than the first in which no row has anything are left out.
    """

    def __init__(
        self, desk: Desk, name: Text, columns: Sequence[Text], rows: Sequence[Sequence[str]], numbers: frozenset[Text]
    ) -> None:
        super().__init__()
        self._scale = desk.theme.scale
        filled = [at for at in range(len(columns)) if at == 0 or any(cells[at] for cells in rows)]
        self._names = [desk.words(columns[at]) for at in filled]
        self._numbers = [columns[at] in numbers for at in filled]
        self._rows = [[cells[at] for at in filled] for cells in rows]
        self._remark = len(filled) - 1 if filled[-1] == len(columns) - 1 else None
        self.in_columns = True
        self.setAccessibleName(desk.words(name))
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.horizontalHeader().setMinimumSectionSize(1)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._dress(desk)
        self._arrange()

    def cells(self) -> list[list[str]]:
        """Return what each row tells, however it is shown."""
        return [list(cells) for cells in self._rows]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width out, and be as tall as the rows are then."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    def _dress(self, desk: Desk) -> None:
        colours = desk.theme.colours
        # A cell draws its text a little further in than its padding says, a header does not.
        self._inside = _BESIDE + self.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, self) + 1
        self.setStyleSheet(
            f"QTableWidget {{ background: {colours.ground}; border: 1px solid {colours.border}; border-radius: 9px; }}"
            f"QTableWidget:focus {{ border: 1px solid {colours.accent}; }}"
            f"QTableWidget::item {{ padding: {_ABOVE}px {_BESIDE}px; border-bottom: 1px solid {colours.border}; }}"
            f"QTableWidget::item:selected {{ background: {colours.accent_soft}; color: {colours.text}; }}"
            f"QHeaderView::section {{ background: {colours.side}; color: {colours.muted}; border: none;"
            f" padding: {_ABOVE + 1}px {self._inside}px; }}"
        )

    def _arrange(self) -> None:
        room = self.viewport().width()
        metrics = self.fontMetrics()
        needs = [self._need(at, metrics) for at in range(len(self._names))]
        widths = shared(needs, room, spare=self._remark or 0)
        self.in_columns = widths is not None
        self._fill(room - 2 * self._inside, metrics)
        self._share_out(widths or [room], metrics)

    def _need(self, column: int, metrics: QFontMetrics) -> Need:
        measure, beside = metrics.horizontalAdvance, 2 * self._inside + 1
        name, cells = self._names[column], [cells[column] for cells in self._rows]
        widest = max(map(measure, cells), default=0)
        if self._numbers[column]:
            least = widest
        elif column in (0, self._remark):
            least = min(widest, round((_REMARK_ROOM if column else _NAME_ROOM) * self._scale))
        else:
            least = max((measure(word) for text in cells for word in text.split()), default=0)
        header = max(map(measure, name.split()), default=0)
        return Need(least=max(least, header) + beside, most=max(widest, header) + beside)

    def _fill(self, room: int, metrics: QFontMetrics) -> None:
        """Put every row into cells: a cell for each column, or one for all, with `room` pixels for its text."""
        self.horizontalHeader().setVisible(self.in_columns)
        rows = self._rows if self.in_columns else [[self._as_facts(cells, room, metrics)] for cells in self._rows]
        self.setRowCount(len(rows))
        self.setColumnCount(len(self._names) if self.in_columns else 1)
        for line, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                item.setTextAlignment(self._alignment(column))
                self.setItem(line, column, item)

    def _share_out(self, widths: Sequence[int], metrics: QFontMetrics) -> None:
        beside, high = 2 * self._inside, self.horizontalHeader()
        tall = 0
        if self.in_columns:
            names = [
                wrapped(name, width - beside, metrics.horizontalAdvance)
                for name, width in zip(self._names, widths, strict=True)
            ]
            for column, name in enumerate(names):
                item = QTableWidgetItem(name)
                item.setTextAlignment(self._alignment(column))
                self.setHorizontalHeaderItem(column, item)
            lines = max(name.count("\n") for name in names) + 1
            tall = lines * metrics.lineSpacing() + 2 * (_ABOVE + 1)
            high.setFixedHeight(tall)
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        for line in range(self.rowCount()):
            items = [self.item(line, column) for column in range(len(widths))]
            lines_high = max(
                self._height(item.text(), width - beside) for item, width in zip(items, widths, strict=True) if item
            )
            self.setRowHeight(line, lines_high + 2 * _ABOVE + 1)
            tall += lines_high + 2 * _ABOVE + 1
        self.setFixedHeight(tall + 2 * self.frameWidth())

    def _height(self, text: str, width: int) -> int:
        layout = QTextLayout(text.replace("\n", "\u2028"), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(option)
        height = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            height += line.height()
        layout.endLayout()
        return round(height + 0.5)

    def _as_facts(self, cells: Sequence[str], room: int, metrics: QFontMetrics) -> str:
        """Return a row as one text; a fact that is not longer than a line is not broken."""
        facts = [f"{name}: {cell}" for name, cell in zip(self._names[1:], cells[1:], strict=True) if cell]
        whole = (
            fact.replace(" ", NO_BREAK) if metrics.horizontalAdvance(f"{fact}{BETWEEN}") <= room else fact
            for fact in facts
        )
        return f"{cells[0]}\n{joined(whole)}" if facts else cells[0]

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        right = self.in_columns and self._numbers[column]
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter
