"""Stands between a prompt and an engine that is not on this computer: replaces, records, gives back.

Everything that a person or a tool said is searched: text and the arguments of earlier tool calls. Pictures are not
searched: they were attached by hand and go along, unless `pictures` says no, and are counted. What tools and schemas
are called is the program's own and goes as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, JarvisError, Language, StorageError
from jarvis.contracts.guard import AuditLog, OutgoingPrompt, Redactor
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import (
    EngineItem,
    EngineRedacted,
    EngineStatus,
    EngineText,
    EngineThought,
    EngineToolCall,
    GenerationOptions,
    TextEngine,
)
from jarvis.guard.placeholders import Placeholders, Restorer

INSTRUCTION = (
    "Words such as [EMAIL_1] or [NAME_2] stand for personal data that was kept back. Treat each as if it were the data "
    "itself, and when you need it, write it exactly as it stands, brackets included."
)
"""Added to the system message of a prompt in which something was replaced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """A prompt as it leaves, and what each of its placeholders stands for."""

    prompt: OutgoingPrompt
    replaced: Mapping[str, str]


def replacement(messages: Sequence[ChatMessage], redactor: Redactor) -> Replacement:
    """Return `messages` with the personal data of all of them replaced, the same value by the same placeholder."""
    placeholders = Placeholders(text for message in messages for text in _texts(message))
    kinds: Counter[str] = Counter()

    def put(text: str) -> str:
        findings = redactor.findings(text)
        kinds.update(finding.kind for finding in findings)
        return placeholders.put(text, findings)

    changed = [_with_texts(message, put) for message in messages]
    if kinds:
        changed = _instructed(changed)
    return Replacement(
        prompt=OutgoingPrompt(messages=tuple(changed), kinds=dict(kinds)), replaced=placeholders.replaced
    )


class OutgoingGuard:
    """An `Outgoing`: shows a prompt exactly as `GuardedEngine` would hand it on."""

    def __init__(self, redactor: Redactor, *, enabled: Callable[[], bool] = lambda: True) -> None:
        self._redactor = redactor
        self._enabled = enabled

    def preview(self, messages: Sequence[ChatMessage]) -> OutgoingPrompt:
        """Return `messages` as a cloud engine would be sent them."""
        if not self._enabled():
            return OutgoingPrompt(messages=tuple(messages), kinds={})
        return replacement(messages, self._redactor).prompt


class GuardedEngine:
    """A `TextEngine` that is `inner` behind the guard.

    `enabled` False sends prompts as they are; they are recorded all the same. With an `audit` log nothing leaves before
    its entry is written: names, counts and the SHA-256 of what leaves, no text. `pictures` False refuses prompts with
    pictures.
    """

    def __init__(
        self,
        inner: TextEngine,
        redactor: Redactor,
        audit: AuditLog | None,
        *,
        enabled: Callable[[], bool] = lambda: True,
        pictures: Callable[[], bool] = lambda: True,
    ) -> None:
        self._inner = inner
        self._redactor = redactor
        self._audit = audit
        self._enabled = enabled
        self._pictures = pictures

    @property
    def id(self) -> str:
        """Name of this engine in routes and settings."""
        return self._inner.id

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it can answer."""
        return self._inner.status(language)

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Stream one answer with its values given back; see `TextEngine.stream`.

        `EngineRedacted` comes first where something was replaced. Raises `EngineError` too when the record cannot be
        written (`guard.not_recorded`) or pictures may not leave (`guard.pictures`); nothing was sent then.
        """
        if any(message.images for message in messages) and not self._pictures():
            raise _pictures_stay(self.id)
        made = Replacement(prompt=OutgoingPrompt(messages=tuple(messages), kinds={}), replaced={})
        if self._enabled():
            made = replacement(messages, self._redactor)
        self._record(made.prompt)
        if made.prompt.kinds:
            yield EngineRedacted(kinds=made.prompt.kinds)
        items = self._inner.stream(made.prompt.messages, options, cancel)
        yield from _given_back(items, made.replaced, in_json=options.json_schema is not None)

    def close(self) -> None:
        """Release everything."""
        self._inner.close()

    def _record(self, prompt: OutgoingPrompt) -> None:
        if self._audit is None:
            return
        status = self._inner.status()
        sent = canonical_prompt(prompt.messages)
        facts = {
            "engine": self.id,
            "model": status.model,
            "where": status.device,
            "messages": len(prompt.messages),
            "pictures": sum(len(message.images) for message in prompt.messages),
            "bytes": len(sent),
            "sha256": hashlib.sha256(sent).hexdigest(),
            "redaction": self._enabled(),
            "replaced": dict(prompt.kinds),
        }
        try:
            self._audit.record("cloud_call", facts)
        except StorageError as error:
            raise _not_recorded(error) from error


