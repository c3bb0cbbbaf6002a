"""The pages of options that show more than rows: privacy and routing as cards, what was spent, accents as colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from jarvis.contracts.spending import BudgetState
from jarvis.desktop import settings_texts as own
from jarvis.desktop import texts
from jarvis.desktop.colours import ACCENTS
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_parts import muted
from jarvis.desktop.option_rows import OptionRow
from jarvis.desktop.resources_figures import dollars
from jarvis.desktop.settings_cards import CardText, ChoiceCards
from jarvis.desktop.settings_page import OptionPage
from jarvis.desktop.settings_table import SettingsGroup
from jarvis.settings.options import Option, OptionValue

PRIVACY_PROFILES: Mapping[str, Mapping[str, OptionValue]] = {
    "here": {"cloud.enabled": False},
    "ask": {
        "cloud.enabled": True,
        "privacy.cloud": "ask",
        "privacy.personal_data": "replace",
        "privacy.pictures": False,
    },
    "cloud": {
        "cloud.enabled": True,
        "privacy.cloud": "allow",
        "privacy.personal_data": "replace",
        "privacy.pictures": True,
    },
}
"""The options that each profile sets; the first whose options all hold is the one in force."""
_PRIVACY_CARDS = (
    CardText(id="here", title=own.PRIVACY_HERE, body=own.PRIVACY_HERE_BODY),
    CardText(id="ask", title=own.PRIVACY_ASK, body=own.PRIVACY_ASK_BODY),
    CardText(id="cloud", title=own.PRIVACY_CLOUD, body=own.PRIVACY_CLOUD_BODY),
)
_ROUTING_CARDS = (
    CardText(id="fast", title=texts.CHOICES["fast"], body=own.ROUTING_FAST_BODY),
    CardText(id="balanced", title=texts.CHOICES["balanced"], body=own.ROUTING_BALANCED_BODY),
    CardText(id="best", title=texts.CHOICES["best"], body=own.ROUTING_BEST_BODY),
)


def privacy_profile(get: Callable[[str], OptionValue]) -> str:
    """Return which profile the options are, "" for a mixture of one's own."""
    for name, values in PRIVACY_PROFILES.items():
        if all(get(option) == value for option, value in values.items()):
            return name
    return ""


class PrivacyCards(ChoiceCards):
    """How much may leave, as three cards."""

    def __init__(self, desk: Desk, changed: Callable[[str], None], failed: Callable[[str], None]) -> None:
        super().__init__(desk, own.PRIVACY_HEADING, _PRIVACY_CARDS)
        self._desk = desk
        self._changed = changed
        self._failed = failed
        self.chosen.connect(self._choose)
        self.load()

    def load(self) -> None:
        """Mark what holds."""
        self.show_chosen(privacy_profile(self._desk.services.settings.get))

    def _choose(self, name: str) -> None:
        settings, values = self._desk.services.settings, PRIVACY_PROFILES[name]

        def stored(_: object) -> None:
            for option in values:
                self._changed(option)

        self._desk.bridge.run(
            lambda: settings.set_all(values),
            stored,
            lambda error: self._failed(self._desk.sentence(error)),
            keep=True,
        )


class PrivacyPage(OptionPage):
    """Language, and how much may leave."""

    def __init__(self, desk: Desk, group: SettingsGroup) -> None:
        self._note = muted()
        self.cards = PrivacyCards(desk, self._took, self._note.setText)
        super().__init__(desk, group, (self.cards, self._note))
        desk.words.follow(self, self._tell)

    def option_changed(self, name: str) -> None:
        """Mark the profile that holds now."""
        super().option_changed(name)
        self._tell()

    def _took(self, name: str) -> None:
        self.changed.emit(name)

    def _tell(self) -> None:
        self.cards.load()
        mixed = not privacy_profile(self._desk.services.settings.get)
        self._note.setText(self._desk.words(own.PRIVACY_OWN) if mixed else "")
        self._note.setVisible(mixed)


