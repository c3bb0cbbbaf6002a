"""Spending limits of the day and the month, held across threads, processes, crashes and a clock that is moved.

A call's highest price is set aside in one transaction before it starts, and replaced by its real one at its end.
Money counts in whole billionths of a dollar, rounded up.

- What a process that died had set aside goes on counting in full: whether the provider charged for the call nobody
  knows.
- A charge belongs to the local day on which it was set aside, and charges dated after today count for today too. So
  every calendar day's allowance is given once, whichever way the clock is moved: ahead it borrows from the future,
  back it grants nothing. A clock that was ahead by mistake is forgiven only by a person, through `trust_clock`.

Knows no prices: callers say how many dollars.
"""

from __future__ import annotations

import math
import os
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psutil

from jarvis.contracts.errors import BudgetError
from jarvis.contracts.ports import Clock
from jarvis.contracts.spending import BudgetState, dollars
from jarvis.storage.database import Database

Limits = Callable[[], tuple[float | None, float | None]]
"""Returns the US dollars that a day and a month may cost; None without a limit."""

_NANO = 1_000_000_000
_MOST_USD = 1_000_000.0
"""A single charge beyond this is a fault of who counted; it is kept as this, which stops everything that costs."""

_SENTENCES: dict[str, tuple[str, str]] = {
    "budget.day": (
        "{engine} was not asked: the question may cost {usd_en}, and {spent_en} of today's {limit_en} are spent or set "
        "aside. Choose a model on this computer, wait until tomorrow, or raise the daily limit in the settings.",
        "No se preguntó a {engine}: la pregunta puede costar {usd_es} y hoy ya se han gastado o reservado {spent_es} "
        "de {limit_es}. Elige un modelo de este equipo, espera a mañana o sube el límite diario en los ajustes.",
    ),
    "budget.month": (
        "{engine} was not asked: the question may cost {usd_en}, and {spent_en} of this month's {limit_en} are spent "
        "or set aside. Choose a model on this computer, or raise the monthly limit in the settings.",
        "No se preguntó a {engine}: la pregunta puede costar {usd_es} y este mes ya se han gastado o reservado "
        "{spent_es} de {limit_es}. Elige un modelo de este equipo o sube el límite mensual en los ajustes.",
    ),
}


