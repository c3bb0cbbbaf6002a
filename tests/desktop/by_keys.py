"""A desktop with every window, and hands that have nothing but a keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from jarvis.contracts.memory import NewMemory
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, started
from tests.fakes.desk_models import FakeModelDesk
from tests.fakes.desk_resources import REFERENCE_RIG, AddedUp, DescribedMachine
from tests.fakes.desk_routing import RoutedDesktop
from tests.fakes.desk_settings import SettingsDesks, furnished
from tests.fakes.memory_desk import DeskWorld

MOST_STOPS = 150
"""Stops of the keyboard after which a window is taken to have no such one."""
REMEMBERED = "The boiler hums at night"


@dataclass(kw_only=True)
class Whole:
    """A desktop with every window, and what stands behind them."""

    desktop: Desktop
    routed: RoutedDesktop
    models: FakeModelDesk
    machine: DescribedMachine
    memory: DeskWorld
    desks: SettingsDesks


@contextmanager
def everything(folder: Path) -> Iterator[Whole]:
    """Yield it, shown, without the first run."""
    routed = RoutedDesktop(folder)
    memory = DeskWorld(folder / "memories")
    list(memory.desk.add([NewMemory(text=REMEMBERED)]))
    models, machine, spent, desks = FakeModelDesk(), DescribedMachine(REFERENCE_RIG), AddedUp(), SettingsDesks()
    stored = routed.services.spending
    assert stored is not None
    spent.decisions_of, spent.calls_of = stored().decisions_of, stored().calls_of  # type: ignore[method-assign]
    services = replace(
        furnished(routed, desks),
        memory=lambda: memory.desk,
        models=lambda: models,
        resources=lambda: machine,
        spending=lambda: spent,
    )
    with started(services) as desktop:
        yield Whole(desktop=desktop, routed=routed, models=models, machine=machine, memory=memory, desks=desks)
    memory.close()


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is; an open menu has it before every window."""
    to = QApplication.activePopupWidget() or QApplication.focusWidget() or QApplication.activeWindow()
    assert to is not None, "nothing has the keyboard"
    QTest.keyClick(to, key, modifier)
    QApplication.processEvents()


def type_in(text: str) -> None:
    """Type where the keyboard is."""
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


def do(name: str, *, back: bool = False) -> None:
    """Tab to the button called `name` and press it."""
    tab_to(name, back=back)
    press(Qt.Key.Key_Space)


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
    do(name)
    until(lambda: (shown := found()) is not None and QApplication.activeWindow() is shown)
    shown = found()
    assert shown is not None
    return shown
