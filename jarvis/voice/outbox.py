"""The lock around the loop's state, which hands out the events of a change once the change is over.

An event handler may therefore call the loop back, from any thread, without a deadlock.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType

from jarvis.contracts.speech import VoiceEvent

_logger = logging.getLogger(__name__)


class Outbox:
    """A re-entrant lock with ordered events; `deliver` is called by one thread at a time and never under the lock."""

    def __init__(self, deliver: Callable[[VoiceEvent], None]) -> None:
        self._deliver = deliver
        self._lock = threading.RLock()
        self._depth = 0
        self._events: deque[VoiceEvent] = deque()
        self._delivering = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        outermost = self._depth == 0
        self._lock.release()
        if outermost:
            self._hand_out()

    def post(self, event: VoiceEvent) -> None:
        """Deliver `event` after those before it: now, or when the lock is released."""
        self._events.append(event)
        if self._depth == 0:
            self._hand_out()

    def _hand_out(self) -> None:
        # Looked at again after the release: an event posted in between found the lock taken and left it to us.
        while self._events and self._delivering.acquire(blocking=False):
            try:
                while self._events:
                    self._hand_over(self._events.popleft())
            finally:
                self._delivering.release()

    def _hand_over(self, event: VoiceEvent) -> None:
        try:
            self._deliver(event)
        except Exception:
            # Whoever watches may fail; listening goes on.
            _logger.exception("a voice event could not be handled")
