"""Models in the care of an Ollama daemon, through its own /api/chat.

Its OpenAI-compatible route has no way to set the context size, whose default is small and beyond which it cuts the
conversation silently. Never logs text. Fetching and removing models is not done here.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.messages import ChatMessage, ToolCall, Usage
from jarvis.contracts.ports import (
    EngineDone,
    EngineItem,
    EngineNotice,
    EngineStatus,
    EngineText,
    EngineThought,
    EngineToolCall,
    GenerationOptions,
)
from jarvis.engines.answer_checks import arguments_of, checked
from jarvis.engines.chunk_reader import clean_json, clean_text, count_of
from jarvis.engines.failures import failure
from jarvis.engines.reach import host_of, is_private_way, obstacle
from jarvis.engines.refusals import Refusal, is_page, refusal_failure
from jarvis.engines.streaming import Clients, Put, StreamLoop, silence_loggers, start_with_retries
from jarvis.engines.thoughts import ThoughtSplitter, thinks_from_the_start
from jarvis.engines.wire_limits import TooMuch, hooks

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

_ASK_SECONDS = 3.0
"""How long the question may take whether the model is loaded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OllamaOptions:
    """How to ask; `context_tokens` 0 leaves the daemon's own default, `keep_alive_minutes` None too.

    `silence_seconds` covers loading the model, during which the daemon sends nothing.
    """

    context_tokens: int = 8192
    keep_alive_minutes: float | None = None
    silence_seconds: float = 600.0
    connect_seconds: float = 5.0


