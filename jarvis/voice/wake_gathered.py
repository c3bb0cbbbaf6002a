"""Hands sound to a wake detector of this process in longer pieces: woken for every frame, its networks take a core
nearly twice as much."""

from __future__ import annotations

from jarvis.contracts.speech import VAD_SAMPLES, WakeHit
from jarvis.voice.wake import NotedWakeDetector

GATHERED_FRAMES = 4
"""128 ms: asleep in a quiet room `jarvis listen` takes half as much of a core (`python -m benchmarks.voice --only
idle`), and hears its word 48 ms later on average."""

_BYTES = GATHERED_FRAMES * 2 * VAD_SAMPLES


class GatheredWakeDetector:
    """The WakeDetector port over `detector`, whose hits come up to three frames later.

    Where it dates them by the sound itself, they have the same stream time.
    """

    def __init__(self, detector: NotedWakeDetector) -> None:
        self._detector = detector
        self._waiting = bytearray()

    @property
    def note(self) -> dict[str, str] | None:
        """What the detector says of itself."""
        return self._detector.note

    @property
    def score(self) -> float:
        """The highest score 0..1 since it was last read, for a meter."""
        return self._detector.score

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits that it completed; see the port."""
        self._waiting += pcm
        return self._hand_on() if len(self._waiting) >= _BYTES else []

    def reset(self) -> None:
        """Forget the sound so far, with a hit in what waited; stream time goes on."""
        self._hand_on()
        self._detector.reset()

    def _hand_on(self) -> list[WakeHit]:
        sound = bytes(self._waiting)
        self._waiting.clear()
        return self._detector.process(sound) if sound else []
