"""Writes down how much of an answer was heard, in order, while nobody waits for the disk but who needs it written.

An interruption comes on the ears' thread or a button's, neither of which may wait. Knows only the port behind it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.ports import HeardLog

_logger = logging.getLogger(__name__)


class HeardNotes:
    """Takes notes from any thread and gives them to `log` at once, on a thread that lives while there are any.

    `on_trouble` hears why one could not be kept.
    """

    def __init__(self, log: HeardLog, on_trouble: Callable[[JarvisError], None]) -> None:
        self._log = log
        self._on_trouble = on_trouble
        self._changed = threading.Condition()
        self._notes: deque[tuple[str, str]] = deque()
        self._writing = False

    def note(self, question_id: str, text: str) -> None:
        """Keep that of the answer to `question_id` only `text` was heard; returns at once."""
        with self._changed:
            self._notes.append((question_id, text))
            if not self._writing:
                self._writing = True
                threading.Thread(target=self._write_all, name="jarvis-heard", daemon=True).start()

    def settle(self) -> None:
        """Wait until everything noted so far is kept, or was told to be lost."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing)

    def _write_all(self) -> None:
        while (noted := self._next()) is not None:
            try:
                self._log.heard(*noted)
            except JarvisError as error:
                self._on_trouble(error)
            except Exception:
                # The answer stands as if it had been heard wholly; the next note is another matter.
                _logger.exception("how much was heard of an answer could not be kept")

    def _next(self) -> tuple[str, str] | None:
        with self._changed:
            if self._notes:
                return self._notes.popleft()
            self._writing = False
            self._changed.notify_all()
            return None
