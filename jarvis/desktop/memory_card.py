"""One memory as a card: its words, where they come from, and what can be done with it. Decides nothing."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from jarvis.contracts.memory import ASSISTANT, USER, Memory, place_in
from jarvis.desktop import memory_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.text_widgets import RichText
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled

LONGEST_SHOWN = 1200
"""Characters of one memory that are shown; an imported one may be far longer."""


class MemoryCard(QFrame):
    """A memory; every button says by a signal what is wanted, with the memory."""

    opened = Signal(object)
    correct_wanted = Signal(object)
    forget_wanted = Signal(object)
    pin_wanted = Signal(object)
    privacy_wanted = Signal(object)

    def __init__(self, desk: Desk, memory: Memory, *, because: str = "", plain: bool = False) -> None:
        super().__init__()
        styled(self, "card")
        self._desk = desk
        self.memory = memory
        self._text = RichText(desk.theme, desk.words, texts.REMEMBERED)
        shown = memory.text[:LONGEST_SHOWN]
        self._text.set_plain(shown + ("…" if len(memory.text) > LONGEST_SHOWN else ""))
        self._meta = _line()
        self._because = _line()
        self._because.setText(because)
        self._because.setVisible(bool(because))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 8)
        layout.setSpacing(4)
        layout.addWidget(self._text)
        layout.addWidget(self._because)
        layout.addWidget(self._meta)
        if not plain:
            layout.addLayout(FlowRow(*self._buttons(), spacing=6))
        desk.words.follow(self, self._retell)

    def _buttons(self) -> list[QWidget]:
        self.open_button = self._button(texts.OPEN, self.opened)
        self.correct_button = self._button(texts.CORRECT, self.correct_wanted)
        self.forget_button = self._button(texts.FORGET, self.forget_wanted)
        more = QToolButton()
        more.setProperty("look", "small")
        self._desk.words.name(more, texts.MORE_ACTS)
        self._desk.theme.dress(more, "more", size=16)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        self.pin_action = menu.addAction("", lambda: self.pin_wanted.emit(self.memory))
        self.privacy_action = menu.addAction("", lambda: self.privacy_wanted.emit(self.memory))
        words = self._desk.words
        words.bind(menu, self.pin_action.setText, texts.UNPIN if self.memory.pinned else texts.PIN)
        local = self.memory.privacy == "local"
        words.bind(menu, self.privacy_action.setText, texts.LET_LEAVE if local else texts.KEEP_HERE)
        more.setMenu(menu)
        return [self.open_button, self.correct_button, self.forget_button, more]

    def _button(self, text: Text, signal: SignalInstance) -> QPushButton:
        button = QPushButton()
        button.setProperty("look", "act")
        button.setAutoDefault(False)
        self._desk.words.bind(button, button.setText, text)
        self._desk.words.name(button, text, tooltip=False)
        button.clicked.connect(lambda: signal.emit(self.memory))
        return button

    def _retell(self) -> None:
        self._meta.setText("  ·  ".join(parts_of(self.memory, self._desk)))


def parts_of(memory: Memory, desk: Desk) -> list[str]:
    """Return who said it, when, where it is from and until when it held."""
    words = desk.words
    said = {USER: words(texts.SAID_YOU), ASSISTANT: words(texts.SAID_JARVIS)}.get(memory.speaker, memory.speaker)
    parts = [day(memory.said_at, desk)]
    if memory.path:
        place = place_in(memory.place, words.language)
        parts.append(" ".join(part for part in (memory.path.rsplit("/", 1)[-1], place) if part))
    else:
        # "You asked to remember it" says already who did.
        parts += [said] if said and (memory.source, memory.speaker) != ("told", USER) else []
        parts.append(words(texts.SOURCES[memory.source]))
    if memory.pinned:
        parts.append(words(texts.IS_PINNED))
    if memory.privacy == "cloud":
        parts.append(words(texts.SHARED))
    if memory.valid_until is not None:
        parts.append(words(texts.SUPERSEDED, day=day(memory.valid_until, desk)))
    return parts


def day(moment: datetime, desk: Desk) -> str:
    """Return the local day of `moment` in the window's way of writing it."""
    local = moment.astimezone(desk.services.clock.now().tzinfo)
    return f"{local:%d/%m/%Y}" if desk.words.language == "es" else f"{local:%Y-%m-%d}"


def _line() -> QLabel:
    label = QLabel()
    label.setProperty("look", "small")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
