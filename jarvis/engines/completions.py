"""Streams one chat completion from any server of the OpenAI protocol: text, thoughts, tool calls.

The official client runs on a `StreamLoop`, so that a request can be let go of at any moment. Learns which fields
a server refuses, and asks it without them from then on. Never logs text or keys.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineDone, EngineItem, GenerationOptions
from jarvis.engines.answer_checks import checked
from jarvis.engines.chunk_reader import ChunkReader, fields_of
from jarvis.engines.failures import failure
from jarvis.engines.openai_payload import DISPENSABLE, payload_for
from jarvis.engines.refusals import openai_failure, openai_pause
from jarvis.engines.streaming import Clients, Put, StreamLoop, silence_loggers, start_with_retries
from jarvis.engines.thoughts import thinks_from_the_start
from jarvis.engines.wire_limits import hooks

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream

_LOG = logging.getLogger(__name__)

_COMPLAINTS = (
    "support",
    "unknown",
    "unrecognized",
    "unexpected",
    "extra",
    "not permitted",
    "deprecated",
    "not allowed",
)
"""How servers that name no field in a place of its own say that they do not take it."""


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
    """Streams completions on behalf of any number of threads, from any number of servers at once."""

    def __init__(self) -> None:
        self._clients: Clients[AsyncOpenAI] = Clients(lambda client: client.close())
        self._loop = StreamLoop("completions", self._clients.close)
        self._refused: dict[tuple[str, str], frozenset[str]] = {}

    def prepare(self) -> None:
        """Import the client in the background, so that the first answer does not wait for it."""
        self._loop.start(_import_client())

    def stream(
        self, target: Target, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Yield the answer and then one `EngineDone`; raises `EngineError`, or `Cancelled` at once."""
        names = {"where": target.where, "model": target.model}
        items = self._loop.items(
            lambda put: self._produce(target, messages, options, put), cancel, lambda: failure("cut_off", **names)
        )
        yield from checked(items, options, **names)

    def close(self) -> None:
        """End the thread and its connections; the next `stream` starts them again."""
        self._loop.close()

    async def _produce(
        self, target: Target, messages: Sequence[ChatMessage], options: GenerationOptions, put: Put
    ) -> None:
        names = {"where": target.where, "model": target.model}
        inside = options.json_schema is None and thinks_from_the_start(target.model)
        reader = ChunkReader(**names, inside=inside)
        async with self._clients.use(_connection(target), lambda: _make_client(target)) as client:
            stream = await self._opened(client, target, messages, options)
            try:
                async for chunk in stream:
                    for item in reader.read(fields_of(chunk)):
                        put(item)
                    await put.room()
            except EngineError:
                raise
            except Exception as error:
                raise openai_failure(error, **names, answering=True) from error
            finally:
                await stream.close()
        if not reader.reason:
            page = "event-stream" not in stream.response.headers.get("content-type", "")
            raise failure("not_an_api" if page and reader.empty else "cut_off", **names)
        try:
            rest = reader.finish()
        except EngineError:
            raise
        except Exception as error:
            raise failure("not_an_api", **names) from error
        for item in rest:
            put(item)
        put(EngineDone(usage=reader.usage, finish_reason=reader.reason))

    async def _opened(
        self, client: AsyncOpenAI, target: Target, messages: Sequence[ChatMessage], options: GenerationOptions
    ) -> Any:
        """Return the accepted stream; repeats a start that failed for a passing reason or for a dispensable field."""
        server = (target.base_url, target.model)
        while True:
            without = self._refused.get(server, frozenset())
            payload = payload_for(target.base_url, target.model, messages, options, without)
            try:
                return await start_with_retries(
                    lambda body=payload: _request(client, body),  # type: ignore[misc]
                    retries=target.retries,
                    pause_of=openai_pause,
                )
            except Exception as error:
                field = _refused_field(error, payload)
                if field is None:
                    raise openai_failure(error, where=target.where, model=target.model, answering=False) from error
                _LOG.info("%s does not take %s for %s; asking without it", target.where, field, target.model)
                self._refused[server] = without | {field}


async def _request(client: AsyncOpenAI, payload: dict[str, Any]) -> AsyncStream[object]:
    """Ask for a streamed completion, whose chunks are left as they came.

    Its typed method would go through the payload and build a model of every chunk, at a millisecond for the first.
    """
    from openai import AsyncStream

    return await client.post(
        "/chat/completions", body=payload, cast_to=object, stream=True, stream_cls=AsyncStream[object]
    )


def _connection(target: Target) -> tuple[object, ...]:
    return (target.base_url, target.key, target.direct, target.silence_seconds, target.connect_seconds)


def _refused_field(error: Exception, payload: dict[str, Any]) -> str | None:
    """Return the dispensable field of `payload` that the server names in its refusal, None when there is none."""
    import openai

    if not isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
        return None
    named = error.param.split(".")[0] if isinstance(error.param, str) else ""
    if named:
        return named if named in DISPENSABLE and named in payload else None
    words = f"{error.message} {error.body}".lower()
    if not any(complaint in words for complaint in _COMPLAINTS):
        return None
    return next((name for name in DISPENSABLE if name in payload and name in words), None)


def _make_client(target: Target) -> AsyncOpenAI:
    import openai

    silence_loggers("openai", "httpx2", "httpcore2")
    timeout = openai.Timeout(target.silence_seconds, connect=target.connect_seconds)
    return openai.AsyncOpenAI(
        base_url=target.base_url,
        api_key=target.key or "none",
        max_retries=0,
        timeout=timeout,
        http_client=openai.DefaultAsyncHttpxClient(
            trust_env=not target.direct, timeout=timeout, follow_redirects=False, event_hooks=hooks()
        ),
    )


async def _import_client() -> None:
    import openai  # noqa: F401
