"""What 100,000 decisions and as many calls cost to keep and to ask: `python -m benchmarks.decisions_log [ROWS]`.

A real database in a temporary folder, written through the ledger as the assistant does, one transaction a row. Prints
a Markdown table of the median and the slowest of each question, and the size of the file.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from jarvis.contracts.messages import Usage
from jarvis.contracts.routing import DOMAINS, Assessment, Decision, Excluded, RouteCandidate
from jarvis.contracts.spending import Call
from jarvis.storage.database import Database
from jarvis.storage.ledger import SqliteLedger
from tests.fakes.clock import FakeClock

ROWS = 100_000
DAYS = 200
"""Local days over which the rows are spread: 500 questions a day."""

MODELS = ("qwen2.5-7b:q4_k_m", "llama-3.3-70b:q4_k_m", "qwen2.5-coder-32b:q4_k_m", "openai/gpt-4o", "google/flash")
ASSESSMENT = Assessment(
    difficulty=0.4321,
    p_weak=0.5678,
    p_strong=0.9012,
    domain="code",
    domains={domain: 1 / len(DOMAINS) for domain in DOMAINS},
    language="es",
    by="head",
)


def main(rows: int) -> None:
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "jarvis.sqlite3")
        ledger = SqliteLedger(database, clock)
        decided, called = _written(ledger, clock, rows)
        print("| what | median ms | slowest ms |\n|-|-|-|")
        _print("store one decision", decided)
        _print("store one call", called)
        last = clock.now().date()
        middle = ledger.decisions(1)[0].seq // 2
        for name, ask in _questions(ledger, rows, middle, last):
            _print(name, [_seconds(ask) for _ in range(21)])
        database.close()
        size = (Path(folder) / "jarvis.sqlite3").stat().st_size
    print(f"\n{rows:,} decisions and calls: {size / 1e6:.0f} MB")


def _written(ledger: SqliteLedger, clock: FakeClock, rows: int) -> tuple[list[float], list[float]]:
    decided, called = [], []
    for number in range(rows):
        if number and number % (rows // DAYS or 1) == 0:
            clock.advance(86_400)
        decision, call = _decision(number), _call(number)
        decided.append(_seconds(lambda n=number, d=decision: _keep(ledger, n, d)))  # type: ignore[misc]
        called.append(_seconds(lambda c=call: ledger.record_call(c)))  # type: ignore[misc]
    return decided, called


def _keep(ledger: SqliteLedger, number: int, decision: Decision) -> None:
    ledger.record_decision(
        message_id=f"{number:032x}", assessment=ASSESSMENT, decision=decision, chosen=decision.candidates[0].engine
    )


def _decision(number: int) -> Decision:
    return Decision(
        candidates=tuple(
            RouteCandidate(
                engine=MODELS[(number + place) % len(MODELS)],
                model=MODELS[(number + place) % len(MODELS)],
                where="local",
                score=0.9123456 - place / 10,
                quality=0.87654321,
                cost_usd=0.00123456,
                first_seconds=0.4321,
                seconds=12.3456,
                why="It is the best for code within the seconds that a chat may take.",
            )
            for place in range(4)
        ),
        excluded=(
            Excluded(engine=MODELS[(number + 4) % len(MODELS)], model="x", code="privacy", why="It is private."),
        ),
        reason="It is the best for code within the seconds that a chat may take.",
    )


def _call(number: int) -> Call:
    model = MODELS[number % len(MODELS)]
    return Call(
        message_id=f"{number:032x}",
        engine=model,
        model=model,
        where="cloud" if "/" in model else "local",
        stage="answer",
        usage=Usage(prompt_tokens=800 + number % 500, completion_tokens=200 + number % 300),
        cost_usd=0.004 if "/" in model else 0.0,
        cloud_usd=0.005,
        seconds=7.5,
        first_seconds=0.3 + number % 100 / 100,
        joules=None if "/" in model else 700.0,
        reference="gpt-4o (2026-11-01)",
    )


def _questions(ledger: SqliteLedger, rows: int, middle: int, last: date) -> list[tuple[str, Callable[[], object]]]:
    asked = f"{rows // 2:032x}"
    return [
        ("the decision of one message", lambda: ledger.decision_of(asked)),
        ("the calls of one message", lambda: ledger.calls_of(asked)),
        ("the newest page of 50", lambda: ledger.decisions(50)),
        ("a page of 50 from the middle", lambda: ledger.decisions(50, middle)),
        ("report of the last day", lambda: ledger.report(last, last)),
        ("report of 30 days", lambda: ledger.report(last - timedelta(days=29), last)),
        ("report of everything", lambda: ledger.report(last - timedelta(days=DAYS + 1), last)),
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _print(name: str, seconds: list[float]) -> None:
    print(f"| {name} | {statistics.median(seconds) * 1000:.2f} | {max(seconds) * 1000:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else ROWS)
