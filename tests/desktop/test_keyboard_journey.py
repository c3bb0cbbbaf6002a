"""Everything by keys alone: from the chat to each window, one thing done in each, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from jarvis.contracts.memory import NewMemory
from jarvis.desktop.decision_view import DecisionWindow
from jarvis.desktop.paged_dialog import PagedDialog
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, answers, started
from tests.fakes.desk_models import FakeModelDesk
from tests.fakes.desk_resources import REFERENCE_RIG, AddedUp, DescribedMachine
from tests.fakes.desk_routing import RoutedDesktop
from tests.fakes.desk_settings import furnished
from tests.fakes.memory_desk import DeskWorld

MOST_STOPS = 150
"""Stops of the keyboard after which a window is taken to have no such one."""


@pytest.fixture
def routed(tmp_path: Path) -> RoutedDesktop:
    return RoutedDesktop(tmp_path)


@pytest.fixture
def whole(qtbot: QtBot, routed: RoutedDesktop, tmp_path: Path) -> Iterator[Desktop]:
    """A desktop with every window."""
    world = DeskWorld(tmp_path / "memories")
    list(world.desk.add([NewMemory(text="The boiler hums at night")]))
    models, machine, spent = FakeModelDesk(), DescribedMachine(REFERENCE_RIG), AddedUp()
    stored = routed.services.spending
    assert stored is not None
    spent.decisions_of, spent.calls_of = stored().decisions_of, stored().calls_of  # type: ignore[method-assign]
    services = replace(
        furnished(routed),
        memory=lambda: world.desk,
        models=lambda: models,
        resources=lambda: machine,
        spending=lambda: spent,
    )
    with started(services) as made:
        qtbot.waitActive(made.window)
        yield made
    world.close()


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is."""
    to = QApplication.focusWidget() or QApplication.activeWindow()
    assert to is not None, "nothing has the keyboard"
    QTest.keyClick(to, key, modifier)
    QApplication.processEvents()


def type_in(text: str) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


def tab_to(name: str, *, back: bool = False) -> QWidget:
    """Press Tab until what is called `name` has the keyboard."""
    seen = []
    for _ in range(MOST_STOPS):
        focused = QApplication.focusWidget()
        if focused is not None and focused.accessibleName() == name:
            return focused
        seen.append(focused.accessibleName() if focused is not None else "nothing")
        press(Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab)
    raise AssertionError(f"no Tab leads to {name!r}, only to {sorted(set(seen))}")


def back_in_chat(desktop: Desktop, until: Until) -> None:
    """Leave a window with Esc and find oneself in the chat with the keyboard somewhere."""
    left = QApplication.activeWindow()
    assert left is not None and left is not desktop.window
    press(Qt.Key.Key_Escape)
    until(lambda: not isValid(left) or not left.isVisible())
    # What a window manager does with a window whose child went.
    desktop.window.activateWindow()
    until(lambda: QApplication.activeWindow() is desktop.window and QApplication.focusWidget() is not None)


def opened(name: str, found: Callable[[], QWidget | None], until: Until) -> QWidget:
    """Tab to the button called `name`, press it, and wait for its window to have the keyboard."""
    tab_to(name)
    press(Qt.Key.Key_Space)
    until(lambda: (shown := found()) is not None and QApplication.activeWindow() is shown)
    shown = found()
    assert shown is not None
    return shown


def test_each_window_and_back(whole: Desktop, routed: RoutedDesktop, until: Until) -> None:
    # Models: another page of it.
    models = opened("Models", lambda: whole.further.window("models"), until)
    assert isinstance(models, PagedDialog)
    before = models.pages.currentRow()
    tab_to(models.pages.accessibleName())
    press(Qt.Key.Key_Down)
    assert models.pages.currentRow() == before + 1
    back_in_chat(whole, until)

    # Resources: to something in it.
    opened("Resources", lambda: whole.further.window("resources"), until)
    press(Qt.Key.Key_Tab)
    back_in_chat(whole, until)

    # Usage.
    opened("Usage", lambda: whole.further.window("usage"), until)
    press(Qt.Key.Key_Tab)
    back_in_chat(whole, until)

    # Memory.
    memory = opened("Memory", lambda: whole.memory_window, until)
    assert isinstance(memory, PagedDialog)
    tab_to(memory.pages.accessibleName())
    press(Qt.Key.Key_Down)
    assert memory.pages.currentRow() == 1
    back_in_chat(whole, until)

    # Settings: search for an option, go to it, change it.
    dialog = opened("Settings", lambda: whole.settings_dialog, until)
    press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is whole.settings_dialog.search  # type: ignore[union-attr]
    type_in("light or dark")
    press(Qt.Key.Key_Return)
    until(lambda: (QApplication.focusWidget() or dialog).accessibleName() == "Light or dark")
    assert routed.settings.text("appearance.theme") == "light"
    press(Qt.Key.Key_Down)
    until(lambda: routed.settings.text("appearance.theme") == "dark")
    back_in_chat(whole, until)


def test_an_answer_and_the_quick_query(whole: Desktop, until: Until) -> None:
    type_in("hello there")
    press(Qt.Key.Key_Return)
    until(lambda: bool(answers(whole)) and answers(whole)[0].answer.phase == "done")
    tab_to(answers(whole)[0].acts.why.accessibleName(), back=True)
    press(Qt.Key.Key_Space)
    until(lambda: isinstance(QApplication.activeWindow(), DecisionWindow))
    back_in_chat(whole, until)

    # The quick query.
    press(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    until(lambda: QApplication.activeWindow() is whole.quick)
    type_in("what is 12 times 8")
    press(Qt.Key.Key_Return)
    until(lambda: whole.quick._answer is not None and whole.quick._answer.ended)
    press(Qt.Key.Key_Escape)
    until(lambda: not whole.quick.isVisible())
