"""What a model child answers: the pieces of one answer on their way, and their documents in OpenAI's shape.

Knows nothing about models, requests or HTTP servers.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jarvis.contracts.messages import ToolCall

FinishReason = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """End of one answer: why it ended, and how many tokens were read, of these reused, and written."""

    finish_reason: FinishReason
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int

    def usage(self) -> dict[str, Any]:
        """Return OpenAI's usage object."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens},
        }


@dataclass(frozen=True, slots=True)
class Reasoning:
    """Text that the model wrote for itself before it answered."""

    text: str


Item = str | Reasoning | ToolCall | Finished
"""Text, thoughts and checked calls in the order in which they were written, then one `Finished`."""


class Gathered:
    """Collects the items of one answer."""

    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self.calls: list[ToolCall] = []

    def add(self, item: str | Reasoning | ToolCall) -> None:
        """Take one more item."""
        if isinstance(item, str):
            self.text += item
        elif isinstance(item, Reasoning):
            self.reasoning += item.text
        else:
            self.calls.append(item)

    def message(self) -> dict[str, Any]:
        """Return the assistant's message; `content` is None where there are calls and no text."""
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self.reasoning:
            message["reasoning_content"] = self.reasoning
        if self.calls:
            message["content"] = self.text or None
            message["tool_calls"] = [_call_document(call) for call in self.calls]
        return message


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Builds the documents of one answer, which all carry the same id."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, gathered: Gathered, end: Finished) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        choice = {"index": 0, "message": gathered.message(), "logprobs": None, "finish_reason": end.finish_reason}
        return {**self._head("chat.completion"), "choices": [choice], "usage": end.usage()}

    def opening(self) -> bytes:
        """Return the first event of a stream."""
        return self._event({"role": "assistant", "content": ""}, None)

    def piece(self, item: str | Reasoning | ToolCall, before: Sequence[ToolCall] = ()) -> bytes:
        """Return an event with one more item; `before` are the calls already sent, which gives a call its index."""
        if isinstance(item, str):
            return self._event({"content": item}, None)
        if isinstance(item, Reasoning):
            return self._event({"reasoning_content": item.text}, None)
        return self._event({"tool_calls": [{"index": len(before), **_call_document(item)}]}, None)

    def closing(self, end: Finished, *, wants_usage: bool) -> bytes:
        """Return the last events of a stream."""
        events = self._event({}, end.finish_reason)
        if wants_usage:
            events += sse({**self._head("chat.completion.chunk"), "choices": [], "usage": end.usage()})
        return events + b"data: [DONE]\n\n"

    def _event(self, delta: dict[str, Any], finish_reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return sse({**self._head("chat.completion.chunk"), "choices": [choice]})

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def sse(document: dict[str, Any]) -> bytes:
    """Return `document` as one server-sent event."""
    return b"data: " + json.dumps(document, ensure_ascii=False).encode("utf-8") + b"\n\n"


def _call_document(call: ToolCall) -> dict[str, Any]:
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}
