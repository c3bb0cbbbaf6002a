"""What each model came to as a table, and which models were chosen last and why. Asks for nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from jarvis.contracts.spending import LoggedDecision, SpendingRow
from jarvis.desktop import usage_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.resources_figures import UNKNOWN, day, dollars, number, seconds
from jarvis.desktop.texts import Text
from jarvis.desktop.words import Words

MOST_ROWS = 200
"""Rows of the table; nobody has more models than this."""
_NAME_ROOM = 200
"""Pixels that the widest column keeps where it needs them, at the normal size of text; the table scrolls then."""
_HEADER_POINTS = 9.5


class FlatTable(QTableWidget):
    """A table as tall as its rows, read only, with the arrow keys to walk it and Tab to leave it."""

    def __init__(self, desk: Desk, name: Text, columns: Sequence[Text], numbers: frozenset[int], wide: int) -> None:
        """`numbers` are the columns written to the right; `wide` takes the room that is left."""
        super().__init__(0, len(columns))
        self._desk = desk
        self._columns = columns
        self._narrow = [column for column in range(len(columns)) if column != wide]
        self._wide = wide
        self._numbers = numbers
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # Columns that follow their contents would be measured anew with every cell.
        header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        self._fitting = QTimer(self, interval=0, singleShot=True)
        self._fitting.timeout.connect(self._fit)
        header.sectionResized.connect(lambda *_: self._fitting.start())
        self.horizontalScrollBar().rangeChanged.connect(lambda *_: self._fitting.start())
        desk.words.name(self, name, tooltip=False)
        desk.words.follow(self, self._name_columns)
        desk.theme.follow(self, self._dress)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these rows of cells."""
        self.setRowCount(len(rows))
        for at, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                item.setTextAlignment(self._alignment(column))
                self.setItem(at, column, item)
        self._measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width out."""
        super().resizeEvent(event)
        self._share_out()

    def cells(self) -> list[list[str]]:
        """Return what is written in each row."""
        found = []
        for row in range(self.rowCount()):
            items = (self.item(row, column) for column in range(self.columnCount()))
            found.append([item.text() for item in items if item is not None])
        return found

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column in self._numbers else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _name_columns(self) -> None:
        for column, text in enumerate(self._columns):
            item = QTableWidgetItem(self._desk.words(text))
            item.setTextAlignment(self._alignment(column))
            self.setHorizontalHeaderItem(column, item)

    def _dress(self) -> None:
        c, points = self._desk.theme.colours, _HEADER_POINTS * self._desk.theme.scale
        self.setStyleSheet(
            f"QTableWidget {{ background: transparent; color: {c.text}; border: 1px solid transparent; }}"
            f"QTableWidget:focus {{ border: 1px solid {c.accent}; }}"
            f"QTableWidget::item {{ padding: 5px 0 5px 8px; border-bottom: 1px solid {c.border}; }}"
            f"QTableWidget::item:selected {{ background: {c.accent_soft}; color: {c.text}; }}"
            f"QHeaderView, QHeaderView::section {{ background: transparent; color: {c.muted}; border: none;"
            f" padding: 0 5px; font-size: {points:g}pt; }}"
        )
        self.horizontalHeader().setFixedHeight(self.fontMetrics().height() + 14)
        self._measure()

    def _measure(self) -> None:
        """Make each column as wide as what is in it."""
        for column in self._narrow:
            self.resizeColumnToContents(column)
        self._share_out()
        self._fit()

    def _share_out(self) -> None:
        """Give the wide column the room that is left, and where that is too little, what it needs."""
        header, wide = self.horizontalHeader(), self._wide
        needed = max(self.sizeHintForColumn(wide), header.sectionSizeHint(wide))
        least = min(needed, round(_NAME_ROOM * self._desk.theme.scale))
        if self.viewport().width() - sum(map(self.columnWidth, self._narrow)) >= least:
            header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
        else:
            header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(wide, least)

    def _fit(self) -> None:
        self.resizeRowsToContents()
        height = self.horizontalHeader().height() + self.verticalHeader().length() + 4
        bar = self.horizontalScrollBar()
        height += bar.sizeHint().height() if bar.maximum() > 0 else 0
        if height != self.minimumHeight():
            self.setFixedHeight(height)


class ModelTable(FlatTable):
    """A row per model, the dearest and busiest first."""

    def __init__(self, desk: Desk) -> None:
        columns = (
            texts.MODEL,
            texts.ANSWERS,
            texts.TOKENS,
            texts.COST,
            texts.FIRST_WORD,
            texts.FIRST_SLOW,
            texts.REMARK,
        )
        super().__init__(desk, texts.BY_MODEL, columns, frozenset({1, 2, 3, 4, 5}), wide=0)

    def show_models(self, rows: Sequence[SpendingRow]) -> None:
        """Show what each model came to."""
        ordered = sorted(rows, key=lambda row: (-row.cost_usd, -row.answers, row.model or ""))
        self.show_rows([model_cells(row, self._desk.words) for row in ordered[:MOST_ROWS]])


class DecisionRow(QWidget):
    """One choice: when and which model, and below it why."""

    def __init__(self, desk: Desk, decision: LoggedDecision) -> None:
        super().__init__()
        self._desk = desk
        self._decision = decision
        self.head, self.why = QLabel(), QLabel()
        self.head.setProperty("look", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        for label in (self.head, self.why):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            layout.addWidget(label)
        desk.words.follow(self, self._tell)

    def _tell(self) -> None:
        moment, model = chosen(self._decision, self._desk)
        self.head.setText(f"{moment}  ·  {model}")
        self.why.setText(self._decision.reason)


class DecisionRows(QWidget):
    """A row per choice, newest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.rows: list[DecisionRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)

    def show_decisions(self, decisions: Sequence[LoggedDecision]) -> None:
        """Show these choices in place of others."""
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = []
        self.add_decisions(decisions)

    def add_decisions(self, decisions: Sequence[LoggedDecision]) -> None:
        """Show these choices below the others."""
        for one in decisions:
            row = DecisionRow(self._desk, one)
            self.rows.append(row)
            self._column.addWidget(row)


def model_cells(row: SpendingRow, words: Words) -> list[str]:
    """Return name, answers, tokens, cost, what half and 95 % waited for the first word, and doubts."""
    language = words.language
    remarks = []
    if row.suspect_calls:
        remarks.append(words(texts.SUSPECT, count=number(row.suspect_calls, language)))
    if row.unpriced_calls:
        remarks.append(words(texts.UNKNOWN_PRICE))
    return [
        row.model or UNKNOWN,
        number(row.answers, language),
        number(row.prompt_tokens + row.completion_tokens, language),
        UNKNOWN if row.unpriced_calls == row.calls > 0 else dollars(row.cost_usd, language),
        seconds(row.median_first_seconds, language),
        seconds(row.slow_first_seconds, language),
        ", ".join(remarks),
    ]


def chosen(decision: LoggedDecision, desk: Desk) -> tuple[str, str]:
    """Return the local day and time of a choice, and the model that was chosen."""
    words = desk.words
    local = decision.at.astimezone(desk.services.clock.now().tzinfo)
    model = next((one.model for one in decision.candidates if one.engine == decision.chosen and one.model), "")
    return f"{day(local.date(), words.language)}, {local:%H:%M}", model or decision.chosen or words(texts.NO_MODEL)
