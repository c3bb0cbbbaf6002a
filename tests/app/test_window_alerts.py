"""Putting alerts off and starting them again, with the buttons of real notifications on a real bus."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jarvis.app import window_alerts
from jarvis.app.build import Jarvis
from jarvis.app.window_alerts import SNOOZED_FOR, WindowAlerts, button_words
from jarvis.contracts.errors import Language
from jarvis.contracts.skills import Alert, AlertKind
from jarvis.contracts.speech import AudioChunk
from jarvis.settings.folders import Folders
from jarvis.voice.announcements import Notice
from tests.fakes.host import FakeClock
from tests.fakes.processes import until
from tests.fakes.voice import PATIENCE_SECONDS, QUIET, FakeSpeechToText, error, seconds
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_spotter import ALONE, Spotter
from tests.fakes.voice_world import LiveMicrophone, World
from tests.host.conftest import bus_address, on_bus

__all__ = ["bus_address", "on_bus"]

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Silent:
    """A voice whose announcements are over at once."""

    def announce(
        self,
        text: str,
        language: Language,
        sound: AudioChunk | None,
        still_wanted: Callable[[], bool],
        on_stopped: Callable[[], None],
    ) -> Notice:
        notice = Notice(((text, language),), sound, lambda _: None, still_wanted)
        notice.over.set()
        return notice


class Spoken:
    """The window's voice over a loop among fakes, whose sound lasts until `gate` opens."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.microphone = LiveMicrophone()
        self.speaker = FakeSpeaker(self.gate)
        self.notices: list[Notice] = []
        self.loop = World(
            self.microphone,
            stt=FakeSpeechToText(refuses=error()),
            speaker=self.speaker,
            parts={"echo_free": True, "stop_words": Spotter()},
            hold_while_answering=False,
        ).loop
        self.loop.start()
        self.microphone.add(seconds(QUIET, 0.2))

    def announce(
        self,
        text: str,
        language: Language,
        sound: AudioChunk | None,
        still_wanted: Callable[[], bool],
        on_stopped: Callable[[], None],
    ) -> Notice:
        self.notices.append(self.loop.text_to_say(text, language, sound, still_wanted, on_stopped))
        return self.notices[-1]

    def rings(self) -> None:
        assert self.speaker.sounding.wait(PATIENCE_SECONDS)
        self.microphone.add(seconds(QUIET, 0.5))

    def pauses(self) -> None:
        # It sounds already while `announce` is still about to tell which notice it is.
        until(lambda: bool(self.notices), "a notice")
        self.gate.set()
        assert self.notices[0].over.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        self.gate.set()
        self.loop.close()


@pytest.fixture
def spoken() -> Iterator[Spoken]:
    spoken = Spoken()
    yield spoken
    spoken.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def jarvis(tmp_path: Path, clock: FakeClock) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.clock = clock
    yield jarvis
    jarvis.close()


@pytest.fixture
def service(
    bus_address: str, on_bus: Callable[..., subprocess.Popen], monkeypatch: pytest.MonkeyPatch
) -> subprocess.Popen:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus_address)
    return on_bus("notification_service", "body", "actions")


@pytest.fixture
def alerts(jarvis: Jarvis) -> Iterator[WindowAlerts]:
    alerts = WindowAlerts(jarvis, Silent())  # type: ignore[arg-type]
    yield alerts
    alerts.stop()


def stored(jarvis: Jarvis) -> list[tuple[str, datetime]]:
    return [(alert.state, alert.due_at) for alert in jarvis.alert_book.active()]


def shown(service: subprocess.Popen) -> dict[str, object]:
    assert service.stdout is not None
    return json.loads(service.stdout.readline())


def press(service: subprocess.Popen, number: object, key: str) -> None:
    assert service.stdin is not None
    service.stdin.write(f"press {number} {key}\n")
    service.stdin.flush()


def test_five_more_minutes_and_then_stop(
    jarvis: Jarvis, clock: FakeClock, alerts: WindowAlerts, service: subprocess.Popen
) -> None:
    jarvis.alert_book.add("timer", "té", NOON - timedelta(seconds=1), duration_seconds=60, language="es")
    alerts.start()
    first = shown(service)
    assert first["actions"] == ["stop", "Parar", "snooze", "5 minutos más"]
    press(service, first["number"], "snooze")
    until(lambda: stored(jarvis) == [("running", clock.now() + SNOOZED_FOR)], "the timer put off")
    until(lambda: not alerts._ringing, "silence")
    # A clock that alone goes on was set by somebody, which timers must not feel: their time is brought nearer instead.
    (waiting,) = jarvis.alert_book.active()
    jarvis.alert_book.replace(replace(waiting, due_at=clock.now()))
    second = shown(service)
    assert "té" in str(second["body"])
    press(service, second["number"], "stop")
    until(lambda: stored(jarvis) == [], "the timer stopped")
    assert [alert.state for alert in alerts.recent()] == ["done"]


