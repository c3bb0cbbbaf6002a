"""Turns sound into what the keyword network looks at: 40 mel bands, every 10 ms, each weighed against its own past.

Per-channel energy normalisation (Wang and others, 2017) makes a quiet voice look like a loud one and lets steady noise
fade. Numbers only; knows no network.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from jarvis.contracts.speech import SAMPLE_RATE

BANDS = 40
HOP_SAMPLES = 160
"""10 ms at 16 kHz."""

WINDOW_SAMPLES = 400

_TRANSFORM = 512
_LOWEST_HERTZ, _HIGHEST_HERTZ = 80.0, 7600.0
_FULL_SCALE = 32768.0
_FOLLOWING = 0.03
"""How fast a band's past follows its present, each 10 ms: a third of a second."""

_SHARE = 0.96
_OFFSET, _ROOT = 1.0, 0.3
_FLOOR = 1e-7
"""Power of a band, full scale 1, that counts as silence: a noise of about -75 dB."""


class KeywordFeatures:
    """A stream of features; one thread."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.int16)
        self._past: NDArray[np.float32] | None = None

    def process(self, pcm: bytes) -> NDArray[np.float32]:
        """Take any length of 16 kHz int16 mono; return the rows of 10 ms that it completed, `BANDS` numbers each."""
        sound = np.concatenate([self._rest, np.frombuffer(pcm, "<i2")])
        count = max(0, (sound.size - WINDOW_SAMPLES) // HOP_SAMPLES + 1)
        self._rest = sound[count * HOP_SAMPLES :]
        if not count:
            return np.zeros((0, BANDS), np.float32)
        rows, self._past = normalized(mel_power(sound.astype(np.float32)), self._past)
        return rows

    def reset(self) -> None:
        """Forget the sound so far."""
        self._rest = np.zeros(0, np.int16)
        self._past = None


def mel_power(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power of every band, full scale 1, in every 25 ms window of `sound` (int16 units), 10 ms apart."""
    pieces = np.lib.stride_tricks.sliding_window_view(sound, WINDOW_SAMPLES)[::HOP_SAMPLES]
    spectrum = np.fft.rfft(pieces * _window(), _TRANSFORM, axis=1)
    power: NDArray[np.float32] = ((spectrum.real**2 + spectrum.imag**2) @ _bands()).astype(np.float32)
    return power


def normalized(
    power: NDArray[np.float32], past: NDArray[np.float32] | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return features for `power` (any leading axes, then time, then bands), and each band's past for what follows."""
    levels = np.empty_like(power)
    past = power[..., 0, :] if past is None else past
    for at in range(power.shape[-2]):
        past = past + np.float32(_FOLLOWING) * (power[..., at, :] - past)
        levels[..., at, :] = past
    rows = (power / (np.float32(_FLOOR) + levels) ** np.float32(_SHARE) + np.float32(_OFFSET)) ** np.float32(_ROOT)
    return (rows - np.float32(_OFFSET)).astype(np.float32), past


@cache
def _window() -> NDArray[np.float32]:
    window: NDArray[np.float32] = np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32) / np.float32(_FULL_SCALE)
    return window


@cache
def _bands() -> NDArray[np.float32]:
    """Return the weight of every frequency in every band: triangles, even on the mel scale."""
    lowest, highest = (2595 * np.log10(1 + hertz / 700) for hertz in (_LOWEST_HERTZ, _HIGHEST_HERTZ))
    corners = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    hertz = np.linspace(0.0, SAMPLE_RATE / 2, _TRANSFORM // 2 + 1)[:, None]
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    triangles = np.maximum(0.0, np.minimum((hertz - low) / (middle - low), (high - hertz) / (high - middle)))
    weights: NDArray[np.float32] = (triangles * 2 / WINDOW_SAMPLES).astype(np.float32)
    return weights
