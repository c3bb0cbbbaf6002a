"""The keys of providers and servers, a card each. A value is never read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from jarvis.contracts.key_desk import KeyDesk, KeyRow
from jarvis.desktop import keys_texts as texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.desk import Desk
from jarvis.desktop.key_card import KeyCard
from jarvis.desktop.models_parts import column, muted, scroll_over


class KeysPage(QWidget):
    """Shows whose keys there are; everything is asked on worker threads, since a keyring may show its own dialog."""

    def __init__(self, desk: Desk, keys: Callable[[], KeyDesk]) -> None:
        super().__init__()
        self._desk = desk
        self._keys = keys
        self._where: str | None = None
        self.cards: dict[str, KeyCard] = {}
        self.body, self.off, self.trouble = muted(), muted(), muted("bad")
        holder, self._column = column()
        top = QVBoxLayout()
        top.setContentsMargins(2, 0, 0, 0)
        top.setSpacing(5)
        for label in (self.body, self.off, self.trouble):
            top.addWidget(label)
        self._column.addLayout(top)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll_over(holder), 1)
        self.trouble.hide()
        desk.words.follow(self, self._tell)

    def showEvent(self, event: QShowEvent) -> None:
        """Read whose keys there are when the page comes into view."""
        super().showEvent(event)
        self._tell()
        self.read()

    def read(self) -> None:
        """Look again."""
        self._desk.bridge.run(lambda: (self._keys().where(), self._keys().rows()), self._take, self._failed)

    def _take(self, found: tuple[str, Sequence[KeyRow]]) -> None:
        self._where, rows = found
        self.trouble.hide()
        self._tell()
        steps = [partial(self._show, row) for row in rows]
        if len(self.cards) == len(rows):
            for step in steps:
                step()
        else:
            in_slices(self, steps)

    def _show(self, row: KeyRow) -> None:
        if row.name in self.cards:
            self.cards[row.name].show_row(row)
            return
        card = self.cards[row.name] = KeyCard(self._desk, self._keys, row)
        card.changed.connect(self.read)
        self._column.addWidget(card)

    def _failed(self, error: Exception) -> None:
        self.trouble.setText(self._desk.sentence(error))
        self.trouble.show()

    def _tell(self) -> None:
        words = self._desk.words
        if self._where is None:
            self.body.setText(words(texts.READING))
        else:
            self.body.setText(words(texts.BODY, where=self._where) if self._where else words(texts.BODY_NONE))
        off = not self._desk.services.settings.flag("cloud.enabled")
        self.off.setText(words(texts.CLOUD_OFF) if off else "")
        self.off.setVisible(off)
