"""Turns the bytes of single tokens into text that may be shown: whole characters only, nothing of a stop text.

Pure; knows nothing about models.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class TextPieces:
    """Feed token bytes in, take text out. `stopped` becomes True when one of `stops` was written."""

    def __init__(self, stops: Sequence[str] = ()) -> None:
        self._stops = tuple(stops)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def add(self, data: bytes) -> str:
        """Return the text that is now certain; what may begin a stop text is held back."""
        return self._release(self._decoder.decode(data), last=False)

    def finish(self) -> str:
        """Return what is left at the end of the answer."""
        return self._release(self._decoder.decode(b"", final=True), last=True)

    def _release(self, text: str, *, last: bool) -> str:
        if self.stopped:
            return ""
        held = self._held + text
        found = [at for stop in self._stops if (at := held.find(stop)) >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return held[: min(found)]
        keep = 0 if last else max((overlap(held, stop) for stop in self._stops), default=0)
        self._held = held[len(held) - keep :]
        return held[: len(held) - keep]


def overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of `text` could be the beginning of `stop`, at least 0."""
    return next((n for n in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:n])), 0)
