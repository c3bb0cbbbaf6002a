"""Shows the quick query from outside: in the window that runs, or in one that is started for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from jarvis.contracts.errors import AlreadyRunning

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

STARTING_SECONDS = 20.0
"""How long a window that is just starting may take until it can be asked."""
_LOOK_SECONDS = 0.2


def run_quick(jarvis: Jarvis) -> int:
    """Show the quick query; returns at once where Jarvis runs, and else when the desktop ends, with its exit code."""
    folder = jarvis.folders.run
    try:
        from jarvis.desktop.instance import QUICK_ARGUMENT, tell_running_instance
    except ImportError:
        # A desktop that cannot be opened says why.
        return _opened(jarvis, [])
    # Before anything else is loaded: whoever pressed a key waits for this.
    if tell_running_instance(folder, "quick"):
        return 0
    try:
        return _opened(jarvis, [QUICK_ARGUMENT])
    except AlreadyRunning:
        if not until(lambda: tell_running_instance(folder, "quick"), STARTING_SECONDS):
            raise
        return 0


def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Look until `holds()` or until `seconds` have passed; tells which."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= end:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def _opened(jarvis: Jarvis, arguments: list[str]) -> int:
    from jarvis.app.window import run_window

    return run_window(jarvis, arguments)
