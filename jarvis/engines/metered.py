"""Every engine behind its meter: money set aside before a call, the real sum after it, one ledger row per call.

Whatever becomes of the call (an end, a failure, a cancellation, a reader who goes away) it is settled once: by the
reported usage where there is one and it can be true, else by an estimate from the characters. What runs on this
computer costs nothing and is recorded all the same, with its energy. Knows no protocol and no storage.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from jarvis.catalog.entries import Price
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import BudgetError, JarvisError, Language
from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import (
    Clock,
    EngineDone,
    EngineItem,
    EngineNotice,
    EngineStatus,
    GenerationOptions,
    Prefilling,
    TextEngine,
)
from jarvis.contracts.spending import Budget, Call
from jarvis.engines.cloud_models import cost_usd
from jarvis.engines.speed_now import SpeedNow
from jarvis.engines.usage_checks import Exchange, Verdict, verdict_on

MAYBE_CHARGED = frozenset(
    {
        "engine.timeout",
        "engine.cut_off",
        "engine.server",
        "engine.empty",
        "engine.schema",
        "engine.bad_tool",
        "engine.blocked",
        "engine.only_thought",
        "engine.too_much",
        "engine.not_an_api",
    }
)
"""Failures before the first word after which a provider may have worked, and charge for it, all the same."""


LIKELY_ERROR = 4 / 3
"""By how much a prompt may be longer than estimated, for choosing the tier of its price."""


class Energy(Protocol):
    """Tells what the devices of this computer used between two moments; see `EnergyMeter`."""

    def begin(self) -> int:
        """Start to measure; returns a name for `end`."""
        ...

    def end(self, measurement: int) -> float | None:
        """Return the joules since `begin`; None where no device tells."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """What a call is measured with. `price` None means unknown; it has no meaning where `where` is "local".

    `reference` is the price of the cloud model that savings are told against, `reference_name` that model and the day
    of the price. `record` keeps a call, `energy` measures local ones.
    """

    where: Literal["local", "cloud"]
    price: Price | None
    reference: Price | None
    reference_name: str
    budget: Budget
    record: Callable[[Call], None]
    clock: Clock
    energy: Energy | None

    def cost(self, usage: Usage) -> float | None:
        """Return what `usage` costs; None where nobody knows."""
        return 0.0 if self.where == "local" else cost_usd(self.price, usage)

    def highest_cost(self, exchange: Exchange) -> float | None:
        """Return what the call can cost at most; None where nobody knows."""
        most = exchange.most()
        # Which part of a prompt goes into the provider's cache, often at a surcharge, is known afterwards.
        known = [self.cost(use) for use in (most, replace(most, cache_written_tokens=most.prompt_tokens))]
        if None in known:
            # The bound may lie in a tier of unknown price that the prompt itself is far from.
            prompt = min(math.ceil(exchange.likely().prompt_tokens * LIKELY_ERROR), most.prompt_tokens)
            near = replace(most, prompt_tokens=prompt)
            known = [self.cost(use) for use in (near, replace(near, cache_written_tokens=prompt))]
        sums = [usd for usd in known if usd is not None]
        return max(sums) if len(sums) == len(known) else None


class MeteredEngine:
    """A `TextEngine` that is `inner` with its meter; arguments are those of `Meter`, and `speed` sees every piece."""

    def __init__(
        self,
        inner: TextEngine,
        *,
        where: Literal["local", "cloud"],
        price: Price | None,
        reference: Price | None,
        budget: Budget,
        record: Callable[[Call], None],
        clock: Clock,
        energy: Energy | None = None,
        reference_model: str = "",
        speed: SpeedNow | None = None,
    ) -> None:
        self._inner = inner
        self._speed = speed
        self._meter = Meter(
            where=where,
            price=price,
            reference=reference,
            reference_name=f"{reference_model} ({reference.on.isoformat()})" if reference is not None else "",
            budget=budget,
            record=record,
            clock=clock,
            energy=energy if where == "local" else None,
        )

    @property
    def id(self) -> str:
        """Name of this engine in routes and settings."""
        return self._inner.id

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it can answer."""
        return self._inner.status(language)

    def close(self) -> None:
        """Release everything."""
        self._inner.close()

    def prefill(self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken) -> None:
        """Let a model on this computer read the prompt, which costs nothing; one elsewhere is not asked."""
        if self._meter.where == "local" and isinstance(self._inner, Prefilling):
            self._inner.prefill(messages, options, cancel)

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Stream one answer; see `TextEngine.stream`. Raises `BudgetError` before anything is sent.

        The end carries the usage that is charged and its cost. Usage that cannot be true is told by one
        `EngineNotice` "usage.suspect" just before.
        """
        cancel.raise_if_cancelled()
        status = self._inner.status()
        exchange = Exchange(
            messages=messages, options=options, model=status.model, may_think="reasoning" in status.abilities
        )
        run = _Run(self._meter, self.id, exchange)
        done: EngineDone | None = None
        try:
            with closing(_generator(self._inner.stream(messages, options, cancel))) as items:
                for item in items:
                    if isinstance(item, EngineDone):
                        done = item
                        break
                    run.see(item)
                    if self._speed is not None:
                        self._speed.saw(item)
                    yield item
        except BaseException as error:
            run.break_off(error)
            raise
        if done is None:
            run.break_off(None)
        else:
            yield from run.end(done)


class _Run:
    """One call: set aside when made, settled and recorded once, by `end` or by `break_off`."""

    def __init__(self, meter: Meter, engine: str, exchange: Exchange) -> None:
        self._meter = meter
        self._engine = engine
        self._exchange = exchange
        self._reserved = 0.0
        self._reservation = self._reserve() if meter.where == "cloud" else None
        self._energy = meter.energy.begin() if meter.energy is not None else None
        self._began = meter.clock.monotonic()
        self._first: float | None = None

    def see(self, item: EngineItem) -> None:
        """Take one item of the answer."""
        before = self._exchange.began
        self._exchange.see(item)
        if self._exchange.began and not before:
            self._first = self._meter.clock.monotonic() - self._began

    def end(self, done: EngineDone) -> list[EngineItem]:
        """Settle by what was reported; returns the end of the answer, after a warning where the report is not true."""
        joules = self._joules()
        verdict = verdict_on(done.usage, self._exchange, self._engine, check=self._meter.where == "cloud")
        cost = self._settle(verdict, joules)
        end = replace(done, usage=verdict.usage, cost_usd=cost)
        return [EngineNotice(code="usage.suspect", en=verdict.en, es=verdict.es), end] if verdict.en else [end]

    def break_off(self, error: BaseException | None) -> None:
        """Settle by what had arrived when the call ended without a report."""
        joules = self._joules()
        if self._exchange.began or (self._meter.where == "cloud" and not _surely_free(error)):
            self._settle(Verdict(usage=self._exchange.likely(), estimated=True), joules)
        elif self._reservation is not None:
            self._meter.budget.release(self._reservation)

    def _reserve(self) -> str | None:
        """Set the highest price aside; None where nobody knows it and nothing limits it."""
        highest = self._meter.highest_cost(self._exchange)
        if highest is not None:
            self._reserved = highest
            return self._meter.budget.reserve(self._engine, highest)
        state = self._meter.budget.state()
        if state.day_limit_usd is not None or state.month_limit_usd is not None:
            raise _unpriced(self._engine, long=self._meter.price is not None)
        return None

    def _joules(self) -> float | None:
        if self._meter.energy is None or self._energy is None:
            return None
        return self._meter.energy.end(self._energy)

    def _settle(self, verdict: Verdict, joules: float | None) -> float | None:
        meter, usage = self._meter, verdict.usage
        cost = meter.cost(usage)
        if self._reservation is not None:
            meter.budget.settle(self._reservation, self._reserved if cost is None else cost)
        meter.record(
            Call(
                message_id=self._exchange.options.message_id,
                engine=self._engine,
                model=self._exchange.model,
                where=meter.where,
                stage=self._exchange.options.stage,
                usage=usage,
                cost_usd=cost,
                cloud_usd=cost_usd(meter.reference, usage),
                seconds=meter.clock.monotonic() - self._began,
                first_seconds=self._first,
                joules=joules,
                suspect=verdict.en,
                reference=meter.reference_name,
                estimated=verdict.estimated,
            )
        )
        return cost


def _surely_free(error: BaseException | None) -> bool:
    """True for a failure that came before the provider could work, such as a wrong key."""
    return isinstance(error, JarvisError) and error.code not in MAYBE_CHARGED


def _generator(items: Iterator[EngineItem]) -> Generator[EngineItem, None, None]:
    """Make a generator of any iterator, so that it can be closed."""
    yield from items


def _unpriced(engine: str, *, long: bool) -> BudgetError:
    if long:
        return BudgetError(
            "budget.long_prompt",
            en="{engine} was not asked: its price for a conversation this long is not known, and a spending limit is "
            "set. Start a new conversation, choose another model, or remove the limit in the settings.",
            es="No se preguntó a {engine}: no se conoce su precio para una conversación tan larga y hay un límite de "
            "gasto. Empieza otra conversación, elige otro modelo o quita el límite en los ajustes.",
            engine=engine,
        )
    return BudgetError(
        "budget.no_price",
        en="{engine} was not asked: its price is not known, and a spending limit is set. Choose a model on this "
        "computer or one with a price, or remove the limit in the settings.",
        es="No se preguntó a {engine}: no se conoce su precio y hay un límite de gasto. Elige un modelo de este "
        "equipo o uno con precio, o quita el límite en los ajustes.",
        engine=engine,
    )
