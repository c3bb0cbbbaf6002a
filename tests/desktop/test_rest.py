"""Asleep in a quiet room with nothing to do, the window draws nothing and wakes for nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from jarvis.contracts.speech import LevelMeasured, VoiceEvent, VoiceState, WakeScored
from jarvis.desktop import caret
from jarvis.desktop.level_gate import QUIET_LEVEL, LevelGate
from jarvis.desktop.run import Desktop
from jarvis.desktop.voice_page import VoicePage
from tests.desktop.conftest import Until, page_of, started
from tests.fakes.desktop import FakeDesktop

QUIET, LOUD = LevelMeasured(level=QUIET_LEVEL / 2), LevelMeasured(level=QUIET_LEVEL * 2)
SILENCE, SCORE = LevelMeasured(level=0.0), WakeScored(score=0.01)
LISTENED_MILLISECONDS = 2_000
EARS_MILLISECONDS = 125
FLASH_MILLISECONDS = 1_000


class Drawn(QObject):
    """Counts what is drawn anywhere but in the windows `others`."""

    def __init__(self, others: Sequence[QWidget]) -> None:
        super().__init__()
        self._others = others
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.Paint, QEvent.Type.UpdateRequest):
            return False
        if not (isinstance(watched, QWidget) and watched.window() in self._others):
            self.seen.append(f"{event.type().name} {type(watched).__name__} {watched.objectName()}")
        return False


@pytest.fixture
def flash(qtbot: QtBot) -> Iterator[int]:
    """The application's own blinking, whatever was shown before."""
    before = QApplication.cursorFlashTime()
    QApplication.setCursorFlashTime(FLASH_MILLISECONDS)
    yield FLASH_MILLISECONDS
    QApplication.setCursorFlashTime(before)


def quick_timers(others: Sequence[QTimer] = ()) -> list[QTimer]:
    """The timers of less than a second that run, without those of `others`."""
    # Asking an instance for its class wakes other libraries' lazy modules.
    timers = [one for one in gc.get_objects() if issubclass(type(one), QTimer) and isValid(one) and one.isActive()]
    return [timer for timer in timers if timer.interval() < 1_000 and not any(timer is other for other in others)]


def test_a_window_at_rest_draws_nothing_and_has_no_quick_timer(
    qtbot: QtBot, fake: FakeDesktop, until: Until, flash: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caret, "BLINKS_MILLISECONDS", 0)
    others, windows = quick_timers(), QApplication.topLevelWidgets()
    with started(fake.services) as desktop:
        microphone = desktop.window.composer.microphone
        fake.voice.send(VoiceState(name="sleeping"))
        fake.voice.send(LOUD)
        until(lambda: microphone._level > 0)
        fake.voice.send(QUIET)
        until(lambda: microphone._level == 0 and not quick_timers(others))
        ears, drawn = QTimer(interval=EARS_MILLISECONDS), Drawn(windows)
        ears.timeout.connect(lambda: [fake.voice.send(event) for event in (QUIET, SCORE)])
        QApplication.instance().installEventFilter(drawn)  # type: ignore[union-attr]
        ears.start()
        qtbot.wait(LISTENED_MILLISECONDS)
        ears.stop()
        assert drawn.seen == [] and quick_timers(others) == []
        # What is loud is shown at once, so the filter sees what is drawn.
        fake.voice.send(LOUD)
        until(lambda: any("MicrophoneButton" in one for one in drawn.seen))
        QApplication.instance().removeEventFilter(drawn)  # type: ignore[union-attr]
    assert QApplication.cursorFlashTime() == flash


def test_the_caret_stands_still_after_a_while_and_blinks_again_with_the_next_key(
    qtbot: QtBot, fake: FakeDesktop, until: Until, flash: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caret, "BLINKS_MILLISECONDS", 200)
    with started(fake.services) as desktop:
        field = desktop.window.composer.input
        until(field.hasFocus)
        until(lambda: QApplication.cursorFlashTime() == 0)
        qtbot.keyClick(field, Qt.Key.Key_A)
        assert QApplication.cursorFlashTime() == flash
        until(lambda: QApplication.cursorFlashTime() == 0)
        field.clearFocus()
        assert QApplication.cursorFlashTime() == flash


@pytest.mark.parametrize(
    ("watched", "events", "expected"),
    [
        (False, [QUIET, SCORE, QUIET, SCORE], []),
        (False, [LOUD, SCORE, LOUD, QUIET, SCORE, QUIET], [LOUD, LOUD, SILENCE]),
        (False, [QUIET, VoiceState(name="off")], [VoiceState(name="off")]),
        (True, [QUIET, SCORE, LOUD, QUIET], [QUIET, SCORE, LOUD, QUIET]),
    ],
)
def test_what_crosses(watched: bool, events: list[VoiceEvent], expected: list[VoiceEvent]) -> None:
    gate, meter = LevelGate(), object()
    gate.watch(meter, watched)
    assert [seen for event in events if (seen := gate.seen(event)) is not None] == expected


def test_who_leaves_while_it_is_loud_leaves_a_silence_behind_it() -> None:
    gate, meter = LevelGate(), object()
    gate.watch(meter, True)
    assert gate.seen(LOUD) == LOUD
    gate.watch(meter, False)
    assert (gate.seen(QUIET), gate.seen(QUIET)) == (SILENCE, None)


def test_the_meter_of_the_settings_shows_a_quiet_room_too(shown: Desktop, fake: FakeDesktop, until: Until) -> None:
    page = page_of(shown, "voice", VoicePage)
    until(page.isVisible)
    fake.voice.send(QUIET)
    until(lambda: page.level.meter.value > 0)
