"""Goes the way of a question that may never be asked, as far as it leaves no trace. Knows only ports.

Used while a person has paused and may go on: what is learned on the way is kept by those who were asked (the vector
of the question, sentences already matched, the prompt that a model has read), so that the real question is quicker and
otherwise the same.
"""

from __future__ import annotations

import logging

from jarvis.assistant.abilities import Abilities
from jarvis.assistant.answer import ModelRun
from jarvis.assistant.attached import attached_to
from jarvis.assistant.candidate import Asked
from jarvis.assistant.draft import Draft
from jarvis.assistant.language import language_of
from jarvis.assistant.remembered import recall_question
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError
from jarvis.contracts.messages import Request

_log = logging.getLogger(__name__)


class Preparation:
    """The Preparing port. Safe to call from several threads."""

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities

    def prepare(self, request: Request, cancel: CancelToken) -> None:
        """Warm the way of `request`; see the port."""
        try:
            self._prepare(request, cancel)
        except Cancelled:
            return
        except JarvisError as error:
            # The question itself will meet it again, and tell the person.
            _log.info("working ahead ended", extra={"facts": {"code": error.code}})
        except Exception:  # noqa: BLE001 - nobody has asked yet, so nobody is to be told
            _log.exception("working ahead failed")

    def _prepare(self, request: Request, cancel: CancelToken) -> None:
        abilities = self._abilities
        options = abilities.options()
        language = request.language or options.language or language_of(request.text, options.usual_language)
        if abilities.skills.match(request.text, language) is not None:
            return
        cancel.raise_if_cancelled()
        known = request.conversation_id or ""
        history = abilities.log.messages(known, limit=400) if known else []
        question = recall_question(request.text, request, history, language, conversation_id=known)
        if abilities.recall.quote(question) is not None:
            return
        cancel.raise_if_cancelled()
        conversation = abilities.log.conversation(known) if known else None
        draft = Draft(abilities.log, abilities.clock)
        draft.conversation_id = known
        run = ModelRun(
            asked=Asked(
                ask_id="",
                message_id="",
                text=request.text,
                request=request,
                history=history,
                language=language,
                attached=attached_to((), history, abilities.files, abilities.passages, cancel),
            ),
            cancel=cancel,
            draft=draft,
            abilities=abilities,
            options=options,
            allowed=conversation.privacy if conversation is not None else None,
        )
        run.read_ahead()
