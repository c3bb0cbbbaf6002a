"""The keeper: rings once, notices other processes, follows the clock, and holds a lock that dies with it."""

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jarvis.contracts.errors import StorageError
from jarvis.contracts.skills import Alert
from jarvis.host.alert_keeper import AlertKeeper, uptime_seconds
from jarvis.host.keeper_lock import KeeperLock, is_held
from jarvis.settings.clock import SystemClock
from jarvis.storage.alerts import SqliteAlertBook
from jarvis.storage.database import Database
from tests.fakes.host import FakeClock, MemoryAlerts
from tests.fakes.processes import PATIENCE_SECONDS


def timer(clock: FakeClock, seconds: float, identity: str = "t", **changes) -> Alert:
    return Alert(
        id=identity,
        kind=changes.pop("kind", "timer"),
        label="",
        due_at=clock.now() + timedelta(seconds=seconds),
        state="running",
        created_at=clock.now(),
        **changes,
    )


class Heard:
    """A keeper over a book in memory, with everything it told."""

    def __init__(self, clock: FakeClock, lock: KeeperLock, *alerts: Alert) -> None:
        self.told: list[tuple[str, str]] = []
        self.book = MemoryAlerts(*alerts)
        self.keeper = AlertKeeper(
            self.book,
            clock,
            lock,
            on_ring=lambda alert: self.told.append(("ring", alert.id)),
            on_missed=lambda alert: self.told.append(("missed", alert.id)),
            on_quiet=lambda alert: self.told.append(("quiet", alert.id)),
            uptime=clock.monotonic,
        )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lock(tmp_path: Path):
    lock = KeeperLock(tmp_path / "alerts.lock")
    yield lock
    lock.release()


def test_a_timer_rings_once_and_falls_quiet_when_stopped(clock, lock):
    heard = Heard(clock, lock, timer(clock, 60))
    heard.keeper.look()
    assert heard.told == []
    clock.advance(60)
    heard.keeper.look()
    clock.advance(1)
    heard.keeper.look()
    assert heard.told == [("ring", "t")]
    heard.book.rows["t"] = replace(heard.book.rows["t"], state="done")
    heard.keeper.look()
    heard.keeper.look()
    assert heard.told == [("ring", "t"), ("quiet", "t")]


def test_an_alert_added_by_somebody_else_is_noticed(clock, lock):
    heard = Heard(clock, lock)
    heard.keeper.look()
    heard.book.rows["t"] = timer(clock, 5)
    clock.advance(5)
    heard.keeper.look()
    assert heard.told == [("ring", "t")]


def test_a_change_between_reading_and_writing_wins(clock, lock):
    heard = Heard(clock, lock, timer(clock, 0))
    reads = heard.book.active

    def cancelled_meanwhile():
        seen = reads()
        heard.book.rows["t"] = replace(heard.book.rows["t"], state="cancelled")
        return seen

    heard.book.active = cancelled_meanwhile
    heard.keeper.look()
    assert heard.told == []
    assert heard.book.rows["t"].state == "cancelled"


def test_an_unanswered_ring_ends_as_missed(clock, lock):
    heard = Heard(clock, lock, timer(clock, 0))
    heard.keeper.look()
    for _ in range(11):
        clock.advance(60)
        heard.keeper.look()
    assert heard.told == [("ring", "t"), ("missed", "t")]
    assert heard.book.rows["t"].state == "missed"


def test_what_came_due_while_off(clock, lock):
    just, long_ago = timer(clock, -120, "just"), timer(clock, -7200, "long ago")
    left_ringing = replace(timer(clock, -30, "left"), state="ringing")
    heard = Heard(clock, lock, just, long_ago, left_ringing)
    heard.keeper.look()
    assert sorted(heard.told) == [("missed", "long ago"), ("ring", "just"), ("ring", "left")]


def test_sleep_makes_time_pass(clock, lock):
    heard = Heard(clock, lock, timer(clock, 3600), timer(clock, 7000, "soon"))
    heard.keeper.look()
    clock.advance(7200)
    heard.keeper.look()
    assert heard.told == [("missed", "t"), ("ring", "soon")]


@pytest.mark.parametrize("jump", [7200, -7200])
def test_a_set_clock_leaves_timers_their_length_and_alarms_their_hour(clock, lock, jump):
    alarm = timer(clock, 3600, "alarm", kind="alarm")
    heard = Heard(clock, lock, timer(clock, 600), alarm)
    heard.keeper.look()
    clock.set_wall(jump)
    clock.advance(599)
    heard.keeper.look()
    assert ("ring", "t") not in heard.told
    clock.advance(1)
    heard.keeper.look()
    assert ("ring", "t") in heard.told
    assert heard.book.rows["alarm"].due_at == alarm.due_at


