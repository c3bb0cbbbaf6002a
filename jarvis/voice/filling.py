"""Says fillers while an answer takes its time, on a thread of its own. What and when is decided elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.contracts.events import AskEvent
from jarvis.voice.fillers import Fillers


class Filling:
    """Watches one answer: `heed` every event, `end` at its end. `monotonic` tells the time of `fillers` in seconds."""

    def __init__(self, fillers: Fillers, monotonic: Callable[[], float], say: Callable[[str], None]) -> None:
        self._fillers = fillers
        self._monotonic = monotonic
        self._say = say
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="jarvis-filling", daemon=True)
        self._thread.start()

    def heed(self, event: AskEvent) -> None:
        """Take in what happened; once text begins nothing is said any more."""
        with self._changed:
            self._fillers.heed(event, self._monotonic())
            self._changed.notify_all()

    def end(self) -> None:
        """Say nothing more; returns at once."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _run(self) -> None:
        with self._changed:
            while not self._ended:
                now = self._monotonic()
                if (words := self._fillers.due(now)) is not None:
                    # Within the lock: text that begins now waits, so that a filler never comes after it.
                    self._say(words)
                    continue
                at = self._fillers.next_at()
                self._changed.wait(None if at is None else max(0.0, at - now))
