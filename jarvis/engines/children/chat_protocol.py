"""The OpenAI chat-completions request as our model child understands it.

Knows nothing about models or HTTP servers. What is not supported is refused by name, never ignored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jarvis.contracts.messages import ToolCall, ToolSpec
from jarvis.engines.children.pictures import PictureError, picture_from_url

MOST_PICTURES = 16
"""Pictures in one request."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One message: texts and pictures (bytes of an image file) in order, and what it says about calls."""

    role: Literal["system", "user", "assistant", "tool"]
    content: tuple[str | bytes, ...]
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""

    @property
    def text(self) -> str:
        """The texts joined."""
        return "".join(part for part in self.content if isinstance(part, str))


class _Text(BaseModel):
    type: Literal["text"]
    text: str


class _Url(BaseModel):
    url: str
    detail: str | None = None


class _Picture(BaseModel):
    type: Literal["image_url"]
    image_url: _Url


class _Function(BaseModel):
    name: str
    arguments: str


class _Call(BaseModel):
    id: str
    type: Literal["function"] = "function"
    function: _Function

    def call(self) -> ToolCall:
        try:
            arguments = json.loads(self.function.arguments or "{}")
        except ValueError as error:
            raise _invalid(f"tool_calls: the arguments of {self.function.name} are not JSON.") from error
        if not isinstance(arguments, dict):
            raise _invalid(f"tool_calls: the arguments of {self.function.name} are not a JSON object.")
        return ToolCall(id=self.id, name=self.function.name, arguments=arguments)


class _Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Annotated[_Text | _Picture, Field(discriminator="type")]] | None = None
    tool_calls: list[_Call] | None = None
    tool_call_id: str | None = None

    def turn(self) -> Turn:
        calls = tuple(call.call() for call in self.tool_calls or ())
        if self.content is None and not calls:
            raise _invalid("messages: a message without tool_calls needs a content.")
        if calls and self.role != "assistant":
            raise _invalid("messages: only the assistant makes tool_calls.")
        if self.role == "tool" and not self.tool_call_id:
            raise _invalid("messages: a message of role tool needs a tool_call_id.")
        parts = [_Text(type="text", text=self.content)] if isinstance(self.content, str) else self.content or []
        return Turn(
            role="system" if self.role == "developer" else self.role,
            content=tuple(self._part(part) for part in parts),
            calls=calls,
            call_id=self.tool_call_id or "",
        )

    def _part(self, part: _Text | _Picture) -> str | bytes:
        if isinstance(part, _Text):
            return part.text
        if self.role != "user":
            raise _invalid("messages: pictures belong to messages of role user.")
        try:
            return picture_from_url(part.image_url.url)
        except PictureError as error:
            raise ProtocolError(400, "invalid_image", f"image_url: {error}") from error


class _ToolFunction(BaseModel):
    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})


class _Tool(BaseModel):
    type: Literal["function"]
    function: _ToolFunction


class _Named(BaseModel):
    name: str


class _Choice(BaseModel):
    type: Literal["function"]
    function: _Named


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
    tools: list[_Tool] | None = None
    tool_choice: Literal["auto", "none", "required"] | _Choice | None = None
    parallel_tool_calls: bool = True
    logprobs: bool | None = None

    def turns(self) -> list[Turn]:
        """Return the messages; `ProtocolError` for one that makes no sense."""
        turns = [message.turn() for message in self.messages]
        pictures = sum(isinstance(part, bytes) for turn in turns for part in turn.content)
        if pictures > MOST_PICTURES:
            raise ProtocolError(400, "invalid_image", f"At most {MOST_PICTURES} pictures go into one request.")
        return turns

    def offered_tools(self) -> tuple[ToolSpec, ...]:
        """Return the tools that may be called in this answer: all, the named one, or none.

        Raises `ProtocolError` for a choice that cannot be met.
        """
        listed = [tool.function for tool in self.tools or ()]
        if len({tool.name for tool in listed}) < len(listed):
            raise _invalid("tools: two have the same name.")
        if isinstance(self.tool_choice, _Choice):
            named = self.tool_choice.function.name
            listed = [tool for tool in listed if tool.name == named]
            if not listed:
                raise _invalid(f"tool_choice: there is no tool {named}.")
        if self.tool_choice == "required" and not listed:
            raise _invalid("tool_choice: required needs tools.")
        if self.tool_choice == "none":
            return ()
        return tuple(ToolSpec(name=t.name, description=t.description, parameters=t.parameters) for t in listed)

    @property
    def must_call(self) -> bool:
        """True when the answer has to be a call."""
        return self.tool_choice == "required" or isinstance(self.tool_choice, _Choice)

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
        raise _invalid(f"{where}: {first['msg']}") from error
    if request.n != 1:
        raise ProtocolError(400, "unsupported", "n: this server gives exactly one choice.")
    if request.logprobs:
        raise ProtocolError(400, "unsupported", "logprobs: this server does not give them.")
    if request.schema_body() is not None and request.offered_tools():
        raise ProtocolError(400, "unsupported", "response_format: a JSON answer and tools do not go together here.")
    return request


def _invalid(message: str) -> ProtocolError:
    return ProtocolError(400, "invalid_request", message)
