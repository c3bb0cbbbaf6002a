"""One message on screen: the person's words in a bubble, or an answer with what answered, why and how it ended."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, doing_now, text_with_mark, what_answered, why_text
from jarvis.desktop.answer_body import AnswerBody
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_answer import AnswerMemories
from jarvis.desktop.memory_texts import FROM_MEMORY, FROM_MEMORY_NAME
from jarvis.desktop.text_widgets import RichText, copied_mark, row
from jarvis.desktop.theme import styled, svg_renderer
from jarvis.desktop.voice_texts import NOT_WHAT_I_SAID, NOT_WHAT_I_SAID_NAME

LONGEST_SHOWN = 6_000
"""Characters of the person's own message that are shown; longer ones are pasted material."""


class UserMessage(QWidget):
    """What the person asked, as plain text in a bubble on the right; what was spoken can be corrected."""

    correct = Signal(str)

    def __init__(self, desk: Desk, text: str, *, spoken: bool = False) -> None:
        super().__init__()
        self._desk = desk
        self.text = text
        self._words = RichText(desk.theme, desk.words, texts.YOU_SAID, widest=480)
        shown = text.strip()
        self._words.set_plain(shown[:LONGEST_SHOWN] + ("…" if len(shown) > LONGEST_SHOWN else ""))
        bubble = styled(QFrame(), "bubble")
        inside = QVBoxLayout(bubble)
        inside.setContentsMargins(16, 10, 16, 11)
        inside.setSpacing(6)
        inside.addWidget(self._words)
        if len(shown) > LONGEST_SHOWN:
            inside.addWidget(self._long_note(len(shown)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 6)
        layout.setSpacing(2)
        layout.addWidget(bubble, 0, Qt.AlignmentFlag.AlignRight)
        if spoken:
            layout.addWidget(self._correction(), 0, Qt.AlignmentFlag.AlignRight)

    def set_column(self, pixels: int) -> None:
        """Fit into a column of `pixels`."""
        self._words.set_widest(max(120, int(pixels * 0.8) - 32))

    def _correction(self) -> QPushButton:
        button = QPushButton()
        button.setProperty("look", "link")
        self._desk.words.bind(button, button.setText, NOT_WHAT_I_SAID)
        self._desk.words.name(button, NOT_WHAT_I_SAID_NAME)
        button.clicked.connect(lambda: self.correct.emit(self.text))
        return button

    def _long_note(self, total: int) -> QWidget:
        note = QLabel()
        note.setProperty("look", "small")
        note.setWordWrap(True)
        words = self._desk.words
        words.bind(
            note,
            note.setText,
            texts.LONG_TEXT,
            shown=f"{LONGEST_SHOWN:,}".replace(",", " "),
            total=f"{total:,}".replace(",", " "),
        )
        button = QToolButton()
        button.setProperty("look", "small")
        words.name(button, texts.COPY)
        self._desk.theme.dress(button, "copy", size=16)
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        button.clicked.connect(lambda: copied_mark(button, self._desk.theme, words))
        holder = QWidget()
        inside = QHBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(note, 1)
        inside.addWidget(button)
        return holder


class Spark(QWidget):
    """Jarvis' mark beside an answer; breathes while the answer is being found."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._phase = 0
        self.setFixedSize(QSize(22, 22))
        self._timer = QTimer(self, interval=60)
        self._timer.timeout.connect(self._step)
        desk.theme.follow(self, self._recolour)

    def set_busy(self, busy: bool) -> None:
        """Breathe or rest."""
        if busy and not self._timer.isActive():
            self._timer.start()
        elif not busy:
            self._timer.stop()
            self._phase = 0
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the mark, fainter in the middle of a breath."""
        del event
        painter = QPainter(self)
        swing = abs((self._phase % 24) - 12) / 12
        painter.setOpacity(1.0 if not self._timer.isActive() else 0.35 + 0.65 * swing)
        self._renderer.render(painter, self.rect().toRectF())
        painter.end()

    def _recolour(self) -> None:
        self._renderer = svg_renderer("jarvis", self._desk.theme.colours.accent)
        self.update()

    def _step(self) -> None:
        self._phase += 1
        self.update()


class AnswerMessage(QWidget):
    """One answer; `update_answer` takes every later version of it."""

    retry = Signal(str)
    anew = Signal(str)
    link_refused = Signal()
    memory_changed = Signal()

    def __init__(self, desk: Desk, answer: Answer) -> None:
        super().__init__()
        self._desk = desk
        self.answer = answer
        self._spark = Spark(desk)
        self.body = AnswerBody(desk)
        self.body.link_refused.connect(self.link_refused)
        self._doing = _label("muted")
        self._failures = _label("small")
        self._trouble, self._trouble_text = self._trouble_box()
        self._footer = self._footer_row()
        self._why_text = _label("small")
        self._why_text.hide()
        self._memories = AnswerMemories(desk)
        self._memories.changed.connect(self.memory_changed)
        self._memories.hide()
        column = QVBoxLayout()
        column.setSpacing(6)
        for widget in (self._failures, self._doing, self.body, self._trouble, self._footer):
            column.addWidget(widget)
        column.addWidget(self._why_text)
        column.addWidget(self._memories)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 10)
        layout.setSpacing(14)
        layout.addWidget(self._spark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column, 1)
        desk.words.follow(self, self._refresh)
        colours = desk.theme.colours

        def recolour() -> None:
            nonlocal colours
            if desk.theme.colours is not colours:
                colours = desk.theme.colours
                self.body.redraw()

        desk.theme.follow(self, recolour)

    def update_answer(self, answer: Answer) -> None:
        """Show `answer`, rewriting only what changed."""
        self.answer = answer
        self._refresh()

    def set_column(self, pixels: int) -> None:
        """Answers fill whatever column they are in."""
        del pixels

    def _refresh(self) -> None:
        answer, words = self.answer, self._desk.words
        self.body.show_text(text_with_mark(answer, words))
        self.body.setVisible(bool(answer.text))
        if answer.ended:
            self.body.finish()
        busy = not answer.ended
        self._spark.set_busy(busy and answer.phase != "elsewhere")
        self._doing.setText(doing_now(answer, words))
        self._doing.setVisible(busy and (not answer.text or answer.phase != "writing"))
        lines = [words(texts.ENGINE_FAILED, model=f.model, sentence=f.sentence) for f in answer.failures]
        self._failures.setText("\n".join(lines))
        self._failures.setVisible(bool(lines))
        self._show_trouble()
        by = what_answered(answer, words)
        self._by.setText(by)
        self._by.setVisible(bool(by))
        self._why_text.setText(why_text(answer, words))
        self._why.setVisible(bool(by or answer.reason))
        self._copy.setVisible(bool(answer.text))
        self._remembered.setVisible(answer.remembers and self._desk.services.memory is not None)
        self._anew.setVisible(answer.cached and bool(answer.question))
        self._footer.setVisible(answer.ended and (bool(answer.text) or bool(by)))

    def _show_trouble(self) -> None:
        answer, words = self.answer, self._desk.words
        sentences = {
            "failed": answer.sentence or words(texts.FAILED),
            "cancelled": words(texts.CANCELLED),
            "interrupted": words(texts.INTERRUPTED),
        }
        sentence = sentences.get(answer.phase, "")
        look = "trouble" if answer.phase == "failed" else "halted"
        if self._trouble.objectName() != look:
            self._trouble.setObjectName(look)
            self._trouble.style().polish(self._trouble)
        self._trouble_text.setText(sentence)
        self._trouble.setVisible(bool(sentence))
        self._again.setVisible(bool(answer.question))

    def _trouble_box(self) -> tuple[QFrame, QLabel]:
        box = styled(QFrame(), "halted")
        label = _label("")
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._again = QPushButton()
        self._desk.words.name(self._again, texts.TRY_AGAIN, tooltip=False)
        self._desk.words.bind(self._again, self._again.setText, texts.TRY_AGAIN)
        self._again.clicked.connect(lambda: self.retry.emit(self.answer.question))
        layout = QHBoxLayout(box)
        layout.setContentsMargins(16, 10, 10, 10)
        layout.setSpacing(12)
        layout.addWidget(label, 1)
        layout.addWidget(self._again, 0, Qt.AlignmentFlag.AlignVCenter)
        return box, label

    def _footer_row(self) -> QWidget:
        words = self._desk.words
        self._by = _label("small")
        self._by.setWordWrap(False)
        self._why = QPushButton()
        self._why.setProperty("look", "link")
        self._why.setCheckable(True)
        words.bind(self._why, self._why.setText, texts.WHY)
        words.name(self._why, texts.WHY_NAME)
        self._why.toggled.connect(self._toggle_why)
        self._remembered = QPushButton()
        self._remembered.setProperty("look", "link")
        self._remembered.setCheckable(True)
        words.bind(self._remembered, self._remembered.setText, FROM_MEMORY)
        words.name(self._remembered, FROM_MEMORY_NAME)
        self._remembered.toggled.connect(self._toggle_memories)
        self._anew = QPushButton()
        self._anew.setProperty("look", "link")
        words.bind(self._anew, self._anew.setText, texts.ASK_ANEW)
        words.name(self._anew, texts.ASK_ANEW, tooltip=False)
        self._anew.clicked.connect(lambda: self.anew.emit(self.answer.question))
        self._copy = QToolButton()
        self._copy.setProperty("look", "small")
        words.name(self._copy, texts.COPY_ANSWER)
        self._desk.theme.dress(self._copy, "copy", size=16)
        self._copy.clicked.connect(self._copy_answer)
        holder = QWidget()
        holder.setLayout(row(self._copy, self._by, self._anew, self._why, self._remembered, spacing=6))
        return holder

    def _toggle_why(self, shown: bool) -> None:
        self._why_text.setVisible(shown)

    def _toggle_memories(self, shown: bool) -> None:
        if shown:
            self._memories.read(self.answer.message_id)
        self._memories.setVisible(shown)

    def _copy_answer(self) -> None:
        QGuiApplication.clipboard().setText(self.answer.text)
        copied_mark(self._copy, self._desk.theme, self._desk.words)


def _label(look: str) -> QLabel:
    label = _Wrapped()
    label.setProperty("look", look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label


class _Wrapped(QLabel):
    """A label exactly as tall as its wrapped words; Qt's own estimate leaves room for a far narrower column."""

    def setText(self, text: str) -> None:
        """Show `text` and take its height."""
        super().setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new width with a new height."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self.wordWrap() and self.width() > 0:
            height = self.heightForWidth(self.width())
            if height > 0 and (height != self.minimumHeight() or height != self.maximumHeight()):
                self.setFixedHeight(height)
