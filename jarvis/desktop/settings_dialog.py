"""The settings: a form made from the table of options, a page of the voice, and a page of keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.keys_page import KeysPage
from jarvis.desktop.option_rows import OptionRow
from jarvis.desktop.paged_dialog import PagedDialog
from jarvis.desktop.sidebar import plain
from jarvis.desktop.theme import styled
from jarvis.desktop.voice_page import NARROW, VoicePage
from jarvis.desktop.voice_texts import ON_VOICE_PAGE, PAGE_VOICE
from jarvis.settings.options import OPTIONS, Option


class SettingsDialog(PagedDialog):
    """Options, voice and keys; every change holds at once."""

    changed = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self.voice = VoicePage(desk)
        self.options = OptionsPage(desk, self.voice.rows)
        self.keys = KeysPage(desk)
        pages = (
            (texts.PAGE_OPTIONS, "sliders", self.options),
            (PAGE_VOICE, "microphone", self.voice),
            (texts.PAGE_KEYS, "key", self.keys),
        )
        super().__init__(desk, parent, texts.SETTINGS, pages, widest=860, tallest=640)
        self.options.changed.connect(self.changed)
        self.voice.changed.connect(self.options.show_reset)
        self.voice.changed.connect(self.changed)
        self.options.voice_wanted.connect(self._show_voice)

    def _show_voice(self, row: OptionRow) -> None:
        self.pages.setCurrentRow(1)
        self.voice.go_to(row)


class OptionsPage(QWidget):
    """Every option in its family, with a search box and the way back to all defaults.

    Those of hearing and speaking are `elsewhere`, on the page of the voice: a search says so.
    """

    changed = Signal(str)
    voice_wanted = Signal(object)
    """The first row of the voice's page that has the words searched for."""

    def __init__(self, desk: Desk, elsewhere: Sequence[OptionRow]) -> None:
        super().__init__()
        self._desk = desk
        self._elsewhere = elsewhere
        top = self._top()
        self._none = QLabel()
        self._none.setProperty("look", "muted")
        desk.words.bind(self._none, self._none.setText, texts.NO_OPTION)
        self._none.hide()
        self.on_voice_page = QPushButton()
        self.on_voice_page.setAutoDefault(False)
        self.on_voice_page.clicked.connect(lambda: self.voice_wanted.emit(self._matching_elsewhere()[0]))
        self.on_voice_page.hide()
        desk.words.follow(self.on_voice_page, self._show_voice_page)
        self.rows: list[OptionRow] = []
        self._cards: list[tuple[QLabel, QFrame, list[tuple[OptionRow, QFrame | None]]]] = []
        holder = styled(QWidget(), "column")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(24, 4, 24, 24)
        self._column.setSpacing(8)
        self._column.addWidget(self._none)
        self._column.addWidget(self.on_voice_page, 0, Qt.AlignmentFlag.AlignLeft)
        families: dict[str, list[Option]] = {}
        known = {row.option.name for row in elsewhere}
        for option in OPTIONS:
            if option.name in known:
                continue
            families.setdefault(option.name.split(".")[0], []).append(option)
        for family, options in families.items():
            self._add_card(family, options)
        self._column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(scroll, 1)
        self.show_reset()

    def _top(self) -> QHBoxLayout:
        words = self._desk.words
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        words.name(self.search, texts.SEARCH_OPTIONS, tooltip=False)
        words.bind(self.search, self.search.setPlaceholderText, texts.SEARCH_OPTIONS)
        self.search.textChanged.connect(self._filter)
        self.reset_all = QPushButton()
        words.bind(self.reset_all, self.reset_all.setText, texts.RESET_ALL)
        words.name(self.reset_all, texts.RESET_ALL, tooltip=False)
        self.reset_all.setAutoDefault(False)
        self.reset_all.clicked.connect(self._ask_reset)
        top = QHBoxLayout()
        top.setContentsMargins(24, 20, 24, 10)
        top.setSpacing(10)
        top.addWidget(self.search, 1)
        top.addWidget(self.reset_all)
        return top

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put controls below their sentences where there is little room."""
        super().resizeEvent(event)
        for row in self.rows:
            row.set_narrow(self.width() < NARROW)

    def show_reset(self) -> None:
        """Offer the way back where anything was changed."""
        changed = self._desk.services.settings.changed()
        self.reset_all.setEnabled(bool(changed))
        self.reset_all.setToolTip("" if changed else self._desk.words(texts.NOTHING_CHANGED))

    def _add_card(self, family: str, options: list[Option]) -> None:
        heading = QLabel(family)
        heading.setProperty("look", "heading")
        heading.setContentsMargins(2, 12, 0, 2)
        title = texts.GROUPS.get(family)
        if title is not None:
            self._desk.words.bind(heading, heading.setText, title)
        card = styled(QFrame(), "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 4, 0, 4)
        inside.setSpacing(0)
        rows: list[tuple[OptionRow, QFrame | None]] = []
        for at, option in enumerate(options):
            line = styled(QFrame(), "line") if at else None
            if line is not None:
                inside.addWidget(line)
            row = OptionRow(self._desk, option)
            row.changed.connect(self._row_changed)
            inside.addWidget(row)
            rows.append((row, line))
            self.rows.append(row)
        self._column.addWidget(heading)
        self._column.addWidget(card)
        self._cards.append((heading, card, rows))

    def _row_changed(self, name: str) -> None:
        self.show_reset()
        self.changed.emit(name)

    def _matching_elsewhere(self) -> list[OptionRow]:
        words = plain(self.search.text()).split()
        return [row for row in self._elsewhere if words and row.matches(words)]

    def _filter(self, text: str) -> None:
        words = plain(text).split()
        any_shown = False
        for heading, card, rows in self._cards:
            first = True
            for row, line in rows:
                shown = row.matches(words)
                row.setVisible(shown)
                if line is not None:
                    line.setVisible(shown and not first)
                first = first and not shown
            heading.setVisible(not first)
            card.setVisible(not first)
            any_shown = any_shown or not first
        self._show_voice_page()
        self._none.setVisible(not any_shown and self.on_voice_page.isHidden())

    def _show_voice_page(self) -> None:
        found = len(self._matching_elsewhere())
        sentence = self._desk.words(ON_VOICE_PAGE, count=found)
        self.on_voice_page.setText(sentence)
        self.on_voice_page.setAccessibleName(sentence)
        self.on_voice_page.setVisible(bool(found))

    def _ask_reset(self) -> None:
        words = self._desk.words
        count = len(self._desk.services.settings.changed())
        box = confirmation(
            self,
            words(texts.RESET_TITLE),
            words(texts.RESET_BODY, count=count),
            words(texts.RESET_ALL),
            words(texts.CANCEL),
        )
        box.accepted.connect(self._reset_all)
        box.open()

    def _reset_all(self) -> None:
        for row in (*self.rows, *self._elsewhere):
            row.save(row.option.default)
