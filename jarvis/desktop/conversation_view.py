"""The messages of one conversation, newest in view; all of it can be scrolled through, however long it is.

What to show is handed in; what lies above that is read from the log as it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from jarvis.contracts.conversation_desk import Rating
from jarvis.contracts.messages import StoredMessage
from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, from_stored
from jarvis.desktop.answer_acts import MessageWishes
from jarvis.desktop.desk import Desk, code_of
from jarvis.desktop.message_column import NEAR, WIDEST_COLUMN, MessageColumn
from jarvis.desktop.message_list import Place, place_of
from jarvis.desktop.message_pages import PAGE, MessagePages
from jarvis.desktop.message_widgets import AnswerMessage, UserMessage
from jarvis.desktop.theme import styled

__all__ = ["WIDEST_COLUMN", "ConversationView"]

_FORGOTTEN = "…"
"""What stands where a question was forgotten."""


class ConversationView(MessageColumn):
    """A scrolling column of messages that stays at its end while the person is there."""

    retry = Signal(str)
    anew = Signal(str)
    link_refused = Signal()
    memory_changed = Signal()
    correct = Signal(str)
    """What was heard of a spoken question is not what was said."""
    trouble = Signal(str, str)
    """Older messages could not be read, in a sentence and with the error's code."""
    way_wanted = Signal(str)
    """A `Place` where a failed answer's trouble can be mended."""
    reworded = Signal(str, str)
    """A question's id, and the words that it is being put in, empty once they are sent or left."""

    def __init__(self, desk: Desk) -> None:
        self.wishes = MessageWishes()
        self.rewording: Callable[[str], str] = lambda _: ""
        """Gives the words that the question with this id was being put in, empty for none."""
        self._pages = MessagePages(desk, lambda error: self.trouble.emit(desk.sentence(error), code_of(error)))
        self._ratings: dict[str, Rating] = {}
        self._remembering: frozenset[str] = frozenset()
        self._spoken: frozenset[str] = frozenset()
        self._wanted = self._sought = ""
        self._whole = True
        self._switched: tuple[Place, bool] | None = None
        self._latest: QToolButton | None = None
        super().__init__(desk, self._widget_at, _stops, _last_stop, _in_use, _busy)
        self.setObjectName("messages")
        self.wishes.setParent(self)
        desk.words.name(self, texts.MESSAGES, tooltip=False)
        self.texts_wanted.connect(self._read_texts)
        self.settled.connect(self._read_above)
        self.placed.connect(self._take_keyboard)
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
        self._switched = None
        self.fresh()
        self._pages.begin(messages)
        self._remembering, self._spoken = remembering, spoken
        self._whole = len(messages) < PAGE
        stored = list(messages)
        if live is not None and stored and stored[-1].state == "streaming":
            stored.pop()
        self.prepend([place_of(message) for message in stored])
        if live is not None:
            self.append(_place_of_answer(live))
        all_here = self._whole
        if self._wanted and not self._go_to_wanted() and all_here:
            self._look_in_branches()

    def show_message(self, message_id: str) -> None:
        """Bring a message to the top of the view and mark it for a moment, wherever it is in the conversation in view
        or in the one that is handed in next, in another branch of it too."""
        self._wanted, self._sought = message_id, ""
        self._go_to_wanted()

    def add_question(self, text: str, *, spoken: bool = False) -> None:
        """Append what the person just asked and go there."""
        self._wanted = ""
        self.append(Place(id="", role="user", characters=len(text), breaks=text.count("\n"), text=text, spoken=spoken))
        self.to_latest()

    def know_question(self, message_id: str) -> None:
        """Give the newest question the id that it is stored under."""
        at = next((n for n in reversed(range(len(self.list))) if self.list.places[n].role == "user"), None)
        if at is None or self.list.places[at].id:
            return
        self.list.places[at].id = message_id
        widget = self.shown_at(at)
        if isinstance(widget, UserMessage):
            widget.know(message_id, ())

    def show_ratings(self, ratings: Mapping[str, Rating]) -> None:
        """Show how the answers with these ids were rated, those made later included."""
        self._ratings.update(ratings)
        for widget in self.shown():
            if isinstance(widget, AnswerMessage) and widget.answer.message_id in ratings:
                widget.show_rating(ratings[widget.answer.message_id])

    def know_versions(self, messages: Sequence[StoredMessage]) -> None:
        """Take from `messages`, the branch in view, which versions the shown ones have."""
        known = {message.id: message.versions for message in messages if len(message.versions) > 1}
        for at, place in enumerate(self.list.places):
            versions = known.get(_id_of(place), ())
            if not versions:
                continue
            place.versions = versions
            if place.message is not None:
                place.message = replace(place.message, versions=versions)
            if place.answer is not None:
                place.answer = replace(place.answer, versions=versions)
            widget = self.shown_at(at)
            if isinstance(widget, UserMessage):
                widget.know(widget.message_id, versions)
            elif isinstance(widget, AnswerMessage):
                widget.update_answer(replace(widget.answer, versions=versions))
            if isinstance(widget, AnswerMessage):
                widget.order_end()
            elif widget is not None:
                self.order_keyboard(widget)

    def rewind(self, message_id: str) -> bool:
        """Take the message away with all below it, for another version of it; False when it is not known."""
        at = self._find(message_id)
        if at is not None:
            if self.list.places[at].role == "user":
                self.reworded.emit(message_id, "")
            self.cut(at)
        return at is not None

    def show_branch(
        self, messages: Sequence[StoredMessage], left: str, wanted: str, remembering: frozenset[str] = frozenset()
    ) -> None:
        """Put the version `wanted` and what follows it in the place of `left` and what followed that; all above it
        stays where it is on the screen. `messages` are the branch that is now in view."""
        at = next((n for n, message in enumerate(messages) if message.id == wanted), None)
        left_at = self._find(left)
        if at is None or left_at is None:
            self._wanted = wanted
            self.open(messages, None, remembering)
            return
        shown = self.shown_at(left_at)
        y = shown.mapTo(self.viewport(), shown.rect().topLeft()).y() if shown is not None else 0
        forward = _is_later(messages, left, wanted)
        self.follow = False
        self.cut(left_at)
        self._remembering |= remembering
        for message in messages[at:]:
            self.append(place_of(message))
        self.go_to(left_at, y)
        self._switched = (self.list.places[left_at], forward)

    def show_answer(self, answer: Answer) -> None:
        """Append `answer`, or bring the one with its run id up to date, also where it was read from the log."""
        at = next((n for n in reversed(range(len(self.list))) if _is_of(self.list.places[n], answer)), None)
        if at is None:
            self.append(_place_of_answer(answer))
            return
        place = self.list.places[at]
        place.answer = answer
        place.id = answer.message_id or place.id
        widget = self.shown_at(at)
        if isinstance(widget, AnswerMessage):
            widget.update_answer(answer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the column and keep the button in its corner."""
        for widget in self.shown():
            if isinstance(widget, UserMessage):
                widget.set_column(self.column_width())
        super().resizeEvent(event)
        if self._latest is not None:
            self._latest.move(self.width() // 2 - 18, self.height() - 52)

    def scrolled(self) -> None:
        """Offer the way to the end where the end is out of view."""
        if self._latest is not None:
            bar = self.verticalScrollBar()
            self._latest.setVisible(bar.value() < bar.maximum() - NEAR)

    def wheelEvent(self, event: object) -> None:
        """Scroll, and forget the message that was wanted: the person goes elsewhere."""
        self._wanted = ""
        super().wheelEvent(event)  # type: ignore[arg-type]

    def _go_to_wanted(self) -> bool:
        """Go to the message that is wanted, or read on towards it; False while it is not found."""
        at = self.list.find(self._wanted)
        if at is not None:
            self.go_to(at, mark=True)
        else:
            self._read_above()
        return at is not None

    def _look_in_branches(self) -> None:
        """Have the branch brought into view in which the wanted message stands: once, since it may be gone."""
        if self._sought != self._wanted:
            self._sought = self._wanted
            self.wishes.version.emit("", self._wanted)

    def _find(self, message_id: str) -> int | None:
        return next((n for n, place in enumerate(self.list.places) if message_id and _id_of(place) == message_id), None)

    # Reading.

    def _read_texts(self, at: int) -> None:
        """Have the texts around a place read, newest first from a little below it."""
        stored = [place.id for place in self.list.places[at : at + PAGE // 4] if place.answer is None and place.id]
        if stored:
            self._pages.texts(stored[-1], self._take_texts)

    def _take_texts(self, found: dict[str, StoredMessage]) -> None:
        missing = [place for place in self.list.places if not place.known and place.id in found]
        for place in missing:
            place.message = found[place.id]
        if missing:
            # Where nothing came, as after a deletion elsewhere, asking again would only ask for ever.
            self.make_more()

    def _read_above(self) -> None:
        """Have the lengths of what lies above the oldest known message read, page by page up to the beginning."""
        if self._whole or not len(self.list):
            return
        self._whole = True
        self._pages.above(self.list.places[0].id, self._take_above)

    def _take_above(self, places: list[Place]) -> None:
        self._whole = not places
        self.prepend(places)
        if self._wanted and places:
            self._go_to_wanted()
        elif self._wanted and self.list.find(self._wanted) is None:
            self._look_in_branches()

    # Widgets.

    def _widget_at(self, at: int) -> QWidget:
        place = self.list.places[at]
        return self._question_widget(place) if place.role == "user" else self._answer_widget(self._answer_at(at))

    def _take_keyboard(self, widget: QWidget) -> None:
        """Put the keyboard back on the switch with which another version was chosen."""
        if self._switched is None or self.place_shown(widget) is not self._switched[0]:
            return
        forward = self._switched[1]
        self._switched = None
        if isinstance(widget, AnswerMessage):
            widget.show_footer()
        if isinstance(widget, AnswerMessage | UserMessage):
            # What was made just now takes the keyboard once it is on the screen.
            QTimer.singleShot(0, widget, lambda: widget.versions.take_keyboard(forward))

    def _answer_at(self, at: int) -> Answer:
        place = self.list.places[at]
        if place.answer is not None:
            return place.answer
        assert place.message is not None
        above = self.list.places[at - 1].message if at else None
        question = above if above is not None and above.role == "user" else None
        return from_stored(place.message, question, remembers=place.id in self._remembering)

    def _question_widget(self, place: Place) -> UserMessage:
        message = place.message
        text = place.text if place.text is not None else message.text if message is not None else ""
        spoken = place.spoken or place.id in self._spoken or (message is not None and message.door == "voice")
        widget = UserMessage(
            self._desk,
            text,
            self.wishes,
            spoken=spoken,
            message_id=place.id,
            versions=place.versions,
            attachments=message.attachments if message is not None else (),
        )
        widget.correct.connect(self.correct)
        widget.editing.connect(lambda: QTimer.singleShot(0, widget, lambda: self._bring_into_view(widget)))
        widget.set_column(self.column_width())
        self._resume(widget)
        # The id of one that was just asked comes later.
        widget.reworded.connect(lambda words: self.reworded.emit(widget.message_id, words))
        return widget

    def _resume(self, widget: UserMessage) -> None:
        """Show a question in the words that it was being put in when it was last in view; not where it is forgotten."""
        kept = self.rewording(widget.message_id) if widget.message_id else ""
        if kept and widget.text.strip() == _FORGOTTEN:
            self.reworded.emit(widget.message_id, "")
        elif kept:
            widget.resume_edit(kept)

    def _answer_widget(self, answer: Answer) -> AnswerMessage:
        widget = AnswerMessage(self._desk, answer, self.wishes)
        widget.rating.rated.connect(lambda message_id, rating: self._ratings.update({message_id: rating}))
        if answer.message_id in self._ratings:
            widget.show_rating(self._ratings[answer.message_id])
        widget.retry.connect(self.retry)
        widget.anew.connect(self.anew)
        widget.link_refused.connect(self.link_refused)
        widget.memory_changed.connect(self.memory_changed)
        widget.way_wanted.connect(self.way_wanted)
        widget.grown.connect(lambda: self.order_keyboard(widget))
        return widget

    def _bring_into_view(self, widget: UserMessage) -> None:
        """Show a question whole that is being put in other words, and stay there."""
        self.follow = False
        self.ensure_visible(widget)


def _place_of_answer(answer: Answer) -> Place:
    return Place(
        id=answer.message_id,
        role="assistant",
        characters=len(answer.text),
        breaks=answer.text.count("\n"),
        answer=answer,
        versions=answer.versions,
    )


def _id_of(place: Place) -> str:
    return place.answer.message_id if place.answer is not None else place.id


def _is_of(place: Place, answer: Answer) -> bool:
    if place.role == "user":
        return False
    if place.answer is not None and place.answer.ask_id == answer.ask_id:
        return True
    return bool(answer.message_id) and _id_of(place) == answer.message_id


def _stops(widget: QWidget) -> list[QWidget]:
    return widget.stops() if isinstance(widget, AnswerMessage | UserMessage) else []


def _last_stop(widget: QWidget) -> QWidget | None:
    return widget.last_stop() if isinstance(widget, AnswerMessage) else next(reversed(_stops(widget)), None)


def _in_use(widget: QWidget) -> bool:
    """Tell whether the person does something with a message that its making anew would end."""
    if isinstance(widget, UserMessage):
        return widget.edit is not None
    return isinstance(widget, AnswerMessage) and widget.in_use()


def _busy(widget: QWidget) -> bool:
    return isinstance(widget, AnswerMessage) and widget.busy and widget.answer.ended


def _is_later(messages: Sequence[StoredMessage], left: str, wanted: str) -> bool:
    versions = next((message.versions for message in messages if message.id == wanted), ())
    return left in versions and wanted in versions and versions.index(wanted) > versions.index(left)
