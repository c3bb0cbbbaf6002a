"""Joins text that arrives faster than eyes see, and closes a stream with whoever reads it. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from jarvis.contracts.ports import Clock, EngineItem

DELTA_SECONDS = 0.025
"""Text that arrives faster than this is joined, so that one write and one repaint serve many tokens."""


class Paced:
    """Text between the engine and the page."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting = ""
        self._given_at = float("-inf")

    def add(self, text: str) -> str:
        """Take `text`; returns what is to be shown now, empty while the last piece is too fresh."""
        self._waiting += text
        if self._clock.monotonic() - self._given_at < DELTA_SECONDS:
            return ""
        return self.rest()

    def rest(self) -> str:
        """Return whatever waits."""
        text, self._waiting = self._waiting, ""
        self._given_at = self._clock.monotonic()
        return text


def closable(items: Iterator[EngineItem]) -> Generator[EngineItem, None, None]:
    """Make a generator of any stream, so that closing it ends the stream at once."""
    yield from items
