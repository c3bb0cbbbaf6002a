"""The quick query from every program: by its keys on a real screen, and by the command of a desktop's own shortcut."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jarvis.host.shortcuts_x11 import X11Shortcuts
from tests.fakes.screen import CHAT, MISSING_PROGRAMS, PATIENCE_SECONDS, ROOT, VirtualScreen, wait
from tests.journeys.program import Program

pytestmark = pytest.mark.skipif(bool(MISSING_PROGRAMS), reason=f"not installed: {', '.join(MISSING_PROGRAMS)}")
QUICK = "^Quick query"
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    screen = VirtualScreen()
    yield screen
    screen.close()


@pytest.fixture
def start(screen: VirtualScreen, tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def one(*arguments: str) -> subprocess.Popen[bytes]:
        program = str(ROOT / "tests/programs/desktop_over_fakes.py")
        environment = {**screen.environment, "XDG_SESSION_TYPE": "x11", "WAYLAND_DISPLAY": ""}
        started.append(subprocess.Popen([sys.executable, program, str(tmp_path), *arguments], env=environment))
        return started[-1]

    yield one
    for process in started:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def test_the_keys_work_while_the_window_is_away_and_are_given_back(
    start: Start, screen: VirtualScreen, tmp_path: Path
) -> None:
    process = start()
    wait((tmp_path / "tray").exists)
    screen.to_front()
    screen.keys("key", "alt+F4")
    wait(lambda: not screen.windows())
    wait(lambda: taken(screen))
    screen.keys("key", "ctrl+alt+j")
    screen.type("from anywhere", QUICK)
    screen.keys("key", "Return")
    asked = tmp_path / "asked"
    wait(lambda: asked.exists() and asked.read_text() == "quick: from anywhere\n")
    screen.to_front(QUICK)
    screen.keys("key", "ctrl+alt+j")
    wait(lambda: not screen.windows(QUICK))
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 0
    assert not taken(screen)


def test_the_command_shows_the_quick_query_of_the_jarvis_that_runs(screen: VirtualScreen, tmp_path: Path) -> None:
    names = ("DISPLAY", "QT_QPA_PLATFORM")
    program = Program(tmp_path / "home", {name: screen.environment[name] for name in names})
    first = program.start("quick")
    try:
        wait(lambda: bool(screen.windows(QUICK)) or first.poll() is not None)
        # With a tray to come back to, nobody who asked for one line gets a whole window.
        assert not screen.windows(CHAT)
        again = program.run("quick")
        assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
        wait(lambda: bool(screen.windows(QUICK)))
    finally:
        os.kill(first.pid, signal.SIGTERM)
        first.communicate(timeout=PATIENCE_SECONDS)
    assert first.returncode == 0


def taken(screen: VirtualScreen) -> bool:
    """Tell whether somebody has the keys now."""
    from jarvis.contracts.errors import DeviceError

    shortcuts = X11Shortcuts(screen.environment["DISPLAY"])
    try:
        shortcuts.bind("probe", "Ctrl+Alt+J", "", lambda token: None)
    except DeviceError:
        return True
    finally:
        shortcuts.close()
    return False
