"""Choices shown as cards that say what each means; one of them holds, or none. Knows no option."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from jarvis.desktop.desk import Desk
from jarvis.desktop.texts import Text

_NARROW = 560
"""Width below which the cards stand under each other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CardText:
    """One choice: what it is called and what it means."""

    id: str
    title: Text
    body: Text


class ChoiceCards(QWidget):
    """Cards under a heading, side by side where there is room."""

    chosen = Signal(str)

    def __init__(self, desk: Desk, heading: Text, cards: Sequence[CardText]) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        title = QLabel()
        title.setProperty("look", "heading")
        title.setWordWrap(True)
        title.setContentsMargins(2, 12, 0, 2)
        desk.words.bind(title, title.setText, heading)
        self.cards = {card.id: _Card(desk, card) for card in cards}
        self._row = QHBoxLayout()
        self._row.setSpacing(10)
        for name, card in self.cards.items():
            card.clicked.connect(partial(self._clicked, name))
            self._row.addWidget(card, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(title)
        layout.addLayout(self._row)

    def show_chosen(self, name: str) -> None:
        """Mark the one that holds; "" marks none."""
        for each, card in self.cards.items():
            card.setChecked(each == name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the cards under each other where there is little room."""
        super().resizeEvent(event)
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._row.setDirection(below if self.width() < _NARROW else beside)

    def _clicked(self, name: str) -> None:
        # The click has toggled it; what holds is shown once it is stored.
        card = self.cards[name]
        card.setChecked(not card.isChecked())
        self.chosen.emit(name)


class _Card(QPushButton):
    def __init__(self, desk: Desk, text: CardText) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        title, body = QLabel(), QLabel()
        title.setProperty("look", "title")
        body.setProperty("look", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 13, 16, 13)
        layout.setSpacing(3)
        for label in (title, body):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        layout.addStretch()
        desk.words.bind(self, title.setText, text.title)
        desk.words.bind(self, body.setText, text.body)
        desk.words.bind(self, self.setAccessibleName, text.title)
        desk.words.bind(self, self.setAccessibleDescription, text.body)

    def hasHeightForWidth(self) -> bool:
        """As high as its sentences need."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height at `width`."""
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else super().heightForWidth(width)
