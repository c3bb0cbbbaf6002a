"""The real program on a virtual display with a window manager and a tray, driven by keys from outside."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from jarvis.desktop.instance import raise_running_instance

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("Xvfb", "openbox", "trayer", "xdotool", "import")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


def wait(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    """A screen of our own with a window manager and a tray; everything is ended by process id."""
    read, write = os.pipe()
    started = [
        subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
    ]
    os.close(write)
    with os.fdopen(read) as file:
        number = file.readline().strip()
    environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started.append(subprocess.Popen(["openbox"], **quiet))
    started.append(subprocess.Popen(["trayer", "--edge", "bottom", "--widthtype", "request"], **quiet))
    time.sleep(0.5)
    yield environment
    for process in reversed(started):
        process.terminate()
    for process in started:
        process.wait(10)


@pytest.fixture
def program(display: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/programs/desktop_over_fakes.py"), str(tmp_path)], env=display
    )
    wait((tmp_path / "tray").exists)
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(10)


def keys(display: dict[str, str], *arguments: str) -> str:
    # xdotool exits with 1 when a search finds nothing, which is an answer here.
    command = ["xdotool", *arguments]
    return subprocess.run(command, env=display, capture_output=True, text=True, timeout=30, check=False).stdout


def visible(display: dict[str, str]) -> list[str]:
    return keys(display, "search", "--onlyvisible", "--name", "^Jarvis$").split()


def colours_on_screen(display: dict[str, str], file: Path) -> int:
    subprocess.run(["import", "-window", "root", str(file)], env=display, check=True, timeout=30)
    image = QImage(str(file)).scaled(320, 225)
    return len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())})


def test_a_day_in_the_window(program: subprocess.Popen[bytes], display: dict[str, str], tmp_path: Path) -> None:
    assert (tmp_path / "tray").read_text() == "tray"
    wait(lambda: bool(visible(display)))
    window = visible(display)[-1]
    keys(display, "windowactivate", "--sync", window)
    keys(display, "type", "--delay", "15", "hello from outside")
    keys(display, "key", "Return")
    asked = tmp_path / "asked"
    wait(lambda: asked.exists() and asked.read_text() == "chat: hello from outside\n")
    time.sleep(0.5)
    assert colours_on_screen(display, tmp_path / "screen.png") > 20

    keys(display, "key", "ctrl+alt+j")
    wait(lambda: bool(keys(display, "search", "--onlyvisible", "--name", "^Quick question").split()))
    quick = keys(display, "search", "--onlyvisible", "--name", "^Quick question").split()[0]
    keys(display, "windowactivate", "--sync", quick)
    keys(display, "type", "--delay", "15", "quick one")
    keys(display, "key", "Return")
    wait(lambda: asked.read_text().endswith("quick: quick one\n"))
    keys(display, "key", "Escape")
    wait(lambda: not keys(display, "search", "--onlyvisible", "--name", "^Quick question").split())

    keys(display, "windowactivate", "--sync", window)
    keys(display, "key", "alt+F4")
    wait(lambda: not visible(display))
    assert program.poll() is None, "closing the window must go to the tray"
    assert raise_running_instance(tmp_path)
    wait(lambda: bool(visible(display)))

    program.send_signal(signal.SIGTERM)
    assert program.wait(20) == 0
    assert (tmp_path / "quit").exists()
    assert not raise_running_instance(tmp_path)


def test_killing_it_loses_no_draft(program: subprocess.Popen[bytes], display: dict[str, str], tmp_path: Path) -> None:
    wait(lambda: bool(visible(display)))
    keys(display, "windowactivate", "--sync", visible(display)[-1])
    keys(display, "type", "--delay", "15", "unfinished thought")
    file = tmp_path / "desktop.json"
    wait(lambda: file.exists() and "unfinished thought" in file.read_text(encoding="utf-8"))
    program.kill()
    program.wait(10)
    assert not raise_running_instance(tmp_path), "a dead window must not look alive"
