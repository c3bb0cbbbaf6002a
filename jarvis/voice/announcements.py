"""What waits to be said without having been asked by voice: alerts, and answers to typed questions.

Keeps the order and knows who no longer wants to be heard. Knows neither speech nor the loop that asks it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from jarvis.contracts.speech import AudioChunk
from jarvis.voice.work import Said


class Notice:
    """One thing to say; `over` is set once it was said, was interrupted, or was withdrawn.

    `still_wanted` is asked on the speaking thread just before it would sound; False drops it unheard.
    """

    def __init__(
        self,
        said: Said,
        sound: AudioChunk | None,
        on_cancel: Callable[[Notice], None],
        still_wanted: Callable[[], bool] | None = None,
    ) -> None:
        self.said = said
        self.sound = sound
        self.still_wanted = still_wanted
        self.over = threading.Event()
        self._on_cancel = on_cancel

    def cancel(self) -> None:
        """Withdraw it: unheard while it waits, silent at once while it sounds; nothing when it is over."""
        self._on_cancel(self)


class WaitingNotices:
    """Notices in the order in which they came; to be used under one lock of its owner."""

    def __init__(self) -> None:
        self._waiting: deque[Notice] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, notice: Notice) -> None:
        """Let `notice` wait behind the others; one without words and sound is over at once."""
        if notice.said or notice.sound is not None:
            self._waiting.append(notice)
        else:
            notice.over.set()

    def next(self) -> Notice:
        """Take the one that has waited longest; IndexError when none waits."""
        return self._waiting.popleft()

    def drop(self, notice: Notice) -> None:
        """Let `notice` wait no more; nothing when it does not wait."""
        if notice in self._waiting:
            self._waiting.remove(notice)
            notice.over.set()

    def clear(self) -> None:
        """Let none wait any more."""
        while self._waiting:
            self.next().over.set()
