"""What a span of days came to, as tiles, and the budget with its limits as bars. Asks for nothing itself."""

from __future__ import annotations

import re
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from jarvis.contracts.spending import BudgetState, SpendingReport
from jarvis.desktop import usage_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.plot import Hue
from jarvis.desktop.resources_bar import Part, ShareBar
from jarvis.desktop.resources_figures import day, dollars, energy, number
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.words import Words

NEAR_LIMIT = 0.8
"""From this share of a limit on its bar warns."""
_DAY_OF_PRICES = re.compile(r"(?<=\()\d{4}-\d\d-\d\d(?=\))")
_TILE_WIDTH, _TILE_LETTERS = 160, 22
"""Pixels, and letters of the usual width, that a tile has at least."""


class Tile(QFrame):
    """A name, a large figure and a line about it."""

    def __init__(self, desk: Desk, name: Text) -> None:
        super().__init__()
        styled(self, "card")
        self.name, self.figure, self.about = QLabel(), QLabel(), QLabel()
        self.name.setProperty("look", "small")
        self.figure.setProperty("look", "heading")
        self.about.setProperty("look", "small")
        desk.words.bind(self.name, self.name.setText, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(2)
        for label in (self.name, self.figure, self.about):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addStretch()

    def show_figure(self, figure: str, about: str) -> None:
        """Show a figure."""
        self.figure.setText(figure)
        self.about.setText(about)
        self.about.setVisible(bool(about))


class Totals(QWidget):
    """Six tiles, as many side by side as there is room for."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._across = 0
        names = (texts.COST, texts.SAVED, texts.TOKENS, texts.ANSWERS, texts.FREE_ANSWERS, texts.ENERGY)
        self.tiles = [Tile(desk, name) for name in names]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)
        self._arrange(3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand as many side by side as there is room for."""
        super().resizeEvent(event)
        room = self.width() // max(_TILE_WIDTH, _TILE_LETTERS * self.fontMetrics().averageCharWidth())
        self._arrange(6 if room >= 9 else 3 if room >= 3 else 2 if room >= 2 else 1)

    def show_report(self, report: SpendingReport, words: Words) -> None:
        """Show the totals of a report."""
        for tile, (figure, about) in zip(self.tiles, totals_of(report, words), strict=True):
            tile.show_figure(figure, about)

    def _arrange(self, across: int) -> None:
        if across == self._across:
            return
        for column in range(6):
            self._grid.setColumnStretch(column, 1 if column < across else 0)
        self._across = across
        for tile in self.tiles:
            self._grid.removeWidget(tile)
        for at, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, at // across, at % across)


def totals_of(report: SpendingReport, words: Words) -> list[tuple[str, str]]:
    """Return figure and remark of cost, saving, tokens, answers, free answers and energy."""
    language, total = words.language, report.total
    unpriced = ""
    if total.unpriced_calls == 1:
        unpriced = words(texts.UNPRICED_ONE)
    elif total.unpriced_calls:
        unpriced = words(texts.UNPRICED, count=number(total.unpriced_calls, language))
    against = words(texts.SAVED_AGAINST_NOTHING)
    if report.reference:
        against = words(texts.SAVED_AGAINST, reference=_reference(report.reference, words))
    read, written = (number(count, language) for count in (total.prompt_tokens, total.completion_tokens))
    calls = words(texts.ANSWERS_CALLS, calls=number(total.calls, language))
    return [
        (dollars(total.cost_usd, language), unpriced),
        (dollars(report.saved_usd, language), against),
        (
            number(total.prompt_tokens + total.completion_tokens, language),
            words(texts.TOKENS_PARTS, read=read, written=written),
        ),
        (number(total.answers, language), words(texts.ANSWERS_CALL) if total.calls == 1 else calls),
        (number(report.free_answers, language), words(texts.FREE_FROM)),
        (
            energy(total.joules, language),
            words(texts.ENERGY_UNKNOWN if total.joules is None else texts.ENERGY_KNOWN),
        ),
    ]


def _reference(reference: str, words: Words) -> str:
    """Return the models that are compared with, and what the day behind each is."""

    def told(found: re.Match[str]) -> str:
        return words(texts.PRICES_OF, day=day(date.fromisoformat(found[0]), words.language, year=True))

    return _DAY_OF_PRICES.sub(told, reference)


class BudgetPanel(QWidget):
    """A bar for the day and one for the month; `trust_wanted` fires when what is dated ahead is to count as today's."""

    trust_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.day, self.month = BudgetRow(desk, texts.BUDGET_DAY), BudgetRow(desk, texts.BUDGET_MONTH)
        self.notes = QLabel()
        self.notes.setProperty("look", "small")
        self.notes.setWordWrap(True)
        self.trust = QPushButton()
        self.trust.setAutoDefault(False)
        desk.words.bind(self.trust, self.trust.setText, texts.TRUST_CLOCK)
        desk.words.name(self.trust, texts.TRUST_CLOCK, tooltip=False)
        self.trust.clicked.connect(self.trust_wanted)
        line = QHBoxLayout()
        line.addWidget(self.notes, 1)
        line.addWidget(self.trust)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.day)
        layout.addWidget(self.month)
        layout.addLayout(line)

    def show_budget(self, state: BudgetState) -> None:
        """Show what counts against the limits."""
        words = self._desk.words
        self.day.show_spent(state.spent_day_usd, state.day_limit_usd)
        self.month.show_spent(state.spent_month_usd, state.month_limit_usd)
        parts = ((texts.OPEN, state.open_usd), (texts.LOST, state.lost_usd), (texts.AHEAD, state.ahead_usd))
        notes = [words(text, usd=dollars(usd, words.language)) for text, usd in parts if usd > 0]
        self.notes.setText(" ".join(notes))
        self.notes.setVisible(bool(notes))
        self.trust.setVisible(state.ahead_usd > 0)


class BudgetRow(QWidget):
    """What was spent, of which limit, and a bar of it."""

    def __init__(self, desk: Desk, name: Text) -> None:
        super().__init__()
        self._desk = desk
        label = QLabel()
        desk.words.bind(label, label.setText, name)
        self.told = QLabel()
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setWordWrap(True)
        self.told.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.bar = ShareBar(desk.theme, tall=8)
        desk.words.name(self.bar, name, tooltip=False)
        head = QHBoxLayout()
        head.addWidget(label)
        head.addWidget(self.told, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.bar)

    def show_spent(self, spent: float, limit: float | None) -> None:
        """Show what was spent of a limit; None is none, and has no bar."""
        words = self._desk.words
        told = dollars(spent, words.language)
        if limit is None:
            self.told.setText(words(texts.NO_LIMIT, spent=told))
        else:
            text = texts.LIMIT_REACHED if spent >= limit else texts.OF_LIMIT
            self.told.setText(words(text, spent=told, limit=dollars(limit, words.language)))
            self.bar.show_parts((Part(amount=min(spent, limit), hue=hue_for(spent, limit)),), limit)
        self.bar.setVisible(limit is not None)
        self.bar.setAccessibleDescription(self.told.text())


def hue_for(spent: float, limit: float) -> Hue:
    """Return the colour of a budget's bar: it warns near the limit, and is red at it."""
    if spent >= limit:
        return "bad"
    return "warn" if spent >= NEAR_LIMIT * limit else "accent"
