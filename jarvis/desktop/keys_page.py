"""The keys of cloud servers: their names, a way to store one and to delete one. A value is never read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.desktop import texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.theme import styled

Result = TypeVar("Result")


class KeysPage(QWidget):
    """Lists, stores and deletes keys through the secret store, on worker threads."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._where = ""
        self._names: list[str] = []
        self._body = QLabel()
        self._body.setWordWrap(True)
        self._body.setProperty("look", "muted")
        self.name = QLineEdit()
        self.value = QLineEdit()
        self.value.setEchoMode(QLineEdit.EchoMode.Password)
        self.save = QPushButton()
        self.save.setProperty("look", "primary")
        self.save.setAutoDefault(False)
        words = desk.words
        for widget, text in ((self.name, texts.KEY_NAME), (self.value, texts.KEY_VALUE)):
            words.name(widget, text, tooltip=False)
            words.bind(widget, widget.setPlaceholderText, text)
            widget.textChanged.connect(self._enable)
        words.name(self.save, texts.KEY_SAVE, tooltip=False)
        words.bind(self.save, self.save.setText, texts.KEY_SAVE)
        self.save.clicked.connect(self._store)
        self.value.returnPressed.connect(self._store)
        self._card = styled(QFrame(), "card")
        self._rows = QVBoxLayout(self._card)
        self._rows.setContentsMargins(16, 10, 10, 10)
        self.message = QLabel()
        self.message.setWordWrap(True)
        form = QHBoxLayout()
        form.setSpacing(10)
        form.addWidget(self.name, 2)
        form.addWidget(self.value, 3)
        form.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(14)
        layout.addWidget(self._body)
        layout.addWidget(self._card)
        layout.addLayout(form)
        layout.addWidget(self.message)
        layout.addStretch()
        words.follow(self, self._show)
        desk.theme.changed.connect(self._show)
        self._enable()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the names when the page comes into view."""
        super().showEvent(event)
        self._read()

    def _read(self) -> None:
        secrets = self._desk.services.secrets
        self._work(lambda: (secrets.where(), sorted(secrets.names())), self._take)

    def _take(self, found: tuple[str, list[str]]) -> None:
        self._where, self._names = found
        self._show()

    def _show(self) -> None:
        words = self._desk.words
        self._body.setText(words(texts.KEYS_BODY, where=self._where or "…"))
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if not self._names:
            self._rows.addWidget(QLabel(words(texts.KEYS_NONE)))
        for name in self._names:
            self._rows.addWidget(self._row(name))

    def _row(self, name: str) -> QWidget:
        label = QLabel(name)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        delete = QToolButton()
        text = self._desk.words(texts.KEY_DELETE, name=name)
        delete.setToolTip(text)
        delete.setAccessibleName(text)
        delete.setIcon(self._desk.theme.icon("trash", "muted"))
        delete.clicked.connect(lambda: self._ask_delete(name))
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label, 1)
        layout.addWidget(delete)
        return row

    def _enable(self) -> None:
        self.save.setEnabled(bool(self.name.text().strip() and self.value.text().strip()))

    def _store(self) -> None:
        name, value = self.name.text().strip(), self.value.text().strip()
        if not name or not value:
            return
        secrets = self._desk.services.secrets
        self.value.clear()

        def stored(_: None) -> None:
            self.name.clear()
            self._say(self._desk.words(texts.KEY_SAVED, name=name))
            self._read()

        self._work(lambda: secrets.set(name, value), stored)

    def _ask_delete(self, name: str) -> None:
        words = self._desk.words
        box = confirmation(
            self,
            words(texts.KEY_DELETE_TITLE),
            words(texts.KEY_DELETE_BODY, name=name),
            words(texts.DELETE_DO),
            words(texts.CANCEL),
        )
        box.accepted.connect(lambda: self._delete(name))
        box.open()

    def _delete(self, name: str) -> None:
        secrets = self._desk.services.secrets

        def gone(_: bool) -> None:
            self._say(self._desk.words(texts.KEY_DELETED, name=name))
            self._read()

        self._work(lambda: secrets.delete(name), gone)

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)

    def _work(self, work: Callable[[], Result], done: Callable[[Result], None]) -> None:
        self._desk.bridge.run(
            work, done, lambda error: self._say(self._desk.words(texts.COULD_NOT, why=self._desk.sentence(error)))
        )
