"""Claude models behind Anthropic's Messages API, with the official client.

Sends no temperature: since API version 2026-10-21 every value is refused. Thinking is left as the model has it by
default; what it thinks is passed on. Never logs text or the key.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from jarvis.contracts.messages import ChatMessage, ToolCall, Usage
from jarvis.contracts.ports import EngineDone, EngineText, EngineThought, EngineToolCall, GenerationOptions
from jarvis.engines.answer_checks import arguments_of
from jarvis.engines.apis.api_engine import ApiEngine, ApiOptions, CallNotes
from jarvis.engines.chunk_reader import clean_json, clean_text
from jarvis.engines.failures import failure
from jarvis.engines.refusals import Refusal, is_page, pause_before_retry, pause_wanted, refusal_failure
from jarvis.engines.streaming import Put, silence_loggers, start_with_retries
from jarvis.engines.wire_limits import hooks, limit_failure

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

BASE_URL = "https://api.anthropic.com"

_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
}


class AnthropicEngine(ApiEngine["AsyncAnthropic"]):
    """A `TextEngine` over one Claude model; needs the package `anthropic` 2."""

    def __init__(self, options: ApiOptions, *, key: Callable[[], str | None], enabled: Callable[[], bool]) -> None:
        super().__init__(options, key=key, enabled=enabled)
        self._notes = CallNotes()

    def _make_client(self, key: str) -> AsyncAnthropic:
        try:
            import anthropic
        except ImportError as error:
            raise failure("no_package", **self._names, detail="anthropic") from error
        silence_loggers("anthropic", "httpx2", "httpcore2")
        timeout = anthropic.Timeout(self._options.silence_seconds, connect=self._options.connect_seconds)
        return anthropic.AsyncAnthropic(
            api_key=key,
            base_url=self._options.base_url,
            max_retries=0,
            timeout=timeout,
            open_telemetry=False,
            http_client=anthropic.DefaultAsyncHttpxClient(timeout=timeout, follow_redirects=False, event_hooks=hooks()),
        )

    async def _close_client(self, client: AsyncAnthropic) -> None:
        await client.close()

    async def _produce(
        self, client: AsyncAnthropic, messages: Sequence[ChatMessage], options: GenerationOptions, put: Put
    ) -> None:
        request = _request(self._options.model, messages, options, self._notes)
        try:
            stream: Any = await start_with_retries(
                lambda: client.messages.create(**request), retries=self._options.retries, pause_of=_pause
            )
        except Exception as error:
            raise _failure(error, self._names, answering=False) from error
        reader = _Reader(self._names)
        try:
            async for event in stream:
                reader.read(event, put)
                await put.room()
        except Exception as error:
            raise _failure(error, self._names, answering=True) from error
        finally:
            await stream.close()
        if not reader.ended:
            page = "event-stream" not in stream.response.headers.get("content-type", "")
            raise failure("not_an_api" if page and not reader.begun else "cut_off", **self._names)
        reader.finish(put, self._notes)


class _Reader:
    """Makes items of the events of one message."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._blocks: dict[int, dict[str, Any]] = {}
        self._usage = Usage()
        self._reason = ""
        self.begun = self.ended = False

    def read(self, event: Any, put: Put) -> None:
        """Take one event of the stream; ones that are not known yet are passed over."""
        if event.type == "message_start":
            self.begun = True
            self._usage = _usage(event.message.usage, self._usage)
        elif event.type == "content_block_start":
            self._blocks[event.index] = event.content_block.to_dict()
            if event.content_block.type == "text" and event.content_block.text:
                put(EngineText(text=event.content_block.text))
        elif event.type == "content_block_delta":
            self._delta(self._blocks.setdefault(event.index, {}), event.delta, put)
        elif event.type == "message_delta":
            self._reason = event.delta.stop_reason or self._reason
            self._usage = _usage(event.usage, self._usage)
        elif event.type == "message_stop":
            self.ended = True

    def finish(self, put: Put, notes: CallNotes) -> None:
        """Put the tool calls and the end; raises `EngineError` for a refused, empty or garbled answer."""
        if self._reason == "refusal":
            raise failure("blocked", **self._names, detail="refusal")
        blocks = [block for _, block in sorted(self._blocks.items())]
        thoughts = [block for block in blocks if block.get("type") in ("thinking", "redacted_thinking")]
        calls = [self._call(block) for block in blocks if block.get("type") == "tool_use"]
        reason = _REASONS.get(self._reason, self._reason or "stop")
        if not calls and not any(block.get("said") for block in blocks):
            kind = "only_thought" if thoughts and reason == "length" else "empty"
            raise failure(kind, **self._names)
        for call in calls:
            notes.keep(call.id, thoughts)
            put(EngineToolCall(call=call))
        put(EngineDone(usage=self._usage, finish_reason=reason))

    def _call(self, block: dict[str, Any]) -> ToolCall:
        name = str(block.get("name", ""))
        raw = block.get("json") or block.get("input")
        return ToolCall(
            id=str(block.get("id", "")),
            name=name,
            arguments=clean_json(arguments_of(raw, tool=name, model=self._names["model"])),
        )

    @staticmethod
    def _delta(block: dict[str, Any], delta: Any, put: Put) -> None:
        if delta.type == "text_delta" and delta.text:
            block["said"] = True
            put(EngineText(text=clean_text(delta.text)))
        elif delta.type == "thinking_delta" and delta.thinking:
            block["thinking"] = block.get("thinking", "") + delta.thinking
            put(EngineThought(text=clean_text(delta.thinking)))
        elif delta.type == "signature_delta":
            block["signature"] = delta.signature
        elif delta.type == "input_json_delta":
            block["json"] = block.get("json", "") + delta.partial_json


