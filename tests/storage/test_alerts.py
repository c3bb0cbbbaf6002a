"""Alerts as rows: what is active, what survives, and who wins when two change one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from jarvis.storage.alerts import KEPT_DAYS, SqliteAlertBook
from jarvis.storage.database import Database
from tests.fakes.host import FakeClock

SOON = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def book(database: Database, clock: FakeClock) -> SqliteAlertBook:
    return SqliteAlertBook(database, clock, rings=lambda: False)


def test_an_alert_comes_back_as_it_was_stored(database, clock, book):
    stored = book.add("timer", "té", SOON, duration_seconds=600, language="es")
    reopened = SqliteAlertBook(Database(database.path), clock, rings=lambda: False)
    assert reopened.active() == [stored]


def test_due_time_given_in_another_zone_is_the_same_moment(book):
    stored = book.add("alarm", "", SOON.astimezone(timezone(timedelta(hours=-5))))
    assert book.active()[0].due_at == SOON == stored.due_at
    assert book.active()[0].due_at.tzinfo is UTC


def test_active_is_soonest_first_and_paused_counts_from_now(book):
    late = book.add("timer", "late", SOON + timedelta(hours=2))
    paused = book.add("timer", "paused", SOON)
    book.replace(replace(paused, state="paused", remaining_seconds=3600.0))
    soon = book.add("timer", "soon", SOON)
    assert [alert.id for alert in book.active()] == [soon.id, paused.id, late.id]


def test_active_by_kind_leaves_out_what_is_over(book):
    timer = book.add("timer", "", SOON)
    alarm = book.add("alarm", "", SOON)
    for state in ("done", "cancelled", "missed"):
        book.replace(replace(book.add("timer", state, SOON), state=state))
    assert book.active("timer") == [timer]
    assert book.active("alarm") == [alarm]
    assert len(book.active()) == 2
    assert [alert.label for alert in book.missed()] == ["missed"]


def test_the_later_change_wins_over_a_keeper_that_read_before_it(book):
    alert = book.add("timer", "", SOON)
    book.replace(replace(alert, state="cancelled"))
    assert not book.advance(alert, replace(alert, state="ringing"))
    assert book.active() == []


def test_advance_stores_all_or_nothing(book):
    alert = book.add("alarm", "", SOON, repeat="daily")
    ring = replace(alert, id="copy", repeat="once", state="ringing")
    assert book.advance(alert, replace(alert, due_at=SOON + timedelta(days=1)), ring)
    assert {a.id for a in book.active()} == {"copy", alert.id}
    assert not book.advance(alert, replace(alert, id="other"))
    assert {a.id for a in book.active()} == {"copy", alert.id}


def test_alerts_long_over_are_dropped_and_waiting_ones_never(book, clock, database):
    old = book.add("timer", "old", SOON)
    book.replace(replace(old, state="done"))
    book.add("reminder", "waiting", SOON)
    clock.advance((KEPT_DAYS + 1) * 86_400)
    book.add("timer", "new", clock.now())
    with database.read() as connection:
        labels = {row["label"] for row in connection.execute("SELECT label FROM alerts")}
    assert labels == {"waiting", "new"}


def test_rings_asks_who_keeps_them(database, clock):
    alive = [True]
    book = SqliteAlertBook(database, clock, rings=lambda: alive[0])
    assert book.rings()
    alive[0] = False
    assert not book.rings()
