"""What every model call used and why it was routed so, as rows. Holds no text of the person.

A call belongs to the local day on which it was recorded. Knows no prices: calls come with their cost.
"""

from __future__ import annotations

import dataclasses
import json
import math
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from jarvis.contracts.messages import DETAIL_CACHED, Door, Usage
from jarvis.contracts.ports import Clock
from jarvis.contracts.routing import Assessment, Decision, RouteCandidate
from jarvis.contracts.spending import (
    Call,
    LoggedCandidate,
    LoggedDecision,
    SpendingReport,
    SpendingRow,
)
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds

MOST_TOKENS = 10**12
"""A count beyond this is a fault of who counted; it is kept as this, so that the database can still add it up."""

MOST_PAGE = 1000
"""Decisions that one page of the log has at most."""

_COUNTED = """
  count(*) AS calls,
  count(DISTINCT message_id) AS answers,
  sum(prompt_tokens) AS prompt_tokens,
  sum(completion_tokens) AS completion_tokens,
  sum(cached_tokens) AS cached_tokens,
  total(seconds) AS seconds,
  total(cost_usd) AS cost_usd,
  sum(cost_usd IS NULL) AS unpriced_calls,
  total(CASE WHEN cost_usd IS NOT NULL THEN cloud_usd END) AS cloud_usd,
  sum(joules) AS joules,
  sum(suspect != '') AS suspect_calls"""

_FREE = f"(source IN ('skill', 'memory') OR detail = '{DETAIL_CACHED}')"
"""Written as in the index `messages_free`, or it would not be used."""

_LATEST_CALLS = 1000
"""As many calls tell how an engine is now."""

_TOKENS = ("prompt_tokens", "completion_tokens", "cached_tokens", "cache_written_tokens")
_LOGGED = tuple(field.name for field in dataclasses.fields(LoggedCandidate))
_DAYS = "FROM usage WHERE day BETWEEN ? AND ?"


class SqliteLedger:
    """Calls and decisions over `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record_call(self, call: Call) -> None:
        """Store one model call, as of now whatever its `at` says."""
        now = self._clock.now()
        row = {
            "message_id": call.message_id,
            "engine": call.engine,
            "model": call.model,
            "place": call.where,
            "stage": call.stage,
            **{name: min(getattr(call.usage, name), MOST_TOKENS) for name in _TOKENS},
            "cost_usd": call.cost_usd,
            "cloud_usd": call.cloud_usd,
            "reference": call.reference,
            "seconds": call.seconds,
            "first_seconds": call.first_seconds,
            "joules": call.joules,
            "suspect": call.suspect,
            "estimated": int(call.estimated),
            "day": now.date().isoformat(),
            "at": to_milliseconds(now),
        }
        with self._database.write() as connection:
            _insert(connection, "usage", row)

    def record_decision(
        self,
        *,
        message_id: str,
        assessment: Assessment,
        decision: Decision,
        chosen: str | None,
        hops: Sequence[str] = (),
        door: Door | None = None,
    ) -> None:
        """Store how a question was assessed, the candidates with their numbers, the one that answered, the codes of
        the failures before it. Of the sentences only the decision's reason is kept."""
        row = {
            "message_id": message_id,
            "candidates": json.dumps([_numbers_of(candidate) for candidate in decision.candidates]),
            "excluded": json.dumps({each.engine: each.code for each in decision.excluded}),
            "chosen": chosen,
            "reason": decision.reason,
            "hops": json.dumps(list(hops)),
            "difficulty": assessment.difficulty,
            "p_weak": assessment.p_weak,
            "p_strong": assessment.p_strong,
            "domain": assessment.domain,
            "domains": json.dumps({name: round(share, 4) for name, share in assessment.domains.items()}),
            "language": assessment.language,
            "needs": json.dumps(sorted(assessment.needs)),
            "answer_tokens": assessment.answer_tokens,
            "assessed_by": assessment.by,
            "door": door,
            "at": to_milliseconds(self._clock.now()),
        }
        with self._database.write() as connection:
            _insert(connection, "decisions", row)

    def calls_of(self, message_id: str) -> list[Call]:
        """Return the calls made for one message, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM usage WHERE message_id = ? ORDER BY seq", (message_id,)).fetchall()
        return [_call(row) for row in rows]

    def decision_of(self, message_id: str) -> LoggedDecision | None:
        """Return the newest decision made for one message, or None."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT * FROM decisions WHERE message_id = ? ORDER BY seq DESC LIMIT 1", (message_id,)
            ).fetchone()
        return _decision(row) if row else None

    def decisions_of(self, message_id: str) -> list[LoggedDecision]:
        """Return every decision made for one message, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM decisions WHERE message_id = ? ORDER BY seq", (message_id,))
            return [_decision(row) for row in rows]

    def decisions(self, limit: int = 50, before: int | None = None) -> list[LoggedDecision]:
        """Return at most `limit` (1..`MOST_PAGE`) decisions, newest first; `before` a `seq`: only older ones."""
        where, given = ("WHERE seq < ?", [before]) if before is not None else ("", [])
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM decisions {where} ORDER BY seq DESC LIMIT ?", [*given, max(1, min(limit, MOST_PAGE))]
            ).fetchall()
        return [_decision(row) for row in rows]

    def usual_first_seconds(self) -> dict[str, float]:
        """Return how long each engine usually takes to its first word once it is loaded, by its last calls.

        The median of those in the cloud. Of local ones the lower quartile: what a model's loading took is in the rows,
        and of most calls it is none.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT engine, place, first_seconds FROM usage WHERE first_seconds IS NOT NULL"
                " ORDER BY seq DESC LIMIT ?",
                (_LATEST_CALLS,),
            ).fetchall()
        waits: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for engine, place, seconds in rows:
            waits[engine, place].append(seconds)
        usual = {}
        for (engine, place), each in reversed(waits.items()):
            position = len(each) // 4 if place == "local" else len(each) // 2
            usual[engine] = sorted(each)[position]
        return usual

    def report(self, first_day: date, last_day: date) -> SpendingReport:
        """Add up the calls of these local days, both included; days and models without a call have no row."""
        days = (first_day.isoformat(), last_day.isoformat())
        with self._database.read() as connection:
            total = connection.execute(f"SELECT {_COUNTED} {_DAYS}", days).fetchone()
            by_model = connection.execute(
                f"SELECT model, {_COUNTED} {_DAYS} GROUP BY model ORDER BY cost_usd DESC, calls DESC, model", days
            ).fetchall()
            by_day = connection.execute(f"SELECT day, {_COUNTED} {_DAYS} GROUP BY day ORDER BY day", days).fetchall()
            waits = connection.execute(
                f"SELECT model, day, first_seconds {_DAYS} AND first_seconds IS NOT NULL", days
            ).fetchall()
            references = connection.execute(
                f"SELECT DISTINCT reference {_DAYS} AND reference != '' ORDER BY reference", days
            ).fetchall()
            free = connection.execute(
                f"SELECT count(*) FROM messages WHERE {_FREE} AND role = 'assistant'"
                " AND created_at >= ? AND created_at < ?",
                (self._midnight(first_day), self._midnight(last_day + timedelta(days=1))),
            ).fetchone()[0]
        waited = _waited(waits)
        whole = _row(total, waited.get(None))
        return SpendingReport(
            first_day=first_day,
            last_day=last_day,
            total=whole,
            by_model=[_row(row, waited.get(row["model"]), model=row["model"]) for row in by_model],
            by_day=[_row(row, waited.get(row["day"]), day=date.fromisoformat(row["day"])) for row in by_day],
            free_answers=free,
            saved_usd=whole.cloud_usd - whole.cost_usd,
            reference=", ".join(row["reference"] for row in references),
        )

    def _midnight(self, day: date) -> int:
        return to_milliseconds(datetime.combine(day, time.min, tzinfo=self._clock.now().tzinfo))


