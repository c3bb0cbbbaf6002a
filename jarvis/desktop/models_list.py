"""One page of models as cards: what is here, what can be downloaded, or what answers in the cloud; with a search."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from jarvis.contracts.model_desk import ModelView
from jarvis.contracts.models import ModelKind
from jarvis.contracts.placement import Placement
from jarvis.desktop import models_texts as texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_acts import ModelActs
from jarvis.desktop.models_card import ModelCard
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_news import ModelNews
from jarvis.desktop.models_order import KINDS, ModelGroup, Shelf, passes
from jarvis.desktop.models_parts import Sides, button_of, column, muted, scroll_over
from jarvis.desktop.models_stock import ModelStock
from jarvis.desktop.models_transfers import ModelTransfers
from jarvis.desktop.shortcuts_table import keys_of

AT_ONCE = 20
"""Cards shown before "show more": laying out a column of cards takes time for each of them."""

_TYPING_MILLISECONDS = 150
_SETTLED_MILLISECONDS = 60
"""How long after the last scroll or layout it is looked which cards are in view."""

_SLICE_SECONDS = 0.002
"""One card at a time: making one takes about 4 ms, and laying out the column comes on top."""

_EMPTY = {"here": texts.NONE_HERE, "download": texts.NONE_LEFT, "cloud": texts.NONE_CLOUD}


class ListPage(QWidget):
    """Search field, filters, and a card per model. Where a model would go is asked once its card comes into view."""

    def __init__(self, desk: Desk, shelf: Shelf, stock: ModelStock, acts: ModelActs, transfers: ModelTransfers) -> None:
        super().__init__()
        self._desk, self._shelf, self._stock, self._acts, self._transfers = desk, shelf, stock, acts, transfers
        self.cards: dict[str, ModelCard] = {}
        self.search, self.kind, self.fitting = QLineEdit(), Choice(desk), QCheckBox()
        self.message, self.note = muted(), muted()
        self.note.hide()
        self.news = ModelNews(desk, stock, acts, transfers)
        self._groups: list[ModelGroup] = []
        self._most = AT_ONCE
        self._first_new: int | None = None
        self.filled = False
        self._filling: QTimer | None = None
        self._typing = QTimer(self, interval=_TYPING_MILLISECONDS, singleShot=True)
        self._typing.timeout.connect(self._sift_anew)
        self._settled = QTimer(self, interval=_SETTLED_MILLISECONDS, singleShot=True)
        self._settled.timeout.connect(self._weigh_visible)
        holder, self._column = column(self.note)
        self.more = button_of(desk, texts.SHOW_MORE, self._show_more)
        self.more.hide()
        self._column.addWidget(self.more)
        self._scroll: QScrollArea = scroll_over(holder)
        self._scroll.verticalScrollBar().valueChanged.connect(lambda _: self._settled.start())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Sides(self._top(), top=20, bottom=8))
        layout.addWidget(self._scroll, 1)
        stock.changed.connect(self.read)
        stock.weighed.connect(self._weighed)
        transfers.moved.connect(self._moved)
        desk.words.changed.connect(self._retell)

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the cards up to date when the page comes into view."""
        super().showEvent(event)
        self.read()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other cards may have come into view."""
        super().resizeEvent(event)
        self._settled.start()

    def show_kind(self, kind: ModelKind) -> None:
        """Let all models of `kind` through, and no other."""
        for field in (self.search, self.kind, self.fitting):
            field.blockSignals(True)
        self.search.clear()
        self.fitting.setChecked(False)
        self.kind.setCurrentIndex(self.kind.findData(kind))
        for field in (self.search, self.kind, self.fitting):
            field.blockSignals(False)
        self._most = AT_ONCE
        self.read()

    def read(self) -> None:
        """Show what the stock has now: cards are changed in place, so that the keyboard stays where it is."""
        if not self.isVisible():
            return
        self.note.setText(self._stock.note if self._shelf == "here" else "")
        if self._shelf == "cloud":
            self.note.setText(self._desk.words(texts.CLOUD_BODY))
        self.note.setVisible(bool(self.note.text()))
        if not self._stock.known:
            self.message.setText(self._desk.words(texts.LOOKING))
            return
        self._groups = self._stock.groups(self._shelf)
        keys = {group.key for group in self._groups}
        for key in [key for key in self.cards if key not in keys]:
            card = self.cards.pop(key)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.sift()

    def sift(self) -> None:
        """Show the first of the models that the search and the filters let through, and count them."""
        if self.fitting.isChecked():
            self._stock.weigh(group.first.id for group in self._groups)
        let = [group for group in self._groups if self._lets(group)]
        shown = let[: self._most]
        keys = {group.key for group in shown}
        for key, card in self.cards.items():
            if key not in keys:
                card.hide()
        if self._filling is not None and isValid(self._filling):
            self._filling.stop()
            self._filling.deleteLater()
        self.filled = False
        steps = [partial(self._put, at, group) for at, group in enumerate(shown)]
        self._filling = in_slices(self, [*steps, self._filled], _SLICE_SECONDS)
        self.more.setVisible(len(let) > len(shown))
        words = self._desk.words
        if not self._groups:
            self.message.setText(words(_EMPTY[self._shelf]))
        elif not let:
            self.message.setText(words(texts.NOTHING_MATCHES))
        else:
            self.message.setText(words(texts.COUNTED, shown=len(let), total=len(self._groups)))

    def visible_cards(self) -> list[ModelCard]:
        """The cards that are shown, top to bottom."""
        shown = [card for card in self.cards.values() if not card.isHidden()]
        return sorted(shown, key=self._column.indexOf)

    def _lets(self, group: ModelGroup) -> bool:
        if not passes(group, self.search.text(), self.kind.currentData() or ""):
            return False
        if not self.fitting.isChecked() or not self._stock.is_placed(group.first):
            return True
        return isinstance(self._stock.fit(group.first.id), Placement)

    def _put(self, at: int, group: ModelGroup) -> None:
        card = self.cards.get(group.key)
        if card is None:
            card = self.cards[group.key] = ModelCard(self._desk, self._stock, self._transfers, group)
            card.wanted.connect(self._do)
        else:
            card.use_group(group)
        if self._column.indexOf(card) != at:
            self._column.insertWidget(at, card)
        card.show()

    def _show_more(self) -> None:
        """Show more cards; the keyboard goes to the first new one, since the button may be gone."""
        self._first_new = self._most
        self._most += AT_ONCE
        self.sift()

    def _filled(self) -> None:
        self.filled = True
        self._settled.start()
        at, self._first_new = self._first_new, None
        cards = self.visible_cards()
        if at is not None and at < len(cards):
            cards[at].main_button.setFocus()

    def _sift_anew(self) -> None:
        self._most = AT_ONCE
        self.sift()

    def _do(self, method: str, view: ModelView) -> None:
        getattr(self._acts, method)(view)

    def _moved(self, model: str) -> None:
        for card in self.cards.values():
            if card.view.id == model:
                card.tell_state()

    def _weighed(self, models: frozenset[str]) -> None:
        for card in self.cards.values():
            if card.view.id in models:
                card.tell_fit()
        if self.fitting.isChecked():
            self.sift()

    def _weigh_visible(self) -> None:
        """Ask where the models in view would go."""
        self._stock.weigh(card.view.id for card in self.visible_cards() if not card.visibleRegion().isEmpty())

    # The parts.

    def _top(self) -> QVBoxLayout:
        words = self._desk.words
        self.search.setClearButtonEnabled(True)
        words.name(self.search, texts.SEARCH_MODELS, tooltip=False)
        words.bind(self.search, self.search.setPlaceholderText, texts.SEARCH_MODELS)
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._sift_anew)
        find = QShortcut(keys_of("models.find"), self)
        find.activated.connect(self.search.setFocus)
        words.name(self.kind, texts.KIND)
        self._retell_kinds()
        self.kind.currentIndexChanged.connect(lambda _: self._sift_anew())
        words.bind(self.fitting, self.fitting.setText, texts.ONLY_FITTING)
        words.name(self.fitting, texts.ONLY_FITTING_NAME)
        self.fitting.toggled.connect(lambda _: self._sift_anew())
        if self._shelf != "download":
            self.fitting.hide()
        if self._shelf == "cloud":
            self.kind.hide()
        top = QVBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.search)
        top.addLayout(FlowRow(self.kind, self.fitting, spacing=10))
        top.addWidget(self.message)
        top.addWidget(self.news)
        return top

    def _retell(self) -> None:
        self._retell_kinds()
        self.sift()

    def _retell_kinds(self) -> None:
        words, at = self._desk.words, max(0, self.kind.currentIndex())
        self.kind.blockSignals(True)
        self.kind.clear()
        self.kind.addItem(words(texts.ANY_KIND), "")
        for kind in KINDS if self._shelf != "cloud" else KINDS[:1]:
            self.kind.addItem(words(texts.KINDS[kind]), kind)
        self.kind.setCurrentIndex(at)
        self.kind.blockSignals(False)
