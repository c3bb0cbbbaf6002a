"""Writes a conversation out as a document: Markdown to read, JSON to go on with elsewhere. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from jarvis.contracts.conversation_desk import Rating
from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Conversation, MessageState, StoredMessage

_WORDS: dict[str, dict[Language, str]] = {
    "user": {"en": "You", "es": "Tú"},
    "assistant": {"en": "Jarvis", "es": "Jarvis"},
    "by": {"en": "by {model}", "es": "de {model}"},
    "files": {"en": "with {names}", "es": "con {names}"},
    "stars": {"en": "rated {stars} of 5", "es": "valorada con {stars} de 5"},
}
_STATES: dict[MessageState, dict[Language, str]] = {
    "streaming": {"en": "still being written", "es": "aún se escribe"},
    "cancelled": {"en": "stopped", "es": "parada"},
    "failed": {"en": "broke off", "es": "se cortó"},
    "interrupted": {"en": "cut off as Jarvis ended", "es": "cortada al cerrarse Jarvis"},
}


def markdown_of(
    conversation: Conversation,
    messages: Sequence[StoredMessage],
    ratings: Mapping[str, Rating],
    language: Language,
) -> str:
    """Return a heading and one section per message; what the messages hold stands there as it was written."""
    parts = [f"# {conversation.title}"]
    for message in messages:
        about = [f"{message.created_at.astimezone():%Y-%m-%d %H:%M}"]
        if message.model:
            about.append(_WORDS["by"][language].format(model=message.model))
        if message.attachments:
            about.append(_WORDS["files"][language].format(names=", ".join(file.name for file in message.attachments)))
        if message.state in _STATES:
            about.append(_STATES[message.state][language])
        if (rating := ratings.get(message.id)) is not None:
            about.append(_WORDS["stars"][language].format(stars=rating.stars))
        parts.append(f"## {_WORDS[message.role][language]}\n\n*{' · '.join(about)}*")
        if message.text:
            parts.append(message.text)
    return "\n\n".join(parts) + "\n"


def json_of(conversation: Conversation, messages: Sequence[StoredMessage], ratings: Mapping[str, Rating]) -> str:
    """Return `{title, created_at, messages: [{role, text, at, state, source, model, stars, reason}]}`, times in UTC.

    A message with files has their names as `attachments` too.
    """
    rows = []
    for message in messages:
        rating = ratings.get(message.id)
        files = {"attachments": [file.name for file in message.attachments]} if message.attachments else {}
        rows.append(
            {
                "role": message.role,
                "text": message.text,
                "at": message.created_at.isoformat(),
                "state": message.state,
                "source": message.source,
                "model": message.model,
                "stars": rating.stars if rating else None,
                "reason": rating.reason if rating else "",
                **files,
            }
        )
    whole = {"title": conversation.title, "created_at": conversation.created_at.isoformat(), "messages": rows}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
