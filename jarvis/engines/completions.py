"""Streams one chat completion from any server of the OpenAI protocol, and lets go of it at any moment.

The official client runs on an event loop in a thread of its own, because only there a request can be cancelled
while it connects, waits for the first byte, or reads. Never logs text or keys.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import EngineDone, EngineText, GenerationOptions
from jarvis.engines.failures import failure, failure_of, may_retry

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_RETRY_SECONDS = (0.2, 0.6)
"""Bounds of the random pause before the one retry."""

_CLOSE_SECONDS = 2.0
"""How long connections may take to close politely; closing one takes milliseconds."""

_LOG = logging.getLogger(__name__)

_TALKATIVE_LOGGERS = ("openai", "httpx2", "httpcore2")
"""At debug level these write whole requests into the log."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A model on a server. `where` names the server in sentences; `direct` bypasses the proxies of the environment.

    `silence_seconds` is how long it may send nothing at all; `retries` how often a failed start is repeated.
    """

    base_url: str
    key: str
    model: str
    where: str
    direct: bool = False
    silence_seconds: float = 120.0
    connect_seconds: float = 10.0
    retries: int = 1


class Completions:
    """Streams completions on behalf of any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: tuple[Target, AsyncOpenAI] | None = None

    def prepare(self) -> None:
        """Import the client in the background, so that the first answer does not wait for it."""
        asyncio.run_coroutine_threadsafe(_import_client(), self._running_loop())

    def stream(
        self, target: Target, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineText | EngineDone]:
        """Yield text and then one `EngineDone`; raises `EngineError`, or `Cancelled` at once."""
        cancel.raise_if_cancelled()
        items: queue.SimpleQueue[EngineText | EngineDone | Exception | None] = queue.SimpleQueue()
        future = asyncio.run_coroutine_threadsafe(
            self._produce(target, _payload(target, messages, options), items.put), self._running_loop()
        )
        future.add_done_callback(lambda done: items.put(_trouble(done, target)))
        unregister = cancel.on_cancel(lambda: items.put(None))
        try:
            while True:
                item = items.get()
                if item is None or cancel.cancelled:
                    raise Cancelled(cancel.reason)
                if isinstance(item, Exception):
                    raise item
                yield item
                if isinstance(item, EngineDone):
                    return
        finally:
            unregister()
            future.cancel()

    def close(self) -> None:
        """End the thread and its connections; the next `stream` starts them again."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            dropped = asyncio.run_coroutine_threadsafe(self._drop_client(), loop)
            try:
                dropped.result(_CLOSE_SECONDS)
            except TimeoutError:
                _LOG.warning("connections did not close in time and are dropped")
            finally:
                loop.call_soon_threadsafe(loop.stop)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_run_loop, args=(self._loop,), name="completions", daemon=True).start()
            return self._loop

    async def _produce(
        self, target: Target, payload: dict[str, Any], put: Callable[[EngineText | EngineDone], None]
    ) -> None:
        names = {"where": target.where, "model": target.model}
        stream = await self._opened(target, payload)
        usage, reason, empty = Usage(), "", True
        try:
            async for chunk in stream:
                if chunk.usage is not None:
                    usage = Usage(
                        prompt_tokens=chunk.usage.prompt_tokens or 0,
                        completion_tokens=chunk.usage.completion_tokens or 0,
                    )
                for choice in chunk.choices[:1]:
                    if choice.delta is not None and choice.delta.content:
                        empty = False
                        put(EngineText(text=choice.delta.content))
                    reason = choice.finish_reason or reason
        except Exception as error:
            raise failure_of(error, **names, answering=True) from error
        finally:
            await stream.close()
        if not reason:
            page = "event-stream" not in stream.response.headers.get("content-type", "")
            raise failure("not_an_api" if page and empty else "cut_off", **names)
        if empty:
            raise failure("empty", **names)
        put(EngineDone(usage=usage, finish_reason=reason))

    async def _opened(self, target: Target, payload: dict[str, Any]) -> Any:
        """Return the accepted stream; a start that failed for a passing reason is repeated."""
        client = await self._client_for(target)
        for left in range(target.retries, -1, -1):
            try:
                return await client.chat.completions.create(**payload)
            except Exception as error:
                if not left or not may_retry(error):
                    raise failure_of(error, where=target.where, model=target.model, answering=False) from error
            await asyncio.sleep(random.uniform(*_RETRY_SECONDS))
        raise AssertionError("unreachable")

    async def _client_for(self, target: Target) -> AsyncOpenAI:
        if self._client is not None and self._client[0] == target:
            return self._client[1]
        await self._drop_client()
        client = _make_client(target)
        self._client = (target, client)
        return client

    async def _drop_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client[1].close()


def _payload(target: Target, messages: Sequence[ChatMessage], options: GenerationOptions) -> dict[str, Any]:
    # OpenAI's newer models refuse the older name of the limit, which everybody else still expects.
    limit = "max_completion_tokens" if urlsplit(target.base_url).hostname == "api.openai.com" else "max_tokens"
    payload: dict[str, Any] = {
        "model": target.model,
        "messages": [{"role": message.role, "content": message.text} for message in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": options.temperature,
        limit: options.max_tokens,
    }
    if options.json_schema is not None:
        schema = {"name": "answer", "strict": True, "schema": options.json_schema}
        payload["response_format"] = {"type": "json_schema", "json_schema": schema}
    return payload


def _make_client(target: Target) -> AsyncOpenAI:
    import openai

    for name in _TALKATIVE_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    timeout = openai.Timeout(target.silence_seconds, connect=target.connect_seconds)
    return openai.AsyncOpenAI(
        base_url=target.base_url,
        api_key=target.key or "none",
        max_retries=0,
        timeout=timeout,
        http_client=openai.DefaultAsyncHttpxClient(trust_env=not target.direct, timeout=timeout),
    )


async def _import_client() -> None:
    import openai.resources.chat.completions  # noqa: F401


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        unfinished = asyncio.all_tasks(loop)
        for task in unfinished:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*unfinished, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _trouble(done: Future[None], target: Target) -> Exception | None:
    """Return why the work ended early, None when it did not."""
    if done.cancelled():
        return failure("cut_off", where=target.where, model=target.model)
    error = done.exception()
    if error is None:
        return None
    return error if isinstance(error, EngineError) else RuntimeError(f"streaming failed: {error!r}")