class SqliteBudget:
    """The `Budget` over `Database`; `limits` is asked anew at every reservation."""

    def __init__(self, database: Database, clock: Clock, limits: Limits) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._pid = os.getpid()
        self._started = psutil.Process().create_time()
        # Waiting here is fair; waiting for SQLite's lock is not, and 64 threads would starve one of them.
        self._turn = threading.Lock()

    def reserve(self, engine: str, usd: float) -> str:
        """Set `usd` (0 or more) aside and return a reservation id.

        Raises `BudgetError` with code `budget.day` or `budget.month` when a limit would be passed; a call that costs
        nothing always passes.
        """
        amount = _nano(usd)
        day_limit, month_limit = self._limits()
        today = self._clock.now().date()
        identity = uuid.uuid4().hex
        with self._turn, self._database.write() as connection:
            spent_day, spent_month = _counted(connection, today)
            if amount:
                for code, limit, spent in (
                    ("budget.day", day_limit, spent_day),
                    ("budget.month", month_limit, spent_month),
                ):
                    if limit is not None and spent + amount > limit * _NANO:
                        raise _refusal(code, engine, usd, spent / _NANO, limit)
            connection.execute(
                "INSERT INTO budget_reservations VALUES (?, ?, ?, ?, ?, ?)",
                (identity, engine, amount, today.isoformat(), self._pid, self._started),
            )
        return identity

    def settle(self, reservation: str, usd: float) -> None:
        """Replace the reservation by `usd`, be it less or more; a second time does nothing."""
        with self._turn, self._database.write() as connection:
            row = connection.execute(
                "DELETE FROM budget_reservations WHERE id = ? RETURNING day", (reservation,)
            ).fetchone()
            if row is not None:
                _add(connection, row["day"], _nano(usd))

    def release(self, reservation: str) -> None:
        """Give back a reservation whose call never reached the provider."""
        with self._turn, self._database.write() as connection:
            connection.execute("DELETE FROM budget_reservations WHERE id = ?", (reservation,))

    def state(self) -> BudgetState:
        """Return the limits and what counts against them now."""
        today = self._clock.now().date()
        day_limit, month_limit = self._limits()
        with self._database.read() as connection, _one_moment(connection):
            spent_day, spent_month = _counted(connection, today)
            ahead = _sum(connection, "SELECT sum(spent) FROM budget_days WHERE day > ?", today.isoformat())
            set_aside = connection.execute(
                "SELECT owner_pid, owner_started, sum(reserved) AS reserved FROM budget_reservations WHERE day >= ?"
                " GROUP BY owner_pid, owner_started",
                (_month(today),),
            ).fetchall()
        lost = sum(row["reserved"] for row in set_aside if not self._lives(row["owner_pid"], row["owner_started"]))
        return BudgetState(
            day_limit_usd=day_limit,
            month_limit_usd=month_limit,
            spent_day_usd=spent_day / _NANO,
            spent_month_usd=spent_month / _NANO,
            open_usd=(sum(row["reserved"] for row in set_aside) - lost) / _NANO,
            lost_usd=lost / _NANO,
            ahead_usd=ahead / _NANO,
        )

    def trust_clock(self) -> float:
        """Date everything after today as today's and return its US dollars; for a clock that was ahead and is right
        again. Nothing is forgotten: it counts for today and this month."""
        today = self._clock.now().date().isoformat()
        with self._turn, self._database.write() as connection:
            connection.execute("UPDATE budget_reservations SET day = ? WHERE day > ?", (today, today))
            rows = connection.execute("DELETE FROM budget_days WHERE day > ? RETURNING spent", (today,)).fetchall()
            moved = sum(int(row["spent"]) for row in rows)
            _add(connection, today, moved)
        return moved / _NANO

    def _lives(self, pid: int, started: float) -> bool:
        if (pid, started) == (self._pid, self._started):
            return True
        try:
            return abs(psutil.Process(pid).create_time() - started) < 1
        except psutil.Error:
            return False


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Let several queries see the same state of the file."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()


def _counted(connection: sqlite3.Connection, today: date) -> tuple[int, int]:
    """Return what counts against the day and the month, in billionths of a dollar."""
    days: list[int] = []
    for first in (today.isoformat(), _month(today)):
        spent = _sum(connection, "SELECT sum(spent) FROM budget_days WHERE day >= ?", first)
        days.append(spent + _sum(connection, "SELECT sum(reserved) FROM budget_reservations WHERE day >= ?", first))
    return days[0], days[1]


def _add(connection: sqlite3.Connection, day: str, amount: int) -> None:
    connection.execute(
        "INSERT INTO budget_days (day, spent) VALUES (?, ?)"
        " ON CONFLICT (day) DO UPDATE SET spent = spent + excluded.spent",
        (day, amount),
    )


def _sum(connection: sqlite3.Connection, query: str, day: str) -> int:
    return int(connection.execute(query, (day,)).fetchone()[0] or 0)


def _month(day: date) -> str:
    return day.replace(day=1).isoformat()


def _nano(usd: float) -> int:
    if not usd >= 0:
        raise ValueError(f"not an amount of money: {usd}")
    # The division of prices leaves a dust of 1e-16 dollars that is no billionth.
    return math.ceil(round(min(usd, _MOST_USD) * _NANO, 3))


def _refusal(code: str, engine: str, usd: float, spent: float, limit: float) -> BudgetError:
    en, es = _SENTENCES[code]
    values: dict[str, Any] = {"engine": engine}
    for name, amount in (("usd", usd), ("spent", spent), ("limit", limit)):
        values |= {f"{name}_en": dollars(amount, "en"), f"{name}_es": dollars(amount, "es")}
    return BudgetError(code, en=en, es=es, **values)
