"""Keeps the interpreter itself from holding the window up: its lock, and its search for objects that only hold each
other.

Only one thread computes at a time, and the Qt thread gives its turn away with many a call of Qt. While a worker
computes it gets the turn back after a time that can be set. The search looks through everything there is whenever
enough has come in, on whichever thread brought it and in the midst of whatever it does, with all others waiting: a
tenth of a second where libraries are loaded. Knows no window.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

TURN_SECONDS = 0.000_5
"""How long a thread that computes keeps another waiting for its turn; Python's own is ten times that. Beside one worker
that computes an answer is made in half the time, and the workers get no less done."""

NEW, NEWISH = 700, 10
"""How many objects are added before the newest are looked through, and how many times as many before those are that are
not old yet, about a millisecond: Python's own values."""

WHOLE = 28_000
"""How many objects are added before all are looked through: with those of a conversation of 10,000 messages it takes
10 ms."""

LOOK_MILLISECONDS = 250
"""How often it is seen whether so many have come: what all threads add meanwhile is looked through at once."""

LIBRARY_MODULES = 100
"""So many modules loaded since last time are a library, with tens of thousands of objects that stay. Some ten times in
the life of a process there are, so that what is kept with them by chance is little."""


def window_first() -> None:
    """Have threads take short turns, and nothing looked through until `Cycles` does; for the whole process.

    Call it before much is loaded, which is the quicker for it: some forty objects of a start only hold each other.
    """
    sys.setswitchinterval(TURN_SECONDS)
    gc.disable()


@contextmanager
def no_search() -> Iterator[None]:
    """Have nothing looked through meanwhile: where Qt goes through a list of widgets and calls Python for each, one
    that a search took apart would still be on the list, and Qt would crash."""
    searches = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searches:
            gc.enable()


class Cycles:
    """Looks through all objects but those that stay; for the Qt thread, after `window_first`.

    It looks in Python's place. Python does so on any thread and in the midst of any call, but a timer, a text or an
    animation of Qt may be taken apart on the thread alone that it belongs to.
    """

    def __init__(self) -> None:
        self._modules = 0
        self._newish = 0
        self._added = 0

    def settle(self) -> None:
        """Take everything that is there for what stays; takes no time to speak of."""
        self._modules = len(sys.modules)
        self._newish = self._added = 0
        gc.disable()
        gc.freeze()

    def look(self) -> None:
        """Look through what has come since `settle` if it is much, in about 10 ms for `WHOLE`; to be called every
        `LOOK_MILLISECONDS` between two events."""
        # A library may have had its own way with it.
        gc.disable()
        if len(sys.modules) - self._modules >= LIBRARY_MODULES:
            self.settle()
            return
        new = gc.get_count()[0]
        if new < NEW:
            return
        self._newish += new
        self._added += new
        if self._added >= WHOLE:
            gc.collect()
            self._newish = self._added = 0
        elif self._newish >= NEW * NEWISH:
            gc.collect(1)
            self._newish = 0
        else:
            gc.collect(0)
