"""The messages of one conversation, newest in view; older ones appear as the person scrolls up.

Knows no storage: what to show is handed in, and more is asked for by a signal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from jarvis.contracts.messages import StoredMessage
from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, from_stored
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.desk import Desk
from jarvis.desktop.message_widgets import AnswerMessage, UserMessage
from jarvis.desktop.theme import styled

WIDEST_COLUMN = 780
"""Logical pixels of the text column: about 95 characters a line."""
AT_ONCE = 12
"""Messages made when a conversation opens, and each time more are wanted; more follow where there is room."""
_NEAR = 48


class ConversationView(QScrollArea):
    """A scrolling column of messages that stays at its end while the person is there."""

    retry = Signal(str)
    anew = Signal(str)
    link_refused = Signal()
    memory_changed = Signal()
    correct = Signal(str)
    """What was heard of a spoken question is not what was said."""
    older_wanted = Signal()
    """The oldest message handed in is on screen and more may exist."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("messages")
        self._desk = desk
        self._answers: dict[str, AnswerMessage] = {}
        self._waiting: list[StoredMessage] = []
        self._first_shown = ""
        self._follow = True
        self._making: QTimer | None = None
        self._from_end = 0
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        desk.words.name(self, texts.MESSAGES, tooltip=False)
        self._fresh_column()
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._grown)
        self._latest = styled(QToolButton(self), "latest")
        desk.words.name(self._latest, texts.TO_LATEST)
        desk.theme.dress(self._latest, "arrow-down", "text")
        self._latest.clicked.connect(self.to_latest)
        self._latest.hide()

    def open(
        self,
        messages: Sequence[StoredMessage],
        live: Answer | None = None,
        remembering: frozenset[str] = frozenset(),
        spoken: frozenset[str] = frozenset(),
    ) -> None:
        """Show `messages` (oldest first, newest last) from the end; `live` is the answer still being written,
        `remembering` has the ids of those that drew on memories, `spoken` those of questions that were spoken."""
        self._stop_making()
        self._answers.clear()
        self._fresh_column()
        self._follow = True
        self._waiting = list(messages)
        self._remembering, self._spoken = remembering, spoken
        if live is not None and self._waiting and self._waiting[-1].state == "streaming":
            self._waiting.pop()
        self._first_shown = messages[0].id if messages else ""
        if live is not None:
            self._append(self._answer_widget(live))
        self._make_older()

    def add_older(self, messages: Sequence[StoredMessage]) -> None:
        """Put the messages older than those handed in before; `messages` may contain those too."""
        known = next((at for at, message in enumerate(messages) if message.id == self._first_shown), len(messages))
        if known:
            self._first_shown = messages[0].id
            self._waiting = [*messages[:known], *self._waiting]
            self._make_older()

    def add_question(self, text: str, *, spoken: bool = False) -> None:
        """Append what the person just asked and go there."""
        self._follow = True
        self._append(self._question_widget(text, spoken=spoken))

    def show_answer(self, answer: Answer) -> None:
        """Append `answer`, or bring the one with its run id up to date, also where it was read from the log."""
        widget = self._answers.get(answer.ask_id) or self._answers.get(answer.message_id)
        if widget is None:
            self._append(self._answer_widget(answer))
        else:
            widget.update_answer(answer)

    def to_latest(self) -> None:
        """Go to the end and stay there."""
        self._follow = True
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the column and keep the button in its corner."""
        super().resizeEvent(event)
        self._latest.move(self.width() // 2 - 18, self.height() - 52)
        width = self._column_width()
        for at in range(self._column.count()):
            item = self._column.itemAt(at)
            widget = item.widget() if item is not None else None
            if isinstance(widget, UserMessage):
                widget.set_column(width)

    def _fresh_column(self) -> None:
        holder = styled(QWidget(), "column")
        middle = QWidget()
        middle.setMaximumWidth(WIDEST_COLUMN)
        self._column = QVBoxLayout(middle)
        self._column.setContentsMargins(24, 20, 24, 20)
        self._column.setSpacing(10)
        self._column.addStretch()
        layout = QHBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(1)
        layout.addWidget(middle, 100)
        layout.addStretch(1)
        self.setWidget(holder)

    def _column_width(self) -> int:
        return min(WIDEST_COLUMN, self.viewport().width()) - 48

    def _question_widget(self, text: str, *, spoken: bool) -> UserMessage:
        widget = UserMessage(self._desk, text, spoken=spoken)
        widget.correct.connect(self.correct)
        widget.set_column(self._column_width())
        return widget

    def _answer_widget(self, answer: Answer) -> AnswerMessage:
        widget = AnswerMessage(self._desk, answer)
        widget.retry.connect(self.retry)
        widget.anew.connect(self.anew)
        widget.link_refused.connect(self.link_refused)
        widget.memory_changed.connect(self.memory_changed)
        self._answers[answer.ask_id] = widget
        return widget

    def _append(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def _make_older(self) -> None:
        """Make the next few waiting messages, newest first, above what is there."""
        if self._making is not None or not self._waiting:
            return
        batch, self._waiting = self._waiting[-AT_ONCE:], self._waiting[:-AT_ONCE]
        before = self._waiting[-1] if self._waiting else None
        steps = [
            self._maker(message, batch[at - 1] if at else before) for at, message in reversed(list(enumerate(batch)))
        ]
        self._making = in_slices(self, [*steps, self._made])

    def _maker(self, message: StoredMessage, before: StoredMessage | None) -> Callable[[], None]:
        question = before.text if before is not None and before.role == "user" else ""

        def make() -> None:
            if any(shown.answer.message_id == message.id for shown in self._answers.values()):
                # It came to its end while the conversation was being read.
                return
            widget: QWidget
            if message.role == "user":
                widget = self._question_widget(message.text, spoken=message.id in self._spoken)
            else:
                answer = from_stored(message, question, remembers=message.id in self._remembering)
                widget = self._answer_widget(answer)
            self._column.insertWidget(0, widget)

        return make

    def _made(self) -> None:
        self._making = None
        QTimer.singleShot(0, self, self._fill)

    def _fill(self) -> None:
        """Make more while there is room for them above."""
        if self.verticalScrollBar().value() < _NEAR and not self._follow:
            self._want_older()
        elif self.verticalScrollBar().maximum() == 0 and self._waiting:
            self._make_older()

    def _want_older(self) -> None:
        if self._waiting:
            self._make_older()
        elif self._making is None and self._first_shown:
            self.older_wanted.emit()

    def _stop_making(self) -> None:
        if self._making is not None:
            self._making.stop()
            self._making.deleteLater()
            self._making = None

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        at_end = value >= bar.maximum() - _NEAR
        self._follow = at_end
        self._from_end = bar.maximum() - value
        self._latest.setVisible(not at_end)
        if value < _NEAR and bar.maximum() > 0 and not at_end:
            self._want_older()

    def _grown(self, low: int, high: int) -> None:
        """Stay at the end, or, while older messages are put above, at the same distance from it."""
        del low
        bar = self.verticalScrollBar()
        if self._follow:
            bar.setValue(high)
        elif self._making is not None:
            bar.setValue(high - self._from_end)
        self._latest.setVisible(bar.value() < high - _NEAR)
