"""A speaker that nobody hears, where there is none and none is needed. Knows no device and no file."""

from __future__ import annotations

import threading
from math import inf

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.speech import AudioChunk


class SilentSpeaker:
    """The Speaker port without sound: what is played counts as heard at once, unless it is paused."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._seconds = 0.0
        self._paused = False
        self._stops = 0

    @property
    def name(self) -> str:
        """It has none."""
        return ""

    def play(self, chunk: AudioChunk) -> None:
        """Count `chunk`; waits while paused, and drops it when that ends by `stop`."""
        with self._changed:
            if self._unpaused(None):
                self._seconds += chunk.seconds

    def wait(self, cancel: CancelToken | None = None) -> None:
        """Return at once, or when no longer paused, or cancelled."""
        unregister = cancel.on_cancel(self._wake) if cancel else lambda: None
        try:
            with self._changed:
                self._unpaused(cancel)
        finally:
            unregister()

    def position(self) -> float:
        """Return the seconds that were played."""
        with self._changed:
            return self._seconds

    def duck(self, gain: float, seconds: float = inf) -> None:
        """Nothing is quieter than silence."""

    def pause(self) -> None:
        """Let `play` and `wait` wait for `resume` or `stop`."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Go on after `pause`."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        """End a pause; what waits to be played is dropped."""
        with self._changed:
            self._stops += 1
            self._paused = False
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any more."""
        self.stop()

    def _unpaused(self, cancel: CancelToken | None) -> bool:
        """Wait for the end of a pause; False when `stop` ended it."""
        stops = self._stops
        self._changed.wait_for(lambda: not self._paused or stops != self._stops or (cancel and cancel.cancelled))
        return stops == self._stops

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
