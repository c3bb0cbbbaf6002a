"""The tray's menu, icon and sentences over fakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import EngineError
from jarvis.contracts.model_desk import FreedMemory
from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import VoiceState, VoiceTrouble
from jarvis.desktop.run import Desktop
from jarvis.desktop.tray import Tray
from jarvis.desktop.tray_icon import tray_icon
from tests.desktop.conftest import Until
from tests.fakes.desk_gpus import GpuDesk
from tests.fakes.desktop import NOON, FakeDesktop

STATES = ("off", "muted", "sleeping", "listening", "hearing", "thinking", "speaking", "trouble")


def an_alert(identity: str, state: str = "running", **facts: object) -> Alert:
    due_at = facts.pop("due_at", NOON + timedelta(minutes=4))
    made = Alert(id=identity, kind="timer", label=identity, due_at=NOON, state="running", created_at=NOON)
    return replace(made, state=state, due_at=due_at, **facts)  # type: ignore[arg-type]


def lines(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def submenu(menu: QMenu, line: str) -> QMenu:
    found = next(action.menu() for action in menu.actions() if action.text() == line)
    assert isinstance(found, QMenu)
    return found


class Told(list[str]):
    """What the tray would show as notifications."""


@pytest.fixture
def gpus() -> GpuDesk:
    return GpuDesk()


@pytest.fixture
def tray(desktop: Desktop, gpus: GpuDesk, monkeypatch: pytest.MonkeyPatch) -> Tray:
    services = replace(desktop.desk.services, models=lambda: gpus)
    return Tray(replace(desktop.desk, services=services))


@pytest.fixture
def told(tray: Tray, monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(tray, "tell", told.append)
    return told


def test_the_gpus_are_freed_and_used_again(tray: Tray, gpus: GpuDesk, told: Told, until: Until) -> None:
    gpus.gate.clear()
    tray.menu.aboutToShow.emit()
    free = next(action for action in tray.menu.actions() if action.text() == "Free the GPUs")
    free.trigger()
    assert free.text() == "Freeing the GPUs…" and not free.isEnabled()
    gpus.gate.set()
    until(lambda: len(told) == 1)
    assert told[0].startswith("The GPUs are free: 7.0\u00a0GiB given back in 1.3\u00a0s.") and gpus.kept_free
    assert free.text() == "Use the GPUs again" and free.isEnabled()
    free.trigger()
    until(lambda: len(told) == 2)
    assert not gpus.kept_free and free.text() == "Free the GPUs"


def test_gpus_that_were_freed_at_once_are_told_without_a_false_time(
    tray: Tray, gpus: GpuDesk, told: Told, until: Until
) -> None:
    gpus.freed = FreedMemory(freed_mib=7168, seconds=0.004, models=("qwen",))
    tray.menu.aboutToShow.emit()
    next(action for action in tray.menu.actions() if action.text() == "Free the GPUs").trigger()
    until(lambda: len(told) == 1)
    assert told[0].startswith("The GPUs are free: 7.0\u00a0GiB given back in less than 0.1\u00a0s.")


def test_what_another_door_freed_is_seen_when_the_menu_opens(tray: Tray, gpus: GpuDesk, until: Until) -> None:
    gpus.kept_free = True
    tray.menu.aboutToShow.emit()
    until(lambda: "Use the GPUs again" in lines(tray.menu))


def test_empty_gpus_and_failures_are_told(tray: Tray, gpus: GpuDesk, told: Told, until: Until) -> None:
    gpus.freed = FreedMemory(freed_mib=0, seconds=0.1, models=())
    tray.menu.aboutToShow.emit()
    free = next(action for action in tray.menu.actions() if action.text() == "Free the GPUs")
    free.trigger()
    until(lambda: len(told) == 1)
    assert told[0].startswith("Nothing of Jarvis was on the GPUs")
    gpus.kept_free = False
    tray.menu.aboutToShow.emit()
    until(lambda: "Free the GPUs" in lines(tray.menu))
    gpus.trouble = EngineError("engine.stuck", en="It hangs.", es="No responde.")
    next(action for action in tray.menu.actions() if action.text() == "Free the GPUs").trigger()
    until(lambda: len(told) == 2)
    assert told[1] == "It hangs." and "Free the GPUs" in lines(tray.menu)


def test_without_models_there_is_nothing_to_free(desktop: Desktop) -> None:
    desktop.tray.menu.aboutToShow.emit()
    assert "Free the GPUs" not in lines(desktop.tray.menu)
    assert lines(submenu(desktop.tray.menu, "Windows")) == ["Settings", "Keyboard shortcuts…"]


def test_ringing_timers_can_be_put_off_and_those_that_rang_started_again(
    tray: Tray, fake: FakeDesktop, until: Until
) -> None:
    fake.alerts.over = [
        an_alert("egg", "done", due_at=NOON - timedelta(minutes=5), duration_seconds=60.0),
        an_alert("bins", "missed", kind="reminder", due_at=NOON - timedelta(days=1)),
    ]
    tray.set_alerts([an_alert("tea", "ringing"), an_alert("pasta")])
    tray.menu.aboutToShow.emit()
    timers = submenu(tray.menu, "Timers and alarms")
    until(lambda: len(lines(timers)) == 5)
    assert lines(timers)[1:] == ["pasta · 4:00 left", "Lately", "egg · rang at 11:55", "bins · missed at 12:00, 01/03"]
    ringing = submenu(timers, lines(timers)[0])
    assert lines(ringing) == ["Dismiss", "5 more minutes"]
    ringing.actions()[1].trigger()
    until(lambda: fake.alerts.snoozed == ["tea"])
    submenu(timers, "egg · rang at 11:55").actions()[0].trigger()
    until(lambda: fake.alerts.restarted == ["egg"])
    assert fake.alerts.dismissed == []


def test_every_line_follows_the_language(tray: Tray, desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.alerts.over = [an_alert("huevo", "done", duration_seconds=60.0)]
    fake.settings.set("language", "es")
    desktop.apply_settings()
    tray.menu.aboutToShow.emit()
    timers = submenu(tray.menu, "Temporizadores y alarmas")
    until(lambda: len(lines(timers)) == 3)
    assert lines(timers)[1:] == ["Hace poco", "huevo · sonó a las 12:04"]
    assert {"Liberar las GPU", "Ventanas"} <= set(lines(tray.menu))


def test_the_windows_can_be_opened(tray: Tray, qtbot: QtBot) -> None:
    tray.menu.aboutToShow.emit()
    windows = submenu(tray.menu, "Windows")
    assert lines(windows) == ["Models", "Settings", "Keyboard shortcuts…"]
    wishes = (tray.models_wanted, tray.settings_wanted, tray.shortcuts_wanted)
    for signal, action in zip(wishes, windows.actions(), strict=True):
        with qtbot.waitSignal(signal, timeout=60_000):
            action.trigger()


def test_trouble_is_in_icon_and_sentence_until_the_voice_works(tray: Tray) -> None:
    tray.take(VoiceState(name="sleeping"))
    asleep, sentence = image(tray), tray._icon.toolTip()
    tray.take(VoiceState(name="off"))
    tray.take(VoiceTrouble(code="audio.gone", sentence="The microphone was unplugged."))
    tray.take(VoiceState(name="off"))
    assert tray._icon.toolTip() == "Jarvis: Trouble: The microphone was unplugged."
    assert image(tray) != asleep
    tray.take(VoiceState(name="sleeping"))
    assert (image(tray), tray._icon.toolTip()) == (asleep, sentence)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_has_a_shape_of_its_own(desktop: Desktop, theme: str) -> None:
    """Who sees no colours tells the states apart: no two pictures are alike in grey."""
    desktop.theme.use(theme)
    for size in (22, 48):
        shapes = []
        for state in STATES:
            picture = tray_icon(desktop.theme, state).pixmap(size, size).toImage()  # type: ignore[arg-type]
            assert picture.width() == size
            corner = picture.copy(size // 2, size // 2, size // 2, size // 2)
            shapes.append(corner.convertToFormat(QImage.Format.Format_Grayscale8).bits().tobytes())
        assert len(set(shapes)) == len(STATES)


def image(tray: Tray) -> QImage:
    return tray._icon.icon().pixmap(32, 32).toImage()
