"""The open question as it is asked of models: with its pictures, in its manner, or come back after a yes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jarvis.assistant.attached import Attached, attached_to, shown_before
from jarvis.assistant.candidate import Asked
from jarvis.assistant.confirmation import confirmation_of
from jarvis.assistant.language import language_of
from jarvis.assistant.manner import Manner, manner_of
from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.messages import DETAIL_ASKED_BACK, Image, Privacy, Request, StoredMessage
from jarvis.contracts.routing import PRIVACY_ORDER
from jarvis.contracts.skills import SkillMatch

MAX_QUESTION_CHARACTERS = 2_000_000
"""Longer questions are refused: no model here reads that much, and the log is not a file store."""

PICTURED_QUESTIONS = 8
"""Pictures are not in the log; those of this many questions are kept until a yes may come."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Questions:
    """Makes what candidates are asked out of one request; `pictures` is shared by all requests, `attached` are the
    files of the conversation."""

    ask_id: str
    request: Request
    pictures: dict[str, tuple[Image, ...]]
    attached: Attached = field(default_factory=Attached)

    def asked(self, text: str, message_id: str, history: Sequence[StoredMessage], language: Language) -> Asked:
        """Return the question as it wants to be answered; "think deeper" alone means the one before."""
        asked = Asked(
            ask_id=self.ask_id,
            message_id=message_id,
            text=text,
            request=self.request,
            history=history,
            language=language,
            attached=self.attached,
        )
        manner = manner_of(text)
        asked = asked if manner is None else self._in_its_manner(asked, manner)
        if asked.request.images:
            for oldest in list(self.pictures)[: max(len(self.pictures) - PICTURED_QUESTIONS + 1, 0)]:
                self.pictures.pop(oldest, None)
            self.pictures[message_id] = asked.request.images
        return asked

    def asked_before(self, pending: SkillMatch, history: Sequence[StoredMessage], language: Language) -> Asked:
        """Return the question that waited for a yes as `pending`, with the turns that came before it; it is as private
        as it was then. `InputError` (code `ask.picture_gone`) when its pictures are not here any more."""
        message_id, slots = str(pending.slots["message"]), pending.slots
        # What was shown is what is sent: the turns up to the same one.
        earlier = list(history[: _place(history, str(slots["after"])) + 1])
        images = self.pictures.get(message_id, ())
        if len(images) != slots.get("pictures", 0):
            raise _pictures_gone()
        request = replace(
            self.request,
            text=pending.text,
            images=images,
            deep=bool(slots["deep"]),
            model=str(slots.get("model") or "") or self.request.model,
            privacy=_stricter(self.request.privacy, str(slots.get("privacy") or "")),
        )
        return Asked(
            ask_id=self.ask_id,
            message_id=message_id,
            text=pending.text,
            request=request,
            history=earlier,
            language=language,
            shown=frozenset(str(slots["memories"]).split()) if "memories" in slots else None,
            attached=self._attached_then(history, message_id),
            files_shown=shown_before(str(slots["files"])) if "files" in slots else None,
        )

    def _attached_then(self, history: Sequence[StoredMessage], message_id: str) -> Attached:
        """Return the files up to that question: what came with the yes itself was not shown."""
        place, files = _place(history, message_id), self.attached
        if place < 0:
            return Attached()
        return attached_to(history[place].attachments, history[:place], files.reader, files.ranking, files.cancel)

    def _in_its_manner(self, asked: Asked, manner: Manner) -> Asked:
        text, history, language = manner.text, list(asked.history), asked.language
        images = asked.request.images
        if not text:
            before = last_question(history)
            if before is None:
                return asked
            text, history = history[before].text, history[:before]
            language = asked.request.language or language_of(text, language)
            images = images or self.pictures.get(asked.history[before].id, ())
        request = replace(
            asked.request,
            text=text,
            images=images,
            deep=asked.request.deep or manner.kind == "deeper",
            fresh=asked.request.fresh or manner.kind == "anew",
        )
        return replace(asked, text=text, history=history, request=request, language=language)


def checked(text: str) -> str:
    """Return `text` as it is stored and answered; `InputError` (code `ask.empty` or `ask.too_long`)."""
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


def last_question(history: Sequence[StoredMessage]) -> int | None:
    """Return the place of the last open question: no yes or no, nothing that a skill did, no "think deeper" alone."""
    for place in range(len(history) - 1, -1, -1):
        message = history[place]
        if message.role != "user" or is_reply(history, place):
            continue
        manner = manner_of(message.text)
        answer = next((one for one in history[place + 1 : place + 2] if one.role == "assistant"), None)
        if (manner is None or manner.text) and not (answer is not None and answer.source == "skill"):
            return place
    return None


def question_of(history: Sequence[StoredMessage], answer: int) -> int | None:
    """Return the place of the question that the message at place `answer` answers; a yes or no in between is none."""
    places = range(answer - 1, -1, -1)
    return next((at for at in places if history[at].role == "user" and not is_reply(history, at)), None)


def is_reply(history: Sequence[StoredMessage], place: int) -> bool:
    """Tell whether the message there only said yes or no to what Jarvis had asked back."""
    if place == 0 or history[place - 1].detail != DETAIL_ASKED_BACK:
        return False
    return confirmation_of(history[place].text) is not None


def _place(history: Sequence[StoredMessage], message_id: str) -> int:
    return next((place for place, message in enumerate(history) if message.id == message_id), -1)


def _stricter(now: Privacy | None, then: str) -> Privacy | None:
    rules = [rule for rule in PRIVACY_ORDER if rule in (now, then)]
    return rules[0] if rules else None


def _pictures_gone() -> InputError:
    return InputError(
        "ask.picture_gone",
        en="The picture of that question is no longer here, so nothing was sent. Ask again with the picture.",
        es="La imagen de esa pregunta ya no está aquí y no se envió nada. Repite la pregunta con la imagen.",
    )
