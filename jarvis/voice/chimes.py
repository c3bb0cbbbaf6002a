"""Short sounds that tell when Jarvis begins and ends to listen. Knows no turn."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.speech import AudioChunk
from jarvis.voice.mouth import Mouth
from jarvis.voice.options import VoiceOptions


class Chimes:
    """Makes them where they are wanted and the microphone does not take them for speech; any thread."""

    def __init__(self, mouth: Mouth, options: Callable[[], VoiceOptions], *, echo_free: bool) -> None:
        self._mouth = mouth
        self._options = options
        self._echo_free = echo_free

    def sound(self, tone: AudioChunk) -> None:
        """Make a short sound; returns at once."""
        options = self._options()
        if options.sounds and options.aloud and self._echo_free:
            speech = self._mouth.speech(CancelToken(), 1.0, volume=options.volume)
            speech.play(tone)
            threading.Thread(target=speech.finish, name="jarvis-chime", daemon=True).start()
