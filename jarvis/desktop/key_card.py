"""One provider's key: whether there is one, a field to paste it, a try of it, and what can be done without a keyring.

A value is never read back; the field is emptied as soon as the key is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.key_desk import KeyDesk, KeyReport, KeyRow
from jarvis.desktop import keys_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import NARROW, button_of, muted
from jarvis.desktop.settings_texts import PAGE_ANSWERS
from jarvis.desktop.step_label import StepLabel
from jarvis.desktop.texts import CANCEL, GROUP_MEMORY, Text
from jarvis.desktop.theme import styled

Result = TypeVar("Result")
_STATES: dict[str, Text] = {
    "none": texts.NONE,
    "keyring": texts.IN_KEYRING,
    "environment": texts.IN_ENVIRONMENT,
    "until_quit": texts.UNTIL_QUIT,
}


class KeyCard(QFrame):
    """The key of one provider; `changed` fires once it was stored or removed."""

    changed = Signal()

    def __init__(self, desk: Desk, keys: Callable[[], KeyDesk], row: KeyRow) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk = desk
        self._keys = keys
        self.row = row
        self._said: Callable[[], str] = str
        self.title = QLabel(row.title)
        self.title.setProperty("look", "title")
        self.state = muted("small")
        self.message = muted("")
        self.enter = button_of(desk, texts.ENTER, self._toggle_editor)
        self.test = button_of(desk, texts.TEST, self.check)
        self.remove = button_of(desk, texts.REMOVE, self._ask_remove)
        self.editor = self._make_editor()
        self.way_out = self._make_way_out()
        head = self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setSpacing(8)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addWidget(self.title)
        names.addWidget(self.state)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.test, self.remove, self.enter):
            buttons.addWidget(button)
        buttons.addStretch()
        head.addLayout(names, 1)
        head.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 11, 12, 11)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.editor)
        layout.addWidget(self.way_out)
        layout.addWidget(self.message)
        self.editor.hide()
        self.way_out.hide()
        self.message.hide()
        desk.words.follow(self, self._tell)
        desk.theme.follow(self, self._tell)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons below the name where there is no room beside."""
        super().resizeEvent(event)
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._head.setDirection(below if self.width() < NARROW else beside)

    def show_row(self, row: KeyRow) -> None:
        """Show what holds now."""
        self.row = row
        self._tell()

    def check(self) -> None:
        """Ask the provider whether it takes the key."""
        name = self.row.name
        self._say(lambda: self._desk.words(texts.TESTING, title=self.row.title))
        self.test.setEnabled(False)
        self._work(lambda: self._keys().check(name), self._works)

    def _make_editor(self) -> QWidget:
        words = self._desk.words
        self.value = QLineEdit()
        self.value.setEchoMode(QLineEdit.EchoMode.Password)
        words.bind(self.value, self.value.setPlaceholderText, texts.VALUE)
        self.value.returnPressed.connect(self._store)
        store = self.store = button_of(self._desk, texts.STORE, self._store, "primary")
        self.value.textChanged.connect(lambda text: store.setEnabled(bool(text.strip())))
        self.store.setEnabled(False)
        self.page = QLabel()
        self.page.setProperty("look", "small")
        self.page.setOpenExternalLinks(True)
        self.page.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        if not self.row.page:
            self.page.hide()
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.value, 1)
        line.addWidget(self.store)
        editor = styled(QWidget(), "clear")
        layout = QVBoxLayout(editor)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addLayout(line)
        layout.addWidget(self.page)
        return editor

    def _make_way_out(self) -> QWidget:
        words = self._desk.words
        box = QFrame()
        box.setObjectName("notice")
        box.setProperty("kind", "warning")
        why = muted("")
        words.bind(why, why.setText, texts.NO_KEYRING)
        line = StepLabel(f"export {self.row.variable}=")
        self.keep_now = button_of(self._desk, texts.KEEP_NOW, self._keep_until_quit, "primary")
        self.copy_line = button_of(self._desk, texts.COPY_LINE, self._copy_line)
        buttons = FlowRow(self.keep_now, self.copy_line)
        layout = QVBoxLayout(box)
        layout.setContentsMargins(14, 11, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(why)
        layout.addWidget(line)
        layout.addLayout(buttons)
        return box

    def _tell(self) -> None:
        words, row = self._desk.words, self.row
        state = words(_STATES[row.state], variable=row.variable)
        if row.models:
            state = words(texts.MODELS, state=state, count=row.models)
        if not row.checkable and not row.page:
            page = GROUP_MEMORY if row.name == "embedder" else PAGE_ANSWERS
            state = f"{state} · {words(texts.NO_ADDRESS, page=words(page))}"
        self.state.setText(state)
        there = row.state != "none"
        self.test.setVisible(there and row.checkable)
        self.remove.setVisible(row.state in ("keyring", "until_quit"))
        self.enter.setVisible(row.state != "environment")
        self.enter.setText(words(texts.REPLACE if there else texts.ENTER))
        for button in (self.test, self.remove, self.enter, self.store, self.keep_now, self.copy_line):
            button.setAccessibleName(words(texts.NAMED, title=row.title, act=button.text()))
        self.value.setAccessibleName(words(texts.NAMED, title=row.title, act=words(texts.VALUE)))
        link = f'<a href="{row.page}" style="color:{self._desk.theme.colours.accent}">{row.page}</a>'
        self.page.setText(words(texts.GET_ONE, page=link))
        self.message.setText(self._said())

    def _toggle_editor(self) -> None:
        shown = self.editor.isHidden()
        self.editor.setVisible(shown)
        self.way_out.hide()
        self.value.clear()
        if shown:
            self.value.setFocus()

    def _store(self) -> None:
        value, name = self.value.text().strip(), self.row.name
        if value:
            self.store.setEnabled(False)
            self._work(lambda: self._keys().store(name, value), lambda _: self._kept(), self._not_stored)

    def _keep_until_quit(self) -> None:
        value, name = self.value.text().strip(), self.row.name
        if value:
            self._work(lambda: self._keys().keep_until_quit(name, value), lambda _: self._kept())

    def _kept(self) -> None:
        self.value.clear()
        self.editor.hide()
        self.way_out.hide()
        self.changed.emit()
        if self.row.checkable:
            self._say(lambda: self._desk.words(texts.STORED))
            self.check()

    def _not_stored(self, error: Exception) -> None:
        self.store.setEnabled(True)
        if isinstance(error, JarvisError) and error.code == "keys.no_keyring":
            self.message.hide()
            self.way_out.show()
            self.keep_now.setFocus()
        else:
            self._failed(error)

    def _copy_line(self) -> None:
        QGuiApplication.clipboard().setText(f"export {self.row.variable}=")
        self._say(lambda: self._desk.words(texts.LINE_COPIED))

    def _works(self, report: KeyReport) -> None:
        self.test.setEnabled(True)
        text = texts.WORKS_ALONE if report.models is None else texts.WORKS
        charges = bool(self.row.models)

        def told() -> str:
            words = self._desk.words
            said = words(text, where=report.where, count=report.models)
            return f"{said} {words(texts.CREDIT)}" if charges else said

        self._say(told)

    def _ask_remove(self) -> None:
        words, title = self._desk.words, self.row.title
        box = confirmation(
            self,
            words(texts.REMOVE_TITLE, title=title),
            words(texts.REMOVE_BODY),
            words(texts.REMOVE),
            words(CANCEL),
        )
        box.accepted.connect(self.forget)
        box.open()

    def forget(self) -> None:
        """Remove the key for good."""
        name = self.row.name

        def gone(_: bool) -> None:
            self._say(lambda: self._desk.words(texts.GONE))
            self.changed.emit()

        self._work(lambda: self._keys().remove(name), gone)

    def _say(self, sentence: Callable[[], str], bad: bool = False) -> None:
        self._said = sentence
        self.message.setProperty("look", "bad" if bad else "muted")
        self.message.style().polish(self.message)
        self.message.setText(sentence())
        self.message.show()

    def _failed(self, error: Exception) -> None:
        self.test.setEnabled(True)
        self._say(lambda: self._desk.sentence(error), bad=True)

    def _work(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._desk.bridge.run(work, done, failed or self._failed)
