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


PATIENCE_SECONDS = 60.0
"""Far longer than anything takes; a wait ends when what it waits for has come."""
CHAT = "^Jarvis$"
_IN_FRONT = (("getactivewindow",), ("getwindowfocus", "-f"))
"""What the window manager says is in front, and what the screen says has the keyboard."""


def wait(holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Return once `holds()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


class VirtualScreen:
    """Started at once; `environment` is what its programs need. `close` ends everything by process id.

    Held keys do not repeat (`-r`) unless `repeats`: a stall between press and release would otherwise type a letter
    many times. Nor does the screen begin anew (`-noreset`) when its only program leaves, which would throw out whoever
    is just coming.
    """

    def __init__(self, *, repeats: bool = False) -> None:
        read, write = os.pipe()
        command = f"Xvfb -displayfd {write} -noreset -screen 0 1280x900x24 -nolisten tcp".split()
        command += [] if repeats else ["-r"]
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
        try:
            self._start("openbox")
            wait(lambda: self._xdotool("get_num_desktops").returncode == 0)
            self._start("trayer", "--edge", "bottom", "--widthtype", "request")
        except BaseException:
            self.close()
            raise

    def windows(self, name: str = CHAT) -> list[str]:
        """Return the ids of the visible windows called `name`; a window is none while it gets its frame."""
        done = self._xdotool("search", "--onlyvisible", "--name", name)
        while "X Error" in done.stderr:
            # Some window, maybe another one, went away while the search was looking at it.
            done = self._xdotool("search", "--onlyvisible", "--name", name)
        return done.stdout.split()

    def to_front(self, name: str = CHAT) -> str:
        """Wait for the window called `name`, bring it to the front and return its id once it has the keyboard.

        Being active alone proves nothing: a new window may have the id of one that is gone, and that stays written.
        """
        front = ""

        def in_front() -> bool:
            nonlocal front
            for front in self.windows(name)[-1:]:
                if [self._xdotool(*asked).stdout.strip() for asked in _IN_FRONT] == [front, front]:
                    return True
                self._xdotool("windowactivate", front)
            return False

        wait(in_front)
        return front

    def type(self, text: str, name: str = CHAT) -> None:
        """Type into the window called `name`, after bringing it to the front."""
        self.to_front(name)
        self.keys("type", "--delay", "15", text)

    def keys(self, *arguments: str) -> None:
        """Press keys in the window that has the keyboard; fails when they could not be sent."""
        done = self._xdotool(*arguments)
        assert done.returncode == 0, done.stderr

    def close(self) -> None:
        """End the screen and what runs on it."""
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            process.wait(PATIENCE_SECONDS)

    def _xdotool(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["xdotool", *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )

    def _start(self, *command: str) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._started.append(subprocess.Popen(command, env=self.environment, **quiet))  # type: ignore[call-overload]
