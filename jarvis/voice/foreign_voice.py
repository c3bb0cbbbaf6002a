"""Voice activity that does not take Jarvis for somebody: weighed by how much of the sound Jarvis did not make.

Frames are looked at more than once, and each keeps the weight it came with. Knows no echo canceller.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from jarvis.contracts.speech_ports import VoiceDetector

KEPT_FRAMES = 400
"""Frames whose weight is remembered, 13 s: more than is ever heard once more."""


class ForeignVoice:
    """The VoiceDetector port over another one; `foreign` tells 0..1 how surely the frame that comes now holds sound
    that Jarvis did not make. `take` every frame before it is looked at; one thread."""

    def __init__(self, inner: VoiceDetector, foreign: Callable[[], float]) -> None:
        self._inner = inner
        self._foreign = foreign
        self._weights: OrderedDict[bytes, float] = OrderedDict()
        self._latest: float | None = None

    def take(self, frame: bytes) -> None:
        """A frame came: keep how foreign it is, unless nothing in it can be Jarvis."""
        self._latest = None
        weight = self._foreign()
        if weight >= 1.0:
            self._weights.pop(frame, None)
            return
        self._weights[frame] = weight
        while len(self._weights) > KEPT_FRAMES:
            self._weights.popitem(last=False)

    def probability(self, pcm: bytes) -> float:
        """Return how surely somebody else speaks in a frame; see the port."""
        self._latest = self._inner.probability(pcm) * self._weights.get(pcm, 1.0)
        return self._latest

    def now(self, frame: bytes) -> float:
        """Return the same for the frame that came last, which the inner one hears only once."""
        return self.probability(frame) if self._latest is None else self._latest

    def reset(self) -> None:
        """Forget the stream so far; what is known of its frames stays."""
        self._inner.reset()
