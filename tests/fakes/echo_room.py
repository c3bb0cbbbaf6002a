"""A room with a speaker and a microphone in it, computed: what is played comes back late, quieter and smeared."""

from __future__ import annotations

import numpy as np

from jarvis.audio.echo import EchoCanceller, EchoReference
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES

FLOOR = 15.0
"""Root mean square of the microphone's own hiss, of 32768."""


class EchoRoom:
    """One room, always the same for one `seed`: exponential tail of `reverberation_seconds`, leak in dB."""

    def __init__(self, *, leak_db: float = -10.0, reverberation_seconds: float = 0.3, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        time = np.arange(round(reverberation_seconds * SAMPLE_RATE)) / SAMPLE_RATE
        tail = 0.3 * rng.standard_normal(time.size) * 10 ** (-3 * time / reverberation_seconds)
        tail[:32] = 0.0
        # The straight way, half a metre.
        tail[24] = 6.0
        self._response = tail / np.sqrt(np.sum(tail**2)) * 10 ** (leak_db / 20)
        self._rng = rng

    def echo(self, played: np.ndarray) -> np.ndarray:
        """Return what of `played` (16 kHz) arrives at the microphone, as long as it."""
        size = played.size + self._response.size
        spectrum = np.fft.rfft(played, size) * np.fft.rfft(self._response, size)
        return np.fft.irfft(spectrum, size)[: played.size]

    def hiss(self, count: int) -> np.ndarray:
        """Return the microphone's own noise."""
        return self._rng.standard_normal(count) * FLOOR


def int16(samples: np.ndarray) -> bytes:
    """Return samples as int16, clipped as a converter does."""
    return np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()


def cleaned(
    canceller: EchoCanceller,
    near: np.ndarray,
    played: list[tuple[bytes, int, float]],
    reference: EchoReference,
    *,
    at: float = 0.0,
    latency_seconds: float = 0.05,
) -> np.ndarray:
    """Return `near`, recorded from `at` on, cleaned; each piece of `played` is known `latency_seconds` ahead."""
    out, told = bytearray(), 0
    for begin in range(0, near.size - VAD_SAMPLES + 1, VAD_SAMPLES):
        recorded = at + begin / SAMPLE_RATE
        known = recorded + VAD_SAMPLES / SAMPLE_RATE + latency_seconds
        while told < len(played) and played[told][2] < known:
            reference.played(*played[told])
            told += 1
        out += canceller.process(int16(near[begin : begin + VAD_SAMPLES]), recorded)
    return np.frombuffer(bytes(out), "<i2").astype(float)


def pieces(pcm: bytes, rate: int, at: float, *, block: int = 220, jitter_seconds: float = 0.0) -> list:
    """Return `pcm`, which sounds from `at` on, in blocks as a speaker reports them, with uncertain times."""
    rng = np.random.default_rng(5)
    return [
        (pcm[2 * begin : 2 * (begin + block)], rate, at + begin / rate + rng.normal(0.0, jitter_seconds))
        for begin in range(0, len(pcm) // 2, block)
    ]


def erle_db(echo: np.ndarray, rest: np.ndarray) -> float:
    """Return by how much the echo was quietened."""
    count = min(echo.size, rest.size)
    return float(10 * np.log10(np.mean(echo[:count] ** 2) / (np.mean(rest[:count] ** 2) + 1e-9)))
