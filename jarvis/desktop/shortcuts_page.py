"""The page of settings where the keys for every program are chosen: press them, and hear what speaks against them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from jarvis.desktop import shortcuts_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.key_recorder import KeyRecorder
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import button_of, muted
from jarvis.desktop.option_rows import OptionRow
from jarvis.desktop.settings_labels import LABELS
from jarvis.desktop.settings_page import OptionPage
from jarvis.desktop.settings_table import SettingsGroup
from jarvis.desktop.shortcuts_global import GlobalKeys
from jarvis.desktop.shortcuts_table import PLACES, clash, keys_told, writes
from jarvis.settings.options import Option, OptionValue


class ShortcutRow(OptionRow):
    """One option of keys."""

    def __init__(self, desk: Desk, option: Option, keys: GlobalKeys | None) -> None:
        super().__init__(desk, option)
        self._keys = keys
        self.why = muted("small")
        self.left.insertWidget(2, self.why)
        self.clear = QToolButton()
        self.clear.setProperty("look", "small")
        desk.theme.dress(self.clear, "close", size=17)
        self.clear.clicked.connect(lambda: self.save(""))
        self.right.insertWidget(1, self.clear)
        desk.words.follow(self, self._tell)
        if keys is not None:
            keys.changed.connect(self._tell)

    def load(self) -> None:
        """Show the keys that hold."""
        super().load()
        if hasattr(self, "clear"):
            self._tell()

    def save(self, value: OptionValue) -> None:
        """Store keys that are free; what others have already is said."""
        words, settings = self._desk.words, self._desk.services.settings
        keys = str(value)
        told = keys_told(QKeySequence(keys), words)
        taken = clash(keys, self.option.name, settings.text)
        if writes(keys):
            self._refuse(words(texts.WRITES, keys=told))
        elif taken is not None:
            self._refuse(words(texts.CLASH, keys=told, what=words(taken.text), where=words(PLACES[taken.place][0])))
        else:
            self._error.hide()
            super().save(value)

    def _refuse(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.show()
        self.load()

    def _make_control(self) -> tuple[QWidget, Callable[[OptionValue], None]]:
        recorder = KeyRecorder()
        recorder.setFixedWidth(170)
        recorder.recorded.connect(self.save)
        return recorder, lambda value: recorder.show_keys(str(value))

    def _value_text(self, value: OptionValue) -> str:
        return keys_told(QKeySequence(str(value)), self._desk.words) or self._desk.words(texts.NO_KEYS)

    def _tell(self) -> None:
        words = self._desk.words
        name = words(texts.CLEAR, what=words(LABELS[self.option.name]))
        self.clear.setAccessibleName(name)
        self.clear.setToolTip(name)
        self.clear.setEnabled(bool(self._desk.services.settings.text(self.option.name)))
        why = self._keys.why_not(self.option.name) if self._keys is not None else ""
        self.why.setText(why)
        self.why.setVisible(bool(why))


class ShortcutsPage(OptionPage):
    """The keys for every program, how they are chosen, and where else the desktop has a say in them."""

    list_wanted = Signal()
    """Show every shortcut there is."""

    def __init__(self, desk: Desk, group: SettingsGroup, keys: GlobalKeys | None) -> None:
        self._keys = keys
        self.how = muted()
        # The signal is not there before the page is.
        self.all = button_of(desk, texts.ALL_KEYS, lambda: self.list_wanted.emit())  # noqa: PLW0108
        beside = QWidget()
        beside.setLayout(FlowRow(self.all))
        super().__init__(desk, group, (self.how, beside), self._row)
        desk.words.follow(self, self._tell)
        if keys is not None:
            keys.changed.connect(self._tell)

    def changeEvent(self, event: QEvent) -> None:
        """Write the keys, and where there are none what to do, as the language has them."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            for row in self.rows.values():
                row.load()

    def _row(self, option: Option) -> OptionRow:
        return ShortcutRow(self._desk, option, self._keys)

    def _tell(self) -> None:
        where = self._keys.where_set() if self._keys is not None else ""
        self.how.setText(" ".join(filter(None, (self._desk.words(texts.HOW), where))))
