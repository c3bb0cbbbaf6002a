"""The memories that one answer drew on, shown under it; read when somebody looks at them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from jarvis.contracts.memory import Recalled
from jarvis.desktop import memory_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_acts import MemoryActs


class AnswerMemories(QWidget):
    """Cards of what was remembered for an answer; `changed` fires when something was done with one."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._message_id = ""
        self._acts: MemoryActs | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(6)
        self.message = QLabel()
        self.message.setProperty("look", "small")
        self.message.setWordWrap(True)
        self._column.addWidget(self.message)
        self.message.hide()

    def read(self, message_id: str) -> None:
        """Show what the answer drew on, as far as it is still remembered."""
        self._message_id = message_id
        if self._acts is None:
            self._acts = MemoryActs(self._desk, self)
            self._acts.changed.connect(lambda: self.read(self._message_id))
            self._acts.changed.connect(self.changed)
            self._acts.said.connect(self._say)
        acts = self._acts
        acts.work(lambda: acts.memory.used_by(message_id), self._show)

    def _show(self, found: list[Recalled]) -> None:
        assert self._acts is not None
        while self._column.count() > 1:
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for at, one in enumerate(found):
            self._column.insertWidget(at, self._acts.card(one.memory, because=one.because))
        if not found:
            self._say(self._desk.words(texts.NOT_KEPT))

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
