"""The usage window: what the days of a chosen span came to, with plots, budget and tables. Reads on worker threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from jarvis.contracts.spending import BudgetState, LoggedDecision, Spending, SpendingReport
from jarvis.desktop import usage_texts as texts
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.plot import Plot
from jarvis.desktop.resources_figures import day, dollars
from jarvis.desktop.resources_models import Said
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.usage_legend import Legend
from jarvis.desktop.usage_models import ModelBars, cost_bars, first_bars, saved_bars, tokens_bars
from jarvis.desktop.usage_pictures import (
    FIRST_HUES,
    SPANS,
    cost_picture,
    first_day,
    first_picture,
    saved_picture,
    tokens_picture,
)
from jarvis.desktop.usage_tables import DecisionRows, ModelTable
from jarvis.desktop.usage_totals import BudgetPanel, Totals

DECISIONS_AT_ONCE = 10
_BY_DAY = (
    (texts.COST_BY_DAY, cost_picture),
    (texts.SAVED_BY_DAY, saved_picture),
    (texts.TOKENS_BY_DAY, tokens_picture),
    (texts.FIRST_BY_DAY, first_picture),
)
_BY_MODEL = (
    (texts.COST_BY_MODEL, cost_bars),
    (texts.SAVED_BY_MODEL, saved_bars),
    (texts.TOKENS_BY_MODEL, tokens_bars),
    (texts.FIRST_BY_MODEL, first_bars),
)
_WIDEST, _TALLEST = 980, 800
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What one reading brought."""

    report: SpendingReport
    budget: BudgetState
    decisions: tuple[LoggedDecision, ...]


