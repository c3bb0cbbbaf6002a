"""`jarvis usage`: tables, sums and sentences in both languages, the budget, the log, and documents for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jarvis.cli.spending_commands import usage
from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Usage
from jarvis.contracts.routing import Assessment, Decision, RouteCandidate
from jarvis.contracts.spending import Call, Spending
from jarvis.storage.budgets import SqliteBudget
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.ledger import SqliteLedger
from jarvis.storage.spending import StoredSpending
from tests.fakes.clock import FakeClock

DAY_SECONDS = 86_400
CLOUD = Call(
    message_id="q1",
    engine="openai/gpt-4o",
    model="gpt-4o",
    where="cloud",
    stage="answer",
    usage=Usage(prompt_tokens=12_345, completion_tokens=678),
    cost_usd=0.25,
    cloud_usd=0.25,
    seconds=4.0,
    first_seconds=1.5,
    reference="gpt-4o (2026-11-01)",
)
LOCAL = replace(
    CLOUD, message_id="q2", engine="qwen2.5-7b:q4_k_m", model="Qwen2.5 7B", where="local", cost_usd=0.0, joules=1800.0
)


class World:
    """Real storage behind the commands; `limits` are those of the budget."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.database = Database(folder / "jarvis.sqlite3")
        self.ledger = SqliteLedger(self.database, self.clock)
        self.limits: tuple[float | None, float | None] = (None, None)
        self.stored_budget = SqliteBudget(self.database, self.clock, lambda: self.limits)
        self.language: Language = "en"

    def spending(self) -> Spending:
        return StoredSpending(self.ledger, self.stored_budget, self.clock)

    def run(self, *arguments: str, language: Language = "en") -> Result:
        self.language = language
        return CliRunner().invoke(usage, arguments, obj=self)

    def said(self, *arguments: str, language: Language = "en") -> str:
        result = self.run(*arguments, language=language)
        assert result.exit_code == 0, result.output
        return result.output

    def document(self, *arguments: str) -> Any:
        return json.loads(self.said(*arguments, "--json"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.database.close()


def test_an_empty_history_says_so(world: World) -> None:
    said = world.said()
    assert "2026-10-22 to 2026-11-20" in said
    assert "No model was asked anything" in said and "skills or from the cache: 0." in said
    said = world.said(language="es")
    assert "Del 2026-10-22 al 2026-11-20" in said and "No se preguntó a ningún modelo" in said


def _filled(world: World) -> None:
    world.ledger.record_call(LOCAL)
    world.clock.advance(DAY_SECONDS)
    world.ledger.record_call(CLOUD)
    world.ledger.record_call(replace(CLOUD, stage="review", cost_usd=None, suspect="lies", first_seconds=None))
    log = SqliteConversationLog(world.database, world.clock)
    log.add_message(log.start_conversation("x").id, "assistant", "it is noon", source="skill")


def test_tables_by_model_and_by_day_with_sums_and_the_saving(world: World) -> None:
    _filled(world)
    said = world.said("--days", "7")
    rows = {line.split("  ")[0].strip(): line.split() for line in said.splitlines()}
    waited = ["1.50", "s"] * 2
    assert "first word  95 % within  seconds" in said
    assert rows["Qwen2.5 7B"][2:] == ["1", "12,345", "678", *waited, "4.0", "$0.00", "$0.25", "0.50", "Wh"]
    assert rows["gpt-4o"][1:4] == ["1", "24,690", "1,356"]
    assert rows["Total"][1:4] == ["2", "37,035", "2,034"]
    assert rows["2026-11-20"][1] == rows["2026-11-21"][1] == "1"
    assert "skills or from the cache: 1." in said
    assert "Asking gpt-4o (2026-11-01) for all of it would have cost $0.50; it cost $0.25: $0.25 saved (50 %)." in said
    assert "without a known price, which are in no sum: 1." in said
    assert "does not fit, counted at the larger figure: 1." in said


def test_the_same_in_spanish(world: World) -> None:
    _filled(world)
    said = world.said("--days", "7", language="es")
    assert "Modelo" in said and "respuestas" in said and "12.345" in said and "0,50 Wh" in said
    assert "habría costado 0,50 $; costó 0,25 $: 0,25 $ de ahorro (50 %)." in said
    assert "por habilidades o desde la caché: 1." in said
    assert "sin precio conocido" in said and "no cuadra" in said


def test_spending_more_than_the_reference_is_said(world: World) -> None:
    world.ledger.record_call(replace(CLOUD, cost_usd=1.0))
    assert "$0.75 more (300 %)." in world.said()
    assert "0,75 $ más (300 %)." in world.said(language="es")


def test_without_a_reference_nothing_is_compared(world: World) -> None:
    world.ledger.record_call(replace(LOCAL, cloud_usd=None, reference=""))
    assert "would have cost" not in world.said()


def test_columns_line_up(world: World) -> None:
    _filled(world)
    lines = world.said("--days", "7").splitlines()
    table = [line for line in lines if line.startswith(("Model", "gpt-4o", "Qwen", "Total"))]
    assert len(table) == 4 and len({len(line) for line in table}) == 1


def test_a_month_and_some_days(world: World) -> None:
    _filled(world)
    assert world.document("--month", "2026-11")["total"]["calls"] == 3
    december = world.document("--month", "2026-12")
    assert (december["first_day"], december["last_day"], december["total"]["calls"]) == ("2026-12-01", "2026-12-31", 0)
    assert world.document("--days", "1")["total"]["calls"] == 2
    for wrong in (
        ("--month", "November"),
        ("--month", "2026-13"),
        ("--days", "0"),
        ("--days", "2", "--month", "2026-11"),
    ):
        result = world.run(*wrong)
        assert result.exit_code == 2 and "Traceback" not in result.output


def test_the_document_has_everything(world: World) -> None:
    _filled(world)
    document = world.document("--days", "7")
    assert document["last_day"] == "2026-11-21"
    assert document["saved_usd"] == 0.25 and document["free_answers"] == 1
    assert document["reference"] == "gpt-4o (2026-11-01)"
    assert [row["model"] for row in document["by_model"]] == ["gpt-4o", "Qwen2.5 7B"]
    assert [row["day"] for row in document["by_day"]] == ["2026-11-20", "2026-11-21"]
    assert document["by_model"][1]["joules"] == 1800.0


def test_the_budget_says_what_is_spent_and_left(world: World) -> None:
    assert world.said("budget").splitlines() == ["Today: $0.00 spent, no limit.", "This month: $0.00 spent, no limit."]
    world.limits = (2.0, 20.0)
    world.stored_budget.settle(world.stored_budget.reserve("cloud", 0.5), 0.5)
    world.stored_budget.reserve("cloud", 0.25)
    assert world.said("budget").splitlines() == [
        "Today: $0.75 of $2.00 spent, $1.25 left.",
        "This month: $0.75 of $20.00 spent, $19.25 left.",
        "Of it $0.25 set aside for calls that run now.",
    ]
    assert world.said("budget", language="es").splitlines() == [
        "Hoy: 0,75 $ de 2,00 $ gastados, quedan 1,25 $.",
        "Este mes: 0,75 $ de 20,00 $ gastados, quedan 19,25 $.",
        "De ello 0,25 $ reservados para llamadas en curso.",
    ]
    document = world.document("budget")
    assert (document["left_usd"], document["open_usd"], document["day_limit_usd"]) == (1.25, 0.25, 2.0)


def test_a_clock_that_was_ahead_is_told_and_forgiven(world: World) -> None:
    world.limits = (2.0, None)
    world.clock.advance(400 * DAY_SECONDS)
    world.stored_budget.settle(world.stored_budget.reserve("cloud", 2.0), 2.0)
    world.clock.advance(-400 * DAY_SECONDS)
    said = world.said("budget")
    assert "$2.00 dated after today" in said and "--trust-clock" in said
    assert "dated after" not in world.said("budget", "--trust-clock")
    world.clock.advance(DAY_SECONDS)
    assert "Today: $0.00 of $2.00 spent" in world.said("budget")


def test_decisions_are_told_newest_first(world: World) -> None:
    assert "No question was routed yet" in world.said("decisions")
    assessment = Assessment(
        difficulty=0.25, p_weak=0.5, p_strong=0.9, domain="code", domains={"code": 1.0}, language="en"
    )
    candidate = RouteCandidate(
        engine="a", model="A", where="local", score=1, quality=1, cost_usd=0, first_seconds=1, seconds=2, why="x"
    )
    for number, hops in enumerate([(), ("engine.timeout",)]):
        world.ledger.record_decision(
            message_id=f"q{number}",
            assessment=assessment,
            decision=Decision(candidates=(candidate,), excluded=(), reason="The fast one is enough."),
            chosen="a" if number else None,
            hops=hops,
        )
    newest, oldest = world.said("decisions").splitlines()
    assert "  a  code 0.25  after engine.timeout  The fast one is enough." in newest
    assert "no model  code 0.25  The fast one is enough." in oldest
    assert "tras engine.timeout" in world.said("decisions", language="es")
    (document,) = world.document("decisions", "--limit", "1")
    assert (document["message_id"], document["candidates"][0]["engine"]) == ("q1", "a")
    (older,) = world.document("decisions", "--before", str(document["seq"]))
    assert older["message_id"] == "q0" and older["at"].startswith(str(date(2026, 11, 20)))


def test_a_damaged_database_is_one_sentence(world: World) -> None:
    world.database.close()
    world.ledger = SqliteLedger(world.database, world.clock)
    result = world.run()
    assert result.exit_code == 1 and "Traceback" not in result.output and result.output.count("\n") == 1
