"""Calls, decisions and the budget in one place, for the doors that show what was spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from jarvis.contracts.ports import Clock
from jarvis.contracts.spending import BudgetState, Call, LoggedDecision, SpendingReport
from jarvis.storage.budgets import SqliteBudget
from jarvis.storage.ledger import SqliteLedger


class StoredSpending:
    """The `Spending` port over the ledger and the budget."""

    def __init__(self, ledger: SqliteLedger, budget: SqliteBudget, clock: Clock) -> None:
        self._ledger = ledger
        self._budget = budget
        self._clock = clock

    def today(self) -> date:
        """The local day."""
        return self._clock.now().date()

    def report(self, first_day: date, last_day: date) -> SpendingReport:
        """Add up the calls of these local days, both included."""
        return self._ledger.report(first_day, last_day)

    def budget(self) -> BudgetState:
        """Return the limits and what counts against them now."""
        return self._budget.state()

    def trust_clock(self) -> float:
        """Count what is dated after today as today's; returns its US dollars."""
        return self._budget.trust_clock()

    def decisions(self, limit: int = 50, before: int | None = None) -> Sequence[LoggedDecision]:
        """Return logged decisions, newest first."""
        return self._ledger.decisions(limit, before)

    def decision_of(self, message_id: str) -> LoggedDecision | None:
        """Return the newest decision made for one question, or None."""
        return self._ledger.decision_of(message_id)

    def decisions_of(self, message_id: str) -> Sequence[LoggedDecision]:
        """Return every decision made for one question, oldest first."""
        return self._ledger.decisions_of(message_id)

    def calls_of(self, message_id: str) -> Sequence[Call]:
        """Return the calls made for one question, oldest first."""
        return self._ledger.calls_of(message_id)
