"""Starts the program again in the place of this process. Knows nothing of what it does."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from jarvis.processes.ending import write_out
from jarvis.processes.registry import ChildRegistry

_LOG = logging.getLogger(__name__)
_FIRST_OWN = 3
"""Descriptors below are the ones that every program has."""


def start_anew(arguments: Sequence[str], registry: ChildRegistry) -> NoReturn:
    """Run the program again with `arguments`, however it was started; never returns.

    To be called once everything is closed: locks end here, and no handle of this process lives on. A child in
    `registry` that outlived that is killed: the program that follows has this one's id, and would take it for its own.
    """
    for name in registry.kill_own():
        _LOG.warning("%s still ran at the restart and was ended", name)
    command = [*sys.orig_argv[: len(sys.orig_argv) - len(sys.argv) + 1], *arguments]
    command[0] = sys.executable
    write_out()
    if sys.platform == "win32":
        # There, taking another program's place leaves whoever waits for this one with nothing to wait for.
        subprocess.Popen(command)
        os._exit(0)
    for descriptor in sorted(int(entry.name) for entry in Path("/dev/fd").iterdir()):
        if descriptor >= _FIRST_OWN:
            _close_on_start(descriptor)
    os.execv(command[0], command)


def _close_on_start(descriptor: int) -> None:
    try:
        os.set_inheritable(descriptor, False)
    except OSError as error:
        # The one with which the list was read is gone by now.
        _LOG.debug("descriptor %s: %s", descriptor, error)