def test_what_another_door_stops_leaves_the_screen(
    jarvis: Jarvis, alerts: WindowAlerts, service: subprocess.Popen
) -> None:
    jarvis.alert_book.add("reminder", "the bins", NOON - timedelta(seconds=1))
    alerts.start()
    number = shown(service)["number"]
    assert jarvis.stop_hub.stop_all()
    assert shown(service) == {"closed": number}


@pytest.fixture
def heard_alerts(jarvis: Jarvis, spoken: Spoken, monkeypatch: pytest.MonkeyPatch) -> Iterator[WindowAlerts]:
    """Alerts that the fake loop rings once, and then pauses for as long as the test takes."""
    monkeypatch.setattr(window_alerts, "RING_AGAIN_SECONDS", 3600.0)
    alerts = WindowAlerts(jarvis, spoken)  # type: ignore[arg-type]
    yield alerts
    alerts.stop()


@pytest.mark.parametrize("pausing", [False, True])
@pytest.mark.parametrize("kind", ["timer", "alarm"])
def test_a_stop_word_does_what_the_stop_button_does(
    jarvis: Jarvis, spoken: Spoken, heard_alerts: WindowAlerts, kind: AlertKind, pausing: bool
) -> None:
    jarvis.alert_book.add(kind, "tea", NOON - timedelta(seconds=1))
    heard_alerts.start()
    spoken.rings()
    if pausing:
        spoken.pauses()
        spoken.microphone.add(seconds(QUIET, 2.0))
    assert stored(jarvis) == [("ringing", NOON - timedelta(seconds=1))]
    spoken.microphone.add(ALONE)
    until(lambda: stored(jarvis) == [], "the alert stopped")
    assert [alert.state for alert in heard_alerts.recent()] == ["done"]
    until(lambda: not heard_alerts._ringing, "silence")
    assert spoken.notices[0].over.wait(PATIENCE_SECONDS)
    until(lambda: not spoken.loop._talk.rings(), "nothing listened for")
    assert len(spoken.notices) == 1


def test_a_stop_word_leaves_what_another_door_has_put_off(
    jarvis: Jarvis, spoken: Spoken, heard_alerts: WindowAlerts
) -> None:
    timer = jarvis.alert_book.add("timer", "tea", NOON - timedelta(seconds=1), duration_seconds=60)
    heard_alerts.start()
    spoken.rings()
    spoken.pauses()
    # It would notice the change within a second, and end the ring in the stop word's place.
    heard_alerts._keeper.stop()
    later = NOON + timedelta(minutes=5)
    jarvis.alert_book.replace(replace(timer, state="running", due_at=later))
    assert any(thread.name == "jarvis-ring" for thread in threading.enumerate())
    spoken.microphone.add(ALONE)
    until(lambda: not any(thread.name == "jarvis-ring" for thread in threading.enumerate()), "silence")
    assert stored(jarvis) == [("running", later)]


def test_a_stop_word_leaves_a_timer_that_is_due_and_has_not_sounded(
    jarvis: Jarvis, spoken: Spoken, heard_alerts: WindowAlerts
) -> None:
    for label in ("tea", "cake"):
        jarvis.alert_book.add("timer", label, NOON - timedelta(seconds=1), duration_seconds=60)
    heard_alerts.start()
    spoken.rings()
    until(lambda: len(spoken.notices) == 2, "both are due")
    spoken.speaker.sounding.clear()
    spoken.microphone.add(ALONE)
    until(lambda: len(stored(jarvis)) == 1, "one is stopped")
    spoken.rings()
    assert stored(jarvis) == [("ringing", NOON - timedelta(seconds=1))]
    spoken.microphone.add(ALONE)
    until(lambda: stored(jarvis) == [], "the other one too")
    assert [alert.state for alert in heard_alerts.recent()] == ["done", "done"]


