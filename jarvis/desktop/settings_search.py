"""Finds options and pages by words, and shows them as ways to where they stand. Knows no value's meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from jarvis.contracts.errors import Language
from jarvis.desktop import settings_texts as own
from jarvis.desktop import texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_parts import Sides, column, muted, scroll_over
from jarvis.desktop.option_rows import choice_text
from jarvis.desktop.settings_labels import LABELS
from jarvis.desktop.settings_table import placed
from jarvis.desktop.sidebar import plain
from jarvis.desktop.texts import Text
from jarvis.settings.options import OPTIONS, Option

AT_MOST = 40
"""Hits that are shown; a search that finds more is too short to help."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """Something found: an option on a page, or a page itself where `option` is empty."""

    page: str
    option: str
    label: Text
    places: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PageName:
    """A page without options, which a search finds by its name and by what it is about."""

    page: str
    title: Text
    about: Text


def find(words: str, pages: Sequence[PageName], language: Language) -> list[Hit]:
    """Return what has every word of `words` in either language, case and accents ignored.

    What has them in the title that is shown in `language` comes first, then the other names, then the rest.

    An option is found by its names, its sentence, its choices, and the page and section that it stands on.
    """
    wanted = plain(words).split()
    if not wanted:
        return []
    titles: list[Hit] = []
    names: list[Hit] = []
    rest: list[Hit] = []
    for page in pages:
        if _has(wanted, page.title, page.about):
            hit = Hit(page=page.page, option="", label=page.title, places=())
            (titles if _has(wanted, page.title.to(language)) else names).append(hit)
    for option in OPTIONS:
        group, section = placed()[option.name]
        label = LABELS[option.name]
        places = (group.title, section.title) if group.title != section.title else (group.title,)
        hit = Hit(page=group.id, option=option.name, label=label, places=places)
        if _has(wanted, label.to(language)):
            titles.append(hit)
        elif _has(wanted, label, option.name):
            names.append(hit)
        elif _has(
            wanted, label, section.title, *_choices(option), f"{option.name} {option.about_en} {option.about_es}"
        ):
            rest.append(hit)
    return [*titles, *names, *rest]


def _choices(option: Option) -> list[Text]:
    return [text for text in map(choice_text, option.choices) if text is not None]


def _has(wanted: Sequence[str], *parts: Text | str) -> bool:
    known = plain(" ".join(part if isinstance(part, str) else f"{part.en} {part.es}" for part in parts))
    return all(word in known for word in wanted)


class HitsPage(QWidget):
    """What a search found, each with the page that it stands on."""

    chosen = Signal(str, str)
    """The page and the option to go to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._count = muted()
        holder, self._cards = column()
        self.hits: list[QPushButton] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        told = QVBoxLayout()
        told.setContentsMargins(2, 0, 0, 0)
        told.addWidget(self._count)
        layout.addWidget(Sides(told, top=8, bottom=4))
        layout.addWidget(scroll_over(holder), 1)
        self._round = 0

    def show_hits(self, hits: Sequence[Hit]) -> None:
        """Show `hits` in the place of those before."""
        self._round += 1
        for button in self.hits:
            button.hide()
            button.deleteLater()
        self.hits = []
        words = self._desk.words
        self._count.setText(words(own.HITS, count=len(hits)) if hits else words(own.NO_HIT))
        changed = set(self._desk.services.settings.changed())
        if hits:
            in_slices(self, [partial(self._add, self._round, hit, changed) for hit in hits[:AT_MOST]])

    def say(self, sentence: str) -> None:
        """Show a sentence and no hit."""
        self.show_hits([])
        self._count.setText(sentence)

    def _add(self, asked: int, hit: Hit, changed: set[str]) -> None:
        if asked != self._round:
            return
        words = self._desk.words
        place = " › ".join(map(words, hit.places)) if hit.places else words(texts.SETTINGS)
        if hit.option in changed:
            place = words(own.HIT_CHANGED, place=place)
        button = _TwoLines(words(hit.label), place, lambda: self.chosen.emit(hit.page, hit.option))
        self._cards.addWidget(button)
        self.hits.append(button)


class _TwoLines(QPushButton):
    def __init__(self, title: str, place: str, act: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("look", "hit")
        self.setAutoDefault(False)
        self.setAccessibleName(f"{title}. {place}")
        self.clicked.connect(act)
        self._lines = layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 9, 14, 9)
        layout.setSpacing(1)
        for text, look in ((title, ""), (place, "small")):
            label = QLabel(text)
            label.setProperty("look", look)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        self.setMinimumHeight(layout.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Be as tall as the words are at this width."""
        super().resizeEvent(event)
        self.setMinimumHeight(self._lines.heightForWidth(self.width()))
