"""The quick query: one line near the top of the screen, its answer below, gone with Esc."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QCursor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskEvent, AskFailed, AskFinished
from jarvis.contracts.messages import Request
from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, after
from jarvis.desktop.desk import Desk
from jarvis.desktop.message_widgets import AnswerMessage, Spark
from jarvis.desktop.theme import styled

WIDTH = 620
_TALLEST_ANSWER = 380
_CONVERSATION_GONE = "conversation.unknown"


class QuickQuery(QWidget):
    """Asks one question at a time. What is asked below an answer goes on in its conversation, which the chat can open;
    one that appears anew begins another."""

    open_wanted = Signal(str, str, object)
    """Conversation, run and its cancel token, which belong to the chat from then on."""
    way_wanted = Signal(str)
    """A `Place` where a failed answer's trouble can be mended."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(None, Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint)
        self._desk = desk
        self._token: CancelToken | None = None
        self._answer: Answer | None = None
        self._widget: AnswerMessage | None = None
        self._asked = ""
        self._waits = False
        self._left_running = False
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        desk.words.bind(self, self.setWindowTitle, texts.QUICK)
        self.input = styled(QLineEdit(), "quick")
        self.input.setMaxLength(20_000)
        desk.words.name(self.input, texts.QUICK, tooltip=False)
        self.input.returnPressed.connect(self._ask)
        self.setFocusProxy(self.input)
        self._stop = QToolButton()
        desk.words.name(self._stop, texts.STOP)
        desk.theme.dress(self._stop, "stop", "accent")
        self._stop.clicked.connect(self._cancel)
        self._hold = styled(QWidget(), "clear")
        self._hold_layout = QVBoxLayout(self._hold)
        self._hold_layout.setContentsMargins(6, 0, 6, 0)
        self._hold.installEventFilter(self)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._hold)
        styled(self._scroll.viewport(), "clear")
        self._hint = QLabel()
        self._hint.setProperty("look", "small")
        self._hint.setWordWrap(True)
        self._open = QPushButton()
        self._open.setProperty("look", "link")
        desk.words.bind(self._open, self._open.setText, texts.QUICK_OPEN)
        desk.words.name(self._open, texts.QUICK_OPEN, tooltip=False)
        desk.theme.dress(self._open, "open", size=15)
        self._open.clicked.connect(self._open_in_chat)
        desk.words.follow(self, self._say_keys)
        self._assemble()
        desk.bridge.asked.connect(self._take)

    def pop_up(self) -> None:
        """Come forward as it is; where it is away, appear empty near the top centre of the screen with the pointer.

        An answer that was still on its way when its window was closed is shown again.
        """
        if not self.isVisible():
            if not self._left_running:
                self._clear()
            self._place()
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()
        self.input.setFocus()

    def toggle(self) -> None:
        """Appear or come forward, or go away when it is in front."""
        if self.isVisible() and self.isActiveWindow():
            self._dismiss()
        else:
            self.pop_up()

    def put_away(self) -> None:
        """Go away, with what was asked and answered."""
        self._dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes away."""
        if event.key() == Qt.Key.Key_Escape:
            self._dismiss()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is still on its way: closing the window, unlike Esc, does not stop it."""
        super().closeEvent(event)
        self._left_running = self._answer is not None and not self._answer.ended

    def changeEvent(self, event: QEvent) -> None:
        """Go away when another window comes forward and nothing was asked."""
        super().changeEvent(event)
        lost = event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow()
        if lost and self.isVisible() and self._answer is None and not self.input.text():
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grow with the answer once its layout asks for room."""
        if watched is self._hold and event.type() == QEvent.Type.LayoutRequest:
            QTimer.singleShot(0, self, self._fit)
        return super().eventFilter(watched, event)

    def _assemble(self) -> None:
        frame = styled(QFrame(), "quickframe")
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(Spark(self._desk))
        top.addWidget(self.input, 1)
        top.addWidget(self._stop)
        bottom = QHBoxLayout()
        bottom.addWidget(self._hint, 1)
        bottom.addWidget(self._open)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(18, 12, 14, 10)
        inside.setSpacing(8)
        inside.addLayout(top)
        inside.addWidget(self._scroll)
        inside.addLayout(bottom)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(frame)

    def _place(self) -> None:
        room = self._room()
        width = min(WIDTH, room.width() - 24)
        self.setFixedWidth(width)
        self._fit()
        self.move(room.x() + (room.width() - width) // 2, room.y() + max(12, room.height() // 7))

    def _room(self) -> QRect:
        pointed = QGuiApplication.screenAt(QCursor.pos())
        return (pointed or self.screen()).availableGeometry()

    def _ask(self) -> None:
        text = self.input.text().strip()
        if text and (self._answer is None or self._answer.ended):
            self._send(text)

    def _ask_again(self, text: str) -> None:
        # A yes is over once it was said: what it agreed to is asked anew, as the chat does.
        self._send(text, again=self._answer.message_id or None if self._answer is not None else None)

    def _send(self, text: str, again: str | None = None) -> None:
        conversation = self._answer.conversation_id if self._answer is not None else ""
        self._clear()
        self._asked = text
        self.input.setText(text)
        self._show_answer(Answer(ask_id="", conversation_id=conversation, question=text))

        def began(ask_id: str) -> None:
            if self._token is token:
                self._desk.aloud.follow(ask_id, conversation or None)
                self._answer = Answer(ask_id=ask_id, conversation_id=conversation, question=text)

        request = Request(text=text, door="quick", conversation_id=conversation or None, again=again)
        token = self._desk.bridge.ask(request, began)
        self._token = token

    def _take(self, event: AskEvent) -> None:
        if self._answer is None or event.ask_id != self._answer.ask_id:
            return
        answer = after(self._answer, event)
        if isinstance(event, AskFailed) and event.code == _CONVERSATION_GONE:
            # It was deleted meanwhile: what is asked next begins another.
            answer = replace(answer, conversation_id="")
        if isinstance(event, AskFinished):
            self._be_ready(waits=event.expects_reply)
        self._show_answer(answer)

    def _be_ready(self, *, waits: bool) -> None:
        """Have the field take the next words, without a key for the old ones; what was typed meanwhile stays."""
        self._waits = waits
        if self.input.text().strip() == self._asked:
            if waits:
                self.input.clear()
            else:
                self.input.selectAll()
        if waits:
            self.input.setFocus()

    def _say_keys(self) -> None:
        words = self._desk.words
        further = self._answer is not None and self._answer.ended
        keys = texts.QUICK_WAITS if self._waits else texts.QUICK_FURTHER if further else texts.QUICK_KEYS
        self._hint.setText(words(keys))
        self.input.setPlaceholderText(words(texts.QUICK_REPLY if self._waits else texts.QUICK_HINT))

    def _show_answer(self, answer: Answer) -> None:
        self._answer = answer
        self._say_keys()
        if self._widget is None:
            self._widget = AnswerMessage(self._desk, answer)
            self._widget.retry.connect(self._ask_again)
            self._widget.way_wanted.connect(self.way_wanted)
            self._hold_layout.addWidget(self._widget)
        self._widget.update_answer(answer)
        self._fit()

    def _fit(self) -> None:
        shown = self._widget is not None
        self._scroll.setVisible(shown)
        self._open.setVisible(self._answer is not None and bool(self._answer.conversation_id))
        self._stop.setVisible(self._answer is not None and not self._answer.ended)
        if shown:
            self._hold_layout.activate()
            height = self._hold.sizeHint().height()
            self._scroll.setFixedHeight(max(44, min(_TALLEST_ANSWER, height)))
        self.adjustSize()

    def _clear(self) -> None:
        if self._token is not None and self._answer is not None and not self._answer.ended:
            self._token.cancel()
        self._token = None
        self._answer = None
        self._waits = self._left_running = False
        if self._widget is not None:
            self._hold_layout.removeWidget(self._widget)
            self._widget.hide()
            self._widget.deleteLater()
            self._widget = None
        self.input.clear()
        self._say_keys()
        self._fit()

    def _cancel(self) -> None:
        if self._token is not None:
            self._token.cancel()
        self._be_silent()

    def _be_silent(self) -> None:
        if self._answer is not None:
            self._desk.aloud.stop(self._answer.ask_id)

    def _dismiss(self) -> None:
        self._be_silent()
        self._clear()
        self.hide()

    def _open_in_chat(self) -> None:
        if self._answer is not None and self._answer.conversation_id:
            conversation_id, ask_id, token = self._answer.conversation_id, self._answer.ask_id, self._token
            # The chat shows the running answer from here on, so hiding must not stop it.
            self._token = None
            self._answer = None
            self._clear()
            self.hide()
            self.open_wanted.emit(conversation_id, ask_id, token)