def _insert(connection: sqlite3.Connection, table: str, row: Mapping[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def _numbers_of(candidate: RouteCandidate) -> dict[str, object]:
    """Return a candidate without its sentence; numbers in five digits, or they would fill the log."""
    numbers = {name: getattr(candidate, name) for name in _LOGGED}
    return {name: float(f"{value:.5g}") if isinstance(value, float) else value for name, value in numbers.items()}


def _waited(waits: Iterable[sqlite3.Row]) -> dict[str | None, tuple[float, float]]:
    """Return what half and 95 of 100 waited at most, by model, by day, and of all under None.

    No model is called like a day.
    """
    groups: defaultdict[str | None, list[float]] = defaultdict(list)
    for model, day, seconds in waits:
        for group in (model, day, None):
            groups[group].append(seconds)
    return {group: (statistics.median(values), _slow(values)) for group, values in groups.items()}


def _slow(values: list[float]) -> float:
    """Return the smallest of `values` that at least 95 of 100 do not pass."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def _row(
    row: sqlite3.Row, waited: tuple[float, float] | None, *, model: str | None = None, day: date | None = None
) -> SpendingRow:
    median, slow = waited or (None, None)
    counts = ("calls", "answers", "prompt_tokens", "completion_tokens", "cached_tokens")
    return SpendingRow(
        model=model,
        day=day,
        **{name: row[name] or 0 for name in (*counts, "unpriced_calls", "suspect_calls")},
        seconds=row["seconds"],
        cost_usd=row["cost_usd"],
        cloud_usd=row["cloud_usd"],
        joules=row["joules"],
        median_first_seconds=median,
        slow_first_seconds=slow,
    )


def _call(row: sqlite3.Row) -> Call:
    return Call(
        message_id=row["message_id"],
        engine=row["engine"],
        model=row["model"],
        where=row["place"],
        stage=row["stage"],
        usage=Usage(**{name: row[name] for name in _TOKENS}),
        cost_usd=row["cost_usd"],
        cloud_usd=row["cloud_usd"],
        seconds=row["seconds"],
        first_seconds=row["first_seconds"],
        joules=row["joules"],
        suspect=row["suspect"],
        reference=row["reference"],
        estimated=bool(row["estimated"]),
        at=from_milliseconds(row["at"]),
    )


def _decision(row: sqlite3.Row) -> LoggedDecision:
    return LoggedDecision(
        seq=row["seq"],
        message_id=row["message_id"],
        at=from_milliseconds(row["at"]),
        candidates=tuple(LoggedCandidate(**each) for each in json.loads(row["candidates"])),
        chosen=row["chosen"],
        reason=row["reason"],
        hops=tuple(json.loads(row["hops"])),
        excluded=json.loads(row["excluded"]),
        difficulty=row["difficulty"],
        p_weak=row["p_weak"],
        p_strong=row["p_strong"],
        domain=row["domain"],
        domains=json.loads(row["domains"]),
        language=row["language"],
        needs=tuple(json.loads(row["needs"])),
        answer_tokens=row["answer_tokens"],
        by=row["assessed_by"],
        door=row["door"],
    )
