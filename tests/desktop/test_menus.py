"""Every menu that there is, opened: each entry has words, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from jarvis.desktop.memory_card import MemoryCard
from jarvis.desktop.models_card import ModelCard
from tests.desktop.by_keys import Whole, everything
from tests.desktop.conftest import Until, answers
from tests.fakes.assistant import ScriptedEngine


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[Whole]:
    with everything(tmp_path) as made:
        qtbot.waitActive(made.desktop.window)
        yield made


def entries(menu: QMenu) -> list[str]:
    """Open a menu and return what its entries say, those of the menus in it too."""
    menu.aboutToShow.emit()
    found: list[str] = []
    for action in menu.actions():
        if not action.isSeparator():
            found.append(action.text())
            inside = action.menu()
            if isinstance(inside, QMenu):
                found += entries(inside)
    return found


def test_every_entry_has_words(world: Whole, until: Until) -> None:
    desktop = world.desktop
    world.routed.bench.engines = [ScriptedEngine("small", ["A rainbow is light."])]
    desktop.session.ask("Explain how rainbows form")
    until(lambda: bool(answers(desktop)) and answers(desktop)[0].answer.phase == "done")
    desktop.further.show_models()
    desktop.open_memory()
    models, memory = desktop.further.window("models"), desktop.memory_window
    assert models is not None and memory is not None
    until(lambda: bool(models.findChildren(ModelCard)) and bool(memory.findChildren(MemoryCard)))
    world.routed.settings.set("voice.pill", True)
    desktop.apply_settings()
    for language in ("en", "es"):
        world.routed.settings.set("language", language)
        desktop.apply_settings()
        found = {id(menu): entries(menu) for menu in menus()}
        assert len(found) > 5
        assert all(text.strip() for texts in found.values() for text in texts)
    tray = entries(desktop.tray.menu)
    assert "Salir" in " ".join(tray) and len(tray) > 12
    assert all(text.strip() for text in tray)


def menus() -> list[QMenu]:
    """Return every menu of the application."""
    return [widget for widget in QApplication.allWidgets() if isinstance(widget, QMenu) and isValid(widget)]