def test_a_listener_that_fails_does_not_keep_the_next_from_ringing(clock, lock, caplog):
    heard = Heard(clock, lock, timer(clock, -5, "first"), timer(clock, -1, "second"))
    rang = []

    def ring(alert):
        rang.append(alert.id)
        raise RuntimeError("no sound card")

    heard.keeper._on_ring = ring
    heard.keeper.look()
    assert rang == ["first", "second"]
    assert "could not be told" in caplog.text


def test_only_one_keeper_rings(clock, lock, tmp_path):
    first, second = Heard(clock, lock, timer(clock, 0)), Heard(clock, KeeperLock(tmp_path / "alerts.lock"))
    second.book.rows = first.book.rows
    first.keeper.look()
    second.keeper.look()
    assert (first.told, second.told) == ([("ring", "t")], [])
    first.keeper.stop()
    second.keeper.look()
    assert second.told == [("ring", "t")]
    second.keeper.stop()


@pytest.mark.parametrize(
    "trouble", [StorageError("storage.busy", en="busy", es="ocupado"), RuntimeError("nobody thought of this")]
)
def test_the_thread_rings_survives_trouble_and_stops(tmp_path, trouble):
    class Clock:
        def now(self):
            return datetime.now(UTC)

        def monotonic(self):
            return uptime_seconds()

    class TroubledOnce(MemoryAlerts):
        troubled = False

        def active(self):
            if not self.troubled:
                self.troubled = True
                raise trouble
            return super().active()

    rang = threading.Event()
    clock = Clock()
    due = Alert(id="t", kind="timer", label="", due_at=clock.now(), state="running", created_at=clock.now())
    book = TroubledOnce(due)
    keeper = AlertKeeper(
        book,
        clock,
        KeeperLock(tmp_path / "lock"),
        on_ring=lambda alert: rang.set(),
        on_missed=lambda alert: None,
        on_quiet=lambda alert: None,
    )
    keeper.start()
    keeper.start()
    assert rang.wait(PATIENCE_SECONDS)
    assert is_held(tmp_path / "lock")
    keeper.stop()
    assert not is_held(tmp_path / "lock")
    assert book.rows["t"].state == "ringing"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ends_does_not_keep_the_lock(clock, lock, tmp_path):
    heard = Heard(clock, lock)
    looked = threading.Event()

    def end():
        looked.set()
        raise SystemExit

    assert lock.acquire()
    heard.book.active = end
    heard.keeper.start()
    heard.keeper._thread.join(PATIENCE_SECONDS)
    assert looked.is_set()
    assert not is_held(tmp_path / "alerts.lock")


def test_nothing_is_held_without_a_file(tmp_path):
    assert not is_held(tmp_path / "absent" / "lock")


def test_asking_does_not_take_the_lock(lock, tmp_path):
    path = tmp_path / "alerts.lock"
    assert lock.acquire()
    assert is_held(path)
    lock.release()
    assert not is_held(path)
    assert lock.acquire()


def test_a_killed_holder_frees_the_lock(tmp_path):
    path = tmp_path / "alerts.lock"
    root = Path(__file__).parents[2]
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.programs.hold_keeper_lock", path], stdout=subprocess.PIPE, text=True, cwd=root
    )
    try:
        assert holder.stdout.readline() == "held\n"
        assert is_held(path)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    assert not is_held(path)


ADD_A_TIMER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from jarvis.settings.clock import SystemClock
from jarvis.storage.alerts import SqliteAlertBook
from jarvis.storage.database import Database

book = SqliteAlertBook(Database(Path(sys.argv[1])), SystemClock(), rings=lambda: False)
book.add("timer", "pasta", datetime.now(UTC))
"""


def test_an_alert_that_another_process_stored_rings_here(tmp_path):
    database = Database(tmp_path / "jarvis.sqlite3")
    lock = tmp_path / "alerts.lock"
    book = SqliteAlertBook(database, SystemClock(), rings=lambda: is_held(lock))
    rang, quiet = threading.Event(), threading.Event()
    keeper = AlertKeeper(
        book,
        SystemClock(),
        KeeperLock(lock),
        on_ring=lambda alert: rang.set(),
        on_missed=lambda alert: None,
        on_quiet=lambda alert: quiet.set(),
    )
    assert not book.rings()
    keeper.start()
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", ADD_A_TIMER, database.path], check=True, cwd=root)
    assert rang.wait(PATIENCE_SECONDS)
    assert book.rings()
    (alert,) = book.active()
    assert (alert.label, alert.state) == ("pasta", "ringing")
    book.replace(replace(alert, state="done"))
    assert quiet.wait(PATIENCE_SECONDS)
    keeper.stop()
    assert not book.rings()
    database.close()
