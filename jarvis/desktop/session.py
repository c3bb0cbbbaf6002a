"""What the chat is doing: which conversation is open, which answers run, where events belong. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskEvent, AskFailed, AskFinished, AskStarted
from jarvis.contracts.heard import heard_length
from jarvis.contracts.messages import Conversation, Request, StoredMessage
from jarvis.contracts.speech import AnswerInterrupted
from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, after
from jarvis.desktop.desk import Desk

Result = TypeVar("Result")
PAGE = 200
"""Messages read from the log at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A conversation as it was read: its newest messages, oldest first, which of them drew on memories, which were
    spoken since the start, and the answer still being written."""

    conversation_id: str | None
    messages: tuple[StoredMessage, ...] = ()
    remembering: frozenset[str] = frozenset()
    spoken: frozenset[str] = frozenset()
    live: Answer | None = None


class ChatSession(QObject):
    """The conversation in view and every answer under way, whoever asked."""

    listed = Signal(object)
    opened = Signal(object)
    older = Signal(object)
    question = Signal(str, bool)
    """A question is stored: its words, and whether it was spoken."""
    answered = Signal(object)
    changed = Signal()
    """Busy or the open conversation changed."""
    trouble = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.current: str | None = None
        self.conversations: list[Conversation] = []
        self.answers: dict[str, Answer] = {}
        self._tokens: dict[str, CancelToken] = {}
        self._starting: dict[CancelToken, int] = {}
        self._mine: dict[str, int] = {}
        self._spoken: set[str] = set()
        self._view = 0
        self._limit = PAGE
        self._reading_older = False
        desk.bridge.asked.connect(self.take)

    @property
    def busy(self) -> bool:
        """True while an answer for the open conversation is on its way."""
        if self._view in self._starting.values():
            return True
        return any(not answer.ended and self._in_view(answer) for answer in self.answers.values())

    def running(self) -> Answer | None:
        """Return the newest unfinished answer of the open conversation."""
        for answer in reversed(list(self.answers.values())):
            if not answer.ended and self._in_view(answer):
                return answer
        return None

    def ask(self, text: str, *, fresh: bool = False) -> None:
        """Ask in the open conversation; the question is shown when it is stored. `fresh` wants no earlier answer."""
        view = self._view
        token: CancelToken | None = None

        def began(ask_id: str) -> None:
            assert token is not None
            self._starting.pop(token, None)
            self._tokens[ask_id] = token
            self._mine[ask_id] = view
            self.answers[ask_id] = Answer(ask_id=ask_id, conversation_id=self.current or "", question=text)

        token = self._desk.bridge.ask(Request(text=text, door="chat", conversation_id=self.current, fresh=fresh), began)
        self._starting[token] = view
        self.changed.emit()

    def take(self, event: AskEvent) -> None:
        """Fold one event in and pass it to where it is shown."""
        known = self.answers.get(event.ask_id, Answer(ask_id=event.ask_id))
        answer = self.answers[event.ask_id] = after(known, event)
        if isinstance(event, AskStarted):
            self._started(event)
        elif isinstance(event, AskFailed) and not known.conversation_id and self._mine.get(event.ask_id) == self._view:
            self.question.emit(answer.question, False)
        if self._in_view(answer):
            self.answered.emit(answer)
        if answer.ended:
            self._ended(event)
        if answer.ended or isinstance(event, AskStarted):
            self.refresh()
            self.changed.emit()

    def take_spoken(self, event: AskEvent) -> None:
        """Take a step of a spoken question; its conversation comes into view unless the person is busy in another."""
        if isinstance(event, AskStarted):
            self._spoken.add(event.message_id)
        if isinstance(event, AskStarted) and event.conversation_id != self.current and not self.busy:
            self.answers[event.ask_id] = after(Answer(ask_id=event.ask_id), event)
            self.open(event.conversation_id)
            self.refresh()
        else:
            self.take(event)

    def interrupted(self, event: AnswerInterrupted) -> None:
        """The person cut the answer to a spoken question off: mark how much of it was heard."""
        for answer in list(self.answers.values()):
            if answer.question_id == event.question_id:
                cut = replace(answer, heard=heard_length(answer.text, event.heard))
                self.answers[answer.ask_id] = cut
                if self._in_view(cut):
                    self.answered.emit(cut)

    def adopt(self, conversation_id: str, ask_id: str, token: CancelToken) -> None:
        """Open a conversation that was begun elsewhere in this program, its running answer included."""
        answer = self.answers.get(ask_id)
        if answer is not None and not answer.ended:
            self._tokens[ask_id] = token
        self.open(conversation_id)

    def open(self, conversation_id: str | None) -> None:
        """Bring a conversation into view; None is a new, empty one."""
        self._view += 1
        self.current = conversation_id
        self._limit = PAGE
        self._reading_older = False
        self.answers = {key: answer for key, answer in self.answers.items() if not answer.ended}
        self.changed.emit()
        if conversation_id is None:
            self.opened.emit(Opened(conversation_id=None))
            return
        view, log, memory = self._view, self._desk.services.log, self._desk.services.memory

        def look() -> tuple[list[StoredMessage] | None, frozenset[str]]:
            if log.conversation(conversation_id) is None:
                return None, frozenset()
            remembering = memory().answers_that_remember(conversation_id) if memory is not None else frozenset()
            return log.messages(conversation_id, PAGE), remembering

        self._read(look, lambda found: self._show(view, conversation_id, *found))

    def read_again(self) -> None:
        """Read the open conversation again, as after something in it was corrected or forgotten."""
        if not self.busy:
            self.open(self.current)
        self.refresh()

    def read_older(self) -> None:
        """Read one page more of the open conversation."""
        conversation_id, view, before = self.current, self._view, self._limit
        if conversation_id is None or self._reading_older:
            return
        self._reading_older = True
        log = self._desk.services.log

        def done(messages: list[StoredMessage]) -> None:
            if view == self._view and len(messages) > before:
                self._reading_older = False
                self._limit = before + PAGE
                self.older.emit(tuple(messages))

        self._read(lambda: log.messages(conversation_id, before + PAGE), done)

    def refresh(self) -> None:
        """Read the list of conversations again."""
        self._read(self._desk.services.log.conversations, self._list)

    def rename(self, conversation_id: str, title: str) -> None:
        """Rename a conversation."""
        log = self._desk.services.log
        self._read(lambda: log.rename(conversation_id, title), lambda _: self.refresh())

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation for good, stopping what is written in it."""
        for answer in list(self.answers.values()):
            if answer.conversation_id == conversation_id and answer.ask_id in self._tokens:
                self._tokens[answer.ask_id].cancel()
        if conversation_id == self.current:
            self.open(None)
        log = self._desk.services.log

        def failed(error: Exception) -> None:
            self._failed(error)
            # Its rows may be gone all the same.
            self.refresh()

        self._desk.bridge.run(lambda: log.delete(conversation_id), lambda _: self.refresh(), failed)

    def stop(self) -> None:
        """Stop the answers of the open conversation and whatever is said or rings."""
        for token, view in list(self._starting.items()):
            if view == self._view:
                token.cancel()
        for answer in list(self.answers.values()):
            if self._in_view(answer) and answer.ask_id in self._tokens:
                self._tokens[answer.ask_id].cancel()
        self._desk.bridge.run(self._desk.services.stop_all)

    def title(self) -> str:
        """Return the title of the open conversation, empty for a new one."""
        return next((c.title for c in self.conversations if c.id == self.current), "")

    def _started(self, event: AskStarted) -> None:
        mine_here = self._mine.get(event.ask_id) == self._view
        if mine_here and self.current is None:
            self.current = event.conversation_id
        if event.conversation_id == self.current:
            self.question.emit(event.text, event.message_id in self._spoken)

    def _ended(self, event: AskEvent) -> None:
        mine = event.ask_id in self._mine
        self._tokens.pop(event.ask_id, None)
        services = self._desk.services
        if mine and isinstance(event, AskFinished) and services.settings.text("voice.answer_aloud") == "always":
            said, language = event.spoken or event.text, event.language
            self._desk.bridge.run(lambda: services.voice.say(said, language))

    def _in_view(self, answer: Answer) -> bool:
        if answer.conversation_id:
            return answer.conversation_id == self.current
        return self._mine.get(answer.ask_id) == self._view

    def _show(
        self, view: int, conversation_id: str, messages: list[StoredMessage] | None, remembering: frozenset[str]
    ) -> None:
        if view != self._view:
            return
        if messages is None:
            self.open(None)
            return
        live = next((a for a in self.answers.values() if a.conversation_id == conversation_id), None)
        stored = not (messages and messages[-1].state == "streaming")
        # The log may not know yet where an answer was interrupted.
        if live is not None and live.ended and live.heard is None and stored:
            live = None
        self.opened.emit(
            Opened(
                conversation_id=conversation_id,
                messages=tuple(messages),
                remembering=remembering,
                spoken=frozenset(self._spoken),
                live=live,
            )
        )
        self.changed.emit()

    def _list(self, conversations: list[Conversation]) -> None:
        self.conversations = conversations
        self.listed.emit(conversations)

    def _read(self, work: Callable[[], Result], done: Callable[[Result], None]) -> None:
        self._desk.bridge.run(work, done, self._failed)

    def _failed(self, error: Exception) -> None:
        self.trouble.emit(self._desk.words(texts.COULD_NOT, why=self._desk.sentence(error)))
