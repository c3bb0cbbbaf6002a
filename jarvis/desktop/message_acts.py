"""Carries out what people want done with messages: other versions, other words, another answer, quotes, reading aloud.

Stands between the messages, the session and the input; draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from shiboken6 import isValid

from jarvis.contracts.events import AskStarted
from jarvis.contracts.messages import StoredMessage
from jarvis.contracts.speech import VoiceEvent, VoiceState, VoiceTrouble
from jarvis.desktop import message_texts, texts
from jarvis.desktop.answer_acts import AnswerActs
from jarvis.desktop.banners import Banners
from jarvis.desktop.composer import Composer
from jarvis.desktop.conversation_view import ConversationView
from jarvis.desktop.decision_facts import record_of
from jarvis.desktop.decision_rows import language_of
from jarvis.desktop.desk import Desk, code_of
from jarvis.desktop.session import Branch, ChatSession, Opened


class MessageActs(QObject):
    """Connects one chat's messages with its session; lives as long as the view. `show_status` says a sentence."""

    def __init__(
        self,
        desk: Desk,
        session: ChatSession,
        view: ConversationView,
        composer: Composer,
        banners: Banners,
        show_status: Callable[[str], None],
    ) -> None:
        super().__init__(view)
        self._desk = desk
        self._session = session
        self._view = view
        self._composer = composer
        self._banners = banners
        self._show_status = show_status
        self._speaking: AnswerActs | None = None
        self._heard_speaking = False
        wishes = view.wishes
        wishes.version.connect(self._version)
        wishes.edited.connect(self._edited)
        wishes.again.connect(self._again)
        wishes.quoted.connect(self._quote)
        wishes.speak.connect(self._speak)
        session.started.connect(self._started)
        session.replaced.connect(view.rewind)
        session.branched.connect(self._branched)
        session.reread.connect(self._reread)
        session.opened.connect(self._opened)
        desk.bridge.heard.connect(self._voice)

    def _version(self, left: str, wanted: str) -> None:
        if self._free():
            self._session.show_version(left, wanted)

    def _edited(self, question_id: str, text: str) -> None:
        if self._free():
            self._session.edit(question_id, text)

    def _again(self, answer_id: str, question: str, model: str) -> None:
        if self._free():
            self._session.ask(question, fresh=True, again=answer_id, model=model or None)

    def _free(self) -> bool:
        """Tell whether no answer is being written; say so where one is."""
        if self._session.busy:
            self._show_status(self._desk.words(message_texts.WAIT_FIRST))
        return not self._session.busy

    def _quote(self, quoted: str) -> None:
        typed, pasted = self._composer.draft()
        before = f"{typed.rstrip()}\n\n" if typed.strip() else ""
        self._composer.set_draft(f"{before}{quoted}\n\n", pasted)
        self._composer.setFocus()
        self._show_status(self._desk.words(message_texts.QUOTED))

    def _started(self, event: AskStarted) -> None:
        self._view.know_question(event.message_id)

    def _branched(self, branch: Branch) -> None:
        self._view.show_branch(branch.messages, branch.left, branch.wanted, branch.remembering)

    def _reread(self, messages: list[StoredMessage]) -> None:
        self._view.know_versions(messages)

    def _opened(self, opened: Opened) -> None:
        self._view.show_ratings(opened.ratings)

    # Reading aloud.

    def _speak(self, acts: AnswerActs) -> None:
        was = self._speaking
        self._silent()
        services, answer = self._desk.services, acts.answer
        if was is not None:
            self._desk.bridge.run(services.stop_all)
        if was is acts:
            return
        self._speaking = acts
        acts.show_speaking(True)
        otherwise = answer.language or self._desk.words.language
        spending, log, voice = services.spending, services.log, services.voice

        def say() -> None:
            language = otherwise
            if answer.language is None and spending is not None and answer.question_id:
                record = record_of(spending(), log, answer.question_id, answer.message_id, answer.versions)
                language = language_of(record, otherwise)
            voice.say(answer.spoken or answer.text, language)

        self._desk.bridge.run(say, None, self._failed)

    def _failed(self, error: Exception) -> None:
        self._silent()
        self._banners.show_trouble(self._desk.words(texts.COULD_NOT, why=self._desk.sentence(error)), code_of(error))

    def _voice(self, event: VoiceEvent) -> None:
        """Take the mark away once what was read has been said."""
        if isinstance(event, VoiceState):
            if event.name == "speaking":
                self._heard_speaking = True
            elif self._heard_speaking:
                self._silent()
        elif isinstance(event, VoiceTrouble):
            self._silent()

    def _silent(self) -> None:
        if self._speaking is not None and isValid(self._speaking):
            self._speaking.show_speaking(False)
        self._speaking = None
        self._heard_speaking = False
