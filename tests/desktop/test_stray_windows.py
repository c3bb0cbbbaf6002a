"""Nothing but windows is ever a window: what is shown before it has its place flashes, and takes the keyboard away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMainWindow, QMenu, QWidget
from pytestqt.qtbot import QtBot

from jarvis.contracts.speech import VoiceState
from jarvis.desktop.first_run import FirstRun
from jarvis.desktop.paged_dialog import PagedDialog
from jarvis.desktop.quick import QuickQuery
from jarvis.desktop.services import Notice
from jarvis.desktop.way_button import WayButton
from tests.desktop.by_keys import Whole, everything
from tests.desktop.conftest import Until, answers

WINDOWS = (QDialog, QMainWindow, QMenu, QuickQuery)


class Watch(QObject):
    """Notes every widget that is shown as a window of its own and should not be."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            # A tooltip and the list of a combo box are windows by their nature.
            own = watched.windowType() in (Qt.WindowType.ToolTip, Qt.WindowType.Popup, Qt.WindowType.Tool)
            if not isinstance(watched, WINDOWS) and not own:
                self.found.append(f"{type(watched).__name__} {watched.property('look')}")
        return False


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[Watch]:
    made = Watch()
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


@pytest.fixture
def world(qtbot: QtBot, watch: Watch, tmp_path: Path) -> Iterator[Whole]:
    with everything(tmp_path) as made:
        qtbot.waitActive(made.desktop.window)
        yield made


def test_a_stray_one_is_found(watch: Watch, qtbot: QtBot) -> None:
    label = QLabel("too early")
    qtbot.addWidget(label)
    label.setVisible(True)
    assert watch.found == ["QLabel None"]


def test_every_window_and_page_is_whole_before_it_is_seen(
    world: Whole, watch: Watch, qtbot: QtBot, until: Until
) -> None:
    desktop = world.desktop
    for show, found in (
        (desktop.open_settings, lambda: desktop.settings_dialog),
        (desktop.open_memory, lambda: desktop.memory_window),
        (desktop.further.show_models, lambda: desktop.further.window("models")),
        (desktop.further.show_resources, lambda: desktop.further.window("resources")),
        (desktop.further.show_usage, lambda: desktop.further.window("usage")),
        (desktop.open_shortcuts, lambda: desktop.shortcuts),
    ):
        show()
        window = found()
        assert window is not None
        if isinstance(window, PagedDialog):
            for at in range(window.pages.count()):
                window.pages.setCurrentRow(at)
                qtbot.wait(100)
        qtbot.wait(100)
        window.close()
    first = FirstRun(desktop.desk, desktop.window)
    first.show()
    for _ in first.pages:
        first.next.click()
        qtbot.wait(50)
    assert watch.found == []


def test_what_comes_and_goes_in_the_chat_has_its_place(world: Whole, watch: Watch, qtbot: QtBot, until: Until) -> None:
    desktop = world.desktop
    world.routed.notices = [Notice(id="a", text="Something.", step="jarvis doctor"), Notice(id="b", text="More.")]
    desktop.poll()
    banners = desktop.window.banners
    for progress in (None, 40.0):
        banners.tell(Notice(id="c", text="On its way.", kind="progress", percent=progress, way="models"))
        until(lambda: [way.text() for way in banners.findChildren(WayButton) if way.isVisible()] == ["Models"])
    banners.untell("c")
    banners.show_trouble("It did not.", "engine.auth")
    until(lambda: [way.text() for way in banners.findChildren(WayButton) if way.isVisible()] == ["API keys"])
    banners.show_trouble("")
    desktop.session.ask("hello there")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.phase == "done")
    answer = answers(desktop)[0]
    answer.rating.stars.chosen.emit(2)
    until(lambda: answer.rating.reason is not None and answer.rating.reason.isVisible())
    desktop.window.spoken.take(VoiceState(name="hearing"))
    desktop.quick.pop_up()
    desktop.quick.input.setText("hello again")
    desktop.quick.input.returnPressed.emit()
    until(lambda: desktop.quick._answer is not None and desktop.quick._answer.ended)
    qtbot.wait(100)
    assert watch.found == []
