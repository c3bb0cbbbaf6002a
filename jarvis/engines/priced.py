"""Puts the cost into the end of every answer of a model whose price is known. Knows nothing else about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from jarvis.catalog.entries import Price
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineStatus, GenerationOptions, TextEngine
from jarvis.engines.cloud_models import cost_usd


class PricedEngine:
    """A `TextEngine` that is `inner` and says what each answer cost; `price` None leaves the cost unknown."""

    def __init__(self, inner: TextEngine, price: Price | None) -> None:
        self._inner = inner
        self._price = price

    @property
    def id(self) -> str:
        """Name of this engine in routes and settings."""
        return self._inner.id

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it can answer."""
        return self._inner.status(language)

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Stream one answer; see `TextEngine.stream`."""
        for item in self._inner.stream(messages, options, cancel):
            if isinstance(item, EngineDone):
                yield replace(item, cost_usd=cost_usd(self._price, item.usage))
            else:
                yield item

    def close(self) -> None:
        """Release everything."""
        self._inner.close()
