"""Remembers in one process which engines rest after failures; the rules are in `resting`."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from jarvis.contracts.ports import Clock
from jarvis.orchestrator.resting import Rests


class RestingEngines:
    """The `EngineHealth` port over a clock. Safe from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rests = Rests()

    def resting(self) -> Mapping[str, float]:
        """Return the engines that are left alone, with the seconds left."""
        return self._rests.unusable(self._clock.monotonic())

    def asked(self, engine: str) -> None:
        """Note that it is asked now."""
        with self._lock:
            self._rests = self._rests.trying(engine, self._clock.monotonic())

    def failed(self, engine: str, code: str) -> None:
        """Note a failure by its code."""
        with self._lock:
            self._rests = self._rests.failed(engine, code, self._clock.monotonic())

    def answered(self, engine: str) -> None:
        """Note that it works."""
        with self._lock:
            self._rests = self._rests.answered(engine)

    def stopped(self, engine: str) -> None:
        """Note that nobody waited for its answer."""
        with self._lock:
            self._rests = self._rests.stopped(engine)

    def freed(self, engine: str | None = None) -> None:
        """Let one engine, or all, be asked again at once: a key or a setting changed."""
        with self._lock:
            self._rests = Rests() if engine is None else self._rests.freed(engine)
