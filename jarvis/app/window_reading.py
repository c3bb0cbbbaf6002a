"""Hands the events of an answer to the voice on a thread of its own, so that whoever has them never waits for it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from jarvis.contracts.events import FINAL_EVENTS, AskEvent

if TYPE_CHECKING:
    from jarvis.voice.reading import Reading

_logger = logging.getLogger(__name__)


class WindowReading:
    """The window's `AnswerReading`. `begin` returns what says the answer once the voice is there, None without one."""

    def __init__(self, begin: Callable[[], Reading | None]) -> None:
        self._begin = begin
        self._reading: Reading | None = None
        self._cancelled = False
        self._events: queue.SimpleQueue[AskEvent | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="jarvis-reading", daemon=True).start()

    def heed(self, event: AskEvent) -> None:
        """Take the answer's next event; never waits."""
        self._events.put(event)

    def cancel(self) -> None:
        """Fall silent at once, and say nothing of what is still to come; never waits."""
        self._cancelled = True
        self._events.put(None)
        if self._reading is not None:
            threading.Thread(target=self._reading.cancel, name="jarvis-reading", daemon=True).start()

    def _run(self) -> None:
        try:
            self._reading = self._begin()
            if self._reading is not None:
                self._read(self._reading)
        except Exception:
            _logger.exception("an answer could not be read out")

    def _read(self, reading: Reading) -> None:
        while (event := self._events.get()) is not None and not self._cancelled:
            reading.heed(event)
            if isinstance(event, FINAL_EVENTS):
                break
        if self._cancelled:
            # Whoever cancelled may have done so before there was anything to fall silent.
            reading.cancel()
