"""The page of settings where the keys for every program are chosen: press them, and hear what speaks against them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QToolButton, QWidget

from jarvis.desktop import shortcuts_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_parts import button_of, muted
from jarvis.desktop.option_rows import OptionRow
from jarvis.desktop.settings_labels import LABELS
from jarvis.desktop.settings_page import OptionPage
from jarvis.desktop.settings_table import SettingsGroup
from jarvis.desktop.shortcuts_global import GlobalKeys
from jarvis.desktop.shortcuts_table import PLACES, clash, keys_told, writes
from jarvis.settings.options import Option, OptionValue

_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class KeyRecorder(QKeySequenceEdit):
    """Shows keys and takes those that are pressed; Backspace and Delete leave none, Tab goes on, Esc leaves them."""

    recorded = Signal(str)
    """Keys in Qt's portable form, "" for none."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaximumSequenceLength(1)
        self._kept = QKeySequence()

    def show_keys(self, keys: str) -> None:
        """Show what holds."""
        self._kept = QKeySequence(keys)
        self.setKeySequence(self._kept)

    def offer(self, keys: str) -> None:
        """Take keys that reached Jarvis by another way."""
        self.recorded.emit(QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what is pressed."""
        plain = event.modifiers() in _PLAIN
        if plain and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.recorded.emit("")
        elif plain and event.key() == Qt.Key.Key_Escape:
            self.setKeySequence(self._kept)
        else:
            super().keyPressEvent(event)
            pressed = self.keySequence()
            if not pressed.isEmpty() and pressed != self._kept:
                self.recorded.emit(pressed.toString(QKeySequence.SequenceFormat.PortableText))


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
        line = QHBoxLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.all)
        line.addStretch()
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
