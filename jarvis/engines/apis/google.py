"""Gemini models behind Google's Gemini API, with the official client (never Vertex AI).

Signatures of thoughts that belong to tool calls are kept and sent back, as the API demands. Never logs text or the
key.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ChatMessage, ToolCall, Usage
from jarvis.contracts.ports import EngineDone, EngineText, EngineThought, EngineToolCall, GenerationOptions
from jarvis.engines.apis.api_engine import ApiEngine, ApiOptions, CallNotes
from jarvis.engines.chunk_reader import clean_json, clean_text
from jarvis.engines.failures import bad_tool, failure
from jarvis.engines.refusals import Refusal, is_page, pause_before_retry, pause_wanted, refusal_failure
from jarvis.engines.streaming import Put, silence_loggers, start_with_retries
from jarvis.engines.wire_limits import hooks, limit_failure

if TYPE_CHECKING:
    from google.genai import Client
    from httpx2 import AsyncClient

BASE_URL = "https://generativelanguage.googleapis.com"

_NO_SIGNATURE = b"skip_thought_signature_validator"
"""What the API accepts for a call that another model made (ai.google.dev/gemini-api/docs/thought-signatures)."""

_REASONS = {"STOP": "stop", "MAX_TOKENS": "length"}
_BAD_CALLS = ("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS")
_FAULTS = ("OTHER", "LANGUAGE", "MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE", "FINISH_REASON_UNSPECIFIED")


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """Google's client, and what it talks through: that it does not close."""

    client: Client
    http: AsyncClient


class GoogleEngine(ApiEngine[Connection]):
    """A `TextEngine` over one Gemini model; needs the package `google-genai` 3.

    Thoughts are asked for where `options.abilities` has "reasoning": other models refuse the wish.
    """

    def __init__(self, options: ApiOptions, *, key: Callable[[], str | None], enabled: Callable[[], bool]) -> None:
        super().__init__(options, key=key, enabled=enabled)
        self._notes = CallNotes()

    def _make_client(self, key: str) -> Connection:
        try:
            from google import genai
        except ImportError as error:
            raise failure("no_package", **self._names, detail="google-genai") from error
        import httpx2

        silence_loggers("google_genai", "google_genai.models", "httpx2", "httpcore2")
        timeout = httpx2.Timeout(self._options.silence_seconds, connect=self._options.connect_seconds)

        async def keep_time(request: httpx2.Request) -> None:
            # The client of Google sends every request with no timeout at all, whatever this one was made with.
            request.extensions["timeout"] = timeout.as_dict()

        limits = hooks()
        http = httpx2.AsyncClient(
            follow_redirects=False, event_hooks={**limits, "request": [*limits["request"], keep_time]}
        )
        client = genai.Client(
            api_key=key,
            vertexai=False,
            http_options=genai.types.HttpOptions(
                base_url=self._options.base_url,
                httpx_async_client=http,
            ),
        )
        return Connection(client=client, http=http)

    async def _close_client(self, client: Connection) -> None:
        await client.client.aio.aclose()
        await client.http.aclose()
        client.client.close()

    async def _produce(
        self, client: Connection, messages: Sequence[ChatMessage], options: GenerationOptions, put: Put
    ) -> None:
        contents = _contents(messages, self._notes)
        config = _config(messages, options, thinks="reasoning" in self._options.abilities)

        async def begin() -> tuple[Any, Any]:
            # The client sends nothing before the first chunk is asked for.
            chunks = await client.client.aio.models.generate_content_stream(
                model=self._options.model, contents=contents, config=config
            )
            return await anext(chunks, None), chunks

        try:
            first, chunks = await start_with_retries(begin, retries=self._options.retries, pause_of=_pause)
        except Exception as error:
            raise _failure(error, self._names, answering=False) from error
        reader = _Reader(self._names)
        try:
            if first is None:
                raise failure("not_an_api", **self._names)
            reader.read(first, put)
            async for chunk in chunks:
                reader.read(chunk, put)
                await put.room()
        except EngineError:
            raise
        except Exception as error:
            raise _failure(error, self._names, answering=True) from error
        finally:
            await chunks.aclose()
        reader.finish(put, self._notes)


