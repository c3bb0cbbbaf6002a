"""Money and energy: budgets that are reserved before a call, and what calls cost, as reports.

US dollars, seconds, joules. Knows no storage and no provider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Door, Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetState:
    """What may still be spent today and this month; None where there is no limit. `spent_*` counts reservations.

    Parts of `spent_month_usd`: `open_usd` is set aside for calls that have not ended, `lost_usd` was set aside for
    calls whose process died and counts in full, `ahead_usd` is dated after today because the clock was ahead.
    """

    day_limit_usd: float | None
    month_limit_usd: float | None
    spent_day_usd: float
    spent_month_usd: float
    open_usd: float = 0.0
    lost_usd: float = 0.0
    ahead_usd: float = 0.0

    @property
    def left_usd(self) -> float | None:
        """The smaller of what the day and the month have left, at least 0; None without limits."""
        left = [
            limit - spent
            for limit, spent in (
                (self.day_limit_usd, self.spent_day_usd),
                (self.month_limit_usd, self.spent_month_usd),
            )
            if limit is not None
        ]
        return max(min(left), 0.0) if left else None


class Budget(Protocol):
    """Spending limits that hold across threads, processes and crashes."""

    def reserve(self, engine: str, usd: float) -> str:
        """Set `usd` aside and return a reservation id; raises `BudgetError` when a limit would be passed."""
        ...

    def settle(self, reservation: str, usd: float) -> None:
        """Replace the reservation by what the call really cost."""
        ...

    def release(self, reservation: str) -> None:
        """Give back a reservation whose call never reached the provider."""
        ...

    def state(self) -> BudgetState:
        """Return the limits and what counts against them now."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One model call as it is recorded. `stage` is "answer", or the role in a cooperation; `where` "local" or "cloud".

    `cost_usd` is None where the price is not known. `cloud_usd` is what the reference cloud model would have charged
    for the same tokens, and `reference` names that model and the day of its price. `joules` is None where no device
    told its energy. `suspect` says why the reported usage is not believed, else is empty. `estimated` means that the
    tokens were counted from characters, because none were reported. `at` is when it was recorded, None before.
    """

    message_id: str
    engine: str
    model: str
    where: str
    stage: str
    usage: Usage
    cost_usd: float | None
    cloud_usd: float | None
    seconds: float
    first_seconds: float | None
    joules: float | None = None
    suspect: str = ""
    reference: str = ""
    estimated: bool = False
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedCandidate:
    """A candidate as the log keeps it; numbers are None in rows that are older than their columns."""

    engine: str
    model: str = ""
    where: str = ""
    score: float | None = None
    quality: float | None = None
    cost_usd: float | None = None
    first_seconds: float | None = None
    seconds: float | None = None
    asks: bool = False
    explored: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedDecision:
    """One routing decision as the log keeps it: no text of the person. `seq` orders the log and pages through it.

    `excluded` has the code of every engine that was left out by its name, `hops` the codes of the failures before the
    answer. The numbers of the assessment are None in rows that are older than their columns.
    """

    seq: int
    message_id: str
    at: datetime
    candidates: tuple[LoggedCandidate, ...]
    chosen: str | None
    reason: str
    hops: tuple[str, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)
    difficulty: float | None = None
    p_weak: float | None = None
    p_strong: float | None = None
    domain: str | None = None
    domains: Mapping[str, float] = field(default_factory=dict)
    language: str | None = None
    needs: tuple[str, ...] = ()
    answer_tokens: int | None = None
    by: str | None = None
    door: Door | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SpendingRow:
    """Calls added up, of one model or one day (or both); `answers` counts the messages they served.

    `cloud_usd` leaves out calls of unknown cost, or all of that would look saved. `joules` is None where no call told
    any. Half of the calls had their first word within `median_first_seconds`, 95 of 100 within `slow_first_seconds`.
    """

    model: str | None
    day: date | None
    calls: int
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    seconds: float
    cost_usd: float
    unpriced_calls: int
    cloud_usd: float
    joules: float | None
    suspect_calls: int
    median_first_seconds: float | None
    slow_first_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SpendingReport:
    """A span of time: totals and rows by model and by day.

    `saved_usd` is `total.cloud_usd - total.cost_usd`. `free_answers` counts the questions that skills, memory and the
    cache answered without a model; what a model would have cost for them nobody counted, so they are not in the saving.
    `reference` names the cloud model that the comparison uses, with the day of its price.
    """

    first_day: date
    last_day: date
    total: SpendingRow
    by_model: Sequence[SpendingRow]
    by_day: Sequence[SpendingRow]
    free_answers: int
    saved_usd: float
    reference: str


class Spending(Protocol):
    """What was spent and why, for the doors that show it."""

    def today(self) -> date:
        """The local day."""
        ...

    def report(self, first_day: date, last_day: date) -> SpendingReport:
        """Add up the calls of these local days, both included."""
        ...

    def budget(self) -> BudgetState:
        """Return the limits and what counts against them now."""
        ...

    def trust_clock(self) -> float:
        """Count what is dated after today as today's, because the clock was ahead and is right now; returns its US
        dollars. Only for a person to ask for."""
        ...

    def decisions(self, limit: int = 50, before: int | None = None) -> Sequence[LoggedDecision]:
        """Return logged decisions, newest first; `before` is the `seq` that the page before ended with."""
        ...

    def decision_of(self, message_id: str) -> LoggedDecision | None:
        """Return the newest decision made for one question, or None."""
        ...

    def decisions_of(self, message_id: str) -> Sequence[LoggedDecision]:
        """Return every decision made for one question, one for each time it was answered, oldest first."""
        ...

    def calls_of(self, message_id: str) -> Sequence[Call]:
        """Return the calls made for one question, oldest first."""
        ...


def dollars(usd: float, language: Language) -> str:
    """Return an amount to read: two decimals from a dollar on, up to four below, "< $0.0001" for less than that."""
    if 0 < usd < 0.00005:
        return "< $0.0001" if language == "en" else "< 0,0001 $"
    number = f"{usd:,.2f}" if abs(usd) >= 1 or usd == 0 else f"{usd:.4f}".removesuffix("00")
    if language == "en":
        return f"-${number[1:]}" if number.startswith("-") else f"${number}"
    return f"{number.translate(str.maketrans(',.', '.,'))} $"
