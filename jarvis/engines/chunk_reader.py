"""Makes items of the chunks of a streamed chat completion, as the many servers of the OpenAI protocol send them.

Pure, one answer per reader. Tool calls come whole, at the end: their pieces may arrive in any order.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from jarvis.contracts.messages import ToolCall, Usage
from jarvis.contracts.ports import EngineItem, EngineText, EngineThought, EngineToolCall
from jarvis.engines.answer_checks import arguments_of
from jarvis.engines.failures import failure
from jarvis.engines.thoughts import ThoughtSplitter

_LONE = re.compile("[\ud800-\udfff]")


class Fields(dict[str, Any]):
    """A JSON object whose fields are attributes, None where there is none."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


def fields_of(value: Any) -> Any:
    """Return a JSON value with `Fields` for every object in it."""
    if isinstance(value, dict):
        return Fields({name: fields_of(each) for name, each in value.items()})
    return [fields_of(each) for each in value] if isinstance(value, list) else value


class ChunkReader:
    """Reads one answer of `model` from the server `where`. `inside` as for `ThoughtSplitter`."""

    def __init__(self, *, where: str, model: str, inside: bool) -> None:
        self._where = where
        self._model = model
        self._splitter = ThoughtSplitter(inside=inside)
        self._calls = _Calls()
        self._said = False
        self._thought = False
        self.usage = Usage()
        self.reason = ""

    @property
    def empty(self) -> bool:
        """True while nothing of an answer has come."""
        return not (self._said or self._thought or self._calls.any)

    def read(self, chunk: Any) -> list[EngineItem]:
        """Return what `chunk` completes: `fields_of` one, or a `ChatCompletionChunk` of the official client."""
        if isinstance(chunk, list) or not hasattr(chunk, "choices"):
            raise failure("not_an_api", where=self._where, model=self._model)
        if chunk.usage is not None and hasattr(chunk.usage, "prompt_tokens"):
            self.usage = _usage(chunk.usage)
        items: list[EngineItem] = []
        for choice in chunk.choices[:1] if isinstance(chunk.choices, list) else []:
            self.reason = _word(getattr(choice, "finish_reason", None)) or self.reason
            if hasattr(delta := getattr(choice, "delta", None), "content"):
                items += self._delta(delta)
        return items

    def finish(self) -> list[EngineItem]:
        """Return the rest; raises `EngineError` when no answer came, or one that was blocked or garbled."""
        calls = self._calls.whole(self._model) if self.reason != "content_filter" else []
        rest = self._splitter.finish(called=bool(calls))
        items: list[EngineItem] = self._noted(list(rest))
        if self.reason == "content_filter":
            raise failure("blocked", where=self._where, model=self._model, detail=self.reason)
        if not calls and not self._said:
            thought_only = self._thought and self.reason == "length"
            raise failure("only_thought" if thought_only else "empty", where=self._where, model=self._model)
        if calls:
            # Some servers say "stop" or the older "function_call" here.
            self.reason = "tool_calls" if self.reason != "length" else self.reason
        return [*items, *(EngineToolCall(call=call) for call in calls)]

    def _delta(self, delta: Any) -> list[EngineItem]:
        items: list[EngineItem] = []
        # DeepSeek, vLLM and llama.cpp say reasoning_content; newer vLLM, OpenRouter and Ollama say reasoning.
        thought = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
        if isinstance(thought, str) and thought:
            self._splitter.thinks_apart()
            items.append(EngineThought(text=clean_text(thought)))
        if isinstance(delta.content, str) and delta.content:
            items += self._splitter.feed(clean_text(delta.content))
        elif isinstance(delta.content, list):
            items += _parts(delta.content)
        refusal = getattr(delta, "refusal", None)
        if isinstance(refusal, str) and refusal:
            items.append(EngineText(text=clean_text(refusal)))
        for piece in delta.tool_calls if isinstance(delta.tool_calls, list) else []:
            if hasattr(piece, "function"):
                self._calls.add(piece.index, piece.id, piece.function)
        if hasattr(getattr(delta, "function_call", None), "name"):
            self._calls.add(0, None, delta.function_call)
        return self._noted(items)

    def _noted(self, items: list[EngineItem]) -> list[EngineItem]:
        self._said = self._said or any(isinstance(item, EngineText) and item.text.strip() for item in items)
        self._thought = self._thought or any(isinstance(item, EngineThought) for item in items)
        return items


