"""A screen of its own with a window manager and a tray, for tests of real windows."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("Xvfb", "openbox", "trayer", "xdotool", "import")
MISSING_PROGRAMS = [name for name in NEEDED if shutil.which(name) is None]


def wait(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Return once `holds()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


class VirtualScreen:
    """Started at once; `environment` is what its programs need. `close` ends everything by process id."""

    def __init__(self) -> None:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
        self._started = [subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)]
        os.close(write)
        with os.fdopen(read) as file:
            number = file.readline().strip()
        self.environment = {
            **os.environ,
            "DISPLAY": f":{number}",
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONPATH": str(ROOT),
        }
        self._start("openbox")
        self._start("trayer", "--edge", "bottom", "--widthtype", "request")
        time.sleep(0.5)

    def keys(self, *arguments: str) -> str:
        """Run xdotool and return what it printed; it fails when a search finds nothing, which is an answer here."""
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environment, capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout

    def windows(self, name: str = "^Jarvis$") -> list[str]:
        """Return the ids of the visible windows called `name`."""
        return self.keys("search", "--onlyvisible", "--name", name).split()

    def close(self) -> None:
        """End the screen and what runs on it."""
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            process.wait(10)

    def _start(self, *command: str) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._started.append(subprocess.Popen(command, env=self.environment, **quiet))  # type: ignore[call-overload]
