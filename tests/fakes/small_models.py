"""The real child of the small models under test, and sound for it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.engines.small_models.link import SmallModels
from tests.fakes.processes import PATIENCE_SECONDS, until
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech
from tests.fakes.speech_children import ChildFactory

MODULE = "jarvis.app.small_models_child"
FRAME_BYTES = 2 * VAD_SAMPLES
FRAME = silence(VAD_SAMPLES / SAMPLE_RATE)
CALL = silence(1) + synthetic_speech("hey jarvis", WAKING_VOICE) + silence(1)
ONE_BREATH = silence(1) + synthetic_speech("hey jarvis what time is it", "en-us+f2") + silence(1)


def frames(sound: bytes) -> list[bytes]:
    whole = len(sound) // FRAME_BYTES // 2 * 2
    return [sound[at * FRAME_BYTES : (at + 1) * FRAME_BYTES] for at in range(whole)]


class World:
    """The child; `seconds` is the clock of its lives, which stands still."""

    def __init__(self, folder: Path) -> None:
        self.factory = ChildFactory(folder)
        self.troubles: list[EngineError] = []
        self.child = self.factory("small models", MODULE, ())
        self.seconds = 0.0
        # A computer that is busy with other tests is slow, and here that is not what is looked at.
        self.models = SmallModels(
            self.child,
            on_trouble=self.troubles.append,
            at_once_seconds=PATIENCE_SECONDS,
            monotonic=lambda: self.seconds,
        )

    def killed(self, after_seconds: float = 30.0) -> None:
        """End it by force when it has lived that long, and wait until it is back."""
        self.seconds += after_seconds
        pid = self.child.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.child.pid not in (pid, None) and self.models.here, "the child is there again")
