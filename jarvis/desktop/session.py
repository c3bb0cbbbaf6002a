"""What the chat is doing: which conversation is open, which answers run, where events belong. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.conversation_desk import Rating
from jarvis.contracts.events import AskEvent, AskFailed, AskStarted
from jarvis.contracts.heard import heard_length
from jarvis.contracts.messages import Attachment, Conversation, Request, StoredMessage
from jarvis.contracts.speech import AnswerInterrupted
from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, after
from jarvis.desktop.attachments import attachments_of
from jarvis.desktop.desk import Desk, code_of
from jarvis.desktop.message_pages import PAGE

Result = TypeVar("Result")

_SPOKEN_KEPT = 256
"""Spoken questions that are known to be such until the log says so itself."""

_ENDED_KEPT = 16
"""Answers kept after their end: whoever cuts a spoken one off does so while it is said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A conversation as it was read: its newest messages, oldest first, which of them drew on memories, which were
    spoken since the start, and the answer still being written."""

    conversation_id: str | None
    messages: tuple[StoredMessage, ...] = ()
    remembering: frozenset[str] = frozenset()
    spoken: frozenset[str] = frozenset()
    live: Answer | None = None
    ratings: Mapping[str, Rating] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """Another branch of the open conversation: `wanted` stands now where `left` stood, both message ids."""

    messages: tuple[StoredMessage, ...]
    left: str
    wanted: str
    remembering: frozenset[str] = frozenset()


class ChatSession(QObject):
    """The conversation in view and every answer under way, whoever asked."""

    listed = Signal(object)
    opened = Signal(object)
    question = Signal(str, bool)
    """A question is stored: its words, and whether it was spoken."""
    started = Signal(object)
    """After `question`: the `AskStarted` of an answer in view, of one given anew too."""
    replaced = Signal(str)
    """Ahead of `question`: from this message on, another branch begins."""
    branched = Signal(object)
    """Another `Branch` is to be shown."""
    reread = Signal(object)
    """The stored messages of the branch in view, as they are now."""
    answered = Signal(object)
    changed = Signal()
    """Busy or the open conversation changed."""
    trouble = Signal(str, str)
    """Something went wrong: a sentence and the error's code, empty where it has none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.current: str | None = None
        self.conversations: list[Conversation] = []
        self.answers: dict[str, Answer] = {}
        self._tokens: dict[str, CancelToken] = {}
        self._starting: dict[CancelToken, int] = {}
        self._mine: dict[str, int] = {}
        self._spoken: dict[str, None] = {}
        self._replacing: dict[str, str] = {}
        self._anew: set[str] = set()
        self.outgoing: Callable[[], tuple[Attachment, ...]] = tuple
        """Gives the files that go with the question being sent, once."""
        self.drop_drafts: Callable[[], None] = lambda: None
        """Takes away, on a worker thread, what was typed in conversations that are not there any more."""
        self._files: dict[str, tuple[Attachment, ...]] = {}
        self._view = 0
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

    def ask(
        self,
        text: str,
        *,
        fresh: bool = False,
        again: str | None = None,
        follows: str | None = None,
        replaces: str | None = None,
        model: str | None = None,
        files: tuple[Attachment, ...] = (),
    ) -> None:
        """Ask in the open conversation; the question is shown when it is stored. `fresh` wants no earlier answer.

        `again` is an answer whose question, `text`, is to be answered anew, by the engine `model` if one is named.
        `follows` is the message that the question comes after, "" for none, and `replaces` the question in whose place
        it comes into view. With it go `files`, or those that wait beside its words.
        """
        view = self._view
        carried = files or self.outgoing()
        token: CancelToken | None = None

        def began(ask_id: str) -> None:
            assert token is not None
            self._starting.pop(token, None)
            self._tokens[ask_id] = token
            self._mine[ask_id] = view
            if view == self._view:
                self._desk.aloud.follow(ask_id, self.current)
            self._files[ask_id] = carried
            if again or replaces:
                self._replacing[ask_id] = again or replaces or ""
            if again:
                self._anew.add(ask_id)
            self.answers[ask_id] = Answer(ask_id=ask_id, conversation_id=self.current or "", question=text)

        request = Request(
            text=text,
            door="chat",
            conversation_id=self.current,
            fresh=fresh,
            again=again,
            follows=follows,
            model=model,
            attachments=tuple(file.id for file in carried),
        )
        token = self._desk.bridge.ask(request, began)
        self._starting[token] = view
        self.changed.emit()

    def edit(self, question_id: str, text: str) -> None:
        """Ask `text` in the place of a question of the open conversation; what followed that stays in its branch."""
        conversation_id, view, log = self.current, self._view, self._desk.services.log
        if conversation_id is None:
            return

        def found(messages: list[StoredMessage]) -> None:
            if view == self._view and not self.busy:
                follows = messages[-2].id if len(messages) > 1 else ""
                self.ask(text, follows=follows, replaces=question_id, files=messages[-1].attachments)

        self._read(lambda: log.messages(conversation_id, 2, question_id), found)

    def show_version(self, left: str, wanted: str) -> None:
        """Bring the branch of the message `wanted` into view, in the place of its version `left`."""
        services, conversation_id, view = self._desk.services, self.current, self._view
        conversations, log, limit = services.conversations, services.log, PAGE
        if conversations is None or conversation_id is None or self.busy:
            return

        def look() -> Branch:
            conversations().show_version(wanted)
            return Branch(
                messages=tuple(log.messages(conversation_id, limit)),
                left=left,
                wanted=wanted,
                remembering=self._remembering(conversation_id),
            )

        def show(branch: Branch) -> None:
            if view == self._view:
                attachments_of(self._desk).put_all(branch.messages)
                self.branched.emit(branch)

        self._read(look, show)

    def take(self, event: AskEvent) -> None:
        """Fold one event in and pass it to where it is shown."""
        known = self.answers.get(event.ask_id, Answer(ask_id=event.ask_id))
        answer = self.answers[event.ask_id] = after(known, event)
        if isinstance(event, AskStarted):
            self._started(event)
            # Its question was made just now: the answer too would hold the window.
            self._desk.bridge.post(lambda: self._show_begun(answer))
        elif isinstance(event, AskFailed) and self._is_unseen(event.ask_id, known):
            self.question.emit(answer.question, False)
        if self._in_view(answer) and not isinstance(event, AskStarted):
            self.answered.emit(answer)
        if answer.ended:
            self._ended(event)
        if answer.ended or isinstance(event, AskStarted):
            self.refresh()
            self.changed.emit()

    def take_spoken(self, event: AskEvent) -> None:
        """Take a step of a spoken question; its conversation comes into view unless the person is busy in another."""
        if isinstance(event, AskStarted):
            self._spoken[event.message_id] = None
            _only_newest(self._spoken, _SPOKEN_KEPT)
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
        if conversation_id != self.current:
            self._desk.aloud.leave(self.current)
        self._view += 1
        self.current = conversation_id
        self.answers = {key: answer for key, answer in self.answers.items() if not answer.ended}
        self.changed.emit()
        if conversation_id is None:
            self.opened.emit(Opened(conversation_id=None))
            return
        view, log, conversations = self._view, self._desk.services.log, self._desk.services.conversations

        def look() -> Opened | None:
            if log.conversation(conversation_id) is None:
                return None
            return Opened(
                conversation_id=conversation_id,
                messages=tuple(log.messages(conversation_id, PAGE)),
                remembering=self._remembering(conversation_id),
                ratings=conversations().ratings(conversation_id) if conversations is not None else {},
            )

        self._read(look, lambda found: self._show(view, conversation_id, found))

    def read_again(self) -> None:
        """Read the open conversation again, as after something in it was corrected or forgotten."""
        if not self.busy:
            self.open(self.current)
        self.refresh()

    def refresh(self) -> None:
        """Read the list of conversations again."""
        self._read(self._desk.services.log.conversations, self._list)

    def rename(self, conversation_id: str, title: str) -> None:
        """Rename a conversation."""
        log = self._desk.services.log
        self._read(lambda: log.rename(conversation_id, title), lambda _: self.refresh(), keep=True)

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation for good, with what was typed in it, stopping what is written in it."""
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

        def work() -> None:
            try:
                log.delete(conversation_id)
            finally:
                self.drop_drafts()

        self._desk.bridge.run(work, lambda _: self.refresh(), failed, keep=True, long=True)

    def stop(self) -> None:
        """Stop the answers of the open conversation and whatever is said or rings."""
        for token, view in list(self._starting.items()):
            if view == self._view:
                token.cancel()
        for answer in list(self.answers.values()):
            if self._in_view(answer) and answer.ask_id in self._tokens:
                self._tokens[answer.ask_id].cancel()
        self._desk.aloud.stop()
        self._desk.bridge.run(self._desk.services.stop_all)

    def title(self) -> str:
        """Return the title of the open conversation, empty for a new one."""
        return next((c.title for c in self.conversations if c.id == self.current), "")

    def _is_unseen(self, ask_id: str, known: Answer) -> bool:
        """Tell whether a question that could not be stored is to be shown all the same."""
        return not known.question_id and ask_id not in self._anew and self._mine.get(ask_id) == self._view

    def _started(self, event: AskStarted) -> None:
        mine_here = self._mine.get(event.ask_id) == self._view
        attachments_of(self._desk).put(event.message_id, self._files.pop(event.ask_id, ()))
        if mine_here and self.current is None:
            self.current = event.conversation_id
        if event.conversation_id == self.current:
            if event.ask_id in self._replacing:
                self.replaced.emit(self._replacing[event.ask_id])
            if event.ask_id not in self._anew:
                self.question.emit(event.text, event.message_id in self._spoken)
            self.started.emit(event)

    def _show_begun(self, answer: Answer) -> None:
        if self.answers.get(answer.ask_id) is answer and self._in_view(answer):
            self.answered.emit(answer)

    def _ended(self, event: AskEvent) -> None:
        self._mine.pop(event.ask_id, None)
        self._tokens.pop(event.ask_id, None)
        self._files.pop(event.ask_id, None)
        self._anew.discard(event.ask_id)
        if self._replacing.pop(event.ask_id, None) is not None:
            self._read_branch()
        for old in [key for key, answer in self.answers.items() if answer.ended][:-_ENDED_KEPT]:
            del self.answers[old]

    def _in_view(self, answer: Answer) -> bool:
        if answer.conversation_id:
            return answer.conversation_id == self.current
        return self._mine.get(answer.ask_id) == self._view

    def _read_branch(self) -> None:
        """Tell which versions there are now of the messages in view."""
        conversation_id, view, limit, log = self.current, self._view, PAGE, self._desk.services.log
        if conversation_id is not None:
            self._read(
                lambda: log.messages(conversation_id, limit),
                lambda messages: self.reread.emit(messages) if view == self._view else None,
            )

    def _remembering(self, conversation_id: str) -> frozenset[str]:
        memory = self._desk.services.memory
        return memory().answers_that_remember(conversation_id) if memory is not None else frozenset()

    def _show(self, view: int, conversation_id: str, found: Opened | None) -> None:
        if view != self._view:
            return
        if found is None:
            self.open(None)
            return
        messages = found.messages
        attachments_of(self._desk).put_all(messages)
        live = next((a for a in self.answers.values() if a.conversation_id == conversation_id), None)
        stored = not (messages and messages[-1].state == "streaming")
        # The log may not know yet where an answer was interrupted.
        if live is not None and live.ended and live.heard is None and stored:
            live = None
        if live is not None and live.ask_id in self._replacing:
            # Until its first words are stored, the log still shows the answer in whose place it comes.
            old = self._replacing[live.ask_id]
            messages = messages[: next((n for n, one in enumerate(messages) if one.id == old), len(messages))]
        self.opened.emit(replace(found, messages=messages, spoken=frozenset(self._spoken), live=live))
        self.changed.emit()

    def _list(self, conversations: list[Conversation]) -> None:
        self.conversations = conversations
        self.listed.emit(conversations)

    def _read(self, work: Callable[[], Result], done: Callable[[Result], None], *, keep: bool = False) -> None:
        self._desk.bridge.run(work, done, self._failed, keep=keep)

    def _failed(self, error: Exception) -> None:
        self.trouble.emit(self._desk.words(texts.COULD_NOT, why=self._desk.sentence(error)), code_of(error))


def _only_newest(kept: dict[str, None], most: int) -> None:
    for old in list(kept)[:-most]:
        del kept[old]
