"""What engines behind an API of their own have in common: status, permission, the loop, the checks.

Knows no protocol; each API says how one answer is produced.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineItem, EngineStatus, GenerationOptions
from jarvis.engines.answer_checks import checked
from jarvis.engines.failures import failure
from jarvis.engines.reach import host_of, obstacle
from jarvis.engines.streaming import Clients, Put, StreamLoop

T = TypeVar("T")

_REMEMBERED = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiOptions:
    """Where and what to ask; `context_tokens` 0 means unknown. `key_name` is what “jarvis keys set” calls the key.

    `silence_seconds` is how long the server may send nothing, `retries` how often a failed start is repeated.
    """

    engine_id: str
    model: str
    base_url: str
    key_name: str
    abilities: frozenset[str] = frozenset()
    context_tokens: int = 0
    silence_seconds: float = 120.0
    connect_seconds: float = 10.0
    retries: int = 2


class ApiEngine(ABC, Generic[T]):
    """A `TextEngine` over a client of type `T`; `key` and `enabled` are asked for at every call."""

    def __init__(self, options: ApiOptions, *, key: Callable[[], str | None], enabled: Callable[[], bool]) -> None:
        self._options = options
        self._key = key
        self._enabled = enabled
        self._clients: Clients[T] = Clients(self._close_client)
        self._loop = StreamLoop(options.engine_id, self._clients.close)

    @property
    def id(self) -> str:
        """Name of this engine in routes and settings."""
        return self._options.engine_id

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it is switched on and has a key; the server itself is not asked."""
        missing = self._missing()
        return EngineStatus(
            id=self.id,
            model=self._options.model,
            where="cloud",
            state="missing" if missing else "ready",
            device=self._names["where"],
            sentence=missing.sentence(language) if missing else "",
            context_tokens=self._options.context_tokens,
            abilities=self._options.abilities,
        )

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Stream one answer; see `TextEngine.stream`."""
        if missing := self._missing():
            raise missing
        key = self._key() or ""
        items = self._loop.items(
            lambda put: self._ask(key, messages, options, put), cancel, lambda: failure("cut_off", **self._names)
        )
        yield from checked(items, options, **self._names)

    def close(self) -> None:
        """Let go of all connections."""
        self._loop.close()

    @property
    def _names(self) -> dict[str, str]:
        """What sentences call the server and the model."""
        return {"where": host_of(self._options.base_url) or self._options.base_url, "model": self._options.model}

    def _missing(self) -> EngineError | None:
        return obstacle(
            self._options.base_url,
            key=self._key(),
            key_name=self._options.key_name,
            enabled=self._enabled(),
            needs_key=True,
        )

    async def _ask(self, key: str, messages: Sequence[ChatMessage], options: GenerationOptions, put: Put) -> None:
        async with self._clients.use(key, lambda: self._make_client(key)) as client:
            await self._produce(client, messages, options, put)

    @abstractmethod
    def _make_client(self, key: str) -> T:
        """Return a client that never repeats a request by itself; raises `EngineError` without its package."""

    @abstractmethod
    async def _close_client(self, client: T) -> None:
        """Close its connections."""

    @abstractmethod
    async def _produce(self, client: T, messages: Sequence[ChatMessage], options: GenerationOptions, put: Put) -> None:
        """Put the answer and its `EngineDone`; raises `EngineError`."""


class CallNotes:
    """What a provider wants back with a tool call's result and messages have no place for, by the call's id.

    Forgets the oldest; a provider gets no note for a call that another engine made.
    """

    def __init__(self) -> None:
        self._notes: OrderedDict[str, Any] = OrderedDict()

    def keep(self, call_id: str, note: Any) -> None:
        """Remember `note` for the call."""
        self._notes[call_id] = note
        while len(self._notes) > _REMEMBERED:
            self._notes.popitem(last=False)

    def of(self, call_id: str) -> Any:
        """Return the note of the call, None when there is none."""
        return self._notes.get(call_id)