class _Reader:
    """Makes items of the chunks of one answer."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._calls: list[tuple[ToolCall, bytes | None]] = []
        self._usage = Usage()
        self._reason = self._blocked = ""
        self._said = self._thought = False

    def read(self, chunk: Any, put: Put) -> None:
        """Take one `GenerateContentResponse`."""
        if chunk.usage_metadata is not None:
            self._usage = _usage(chunk.usage_metadata)
        if chunk.prompt_feedback is not None and chunk.prompt_feedback.block_reason is not None:
            self._blocked = _word(chunk.prompt_feedback.block_reason)
        for candidate in (chunk.candidates or [])[:1]:
            if candidate.finish_reason is not None:
                self._reason = _word(candidate.finish_reason)
            for part in (candidate.content.parts if candidate.content is not None else None) or []:
                self._part(part, put)

    def finish(self, put: Put, notes: CallNotes) -> None:
        """Put the tool calls and the end; raises `EngineError` for a blocked, broken, empty or garbled answer."""
        if self._blocked:
            raise failure("blocked", **self._names, detail=self._blocked)
        if not self._reason:
            raise failure("cut_off", **self._names)
        if self._reason in _BAD_CALLS:
            raise bad_tool("no_json", model=self._names["model"], tool="?")
        if self._reason in _FAULTS:
            raise failure("server", **self._names, detail=self._reason)
        if self._reason not in _REASONS:
            raise failure("blocked", **self._names, detail=self._reason[:80])
        reason = _REASONS[self._reason]
        if not self._calls and not self._said:
            raise failure("only_thought" if self._thought and reason == "length" else "empty", **self._names)
        for call, signature in self._calls:
            notes.keep(call.id, signature)
            put(EngineToolCall(call=call))
        done = "tool_calls" if self._calls and reason == "stop" else reason
        put(EngineDone(usage=self._usage, finish_reason=done))

    def _part(self, part: Any, put: Put) -> None:
        if part.function_call is not None:
            asked = part.function_call
            call = ToolCall(
                id=asked.id or f"call_{secrets.token_hex(6)}",
                name=asked.name or "",
                arguments=clean_json(dict(asked.args or {})),
            )
            self._calls.append((call, part.thought_signature))
        elif part.text and part.thought:
            self._thought = True
            put(EngineThought(text=clean_text(part.text)))
        elif part.text:
            self._said = True
            put(EngineText(text=clean_text(part.text)))


def _config(messages: Sequence[ChatMessage], options: GenerationOptions, *, thinks: bool) -> Any:
    from google.genai import types

    config = types.GenerateContentConfig(
        temperature=options.temperature,
        max_output_tokens=options.max_tokens,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    if system := "\n\n".join(each.text for each in messages if each.role == "system" and each.text):
        config.system_instruction = system
    if thinks:
        config.thinking_config = types.ThinkingConfig(include_thoughts=True)
    if options.json_schema is not None:
        config.response_mime_type = "application/json"
        config.response_json_schema = options.json_schema
    if options.tools:
        declared = [
            types.FunctionDeclaration(
                name=tool.name, description=tool.description, parameters_json_schema=tool.parameters
            )
            for tool in options.tools
        ]
        config.tools = [types.Tool(function_declarations=declared)]
        mode = {"auto": "AUTO", "none": "NONE"}.get(options.tool_choice, "ANY")
        only = None if options.tool_choice in ("auto", "none", "required") else [options.tool_choice]
        config.tool_config = types.ToolConfig(
            function_calling_config=types.FunctionCallingConfig(
                mode=types.FunctionCallingConfigMode(mode), allowed_function_names=only
            )
        )
    return config


def _contents(messages: Sequence[ChatMessage], notes: CallNotes) -> list[Any]:
    """Return the turns; results of several calls of one turn stand in one turn, as the API demands."""
    from google.genai import types

    names = {call.id: call.name for message in messages for call in message.tool_calls}
    contents: list[Any] = []
    for message in messages:
        if message.role == "system":
            continue
        role = "model" if message.role == "assistant" else "user"
        parts = _parts(message, notes, names)
        if contents and contents[-1].role == role:
            contents[-1].parts += parts
        elif parts:
            contents.append(types.Content(role=role, parts=parts))
    return contents


def _parts(message: ChatMessage, notes: CallNotes, names: dict[str, str]) -> list[Any]:
    from google.genai import types

    if message.role == "tool":
        call_id = message.tool_call_id or ""
        answer = types.FunctionResponse(id=call_id, name=names.get(call_id, ""), response={"result": message.text})
        return [types.Part(function_response=answer)]
    parts = [types.Part.from_bytes(data=image.data, mime_type=image.media_type) for image in message.images]
    if message.text:
        parts.append(types.Part(text=message.text))
    for place, call in enumerate(message.tool_calls):
        # Of several calls at once only the first carries a signature.
        signature = notes.of(call.id) or (_NO_SIGNATURE if place == 0 else None)
        asked = types.FunctionCall(id=call.id, name=call.name, args=dict(call.arguments))
        parts.append(types.Part(function_call=asked, thought_signature=signature))
    return parts


def _usage(told: Any) -> Usage:
    return Usage(
        prompt_tokens=(told.prompt_token_count or 0) + (told.tool_use_prompt_token_count or 0),
        completion_tokens=(told.candidates_token_count or 0) + (told.thoughts_token_count or 0),
        cached_tokens=told.cached_content_token_count or 0,
    )


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))


def _refusal(error: Any) -> Refusal:
    headers = getattr(error.response, "headers", None) or {}
    return Refusal(
        status=error.code if isinstance(error.code, int) and error.code >= 300 else 500,
        code=str(error.status or ""),
        message=f"{error.message} {error.details}",
        page=is_page(headers),
        pause_seconds=pause_wanted(headers) or _delay(error.details),
    )


def _delay(details: Any) -> float | None:
    """Return the seconds that a RetryInfo in the error's details demands, such as "34s"."""
    inner = details.get("error", details) if isinstance(details, dict) else {}
    listed = inner.get("details") if isinstance(inner, dict) else None
    for each in listed if isinstance(listed, list) else []:
        told = each.get("retryDelay") if isinstance(each, dict) else None
        if isinstance(told, str) and told.removesuffix("s").replace(".", "", 1).isdecimal():
            return float(told.removesuffix("s"))
    return None


def _pause(error: Exception) -> float | None:
    import httpx2
    from google.genai import errors

    if isinstance(error, errors.APIError):
        return pause_before_retry(_refusal(error))
    passing = isinstance(error, httpx2.TransportError) and not isinstance(error, httpx2.TimeoutException)
    return 0.0 if passing else None


def _failure(error: Exception, names: dict[str, str], *, answering: bool) -> Exception:
    import httpx2
    from google.genai import errors

    if limit := limit_failure(error, **names):
        return limit
    if isinstance(error, errors.APIError):
        return refusal_failure(_refusal(error), **names)
    if isinstance(error, httpx2.TimeoutException):
        return failure("timeout", **names)
    if isinstance(error, httpx2.HTTPError):
        return failure("cut_off" if answering else "unreachable", **names)
    return failure("not_an_api", **names)
