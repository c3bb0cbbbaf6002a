"""The MCP servers: a card each, and a form that adds one. Everything is asked on worker threads."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError
from jarvis.contracts.key_desk import KeyDesk
from jarvis.contracts.mcp_desk import McpDesk, McpServerRow, NewMcpServer
from jarvis.desktop import mcp_texts as texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.mcp_card import McpCard
from jarvis.desktop.models_parts import WrappedBox, button_of, column, muted, scroll_over
from jarvis.desktop.resources_figures import lasting
from jarvis.desktop.texts import CANCEL
from jarvis.desktop.theme import styled

USUAL_VARIABLE = "API_KEY"
"""The variable in which a program gets its key where none was typed."""


def new_server(name: str, target: str, *, private: bool, key: str = "", variable: str = "") -> NewMcpServer:
    """Return the server that was typed: an address, or a program with arguments as a shell would take them apart.

    With `key`, the name of a stored one, an address gets it as its bearer and a program in `variable`. Raises
    `ValueError` where quotation marks do not match.
    """
    if _is_address(target):
        headers = {"Authorization": f"Bearer keyring:{key}"} if key else {}
        return NewMcpServer(name=name, url=target, headers=headers, private=private)
    command, *arguments = shlex.split(target)
    env = {variable or USUAL_VARIABLE: f"keyring:{key}"} if key else {}
    return NewMcpServer(name=name, command=command, args=tuple(arguments), env=env, private=private)


def _is_address(target: str) -> bool:
    return target.startswith(("http://", "https://"))


class McpPage(QWidget):
    """Lists, adds, connects and removes servers; nothing is started by looking at the page."""

    def __init__(self, desk: Desk, mcp: Callable[[], McpDesk], keys: Callable[[], KeyDesk] | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._mcp = mcp
        self._keys = keys
        self._cancel = CancelToken()
        self.cards: dict[str, McpCard] = {}
        self.message, self.none = muted(""), muted()
        desk.words.bind(self.none, self.none.setText, texts.NONE)
        self.none.hide()
        self.name, self.target, self.private = QLineEdit(), QLineEdit(), WrappedBox()
        self.key, self.variable = QLineEdit(), QLineEdit()
        self.add = button_of(desk, texts.ADD, self.add_typed, "primary")
        body = muted()
        desk.words.bind(body, body.setText, texts.BODY)
        body.setContentsMargins(2, 4, 2, 4)
        holder, cards = column()
        self._column = QVBoxLayout()
        self._column.setSpacing(10)
        cards.addWidget(body)
        cards.addLayout(self._column)
        cards.addWidget(self.none)
        cards.addWidget(self.message)
        in_slices(self, [lambda: cards.addWidget(self._form())])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(scroll_over(holder))
        self.message.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """Look which servers are configured; none is started for it."""
        super().showEvent(event)
        self.read()

    def hideEvent(self, event: QHideEvent) -> None:
        """Wait no longer for servers that are slow to come."""
        super().hideEvent(event)
        self._cancel.cancel()
        self._cancel = CancelToken()

    def read(self) -> None:
        """Look again."""
        cancel = self._cancel
        self._desk.bridge.run(lambda: self._mcp().servers(cancel, connect=False), self._take, self._failed)

    def add_typed(self) -> None:
        """Add what is in the form and connect to it."""
        name, target, value = (field.text().strip() for field in (self.name, self.target, self.key))
        if not name or not target:
            return
        key = f"mcp-{name.lower()}" if value else ""
        variable = self.variable.text().strip()
        try:
            server = new_server(name, target, private=self.private.isChecked(), key=key, variable=variable)
        except ValueError:
            self._say(self._desk.words(texts.BAD_QUOTES), bad=True)
            return

        def added(_: None) -> None:
            for field in (self.name, self.target, self.key, self.variable):
                field.clear()
            self._say(self._desk.words(texts.ADDED, name=name))
            cancel = self._cancel
            self._desk.bridge.run(
                lambda: self._mcp().servers(cancel, connect=False),
                lambda rows: self._connect_new(rows, name),
                self._failed,
            )

        self._desk.bridge.run(lambda: self._add(server, key, value), added, self._failed)

    def _add(self, server: NewMcpServer, key: str, value: str) -> None:
        """Add a server, and its key after it: one that cannot be kept leaves no server that lacks it."""
        self._mcp().add(server)
        if not key or self._keys is None:
            return
        try:
            self._keys().store(key, value)
        except JarvisError:
            self._mcp().remove(server.name)
            raise

    def connect_to(self, name: str) -> None:
        """Connect to one server anew and show its tools."""
        card, cancel = self.cards[name], self._cancel
        card.say(self._desk.words(texts.CONNECTING, name=name))
        card.test.setEnabled(False)

        def connected(found: tuple[McpServerRow, float]) -> None:
            row, seconds = found
            card.show_row(row)
            words = self._desk.words
            card.say(words(texts.CONNECTED, seconds=lasting(seconds, words.language), count=len(row.tools)))

        def failed(error: Exception) -> None:
            card.say(self._desk.sentence(error), bad=True)

        self._desk.bridge.run(lambda: self._mcp().test(name, cancel), connected, failed, cancel=cancel)

    def remove(self, name: str) -> None:
        """Take a server out of the configuration."""

        def removed(_: None) -> None:
            self._say(self._desk.words(texts.REMOVED, name=name))
            self.read()

        used = set(self.cards[name].row.keys) if name in self.cards else set()
        others = {key for card in self.cards.values() if card.row.name != name for key in card.row.keys}

        def remove() -> None:
            self._mcp().remove(name)
            if self._keys is not None:
                for key in used - others:
                    self._keys().remove(key)

        self._desk.bridge.run(remove, removed, self._failed)

    def switch(self, name: str, on: bool) -> None:
        """Offer a server's tools or not."""
        card, cancel = self.cards[name], self._cancel
        said = texts.SWITCHED_ON if on else texts.SWITCHED_OFF

        def switched() -> Sequence[McpServerRow]:
            self._mcp().switch(name, on)
            return self._mcp().servers(cancel, connect=False)

        def shown(rows: Sequence[McpServerRow]) -> None:
            self._take(rows)
            card.say(self._desk.words(said))

        def failed(error: Exception) -> None:
            card.say(self._desk.sentence(error), bad=True)

        self._desk.bridge.run(switched, shown, failed, keep=True, long=True)

    def _store_key(self, card: McpCard, key: str, value: str) -> None:
        keys = self._keys
        if keys is not None:
            self._desk.bridge.run(
                lambda: keys().store(key, value),
                lambda _: card.say(self._desk.words(texts.KEY_STORED)),
                lambda error: card.say(self._desk.sentence(error), bad=True),
            )

    def _form(self) -> QWidget:
        words = self._desk.words
        heading = QLabel()
        heading.setProperty("look", "title")
        words.bind(heading, heading.setText, texts.ADD_HEADING)
        fields = (
            (self.name, texts.NAME),
            (self.target, texts.TARGET),
            (self.key, texts.KEY),
            (self.variable, texts.VARIABLE),
        )
        for field, text in fields:
            words.name(field, text, tooltip=False)
            words.bind(field, field.setPlaceholderText, text)
            field.textChanged.connect(lambda _: self._enable())
            field.returnPressed.connect(self.add_typed)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        words.bind(self.private, self.private.show_words, texts.PRIVATE)
        words.name(self.private, texts.PRIVATE, tooltip=False)
        goes = self._goes = muted("small")
        words.bind(goes, goes.setText, texts.KEY_GOES)
        form = styled(QFrame(), "card")
        layout = QVBoxLayout(form)
        layout.setContentsMargins(16, 13, 16, 14)
        layout.setSpacing(9)
        for widget in (heading, self.name, self.target, self.key, self.variable, goes, self.private):
            layout.addWidget(widget)
        layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._enable()
        return form

    def _enable(self) -> None:
        self.add.setEnabled(bool(self.name.text().strip() and self.target.text().strip()))
        self.key.setVisible(self._keys is not None)
        typed = self._keys is not None and bool(self.key.text().strip())
        self._goes.setVisible(typed)
        self.variable.setVisible(typed and not _is_address(self.target.text().strip()))

    def _take(self, rows: Sequence[McpServerRow]) -> None:
        for name in set(self.cards) - {row.name for row in rows}:
            card = self.cards.pop(name)
            card.hide()
            card.deleteLater()
        for row in rows:
            if row.name in self.cards:
                self.cards[row.name].show_row(row)
            else:
                card = self.cards[row.name] = McpCard(self._desk, row, with_keys=self._keys is not None)
                card.switch_wanted.connect(self.switch)
                card.key_wanted.connect(partial(self._store_key, card))
                card.test_wanted.connect(self.connect_to)
                card.remove_wanted.connect(self._ask_remove)
                self._column.addWidget(card)
        self.none.setVisible(not self.cards)

    def _connect_new(self, rows: Sequence[McpServerRow], name: str) -> None:
        self._take(rows)
        if name in self.cards:
            self.connect_to(name)

    def _ask_remove(self, name: str) -> None:
        words = self._desk.words
        box = confirmation(
            self, words(texts.REMOVE_TITLE, name=name), words(texts.REMOVE_BODY), words(texts.REMOVE), words(CANCEL)
        )
        box.accepted.connect(lambda: self.remove(name))
        box.open()

    def _failed(self, error: Exception) -> None:
        self._say(self._desk.sentence(error), bad=True)

    def _say(self, sentence: str, *, bad: bool = False) -> None:
        self.message.setProperty("look", "bad" if bad else "muted")
        self.message.style().polish(self.message)
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
