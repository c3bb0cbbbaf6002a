"""A question as the body of a chat-completions request, in the dialect that its server understands.

Pure. Knows which well-known hosts deviate from OpenAI's own words, and which fields can be done without.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from jarvis.contracts.messages import ChatMessage, Image, ToolCall, ToolSpec
from jarvis.contracts.ports import GenerationOptions

DISPENSABLE = ("temperature", "stream_options", "response_format", "max_tokens", "parallel_tool_calls")
"""Fields that a server may refuse: asked once more without them, the answer is only a little less steered.

Without `max_tokens` the newer name of the limit is sent, without `response_format` the schema stands in the prompt.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """How a server wants things said. `json_form` "object" knows no schema, "cohere" has one in its own place."""

    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    json_form: Literal["schema", "object", "cohere"] = "schema"
    stream_options: bool = True


_DIALECTS = {
    "api.openai.com": Dialect(limit="max_completion_tokens"),
    "api.deepseek.com": Dialect(json_form="object"),
    "api.ai21.com": Dialect(json_form="object", stream_options=False),
    "api.cohere.ai": Dialect(json_form="cohere", stream_options=False),
}
"""OpenAI's newer models refuse the older name of the limit, which everybody else still expects. The others as their
API references say (api-docs.deepseek.com, docs.ai21.com, docs.cohere.com/docs/compatibility-api)."""


def payload_for(
    base_url: str,
    model: str,
    messages: Sequence[ChatMessage],
    options: GenerationOptions,
    without: AbstractSet[str] = frozenset(),
) -> dict[str, Any]:
    """Return the request's body; `without` are the `DISPENSABLE` fields that this server has refused."""
    dialect = _DIALECTS.get(urlsplit(base_url).hostname or "", Dialect())
    limit = "max_completion_tokens" if "max_tokens" in without else dialect.limit
    payload: dict[str, Any] = {
        "model": model,
        "messages": [_message(message) for message in messages],
        "stream": True,
        "temperature": options.temperature,
        limit: options.max_tokens,
    }
    if dialect.stream_options:
        payload["stream_options"] = {"include_usage": True}
    if options.tools:
        payload["tools"] = [_tool(tool) for tool in options.tools]
        payload["tool_choice"] = _tool_choice(options.tool_choice)
    if options.json_schema is not None:
        _demand(payload, options.json_schema, "words" if "response_format" in without else dialect.json_form)
    for name in without:
        payload.pop(name, None)
    return payload


def _demand(payload: dict[str, Any], schema: dict[str, object], form: str) -> None:
    """Demand an answer that follows `schema`, in the server's own way and, where that is weak, in the prompt too."""
    if form == "schema":
        wanted = {"name": "answer", "strict": True, "schema": schema}
        payload["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return
    if form == "cohere":
        payload["response_format"] = {"type": "json_object", "schema": schema}
    elif form == "object":
        payload["response_format"] = {"type": "json_object"}
    words = "Answer with nothing but one JSON value that follows this JSON Schema:\n" + json.dumps(schema)
    messages = payload["messages"]
    if messages and messages[0]["role"] == "system":
        messages[0] = {**messages[0], "content": f"{messages[0]['content']}\n\n{words}"}
    else:
        messages.insert(0, {"role": "system", "content": words})


def _message(message: ChatMessage) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.images:
        text = [{"type": "text", "text": message.text}] if message.text else []
        told["content"] = [*text, *(_image(image) for image in message.images)]
    if message.tool_calls:
        told["tool_calls"] = [_call(call) for call in message.tool_calls]
        told["content"] = message.text or None
    if message.role == "tool":
        told["tool_call_id"] = message.tool_call_id or ""
    return told


def _image(image: Image) -> dict[str, Any]:
    data = base64.b64encode(image.data).decode()
    return {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{data}"}}


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": call.id, "type": "function", "function": function}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _tool_choice(choice: str) -> Any:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}
