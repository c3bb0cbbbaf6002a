"""Finds a question's place in its conversation and stores it there: at the end, in another's place, or once more.

Knows only ports.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jarvis.assistant.question import checked, question_of
from jarvis.contracts.errors import InputError, JarvisError
from jarvis.contracts.messages import Conversation, Request, StoredMessage
from jarvis.contracts.ports import ConversationLog
from jarvis.contracts.routing import Feedback, Signal
from jarvis.contracts.titles import title_of

_log = logging.getLogger(__name__)
HISTORY_MESSAGES = 400
"""Messages before a question that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A question that is stored: its conversation, what was said before it, and the request as it is answered.

    `follows` is the message that the answer comes after, None for the newest in view.
    """

    conversation: Conversation
    history: Sequence[StoredMessage]
    question: StoredMessage
    request: Request
    follows: str | None = None


def placed(request: Request, log: ConversationLog, feedback: Feedback | None) -> Placed:
    """Store the question where it belongs; `InputError` for an empty one or a conversation that is gone.

    Asking again, or in other words, tells `feedback` that the answer was not good enough.
    """
    if request.again is not None:
        return _once_more(request, request.again, log, feedback)
    text = checked(request.text)
    if not request.conversation_id:
        return _begun(request, text, log)
    found = log.conversation(request.conversation_id)
    if found is None:
        raise _no_conversation()
    follows = request.follows
    history = [] if follows == "" else log.messages(found.id, limit=HISTORY_MESSAGES, until=follows)
    shown = log.messages(found.id, limit=HISTORY_MESSAGES) if follows is not None else []
    question = log.add_message(
        found.id, "user", text, door=request.door, follows=follows, attachments=request.attachments
    )
    if follows is not None:
        _rewritten(shown, follows, feedback)
    return Placed(conversation=found, history=history, question=question, request=request)


def _begun(request: Request, text: str, log: ConversationLog) -> Placed:
    conversation = log.start_conversation(title_of(text))
    try:
        question = log.add_message(conversation.id, "user", text, door=request.door, attachments=request.attachments)
    except JarvisError:
        # Nothing was asked, so no empty conversation stays in the list.
        try:
            log.delete(conversation.id)
        except JarvisError as error:
            _log.warning("an empty conversation stays", extra={"facts": {"code": error.code}})
        raise
    return Placed(conversation=conversation, history=[], question=question, request=request)


def learn(feedback: Feedback | None, answer: StoredMessage, question: StoredMessage, signal: Signal) -> None:
    """Tell `feedback` what became of a model's whole answer."""
    if feedback is not None and answer.source == "model" and answer.state == "complete":
        feedback.noticed(answer, question.id, signal)


def _once_more(request: Request, answer_id: str, log: ConversationLog, feedback: Feedback | None) -> Placed:
    answer = log.message(answer_id)
    found = log.conversation(answer.conversation_id) if answer is not None else None
    branch = log.messages(found.id, limit=HISTORY_MESSAGES, until=answer_id) if found is not None else []
    asked = question_of(branch, len(branch) - 1) if branch else None
    if answer is None or found is None or asked is None:
        raise _no_conversation()
    question = branch[asked]
    learn(feedback, answer, question, "retry")
    return Placed(
        conversation=found,
        history=branch[:asked],
        question=question,
        request=replace(request, text=question.text, conversation_id=found.id, fresh=True),
        follows=question.id,
    )


def _rewritten(shown: Sequence[StoredMessage], follows: str, feedback: Feedback | None) -> None:
    at = 0 if not follows else next((n + 1 for n, one in enumerate(shown) if one.id == follows), len(shown))
    if at + 1 < len(shown) and shown[at].role == "user" and shown[at + 1].role == "assistant":
        learn(feedback, shown[at + 1], shown[at], "edit")


def _no_conversation() -> InputError:
    return InputError(
        "conversation.unknown",
        en="That conversation no longer exists; nothing was asked. Start a new one.",
        es="Esa conversación ya no existe; no se preguntó nada. Empieza una nueva.",
    )
