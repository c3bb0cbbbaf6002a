"""The OpenAI chat-completions shape as our model child speaks it: what it accepts, and what it answers.

Knows nothing about models or HTTP servers. What is not supported is refused by name, never ignored.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class ProtocolError(Exception):
    """A request that is answered with an error document: HTTP `status`, stable `code`, English `message`."""

    def __init__(self, status: int, code: str, message: str, **numbers: int) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.numbers = numbers

    def document(self) -> dict[str, Any]:
        """Return the JSON body, in OpenAI's shape plus this error's numbers."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": str(self), "type": kind, "param": None, "code": self.code, **self.numbers}}


class _Part(BaseModel):
    type: Literal["text"]
    text: str


class _Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part]

    def plain(self) -> dict[str, str]:
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": "system" if self.role == "developer" else self.role, "content": text}


class _Schema(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    body: dict[str, Any] = Field(alias="schema")


class _Format(BaseModel):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: _Schema | None = None


class _StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """The body of POST /v1/chat/completions."""

    model: str
    messages: list[_Message] = Field(min_length=1)
    stream: bool = False
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float = Field(default=0.7, ge=0, le=2)
    top_p: float = Field(default=0.95, gt=0, le=1)
    frequency_penalty: float = Field(default=0.0, ge=-2, le=2)
    presence_penalty: float = Field(default=0.0, ge=-2, le=2)
    stop: str | list[str] | None = None
    seed: int | None = None
    n: int = 1
    response_format: _Format | None = None
    tools: list[Any] | None = None
    logprobs: bool | None = None

    def plain_messages(self) -> list[dict[str, str]]:
        """Return the messages as `{"role", "content"}` with plain text."""
        return [message.plain() for message in self.messages]

    def schema_body(self) -> dict[str, Any] | None:
        """Return the JSON schema that the answer must follow, None for free text."""
        if self.response_format is None or self.response_format.type == "text":
            return None
        if self.response_format.type == "json_object":
            return {"type": "object"}
        if self.response_format.json_schema is None:
            raise ProtocolError(400, "schema_missing", "response_format json_schema needs a json_schema.schema.")
        return self.response_format.json_schema.body

    def stops(self) -> tuple[str, ...]:
        """Return the stop texts; empty ones are dropped."""
        listed = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(text for text in listed if text)

    @property
    def wants_usage(self) -> bool:
        """True when the stream shall end with a chunk that carries the usage."""
        return self.stream_options is not None and self.stream_options.include_usage


def parse_chat(body: bytes) -> ChatRequest:
    """Return the request in `body`; `ProtocolError` naming the first thing that is wrong with it."""
    try:
        request = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "body"
        raise ProtocolError(400, "invalid_request", f"{where}: {first['msg']}") from error
    if request.n != 1:
        raise ProtocolError(400, "unsupported", "n: this server gives exactly one choice.")
    if request.tools:
        raise ProtocolError(400, "unsupported", "tools: this server does not call tools.")
    if request.logprobs:
        raise ProtocolError(400, "unsupported", "logprobs: this server does not give them.")
    return request


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """End of one answer: why it ended, and how many tokens were read, of these reused, and written."""

    finish_reason: Literal["stop", "length"]
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Builds the documents of one answer, which all carry the same id."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, text: str, end: Finished) -> dict[str, Any]:
        """Return the answer of a request that does not stream."""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": end.finish_reason}
        return {**self._head("chat.completion"), "choices": [choice], "usage": end.usage()}

    def opening(self) -> bytes:
        """Return the first event of a stream."""
        return self._event({"role": "assistant", "content": ""}, None)

    def piece(self, text: str) -> bytes:
        """Return an event with more text."""
        return self._event({"content": text}, None)

    def closing(self, end: Finished, *, wants_usage: bool) -> bytes:
        """Return the last events of a stream."""
        events = self._event({}, end.finish_reason)
        if wants_usage:
            events += sse({**self._head("chat.completion.chunk"), "choices": [], "usage": end.usage()})
        return events + b"data: [DONE]\n\n"

    def _event(self, delta: dict[str, str], finish_reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return sse({**self._head("chat.completion.chunk"), "choices": [choice]})

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def sse(document: dict[str, Any]) -> bytes:
    """Return `document` as one server-sent event."""
    return b"data: " + json.dumps(document, ensure_ascii=False).encode("utf-8") + b"\n\n"
