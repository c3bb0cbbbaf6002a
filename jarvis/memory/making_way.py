"""Lets work that can wait go on between questions, so that it holds neither vectors nor Python while one is answered.

Knows neither the work nor the questions, only when the last one was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

QUIET_SECONDS = 0.3
"""Who asked so lately may still be at it, or ask again."""

MOST_SECONDS = 0.25
"""How long one step of the work waits at most: it goes on slowly even where questions never end."""

BREATH_SECONDS = 0.001
"""Pause between steps while nobody asks, in which a question can come in."""


class MakingWay:
    """Who asks says so by `question`, who can wait calls `wait` between steps; safe from several threads.

    `clock` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._asking = 0
        self._asked = -QUIET_SECONDS
        self._over = False

    @contextmanager
    def question(self) -> Iterator[None]:
        """Keep the work waiting while inside, and a little longer."""
        with self._changed:
            self._asking += 1
        try:
            yield
        finally:
            with self._changed:
                self._asking -= 1
                self._asked = self._clock()

    def wait(self) -> None:
        """Return once nobody has asked for a while, at the latest after `MOST_SECONDS`; soon where `end` was called."""
        until = self._clock() + MOST_SECONDS
        with self._changed:
            self._changed.wait_for(lambda: self._over, BREATH_SECONDS)
            while not self._over:
                now = self._clock()
                quiet = until if self._asking else self._asked + QUIET_SECONDS
                if now >= min(quiet, until):
                    return
                self._changed.wait(min(quiet, until) - now)

    def end(self) -> None:
        """From now on nobody waits."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
