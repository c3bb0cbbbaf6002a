"""The wire of Anthropic's Messages API: server-sent events and errors."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.openai_server import Reply, http, streamed


def event(kind: str, **values: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n".encode()


def start(**usage: int) -> bytes:
    counted = {"input_tokens": 5, "output_tokens": 1, **usage}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "c", "content": [], "usage": counted}
    return event("message_start", message={**message, "stop_reason": None, "stop_sequence": None})


def block(index: int, opening: dict[str, Any], *deltas: dict[str, Any]) -> bytes:
    body = b"".join(event("content_block_delta", index=index, delta=delta) for delta in deltas)
    return (
        event("content_block_start", index=index, content_block=opening)
        + body
        + event("content_block_stop", index=index)
    )


def text(index: int, *pieces: str) -> bytes:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


def thinking(index: int, thought: str, signature: str) -> bytes:
    opening = {"type": "thinking", "thinking": "", "signature": ""}
    deltas = ({"type": "thinking_delta", "thinking": thought}, {"type": "signature_delta", "signature": signature})
    return block(index, opening, *deltas)


def tool(index: int, identity: str, name: str, *pieces: str) -> bytes:
    opening = {"type": "tool_use", "id": identity, "name": name, "input": {}}
    return block(index, opening, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


def end(reason: str, output_tokens: int = 7) -> bytes:
    delta = {"stop_reason": reason, "stop_sequence": None}
    return event("message_delta", delta=delta, usage={"output_tokens": output_tokens}) + event("message_stop")


def error(status: int, kind: str, message: str = "no", **headers: str) -> Reply:
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "r"}
    return http(status, body, headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()))


PING = event("ping")
HELLO = streamed(start() + PING + text(0, "hello ", "there") + end("end_turn"))