class RoutingPage(OptionPage):
    """What counts when a model is chosen, and what was spent."""

    def __init__(self, desk: Desk, group: SettingsGroup) -> None:
        self.cards = ChoiceCards(desk, own.ROUTING_HEADING, _ROUTING_CARDS)
        self.spent = muted()
        above: tuple[QWidget, ...] = (self.cards,)
        super().__init__(desk, group, (*above, self.spent))
        if desk.services.spending is None:
            self.spent.hide()
        self._budget: BudgetState | None = None
        self.cards.chosen.connect(self._choose)
        desk.words.follow(self, self._tell)

    def showEvent(self, event: QShowEvent) -> None:
        """Add up what was spent."""
        super().showEvent(event)
        self._read()

    def option_changed(self, name: str) -> None:
        """Mark the profile that holds now, and reckon with the limits that hold now."""
        super().option_changed(name)
        self._tell()
        if name.startswith("budget."):
            self._read()

    def _choose(self, name: str) -> None:
        settings = self._desk.services.settings
        self._desk.bridge.run(
            lambda: settings.set("routing.profile", name),
            lambda _: self.changed.emit("routing.profile"),
            lambda error: self._say(self._desk.sentence(error)),
            keep=True,
        )

    def _read(self) -> None:
        spending = self._desk.services.spending
        if spending is None:
            return
        self._desk.bridge.run(
            lambda: spending().budget(), self._take, lambda error: self._say(self._desk.sentence(error))
        )

    def _take(self, budget: BudgetState) -> None:
        self._budget = budget
        self._tell()

    def _say(self, sentence: str) -> None:
        self.spent.setText(sentence)
        self.spent.show()

    def _tell(self) -> None:
        self.cards.show_chosen(self._desk.services.settings.text("routing.profile"))
        self.spent.setText(self._sentence())

    def _sentence(self) -> str:
        words, budget = self._desk.words, self._budget
        if budget is None:
            return words(own.SPENT_READING)

        def part(spent: float, limit: float | None) -> str:
            amount = dollars(spent, words.language)
            return amount if limit is None else words(own.SPENT_OF, spent=amount, limit=dollars(limit, words.language))

        said = words(
            own.SPENT,
            day=part(budget.spent_day_usd, budget.day_limit_usd),
            month=part(budget.spent_month_usd, budget.month_limit_usd),
        )
        left = budget.left_usd
        rest = words(own.SPENT_NO_LIMIT) if left is None else words(own.SPENT_LEFT, left=dollars(left, words.language))
        return f"{said} {rest}"


class AppearancePage(OptionPage):
    """Light or dark, accent, size of text, motion."""

    def __init__(self, desk: Desk, group: SettingsGroup) -> None:
        super().__init__(desk, group, make_row=self._special)

    def _special(self, option: Option) -> OptionRow | None:
        return AccentRow(self._desk, option) if option.name == "appearance.accent" else None


class AccentRow(OptionRow):
    """The accents as dots of their colours."""

    def _make_control(self) -> tuple[QWidget, Callable[[OptionValue], None]]:
        self.dots = {name: _Dot(self._desk, name) for name in self.option.choices}
        holder = QWidget()
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for name, dot in self.dots.items():
            dot.clicked.connect(partial(self._choose, name))
            layout.addWidget(dot)
        holder.setFocusProxy(self.dots[str(self.option.default)])
        return holder, self._mark

    def _choose(self, name: str) -> None:
        self._mark(self._desk.services.settings.get(self.option.name))
        self.save(name)

    def _mark(self, value: OptionValue) -> None:
        for name, dot in self.dots.items():
            dot.setChecked(name == value)


class _Dot(QAbstractButton):
    def __init__(self, desk: Desk, accent: str) -> None:
        super().__init__()
        self._desk = desk
        self._accent = accent
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedSize(QSize(32, 32))
        desk.words.follow(self, self._tell)
        desk.theme.follow(self, self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the colour, a ring around the one that holds, another around the one with the keyboard."""
        del event
        colours = self._desk.theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ACCENTS[self._accent][colours.dark].accent))
        painter.drawEllipse(middle, 9, 9)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.isChecked():
            painter.setPen(QPen(QColor(colours.text), 2))
            painter.drawEllipse(middle, 12.5, 12.5)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.text), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _tell(self) -> None:
        words = self._desk.words
        name = words(own.CHOICE_NAMES[self._accent])
        self.setAccessibleName(words(own.ACCENT_NAME, name=name))
        self.setToolTip(name)