class OllamaEngine:
    """A `TextEngine` over `model` ("llama3.2:3b") of the daemon at `base_url` ("http://127.0.0.1:11434").

    `options` and `base_url` are asked for at every call. A daemon on another computer counts as cloud and is asked
    only where `enabled` says so.
    """

    def __init__(
        self,
        *,
        model: str,
        base_url: Callable[[], str],
        options: Callable[[], OllamaOptions] = OllamaOptions,
        enabled: Callable[[], bool] = lambda: True,
        abilities: frozenset[str] = frozenset(),
        context_tokens: int = 0,
    ) -> None:
        self._model = model
        self._base_url = base_url
        self._options = options
        self._enabled = enabled
        self._abilities = abilities
        self._context_tokens = context_tokens
        self._clients: Clients[AsyncClient] = Clients(lambda client: client.aclose())
        self._loop = StreamLoop("ollama", self._clients.close)

    @property
    def id(self) -> str:
        """Name of this engine in routes and settings: "ollama/<name:tag>"."""
        return f"ollama/{self._model}"

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it may be asked; the daemon itself is not asked."""
        missing = self._missing()
        local = self._is_local()
        asked, most = self._options().context_tokens, self._context_tokens
        return EngineStatus(
            id=self.id,
            model=self._model,
            where="local" if local else "cloud",
            state="missing" if missing else ("loadable" if local else "ready"),
            device="Ollama" if local else host_of(self._base_url()),
            sentence=missing.sentence(language) if missing else "",
            context_tokens=min(asked, most) if asked and most else asked or most,
            abilities=self._abilities,
        )

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Stream one answer, with an `EngineNotice` first where the model has to be loaded."""
        if missing := self._missing():
            raise missing
        names = self._names()
        payload = _payload(self._model, messages, options, self._options())
        items = self._loop.items(
            lambda put: self._produce(payload, options, put), cancel, lambda: failure("cut_off", **names)
        )
        yield from checked(items, options, **names)

    def close(self) -> None:
        """Let go of all connections; the daemon keeps the model as long as it likes."""
        self._loop.close()

    def _names(self) -> dict[str, str]:
        return {"where": host_of(self._base_url()), "model": self._model}

    def _is_local(self) -> bool:
        url = self._base_url()
        return not url.startswith("https:") and is_private_way(url) if host_of(url) else True

    def _missing(self) -> EngineError | None:
        enabled = self._is_local() or self._enabled()
        return obstacle(self._base_url(), key=None, key_name="ollama", enabled=enabled, needs_key=False)

    def _make_client(self) -> AsyncClient:
        import httpx2

        silence_loggers("httpx2", "httpcore2")
        told = self._options()
        timeout = httpx2.Timeout(told.silence_seconds, connect=told.connect_seconds)
        return httpx2.AsyncClient(
            base_url=self._base_url().rstrip("/"),
            timeout=timeout,
            trust_env=not self._is_local(),
            follow_redirects=False,
            event_hooks=hooks(),
        )

    async def _produce(self, payload: dict[str, Any], options: GenerationOptions, put: Put) -> None:
        import httpx2

        told = self._options()
        connection = (self._base_url(), told.silence_seconds, told.connect_seconds)
        async with self._clients.use(connection, self._make_client) as client:
            if not await self._is_loaded(client):
                put(_loading(self._model))
            inside = options.json_schema is None and thinks_from_the_start(self._model)
            reader = _Reader(self._names(), inside=inside)
            request = client.build_request("POST", "/api/chat", json=payload)
            try:
                answer = await start_with_retries(lambda: client.send(request, stream=True), retries=1, pause_of=_pause)
            except httpx2.HTTPError as error:
                kind = "timeout" if isinstance(error, httpx2.ReadTimeout) else "ollama_stopped"
                raise failure(kind, **self._names()) from error
            try:
                await self._read(answer, reader, put)
            except TooMuch as error:
                raise failure("too_much", **self._names()) from error
            except httpx2.HTTPError as error:
                kind = "timeout" if isinstance(error, httpx2.TimeoutException) else "cut_off"
                raise failure(kind, **self._names()) from error
            finally:
                await answer.aclose()
        reader.finish(put)

    async def _read(self, answer: Response, reader: _Reader, put: Put) -> None:
        if answer.status_code != 200:
            await answer.aread()
            raise _refused(answer.status_code, answer.text, is_page(answer.headers), self._names())
        async for line in answer.aiter_lines():
            if line.strip():
                reader.read(line, put)
            await put.room()

    async def _is_loaded(self, client: AsyncClient) -> bool:
        """Ask whether the model is in memory; True where the daemon cannot say: it is only for a notice."""
        import httpx2

        try:
            answer = await client.get("/api/ps", timeout=_ASK_SECONDS)
            rows = answer.json().get("models") if answer.status_code == 200 else None
        except (httpx2.HTTPError, TooMuch, ValueError, RecursionError, AttributeError):
            return True
        if not isinstance(rows, list):
            return True
        wanted = self._model if ":" in self._model else f"{self._model}:latest"
        return any(isinstance(row, dict) and wanted in (row.get("name"), row.get("model")) for row in rows)