def test_what_only_waited_says_its_words_the_next_time(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_alerts, "RING_AGAIN_SECONDS", 0.0)
    said: list[str] = []
    enough = threading.Event()

    class Busy(Silent):
        """A voice that is stopped before the first two could sound."""

        def announce(self, text: str, *others: Any) -> Notice:
            said.append(text)
            notice = super().announce(text, *others)
            notice.rung = len(said) > 2
            if len(said) == 4:
                enough.set()
            return notice

    alerts = WindowAlerts(jarvis, Busy())  # type: ignore[arg-type]
    jarvis.alert_book.add("timer", "tea", NOON - timedelta(seconds=1), duration_seconds=60)
    alerts.start()
    try:
        assert enough.wait(PATIENCE_SECONDS)
    finally:
        alerts.stop()
    assert said[:4] == ["Your tea timer is done."] * 3 + [""]


def test_only_what_rings_can_be_put_off(jarvis: Jarvis, alerts: WindowAlerts) -> None:
    """Putting a daily alarm off before it rings would move it for good."""
    alarm = jarvis.alert_book.add("alarm", "", NOON + timedelta(hours=1), repeat="daily")
    alerts.snooze(alarm.id)
    alerts.snooze("unknown")
    assert stored(jarvis) == [("running", NOON + timedelta(hours=1))]


def test_a_change_by_somebody_else_is_not_undone(
    jarvis: Jarvis, alerts: WindowAlerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    timer = jarvis.alert_book.add("timer", "tea", NOON - timedelta(seconds=1), duration_seconds=60)
    ringing = replace(timer, state="ringing")
    jarvis.alert_book.replace(ringing)
    real = jarvis.alert_book.advance

    def beaten(before: Alert, *after: Alert) -> bool:
        monkeypatch.setattr(jarvis.alert_book, "advance", real)
        jarvis.alert_book.replace(replace(ringing, state="done"))
        return real(before, *after)

    monkeypatch.setattr(jarvis.alert_book, "advance", beaten)
    alerts.snooze(timer.id)
    assert stored(jarvis) == [] and [alert.state for alert in alerts.recent()] == ["done"]


def test_a_timer_that_is_over_starts_again_for_its_whole_length(
    jarvis: Jarvis, clock: FakeClock, alerts: WindowAlerts
) -> None:
    book = jarvis.alert_book
    for number in range(7):
        over = book.add("timer", f"t{number}", NOON - timedelta(minutes=number), duration_seconds=90, language="es")
        book.replace(replace(over, state="missed" if number == 2 else "done"))
    reminder = book.add("reminder", "bins", NOON + timedelta(seconds=1))
    book.replace(replace(reminder, state="done"))
    cancelled = book.add("timer", "none", NOON, duration_seconds=5)
    book.replace(replace(cancelled, state="cancelled"))
    recent = alerts.recent()
    assert [alert.label for alert in recent] == ["bins", "t0", "t1", "t2", "t3"]
    alerts.again(recent[0].id)
    assert stored(jarvis) == []
    alerts.again(recent[1].id)
    (again,) = book.active()
    assert (again.label, again.language, again.duration_seconds) == ("t0", "es", 90)
    assert again.due_at == clock.now() + timedelta(seconds=90) and again.id != recent[1].id


def test_killed_after_putting_off_it_rings_at_the_new_time(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from datetime import UTC, datetime, timedelta\n"
        "from dataclasses import replace\n"
        "from jarvis.app.build import Jarvis; from jarvis.app.window_alerts import WindowAlerts\n"
        "from jarvis.settings.folders import Folders\n"
        "jarvis = Jarvis(Folders(home=Path(sys.argv[1]))); alerts = WindowAlerts(jarvis, None)\n"
        "one = jarvis.alert_book.add('timer', 'tea', datetime.now(UTC), duration_seconds=1)\n"
        "jarvis.alert_book.replace(replace(one, state='ringing')); alerts.snooze(one.id)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    home = tmp_path / "home"
    before = datetime.now(UTC)
    assert subprocess.run([sys.executable, "-c", code, str(home)], check=False, timeout=60).returncode == -9
    jarvis = Jarvis(Folders(home=home))
    try:
        (alert,) = jarvis.alert_book.active()
        assert alert.state == "running"
        assert before + SNOOZED_FOR - timedelta(seconds=1) <= alert.due_at <= datetime.now(UTC) + SNOOZED_FOR
    finally:
        jarvis.close()


def test_buttons_speak_both_languages() -> None:
    english, spanish = button_words("en"), button_words("es")
    assert list(english) == list(spanish) and set(english.values()).isdisjoint(spanish.values())
