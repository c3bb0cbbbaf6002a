"""Reserves against a budget from a process of its own: `DATABASE DAY_LIMIT USD TIMES how`.

With "settle" every reservation is settled at its full sum, with "hold" the first one is made and never ended. Prints
how many were granted; "held" and then nothing, while it waits to be killed.
"""

import sys
import threading
from pathlib import Path

from jarvis.contracts.errors import BudgetError
from jarvis.storage.budgets import SqliteBudget
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock


def main(path: str, limit: str, usd: str, times: str, how: str) -> None:
    budget = SqliteBudget(Database(Path(path)), FakeClock(), lambda: (float(limit), None))
    if how == "hold":
        budget.reserve("cloud", float(usd))
        sys.stdout.write("held\n")
        sys.stdout.flush()
        threading.Event().wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    granted = 0
    for _ in range(int(times)):
        try:
            reservation = budget.reserve("cloud", float(usd))
        except BudgetError:
            continue
        budget.settle(reservation, float(usd))
        granted += 1
    sys.stdout.write(f"{granted}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
