"""Calls and decisions as rows: what is kept, how it adds up by local day, old rows, and queries that stay quick."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jarvis.contracts.messages import DETAIL_CACHED, Usage
from jarvis.contracts.routing import DOMAINS, Assessment, Decision, Excluded, RouteCandidate
from jarvis.contracts.spending import Call
from jarvis.storage import database as database_module
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import MIGRATIONS, Database
from jarvis.storage.ledger import MOST_TOKENS, SqliteLedger
from tests.fakes.clock import FakeClock

TODAY = date(2026, 11, 20)
DAY_SECONDS = 86_400
CALL = Call(
    message_id="q1",
    engine="openai/gpt",
    model="gpt",
    where="cloud",
    stage="answer",
    usage=Usage(prompt_tokens=100, completion_tokens=20, cached_tokens=30, cache_written_tokens=7),
    cost_usd=0.5,
    cloud_usd=0.75,
    seconds=4.0,
    first_seconds=1.5,
    joules=None,
    suspect="too much",
    reference="gpt-4o (2026-11-01)",
    estimated=True,
)
LOCAL = replace(
    CALL, engine="qwen", model="qwen", where="local", cost_usd=0.0, joules=90.0, suspect="", estimated=False
)
ASSESSMENT = Assessment(
    difficulty=0.7,
    p_weak=0.3,
    p_strong=0.8,
    domain="maths",
    domains={domain: 1 / len(DOMAINS) for domain in DOMAINS},
    language="es",
    needs=frozenset({"tools", "vision"}),
    answer_tokens=250,
    by="head",
)
CANDIDATE = RouteCandidate(
    engine="qwen",
    model="Qwen",
    where="local",
    score=0.61234567,
    quality=0.75,
    cost_usd=0.0,
    first_seconds=0.4,
    seconds=12.0,
    why="porque el texto secreto es corto",
    explored=True,
)
DECISION = Decision(
    candidates=(CANDIDATE, replace(CANDIDATE, engine="openai/gpt", where="cloud", cost_usd=None, asks=True)),
    excluded=(Excluded(engine="tiny", model="Tiny", code="vision", why="no ve el texto secreto"),),
    reason="El mejor para matemáticas.",
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def ledger(database: Database, clock: FakeClock) -> SqliteLedger:
    return SqliteLedger(database, clock)


def test_a_call_comes_back_as_it_was_with_its_time(ledger: SqliteLedger, clock: FakeClock) -> None:
    ledger.record_call(CALL)
    ledger.record_call(replace(LOCAL, stage="review", first_seconds=None, cloud_usd=None))
    first, second = ledger.calls_of("q1")
    assert first == replace(CALL, at=clock.now().astimezone(UTC))
    assert (second.stage, second.where, second.joules, second.first_seconds) == ("review", "local", 90.0, None)
    assert ledger.calls_of("q2") == []


def test_absurd_counts_are_kept_as_a_great_number(ledger: SqliteLedger) -> None:
    for _ in range(3):
        ledger.record_call(replace(CALL, usage=Usage(prompt_tokens=10**30, completion_tokens=5)))
    assert ledger.report(TODAY, TODAY).total.prompt_tokens == 3 * MOST_TOKENS


def test_a_decision_comes_back_with_its_numbers_and_without_sentences(database: Database, ledger: SqliteLedger) -> None:
    ledger.record_decision(
        message_id="q1", assessment=ASSESSMENT, decision=DECISION, chosen="openai/gpt", hops=("engine.timeout",)
    )
    logged = ledger.decision_of("q1")
    assert logged is not None
    assert (logged.chosen, logged.reason, logged.hops) == (
        "openai/gpt",
        "El mejor para matemáticas.",
        ("engine.timeout",),
    )
    assert (logged.difficulty, logged.p_weak, logged.p_strong, logged.by) == (0.7, 0.3, 0.8, "head")
    assert (logged.domain, logged.language, logged.needs, logged.answer_tokens) == (
        "maths",
        "es",
        ("tools", "vision"),
        250,
    )
    assert set(logged.domains) == set(DOMAINS)
    assert logged.excluded == {"tiny": "vision"}
    first, second = logged.candidates
    assert (first.engine, first.model, first.score, first.quality, first.explored) == (
        "qwen",
        "Qwen",
        0.61235,
        0.75,
        True,
    )
    assert (second.engine, second.where, second.cost_usd, second.asks) == ("openai/gpt", "cloud", None, True)
    with database.read() as connection:
        (row,) = connection.execute("SELECT * FROM decisions").fetchall()
    assert "secreto" not in str(dict(row))


def test_the_newest_decision_of_a_question_counts(ledger: SqliteLedger) -> None:
    for chosen in ("a", None):
        ledger.record_decision(message_id="q1", assessment=ASSESSMENT, decision=DECISION, chosen=chosen)
    logged = ledger.decision_of("q1")
    assert logged is not None and logged.chosen is None
    assert ledger.decision_of("q2") is None
    assert [one.chosen for one in ledger.decisions_of("q1")] == ["a", None] and ledger.decisions_of("q2") == []


def test_the_log_is_read_in_pages_newest_first(ledger: SqliteLedger) -> None:
    for number in range(7):
        ledger.record_decision(message_id=f"q{number}", assessment=ASSESSMENT, decision=DECISION, chosen="qwen")
    first = ledger.decisions(limit=3)
    second = ledger.decisions(limit=3, before=first[-1].seq)
    third = ledger.decisions(limit=3, before=second[-1].seq)
    pages = [[each.message_id for each in page] for page in (first, second, third)]
    assert pages == [["q6", "q5", "q4"], ["q3", "q2", "q1"], ["q0"]]
    assert ledger.decisions(limit=3, before=third[-1].seq) == []
    assert len(ledger.decisions(limit=0)) == 1


def test_what_95_of_100_waited_is_the_nearest_that_was_measured(ledger: SqliteLedger) -> None:
    for at in range(1, 101):
        ledger.record_call(replace(LOCAL, message_id=f"q{at}", first_seconds=float(at)))
    total = ledger.report(TODAY, TODAY).total
    assert (total.median_first_seconds, total.slow_first_seconds) == (50.5, 95.0)


def test_a_report_adds_up_by_model_and_by_day(ledger: SqliteLedger, clock: FakeClock) -> None:
    ledger.record_call(CALL)
    ledger.record_call(replace(CALL, message_id="q1", stage="review", first_seconds=3.5, cost_usd=None, suspect=""))
    clock.advance(DAY_SECONDS)
    ledger.record_call(replace(LOCAL, message_id="q2", first_seconds=0.5))
    ledger.record_call(replace(LOCAL, message_id="q3", joules=10.0, first_seconds=None))
    report = ledger.report(TODAY, date(2026, 11, 21))
    total = report.total
    assert (total.calls, total.answers, total.unpriced_calls, total.suspect_calls) == (4, 3, 1, 1)
    assert (total.prompt_tokens, total.completion_tokens, total.cached_tokens) == (400, 80, 120)
    assert (total.cost_usd, total.cloud_usd, total.joules, total.seconds) == (0.5, 2.25, 100.0, 16.0)
    assert (total.median_first_seconds, total.slow_first_seconds) == (1.5, 3.5)
    gpt, qwen = report.by_model
    assert (gpt.model, gpt.calls, gpt.answers, gpt.cost_usd, gpt.joules, gpt.day) == ("gpt", 2, 1, 0.5, None, None)
    assert (gpt.median_first_seconds, qwen.median_first_seconds) == (2.5, 0.5)
    assert (gpt.slow_first_seconds, qwen.slow_first_seconds) == (3.5, 0.5)
    assert (qwen.model, qwen.answers, qwen.cost_usd, qwen.joules) == ("qwen", 2, 0.0, 100.0)
    assert [(row.day, row.calls, row.model) for row in report.by_day] == [
        (TODAY, 2, None),
        (date(2026, 11, 21), 2, None),
    ]
    assert report.saved_usd == 1.75
    assert report.reference == "gpt-4o (2026-11-01)"
    assert ledger.report(TODAY, TODAY).total.calls == 2


def test_a_report_of_nothing_is_zeros(ledger: SqliteLedger) -> None:
    report = ledger.report(TODAY, TODAY)
    assert (report.total.calls, report.total.cost_usd, report.total.joules, report.free_answers) == (0, 0.0, None, 0)
    assert (list(report.by_model), list(report.by_day), report.saved_usd, report.reference) == ([], [], 0.0, "")


def test_two_references_in_one_span_are_both_named(ledger: SqliteLedger) -> None:
    ledger.record_call(CALL)
    ledger.record_call(replace(CALL, reference="claude (2026-12-01)"))
    ledger.record_call(replace(CALL, reference=""))
    assert ledger.report(TODAY, TODAY).reference == "claude (2026-12-01), gpt-4o (2026-11-01)"


def test_the_usual_wait_is_without_loading(ledger: SqliteLedger) -> None:
    for seconds in (30.0, 0.5, 0.4, 25.0, None, 0.6):
        ledger.record_call(replace(LOCAL, first_seconds=seconds))
        ledger.record_call(replace(CALL, first_seconds=seconds and seconds / 10))
    assert ledger.usual_first_seconds() == {"qwen": 0.5, "openai/gpt": 0.06}


def test_answers_of_skills_and_of_the_cache_are_free(
    database: Database, ledger: SqliteLedger, clock: FakeClock
) -> None:
    log = SqliteConversationLog(database, clock)
    conversation = log.start_conversation("x")
    log.add_message(conversation.id, "user", "what time is it?")
    for source in ("skill", "memory", "model", "none"):
        log.add_message(conversation.id, "assistant", "answer", source=source)  # type: ignore[arg-type]
    again = log.add_message(conversation.id, "assistant", "answer", "streaming")
    log.close_message(again.id, "complete", source="model", detail=DETAIL_CACHED)
    ledger.record_call(LOCAL)
    report = ledger.report(TODAY, TODAY)
    assert (report.free_answers, report.total.answers, report.saved_usd) == (3, 1, 0.75)
    assert ledger.report(date(2026, 11, 19), date(2026, 11, 19)).free_answers == 0


def test_days_are_local_ones(database: Database) -> None:
    zone = ZoneInfo("America/Mexico_City")
    clock = FakeClock(datetime(2026, 11, 20, 23, 30, tzinfo=zone))
    ledger, log = SqliteLedger(database, clock), SqliteConversationLog(database, clock)
    log.add_message(log.start_conversation("x").id, "assistant", "late", source="skill")
    ledger.record_call(CALL)
    report = ledger.report(TODAY, TODAY)
    assert (report.total.calls, report.free_answers) == (1, 1), "it is the 21st in London already"
    assert ledger.report(date(2026, 11, 21), date(2026, 11, 21)).total.calls == 0


def test_a_day_of_25_hours_is_one_day(database: Database) -> None:
    zone = ZoneInfo("Europe/Madrid")
    log = SqliteConversationLog(database, FakeClock(datetime(2026, 10, 25, 23, 59, tzinfo=zone)))
    log.add_message(log.start_conversation("x").id, "assistant", "late", source="skill")
    ledger = SqliteLedger(database, FakeClock())
    counts = [
        ledger.report(day, day).free_answers for day in (date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26))
    ]
    assert counts == [0, 1, 0]


def test_deleting_a_conversation_takes_its_rows(database: Database, ledger: SqliteLedger, clock: FakeClock) -> None:
    log = SqliteConversationLog(database, clock)
    conversation = log.start_conversation("x")
    message = log.add_message(conversation.id, "user", "hello")
    ledger.record_call(replace(CALL, message_id=message.id))
    ledger.record_decision(message_id=message.id, assessment=ASSESSMENT, decision=DECISION, chosen=None)
    log.delete(conversation.id)
    assert (ledger.calls_of(message.id), ledger.decision_of(message.id)) == ([], None)


def test_rows_of_the_old_tables_survive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in MIGRATIONS.glob("000[1-4]_*.sql"):
        shutil.copy(file, folder)
    path = tmp_path / "old.sqlite3"
    with monkeypatch.context() as patch:
        patch.setattr(database_module, "MIGRATIONS", folder)
        Database(path).close()
    at = round(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1000)
    connection = sqlite3.connect(path)
    for message, cost in (("q1", 0.0), ("q2", 0.25), ("q3", None)):
        connection.execute("INSERT INTO usage VALUES (NULL, ?, 'e', 'm', 100, 20, ?, 1.5, ?)", (message, cost, at))
    connection.execute("INSERT INTO decisions VALUES (NULL, 'q1', '[\"a\", \"b/c\"]', 'a', 'because', ?)", (at,))
    connection.commit()
    connection.close()
    database = Database(path)
    ledger = SqliteLedger(database, FakeClock())
    calls = [ledger.calls_of(message)[0] for message in ("q1", "q2", "q3")]
    assert [(call.where, call.cost_usd) for call in calls] == [("local", 0.0), ("cloud", 0.25), ("cloud", None)]
    assert asdict(calls[0].usage) == asdict(Usage(prompt_tokens=100, completion_tokens=20))
    logged = ledger.decision_of("q1")
    assert logged is not None
    assert [each.engine for each in logged.candidates] == ["a", "b/c"]
    assert (logged.chosen, logged.reason, logged.difficulty, logged.excluded) == ("a", "because", None, {})
    report = ledger.report(TODAY, TODAY)
    assert (report.total.calls, report.total.cost_usd, report.total.unpriced_calls) == (3, 0.25, 1)
    database.close()


def test_no_query_reads_a_whole_table(database: Database, ledger: SqliteLedger) -> None:
    asked: list[str] = []
    with database.read() as connection:
        connection.set_trace_callback(asked.append)
        ledger.decision_of("q1")
        ledger.decisions(limit=50, before=9)
        ledger.calls_of("q1")
        ledger.report(date(2026, 11, 1), TODAY)
        connection.set_trace_callback(None)
        plans = {query: [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}")] for query in asked}
    assert len(plans) == 9
    whole = {query: plan for query, plan in plans.items() if any(step.startswith("SCAN") for step in plan)}
    assert whole == {}
    used = " ".join(step for plan in plans.values() for step in plan)
    for index in ("decisions_by_message", "INTEGER PRIMARY KEY", "usage_by_message", "usage_by_day", "messages_free"):
        assert index in used
