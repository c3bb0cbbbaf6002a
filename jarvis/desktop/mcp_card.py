"""One MCP server: what it is, whether it works, its tools and its key, switched on and off, connected and removed."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from jarvis.contracts.mcp_desk import McpServerRow, McpToolRow
from jarvis.desktop import mcp_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import button_of, muted
from jarvis.desktop.theme import styled
from jarvis.desktop.window_words import in_window

_UNBROKEN = re.compile(r"(\S{30})")
_LONGEST = 140
"""Characters of a tool's own description; a server may send pages of it."""


class McpCard(QFrame):
    """Shows one server; the page does what is wanted."""

    test_wanted = Signal(str)
    remove_wanted = Signal(str)
    switch_wanted = Signal(str, bool)
    key_wanted = Signal(str, str)
    """The name of a stored key and its new value."""

    def __init__(self, desk: Desk, row: McpServerRow, *, with_keys: bool = False) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk = desk
        self._note = ""
        self._bad = False
        self._with_keys = with_keys
        self.row = row
        title = muted("title")
        title.setText(row.name)
        self.target, self.state, self.tools, self.message = muted("small"), muted("small"), muted("small"), muted("")
        self.test = button_of(desk, texts.TEST, lambda: self.test_wanted.emit(self.row.name))
        self.remove = button_of(desk, texts.REMOVE, lambda: self.remove_wanted.emit(self.row.name))
        self.switch = button_of(desk, texts.SWITCH_OFF, self._switch)
        self.new_key = button_of(desk, texts.NEW_KEY, self._toggle_editor)
        self.editor = self._make_editor()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 11, 12, 12)
        layout.setSpacing(4)
        for label in (title, self.target, self.state, self.message, self.tools):
            layout.addWidget(label)
        layout.addWidget(self.editor)
        layout.addSpacing(4)
        layout.addLayout(FlowRow(self.test, self.switch, self.new_key, self.remove))
        desk.words.follow(self, self.show_row)

    def show_row(self, row: McpServerRow | None = None) -> None:
        """Show a server as it is now; without one, the same in the language in use."""
        row = self.row = row or self.row
        words = self._desk.words
        self.target.setText(row.target)
        state = {
            "off": texts.STATE_DISABLED if row.disabled else texts.STATE_OFF,
            "starting": texts.STATE_STARTING,
            "ready": texts.STATE_READY,
            "failed": texts.STATE_FAILED,
        }[row.state]
        self.state.setText(words(state, count=len(row.tools)))
        self.test.setEnabled(not row.disabled)
        self.switch.setText(words(texts.SWITCH_ON if row.disabled else texts.SWITCH_OFF))
        self.new_key.setVisible(self._with_keys and bool(row.keys))
        self.value.setAccessibleName(words(texts.NAMED, name=row.name, act=words(texts.NEW_VALUE)))
        for button in (self.test, self.switch, self.new_key, self.store, self.remove):
            button.setAccessibleName(words(texts.NAMED, name=row.name, act=button.text()))
        lines = [self._line(tool) for tool in row.tools]
        lines += [words(texts.LEFT_OUT, name=out.name, why=out.why(words.language)) for out in row.left_out]
        self.tools.setText("\n".join(lines))
        self.tools.setVisible(bool(lines))
        said = in_window(row.sentence(words.language)) or self._note
        self.message.setProperty("look", "bad" if self._bad or row.state == "failed" else "muted")
        self.message.style().polish(self.message)
        self.message.setText(said)
        self.message.setVisible(bool(said))

    def say(self, sentence: str, *, bad: bool = False) -> None:
        """Say what was done, or why it was not."""
        self._note, self._bad = sentence, bad
        self.show_row()
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _make_editor(self) -> QWidget:
        self.value = QLineEdit()
        self.value.setEchoMode(QLineEdit.EchoMode.Password)
        self._desk.words.bind(self.value, self.value.setPlaceholderText, texts.NEW_VALUE)
        self.value.returnPressed.connect(self._store)
        self.store = button_of(self._desk, texts.STORE_KEY, self._store, "primary")
        editor = styled(QWidget(), "clear")
        line = QHBoxLayout(editor)
        line.setContentsMargins(0, 4, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.value, 1)
        line.addWidget(self.store)
        editor.hide()
        return editor

    def _toggle_editor(self) -> None:
        shown = self.editor.isHidden()
        self.value.clear()
        self.editor.setVisible(shown)
        if shown:
            self.value.setFocus()

    def _store(self) -> None:
        value = self.value.text().strip()
        if value:
            self.value.clear()
            self.editor.hide()
            self.key_wanted.emit(self.row.keys[0], value)

    def _switch(self) -> None:
        self.switch_wanted.emit(self.row.name, self.row.disabled)

    def _line(self, tool: McpToolRow) -> str:
        words = self._desk.words
        # A word without an end could not be wrapped; where it may break is marked.
        about = _UNBROKEN.sub("\\1\u200b", " ".join(tool.description.split()))
        if len(about) > _LONGEST:
            about = f"{about[:_LONGEST]}…"
        line = words(texts.TOOL, name=tool.name, about=about) if about else tool.name
        return words(texts.DESTROYS, line=line) if tool.destroys else line