def _request(
    model: str, messages: Sequence[ChatMessage], options: GenerationOptions, notes: CallNotes
) -> dict[str, Any]:
    request: dict[str, Any] = {
        "model": model,
        "max_tokens": options.max_tokens,
        "messages": [_message(each, notes) for each in messages if each.role != "system"],
        "stream": True,
    }
    if system := "\n\n".join(each.text for each in messages if each.role == "system" and each.text):
        request["system"] = system
    if options.tools:
        request["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
            for tool in options.tools
        ]
        plain = {"auto": "auto", "none": "none", "required": "any"}.get(options.tool_choice)
        request["tool_choice"] = {"type": plain} if plain else {"type": "tool", "name": options.tool_choice}
    if options.json_schema is not None:
        from anthropic import transform_schema

        # The API takes a part of JSON Schema only; the whole of it is checked when the answer is there.
        try:
            schema = transform_schema(options.json_schema)
        except (ValueError, TypeError, KeyError, AssertionError, RecursionError) as error:
            raise failure("bad_schema", where="", model=model) from error
        request["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    return request


def _message(message: ChatMessage, notes: CallNotes) -> dict[str, Any]:
    if message.role == "tool":
        result = {"type": "tool_result", "tool_use_id": message.tool_call_id or "", "content": message.text}
        return {"role": "user", "content": [result]}
    blocks: list[dict[str, Any]] = []
    if message.tool_calls:
        # Thinking that led to a call has to come back unchanged, before it.
        blocks += notes.of(message.tool_calls[0].id) or []
    blocks += [_image(image.media_type, image.data) for image in message.images]
    if message.text:
        blocks.append({"type": "text", "text": message.text})
    blocks += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments} for call in message.tool_calls
    ]
    return {"role": message.role, "content": blocks}


def _image(media_type: str, data: bytes) -> dict[str, Any]:
    source = {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}
    return {"type": "image", "source": source}


def _usage(told: Any, before: Usage) -> Usage:
    """Return what was counted so far: the counts are running totals, and those of the input exclude the cache."""
    if told is None:
        return before
    cached = told.cache_read_input_tokens or 0
    written = told.cache_creation_input_tokens or 0
    read = (told.input_tokens or 0) + cached + written
    return Usage(
        prompt_tokens=read or before.prompt_tokens,
        completion_tokens=told.output_tokens or before.completion_tokens,
        cached_tokens=cached or before.cached_tokens,
        cache_written_tokens=written or before.cache_written_tokens,
    )


def _refusal(error: Any) -> Refusal:
    # An error in the middle of a stream comes with the status 200 of its beginning.
    status = error.status_code if error.status_code >= 300 else _STATUS.get(error.type or "", 500)
    return Refusal(
        status=status,
        code=str(error.error_code or error.type or ""),
        message=str(error.api_message or ""),
        page=is_page(error.response.headers),
        pause_seconds=pause_wanted(error.response.headers),
    )


_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def _pause(error: Exception) -> float | None:
    import anthropic

    if isinstance(error, anthropic.APIStatusError):
        return pause_before_retry(_refusal(error))
    passing = isinstance(error, anthropic.APIConnectionError) and not isinstance(error, anthropic.APITimeoutError)
    return 0.0 if passing else None


def _failure(error: Exception, names: dict[str, str], *, answering: bool) -> Exception:
    import anthropic
    import httpx2

    if limit := limit_failure(error, **names):
        return limit
    if isinstance(error, anthropic.APIStatusError):
        return refusal_failure(_refusal(error), **names)
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException):
        return failure("timeout", **names)
    if isinstance(error, anthropic.APIConnectionError | httpx2.HTTPError):
        return failure("cut_off" if answering else "unreachable", **names)
    return failure("not_an_api", **names)
