"""Notices that a sound device was plugged in or out, cheaply enough to look every second.

PortAudio itself learns of it only when it is started anew, which no stream survives. On Linux the kernel's list of
cards is compared, a few hundred bytes; elsewhere nothing tells, and now and then has to do. Opens no device.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

BLIND_SECONDS = 30.0
"""Where nothing tells: how often it is worth a look while the wanted device is missing."""

_CARDS = Path("/proc/asound/cards")


class DeviceWatch:
    """Compares what is plugged in with the last look. One thread.

    `cards` is the kernel's list, None where there is no such thing.
    """

    def __init__(self, cards: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._cards = cards or (_CARDS if sys.platform == "linux" else None)
        self._clock = clock
        self._seen = self._look()
        self._looked_at = clock()

    def changed(self, missing: bool) -> bool:
        """Tell whether looking for devices anew may find something else; `missing` when a wanted one is not there."""
        now = self._look()
        if now != self._seen:
            self._seen = now
            return True
        if missing and self._clock() - self._looked_at >= BLIND_SECONDS:
            self._looked_at = self._clock()
            return True
        return False

    def _look(self) -> str:
        if self._cards is None:
            return ""
        try:
            return self._cards.read_text(errors="replace")
        except OSError:
            # No sound card at all, or a container: the sound server is asked every half a minute instead.
            return ""
