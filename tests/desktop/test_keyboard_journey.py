"""Everything by keys alone: from the chat to each window, one thing done in each, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from jarvis.desktop.decision_view import DecisionWindow
from jarvis.desktop.paged_dialog import PagedDialog
from jarvis.desktop.run import Desktop
from tests.desktop.by_keys import Whole, back_in_chat, everything, opened, press, tab_to, type_in
from tests.desktop.conftest import Until, answers
from tests.fakes.desk_routing import RoutedDesktop


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[Whole]:
    with everything(tmp_path) as made:
        qtbot.waitActive(made.desktop.window)
        yield made


@pytest.fixture
def whole(world: Whole) -> Desktop:
    return world.desktop


@pytest.fixture
def routed(world: Whole) -> RoutedDesktop:
    return world.routed


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
