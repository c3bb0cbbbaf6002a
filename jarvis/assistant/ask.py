"""Answers one question, step by step: confirmation, skill, route, recall, model.

Every step is an event; text is in the conversation log before it is emitted. Knows no concrete class: it is handed
ports. The last event is always final, whatever goes wrong.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from jarvis.assistant.abilities import Abilities
from jarvis.assistant.answer import ModelRun
from jarvis.assistant.attached import Attached, attached_to
from jarvis.assistant.candidate import Asked
from jarvis.assistant.confirmation import confirmation_of
from jarvis.assistant.consent import CLOUD_CONSENT, FORBIDDEN, TOOL_CONSENT, call_of, skill_gate, work_before
from jarvis.assistant.draft import Answer, Draft
from jarvis.assistant.language import language_of
from jarvis.assistant.placing import learn, placed
from jarvis.assistant.question import Questions, is_reply, question_of
from jarvis.assistant.remembered import recall_question, recalled
from jarvis.assistant.tool_use import ToolTurn, ToolWork, carried_out, not_allowed
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError, Language
from jarvis.contracts.events import (
    FINAL_EVENTS,
    AskCancelled,
    AskEvent,
    AskFailed,
    AskFinished,
    AskStarted,
    EngineFailed,
    SkillMatched,
    TextDelta,
    ToolAnswered,
)
from jarvis.contracts.memory import QuotedAnswer, Recollection
from jarvis.contracts.messages import (
    DETAIL_ASKED_BACK,
    DETAIL_STAYS,
    Conversation,
    Image,
    Privacy,
    Request,
    Source,
    StoredMessage,
    ToolCall,
)
from jarvis.contracts.routing import PRIVACY_ORDER
from jarvis.contracts.skills import SkillMatch
from jarvis.contracts.tools import ToolResult

_DROPPED: dict[Language, str] = {"en": "All right, I left it.", "es": "De acuerdo, lo dejo."}
_GONE: dict[Language, str] = {
    "en": "That question was no longer waiting for an answer, so nothing was sent or done. Ask it again.",
    "es": "Esa pregunta ya no esperaba respuesta y no se envió ni se hizo nada. Repítela.",
}
_UNEXPECTED = {
    "en": "Something in Jarvis itself went wrong ({kind}); what was shown is kept. The log has the details.",
    "es": "Algo falló en el propio Jarvis ({kind}); lo mostrado se conserva. El registro tiene los detalles.",
}
_log = logging.getLogger(__name__)


class JarvisAssistant:
    """The Assistant port. Safe to call from several threads; each `ask` is its own run."""

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities
        # Pictures are not in the log, so those of a question that waits for a yes are kept here.
        self._pictures: dict[str, tuple[Image, ...]] = {}

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        """Answer `request`; see the port."""
        return _Run(self._abilities, request, cancel, self._pictures).events()


class _Run:
    """One question being answered."""

    def __init__(
        self,
        abilities: Abilities,
        request: Request,
        cancel: CancelToken,
        pictures: dict[str, tuple[Image, ...]],
    ) -> None:
        self._abilities = abilities
        self._request = request
        self._cancel = cancel
        self._language: Language = request.language or "en"
        self._id = uuid.uuid4().hex
        self._questions = Questions(ask_id=self._id, request=request, pictures=pictures)
        self._draft = Draft(abilities.log, abilities.clock)
        self._place: tuple[Conversation, str]
        self._failures: list[str] = []

    def events(self) -> Iterator[AskEvent]:
        """Yield the steps; turns every failure into a final event and keeps what was shown."""
        final = False
        try:
            self._options = self._abilities.options()
            self._language = self._request.language or self._options.language or self._options.usual_language
            for event in self._steps():
                final = isinstance(event, FINAL_EVENTS)
                if isinstance(event, EngineFailed):
                    self._failures.append(event.code)
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
        place = placed(self._request, self._abilities.log, self._abilities.feedback)
        conversation, history, message = place.conversation, place.history, place.question
        text = message.text
        self._request = place.request
        self._questions = replace(
            self._questions, request=place.request, attached=self._attached(conversation, message, history)
        )
        self._draft.follows = place.follows
        self._language = (
            self._request.language or self._options.language or language_of(text, self._options.usual_language)
        )
        self._draft.conversation_id = conversation.id
        self._place = (conversation, message.id)
        pending = self._abilities.pending.take(conversation.id)
        branching = self._request.again is not None or self._request.follows is not None
        if branching:
            # What was asked back belongs to the branch that is left.
            pending = None
        last = len(history) - 1
        asked_back = last >= 0 and (history[last].detail == DETAIL_ASKED_BACK or is_reply(history, last))
        answer = confirmation_of(text) if pending or asked_back else None
        # Whoever wants another model's answer to the same does not mean the command.
        other_model = self._request.again is not None and self._request.model is not None
        # Nor does whoever asks about a file.
        match = None if answer is not None or other_model or message.attachments else self._skill(text)
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
            yield from self._replied(pending, answer, conversation, history)
        elif answer is not None:
            # Too late, or somebody answered at another door: no model is to make something of a lone yes.
            yield from self._say(Answer(text=_GONE[self._language], source="none"))
        elif match:
            yield from self._matched(match, history)
        else:
            asked = self._questions.asked(text, message.id, history, self._language)
            self._language = asked.language
            again = not branching and self._asked_again(asked.text, history)
            if again:
                asked = replace(asked, request=replace(asked.request, fresh=True))
            # Who asks the very same again did not want the quotation.
            quoted = None if again else self._quoted(asked, history)
            if quoted is not None:
                yield from self._quote(quoted)
            else:
                yield from self._model(asked, conversation)

    def _attached(
        self, conversation: Conversation, message: StoredMessage, history: Sequence[StoredMessage]
    ) -> Attached:
        """Return the files of the conversation; those attached while nothing may leave are marked so."""
        reader, now = self._abilities.files, message.attachments
        if (
            reader is not None
            and now
            and "local" in (self._options.privacy, conversation.privacy, self._request.privacy)
        ):
            reader.keep_here([file.id for file in now])
            now = tuple(replace(file, stays=True) for file in now)
        return attached_to(now, history, reader, self._abilities.passages, self._cancel)

    def _skill(self, text: str) -> SkillMatch | None:
        # A fixed language rules the answers of models; a command is understood in whichever language it is said.
        skills = self._abilities.skills
        asked = self._request.language
        return skills.match(text, self._language) or (None if asked else skills.match(text, None))

    def _matched(self, match: SkillMatch, history: Sequence[StoredMessage]) -> Iterator[AskEvent]:
        yield SkillMatched(ask_id=self._id, skill=match.skill, slots=dict(match.slots), confidence=match.confidence)
        heard_badly = self._request.hearing == "basic" and self._options.confirm_basic
        permissions = self._abilities.permissions
        gate = skill_gate(match, permissions.explicit().get(match.skill) if permissions else None, unsure=heard_badly)
        if gate == "never":
            text = FORBIDDEN[self._language].format(skill=match.skill)
            yield from self._say(Answer(text=text, source="skill", skill=match.skill))
        elif gate == "ask":
            self._abilities.pending.put(self._draft.conversation_id, match)
            question = self._abilities.skills.read_back(match)
            answer = Answer(text=question, source="skill", skill=match.skill, expects_reply=True)
            yield from self._say(answer, detail=DETAIL_ASKED_BACK)
        else:
            yield from self._run_skill(match, history)

    def _replied(
        self, pending: SkillMatch, agreed: bool, conversation: Conversation, history: Sequence[StoredMessage]
    ) -> Iterator[AskEvent]:
        """Go on after the yes or no to what was asked back."""
        if pending.skill == CLOUD_CONSENT:
            # After a no it is answered here, by what there is.
            allowed: Privacy | None = None if agreed else "local"
            asked = self._questions.asked_before(pending, history, self._language)
            # Where it is not known what of files was shown, it is shown again.
            known = asked.files_shown is not None or not asked.attached
            consented = str(pending.slots["engine"]) if agreed and known else None
            yield from self._model(asked, conversation, allowed=allowed, consented=consented)
        elif pending.skill == TOOL_CONSENT and agreed:
            yield from self._tool_agreed(pending, conversation, history)
        elif agreed:
            yield from self._confirmed(pending, history)
        else:
            skill = None if pending.skill == TOOL_CONSENT else pending.skill
            source: Source = "skill" if skill else "none"
            yield from self._say(Answer(text=_DROPPED[self._language], source=source, skill=skill))

    def _tool_agreed(
        self, pending: SkillMatch, conversation: Conversation, history: Sequence[StoredMessage]
    ) -> Iterator[AskEvent]:
        call, before = call_of(pending), work_before(pending)
        asked = self._questions.asked_before(pending, history, self._language)
        result = self._use(call)
        turn = ToolTurn(call=call, result=result, here=pending.slots["where"] == "local")
        yield ToolAnswered(ask_id=self._id, name=call.name, ok=result.ok, text=result.text)
        work = ToolWork(turns=(*before.turns, turn), waiting=before.waiting)
        yield from self._model(replace(asked, work=work), conversation, consented=str(pending.slots["engine"]))

    def _use(self, call: ToolCall) -> ToolResult:
        toolbox = self._abilities.toolbox
        if toolbox is None or toolbox.permission(call, tainted=False) == "never":
            # It was taken away while the question waited.
            return not_allowed(call, self._language)
        return carried_out(toolbox, call, self._request, self._language, self._cancel)

    def _confirmed(self, match: SkillMatch, history: Sequence[StoredMessage]) -> Iterator[AskEvent]:
        yield SkillMatched(ask_id=self._id, skill=match.skill, slots=dict(match.slots), confidence=match.confidence)
        yield from self._run_skill(match, history)

    def _run_skill(self, match: SkillMatch, history: Sequence[StoredMessage]) -> Iterator[AskEvent]:
        previous = next((m.text for m in reversed(history) if m.role == "assistant" and m.text), None)
        reply = self._abilities.skills.run(match, self._request, previous)
        if not reply.found and (yield from self._remembered_otherwise(match.text, history)):
            return
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
            ),
            detail=DETAIL_ASKED_BACK if reply.confirm else "",
        )

    def _remembered_otherwise(self, text: str, history: Sequence[StoredMessage]) -> Generator[AskEvent, None, bool]:
        """Answer from the memory what a skill does not keep; False where the memory has nothing on it either."""
        conversation, message_id = self._place
        asked = self._questions.asked(text, message_id, history, self._language)
        if (quoted := self._quoted(asked, history)) is not None:
            yield from self._quote(quoted)
            return True
        question = recall_question(
            text, asked.request, history, asked.language, conversation_id=self._draft.conversation_id
        )
        if not self._abilities.recall.recall(question).items:
            return False
        yield from self._model(asked, conversation)
        return True

    def _asked_again(self, text: str, history: Sequence[StoredMessage]) -> bool:
        """Tell whether the very same was asked just before: then the last answer was not good enough. Whatever else
        comes next means that it was taken as it was."""
        place = len(history) - 1
        before = question_of(history, place) if history else None
        if before is None or is_reply(history, place):
            return False
        question, answer = history[before], history[place]
        if answer.role != "assistant" or answer.source not in {"model", "memory"} or answer.state != "complete":
            return False
        same = " ".join(question.text.casefold().split()) == " ".join(text.casefold().split())
        learn(self._abilities.feedback, answer, question, "retry" if same else "kept")
        return same

    def _model(
        self,
        asked: Asked,
        conversation: Conversation,
        *,
        allowed: Privacy | None = None,
        consented: str | None = None,
    ) -> Iterator[AskEvent]:
        rules = [rule for rule in (conversation.privacy, asked.request.privacy, allowed) if rule is not None]
        strictest = min(rules, key=PRIVACY_ORDER.index) if rules else None
        run = ModelRun(
            # Tools are handed the request, and must see what the conversation allows.
            asked=replace(asked, request=replace(asked.request, privacy=strictest)),
            cancel=self._cancel,
            draft=self._draft,
            abilities=self._abilities,
            options=self._options,
            allowed=strictest,
            consented=consented,
        )
        yield from run.steps()
        yield self._finished(run.answer)

    def _quoted(self, asked: Asked, history: Sequence[StoredMessage]) -> QuotedAnswer | None:
        """Return what the memory has word for word, unless the person wants a model."""
        request = asked.request
        if request.deep or request.model or request.images or asked.attached.now:
            return None
        question = recall_question(
            asked.text, request, history, asked.language, conversation_id=self._draft.conversation_id
        )
        return self._abilities.recall.quote(question)

    def _quote(self, quoted: QuotedAnswer) -> Iterator[AskEvent]:
        recollection = Recollection(items=quoted.items, lines=tuple(item.memory.text for item in quoted.items))
        yield recalled(self._id, recollection)
        local = any(item.memory.privacy == "local" for item in quoted.items)
        answer = Answer(text=quoted.text, source="memory", spoken=quoted.spoken)
        self._draft.write(answer.text, "memory", detail=DETAIL_STAYS if local else "")
        self._abilities.recall.used(self._draft.message_id or "", quoted.items)
        yield TextDelta(ask_id=self._id, text=answer.text)
        yield self._finished(answer)

    def _say(self, answer: Answer, *, detail: str = "") -> Iterator[AskEvent]:
        self._draft.write(answer.text, answer.source, detail=detail)
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
            cached=answer.cached,
            language=self._language,
        )

    def _cancelled(self) -> AskCancelled:
        self._close("cancelled", "")
        return AskCancelled(ask_id=self._id, text=self._draft.text, message_id=self._draft.message_id)

    def _failed(self, code: str, sentence: str) -> AskFailed:
        _log.warning("ask ended without an answer", extra={"facts": {"code": code}})
        self._close("failed", sentence, (code, *self._failures))
        return AskFailed(
            ask_id=self._id, code=code, sentence=sentence, text=self._draft.text, message_id=self._draft.message_id
        )

    def _close(self, state: str, detail: str, codes: Sequence[str] = ()) -> None:
        try:
            self._draft.give_up("cancelled" if state == "cancelled" else "failed", detail, codes)
        except JarvisError as error:
            # The log itself is what failed; the final event still reaches the person.
            _log.error("an unfinished answer could not be marked", extra={"facts": {"code": error.code}})
