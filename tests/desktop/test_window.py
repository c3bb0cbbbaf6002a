"""What stands around a conversation: voice, notices, alerts, quick query, settings, tray, closing, the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QLineEdit,
    QListView,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSystemTrayIcon,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import StorageError
from jarvis.contracts.events import SkillMatched, TextDelta
from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import LevelMeasured, VoiceState, VoiceTrouble
from jarvis.desktop import texts
from jarvis.desktop.run import Desktop
from jarvis.desktop.services import Notice
from jarvis.desktop.tray import LOOKS, Tray
from jarvis.settings.store import Settings
from tests.desktop.conftest import Until, answers, questions, shown
from tests.fakes.desktop import NOON, FakeDesktop


def test_the_voice_is_seen_and_driven(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    composer = desktop.window.composer
    until(lambda: composer.pill.text() == texts.VOICE_OFF.en)
    composer.microphone.click()
    until(lambda: fake.voice.calls == ["start", "push_to_talk"])
    until(lambda: composer.pill.text() == texts.VOICE_LISTENING.en)
    fake.voice.send(LevelMeasured(level=0.06))
    until(lambda: composer.microphone._level > 0.1)
    fake.voice.send(VoiceState(name="muted"))
    until(lambda: composer.pill.text() == texts.VOICE_MUTED.en)
    fake.voice.send(VoiceTrouble(code="x", sentence="The microphone is gone."))
    until(lambda: desktop.window.banners._trouble == "The microphone is gone.")


def test_the_ring_of_the_microphone_stands_still_where_nothing_moves_by_itself(
    desktop: Desktop, fake: FakeDesktop
) -> None:
    microphone = desktop.window.composer.microphone
    desktop._heard(VoiceState(name="hearing"))
    desktop._heard(LevelMeasured(level=0.1))
    assert microphone._fade.isActive() and 0.8 < microphone._level < 1.0
    fake.settings.set("appearance.motion", "reduced")
    desktop.apply_settings()
    assert not microphone._fade.isActive() and microphone._level == 0.0
    shown = []
    for level in (0.1, 0.06, 0.061, 0.004):
        desktop._heard(LevelMeasured(level=level))
        shown.append(microphone._level)
        assert not microphone._fade.isActive()
    # As loud as it is, in steps, and without a way from one to the next.
    assert shown == [0.75, 0.5, 0.5, 0.0]
    desktop._heard(LevelMeasured(level=0.1))
    desktop._heard(VoiceState(name="muted"))
    desktop._heard(LevelMeasured(level=0.1))
    assert microphone._level == 0.0


def test_a_ring_on_its_way_down_stops_when_the_system_asks_for_rest(desktop: Desktop, until: Until) -> None:
    microphone = desktop.window.composer.microphone
    desktop._heard(VoiceState(name="hearing"))
    desktop._heard(LevelMeasured(level=0.1))
    desktop.theme.system_rests(True)
    microphone._decay()
    assert microphone._level == 0.0 and not microphone._fade.isActive()


def test_notices_say_the_step_move_and_stay_dismissed(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    banners = desktop.window.banners
    fake.notices = [
        Notice(id="asr", text="Basic speech recognition.", step="jarvis models download whisper-base"),
        Notice(id="build", text="Building.", kind="progress", percent=10.0),
    ]
    desktop.poll()
    until(lambda: "build" in banners._bars)
    bar = banners._bars["build"]
    fake.notices[1] = Notice(id="build", text="Building.", kind="progress", percent=55.0)
    desktop._polling = False
    desktop.poll()
    until(lambda: bar.value() == 550)
    assert banners._progress_words["build"].text() == "55\u00a0% done"
    copy = next(b for b in banners.findChildren(QAbstractButton) if b.accessibleName() == texts.COPY_STEP.en)
    copy.click()
    assert QGuiApplication.clipboard().text() == "jarvis models download whisper-base"
    banners._dismiss("asr")
    assert [notice.id for notice in banners.visible_notices()] == ["build"]
    assert desktop.keepsake.texts("dismissed") == ["asr"]


def test_a_ringing_alert_is_shown_and_dismissed(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.alerts.ring(Alert(id="t1", kind="timer", label="pasta", due_at=NOON, state="ringing", created_at=NOON))
    banners = desktop.window.banners
    until(lambda: "t1" in banners._ringing)
    labels = [b for b in banners.findChildren(QPushButton) if b.text() == texts.DISMISS.en]
    labels[-1].click()
    until(lambda: fake.alerts.dismissed == ["t1"] and not banners._ringing)


def test_trouble_with_the_log_is_a_sentence(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.log.fail = StorageError("storage.broken", en="The database is broken.", es="La base está rota.")
    desktop.session.refresh()
    until(lambda: "The database is broken." in desktop.window.banners._trouble)


def test_the_quick_query_answers_and_opens_in_chat(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    fake.assistant.ending = {"source": "skill", "skill": "arithmetic", "reason": "A sum."}
    fake.assistant.script = lambda ask_id, request: iter(
        [SkillMatched(ask_id=ask_id, skill="arithmetic"), TextDelta(ask_id=ask_id, text="It is **12**.")]
    )
    quick = desktop.quick
    quick.pop_up()
    qtbot.keyClicks(quick.input, "15 % of 80")
    qtbot.keyClick(quick.input, Qt.Key.Key_Return)
    until(lambda: quick._answer is not None and quick._answer.ended)
    assert fake.assistant.requests[0].door == "quick"
    assert shown(quick._widget) == "It is 12."
    quick._open.click()
    assert not quick.isVisible()
    until(lambda: questions(desktop) == ["15 % of 80"] and len(answers(desktop)) == 1)


def test_the_quick_query_closes_with_escape_and_stops(
    desktop: Desktop, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    fake.assistant.gate.clear()
    ended: list[str] = []
    desktop.bridge.asked.connect(lambda event: ended.append(type(event).__name__))
    quick = desktop.quick
    quick.pop_up()
    qtbot.keyClicks(quick.input, "long")
    qtbot.keyClick(quick.input, Qt.Key.Key_Return)
    until(lambda: "AskStarted" in ended)
    qtbot.keyClick(quick.input, Qt.Key.Key_Escape)
    assert not quick.isVisible()
    until(lambda: ended[-1] == "AskCancelled")


def test_without_a_tray_closing_says_that_it_quits(desktop: Desktop, qtbot: QtBot, until: Until) -> None:
    desktop.window.close()
    assert desktop.window.isVisible()
    box = desktop.window.findChild(QMessageBox)
    assert texts.CLOSE_BODY.en == box.informativeText()
    with qtbot.waitSignal(desktop.window.quit_wanted, timeout=60_000):
        next(button for button in box.buttons() if button.text() == texts.CLOSE_DO.en).click()


def test_with_a_tray_closing_hides(desktop: Desktop, qtbot: QtBot) -> None:
    desktop.window._has_tray = lambda: True
    with qtbot.waitSignal(desktop.window.hidden_to_tray, timeout=60_000):
        desktop.window.close()
    assert not desktop.window.isVisible()
    desktop.window.forward()
    assert desktop.window.isVisible()


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface", "This plugin does not support")
def test_a_tray_that_comes_late_gets_the_icon(
    desktop: Desktop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, looks: bool
) -> None:
    there = False
    monkeypatch.setattr(Tray, "available", staticmethod(lambda: there))
    tray = Tray(desktop.desk)
    assert not tray.holds() and tray._look_again.isActive()
    tray._look_again.timeout.emit()
    assert not tray.holds() and tray._look_again.isActive()
    tray.set_state("listening")
    there = True
    if looks:
        tray._look_again.timeout.emit()
        assert tray._icon.isVisible()
    assert tray.holds() and tray._icon.isVisible() and not tray._look_again.isActive()
    assert not tray._icon.icon().isNull() and tray._icon.contextMenu() is tray.menu
    with qtbot.waitSignal(tray.quick_wanted, timeout=60_000):
        tray._icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    tray.close()
    assert not tray._icon.isVisible()


def test_a_desktop_without_a_tray_is_not_looked_at_for_ever(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[bool] = []
    monkeypatch.setattr(Tray, "available", staticmethod(lambda: bool(looks.append(True))))
    tray = Tray(desktop.desk)
    while tray._look_again.isActive():
        tray._look_again.timeout.emit()
    assert len(looks) == 1 + LOOKS and not tray.holds()
    closed = Tray(desktop.desk)
    closed.close()
    assert not closed._look_again.isActive()


def test_the_tray_menu_has_everything(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.alerts.alerts = [
        Alert(id="t", kind="timer", label="pasta", due_at=NOON, state="paused", created_at=NOON, remaining_seconds=90)
    ]
    desktop.tray.set_alerts(fake.alerts.alerts)
    desktop.tray.menu.aboutToShow.emit()
    names = [action.text() for action in desktop.tray.menu.actions() if action.text()]
    assert names == [
        "Open Jarvis",
        "Quick query",
        "Voice: Microphone off",
        "Timers and alarms",
        "Stop everything",
        "Windows",
        "Quit Jarvis",
    ]
    assert [action.text() for action in desktop.tray._timers.actions()] == ["pasta · paused, 1:30 left"]
    desktop.tray._timers.actions()[0].menu().actions()[0].trigger()
    until(lambda: fake.alerts.dismissed == ["t"])


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_widget_has_a_name_and_the_keyboard_reaches_it(
    desktop: Desktop, fake: FakeDesktop, until: Until, language: str
) -> None:
    fake.settings.set("language", language)
    fake.notices = [Notice(id="n", text="x", step="y"), Notice(id="p", text="z", kind="progress", percent=1)]
    desktop.apply_settings()
    fake.assistant.script = lambda ask_id, request: iter([TextDelta(ask_id=ask_id, text="```py\nx\n```\n\ny")])
    desktop.session.ask("```py\nx\n```")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.ended)
    desktop.open_settings()
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextBrowser, QListView, QSlider)
    nameless, unreachable = [], []
    assert desktop.settings_dialog is not None
    for top in (desktop.window, desktop.quick, desktop.settings_dialog):
        for widget in top.findChildren(QWidget):
            inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), (QComboBox, QAbstractSpinBox))
            if not isinstance(widget, kinds) or inner or isinstance(widget.parent(), QLineEdit):
                continue
            if widget.parent() is not None and widget.parent().metaObject().className().startswith("QComboBox"):
                continue
            if not widget.accessibleName() and widget.isEnabled():
                nameless.append(widget)
            if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled():
                unreachable.append((type(widget).__name__, widget.accessibleName()))
    assert nameless == []
    assert unreachable == []


def test_unreadable_settings_are_told(qtbot: QtBot, fake: FakeDesktop, tmp_path: Path) -> None:
    from dataclasses import replace

    file = tmp_path / "settings.json"
    file.write_text("{broken", encoding="utf-8")
    again = Desktop(replace(fake.services, settings=Settings(file)))
    again.start()
    assert "settings" in again.window.banners._trouble.lower() or "ajustes" in again.window.banners._trouble
    again.window.end()
    again.close()


def test_beside_a_conversation_notices_make_room_and_can_all_be_opened(
    desktop: Desktop, fake: FakeDesktop, until: Until
) -> None:
    banners = desktop.window.banners
    fake.notices = [Notice(id=str(n), text=f"notice {n}") for n in range(4)]

    def bars() -> int:
        return len([f for f in banners.findChildren(QFrame) if f.property("kind") and not f.isHidden()])

    until(lambda: bars() == 2)
    banners.set_compact(True)
    until(lambda: bars() == 1)
    (more,) = [b for b in banners.findChildren(QPushButton) if b.text() == "3 more notices" and not b.isHidden()]
    more.click()
    until(lambda: bars() == 4)
    banners.set_compact(False)
    until(lambda: bars() == 2)
    banners.set_compact(True)
    banners.show_trouble("no microphone")
    until(lambda: bars() == 1)
