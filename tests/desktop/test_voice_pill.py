"""The voice pill: what it says of the voice, what a press does, where it stands, and when it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import StorageError
from jarvis.contracts.events import EngineLoading, TextDelta
from jarvis.contracts.speech import (
    AnswerStep,
    Dictated,
    LevelMeasured,
    PartialHeard,
    PartialWords,
    TranscriptReady,
    TurnFinished,
    VoiceEvent,
    VoiceState,
    VoiceTrouble,
)
from jarvis.desktop import texts
from jarvis.desktop import voice_pill_texts as own
from jarvis.desktop.run import Desktop
from jarvis.desktop.voice_pill import FloatingPill
from jarvis.desktop.voice_pill_holder import OPTION
from jarvis.desktop.voice_pill_place import EDGE, placed, read, written
from jarvis.desktop.voice_pill_state import PillState, after, pill_text
from jarvis.desktop.voice_widgets import STATE_TEXTS, state_text
from tests.desktop.conftest import Until, started, transcript
from tests.fakes.desktop import FakeDesktop

LOADING = EngineLoading(ask_id="a", model="qwen2.5-7b:q4_k_m", device="GPU 0")
WORDS = PartialWords(text="what is the weather", stable=8, language="en")


@pytest.fixture
def shown(qtbot: QtBot, fake: FakeDesktop, until: Until) -> Iterator[Desktop]:
    fake.settings.set(OPTION, True)
    with started(fake.services) as made:
        until(lambda: made.pill.pill is not None)
        yield made


@pytest.fixture
def pill(shown: Desktop) -> FloatingPill:
    assert shown.pill.pill is not None
    return shown.pill.pill


def told(*events: VoiceEvent) -> PillState:
    state = PillState()
    for event in events:
        state = after(state, event)
    return state


def test_it_says_what_the_chats_own_line_says(shown: Desktop, pill: FloatingPill) -> None:
    for name in STATE_TEXTS:
        for detail in ("", "follow_up", "reply", "dictation"):
            shown._heard(VoiceState(name="sleeping"))
            shown._heard(VoiceState(name=name, detail=detail))
            assert pill.text() == shown.window.composer.pill.text() == state_text(shown.desk, name, detail)
            assert pill.text() in pill.accessibleName() and pill.text().rstrip("…") in pill.toolTip()


def test_while_a_model_is_loaded_it_says_which_and_where(shown: Desktop, pill: FloatingPill) -> None:
    shown._heard(VoiceState(name="thinking"))
    shown._heard(AnswerStep(event=LOADING))
    assert pill.text() == texts.LOADING.to("en", model=LOADING.model, device="GPU 0")
    assert "GPU 0" in pill.accessibleName()
    shown._heard(AnswerStep(event=TextDelta(ask_id="a", text="It")))
    assert pill.text() == texts.VOICE_THINKING.en
    assert pill_text(shown.desk, told(VoiceState(name="thinking"), AnswerStep(event=LOADING))) != pill.text()
    assert told(VoiceState(name="thinking"), AnswerStep(event=LOADING), VoiceState(name="speaking")).loading is None


def test_dictation_stays_dictation_until_its_words_are_there() -> None:
    steps = [VoiceState(name="listening", detail="dictation"), VoiceState(name="hearing"), VoiceState(name="thinking")]
    assert told(*steps).detail == "dictation"
    assert told(*steps, Dictated(transcript=transcript("x"))).detail == ""
    assert told(*steps, VoiceState(name="sleeping")).detail == ""


def test_words_are_shown_while_they_are_heard_and_go_with_the_turn() -> None:
    hearing = (VoiceState(name="hearing"), PartialHeard(words=WORDS))
    assert told(*hearing).heard == WORDS
    ready = TranscriptReady(transcript=transcript("what is the weather today"))
    kept = told(*hearing, VoiceState(name="thinking"), ready).heard
    assert kept is not None and kept.text == "what is the weather today"
    for end in (
        VoiceState(name="sleeping"),
        VoiceState(name="speaking"),
        TurnFinished(transcript=None, text="", wake_at=None),
    ):
        assert told(*hearing, end).heard is None


def test_trouble_stays_until_the_voice_works_again(shown: Desktop, pill: FloatingPill) -> None:
    shown._heard(VoiceTrouble(code="x", sentence="No microphone."))
    shown._heard(VoiceState(name="off"))
    assert "No microphone." in pill.text() and "No microphone." in pill.accessibleName()
    shown._heard(VoiceState(name="sleeping"))
    assert pill.text() == state_text(shown.desk, "sleeping")


def test_it_grows_with_the_words_and_reads_them_to_a_screen_reader(shown: Desktop, pill: FloatingPill) -> None:
    shown._heard(VoiceState(name="hearing"))
    before = pill.size()
    shown._heard(PartialHeard(words=WORDS))
    assert pill.height() > before.height() and "what is the weather" in pill.accessibleName()
    long = PartialWords(text="word " * 200, stable=900, language="en")
    shown._heard(PartialHeard(words=long))
    assert pill.width() <= pill.screen().availableGeometry().width() and not pill.grab().isNull()
    shown._heard(VoiceState(name="sleeping"))
    assert pill.height() == before.height()


@pytest.mark.parametrize(
    ("state", "calls"),
    [("off", ["start", "push_to_talk"]), ("muted", ["unmute", "push_to_talk"]), ("sleeping", ["push_to_talk"])],
)
def test_a_press_at_rest_talks(
    shown: Desktop, pill: FloatingPill, fake: FakeDesktop, qtbot: QtBot, until: Until, state: str, calls: list[str]
) -> None:
    fake.voice.send(VoiceState(name=state))  # type: ignore[arg-type]
    until(lambda: pill.state.name == state)
    fake.voice.calls.clear()
    qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    until(lambda: fake.voice.calls == calls)
    assert fake.stops == 0


@pytest.mark.parametrize("state", ["listening", "hearing", "thinking", "speaking"])
def test_a_press_at_work_stops(
    shown: Desktop, pill: FloatingPill, fake: FakeDesktop, qtbot: QtBot, until: Until, state: str
) -> None:
    shown._heard(VoiceState(name=state))  # type: ignore[arg-type]
    qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    until(lambda: fake.stops == 1)
    assert "push_to_talk" not in fake.voice.calls


def test_its_menu_mutes_opens_and_hides(shown: Desktop, pill: FloatingPill, fake: FakeDesktop, until: Until) -> None:
    shown.open_settings()
    assert shown.settings_dialog is not None
    row = next(row for row in filled_voice(shown, until) if row.option.name == OPTION)  # type: ignore[attr-defined]
    shown._heard(VoiceState(name="sleeping"))
    entries = {action.text(): action for action in pill.fill_menu().actions()}
    entries[texts.MUTE.en].trigger()
    until(lambda: "mute" in fake.voice.calls)
    shown.window.hide()
    entries[texts.OPEN_WINDOW.en].trigger()
    assert shown.window.isVisible()
    entries[own.HIDE_PILL.en].trigger()
    until(lambda: shown.pill.pill is None and not fake.settings.flag(OPTION))
    until(lambda: not row.control.isChecked())  # type: ignore[attr-defined]
    fake.settings.set(OPTION, True)
    shown.apply_settings()
    assert shown.pill.pill is not None and shown.pill.pill.isVisible()
    assert shown.pill.pill.state.name in ("sleeping", "muted")


def filled_voice(shown: Desktop, until: Until) -> list[object]:
    assert shown.settings_dialog is not None
    shown.settings_dialog.go_to("voice")
    voice = shown.settings_dialog.voice
    until(lambda: any(row.option.name == OPTION for row in voice.rows))
    return list(voice.rows)


def test_an_option_that_cannot_be_stored_is_told(
    shown: Desktop, pill: FloatingPill, fake: FakeDesktop, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str, value: object) -> object:
        raise StorageError("settings.save", en="The disk is full.", es="El disco está lleno.")

    monkeypatch.setattr(fake.settings, "set", full)
    pill.hide_wanted.emit()
    until(shown.window.banners.isVisible)
    assert shown.pill.pill is pill


def test_it_is_not_there_unless_it_is_wanted(desktop: Desktop) -> None:
    assert desktop.pill.pill is None
    assert not any(isinstance(widget, FloatingPill) for widget in QApplication.topLevelWidgets() if widget.isVisible())


def test_it_takes_no_keyboard_from_the_program_that_has_it(pill: FloatingPill) -> None:
    flags = pill.windowFlags()
    for flag in (
        Qt.WindowType.WindowDoesNotAcceptFocus,
        Qt.WindowType.WindowStaysOnTopHint,
        Qt.WindowType.FramelessWindowHint,
    ):
        assert flags & flag
    assert pill.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)


def test_it_is_dragged_without_a_press_and_comes_back_to_its_place(
    shown: Desktop, pill: FloatingPill, fake: FakeDesktop, qtbot: QtBot
) -> None:
    begin = pill.pos()
    grip = QPoint(20, 20)
    qtbot.mousePress(pill, Qt.MouseButton.LeftButton, pos=grip)
    for step in (QPoint(-15, -20), QPoint(-60, -120)):
        qtbot.mouseMove(pill, pill.mapFromGlobal(begin + grip + step))
    qtbot.mouseRelease(pill, Qt.MouseButton.LeftButton, pos=pill.mapFromGlobal(begin + grip + QPoint(-60, -120)))
    assert pill.pos() == begin + QPoint(-60, -120)
    assert fake.voice.calls == [] and fake.stops == 0
    assert read(shown.keepsake.text("pill")) == pill.pos()
    there = pill.pos()
    shown.pill.close()
    shown.apply_settings()
    assert shown.pill.pill is not None and shown.pill.pill.pos() == there


def test_it_stands_on_a_screen_that_there_is() -> None:
    size, left, right = QSize(200, 50), QRect(0, 0, 1920, 1040), QRect(1920, 0, 1280, 1024)
    assert placed(None, size, [left, right]) == QPoint(959 - 100, 1039 - 50 - EDGE)
    assert placed(QPoint(2500, 300), size, [left, right]) == QPoint(2500, 300)
    # The screen that it stood on is gone.
    assert placed(QPoint(2500, 300), size, [left]) == QPoint(1720, 300)
    assert placed(QPoint(-400, -80), size, [left, right]) == QPoint(0, 0)
    assert placed(QPoint(1880, 100), size, [left, right]) == QPoint(1920, 100)
    # Where there is less room than it needs, its beginning is in view.
    assert placed(QPoint(50, 50), size, [QRect(0, 0, 100, 40)]) == QPoint(0, 0)


@pytest.mark.parametrize("kept", ["", "1", "a,b", "1,", ","])
def test_a_place_that_cannot_be_read_is_none(kept: str) -> None:
    assert read(kept) is None
    assert read(written(QPoint(-3, 7))) == QPoint(-3, 7)


def test_a_kept_place_off_every_screen_is_wished_for_still(qtbot: QtBot, fake: FakeDesktop, until: Until) -> None:
    (fake.services.home / "desktop.json").write_text('{"pill": "90000,20"}', encoding="utf-8")
    fake.settings.set(OPTION, True)
    with started(fake.services) as made:
        until(lambda: made.pill.pill is not None)
        pill = made.pill.pill
        assert pill is not None
        room = QGuiApplication.primaryScreen().availableGeometry()
        assert room.contains(pill.geometry()) and pill.geometry().right() == room.right()
        assert made.keepsake.text("pill") == "90000,20"


@pytest.mark.parametrize("through", [True, False])
def test_corners_are_square_where_nothing_can_be_seen_through(
    qtbot: QtBot, fake: FakeDesktop, until: Until, through: bool
) -> None:
    fake.settings.set(OPTION, True)
    with started(replace(fake.services, see_through=lambda: through)) as made:
        until(lambda: made.pill.pill is not None)
        pill = made.pill.pill
        assert pill is not None
        assert pill.testAttribute(Qt.WidgetAttribute.WA_TranslucentBackground) == through
        corner = pill.grab().toImage().pixelColor(1, 1)
        assert (corner.alpha() == 0) == through


def test_nothing_moves_by_itself_where_that_is_wanted(shown: Desktop, pill: FloatingPill, fake: FakeDesktop) -> None:
    shown._heard(VoiceState(name="thinking"))
    assert pill._beat.isActive()
    fake.settings.set("appearance.motion", "reduced")
    shown.apply_settings()
    assert not pill._beat.isActive()
    shown._heard(VoiceState(name="hearing"))
    shown._heard(LevelMeasured(level=0.05))
    assert pill.level in (0.25, 0.5, 0.75, 1.0) and not pill._beat.isActive()
    shown._heard(VoiceState(name="muted"))
    assert pill.level == 0.0


def test_a_level_falls_when_no_other_comes(shown: Desktop, pill: FloatingPill, until: Until) -> None:
    shown._heard(VoiceState(name="hearing"))
    shown._heard(LevelMeasured(level=0.2))
    assert pill.level > 0.5
    until(lambda: pill.level == 0.0 and not pill._beat.isActive())


def test_it_follows_the_language(shown: Desktop, pill: FloatingPill, fake: FakeDesktop) -> None:
    shown._heard(VoiceState(name="listening"))
    fake.settings.set("language", "es")
    shown.apply_settings()
    assert pill.text() == texts.VOICE_LISTENING.es and pill.windowTitle() == own.PILL.es
    assert pill.toolTip() == "Escuchando. Pulsa para detener."
