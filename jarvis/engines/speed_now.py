"""How fast answers are being written at this moment, all engines of this process together. Knows no engine."""

from __future__ import annotations

import threading
from collections import deque

from jarvis.contracts.ports import Clock, EngineItem, EngineText, EngineThought
from jarvis.engines.token_bounds import likely_tokens

WINDOW_SECONDS = 2.0
"""The speed is that of the last so many seconds: long enough to be read, short enough to be now."""
LEAST_SECONDS = 0.5
"""An answer that has only begun is divided by no less, so that its first pieces are no record."""


class SpeedNow:
    """Counts the pieces of answers and of thinking as they come; any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: deque[tuple[float, int]] = deque()

    def saw(self, item: EngineItem) -> None:
        """Count an item of an answer; engines say how many tokens there were only at the end, so it is estimated."""
        if isinstance(item, EngineText | EngineThought):
            tokens = likely_tokens(item.text)
            with self._lock:
                self._seen.append((self._clock.monotonic(), tokens))
                self._forget_old()

    def tokens_per_second(self) -> float:
        """Return the estimated speed; 0 where nothing was written for `WINDOW_SECONDS`."""
        with self._lock:
            self._forget_old()
            if not self._seen:
                return 0.0
            since = self._clock.monotonic() - self._seen[0][0]
            return sum(tokens for _, tokens in self._seen) / max(since, LEAST_SECONDS)

    def _forget_old(self) -> None:
        oldest = self._clock.monotonic() - WINDOW_SECONDS
        while self._seen and self._seen[0][0] < oldest:
            self._seen.popleft()