def canonical_prompt(messages: Sequence[ChatMessage]) -> bytes:
    """Return `messages` as the UTF-8 JSON that the audit's SHA-256 is taken of; pictures by their own SHA-256."""
    rows = [
        {
            "role": message.role,
            "text": message.text,
            "images": [hashlib.sha256(image.data).hexdigest() for image in message.images],
            "tool_calls": [{"name": call.name, "arguments": call.arguments} for call in message.tool_calls],
        }
        for message in messages
    ]
    return json.dumps(rows, sort_keys=True, separators=(",", ":")).encode()


def _texts(message: ChatMessage) -> Iterator[str]:
    yield message.text
    for call in message.tool_calls:
        yield from _strings(call.arguments)


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield str(key)
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)


def _with_texts(message: ChatMessage, change: Callable[[str], str]) -> ChatMessage:
    calls = tuple(replace(call, arguments=_mapped(call.arguments, change)) for call in message.tool_calls)
    return replace(message, text=change(message.text), tool_calls=calls)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with `change` done to every string in it; numbers are searched as the text that they are."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(str(key)): _mapped(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(part, change) for part in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        written = str(value)
        changed = change(written)
        return value if changed == written else changed
    return value


def _instructed(messages: list[ChatMessage]) -> list[ChatMessage]:
    if messages[0].role == "system":
        return [replace(messages[0], text=f"{messages[0].text}\n\n{INSTRUCTION}".lstrip()), *messages[1:]]
    return [ChatMessage(role="system", text=INSTRUCTION), *messages]


def _given_back(items: Iterator[EngineItem], replaced: Mapping[str, str], *, in_json: bool) -> Iterator[EngineItem]:
    text = Restorer(replaced, in_json=in_json)
    thought = Restorer(replaced)

    def rest() -> Iterator[EngineItem]:
        if held := thought.end():
            yield EngineThought(text=held)
        if held := text.end():
            yield EngineText(text=held)

    try:
        for item in items:
            if isinstance(item, EngineText):
                if sure := text.feed(item.text):
                    yield EngineText(text=sure)
            elif isinstance(item, EngineThought):
                if sure := thought.feed(item.text):
                    yield EngineThought(text=sure)
            else:
                yield from rest()
                yield _restored_call(item, text) if isinstance(item, EngineToolCall) else item
    except (JarvisError, Cancelled):
        yield from rest()
        raise
    yield from rest()


def _restored_call(item: EngineToolCall, restorer: Restorer) -> EngineToolCall:
    return EngineToolCall(call=replace(item.call, arguments=_mapped(item.call.arguments, restorer.whole)))


def _not_recorded(error: JarvisError) -> EngineError:
    return EngineError(
        "guard.not_recorded",
        en="Nothing was sent, because what leaves this computer must be recorded first and that failed: {why}",
        es="No se envió nada, porque lo que sale de este equipo debe registrarse antes y eso falló: {por_que}",
        why=error.sentence("en"),
        por_que=error.sentence("es"),
    )


def _pictures_stay(engine: str) -> EngineError:
    return EngineError(
        "guard.pictures",
        en="Nothing was sent: pictures cannot be searched for personal data and may not leave to {engine}. "
        "Ask without the picture, or allow it in the settings (privacy.pictures).",
        es="No se envió nada: en las imágenes no se pueden buscar datos personales y no pueden salir hacia {engine}. "
        "Pregunta sin la imagen, o permítelo en los ajustes (privacy.pictures).",
        engine=engine,
    )
