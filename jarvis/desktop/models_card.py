"""One model as a card: what it is good for, whether it fits, how it stands, what can be done. Decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from jarvis.contracts.model_desk import ModelView
from jarvis.desktop import models_texts as texts
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.fact_lines import joined
from jarvis.desktop.models_card_acts import CardMenu, MainAct, main_act
from jarvis.desktop.models_card_lines import Lines, State, fact_line, fit_lines, loaded_line, state_of, use_line
from jarvis.desktop.models_figures import permille, progress_line
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_order import ModelGroup
from jarvis.desktop.models_stock import ModelStock
from jarvis.desktop.models_transfers import Fetch, ModelTransfers
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled


class ModelCard(QFrame):
    """A model, in one of its quantizations; `wanted` says what is to be done: a `ModelActs` method and the view."""

    wanted = Signal(str, object)

    def __init__(self, desk: Desk, stock: ModelStock, transfers: ModelTransfers, group: ModelGroup) -> None:
        super().__init__()
        styled(self, "card")
        self._desk, self._stock, self._transfers = desk, stock, transfers
        self.group = group
        self._shown = group.first.id
        self._picked = False
        self._main: MainAct = MainAct.NONE
        self._state: State | None = None
        self._icons: dict[QLabel, tuple[str, str]] = {}
        self.name, self.state, self.about = _label("title"), _label("small"), _label("muted")
        self.facts, self.use, self.fit, self.why = _label("small"), _label("small"), _label(""), _label("small")
        self.loaded, self.trouble, self.progress = _label("small"), _label("bad"), _label("small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.main_button, self.try_button = QPushButton(), QPushButton()
        self.quantizations = Choice(desk)
        self.more = QToolButton()
        self._state_icon, self._fit_icon = QLabel(), QLabel()
        self._lay_out()
        desk.words.follow(self, self.retell)
        desk.theme.follow(self, self._paint_icons)

    @property
    def view(self) -> ModelView:
        """The quantization that is shown."""
        return next((view for view in self.group.views if view.id == self._shown), self.group.first)

    def use_group(self, group: ModelGroup) -> None:
        """Show the model as it is now; the quantization that the person picked stays picked."""
        if group == self.group:
            return
        self.group = group
        known = self._shown in {view.id for view in group.views}
        if not known or not self._picked or group.first.state != "available":
            self._shown, self._picked = group.first.id, False
        self.retell()

    def retell(self) -> None:
        """Write everything anew in the language in use."""
        view, words = self.view, self._desk.words
        self.name.setText(view.name)
        self.about.setText(view.about)
        self.about.setVisible(bool(view.about))
        self.facts.setText(fact_line(view, self.group.here, words))
        self.use.setText(use_line(view, words))
        self.use.setVisible(bool(self.use.text()))
        self._tell_quantizations()
        for button, text in ((self.try_button, texts.TRY), (self.more, texts.MORE)):
            button.setText(words(text))
        self.try_button.setAccessibleName(words(texts.ACT_ON, act=words(texts.TRY), name=view.name))
        self.more.setAccessibleName(words(texts.MORE_ACTS, name=view.name))
        self.bar.setAccessibleName(words(texts.PROGRESS_OF, name=view.name))
        self.tell_fit()
        self.tell_state()

    def tell_fit(self) -> None:
        """Say where it would go, as far as that is known."""
        view = self.view
        lines = Lines()
        if self._stock.is_placed(view):
            lines = fit_lines(self._stock.fit(view.id), self._desk)
        self.fit.setText(lines.first)
        self.why.setText(lines.second)
        for widget in (self.fit, self._fit_icon):
            widget.setVisible(bool(lines.first))
        self.why.setVisible(bool(lines.second))
        self._icon(self._fit_icon, lines.icon, lines.role)

    def tell_state(self) -> None:
        """Say how it stands, how far a download is, and what can be done next."""
        view, fetch, words = self.view, self._transfers.of(self.view.id), self._desk.words
        state = state_of(view, fetch, self._desk)
        self.state.setText("" if state.plain else words(state.text))
        self._icon(self._state_icon, state.icon, state.role)
        self.setAccessibleName(words(texts.STATE_IS, name=view.name, state=words(state.text)))
        self.loaded.setText(loaded_line(view, words))
        self.loaded.setVisible(bool(self.loaded.text()))
        trouble = state.trouble
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self._tell_progress(fetch, state.hint)
        self._main = main_act(view, fetch)
        self.main_button.setVisible(self._main is not MainAct.NONE)
        if self._main.text is not None:
            self.main_button.setText(words(self._main.text))
            named = words(texts.ACT_ON, act=words(self._main.text), name=view.name)
            self.main_button.setAccessibleName(named)
        self.try_button.setVisible(CardMenu.can_try(view))
        self.more.setVisible(bool(CardMenu.acts(view, fetch)))
        under_way = fetch is not None and fetch.under_way
        self.quantizations.setEnabled(not under_way)

    def _tell_progress(self, fetch: Fetch | None, hint: Text | None) -> None:
        words = self._desk.words
        if fetch is not None and not fetch.stands_in_the_way:
            fetch = None
        under_way = fetch is not None and fetch.under_way
        self.bar.setVisible(under_way or (fetch is not None and fetch.progress is not None))
        line = ""
        if fetch is not None and fetch.progress is not None:
            self.bar.setValue(permille(fetch.progress))
            line = progress_line(fetch.progress, words)
        elif under_way:
            self.bar.setValue(0)
            line = words(texts.STARTING)
        told = joined((line, words(hint) if hint is not None else ""))
        self.progress.setText(told)
        self.progress.setVisible(bool(told))

    def _tell_quantizations(self) -> None:
        """List the quantizations there are to choose from, where there is a choice."""
        words, views = self._desk.words, self.group.views
        self.quantizations.blockSignals(True)
        if [self.quantizations.itemData(at) for at in range(self.quantizations.count())] != [v.id for v in views]:
            self.quantizations.clear()
            for view in views:
                self.quantizations.addItem(view.quantization, view.id)
        self.quantizations.setCurrentIndex(self.quantizations.findData(self._shown))
        self.quantizations.blockSignals(False)
        self.quantizations.setVisible(len(views) > 1)
        self.quantizations.setAccessibleName(words(texts.QUANTIZATION, name=self.view.name))
        self.quantizations.setToolTip(words(texts.QUANTIZATION_TIP))

    def _pick(self, at: int) -> None:
        self._shown, self._picked = self.quantizations.itemData(at), True
        self.retell()
        self._stock.weigh([self._shown])

    # The parts.

    def _lay_out(self) -> None:
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.state.setWordWrap(False)
        self.state.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        head, fit = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(6)
        fit.setSpacing(6)
        head.addWidget(self.name, 1)
        head.addWidget(self._state_icon)
        head.addWidget(self.state)
        self._fit_icon.setContentsMargins(0, 2, 0, 0)
        fit.addWidget(self._fit_icon, 0, Qt.AlignmentFlag.AlignTop)
        fit.addWidget(self.fit, 1)
        self.main_button.setAutoDefault(False)
        self.main_button.clicked.connect(lambda: self.wanted.emit(self._main.method, self.view))
        self.try_button.setAutoDefault(False)
        self.try_button.clicked.connect(lambda: self.wanted.emit("try_out", self.view))
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setProperty("look", "pill")
        self._desk.theme.dress(self.more, "more", size=16)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(CardMenu(self._desk, self._transfers, self))
        self.quantizations.currentIndexChanged.connect(self._pick)
        buttons = FlowRow(self.main_button, self.quantizations, self.try_button, self.more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 14, 12)
        layout.setSpacing(5)
        layout.addLayout(head)
        layout.addWidget(self.about)
        for widget in (self.facts, self.use):
            layout.addWidget(widget)
        layout.addLayout(fit)
        for below in (self.why, self.loaded, self.trouble, self.bar, self.progress):
            layout.addWidget(below)
        layout.addSpacing(2)
        layout.addLayout(buttons)

    def _icon(self, label: QLabel, icon: str, role: str) -> None:
        if self._icons.get(label) != (icon, role):
            self._icons[label] = (icon, role)
            self._paint_icon(label)

    def _paint_icons(self) -> None:
        for label in self._icons:
            self._paint_icon(label)

    def _paint_icon(self, label: QLabel) -> None:
        icon, role = self._icons[label]
        label.setVisible(bool(icon))
        if icon:
            drawn = self._desk.theme.icon(icon, role)  # type: ignore[arg-type]
            label.setPixmap(drawn.pixmap(QSize(16, 16), self.devicePixelRatioF()))


def _label(look: str) -> QLabel:
    label = QLabel()
    label.setProperty("look", look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
