"""The real program on a virtual display with a window manager and a tray, driven by keys from outside."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from jarvis.desktop.instance import raise_running_instance
from tests.fakes.screen import MISSING_PROGRAMS, ROOT, VirtualScreen, wait

pytestmark = pytest.mark.skipif(bool(MISSING_PROGRAMS), reason=f"not installed: {', '.join(MISSING_PROGRAMS)}")


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    screen = VirtualScreen()
    yield screen
    screen.close()


@pytest.fixture
def program(screen: VirtualScreen, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/programs/desktop_over_fakes.py"), str(tmp_path)], env=screen.environment
    )
    wait((tmp_path / "tray").exists)
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(10)


def colours_on_screen(screen: VirtualScreen, file: Path) -> int:
    subprocess.run(["import", "-window", "root", str(file)], env=screen.environment, check=True, timeout=30)
    image = QImage(str(file)).scaled(320, 225)
    return len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())})


def test_a_day_in_the_window(program: subprocess.Popen[bytes], screen: VirtualScreen, tmp_path: Path) -> None:
    assert (tmp_path / "tray").read_text() == "tray"
    wait(lambda: bool(screen.windows()))
    window = screen.windows()[-1]
    screen.keys("windowactivate", "--sync", window)
    screen.keys("type", "--delay", "15", "hello from outside")
    screen.keys("key", "Return")
    asked = tmp_path / "asked"
    wait(lambda: asked.exists() and asked.read_text() == "chat: hello from outside\n")
    time.sleep(0.5)
    assert colours_on_screen(screen, tmp_path / "screen.png") > 20

    screen.keys("key", "ctrl+alt+j")
    wait(lambda: bool(screen.windows("^Quick question")))
    quick = screen.windows("^Quick question")[0]
    screen.keys("windowactivate", "--sync", quick)
    screen.keys("type", "--delay", "15", "quick one")
    screen.keys("key", "Return")
    wait(lambda: asked.read_text().endswith("quick: quick one\n"))
    screen.keys("key", "Escape")
    wait(lambda: not screen.windows("^Quick question"))

    screen.keys("windowactivate", "--sync", window)
    screen.keys("key", "alt+F4")
    wait(lambda: not screen.windows())
    assert program.poll() is None, "closing the window must go to the tray"
    assert raise_running_instance(tmp_path)
    wait(lambda: bool(screen.windows()))

    program.send_signal(signal.SIGTERM)
    assert program.wait(20) == 0
    assert (tmp_path / "quit").exists()
    assert not raise_running_instance(tmp_path)


def test_killing_it_loses_no_draft(program: subprocess.Popen[bytes], screen: VirtualScreen, tmp_path: Path) -> None:
    wait(lambda: bool(screen.windows()))
    screen.keys("windowactivate", "--sync", screen.windows()[-1])
    screen.keys("type", "--delay", "15", "unfinished thought")
    file = tmp_path / "desktop.json"
    wait(lambda: file.exists() and "unfinished thought" in file.read_text(encoding="utf-8"))
    program.kill()
    program.wait(10)
    assert not raise_running_instance(tmp_path), "a dead window must not look alive"
