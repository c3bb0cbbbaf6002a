"""Waits for a call that may never return, such as one into a graphics driver, only so long.

Knows nothing about what is called.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from jarvis.contracts.errors import JarvisError

_LOG = logging.getLogger(__name__)

_Result = TypeVar("_Result")


def within(seconds: float, call: Callable[[], _Result]) -> _Result | None:
    """Return what `call` gives, None when it fails or takes longer than `seconds`; it then goes on unheard."""
    found: list[_Result] = []

    def run() -> None:
        try:
            found.append(call())
        except (JarvisError, OSError, RuntimeError) as error:
            _LOG.warning("the machine could not be looked at: %s", error)

    thread = threading.Thread(target=run, name="pool-bounded", daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else None
