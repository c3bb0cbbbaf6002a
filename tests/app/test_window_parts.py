"""What the window is told and what rings, over a real home without a screen or a sound device."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jarvis.app import window, window_alerts
from jarvis.app.build import Jarvis
from jarvis.app.window import notices
from jarvis.app.window_alerts import WindowAlerts, words_for
from jarvis.contracts.errors import Language
from jarvis.contracts.skills import Alert, AlertKind
from jarvis.contracts.speech import AudioChunk
from jarvis.engines.llama_build import LlamaBuild
from jarvis.settings.folders import Folders
from jarvis.voice.announcements import Notice


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    yield jarvis
    jarvis.close()


class Recorder:
    """Keeps what the window would have said; `at_once` each is heard at once, else not by itself."""

    def __init__(self, at_once: bool = True) -> None:
        self.at_once = at_once
        self.said: list[tuple[str, AudioChunk | None]] = []
        self.notices: list[Notice] = []
        self.cancelled: list[Notice] = []

    def announce(
        self,
        text: str,
        language: Language,
        sound: AudioChunk | None,
        still_wanted: Callable[[], bool],
        on_stopped: Callable[[], None],
    ) -> Notice:
        self.said.append((text, sound))
        self.notices.append(Notice(((text, language),), sound, self._cancel, still_wanted))
        if self.at_once:
            self.notices[-1].rung = True
            self.notices[-1].over.set()
        return self.notices[-1]

    def _cancel(self, notice: Notice) -> None:
        self.cancelled.append(notice)
        notice.over.set()


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_is_due_rings_again_and_again_until_it_is_stopped(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_alerts, "RING_AGAIN_SECONDS", 0.05)
    recorder, shown = Recorder(), threading.Event()
    alerts = WindowAlerts(jarvis, recorder)  # type: ignore[arg-type]
    alerts.subscribe(lambda _: shown.set())
    jarvis.alert_book.add("timer", "tea", datetime.now(UTC) - timedelta(seconds=1), duration_seconds=1)
    assert not jarvis.alert_book.rings()
    alerts.start()
    try:
        assert shown.wait(60)
        assert jarvis.alert_book.rings()
        until(lambda: len(recorder.said) >= 3)
        assert recorder.said[0][0] == "Your tea timer is done."
        assert all(sound is not None and sound.seconds > 0.1 for _, sound in recorder.said)
        assert [text for text, _ in recorder.said[1:3]] == ["", ""]
        assert jarvis.stop_hub.stop_all()
        until(lambda: not alerts.active())
        until(lambda: not alerts._ringing)
    finally:
        alerts.stop()


@pytest.fixture
def waiting(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[WindowAlerts, Recorder]]:
    """A timer that is due while Jarvis speaks: its ring waits to be heard."""
    monkeypatch.setattr(window_alerts, "RING_AGAIN_SECONDS", 0.01)
    recorder = Recorder(at_once=False)
    alerts = WindowAlerts(jarvis, recorder)  # type: ignore[arg-type]
    jarvis.alert_book.add("timer", "tea", datetime.now(UTC) - timedelta(seconds=1), duration_seconds=1)
    alerts.start()
    try:
        until(lambda: len(recorder.notices) == 1)
        yield alerts, recorder
    finally:
        alerts.stop()


def test_rings_do_not_pile_up_while_jarvis_speaks(waiting: tuple[WindowAlerts, Recorder]) -> None:
    _, recorder = waiting
    time.sleep(0.2)
    assert len(recorder.notices) == 1
    recorder.notices[0].over.set()
    until(lambda: len(recorder.notices) == 2)


def test_what_was_silenced_is_not_heard_afterwards(jarvis: Jarvis, waiting: tuple[WindowAlerts, Recorder]) -> None:
    _, recorder = waiting
    assert recorder.notices[0].still_wanted is not None and recorder.notices[0].still_wanted()
    assert jarvis.stop_hub.stop_all()
    until(lambda: recorder.cancelled == recorder.notices)
    assert not recorder.notices[0].still_wanted()
    time.sleep(0.1)
    assert len(recorder.notices) == 1


def test_what_another_door_silenced_is_no_longer_wanted(jarvis: Jarvis, waiting: tuple[WindowAlerts, Recorder]) -> None:
    alerts, recorder = waiting
    (alert,) = alerts.active()
    wanted = recorder.notices[0].still_wanted
    jarvis.alert_book.replace(replace(alert, state="done"))
    assert wanted is not None and not wanted()
    until(lambda: recorder.cancelled == recorder.notices)


def test_closing_leaves_what_rings_to_the_next_start(jarvis: Jarvis, waiting: tuple[WindowAlerts, Recorder]) -> None:
    alerts, recorder = waiting
    alerts.stop()
    until(lambda: recorder.cancelled == recorder.notices)
    assert [alert.state for alert in jarvis.alert_book.active()] == ["ringing"]


def test_dismissing_cancels_what_has_not_rung(jarvis: Jarvis) -> None:
    alerts = WindowAlerts(jarvis, Recorder())  # type: ignore[arg-type]
    alert = jarvis.alert_book.add("alarm", "", datetime.now(UTC) + timedelta(hours=1))
    alerts.dismiss(alert.id)
    assert alerts.active() == []


@pytest.mark.parametrize("kind", ["timer", "alarm", "reminder"])
@pytest.mark.parametrize("label", ["", "té"])
def test_every_alert_has_words_in_both_languages(kind: AlertKind, label: str) -> None:
    said = set()
    for language in ("en", "es"):
        alert = Alert(
            id="1",
            kind=kind,
            label=label,
            due_at=datetime.now(UTC),
            state="ringing",
            created_at=datetime.now(UTC),
            language=language,  # type: ignore[arg-type]
        )
        said.add(words_for(alert))
        assert label in words_for(alert)
    assert len(said) == 2


def test_the_window_is_told_what_is_missing_in_its_language(jarvis: Jarvis) -> None:
    english, spanish = notices(jarvis, "en"), notices(jarvis, "es")
    assert {notice.id for notice in english} == {notice.id for notice in spanish} >= {"no-model"}
    for one, other in zip(english, spanish, strict=True):
        assert one.text and other.text and one.text != other.text
    assert "basic-hearing" not in {notice.id for notice in english}
    jarvis.speech.speech_to_text.info()
    assert "basic-hearing" in {notice.id for notice in notices(jarvis, "en")}


@pytest.mark.parametrize(
    ("state", "kind", "percent"),
    [("building", "progress", 42.0), ("failed", "warning", None), ("interrupted", "warning", None)],
)
def test_the_window_shows_how_far_the_build_of_llama_is(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch, state: str, kind: str, percent: float | None
) -> None:
    build = LlamaBuild(state=state, percent=42, seconds=300.0, log=Path("build.log"), last_lines=("no space",))  # type: ignore[arg-type]
    monkeypatch.setattr(window, "build_state", lambda: build)
    (notice,) = [notice for notice in notices(jarvis, "en") if notice.id.startswith("llama")]
    assert (notice.kind, notice.percent) == (kind, percent)
    assert notice.text == build.sentence("en")
    monkeypatch.setattr("jarvis.app.checks.build_state", lambda: build)
    (check,) = [check for check in jarvis.checks() if check.name == "llama.cpp"]
    assert check.finding == build.sentence(jarvis.language) and check.state in {"note", "missing"}
