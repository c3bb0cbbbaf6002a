"""Ties this process down before it reads what strangers wrote: memory, processor time, no writing, no network.

Linux and macOS have every bound; on Windows only the reader's clock and the refusals of this module hold.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

_OPEN_FILES = 64
_NICENESS = 5
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "pty.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def tie_down(memory_bytes: int) -> None:
    """Bound this process for good: address space, open files, no file written, no program, no connection."""
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError):
        # A person may have forbidden it; reading then competes with the window, that is all.
        os.nice(_NICENESS)
    _lower(resource.RLIMIT_AS, memory_bytes)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def allow_processor_seconds(seconds: float) -> None:
    """Let this process use `seconds` more of processor time; the system ends it when they are over."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _lower(what: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(what)[1]
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(what, (wanted, wanted))
    except (ValueError, OSError) as error:
        # macOS knows some bounds by name only; the reader's clock and the end of this process remain.
        sys.stderr.write(f"bound {what} could not be set to {wanted}: {error}\n")


def _refuse(event: str, given: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED):
        raise PermissionError(f"{event} is not allowed while documents are read")
    if event == "open" and isinstance(given[2], int) and given[2] & _WRITING:
        raise PermissionError("writing is not allowed while documents are read")
