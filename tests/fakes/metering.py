"""An engine that yields what it is told to, and meters over real budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from jarvis.catalog.entries import Price
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineItem, EngineStatus, GenerationOptions, TextEngine
from jarvis.contracts.spending import Call
from jarvis.engines.metered import Energy, MeteredEngine
from jarvis.storage.budgets import SqliteBudget
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock

PRICE = Price(
    input_usd=2.0,
    output_usd=8.0,
    cached_input_usd=0.5,
    cache_write_usd=2.5,
    on=date(2026, 11, 1),
    source="https://example.org",
)
REFERENCE = Price(input_usd=20.0, output_usd=80.0, on=date(2026, 11, 2), source="https://example.org")


class ScriptedEngine:
    """Yields its items in turn; raises those that are errors, and runs those that are functions."""

    def __init__(
        self,
        *items: EngineItem | BaseException | Callable[[], None],
        where: Literal["local", "cloud"] = "cloud",
        abilities: frozenset[str] = frozenset(),
    ) -> None:
        self.items = items
        self.where = where
        self.abilities = abilities
        self.asked: list[tuple[object, ...]] = []
        self.left = 0
        self.closed = False

    @property
    def id(self) -> str:
        return "openai/gpt"

    def status(self, language: Language = "en") -> EngineStatus:
        sentence = "listo" if language == "es" else "ready"
        return EngineStatus(
            id=self.id, model="gpt", where=self.where, state="ready", sentence=sentence, abilities=self.abilities
        )

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        self.asked.append((messages, options, cancel))
        try:
            for item in self.items:
                if isinstance(item, BaseException):
                    raise item
                if callable(item):
                    item()
                else:
                    yield item
        finally:
            self.left += 1

    def close(self) -> None:
        self.closed = True


class Bench:
    """A real budget in `folder`, and the calls that were recorded."""

    def __init__(self, folder: Path, *, day: float | None = None, month: float | None = None) -> None:
        self.clock = FakeClock()
        self.database = Database(folder / "jarvis.sqlite3")
        self.budget = SqliteBudget(self.database, self.clock, lambda: (day, month))
        self.calls: list[Call] = []

    def metered(self, inner: TextEngine, energy: Energy | None = None, **changes: Any) -> MeteredEngine:
        given = {"where": "cloud", "price": PRICE, "reference": REFERENCE, "reference_model": "gpt-4o", **changes}
        return MeteredEngine(
            inner, budget=self.budget, record=self.calls.append, clock=self.clock, energy=energy, **given
        )

    @property
    def spent(self) -> float:
        return self.budget.state().spent_day_usd

    @property
    def open(self) -> float:
        return self.budget.state().open_usd
