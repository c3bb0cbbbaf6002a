"""Lets go of the GPU when it is wanted free, and brings speech recognition back to it once there is room again.

Knows neither models nor devices: it is told where the recogniser runs and asks whether that is where it should.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import JarvisError

LOOK_SECONDS = 0.5
"""How soon the GPU is given back after somebody asked for it."""

ROOM_SECONDS = 20.0
"""How often a recogniser on the processor looks for room on a GPU: a look costs milliseconds."""

FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 60.0, 3600.0
"""Waits after a GPU had no room although it looked so: doubled with every further time."""

Where = Literal["gpu", "processor", "pushed_out"]
"""`pushed_out`: on the processor, for the GPU that was chosen had no room after all."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moves:
    """What is asked and done: whether GPUs are wanted free, whether one would be chosen now, ending the recogniser, and
    starting it anew, which says False while somebody is being listened to. Each may raise `JarvisError`."""

    held: Callable[[], bool]
    wants_gpu: Callable[[], bool]
    free: Callable[[], None]
    renew: Callable[[], bool]


class RecognitionWatch:
    """Looks after one recogniser on a thread of its own from its first start on a computer with GPUs."""

    def __init__(self, moves: Moves, closed: threading.Event) -> None:
        self._moves = moves
        self._closed = closed
        self._where: Where | None = None
        self._next_look = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._was_held = False
        self._thread: threading.Thread | None = None

    def runs(self, where: Where | None, now: float | None = None) -> None:
        """The recogniser has started, or moved; None stays where it is. `now` is monotonic, in seconds."""
        now = time.monotonic() if now is None else now
        self._where, self._was_held = where, False
        self._next_look = now + ROOM_SECONDS
        if where == "pushed_out":
            self._next_look = now + self._retry_seconds
            self._retry_seconds = min(2 * self._retry_seconds, LONGEST_RETRY_SECONDS)
        elif where == "gpu":
            self._retry_seconds = FIRST_RETRY_SECONDS

    def start(self) -> None:
        """Begin to look, if it does not yet."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="recognition-watch", daemon=True)
            self._thread.start()

    def look(self, now: float) -> None:
        """Act if something has changed."""
        if self._where is None:
            return
        held = self._moves.held()
        if self._where == "gpu":
            if held:
                self._where = None
                self._moves.free()
            return
        if self._was_held and not held:
            # Whatever was in the way has gone with the hold.
            self._next_look = now
        self._was_held = held
        if not held and now >= self._next_look:
            self._next_look = now + ROOM_SECONDS
            self._return()

    def _return(self) -> None:
        where = self._where
        if not self._moves.wants_gpu():
            return
        self._where = None
        if not self._moves.renew():
            self._where = where

    def _run(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            try:
                self.look(time.monotonic())
            except JarvisError as error:
                # The next utterance starts what is missing, and tells the person if it cannot.
                _LOG.warning("where speech is recognised could not be looked after: %s", error.code)
