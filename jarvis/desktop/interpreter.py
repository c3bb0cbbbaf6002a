"""Keeps the interpreter itself from holding the window up: its lock, and its search for objects that only hold each
other.

Only one thread computes at a time, and the Qt thread gives its turn away with many a call of Qt. While a worker
computes it gets the turn back after a time that can be set. The search looks through everything there is whenever
enough has come in, on whichever thread brought it, with all others waiting: a tenth of a second where libraries are
loaded. Knows no window.
"""

from __future__ import annotations

import gc
import sys

TURN_SECONDS = 0.000_5
"""How long a thread that computes keeps another waiting for its turn; Python's own is ten times that. Beside one worker
that computes an answer is made in half the time, and the workers get no less done."""

NEW, NEWISH = 700, 10
"""How many objects are added before the newest are looked through, and how many such looks come before one at all that
are not old yet, about a millisecond: Python's own values."""

NEVER = 1_000_000_000
"""More looks at the newer objects than ever happen."""

WHOLE_AFTER_LOOKS = 4
"""How many looks at the newer objects come before one at all of them, some 28,000 added: with those of a conversation
of 10,000 messages it takes 10 ms."""

LIBRARY_MODULES = 100
"""So many modules loaded since last time are a library, with tens of thousands of objects that stay. Some ten times in
the life of a process there are, so that what is kept with them by chance is little."""


def window_first() -> None:
    """Have threads take short turns and only new objects looked through; for the whole process.

    Call it before much is loaded, which is the quicker for it.
    """
    sys.setswitchinterval(TURN_SECONDS)
    gc.set_threshold(NEW, NEWISH, NEVER)


class Cycles:
    """Looks through all objects but those that stay; for the Qt thread, after `window_first`."""

    def __init__(self) -> None:
        self._modules = 0

    def settle(self) -> None:
        """Take everything that is there for what stays; takes no time to speak of."""
        self._modules = len(sys.modules)
        gc.freeze()

    def look(self) -> None:
        """Look through what has come since `settle` if it is much; up to about 10 ms."""
        if len(sys.modules) - self._modules >= LIBRARY_MODULES:
            self.settle()
        elif gc.get_count()[2] >= WHOLE_AFTER_LOOKS:
            gc.collect()
