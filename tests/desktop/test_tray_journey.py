"""The real program in the tray of a panel that speaks D-Bus, as Plasma and GNOME's extension do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.host.session_bus import BusConnection, CallFailed, session_bus
from tests.fakes.screen import MISSING_PROGRAMS, PATIENCE_SECONDS, ROOT, VirtualScreen, wait
from tests.host.conftest import bus_address, on_bus

__all__ = ["bus_address", "on_bus"]
pytestmark = pytest.mark.skipif(bool(MISSING_PROGRAMS), reason=f"not installed: {', '.join(MISSING_PROGRAMS)}")
QUICK = "^Quick query"
ITEM, MENU = "org.kde.StatusNotifierItem", "com.canonical.dbusmenu"


class Panel:
    """What a panel asks of Jarvis' item."""

    def __init__(self, bus: BusConnection, item: str) -> None:
        self._bus = bus
        self._item = item

    def click(self) -> None:
        self._bus.call(self._item, "/StatusNotifierItem", ITEM, "Activate", "ii", (0, 0), PATIENCE_SECONDS)

    def tooltip(self) -> str:
        return str(self._bus.properties(self._item, "/StatusNotifierItem", ITEM)["ToolTip"][2])

    def picture(self) -> bytes:
        pixmaps = self._bus.properties(self._item, "/StatusNotifierItem", ITEM)["IconPixmap"]
        return bytes(max(pixmaps)[2])

    def lines(self) -> dict[str, int]:
        """Open the menu and return its lines, with the numbers by which they are chosen."""
        self._menu("AboutToShow", "i", (0,))
        _, layout = self._menu("GetLayout", "iias", (0, 1, []))
        found = {str(facts["label"][1]): number for _, (number, facts, _) in layout[2] if "label" in facts}
        return {label.replace("_", ""): number for label, number in found.items()}

    def choose(self, line: str) -> None:
        self._menu("Event", "isvu", (self.lines()[line], "clicked", ("s", ""), 0))

    def _menu(self, method: str, signature: str, body: tuple[Any, ...]) -> tuple[Any, ...]:
        return self._bus.call(self._item, "/MenuBar", MENU, method, signature, body, PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    screen = VirtualScreen()
    yield screen
    screen.close()


@pytest.fixture
def program(
    screen: VirtualScreen, bus_address: str, on_bus: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[bytes], Panel]]:
    host = on_bus("tray_host")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/programs/desktop_over_fakes.py"), str(tmp_path)],
        env={**screen.environment, "DBUS_SESSION_BUS_ADDRESS": bus_address},
    )
    try:
        assert host.stdout is not None
        with session_bus(bus_address) as bus:
            yield process, Panel(bus, host.stdout.readline().strip())
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def test_a_panel_that_speaks_d_bus_shows_everything(
    program: tuple[subprocess.Popen[bytes], Panel], screen: VirtualScreen, tmp_path: Path
) -> None:
    process, panel = program
    wait(lambda: panel.tooltip() == "Jarvis: Say “hey Jarvis”")
    assert len(panel.picture()) >= 4 * 22 * 22
    wait(lambda: bool(screen.windows()))
    screen.to_front()
    screen.keys("key", "alt+F4")
    wait(lambda: not screen.windows())
    assert process.poll() is None
    panel.click()
    wait(lambda: bool(screen.windows(QUICK)))
    assert {"Quick query", "Timers and alarms", "Stop everything", "Windows"} <= set(panel.lines())
    panel.choose("Open Jarvis")
    wait(lambda: bool(screen.windows()))
    panel.choose("Quit Jarvis")
    wait(lambda: process.poll() is not None)
    assert process.returncode == 0 and (tmp_path / "quit").exists()
    with pytest.raises(CallFailed):
        panel.tooltip()
