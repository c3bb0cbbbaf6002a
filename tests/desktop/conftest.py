"""One Qt application without a screen, a desktop over fakes for each test, and what a person sees of it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from jarvis.app.build import Jarvis
from jarvis.contracts.speech import Transcript
from jarvis.desktop.code_block import CodeBlock
from jarvis.desktop.interpreter import WHOLE
from jarvis.desktop.message_widgets import AnswerMessage, UserMessage
from jarvis.desktop.run import Desktop, make_application
from jarvis.desktop.services import DesktopServices
from jarvis.desktop.text_widgets import RichText
from jarvis.settings.folders import Folders
from tests.fakes.desk_settings import SettingsDesks, furnished
from tests.fakes.desktop import FakeDesktop

Until = Callable[[Callable[[], bool]], None]
Page = TypeVar("Page", bound=QWidget)


@pytest.fixture(scope="session")
def qapp() -> object:
    return make_application(["jarvis"])


@pytest.fixture(autouse=True)
def searches_on_this_thread() -> Iterator[None]:
    """Look for what only holds itself between two tests, as the window's own process does between two events: on a
    worker a search would end timers and texts of the Qt thread, whose next event then meets what is gone."""
    gc.disable()
    yield
    gc.collect(2 if gc.get_count()[0] >= WHOLE else 1)
    gc.enable()


@pytest.fixture
def fake(tmp_path: Path) -> FakeDesktop:
    return FakeDesktop(tmp_path)


@contextmanager
def started(services: DesktopServices) -> Iterator[Desktop]:
    """Yield a desktop that is shown, and take it away."""
    made = Desktop(services)
    made.start()
    yield made
    made.window.end()
    made.quick.hide()
    made.close()
    for widget in (made.settings_dialog, made.memory_window, made.quick, made.window):
        if widget is not None:
            widget.deleteLater()


@pytest.fixture
def desktop(qtbot: object, fake: FakeDesktop) -> Iterator[Desktop]:
    with started(fake.services) as made:
        yield made


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    """The whole of Jarvis below a folder, for desktops over a real memory."""
    made = Jarvis(Folders(home=tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def until(qtbot: object) -> Until:
    """Wait, with the window alive, until something holds."""

    def wait(holds: Callable[[], bool]) -> None:
        qtbot.waitUntil(holds, timeout=60_000)  # type: ignore[attr-defined]
        # What a layout was given becomes visible by an event of its own, which may not have had its turn yet.
        QApplication.processEvents()

    return wait


@pytest.fixture
def desks() -> SettingsDesks:
    """What the pages of the settings show."""
    return SettingsDesks()


@pytest.fixture(name="shown")
def settings_shown(qtbot: QtBot, fake: FakeDesktop, desks: SettingsDesks) -> Iterator[Desktop]:
    """A desktop with its settings open."""
    with started(furnished(fake, desks)) as made:
        made.open_settings()
        yield made


def page_of(desktop: Desktop, name: str, kind: type[Page]) -> Page:
    """Go to a page of the settings, which are open, and return it."""
    assert desktop.settings_dialog is not None
    desktop.settings_dialog.go_to(name)
    page = desktop.settings_dialog.page(name)
    assert isinstance(page, kind)
    return page


def questions(desktop: Desktop) -> list[str]:
    """The questions on the screen, top to bottom."""
    return [widget.text for widget in desktop.window.view.findChildren(UserMessage)]


def answers(desktop: Desktop) -> list[AnswerMessage]:
    """The answers on the screen, top to bottom."""
    return desktop.window.view.widget().findChildren(AnswerMessage)


def shown(answer: AnswerMessage) -> str:
    """The words a person sees in an answer's body, top to bottom."""
    parts: list[str] = []
    for widget in answer.body.children():
        if isinstance(widget, RichText) and widget.isVisibleTo(answer.body):
            parts.append(widget.document().toPlainText())
        elif isinstance(widget, CodeBlock) and widget.isVisibleTo(answer.body):
            parts.append(widget.code)
    return "\n".join(parts)


def type_and_send(desktop: Desktop, qtbot: QtBot, text: str) -> None:
    """Type a question and press Return."""
    qtbot.keyClicks(desktop.window.composer.input, text)
    qtbot.keyClick(desktop.window.composer.input, Qt.Key.Key_Return)


def transcript(text: str) -> Transcript:
    """What the recogniser made of words that it trusts."""
    return Transcript(text=text, language="en", engine="x", quality="full")


def key(window: QWindow | None, kind: QEvent.Type, which: Qt.Key = Qt.Key.Key_F9, *, again: bool = False) -> QKeyEvent:
    """Send a key to a window as the display does, which then gives it to whatever has the keyboard."""
    assert window is not None
    event = QKeyEvent(kind, which, Qt.KeyboardModifier.NoModifier, "", again)
    QApplication.sendEvent(window, event)
    return event


def held(desktop: Desktop) -> QWindow:
    """The window's native one, whose keys are looked at."""
    window = desktop.window.windowHandle()
    desktop.window.spoken._held_key.follow(window)
    return window


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's platform without a screen says what it cannot do, such as raise a window; nothing else is forgiven."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(
                pytest.mark.qt_log_ignore(
                    "This plugin does not support (raise|propagateSizeHints|grabbing the keyboard)"
                )
            )