class _Reader:
    """Makes items of the lines of one answer."""

    def __init__(self, names: dict[str, str], *, inside: bool) -> None:
        self._names = names
        self._splitter = ThoughtSplitter(inside=inside)
        self._calls: list[ToolCall] = []
        self._done: dict[str, Any] | None = None
        self._begun = self._said = self._thought = False

    def read(self, line: str, put: Put) -> None:
        """Take one JSON object of the stream."""
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise failure("cut_off" if self._begun else "not_an_api", **self._names) from error
        if not isinstance(told, dict) or not ({"message", "error", "done"} & set(told)):
            raise failure("not_an_api", **self._names)
        if told.get("error"):
            raise _refused(500, str(told["error"]), False, self._names)
        self._begun = True
        message = told.get("message")
        if isinstance(message, dict):
            self._message(message, put)
        if told.get("done"):
            self._done = told

    def finish(self, put: Put) -> None:
        """Put the rest and the end; raises `EngineError` where the answer broke off or is empty."""
        if self._done is None:
            raise failure("cut_off" if self._begun else "not_an_api", **self._names)
        reason = str(self._done.get("done_reason") or "stop")
        self._put(self._splitter.finish(called=bool(self._calls)), put)
        if not self._said and not self._calls:
            raise failure("only_thought" if self._thought and reason == "length" else "empty", **self._names)
        for call in self._calls:
            put(EngineToolCall(call=call))
        usage = Usage(
            prompt_tokens=count_of(self._done.get("prompt_eval_count")),
            completion_tokens=count_of(self._done.get("eval_count")),
        )
        done = "tool_calls" if self._calls and reason == "stop" else reason
        put(EngineDone(usage=usage, finish_reason=done))

    def _message(self, message: dict[str, Any], put: Put) -> None:
        if isinstance(thought := message.get("thinking"), str) and thought:
            self._splitter.thinks_apart()
            self._put([EngineThought(text=clean_text(thought))], put)
        if isinstance(text := message.get("content"), str) and text:
            self._put(self._splitter.feed(clean_text(text)), put)
        for told in _listed(message.get("tool_calls")):
            function = told.get("function") if isinstance(told, dict) else None
            if isinstance(function, dict):
                name = clean_text(str(function.get("name", "")))
                arguments = clean_json(arguments_of(function.get("arguments"), tool=name, model=self._names["model"]))
                identity = clean_text(str(told.get("id") or f"call_{secrets.token_hex(6)}"))
                self._calls.append(ToolCall(id=identity, name=name, arguments=arguments))

    def _put(self, items: Sequence[EngineText | EngineThought], put: Put) -> None:
        for item in items:
            self._said = self._said or (isinstance(item, EngineText) and bool(item.text.strip()))
            self._thought = self._thought or isinstance(item, EngineThought)
            put(item)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _payload(
    model: str, messages: Sequence[ChatMessage], options: GenerationOptions, told: OllamaOptions
) -> dict[str, Any]:
    settings: dict[str, Any] = {"temperature": options.temperature, "num_predict": options.max_tokens}
    if told.context_tokens:
        settings["num_ctx"] = told.context_tokens
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    payload: dict[str, Any] = {
        "model": model,
        "messages": [_message(message, names) for message in messages],
        "stream": True,
        # A conversation that does not fit is an error to be told, not one to be cut in silence.
        "truncate": False,
        "options": settings,
    }
    if told.keep_alive_minutes is not None:
        payload["keep_alive"] = round(told.keep_alive_minutes * 60)
    if options.tools and options.tool_choice != "none":
        payload["tools"] = [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
            }
            for tool in options.tools
            if options.tool_choice in ("auto", "required", tool.name)
        ]
    if options.json_schema is not None:
        payload["format"] = options.json_schema
    return payload


def _message(message: ChatMessage, names: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.images:
        told["images"] = [base64.b64encode(image.data).decode() for image in message.images]
    if message.tool_calls:
        told["tool_calls"] = [
            {"id": call.id, "function": {"name": call.name, "arguments": call.arguments}} for call in message.tool_calls
        ]
    if message.role == "tool":
        told["tool_call_id"] = message.tool_call_id or ""
        told["tool_name"] = names.get(message.tool_call_id or "", "")
    return told


def _refused(status: int, message: str, page: bool, names: dict[str, str]) -> EngineError:
    words = message.lower()
    if status == 404 and not page and "not found" in words:
        return failure("ollama_no_model", **names)
    if "context" in words and ("exceed" in words or "too long" in words):
        return failure("context_too_long", **names)
    if "requires more system memory" in words or "out of memory" in words:
        return failure("ollama_memory", **names)
    return refusal_failure(Refusal(status=status, message=message, page=page), **names)


def _loading(model: str) -> EngineNotice:
    return EngineNotice(
        code="engine.loading",
        en=f"Ollama is loading {model}; the answer begins when that is done.",
        es=f"Ollama está cargando {model}; la respuesta empieza cuando termine.",
    )


def _pause(error: Exception) -> float | None:
    import httpx2

    passing = isinstance(error, httpx2.TransportError) and not isinstance(error, httpx2.TimeoutException)
    return 0.0 if passing else None