@dataclass(kw_only=True, slots=True)
class _Call:
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    object: dict[str, object] | None = None


class _Calls:
    """Puts calls together by index; where servers give every call the same index, by a new id."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._at: dict[int, _Call] = {}

    @property
    def any(self) -> bool:
        return bool(self._calls)

    def add(self, index: Any, identity: Any, function: Any) -> None:
        """Add a piece: any of id, name and arguments may be missing from it."""
        function = function if hasattr(function, "arguments") else None
        identity = _word(identity)
        call = self._call(index if type(index) is int else None, identity, function)
        call.id = call.id or identity
        if function is None:
            return
        call.name = call.name or _word(function.name)
        if isinstance(function.arguments, dict):
            call.object = function.arguments
        elif isinstance(function.arguments, str):
            call.pieces.append(function.arguments)
        elif function.arguments is not None:
            # Neither JSON nor an object: refused with the whole call.
            call.pieces.append("?")

    def whole(self, model: str) -> list[ToolCall]:
        """Return the calls in order; raises `EngineError` for arguments that are no JSON object."""
        return [
            ToolCall(
                id=call.id or f"call_{secrets.token_hex(6)}",
                name=call.name,
                arguments=clean_json(
                    arguments_of(
                        call.object if call.object is not None else "".join(call.pieces), tool=call.name, model=model
                    )
                ),
            )
            for call in self._calls
        ]

    def _call(self, index: int | None, identity: str | None, function: Any) -> _Call:
        place = index if index is not None else (len(self._calls) - 1 if self._calls else 0)
        known = self._at.get(place)
        named = function is not None and bool(function.name)
        another = known is not None and named and bool(identity and known.id) and identity != known.id
        unmarked = known is not None and index is None and not identity and named and bool(known.name)
        if known is None or another or unmarked:
            known = _Call()
            self._calls.append(known)
            self._at[place if index is not None else len(self._calls) - 1] = known
        return known


def clean_text(text: str) -> str:
    """Return `text` without lone surrogates, which no file, window or voice can take."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _LONE.search(text) else text


def clean_json(value: Any) -> Any:
    """Return a JSON value with `clean_text` in all its texts."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(name): clean_json(each) for name, each in value.items()}
    return [clean_json(each) for each in value] if isinstance(value, list) else value


def count_of(value: object) -> int:
    """Return a number of tokens as a server told it, 0 for what is none."""
    return value if type(value) is int and value > 0 else 0


def _word(value: object) -> str:
    return clean_text(value) if isinstance(value, str) else str(value) if type(value) is int else ""


def _parts(parts: list[Any]) -> list[EngineItem]:
    """Read a list of typed parts, as Mistral's reasoning models send instead of a text."""
    items: list[EngineItem] = []
    for part in parts:
        if not isinstance(part, dict):
            continue
        if part.get("type") == "text" and part.get("text"):
            items.append(EngineText(text=clean_text(str(part["text"]))))
        elif part.get("type") == "thinking":
            inner = part.get("thinking")
            texts = (
                [str(each.get("text", "")) for each in inner if isinstance(each, dict)]
                if isinstance(inner, list)
                else []
            )
            items += [EngineThought(text=clean_text(text)) for text in texts if text]
    return items


def _usage(usage: Any) -> Usage:
    """Return the counts; servers are free to send anything."""
    details = getattr(usage, "prompt_tokens_details", None)
    cached = getattr(details, "cached_tokens", None) or getattr(usage, "prompt_cache_hit_tokens", None)
    return Usage(
        prompt_tokens=count_of(usage.prompt_tokens),
        completion_tokens=count_of(usage.completion_tokens),
        cached_tokens=count_of(cached),
        cache_written_tokens=count_of(getattr(details, "cache_write_tokens", None)),
    )
