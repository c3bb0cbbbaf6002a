"""Answers one question, step by step: confirmation, skill, route, recall, model.

Every step is an event; text is in the conversation log before it is emitted. Knows no concrete class: it is handed
ports. The last event is always final, whatever goes wrong.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jarvis.assistant.answer import Answer, Draft, ModelRun
from jarvis.assistant.confirmation import confirmation_of
from jarvis.assistant.language import language_of
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, InputError, JarvisError, Language
from jarvis.contracts.events import (
    FINAL_EVENTS,
    AskCancelled,
    AskEvent,
    AskFailed,
    AskFinished,
    AskStarted,
    SkillMatched,
    TextDelta,
)
from jarvis.contracts.messages import Conversation, Request, StoredMessage
from jarvis.contracts.ports import (
    Clock,
    ConversationLog,
    Ledger,
    PendingConfirmations,
    Recall,
    Router,
    Skills,
    TextEngine,
)
from jarvis.contracts.skills import SkillMatch

MAX_QUESTION_CHARACTERS = 2_000_000
"""Longer questions are refused: no model here reads that much, and the log is not a file store."""

_TITLE_CHARACTERS = 60
_TAKING_AWAY = frozenset({"cancel", "clear", "complete", "delete", "forget", "remove"})
_DROPPED: dict[Language, str] = {"en": "All right, I left it.", "es": "De acuerdo, lo dejo."}
_UNEXPECTED = {
    "en": "Something in Jarvis itself went wrong ({kind}); what was shown is kept. The log has the details.",
    "es": "Algo falló en el propio Jarvis ({kind}); lo mostrado se conserva. El registro tiene los detalles.",
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class AskOptions:
    """What the settings say about answering, read anew for every question.

    `language` None follows the words, falling back to `usual_language`.
    """

    usual_language: Language = "en"
    language: Language | None = None
    confirm_basic: bool = True
    context_tokens: int = 4096
    max_answer_tokens: int = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """Everything that answering needs, as ports."""

    skills: Skills
    router: Router
    engines: Callable[[], Sequence[TextEngine]]
    recall: Recall
    log: ConversationLog
    pending: PendingConfirmations
    ledger: Ledger
    clock: Clock
    options: Callable[[], AskOptions]


class JarvisAssistant:
    """The Assistant port. Safe to call from several threads; each `ask` is its own run."""

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        """Answer `request`; see the port."""
        return _Run(self._abilities, request, cancel).events()


class _Run:
    """One question being answered."""

    def __init__(self, abilities: Abilities, request: Request, cancel: CancelToken) -> None:
        self._abilities = abilities
        self._request = request
        self._cancel = cancel
        self._options = abilities.options()
        self._language = request.language or self._options.language or self._options.usual_language
        self._id = uuid.uuid4().hex
        self._draft = Draft(abilities.log, abilities.clock)

    def events(self) -> Iterator[AskEvent]:
        """Yield the steps; turns every failure into a final event and keeps what was shown."""
        final = False
        try:
            for event in self._steps():
                final = isinstance(event, FINAL_EVENTS)
                yield event
        except Cancelled:
            yield self._cancelled()
        except JarvisError as error:
            yield self._failed(error.code, error.sentence(self._language))
        except (GeneratorExit, KeyboardInterrupt):
            if not final:
                self._close("cancelled", "")
            raise
        except Exception as error:  # noqa: BLE001 - the final event must come whatever broke
            _log.exception("ask failed")
            sentence = _UNEXPECTED[self._language].format(kind=type(error).__name__)
            yield self._failed("internal", sentence)

    def _steps(self) -> Iterator[AskEvent]:
        text = _checked(self._request.text)
        self._language = (
            self._request.language or self._options.language or language_of(text, self._options.usual_language)
        )
        conversation, history = self._conversation(text)
        message = self._abilities.log.add_message(conversation.id, "user", text)
        self._draft.conversation_id = conversation.id
        pending = self._abilities.pending.take(conversation.id)
        answer = confirmation_of(text) if pending else None
        match = None if answer is not None else self._skill(text)
        if match:
            self._language = match.language
        elif pending and answer is not None:
            self._language = pending.language
        yield AskStarted(
            ask_id=self._id,
            conversation_id=conversation.id,
            message_id=message.id,
            text=text,
            language=self._language,
        )
        self._cancel.raise_if_cancelled()
        if pending and answer is not None:
            yield from (
                self._confirmed(pending, history)
                if answer
                else self._say(Answer(text=_DROPPED[self._language], source="skill", skill=pending.skill))
            )
        elif match:
            yield from self._matched(match, history)
        else:
            yield from self._model(text, message, history)

    def _conversation(self, text: str) -> tuple[Conversation, list[StoredMessage]]:
        log = self._abilities.log
        if self._request.conversation_id:
            found = log.conversation(self._request.conversation_id)
            if found is None:
                raise InputError(
                    "conversation.unknown",
                    en="That conversation no longer exists; nothing was asked. Start a new one.",
                    es="Esa conversación ya no existe; no se preguntó nada. Empieza una nueva.",
                )
            return found, log.messages(found.id, limit=400)
        title = " ".join(text.split())
        return log.start_conversation(
            title if len(title) <= _TITLE_CHARACTERS else title[: _TITLE_CHARACTERS - 1].rstrip() + "…"
        ), []

    def _skill(self, text: str) -> SkillMatch | None:
        # A fixed language rules the answers of models; a command is understood in whichever language it is said.
        skills = self._abilities.skills
        asked = self._request.language
        return skills.match(text, self._language) or (None if asked else skills.match(text, None))

    def _matched(self, match: SkillMatch, history: Sequence[StoredMessage]) -> Iterator[AskEvent]:
        yield SkillMatched(ask_id=self._id, skill=match.skill, slots=dict(match.slots), confidence=match.confidence)
        heard_badly = self._request.hearing == "basic" and self._options.confirm_basic
        unsure = heard_badly and (bool(match.slots) or _takes_away(match.skill))
        if match.risk == "could_lose" or (match.risk == "acts" and unsure):
            self._abilities.pending.put(self._draft.conversation_id, match)
            question = self._abilities.skills.read_back(match)
            yield from self._say(Answer(text=question, source="skill", skill=match.skill, expects_reply=True))
        else:
            yield from self._run_skill(match, history)

    def _confirmed(self, match: SkillMatch, history: Sequence[StoredMessage]) -> Iterator[AskEvent]:
        yield SkillMatched(ask_id=self._id, skill=match.skill, slots=dict(match.slots), confidence=match.confidence)
        yield from self._run_skill(match, history)

    def _run_skill(self, match: SkillMatch, history: Sequence[StoredMessage]) -> Iterator[AskEvent]:
        previous = next((m.text for m in reversed(history) if m.role == "assistant" and m.text), None)
        reply = self._abilities.skills.run(match, self._request, previous)
        if reply.confirm:
            self._abilities.pending.put(self._draft.conversation_id, reply.confirm)
        yield from self._say(
            Answer(
                text=reply.text,
                source="skill",
                skill=match.skill,
                spoken=reply.spoken,
                expects_reply=reply.expects_reply,
                control=reply.control,
            )
        )

    def _model(self, text: str, message: StoredMessage, history: Sequence[StoredMessage]) -> Iterator[AskEvent]:
        run = ModelRun(
            ask_id=self._id,
            message_id=message.id,
            question=text,
            history=history,
            language=self._language,
            door=self._request.door,
            cancel=self._cancel,
            draft=self._draft,
            abilities=self._abilities,
            options=self._options,
        )
        yield from run.steps()
        yield self._finished(run.answer)

    def _say(self, answer: Answer) -> Iterator[AskEvent]:
        self._draft.write(answer.text, answer.source)
        yield TextDelta(ask_id=self._id, text=answer.text)
        yield self._finished(answer)

    def _finished(self, answer: Answer) -> AskFinished:
        _log.info(
            "answered", extra={"facts": {"source": answer.source, "skill": answer.skill, **self._draft.timings()}}
        )
        return AskFinished(
            ask_id=self._id,
            message_id=self._draft.message_id or "",
            text=answer.text,
            source=answer.source,
            model=answer.model,
            skill=answer.skill,
            reason=answer.reason,
            usage=answer.usage,
            cost_usd=answer.cost_usd,
            timings=self._draft.timings(),
            expects_reply=answer.expects_reply,
            spoken=answer.spoken,
            control=answer.control,
            language=self._language,
        )

    def _cancelled(self) -> AskCancelled:
        self._close("cancelled", "")
        return AskCancelled(ask_id=self._id, text=self._draft.text, message_id=self._draft.message_id)

    def _failed(self, code: str, sentence: str) -> AskFailed:
        _log.warning("ask ended without an answer", extra={"facts": {"code": code}})
        self._close("failed", sentence)
        return AskFailed(
            ask_id=self._id, code=code, sentence=sentence, text=self._draft.text, message_id=self._draft.message_id
        )

    def _close(self, state: str, detail: str) -> None:
        try:
            self._draft.give_up("cancelled" if state == "cancelled" else "failed", detail)
        except JarvisError as error:
            # The log itself is what failed; the final event still reaches the person.
            _log.error("an unfinished answer could not be marked", extra={"facts": {"code": error.code}})


def _takes_away(skill: str) -> bool:
    """True for skills such as `timers.cancel`: wrongly heard, they lose something although no value was said."""
    return skill.rpartition(".")[2].split("_")[0] in _TAKING_AWAY


def _checked(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise InputError(
            "ask.empty",
            en="There was nothing to answer: the question is empty.",
            es="No había nada que responder: la pregunta está vacía.",
        )
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise InputError(
            "ask.too_long",
            en="The question has {have} characters, more than the {limit} that Jarvis takes; nothing was stored. "
            "Ask about a part of it.",
            es="La pregunta tiene {have} caracteres, más de los {limit} que admite Jarvis; no se guardó nada. "
            "Pregunta por una parte.",
            have=len(text),
            limit=MAX_QUESTION_CHARACTERS,
        )
    return text.encode("utf-8", "replace").decode("utf-8")
