"""What goes along with a stored question wherever it is answered anew, weighed as when it was asked. Asks no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jarvis.assistant.attached import attached_to
from jarvis.assistant.candidate import Asked
from jarvis.assistant.going_along import must_stay, pictures_told, tokens_beyond, tokens_told
from jarvis.assistant.placing import HISTORY_MESSAGES
from jarvis.contracts.attachments import AttachmentReader
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import Redactor
from jarvis.contracts.messages import Privacy, Request
from jarvis.contracts.ports import ConversationLog, EngineStatus
from jarvis.contracts.routing_desk import RouteRequest


@dataclass(frozen=True, kw_only=True, slots=True)
class WentAlong:
    """How many `pictures` ask for a model that sees, how many `tokens` of earlier turns and files go with a question,
    and how many `further_tokens` of the files only fit who reads more. `personal` says that personal data is among
    it, and `rules` are what its conversation and its files allow to leave."""

    pictures: int = 0
    tokens: int = 0
    further_tokens: int = 0
    personal: bool = False
    rules: tuple[Privacy, ...] = ()


def went_along(
    request: RouteRequest,
    language: Language,
    *,
    log: ConversationLog,
    reader: AttachmentReader,
    redactor: Redactor,
    engines: Sequence[EngineStatus],
    context_tokens: int,
    answer_tokens: int,
) -> WentAlong:
    """Return what goes along with the question `request.question_id`; nothing where it is no longer in the log.

    `context_tokens` and `answer_tokens` are what the settings say of prompts and answers.
    """
    message = log.message(request.question_id or "")
    conversation = log.conversation(message.conversation_id) if message is not None else None
    branch = log.messages(conversation.id, HISTORY_MESSAGES + 1, request.question_id) if conversation else []
    if conversation is None or not branch:
        return WentAlong()
    asked = Asked(
        ask_id="",
        message_id=branch[-1].id,
        text=request.text,
        request=Request(text=request.text, door=request.door),
        history=branch[:-1],
        language=language,
        attached=attached_to(branch[-1].attachments, branch[:-1], reader),
    )
    stays: tuple[Privacy, ...] = ("ask",) if asked.attached.stays else ()
    return WentAlong(
        pictures=pictures_told(asked, engines),
        tokens=tokens_told(asked, context_tokens, answer_tokens),
        further_tokens=tokens_beyond(asked, context_tokens, answer_tokens),
        personal=must_stay(redactor, asked),
        rules=(*([conversation.privacy] if conversation.privacy else []), *stays),
    )
