"""The neural wake model as a stream of scores: microWakeWord's `hey_jarvis`, 0.006 CPU seconds per second of sound.

Knows no thresholds and nothing about what the scores bring about.
"""

from __future__ import annotations

import math
import random

import numpy as np
from numpy.typing import NDArray

from jarvis.contracts.speech import SAMPLE_RATE

FLOOR_RMS = 30.0
"""A noise this loud (int16 units, -61 dB of full scale) is laid under all sound. The model was made on recordings and
follows sound out of digital silence badly, as noise suppression leaves it; `python -m benchmarks.wake` has the gain."""

STEP_SECONDS = 0.03
"""One score for every 30 ms."""

_FEATURE_SECONDS = 0.01
_WINDOW_SECONDS = 0.03


class WakeModel:
    """Scores 0..1, each the mean of the model's last five probabilities; one stream, one thread.

    ImportError, OSError or ValueError where the package has no wheel or cannot load its library.
    """

    def __init__(self, floor_rms: float = FLOOR_RMS) -> None:
        from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

        self._model = MicroWakeWord.from_builtin(Model.HEY_JARVIS)
        self._features = MicroWakeWordFeatures()
        self._floor = noise_floor(floor_rms)
        self._samples = 0
        self._windows = 0
        self._seconds = _WINDOW_SECONDS - _FEATURE_SECONDS

    @property
    def seconds(self) -> float:
        """Stream time of the latest window's end."""
        return self._seconds

    def scores(self, pcm: bytes) -> list[tuple[float, float]]:
        """Take any length of 16 kHz int16 mono; return (stream time, score) of every step that it completed."""
        found = []
        for features in self._features.process_streaming(self._with_floor(pcm)):
            self._seconds += _FEATURE_SECONDS
            self._windows += 1
            probability = self._model.process_streaming_prob(features)
            # Between its strides the model only collects.
            if self._windows % self._model.stride == 0 and probability is not None and not math.isnan(probability):
                found.append((self._seconds, max(0.0, min(1.0, float(probability)))))
        return found

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._model.reset()
        self._features.reset()
        self._windows = 0
        self._seconds = self._samples / SAMPLE_RATE + _WINDOW_SECONDS - _FEATURE_SECONDS

    def _with_floor(self, pcm: bytes) -> bytes:
        sound = np.frombuffer(pcm, "<i2")
        at = self._samples % self._floor.size
        self._samples += sound.size
        under = np.take(self._floor, np.arange(at, at + sound.size), mode="wrap")
        return np.clip(sound + under, -32768, 32767).astype("<i2").tobytes()


def noise_floor(rms: float) -> NDArray[np.int32]:
    """Return two seconds of pink noise of `rms` in int16 units, always the same."""
    count = 2 * SAMPLE_RATE
    # numpy's own random numbers would keep 7 MiB more of it in memory, for these alone.
    draw = random.Random(16).gauss
    spectrum = np.fft.rfft([draw(0.0, 1.0) for _ in range(count)])
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.size), 60.0))
    sound = np.fft.irfft(spectrum, count)
    floor: NDArray[np.int32] = np.round(sound / np.sqrt(np.mean(sound**2)) * rms).astype(np.int32)
    return floor
