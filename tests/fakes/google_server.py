"""The wire of Google's streamGenerateContent?alt=sse: chunks and errors."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.openai_server import Reply, http, streamed


def chunk(*parts: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return f"data: {json.dumps({'candidates': [candidate], 'modelVersion': 'g', **more})}\r\n\r\n".encode()


def blocked(reason: str) -> bytes:
    return f"data: {json.dumps({'promptFeedback': {'blockReason': reason}})}\r\n\r\n".encode()


def error(status: int, word: str, message: str = "no", details: list[dict[str, Any]] | None = None) -> Reply:
    return http(status, {"error": {"code": status, "message": message, "status": word, "details": details or []}})


USAGE = {
    "promptTokenCount": 9,
    "candidatesTokenCount": 2,
    "thoughtsTokenCount": 4,
    "cachedContentTokenCount": 3,
    "totalTokenCount": 15,
}
HELLO = streamed(chunk({"text": "hello "}) + chunk({"text": "there"}, finish="STOP", usageMetadata=USAGE))


def understood(body: Any) -> Any:
    """Return a request as Google reads it: both spellings of a field's name mean the same."""
    if isinstance(body, dict):
        return {_camel(name): understood(value) for name, value in body.items()}
    return [understood(each) for each in body] if isinstance(body, list) else body


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
