"""A small window that asks one model alone and shows how fast it answers. Keeps nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled
from jarvis.contracts.model_desk import ModelDesk, ModelView
from jarvis.desktop import models_texts as texts
from jarvis.desktop.decision_facts import rate
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_figures import speed
from jarvis.desktop.resources_figures import lasting
from jarvis.desktop.text_widgets import row
from jarvis.desktop.texts import Text

LEAST_TOKENS = 8
"""Of a shorter answer the speed says nothing."""


class TryDialog(QDialog):
    """A question, its answer as it comes, and the seconds it took. Closed, it stops asking."""

    def __init__(self, desk: Desk, parent: QWidget, view: ModelView, models: Callable[[], ModelDesk]) -> None:
        super().__init__(parent)
        self._desk = desk
        self._view = view
        self._models = models
        self._cancel: CancelToken | None = None
        words = desk.words
        words.bind(self, self.setWindowTitle, texts.TRY_TITLE, name=view.name)
        body = QLabel()
        body.setProperty("look", "muted")
        body.setWordWrap(True)
        words.bind(body, body.setText, texts.TRY_BODY)
        self.prompt, self.answer = _field(), _field()
        self.prompt.setPlainText(words(texts.TRY_EXAMPLE))
        self.prompt.setMaximumHeight(84)
        self.answer.setReadOnly(True)
        words.name(self.prompt, texts.TRY_PROMPT, tooltip=False)
        words.name(self.answer, texts.TRY_ANSWER, tooltip=False)
        self.ask_button = self._button(texts.TRY_ASK, self.ask)
        self.ask_button.setProperty("look", "primary")
        self.stop_button = self._button(texts.TRY_STOP, self.stop)
        self.stop_button.setEnabled(False)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(10)
        for widget in (body, self.prompt):
            layout.addWidget(widget)
        layout.addLayout(row(self.ask_button, self.stop_button))
        layout.addWidget(self.answer, 1)
        layout.addWidget(self.message)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 420)
        self.finished.connect(lambda _: self.stop())
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)

    def ask(self) -> None:
        """Ask what stands in the field; one question at a time."""
        question = self.prompt.toPlainText().strip()
        if not question or self._cancel is not None:
            return
        self._cancel = CancelToken()
        self.answer.clear()
        self._busy(True)
        self._say(self._desk.words(texts.TRY_WAITING))
        # A thread of its own: loading a model may take a minute, and the window's workers are few.
        work = threading.Thread(target=self._work, args=(question, self._cancel), name="model-trial", daemon=True)
        work.start()

    def stop(self) -> None:
        """Stop the answer."""
        if self._cancel is not None:
            self._cancel.cancel()

    def _work(self, question: str, cancel: CancelToken) -> None:
        post, now = self._desk.bridge.post, self._desk.services.clock.monotonic
        began, first = now(), None
        tokens: list[int] = []
        try:
            for piece in self._models().try_out(self._view.id, question, cancel, tokens.append):
                first = now() - began if first is None else first
                post(lambda piece=piece: self._add(piece))  # type: ignore[misc]
                cancel.raise_if_cancelled()
            cancel.raise_if_cancelled()
        except Cancelled:
            post(lambda: self._end(self._desk.words(texts.TRY_STOPPED)))
        except Exception as error:  # noqa: BLE001 - whatever it was, the person must see that it ended
            told = error
            post(lambda: self._end(self._desk.sentence(told), bad=True))
        else:
            total = now() - began
            post(lambda: self._end(self._took(total if first is None else first, total, sum(tokens))))

    def _took(self, first: float, total: float, tokens: int) -> str:
        words = self._desk.words
        told = words(texts.TRY_DONE, first=lasting(first, words.language), total=lasting(total, words.language))
        # The first token came with the first word: the others took the rest.
        found = rate(tokens - 1, total - first) if tokens >= LEAST_TOKENS else None
        if found is None:
            return told
        return f"{told} {words(texts.TRY_SPEED, speed=speed(found, words.language))}"

    def _add(self, piece: str) -> None:
        if not isValid(self):
            return
        if not self.answer.toPlainText():
            self._say(self._desk.words(texts.TRY_RUNNING))
        cursor = self.answer.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        cursor.insertText(piece)
        self.answer.ensureCursorVisible()

    def _end(self, sentence: str, *, bad: bool = False) -> None:
        if not isValid(self):
            return
        self._cancel = None
        self._busy(False)
        self._say(sentence, bad=bad)

    def _busy(self, busy: bool) -> None:
        self.ask_button.setEnabled(not busy)
        self.stop_button.setEnabled(busy)
        (self.stop_button if busy else self.ask_button).setFocus()

    def _say(self, sentence: str, *, bad: bool = False) -> None:
        self.message.setProperty("look", "bad" if bad else "muted")
        self.message.style().polish(self.message)
        self.message.setText(sentence)

    def _button(self, text: Text, act: Callable[[], None]) -> QPushButton:
        button = QPushButton()
        button.setAutoDefault(False)
        self._desk.words.bind(button, button.setText, text)
        self._desk.words.name(button, text, tooltip=False)
        button.clicked.connect(act)
        return button


def _field() -> QPlainTextEdit:
    field = QPlainTextEdit()
    field.setTabChangesFocus(True)
    return field
