"""Limits that hold: many threads, many processes, killed ones, midnight, and a clock that somebody moves."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import BudgetError
from jarvis.contracts.spending import BudgetState, dollars
from jarvis.storage.budgets import SqliteBudget
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock
from tests.fakes.processes import program

MADRID = ZoneInfo("Europe/Madrid")
DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


def _budget(database: Database, clock: FakeClock, day: float | None, month: float | None = None) -> SqliteBudget:
    return SqliteBudget(database, clock, lambda: (day, month))


def _spend(budget: SqliteBudget, usd: float) -> bool:
    try:
        budget.settle(budget.reserve("cloud", usd), usd)
    except BudgetError:
        return False
    return True


def test_a_reservation_counts_until_it_is_settled_or_given_back(database: Database, clock: FakeClock) -> None:
    budget = _budget(database, clock, 1.0, 10.0)
    first, second = budget.reserve("cloud", 0.5), budget.reserve("cloud", 0.25)
    assert budget.state() == BudgetState(
        day_limit_usd=1.0, month_limit_usd=10.0, spent_day_usd=0.75, spent_month_usd=0.75, open_usd=0.75
    )
    budget.settle(first, 0.125)
    budget.release(second)
    state = budget.state()
    assert (state.spent_day_usd, state.open_usd, state.left_usd) == (0.125, 0.0, 0.875)
    budget.settle(first, 0.5)
    budget.settle(second, 0.5)
    budget.release(first)
    assert budget.state() == state, "each ends once"


def test_exactly_the_limit_may_be_spent_and_nothing_more(database: Database, clock: FakeClock) -> None:
    budget = _budget(database, clock, 0.3)
    assert [_spend(budget, 0.1) for _ in range(4)] == [True, True, True, False]
    assert not _spend(budget, 1e-9)
    assert _spend(budget, 0.0), "what costs nothing always passes"
    assert budget.state().left_usd == 0.0


def test_a_call_that_came_dearer_counts_in_full(database: Database, clock: FakeClock) -> None:
    budget = _budget(database, clock, 1.0)
    budget.settle(budget.reserve("cloud", 0.5), 7.0)
    assert (budget.state().spent_day_usd, budget.state().left_usd) == (7.0, 0.0)
    budget.settle(budget.reserve("cloud", 0.0), float("inf"))
    assert not _spend(budget, 0.01)


@pytest.mark.parametrize("usd", [-0.01, float("nan")])
def test_only_money_is_reserved(database: Database, clock: FakeClock, usd: float) -> None:
    with pytest.raises(ValueError, match="money"):
        _budget(database, clock, 1.0).reserve("cloud", usd)


def test_the_day_and_the_month_each_say_what_is_spent_and_what_to_do(database: Database, clock: FakeClock) -> None:
    assert _spend(_budget(database, clock, None, None), 0.9)
    with pytest.raises(BudgetError) as day:
        _budget(database, clock, 1.0, 10.0).reserve("openai/gpt", 0.2)
    assert (day.value.code, day.value.retryable) == ("budget.day", True)
    for words in ("openai/gpt was not asked", "may cost $0.20", "$0.90 of today's $1.00", "raise the daily limit"):
        assert words in day.value.sentence("en")
    for words in ("No se preguntó a openai/gpt", "0,20 $", "0,90 $ de 1,00 $", "sube el límite diario"):
        assert words in day.value.sentence("es")
    with pytest.raises(BudgetError) as month:
        _budget(database, clock, 5.0, 1.0).reserve("openai/gpt", 0.2)
    assert month.value.code == "budget.month"
    assert "this month's $1.00" in month.value.sentence("en") and "este mes" in month.value.sentence("es")


def test_limits_are_asked_anew_each_time(database: Database, clock: FakeClock) -> None:
    limit: list[float | None] = [0.0]
    budget = SqliteBudget(database, clock, lambda: (limit[0], None))
    assert not _spend(budget, 0.01)
    limit[0] = None
    assert _spend(budget, 100.0)
    limit[0] = 1.0
    assert not _spend(budget, 0.01), "what was spent without a limit counts too"


def test_the_day_and_the_month_roll_over_by_local_date(database: Database) -> None:
    clock = FakeClock(datetime(2026, 11, 30, 23, 30, tzinfo=MADRID))
    budget = _budget(database, clock, 1.0, 1.5)
    assert _spend(budget, 1.0) and not _spend(budget, 0.1)
    over_midnight = budget.reserve("cloud", 0.0)
    clock.advance(HOUR_SECONDS)
    assert _spend(budget, 1.0), "a new day of a new month"
    budget.settle(over_midnight, 0.25)
    assert budget.state().spent_day_usd == 1.0, "it belongs to the day on which it was set aside"
    clock.advance(DAY_SECONDS)
    assert _spend(budget, 0.5) and not _spend(budget, 0.5), "the month's limit"


def test_sixty_four_requests_at_once_never_pass_the_limit(database: Database, clock: FakeClock) -> None:
    budget = _budget(database, clock, 1.0, 1.0)
    start = threading.Barrier(64)
    granted: Counter[bool] = Counter()
    lock = threading.Lock()

    def request() -> None:
        start.wait()
        for _ in range(3):
            with contextlib.suppress(BudgetError):
                reservation = budget.reserve("cloud", 0.03)
                assert budget.state().spent_day_usd <= 1.0
                budget.settle(reservation, 0.03)
                with lock:
                    granted[True] += 1

    with ThreadPoolExecutor(64) as pool:
        for future in [pool.submit(request) for _ in range(64)]:
            future.result()
    assert granted[True] == 33
    assert budget.state().spent_day_usd == pytest.approx(0.99, abs=1e-12)


def test_several_processes_at_once_never_pass_the_limit(database: Database, clock: FakeClock) -> None:
    arguments = ("tests.programs.spend_budget", str(database.path), "1.0", "0.03", "20", "settle")
    with contextlib.ExitStack() as stack:
        spenders = [stack.enter_context(program(*arguments)) for _ in range(3)]
        for spender in spenders:
            assert _line(spender) == "ready"
        for spender in spenders:
            assert spender.stdin is not None
            spender.stdin.write("go\n")
            spender.stdin.flush()
        granted = [int(_line(spender)) for spender in spenders]
    assert sum(granted) == 33
    assert _budget(database, clock, 1.0).state().spent_day_usd == pytest.approx(0.99, abs=1e-12)


def test_what_a_killed_process_had_set_aside_counts_in_full(database: Database, clock: FakeClock) -> None:
    budget = _budget(database, clock, 1.0)
    with program("tests.programs.spend_budget", str(database.path), "1.0", "0.75", "0", "hold") as holder:
        assert _line(holder) == "held"
        assert (budget.state().open_usd, budget.state().lost_usd) == (0.75, 0.0)
        holder.kill()
        holder.wait()
    state = budget.state()
    assert (state.spent_day_usd, state.open_usd, state.lost_usd) == (0.75, 0.0, 0.75)
    assert not _spend(budget, 0.3) and _spend(budget, 0.25)
    clock.advance(DAY_SECONDS)
    assert _spend(budget, 1.0)


def test_a_clock_set_back_grants_nothing(database: Database, clock: FakeClock) -> None:
    budget = _budget(database, clock, 1.0, 5.0)
    assert _spend(budget, 1.0)
    clock.advance(-3 * DAY_SECONDS)
    assert not _spend(budget, 0.01)
    clock.advance(-60 * DAY_SECONDS)
    assert not _spend(budget, 0.01)
    assert budget.state().ahead_usd == 1.0


def test_a_clock_set_ahead_borrows_from_the_days_to_come(database: Database, clock: FakeClock) -> None:
    budget = _budget(database, clock, 1.0)
    clock.advance(DAY_SECONDS)
    assert _spend(budget, 1.0)
    clock.advance(-DAY_SECONDS)
    assert not _spend(budget, 0.01), "today"
    clock.advance(DAY_SECONDS)
    assert not _spend(budget, 0.01), "tomorrow"
    clock.advance(DAY_SECONDS)
    assert _spend(budget, 1.0)


def test_a_person_may_say_that_the_clock_is_right_again(database: Database, clock: FakeClock) -> None:
    budget = _budget(database, clock, 1.0, 5.0)
    clock.advance(3650 * DAY_SECONDS)
    assert _spend(budget, 0.75)
    budget.reserve("cloud", 0.25)
    clock.advance(-3650 * DAY_SECONDS)
    assert budget.trust_clock() == 0.75
    state = budget.state()
    assert (state.spent_day_usd, state.ahead_usd, state.open_usd) == (1.0, 0.0, 0.25), "it counts for today"
    assert not _spend(budget, 0.01)
    clock.advance(DAY_SECONDS)
    assert _spend(budget, 1.0)
    assert budget.trust_clock() == 0.0


MOVES = st.one_of(
    st.integers(min_value=-40 * 24, max_value=40 * 24),
    st.integers(min_value=1, max_value=120).map(lambda cents: cents / 100),
)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(MOVES, max_size=25))
def test_every_calendar_day_s_allowance_is_given_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int | float]
) -> None:
    clock = FakeClock()
    database = Database(tmp_path_factory.mktemp("budget") / "a.sqlite3")
    budget = _budget(database, clock, 1.0, 6.0)
    days: Counter[str] = Counter()
    months: Counter[str] = Counter()
    for step in steps:
        if isinstance(step, int):
            clock.advance(step * HOUR_SECONDS)
        elif _spend(budget, step):
            today = clock.now().date().isoformat()
            days[today] += round(step * 100)
            months[today[:7]] += round(step * 100)
            assert sum(cents for day, cents in days.items() if day >= today) <= 100
    assert all(cents <= 100 for cents in days.values())
    assert all(cents <= 600 for cents in months.values())
    database.close()


def test_a_journey_to_the_west_grants_no_second_day(database: Database) -> None:
    clock = FakeClock(datetime(2026, 11, 20, 1, 0, tzinfo=MADRID))
    budget = _budget(database, clock, 1.0)
    assert _spend(budget, 1.0)
    west = FakeClock((clock.now() + timedelta(hours=1)).astimezone(ZoneInfo("America/New_York")))
    assert west.now().date() < clock.now().date()
    assert not _spend(_budget(database, west, 1.0), 0.01)


@pytest.mark.parametrize(
    ("usd", "english", "spanish"),
    [
        (0.0, "$0.00", "0,00 $"),
        (0.00001, "< $0.0001", "< 0,0001 $"),
        (0.0123, "$0.0123", "0,0123 $"),
        (1234.5, "$1,234.50", "1.234,50 $"),
        (-2.5, "-$2.50", "-2,50 $"),
    ],
)
def test_money_to_read(usd: float, english: str, spanish: str) -> None:
    assert (dollars(usd, "en"), dollars(usd, "es")) == (english, spanish)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
