"""The settings: a form made from the table of options, and a page of keys. Knows no option by name."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
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
from jarvis.settings.options import OPTIONS, Option


class SettingsDialog(PagedDialog):
    """Options and keys; every change holds at once."""

    changed = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self.options = OptionsPage(desk)
        self.keys = KeysPage(desk)
        pages = ((texts.PAGE_OPTIONS, "sliders", self.options), (texts.PAGE_KEYS, "key", self.keys))
        super().__init__(desk, parent, texts.SETTINGS, pages, widest=860, tallest=640)
        self.options.changed.connect(self.changed)


class OptionsPage(QWidget):
    """Every option in its family, with a search box and the way back to all defaults."""

    changed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        desk.words.name(self.search, texts.SEARCH_OPTIONS, tooltip=False)
        desk.words.bind(self.search, self.search.setPlaceholderText, texts.SEARCH_OPTIONS)
        self.search.textChanged.connect(self._filter)
        self.reset_all = QPushButton()
        desk.words.bind(self.reset_all, self.reset_all.setText, texts.RESET_ALL)
        desk.words.name(self.reset_all, texts.RESET_ALL, tooltip=False)
        self.reset_all.setAutoDefault(False)
        self.reset_all.clicked.connect(self._ask_reset)
        top = QHBoxLayout()
        top.setContentsMargins(24, 20, 24, 10)
        top.setSpacing(10)
        top.addWidget(self.search, 1)
        top.addWidget(self.reset_all)
        self._none = QLabel()
        self._none.setProperty("look", "muted")
        desk.words.bind(self._none, self._none.setText, texts.NO_OPTION)
        self._none.hide()
        self.rows: list[OptionRow] = []
        self._cards: list[tuple[QLabel, QFrame, list[tuple[OptionRow, QFrame | None]]]] = []
        holder = styled(QWidget(), "column")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(24, 4, 24, 24)
        self._column.setSpacing(8)
        self._column.addWidget(self._none)
        families: dict[str, list[Option]] = {}
        for option in OPTIONS:
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
        self._show_reset()

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
        self._show_reset()
        self.changed.emit(name)

    def _show_reset(self) -> None:
        changed = self._desk.services.settings.changed()
        self.reset_all.setEnabled(bool(changed))
        self.reset_all.setToolTip("" if changed else self._desk.words(texts.NOTHING_CHANGED))

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
        self._none.setVisible(not any_shown)

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
        for row in self.rows:
            row.save(row.option.default)
