"""What a person does with memories: open, correct, pin, forget. Asks first, works on worker threads."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled
from jarvis.contracts.memory import ForgetPreview, ForgetTarget, Memory
from jarvis.contracts.memory_desk import MemoryDesk
from jarvis.desktop import memory_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation, words_wanted
from jarvis.desktop.memory_card import MemoryCard
from jarvis.desktop.resources_figures import number
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.words import Words

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


class MemoryActs(QObject):
    """Acts on memories for whoever shows them; `changed` fires after anything was done, `said` carries a sentence."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._parent = parent

    @property
    def memory(self) -> MemoryDesk:
        """The memory's port; for worker threads, since the first one who asks has it built."""
        memory = self._desk.services.memory
        assert memory is not None
        return memory()

    def card(self, memory: Memory, *, because: str = "") -> MemoryCard:
        """Return a card whose buttons work."""
        card = MemoryCard(self._desk, memory, because=because)
        card.opened.connect(self.open)
        card.correct_wanted.connect(self.correct)
        card.forget_wanted.connect(lambda one: self.forget(ForgetTarget(kind="one", ids=(one.id,))))
        card.pin_wanted.connect(self.pin)
        card.privacy_wanted.connect(self.change_privacy)
        return card

    def open(self, memory: Memory) -> None:
        """Show what was said around a memory, or how a fact changed."""

        def read() -> tuple[list[Memory], list[Memory]]:
            return self.memory.around(memory.id), self.memory.history(memory.id)

        self.work(read, lambda found: self._show(memory, *found))

    def correct(self, memory: Memory) -> None:
        """Ask for other words and store them."""
        dialog = words_wanted(
            self._parent, self._desk.words, texts.CORRECT_TITLE, texts.CORRECT_LABEL, memory.text, many_lines=True
        )
        dialog.textValueSelected.connect(lambda text: self._store(memory, text))
        dialog.resize(520, 260)
        dialog.open()

    def pin(self, memory: Memory) -> None:
        """Pin a memory, or let it go again."""
        self.work(lambda: self.memory.pin(memory.id, not memory.pinned), lambda _: self.changed.emit(), keep=True)

    def change_privacy(self, memory: Memory) -> None:
        """Let a memory leave, or keep it here."""
        wanted = "cloud" if memory.privacy == "local" else "local"
        self.work(
            lambda: self.memory.set_privacy(memory.id, wanted),  # type: ignore[arg-type]
            lambda _: self.changed.emit(),
            keep=True,
        )

    def forget(self, target: ForgetTarget) -> None:
        """Say what would go, and forget it once the person agrees."""
        self.work(lambda: self.memory.preview(target), lambda preview: self._ask(target, preview))

    def work(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        *,
        keep: bool = False,
        give_up: CancelToken | None = None,
    ) -> None:
        """Run `work` on a worker; a failure becomes a sentence. Whoever is gone by then hears of neither.

        `give_up` is what the end of the program raises where it would have to wait for it, `keep` as in `Bridge.run`.
        """

        def told(error: Exception) -> None:
            if isinstance(error, Cancelled):
                _log.warning("nothing was forgotten: Jarvis ended first")
            else:
                self.said.emit(self._desk.words(window_texts.COULD_NOT, why=self._desk.sentence(error)))

        self._desk.bridge.run(work, self._while_there(done), self._while_there(told), keep=keep, give_up=give_up)

    def _while_there(self, act: Callable[[Result], None]) -> Callable[[Result], None]:
        return lambda result: act(result) if isValid(self) else None

    def _store(self, memory: Memory, text: str) -> None:
        if text.strip() and text.strip() != memory.text:
            self.work(lambda: self.memory.edit(memory.id, text.strip()), lambda _: self.changed.emit())

    def _ask(self, target: ForgetTarget, preview: ForgetPreview) -> None:
        words = self._desk.words
        body = what_goes(preview, words)
        if preview.aside:
            body += "\n\n" + words(texts.FORGET_ASIDE, names=", ".join(preview.aside))
        box = confirmation(
            self._parent,
            words(texts.FORGET_TITLE),
            body,
            words(texts.FORGET_DO),
            words(window_texts.CANCEL),
        )
        box.accepted.connect(lambda: self._forget(target))
        box.open()

    def _forget(self, target: ForgetTarget) -> None:
        self.said.emit(self._desk.words(texts.FORGETTING))

        def gone(count: int) -> None:
            words = self._desk.words
            self.said.emit(words(texts.FORGOTTEN, count=number(count, words.language)))
            self.changed.emit()

        cancel = CancelToken()
        self.work(lambda: self.memory.forget(target, cancel=cancel), gone, give_up=cancel)

    def _show(self, memory: Memory, around: list[Memory], history: list[Memory]) -> None:
        dialog = QDialog(self._parent)
        changed = len(history) > 1
        title = texts.HISTORY_TITLE if changed else texts.AROUND_TITLE
        self._desk.words.bind(dialog, dialog.setWindowTitle, title)
        holder = styled(QWidget(), "column")
        column = QVBoxLayout(holder)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(8)
        for one in history if changed else around:
            card = MemoryCard(self._desk, one, plain=True)
            if one.id == memory.id:
                card.setProperty("look", "marked")
            column.addWidget(card)
        if changed and len(around) > 1:
            heading = QLabel()
            heading.setProperty("look", "heading")
            self._desk.words.bind(heading, heading.setText, texts.AROUND_TITLE)
            column.addWidget(heading)
            for one in around:
                column.addWidget(MemoryCard(self._desk, one, plain=True))
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(holder)
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resize(560, 460)
        dialog.open()


def what_goes(preview: ForgetPreview, words: Words) -> str:
    """Return what forgetting takes away, a sentence each; what there is none of is left out."""
    counts: tuple[tuple[int, Text, Text], ...] = (
        (preview.memories, texts.FORGET_MEMORY, texts.FORGET_MEMORIES),
        (preview.messages, texts.FORGET_MESSAGE, texts.FORGET_MESSAGES),
        (preview.answers, texts.FORGET_ANSWER, texts.FORGET_ANSWERS),
    )
    told = [
        words(one) if count == 1 else words(many, count=number(count, words.language))
        for count, one, many in counts
        if count
    ]
    return " ".join([*(told or [words(texts.FORGET_NONE)]), words(texts.NO_WAY_BACK)])
