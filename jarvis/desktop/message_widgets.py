"""One answer on screen, with what answered, what that took, what can be done with it and how it ended."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from jarvis.contracts.conversation_desk import Rating
from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, doing_now, text_with_mark, what_answered
from jarvis.desktop.answer_acts import AnswerActs, MessageWishes
from jarvis.desktop.answer_body import AnswerBody
from jarvis.desktop.answer_footer import AnswerFooter
from jarvis.desktop.decision_facts import Record, figures_of, record_of
from jarvis.desktop.decision_view import DecisionWindow
from jarvis.desktop.desk import Desk
from jarvis.desktop.keyboard_order import put_in_order, stops_in
from jarvis.desktop.memory_answer import AnswerMemories
from jarvis.desktop.question_widget import UserMessage
from jarvis.desktop.rating import AnswerRating
from jarvis.desktop.shown import set_shown
from jarvis.desktop.theme import svg_renderer
from jarvis.desktop.trouble_box import TroubleBox
from jarvis.desktop.versions import VersionSwitch
from jarvis.desktop.ways_on import place_of
from jarvis.desktop.wrapped_label import WrappedLabel

__all__ = ["AnswerMessage", "Spark", "UserMessage"]

FIRST_WORDS = 200
"""Characters of an answer that are shown in the turn in which they came: two lines, which take a millisecond or two."""


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
        if busy and self._desk.theme.moves and not self._timer.isActive():
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
    """One answer; `update_answer` takes every later version of it. With `wishes` it stands in a chat, and more can be
    done with it."""

    retry = Signal(str)
    anew = Signal(str)
    link_refused = Signal()
    memory_changed = Signal()
    way_wanted = Signal(str)
    """Where the trouble can be mended: a `Place`."""
    grown = Signal()
    """The keyboard stops in it where it did not before, and does not come there from its text."""

    def __init__(self, desk: Desk, answer: Answer, wishes: MessageWishes | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._wishes = wishes
        self._figures_read = False
        self.answer = answer
        self._spark = Spark(desk)
        self.body = AnswerBody(desk)
        self.body.link_refused.connect(self.link_refused)
        self.body.begun.connect(self.grown)
        self._doing = WrappedLabel("muted")
        self._failures = WrappedLabel("small")
        self._trouble = TroubleBox(desk)
        self._trouble_text, self._again, self.way = self._trouble.text, self._trouble.again, self._trouble.way
        self._again.clicked.connect(lambda: self._once_more(self.retry))
        self.way.wanted.connect(self.way_wanted)
        self.rating = AnswerRating(desk)
        # While it has no place among the acts it belongs to what goes with it.
        self.rating.beside.setParent(self.rating)
        self.rating.grown.connect(self.order_end)
        self._footer: AnswerFooter | None = None
        self._footer_next = desk.slices.add(self, self._make_footer)
        self._memories = AnswerMemories(desk)
        self._memories.changed.connect(self.memory_changed)
        self._memories.hide()
        self._column = column = QVBoxLayout()
        column.setSpacing(6)
        for widget in (self._failures, self._doing, self.body, self._trouble, self.rating, self._memories):
            column.addWidget(widget)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 10)
        layout.setSpacing(14)
        layout.addWidget(self._spark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column, 1)
        self._bare = answer.ended
        if self._bare:
            # What is read from the log is shown in turns of its own: all of it in one would hold the window.
            self._footer_next.start()
        self._made = False
        desk.words.follow(self, self._refresh)
        self._made = True
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

    def show_rating(self, rating: Rating | None) -> None:
        """Show how it was rated."""
        self.rating.show_rating(self.answer.message_id, rating)

    @property
    def busy(self) -> bool:
        """True while what is known of it is not on the screen yet."""
        return self.body.busy or self._footer_next.isActive()

    def show_footer(self) -> None:
        """Show what stands under it now, whether or not its text is there."""
        self._footer_next.stop()
        self._bare = False
        self._show_footer()

    def in_use(self) -> bool:
        """Tell whether the person does something with it that making it anew would end."""
        asked = not self._memories.isHidden() or not self.rating.isHidden()
        speaking = self._footer is not None and self._footer.acts.speaking
        return asked or speaking or bool(self.body.selected_text())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Once it is on the screen and has ended, have read what it took."""
        super().paintEvent(event)
        answer = self.answer
        model = answer.source == "model" and not answer.cached and answer.question_id and answer.message_id
        if model and answer.ended and not self._figures_read:
            self._figures_read = True
            QTimer.singleShot(0, self, self._read_figures)

    def stops(self) -> list[QWidget]:
        """Return where the keyboard stops in it, in the order of reading."""
        return [*self.body.stops(), *self._stops_below()]

    def last_stop(self) -> QWidget | None:
        """Return the last one of them, without looking at all that its text consists of."""
        return next(reversed(self._stops_below()), None) or self.body.last_stop

    def order_end(self) -> None:
        """Let the keyboard come to what stands below its text after that."""
        last = self.body.last_stop
        if last is None:
            self.grown.emit()
        else:
            put_in_order([last, *self._stops_below()])

    def _stops_below(self) -> list[QWidget]:
        footer = self._footer.stops() if self._footer is not None else []
        return [*stops_in(self._trouble), *footer, *stops_in(self.rating)]

    def _read_figures(self) -> None:
        services, answer = self._desk.services, self.answer
        spending, log = services.spending, services.log
        if spending is None:
            return

        def look() -> Record:
            return record_of(spending(), log, answer.question_id, answer.message_id, answer.versions)

        def done(record: Record) -> None:
            figures = figures_of(record)
            if figures is not None and isValid(self):
                self.update_answer(replace(self.answer, figures=figures))

        self._desk.bridge.run(look, done)

    def _refresh(self) -> None:
        answer, words = self.answer, self._desk.words
        # After its first words what is being written comes in slices: a frame of it can hold a table, code and more. So
        # does what there is when it is made: making it is work enough for one turn.
        soon = self._made and not self._bare and (answer.ended or len(answer.text) <= FIRST_WORDS)
        self.body.show_text(text_with_mark(answer, words), at_once=soon)
        set_shown(self.body, bool(answer.text))
        if answer.ended:
            self.body.finish(at_once=soon)
        busy = not answer.ended
        self._spark.set_busy(busy and answer.phase != "elsewhere")
        self._doing.setText(doing_now(answer, words))
        set_shown(self._doing, busy and (not answer.text or answer.phase != "writing"))
        lines = [words(texts.ENGINE_FAILED, model=f.model, sentence=f.sentence) for f in answer.failures]
        self._failures.setText("\n".join(lines))
        set_shown(self._failures, bool(lines))
        self._show_trouble()
        if not self._bare:
            self._show_footer()

    def _make_footer(self) -> None:
        """Show what stands under it, once its text is there."""
        if self._bare and not self.body.busy:
            self._bare = False
            self._show_footer()
        elif not self._bare:
            # A turn later it is laid out: whoever waits for the whole message sees its height.
            self._footer_next.stop()

    def _show_footer(self) -> None:
        answer, words = self.answer, self._desk.words
        by = what_answered(answer, words)
        self.rating.show_rating(answer.message_id, None)
        wanted = answer.ended and (bool(answer.text) or bool(by) or len(answer.versions) > 1)
        if not wanted and self._footer is None:
            return
        footer = self._footer or self._new_footer()
        footer.by.setText(by)
        set_shown(footer.by, bool(by))
        set_shown(footer.anew, self._wishes is not None and answer.cached and bool(answer.question))
        footer.acts.show_answer(answer, by)
        footer.versions.show_versions(answer.versions, answer.message_id)
        rated = self._wishes is not None and self._desk.services.routing is not None
        whole = answer.phase == "done" and answer.source == "model" and bool(answer.message_id)
        set_shown(self.rating.stars, rated and whole)
        set_shown(footer, wanted)

    def _show_trouble(self) -> None:
        answer, words = self.answer, self._desk.words
        sentences = {
            "failed": answer.sentence or words(texts.FAILED),
            "cancelled": words(texts.CANCELLED),
            "interrupted": words(texts.INTERRUPTED),
        }
        sentence = sentences.get(answer.phase, "")
        self._trouble.show_as("trouble" if answer.phase == "failed" else "halted")
        self._trouble_text.setText(sentence)
        set_shown(self._trouble, bool(sentence))
        set_shown(self._again, bool(answer.question))
        self.way.lead(place_of(answer.code, answer.causes) if answer.phase == "failed" else None)
        if sentence:
            self._trouble.arrange()

    def _once_more(self, otherwise: SignalInstance) -> None:
        """Have the question answered anew in this one's place, or, where it is not stored, asked once more."""
        if self._wishes is not None and self.answer.message_id:
            self._wishes.again.emit(self.answer.message_id, self.answer.question, "")
        else:
            otherwise.emit(self.answer.question)

    def _show_why(self) -> None:
        shown = DecisionWindow(self._desk, self.window())
        shown.show_answer(self.answer)
        shown.open()

    def _toggle_memories(self, shown: bool) -> None:
        if shown:
            self._memories.read(self.answer.message_id)
        self._memories.setVisible(shown)

    @property
    def footer(self) -> AnswerFooter:
        """What stands under it once it has ended; made when it is first wanted, so that an answer begins the sooner."""
        if self._bare:
            self.show_footer()
        if self._footer is None:
            self._new_footer().hide()
        assert self._footer is not None
        return self._footer

    def _new_footer(self) -> AnswerFooter:
        footer = self._footer = AnswerFooter(self._desk, self._wishes, self.body.selected_text, self.rating.beside)
        footer.anew.clicked.connect(lambda: self._once_more(self.anew))
        footer.acts.why.clicked.connect(self._show_why)
        footer.acts.remembered.toggled.connect(self._toggle_memories)
        if self._wishes is not None:
            wishes = self._wishes
            footer.versions.chosen.connect(lambda wanted: wishes.version.emit(self.answer.message_id, wanted))
        self._column.insertWidget(self._column.indexOf(self.rating), footer)
        self.order_end()
        return footer

    @property
    def acts(self) -> AnswerActs:
        """The row of what can be done with it."""
        return self.footer.acts

    @property
    def versions(self) -> VersionSwitch:
        """The switch to its other versions."""
        return self.footer.versions
