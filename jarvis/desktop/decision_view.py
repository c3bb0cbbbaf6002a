"""The whole story of one answer in a window: the question as it was judged, the models, what failed, what it took.

Draws what `decision_rows` says; knows no storage but asks for the books on a worker.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from jarvis.desktop import decision_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.answer import Answer
from jarvis.desktop.decision_facts import Record, record_of
from jarvis.desktop.decision_rows import CALL_COLUMNS, CANDIDATE_COLUMNS, page_of
from jarvis.desktop.decision_table import DecisionTable
from jarvis.desktop.desk import Desk
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled

NUMBERS = frozenset(
    {
        texts.COLUMN_SCORE,
        texts.COLUMN_QUALITY,
        texts.COLUMN_COST,
        texts.COLUMN_FIRST,
        texts.COLUMN_WHOLE,
        texts.COLUMN_IN,
        texts.COLUMN_CACHED,
        texts.COLUMN_OUT,
        texts.COLUMN_RATE,
        texts.COLUMN_TOOK,
    }
)
"""Columns that are written from the right."""


class DecisionWindow(QDialog):
    """How one answer came about; `show_answer` says which."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._answer: Answer | None = None
        self._record: Record | None = None
        self._trouble = ""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        desk.words.bind(self, self.setWindowTitle, texts.TITLE)
        self.setMinimumSize(360, 320)
        room = parent.screen().availableGeometry()
        self.resize(min(1000, room.width() - 40), min(680, room.height() - 80))
        self.page = QScrollArea()
        self.page.setWidgetResizable(True)
        self.page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        desk.words.name(self.page, texts.TITLE, tooltip=False)
        self.close_button = QPushButton()
        desk.words.bind(self.close_button, self.close_button.setText, window_texts.CLOSE)
        desk.words.name(self.close_button, window_texts.CLOSE, tooltip=False)
        self.close_button.clicked.connect(self.accept)
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.page, 1)
        layout.addLayout(foot)
        desk.words.follow(self, self._redraw)
        desk.theme.follow(self, self._redraw)

    def show_answer(self, answer: Answer) -> None:
        """Show how `answer` came about, with what the books have of it once that was read."""
        self._answer = answer
        services = self._desk.services
        spending, log = services.spending, services.log
        if spending is None or not answer.question_id:
            self._show(Record())
            return
        self._redraw()
        self._desk.bridge.run(
            lambda: record_of(spending(), log, answer.question_id, answer.message_id, answer.versions),
            lambda record: self._show(record) if isValid(self) else None,
            lambda error: self._fail(error) if isValid(self) else None,
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the top, the keyboard on what closes it."""
        super().showEvent(event)
        self.close_button.setFocus()

    def _show(self, record: Record) -> None:
        self._record = record
        self._redraw()

    def _fail(self, error: Exception) -> None:
        self._trouble = self._desk.words(window_texts.COULD_NOT, why=self._desk.sentence(error))
        self._show(Record())

    def _redraw(self) -> None:
        if self._answer is None:
            return
        words, inside = self._desk.words, styled(QWidget(), "clear")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        page = page_of(self._answer, self._record or Record(), words)
        column.addWidget(_text(page.reason, "heading"))
        if self._trouble:
            column.addWidget(_text(self._trouble, "bad"))
        if self._record is None:
            column.addWidget(_text(words(texts.READING), "muted"))
        elif not page.routed:
            column.addWidget(_text(words(texts.NOT_ROUTED), "muted"))
        if page.question:
            self._section(column, texts.QUESTION)
            column.addLayout(_form(page.question))
        if page.candidates:
            self._section(column, texts.CANDIDATES)
            column.addWidget(self._table(texts.CANDIDATES, CANDIDATE_COLUMNS, page.candidates))
        for title, lines in (
            (texts.LEFT_OUT, page.left_out),
            (texts.FAILED_BEFORE, page.failures),
            (texts.ASIDE, page.aside),
        ):
            if lines:
                self._section(column, title)
                for line in lines:
                    column.addWidget(_text(line, ""))
        if page.calls:
            self._section(column, texts.CALLS)
            column.addWidget(self._table(texts.CALLS, CALL_COLUMNS, page.calls))
        column.addStretch()
        self.page.setWidget(inside)
        styled(self.page.viewport(), "clear")

    def _section(self, column: QVBoxLayout, title: Text) -> None:
        column.addSpacing(8)
        column.addWidget(_text(self._desk.words(title), "title"))

    def _table(self, name: Text, columns: Sequence[Text], rows: Sequence[Sequence[str]]) -> DecisionTable:
        return DecisionTable(self._desk, name, columns, rows, NUMBERS)


def _text(sentence: str, look: str) -> QLabel:
    label = QLabel(sentence)
    label.setProperty("look", look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _form(lines: Sequence[tuple[str, str]]) -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(18)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    for name, value in lines:
        form.addRow(_text(name, "muted"), _text(value, ""))
    return form
