"""The real program on a virtual display with a window manager and a tray, driven by keys from outside."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from jarvis.desktop.instance import raise_running_instance
from tests.fakes.screen import MISSING_PROGRAMS, PATIENCE_SECONDS, ROOT, VirtualScreen, wait

pytestmark = pytest.mark.skipif(bool(MISSING_PROGRAMS), reason=f"not installed: {', '.join(MISSING_PROGRAMS)}")
QUICK = "^Quick query"


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
    wait(lambda: (tmp_path / "tray").exists() or process.poll() is not None)
    assert process.poll() is None
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(PATIENCE_SECONDS)


def colours_on_screen(screen: VirtualScreen, file: Path) -> int:
    subprocess.run(
        ["import", "-window", "root", str(file)], env=screen.environment, check=True, timeout=PATIENCE_SECONDS
    )
    image = QImage(str(file)).scaled(320, 225)
    return len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())})


def test_a_day_in_the_window(program: subprocess.Popen[bytes], screen: VirtualScreen, tmp_path: Path) -> None:
    screen.type("hello from outside")
    screen.keys("key", "Return")
    asked = tmp_path / "asked"
    wait(lambda: asked.exists() and asked.read_text() == "chat: hello from outside\n")
    wait(lambda: colours_on_screen(screen, tmp_path / "screen.png") > 20)

    screen.to_front()
    screen.keys("key", "ctrl+alt+j")
    screen.type("quick one", QUICK)
    screen.keys("key", "Return")
    wait(lambda: asked.read_text().endswith("quick: quick one\n"))
    screen.to_front(QUICK)
    screen.keys("key", "Escape")
    wait(lambda: not screen.windows(QUICK))

    screen.to_front()
    screen.keys("key", "alt+F4")
    wait(lambda: not screen.windows())
    assert program.poll() is None, "closing the window must go to the tray"
    assert raise_running_instance(tmp_path)
    wait(lambda: bool(screen.windows()))

    program.send_signal(signal.SIGTERM)
    assert program.wait(PATIENCE_SECONDS) == 0
    assert (tmp_path / "quit").exists()
    assert not raise_running_instance(tmp_path)


def test_killing_it_loses_no_draft(program: subprocess.Popen[bytes], screen: VirtualScreen, tmp_path: Path) -> None:
    screen.type("unfinished thought")
    file = tmp_path / "desktop.json"
    wait(lambda: file.exists() and "unfinished thought" in file.read_text(encoding="utf-8"))
    program.kill()
    program.wait(PATIENCE_SECONDS)
    assert not raise_running_instance(tmp_path), "a dead window must not look alive"
