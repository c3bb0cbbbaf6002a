"""Silero's network for voice activity, as the faster-whisper package carries it, one frame after the other.

Knows nothing about utterances.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jarvis.contracts.speech import VAD_SAMPLES

_CONTEXT_SAMPLES = 64
_STATE_SHAPE = (1, 1, 128)


class Silero:
    """Probability of speech in a stream; the network keeps a state and the last 64 samples."""

    def __init__(self) -> None:
        from faster_whisper.vad import get_vad_model

        self._session: Any = get_vad_model().session
        self.reset()

    def reset(self) -> None:
        """Begin a new stream."""
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)

    def __call__(self, pcm: bytes) -> float:
        """Return the probability for 512 samples of 16 kHz int16 mono."""
        frame = np.frombuffer(pcm, "<i2", VAD_SAMPLES).astype(np.float32) / np.float32(32768)
        sound = np.concatenate([self._context, frame])[None]
        output, self._h, self._c = self._session.run(None, {"input": sound, "h": self._h, "c": self._c})
        self._context = frame[-_CONTEXT_SAMPLES:]
        return float(np.asarray(output).ravel()[0])
