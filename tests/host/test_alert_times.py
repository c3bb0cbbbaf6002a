"""The decision: which alert rings, which was missed, and when a repeating one is due next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.skills import Alert
from jarvis.host.alert_times import RINGS_FOR_SECONDS, RINGS_LATE, alerts_due, next_time, with_timers_shifted

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def alert(due_at=NOW, state="running", kind="timer", label="", **changes) -> Alert:
    return Alert(
        id=changes.pop("id", "a"), kind=kind, label=label, due_at=due_at, state=state, created_at=NOW, **changes
    )


@pytest.mark.parametrize(
    ("state", "late_seconds", "rung", "act"),
    [
        ("running", -1, None, None),
        ("running", 0, None, "ring"),
        ("running", 599, None, "ring"),
        ("running", 600, None, "miss"),
        ("running", 86_400, None, "miss"),
        ("paused", 86_400, None, None),
        ("ringing", 5, 5.0, None),
        ("ringing", 599, 599.0, None),
        ("ringing", 1200, 600.0, "miss"),
        ("ringing", 30, None, "ring"),
        ("ringing", 3600, None, "miss"),
    ],
)
def test_one_alert(state, late_seconds, rung, act):
    one = alert(NOW - timedelta(seconds=late_seconds), state)
    due = alerts_due([one], NOW, {} if rung is None else {"a": rung})
    assert [decision.act for decision in due] == ([act] if act else [])
    for decision in due:
        assert decision.before == one
        assert decision.after == (decision.alert,)
        assert decision.alert == replace(one, state="ringing" if act == "ring" else "missed")


def test_oldest_first():
    alerts = [alert(NOW - timedelta(seconds=late), id=str(late)) for late in (5, 60, 30)]
    assert [due.alert.id for due in alerts_due(alerts, NOW, {})] == ["60", "30", "5"]


def test_a_repeating_alarm_moves_on_and_a_copy_rings():
    daily = alert(kind="alarm", repeat="daily", label="wake up")
    (due,) = alerts_due([daily], NOW, {}, UTC)
    assert due.act == "ring"
    assert (due.alert.repeat, due.alert.due_at, due.alert.label) == ("once", NOW, "wake up")
    assert due.alert.id != daily.id
    assert due.after == (replace(daily, due_at=NOW + timedelta(days=1)), due.alert)


def test_five_days_off_is_one_report_of_the_last_time():
    daily = alert(NOW - timedelta(days=5, hours=1), kind="alarm", repeat="daily")
    (due,) = alerts_due([daily], NOW, {}, UTC)
    assert due.act == "miss"
    assert due.alert.due_at == NOW - timedelta(hours=1)
    assert due.after[0].due_at == NOW + timedelta(hours=23)


def test_five_days_off_but_back_in_time_rings():
    daily = alert(NOW - timedelta(days=5, minutes=2), kind="alarm", repeat="daily")
    assert alerts_due([daily], NOW, {}, UTC)[0].act == "ring"


@pytest.mark.parametrize(
    ("wall", "repeat", "then"),
    [
        ("2026-03-02T07:00", "daily", "2026-03-03T07:00"),
        ("2026-03-06T07:00", "weekdays", "2026-03-09T07:00"),
        ("2026-03-05T07:00", "weekdays", "2026-03-06T07:00"),
        ("2026-03-07T09:30", "weekends", "2026-03-08T09:30"),
        ("2026-03-08T09:30", "weekends", "2026-03-14T09:30"),
        ("2026-03-02T07:00", "weekly", "2026-03-09T07:00"),
        ("2026-03-28T07:00", "daily", "2026-03-29T07:00"),
        ("2026-10-24T07:00", "daily", "2026-10-25T07:00"),
        ("2026-03-25T07:00", "weekly", "2026-04-01T07:00"),
        ("2026-03-28T02:30", "daily", "2026-03-29T03:30"),
        ("2026-12-31T23:59", "daily", "2027-01-01T23:59"),
    ],
)
def test_repeats_keep_the_clock_time_also_over_summer_time(wall, repeat, then):
    at = datetime.fromisoformat(wall).replace(tzinfo=MADRID).astimezone(UTC)
    assert next_time(at, repeat, MADRID).astimezone(MADRID).replace(tzinfo=None) == datetime.fromisoformat(then)


def test_once_has_no_next_time():
    with pytest.raises(ValueError, match="once"):
        next_time(NOW, "once")


moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))


@given(
    due_at=moments,
    now=moments,
    repeat=st.sampled_from(["once", "daily", "weekdays", "weekends", "weekly"]),
    state=st.sampled_from(["running", "paused", "ringing", "done", "cancelled", "missed"]),
    rung=st.none() | st.floats(0, 2 * RINGS_FOR_SECONDS),
)
def test_what_always_holds(due_at, now, repeat, state, rung):
    one = alert(due_at, state, kind="alarm", repeat=repeat)
    due = alerts_due([one], now, {} if rung is None else {"a": rung}, MADRID)
    if state in ("paused", "done", "cancelled", "missed"):
        assert due == []
    for decision in due:
        assert decision.alert.due_at <= now or state == "ringing"
        assert decision.alert in decision.after
        if decision.act == "ring":
            assert now - decision.alert.due_at < RINGS_LATE
        if state == "running" and repeat != "once":
            moved = decision.after[0]
            assert moved.due_at > now
            assert (moved.id, moved.state, moved.repeat) == (one.id, "running", repeat)
            assert alerts_due(decision.after, now, {decision.alert.id: 0.0}, MADRID) == []


def test_a_set_clock_moves_running_timers_only():
    timer = alert(id="t")
    others = [alert(id="p", state="paused"), alert(id="al", kind="alarm"), alert(id="re", kind="reminder")]
    assert with_timers_shifted([timer, *others], 3600) == [(timer, replace(timer, due_at=NOW + timedelta(hours=1)))]
