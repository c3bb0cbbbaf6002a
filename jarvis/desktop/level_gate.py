"""Which of the microphone's measures reach the window: those that somebody sees. Knows no widget and no thread.

Asleep in a quiet room they come eight times a second, and each that crosses wakes two threads and has something drawn.
"""

from __future__ import annotations

from dataclasses import replace

from jarvis.contracts.speech import LevelMeasured, VoiceEvent, WakeScored

QUIET_LEVEL = 0.004
"""RMS below which, 48 dB under full scale, a level is a quiet room: a near voice is ten times as loud."""


class LevelGate:
    """Lets everything through while a meter is `watched`; else of a quiet room one silence, and no scores."""

    def __init__(self) -> None:
        self._watchers: set[int] = set()
        self._silent = True

    def watch(self, watcher: object, on: bool) -> None:
        """Say whether `watcher` shows levels and scores as they are."""
        (self._watchers.add if on else self._watchers.discard)(id(watcher))

    def seen(self, event: VoiceEvent) -> VoiceEvent | None:
        """Return what to hand over for `event`, None for nothing."""
        if isinstance(event, LevelMeasured):
            return self._level(event)
        return event if self._watchers or not isinstance(event, WakeScored) else None

    def _level(self, event: LevelMeasured) -> LevelMeasured | None:
        was_silent, self._silent = self._silent, event.level < QUIET_LEVEL
        if self._watchers or not self._silent:
            return event
        return None if was_silent else replace(event, level=0.0)
