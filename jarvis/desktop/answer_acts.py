"""What can be done with one answer, as a row of buttons: copy, quote, read aloud, another answer, why, memories."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton, QWidget
from shiboken6 import isValid

from jarvis.desktop import message_texts, texts
from jarvis.desktop.answer import Answer
from jarvis.desktop.answer_again import AgainMenu
from jarvis.desktop.desk import Desk
from jarvis.desktop.markdown import inert
from jarvis.desktop.memory_texts import FROM_MEMORY_NAME
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.shown import set_shown
from jarvis.desktop.text_widgets import copied_mark
from jarvis.desktop.texts import Text

ICONS = ("copy", "quote", "speaker", "again", "memory")
"""What the buttons in the row show, drawn muted."""


class MessageWishes(QObject):
    """What people want done with a message, from all messages of one chat to whoever does it."""

    version = Signal(str, str)
    """The version in view, and the one that is wanted instead; both message ids."""
    edited = Signal(str, str)
    """A question's id, and its words as they are now."""
    again = Signal(str, str, str)
    """An answer's id, its question's words, and the model that is to answer, empty for whichever is best."""
    quoted = Signal(str)
    speak = Signal(object)
    """The `AnswerActs` whose answer is to be read aloud, or no longer."""


class AnswerActs(QWidget):
    """The row under an answer; without `wishes` only what needs no chat around it."""

    def __init__(self, desk: Desk, wishes: MessageWishes | None, selected: Callable[[], str]) -> None:
        super().__init__()
        self._desk = desk
        self._wishes = wishes
        self._selected = selected
        self._speaking = False
        self.answer = Answer(ask_id="")
        self.copy = self._button("copy", texts.COPY_ANSWER)
        self.copy.clicked.connect(self._copy)
        self.quote = self._button("quote", message_texts.QUOTE)
        self.quote.clicked.connect(self._quote)
        self.speak = self._button("speaker", message_texts.SPEAK)
        self.speak.clicked.connect(self._speak)
        self.again = self._button("again", message_texts.ANOTHER)
        self.again.clicked.connect(self._offer_models)
        self._menu: AgainMenu | None = None
        self.why = self._bare_button(texts.WHY_NAME)
        self.why.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._desk.words.bind(self.why, self.why.setText, texts.WHY)
        self.remembered = self._button("memory", FROM_MEMORY_NAME)
        self.remembered.setCheckable(True)
        self.setLayout(FlowRow(self.copy, self.quote, self.speak, self.again, self.why, self.remembered, spacing=2))

    def show_answer(self, answer: Answer, by: str) -> None:
        """Offer what can be done with `answer`; `by` says what answered, empty where nothing is known of that."""
        self.answer = answer
        in_chat = self._wishes is not None
        set_shown(self.copy, bool(answer.text))
        set_shown(self.quote, in_chat and bool(answer.text))
        set_shown(self.speak, in_chat and bool(answer.text))
        set_shown(self.again, in_chat and bool(answer.question) and bool(answer.message_id))
        set_shown(self.why, bool(by or answer.reason))
        set_shown(self.remembered, answer.remembers and self._desk.services.memory is not None)

    @property
    def menu(self) -> AgainMenu:
        """What another answer can be had from; made when it is first wanted, since few ever are."""
        if self._menu is None:
            self._menu = AgainMenu(self._desk, self.again)
            self._menu.chosen.connect(self.ask_again)
        answer = self.answer
        self._menu.question, self._menu.question_id, self._menu.model = (
            answer.question,
            answer.question_id,
            answer.model,
        )
        return self._menu

    def ask_again(self, model: str = "") -> None:
        """Have the question answered anew, by `model` or whichever is best."""
        if self._wishes is not None:
            self._wishes.again.emit(self.answer.message_id, self.answer.question, model)

    def show_speaking(self, speaking: bool) -> None:
        """Show whether this answer is being read aloud; pressing again ends that."""
        if not isValid(self):
            return
        self._speaking = speaking
        name = self._desk.words(message_texts.SPEAK_STOP if speaking else message_texts.SPEAK)
        self.speak.setAccessibleName(name)
        self.speak.setToolTip(name)
        self.speak.setIcon(self._desk.theme.icon("stop" if speaking else "speaker", "accent" if speaking else "muted"))

    @property
    def speaking(self) -> bool:
        """True while this answer is read aloud."""
        return self._speaking

    def _button(self, icon: str, name: Text) -> QToolButton:
        button = self._bare_button(name)
        self._desk.theme.dress(button, icon, size=16)
        return button

    def _bare_button(self, name: Text) -> QToolButton:
        button = QToolButton()
        button.setProperty("look", "small")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setMinimumSize(QSize(26, 26))
        self._desk.words.name(button, name)
        return button

    def _offer_models(self) -> None:
        self.menu.popup(self.again.mapToGlobal(self.again.rect().bottomLeft()))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(inert(self.answer.text))
        copied_mark(self.copy, self._desk.theme, self._desk.words)

    def _quote(self) -> None:
        if self._wishes is not None:
            self._wishes.quoted.emit(as_quote(self._selected() or self.answer.text))

    def _speak(self) -> None:
        if self._wishes is not None:
            self._wishes.speak.emit(self)


def as_quote(text: str) -> str:
    """Return `text` as a Markdown quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
