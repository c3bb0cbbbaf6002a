"""Ends this process at once, as for threads that are left in the midst of something: Python would take apart beside
them what they work with. Knows nothing of what they do."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from typing import NoReturn


def end_at_once(code: int) -> NoReturn:
    """End with exit `code`, whatever threads still do; never returns. To be called once everything is closed: what
    others have registered for the end is not done."""
    try:
        write_out()
    finally:
        os._exit(code)


def write_out() -> None:
    """Write the log and the standard streams out, for an end that leaves Python no time for it."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # A program without a console has none, and who read it may be gone.
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
