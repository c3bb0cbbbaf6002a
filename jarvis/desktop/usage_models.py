"""What each model came to as bars: cost, saving, tokens and the wait for the first word. Asks for nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from jarvis.contracts.spending import SpendingRow
from jarvis.desktop import usage_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.one_line import OneLine
from jarvis.desktop.resources_bar import Part, ShareBar
from jarvis.desktop.resources_figures import UNKNOWN, dollars, number, seconds
from jarvis.desktop.texts import Text
from jarvis.desktop.usage_pictures import FIRST_HUES
from jarvis.desktop.words import Words

MOST_BARS = 8
"""Models with a bar; the table below has all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelBar:
    """One model's bar: what is written beside it, and its parts from left to right."""

    model: str
    told: str
    parts: tuple[Part, ...]

    @property
    def length(self) -> float:
        """How long it is, in whatever its parts are."""
        return sum(part.amount for part in self.parts)


class ModelBars(QWidget):
    """A bar for each of up to `MOST_BARS` models, all on one scale, named `name`; what each shows is written beside it,
    and the keyboard stops here to have all of it read."""

    def __init__(
        self, desk: Desk, name: Text, bars_of: Callable[[Sequence[SpendingRow], Words], list[ModelBar]]
    ) -> None:
        super().__init__()
        self._desk = desk
        self._bars_of = bars_of
        self.bars: list[ModelBar] = []
        self._empty = QLabel()
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        desk.words.bind(self._empty, self._empty.setText, texts.NO_VALUES)
        self._rows = [_Row(desk) for _ in range(MOST_BARS)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.setSpacing(8)
        layout.addWidget(self._empty)
        for row in self._rows:
            layout.addWidget(row)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        desk.words.name(self, name, tooltip=False)
        desk.theme.follow(self, self.update)

    def show_models(self, rows: Sequence[SpendingRow]) -> None:
        """Show what these models came to."""
        words = self._desk.words
        self.bars = self._bars_of(rows, words)[:MOST_BARS]
        longest = max((bar.length for bar in self.bars), default=0.0)
        self._empty.setVisible(not self.bars)
        for at, row in enumerate(self._rows):
            row.setVisible(at < len(self.bars))
            if at < len(self.bars):
                row.show_bar(self.bars[at], longest)
        told = [f"{bar.model}: {bar.told}" for bar in self.bars]
        self.setAccessibleDescription(", ".join(told) or words(texts.NO_VALUES))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is here."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that it left."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw where the keyboard is."""
        del event
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._desk.theme.colours.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            painter.end()


class _Row(QWidget):
    """A model's name and figure over its bar."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.name, self.told = OneLine(), QLabel()
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = ShareBar(desk.theme, tall=8)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.name, 1)
        head.addWidget(self.told)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(head)
        layout.addWidget(self.bar)

    def show_bar(self, bar: ModelBar, longest: float) -> None:
        self.name.setText(bar.model)
        self.told.setText(bar.told)
        self.bar.show_parts(bar.parts, longest)
        self.bar.setAccessibleName(bar.model)
        self.bar.setAccessibleDescription(bar.told)


def cost_bars(rows: Sequence[SpendingRow], words: Words) -> list[ModelBar]:
    """Return what each model cost, the dearest first, without those of which no price is known."""
    known = [row for row in rows if not row.unpriced_calls == row.calls > 0]
    return [
        ModelBar(
            model=row.model or UNKNOWN,
            told=dollars(row.cost_usd, words.language),
            parts=(Part(amount=row.cost_usd, hue="accent"),),
        )
        for row in _by(known, lambda row: row.cost_usd)
    ]


def saved_bars(rows: Sequence[SpendingRow], words: Words) -> list[ModelBar]:
    """Return what each model saved against the reference cloud model; in red what it cost more. The furthest from
    nothing come first, so that what was lost is seen however many models there are."""
    known = [row for row in rows if not row.unpriced_calls == row.calls > 0]
    return [
        ModelBar(
            model=row.model or UNKNOWN,
            told=dollars(_saving(row), words.language),
            parts=(Part(amount=abs(_saving(row)), hue="bad" if _saving(row) < 0 else "syntax_keyword"),),
        )
        for row in _by(known, lambda row: abs(_saving(row)))
    ]


def tokens_bars(rows: Sequence[SpendingRow], words: Words) -> list[ModelBar]:
    """Return how many tokens each model read and wrote, the most first."""
    return [
        ModelBar(
            model=row.model or UNKNOWN,
            told=number(_tokens(row), words.language),
            parts=(Part(amount=_tokens(row), hue="good"),),
        )
        for row in _by(rows, _tokens)
    ]


def first_bars(rows: Sequence[SpendingRow], words: Words) -> list[ModelBar]:
    """Return within what time half of each model's answers had their first word, and 95 of 100, the quickest first."""
    found = []
    for row in rows:
        half, most = row.median_first_seconds, row.slow_first_seconds
        if half is None:
            continue
        later = max(0.0, (most or half) - half)
        told = " – ".join(seconds(one, words.language) for one in (half, most) if one is not None)
        parts = (Part(amount=half, hue=FIRST_HUES[0]), Part(amount=later, hue=FIRST_HUES[1]))
        found.append(ModelBar(model=row.model or UNKNOWN, told=told, parts=parts))
    return sorted(found, key=lambda bar: (bar.parts[0].amount, bar.model))


def _saving(row: SpendingRow) -> float:
    return row.cloud_usd - row.cost_usd


def _tokens(row: SpendingRow) -> float:
    return float(row.prompt_tokens + row.completion_tokens)


def _by(rows: Sequence[SpendingRow], value: Callable[[SpendingRow], float]) -> list[SpendingRow]:
    return sorted(rows, key=lambda row: (-value(row), row.model or ""))
