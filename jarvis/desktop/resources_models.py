"""The models in memory as rows, each with a way out of it. Asks on worker threads, and tells what failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from jarvis.contracts.resources import ResidentModel, ResourceDesk
from jarvis.desktop import resources_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.resources_figures import memory, number
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.words import Words


class ResidentRow(QFrame):
    """One model in memory; `unload_wanted` carries its id."""

    unload_wanted = Signal(str)

    def __init__(self, desk: Desk, model: ResidentModel) -> None:
        super().__init__()
        styled(self, "card")
        self._desk = desk
        self._leaving = False
        self.model = model
        self.name = QLabel(model.id)
        self.about = QLabel()
        self.about.setProperty("look", "small")
        for label in (self.name, self.about):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.unload = QPushButton()
        self.unload.setAutoDefault(False)
        self.unload.clicked.connect(lambda: self.unload_wanted.emit(self.model.id))
        left = QVBoxLayout()
        left.setSpacing(2)
        left.addWidget(self.name)
        left.addWidget(self.about)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.addLayout(left, 1)
        layout.addWidget(self.unload)
        desk.words.follow(self, self._tell)

    def show_model(self, model: ResidentModel) -> None:
        """Show the model as it is now."""
        if model != self.model:
            self.model = model
            self._tell()

    def set_leaving(self, leaving: bool) -> None:
        """Say that it is being taken out, or no longer."""
        self._leaving = leaving
        self._tell()

    def _tell(self) -> None:
        words, model = self._desk.words, self.model
        self.about.setText("  ·  ".join(about(model, words)))
        self.unload.setText(words(texts.UNLOADING if self._leaving else texts.UNLOAD))
        self.unload.setEnabled(model.own and not self._leaving)
        told = words(texts.UNLOAD_NAME, model=model.id)
        self.unload.setAccessibleName(told)
        self.unload.setToolTip(told if model.own else words(texts.NOT_OURS))


class ResidentList(QWidget):
    """The rows, and one line that says what became of the last act; `changed` fires after one."""

    changed = Signal()

    def __init__(self, desk: Desk, port: Callable[[], ResourceDesk]) -> None:
        """`port` is asked on worker threads."""
        super().__init__()
        self._desk = desk
        self._port = port
        self.rows: dict[str, ResidentRow] = {}
        self.empty = QLabel()
        self.empty.setProperty("look", "muted")
        self.empty.setWordWrap(True)
        desk.words.bind(self.empty, self.empty.setText, texts.NOTHING_RESIDENT)
        self.empty.hide()
        self.message = Said(desk)
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.empty)
        layout.addLayout(self._column)
        layout.addWidget(self.message)

    def show_models(self, models: Sequence[ResidentModel]) -> None:
        """Show these, in this order; rows stay where the model does, and so does the keyboard's focus."""
        self.empty.setVisible(not models)
        wanted = [model.id for model in models]
        for model_id in [one for one in self.rows if one not in wanted]:
            row = self.rows.pop(model_id)
            row.hide()
            row.deleteLater()
        for at, model in enumerate(models):
            row = self.rows.get(model.id) or self._new(model)
            row.show_model(model)
            if self._column.indexOf(row) != at:
                self._column.removeWidget(row)
                self._column.insertWidget(at, row)

    def unload(self, model_id: str) -> None:
        """Take a model out of memory."""
        row = self.rows[model_id]
        row.set_leaving(True)
        self.message.clear()

        def done(_: None) -> None:
            self.message.say(texts.UNLOADED, model=model_id)
            self._settled(model_id)

        def failed(error: Exception) -> None:
            self.message.fail(error)
            self._settled(model_id)

        self._desk.bridge.run(
            lambda: self._port().unload(model_id),
            lambda result: done(result) if isValid(self) else None,
            lambda error: failed(error) if isValid(self) else None,
        )

    def _settled(self, model_id: str) -> None:
        row = self.rows.get(model_id)
        if row is not None:
            row.set_leaving(False)
        self.changed.emit()

    def _new(self, model: ResidentModel) -> ResidentRow:
        row = self.rows[model.id] = ResidentRow(self._desk, model)
        row.unload_wanted.connect(self.unload)
        return row


class Said(QLabel):
    """One line that says what became of an act, in the language in use; hidden while there is nothing to say."""

    def __init__(self, desk: Desk, look: str = "muted") -> None:
        super().__init__()
        self._desk = desk
        self._look = look
        self._make: Callable[[], str] = str
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hide()
        desk.words.follow(self, self._tell)

    def say(self, text: Text, **values: object) -> None:
        """Say a sentence."""
        self._show(lambda: self._desk.words(text, **values), self._look)

    def say_made(self, make: Callable[[], str]) -> None:
        """Say what `make` returns, now and in another language."""
        self._show(make, self._look)

    def fail(self, error: Exception) -> None:
        """Say why something failed."""
        self._show(lambda: self._desk.sentence(error), "bad")

    def clear(self) -> None:
        """Say nothing."""
        self._make = str
        self.hide()

    def _show(self, make: Callable[[], str], look: str) -> None:
        self._make = make
        self.setProperty("look", look)
        self.style().unpolish(self)
        self.style().polish(self)
        self._tell()
        self.show()

    def _tell(self) -> None:
        self.setText(self._make())


def about(model: ResidentModel, words: Words) -> list[str]:
    """Return what a model is, where it is, what it holds, how fast it was, and whose it is."""
    language = words.language
    parts = [words(texts.KINDS[model.kind]), model.device]
    if model.vram_mib >= 1:
        parts.append(words(texts.IN_VRAM, memory=memory(model.vram_mib, language)))
    if model.ram_mib >= 1:
        parts.append(words(texts.IN_RAM, memory=memory(model.ram_mib, language)))
    if model.tokens_per_second is not None:
        parts.append(words(texts.MEASURED_SPEED, speed=number(model.tokens_per_second, language, 1)))
    if model.pinned:
        parts.append(words(texts.PINNED))
    if not model.own:
        parts.append(words(texts.ELSEWHERE))
    return [part for part in parts if part]
