"""The voice pill on a real screen: a press talks, a drag moves it, and the chat keeps the keyboard all the while."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.screen import MISSING_PROGRAMS, PATIENCE_SECONDS, ROOT, VirtualScreen, wait

pytestmark = pytest.mark.skipif(bool(MISSING_PROGRAMS), reason=f"not installed: {', '.join(MISSING_PROGRAMS)}")
PILL = "^Jarvis' voice$"


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    screen = VirtualScreen()
    yield screen
    screen.close()


@pytest.fixture
def folder(screen: VirtualScreen, tmp_path: Path) -> Iterator[Path]:
    environment = {**screen.environment, "XDG_SESSION_TYPE": "x11", "WAYLAND_DISPLAY": ""}
    program = str(ROOT / "tests/programs/pill_over_fakes.py")
    process = subprocess.Popen([sys.executable, program, str(tmp_path)], env=environment)
    yield tmp_path
    process.kill()
    process.wait(PATIENCE_SECONDS)


def place(screen: VirtualScreen) -> tuple[int, int]:
    """Where the pill's corner is."""
    (pill,) = screen.windows(PILL)
    told = screen._xdotool("getwindowgeometry", "--shell", pill).stdout
    values = dict(line.split("=") for line in told.splitlines())
    return int(values["X"]), int(values["Y"])


def seen(folder: Path) -> list[str]:
    return (folder / "seen").read_text().split("|")


def test_a_press_talks_and_a_drag_moves_it_without_taking_the_keyboard(screen: VirtualScreen, folder: Path) -> None:
    wait(lambda: len(screen.windows(PILL)) == 1)
    screen.to_front()
    wait(lambda: seen(folder) == ["", "0", "Jarvis"])
    x, y = place(screen)
    screen.keys("mousemove", str(x + 40), str(y + 20), "click", "1")
    wait(lambda: seen(folder) == ["push_to_talk", "0", "Jarvis"])
    # It is narrower now, and so somewhat elsewhere.
    wait(lambda: place(screen)[0] > x)
    x, y = place(screen)
    screen.keys("mousemove", str(x + 40), str(y + 20), "mousedown", "1")
    for step in range(1, 21):
        screen.keys("mousemove", str(x + 40 - 10 * step), str(y + 20 - 15 * step))
    screen.keys("mouseup", "1")
    wait(lambda: place(screen)[0] < x - 100 and place(screen)[1] < y - 150)

    def kept() -> str:
        file = folder / "desktop.json"
        return str(json.loads(file.read_text()).get("pill", "")) if file.exists() else ""

    wait(lambda: kept() == ",".join(map(str, place(screen))))
    assert seen(folder) == ["push_to_talk", "0", "Jarvis"]
    x, y = place(screen)
    screen.keys("mousemove", str(x + 40), str(y + 20), "click", "1")
    wait(lambda: seen(folder) == ["push_to_talk", "1", "Jarvis"])
