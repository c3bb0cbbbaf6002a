"""A request's two halves: the ticket on which it waits, and the lease with which it uses a child.

The scheduler's loop puts notices, the lease or an error on the ticket; the thread of the request takes them off.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import Usage
from jarvis.contracts.placement import Placement
from jarvis.contracts.ports import EngineNotice
from jarvis.engines.pool.sentences import ended
from jarvis.engines.running import Endpoint, ModelProcess, ModelToRun

_LEAST_TOKENS = 16
"""Shorter answers say too little about speed."""
_LEAST_SECONDS = 0.05
"""What came quicker came at once, not one token after another: it says nothing of the model's speed."""


_SILENT = 0.9
"""Share of a silence without any progress: an answer is taken off a little later than it arrives."""


class Pulse:
    """When any answer of one child went on last; shared by its leases."""

    def __init__(self) -> None:
        self.at = float("-inf")


class Lease:
    """The right to use a ready child until the end of one answer. `broken` is raised when the pool takes it away."""

    def __init__(
        self,
        *,
        ticket: int,
        model: ModelToRun,
        placement: Placement,
        endpoint: Endpoint,
        process: ModelProcess,
        now: Callable[[], float],
        died: Callable[[str], None],
        speed: Callable[[float], None],
        pulse: Pulse | None = None,
    ) -> None:
        self.ticket = ticket
        self.model = model
        self.placement = placement
        self.endpoint = endpoint
        self.broken = CancelToken()
        self.failure: EngineError | None = None
        self.progress_at = now()
        self.tokens = 0
        self._process = process
        self._now = now
        self._died = died
        self._speed = speed
        self._pulse = pulse or Pulse()

    def progress(self, tokens: int = 1) -> None:
        """Say that the answer goes on: without this the pool takes the child for stuck after a while."""
        self.tokens += tokens
        self.progress_at = self._pulse.at = self._now()

    def answered(self, usage: Usage, seconds: float) -> None:
        """Say how long it was from the first token to the last; measures the speed where that is long enough."""
        if usage.completion_tokens >= _LEAST_TOKENS and seconds >= _LEAST_SECONDS:
            self._speed((usage.completion_tokens - 1) / seconds)

    def kill(self, silence_seconds: float) -> None:
        """End the child by force, which sent nothing for so long; not where another answer of it went on meanwhile."""
        if self._now() - self._pulse.at > _SILENT * silence_seconds:
            self._process.kill()

    def explained(self, error: EngineError, seconds: float) -> EngineError:
        """Return why a connection to the child broke: the pool's own reason, the end of the child, else `error`.

        Waits at most `seconds` for the end of the child.
        """
        if self.failure is not None:
            return self.failure
        why = self._process.ending(seconds)
        if not why:
            return error
        self._died(why)
        return self.failure or ended("died", self.model.id, why)

    def end(self, error: EngineError, at_once: bool) -> None:
        """Take the lease away; called by the pool."""
        self.failure = error
        if at_once:
            self.broken.cancel(error.code)


class Ticket:
    """Where one request waits."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._items: queue.SimpleQueue[EngineNotice | Lease | EngineError | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._left = False

    def offer(self, lease: Lease) -> bool:
        """Hand over the child; False when nobody waits here any more."""
        with self._lock:
            if not self._left:
                self._items.put(lease)
            return not self._left

    def put(self, item: EngineNotice | EngineError) -> None:
        """Hand over a notice, or the error that ends the wait."""
        self._items.put(item)

    def wake(self) -> None:
        """Make `take` return None."""
        self._items.put(None)

    def take(self) -> EngineNotice | Lease | EngineError | None:
        """Wait for the next item."""
        return self._items.get()

    def leave(self) -> None:
        """Take nothing more from here."""
        with self._lock:
            self._left = True