class UsageWindow(QDialog):
    """`desk.services.spending` must be there; it is read when the window is shown and when another span is chosen."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._asked = 0
        self._seen: _Seen | None = None
        self._decisions: list[LoggedDecision] = []
        words = desk.words
        words.bind(self, self.setWindowTitle, texts.USAGE)
        self.span = Choice(desk)
        words.name(self.span, texts.SPAN, tooltip=False)
        words.follow(self.span, self._name_spans)
        self.span.setCurrentIndex(1)
        self.span.currentIndexChanged.connect(lambda _: self.read())
        self.days = QLabel()
        self.days.setProperty("look", "muted")
        self.days.setWordWrap(True)
        self.message = Said(desk)
        self.again = self._button(texts.TRY_AGAIN)
        self.again.clicked.connect(self.read)
        self.again.hide()
        self.totals, self.budget = Totals(desk), BudgetPanel(desk)
        self.budget.trust_wanted.connect(self._trust)
        self.plots = [Plot(desk.theme, tall=120) for _ in _BY_DAY]
        self.bars = [ModelBars(desk, name, made) for name, made in _BY_MODEL]
        self.models, self.decisions = ModelTable(desk), DecisionRows(desk)
        self.more = self._button(texts.MORE)
        self.more.clicked.connect(self._more)
        self.said = Said(desk)
        self.none_chosen = Said(desk)
        self._counted, self._always = self._counted_part(), self._always_part()
        self._lay_out()
        # Shown before it has its place, it would be a window of its own for a moment, and have the keyboard.
        self.none_chosen.say(texts.NO_DECISIONS)
        words.changed.connect(self._tell)
        self.setMinimumSize(360, 320)
        room = self.screen().availableGeometry()
        self.resize(min(_WIDEST, room.width() - 40), min(_TALLEST, room.height() - 60))

    def showEvent(self, event: QShowEvent) -> None:
        """Add up anew whenever the window comes into view."""
        super().showEvent(event)
        self.read()

    def read(self) -> None:
        """Add up the days of the chosen span."""
        self._asked += 1
        asked, span = self._asked, SPANS[self.span.currentIndex()][0]
        self.again.hide()
        self.message.say(texts.READING)

        def work() -> _Seen:
            spending = self._spending()
            today = spending.today()
            return _Seen(
                report=spending.report(first_day(span, today), today),
                budget=spending.budget(),
                decisions=tuple(spending.decisions(DECISIONS_AT_ONCE)),
            )

        self._run(work, lambda seen: self._show(asked, seen), lambda error: self._failed(asked, error))

    # The parts.

    def _counted_part(self) -> QWidget:
        part, layout = _column()
        layout.addWidget(self.totals)
        for plot, (name, _) in zip(self.plots, _BY_DAY, strict=True):
            layout.addWidget(self._heading(name))
            layout.addWidget(plot)
            if name is texts.FIRST_BY_DAY:
                layout.addWidget(self._first_legend())
            self._desk.words.name(plot, name, tooltip=False)
        for bars, (name, _) in zip(self.bars, _BY_MODEL, strict=True):
            layout.addWidget(self._heading(name))
            layout.addWidget(bars)
            if name is texts.FIRST_BY_MODEL:
                layout.addWidget(self._first_legend())
        layout.addWidget(self._heading(texts.BY_MODEL))
        layout.addWidget(self.models)
        part.hide()
        return part

    def _first_legend(self) -> Legend:
        said = (texts.HALF_WITHIN, texts.MOST_WITHIN)
        return Legend(self._desk, tuple(zip(FIRST_HUES, said, strict=True)))

    def _always_part(self) -> QWidget:
        part, layout = _column()
        layout.addWidget(self._heading(texts.BUDGET))
        layout.addWidget(self.budget)
        layout.addWidget(self.said)
        layout.addWidget(self._heading(texts.DECISIONS))
        layout.addWidget(self.none_chosen)
        layout.addWidget(self.decisions)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignHCenter)
        part.hide()
        return part

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.span)
        head.addWidget(self.days, 1)
        told = QHBoxLayout()
        told.addWidget(self.message, 1)
        told.addWidget(self.again)
        holder = styled(QWidget(), "column")
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(20, 4, 20, 20)
        inside.setSpacing(14)
        inside.addWidget(self._counted)
        inside.addWidget(self._always)
        inside.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        top = QVBoxLayout()
        top.setContentsMargins(20, 16, 20, 8)
        top.setSpacing(10)
        top.addLayout(head)
        top.addLayout(told)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(scroll, 1)

    def _heading(self, text: Text) -> QLabel:
        label = QLabel()
        label.setProperty("look", "heading")
        label.setWordWrap(True)
        self._desk.words.bind(label, label.setText, text)
        return label

    def _button(self, text: Text) -> QPushButton:
        button = QPushButton()
        button.setAutoDefault(False)
        self._desk.words.bind(button, button.setText, text)
        self._desk.words.name(button, text, tooltip=False)
        return button

    # What was read.

    def _show(self, asked: int, seen: _Seen) -> None:
        if asked != self._asked:
            return
        self._seen = seen
        self._decisions = list(seen.decisions)
        self.more.setVisible(len(seen.decisions) == DECISIONS_AT_ONCE)
        self.decisions.show_decisions(self._decisions)
        self._tell()

    def _failed(self, asked: int, error: Exception) -> None:
        if asked != self._asked:
            return
        words = self._desk.words
        self.message.say_made(lambda: words(texts.FAILED, why=self._desk.sentence(error)))
        self.again.show()

    def _tell(self) -> None:
        seen, words = self._seen, self._desk.words
        if seen is None:
            return
        report = seen.report
        there = bool(report.total.calls or report.free_answers)
        if there:
            self.message.clear()
        else:
            self.message.say(texts.NOTHING)
        self.again.hide()
        first, last = (day(one, words.language, year=True) for one in (report.first_day, report.last_day))
        self.days.setText(words(texts.DAYS, first=first, last=last))
        self.totals.show_report(report, words)
        for plot, (_, made) in zip(self.plots, _BY_DAY, strict=True):
            plot.show_picture(made(report, words))
        for bars in self.bars:
            bars.show_models(report.by_model)
        self.models.show_models(report.by_model)
        self.budget.show_budget(seen.budget)
        self.decisions.setVisible(bool(self._decisions))
        self.none_chosen.setVisible(not self._decisions)
        self._counted.setVisible(there)
        self._always.show()

    def _more(self) -> None:
        before = self._decisions[-1].seq
        asked = self._asked

        def done(found: list[LoggedDecision]) -> None:
            if asked == self._asked:
                self._decisions += found
                self.more.setVisible(len(found) == DECISIONS_AT_ONCE)
                self.decisions.add_decisions(found)

        self._run(lambda: list(self._spending().decisions(DECISIONS_AT_ONCE, before)), done, self.said.fail)

    def _trust(self) -> None:
        def done(usd: float) -> None:
            words = self._desk.words
            self.said.say_made(lambda: words(texts.TRUSTED, usd=dollars(usd, words.language)))
            self.read()

        self._run(lambda: self._spending().trust_clock(), done, self.said.fail)

    def _spending(self) -> Spending:
        """Return the port; for worker threads, since the first one who asks has it built."""
        spending = self._desk.services.spending
        assert spending is not None
        return spending()

    def _run(
        self, work: Callable[[], Result], done: Callable[[Result], None], failed: Callable[[Exception], None]
    ) -> None:
        self._desk.bridge.run(
            work,
            lambda result: done(result) if isValid(self) else None,
            lambda error: failed(error) if isValid(self) else None,
        )

    def _name_spans(self) -> None:
        for at, (_, text) in enumerate(SPANS):
            if at < self.span.count():
                self.span.setItemText(at, self._desk.words(text))
            else:
                self.span.addItem(self._desk.words(text))


def _column() -> tuple[QWidget, QVBoxLayout]:
    part = QWidget()
    layout = QVBoxLayout(part)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(12)
    return part, layout
