"""Takes steady noise out of sound before commands are recognised in it: pocketsphinx' model knows quiet rooms only.

A Wiener filter over short spectra, its gain smoothed as Ephraim and Malah 1984 propose ("Speech enhancement using a
minimum mean-square error short-time spectral amplitude estimator"): the noise is learned from the quietest part of the
first sound and followed by the minima of the spectra (Martin 2001). Knows nothing about words.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jarvis.contracts.speech import SAMPLE_RATE

_WINDOW = 512
_STEP = 256
"""Samples: spectra over 32 ms, every 16 ms."""

_WEAKEST_GAIN = 0.1
"""What is taken for noise becomes 20 dB softer: more would leave holes that are heard as consonants."""

_OVERSUBTRACTION = 1.5
"""The noise is reckoned this much stronger than the mean that was found, for it varies."""

_SMOOTHING = 0.96
"""Share of the last spectrum's estimate in the ratio of speech to noise."""

_QUIET_SHARE = 0.25
"""Of the first spectra the softest quarter is noise: a person who speaks at once leaves gaps too."""

_POWER_SMOOTHING = 0.85
_MINIMUM_BIAS = 1.8
"""The minimum of the smoothed power is that much below its mean."""

_BLOCK, _BLOCKS = 15, 6
"""Minima are taken over six blocks of a quarter of a second: longer than a vowel."""

_FOLLOWING = 0.03
_FASTEST_RISE = 1.5
"""Share of a new minimum in the noise with every spectrum, and how much louder than the noise it may count."""

_LEAST_POWER = 1.0
"""So that digital silence divides nothing by nothing."""

Spectrum = npt.NDArray[np.float64]


class NoiseReduction:
    """One utterance's filter, learned from its first sound, which belongs to what is fed.

    Takes and returns 16 kHz int16 mono sound, as many samples as it was given, up to 16 ms late.
    """

    def __init__(self, first: bytes) -> None:
        self._shape = np.sqrt(np.hanning(_WINDOW + 1)[:-1])
        self._waiting = np.zeros(_WINDOW - _STEP)
        self._overlap = np.zeros(_WINDOW - _STEP)
        self._noise = self._learned(_numbers(first))
        self._smooth = self._noise / _MINIMUM_BIAS
        self._speech = np.zeros_like(self._noise)
        self._minima = [np.full_like(self._noise, np.inf) for _ in range(_BLOCKS)]
        self._count = 0
        self._taken = self._given = self._before = 0

    def feed(self, pcm: bytes) -> bytes:
        """Return the next sound without its noise."""
        self._taken += len(pcm) // 2
        return self._next(_numbers(pcm))

    def finish(self) -> bytes:
        """Return what is left."""
        left = self._taken - self._given
        return self._next(np.zeros(_WINDOW))[: 2 * left]

    def _next(self, fed: Spectrum) -> bytes:
        sound = np.concatenate([self._waiting, fed])
        pieces = [np.zeros(0)]
        while sound.size >= _WINDOW:
            pieces.append(self._cleaned(sound[:_WINDOW]))
            sound = sound[_STEP:]
        self._waiting = sound
        cleaned = np.concatenate(pieces)
        # The first samples that come out belong to the time before the sound.
        early = min(max(0, _WINDOW - _STEP - self._before), cleaned.size)
        self._before += early
        self._given += cleaned.size - early
        return _pcm(cleaned[early:])

    def _learned(self, sound: Spectrum) -> Spectrum:
        count = (sound.size - _WINDOW) // _STEP + 1
        if count < 1:
            return np.full(_WINDOW // 2 + 1, _LEAST_POWER)
        powers = np.stack([self._power(sound[at * _STEP : at * _STEP + _WINDOW])[1] for at in range(count)])
        softest = np.argsort(powers.sum(axis=1))[: max(1, round(count * _QUIET_SHARE))]
        learned: Spectrum = np.maximum(powers[softest].mean(axis=0), _LEAST_POWER)
        return learned

    def _power(self, sound: Spectrum) -> tuple[npt.NDArray[np.complex128], Spectrum]:
        spectrum = np.fft.rfft(self._shape * sound)
        return spectrum, np.abs(spectrum) ** 2

    def _cleaned(self, sound: Spectrum) -> Spectrum:
        """Return the next `_STEP` samples."""
        spectrum, power = self._power(sound)
        noise = self._noise * _OVERSUBTRACTION
        above = np.maximum(power / noise - 1, 0.0)
        ratio = _SMOOTHING * self._speech / noise + (1 - _SMOOTHING) * above
        gain = np.maximum(ratio / (1 + ratio), _WEAKEST_GAIN)
        self._speech = gain**2 * power
        self._follow(power)
        made = self._shape * np.fft.irfft(gain * spectrum, _WINDOW)
        made[: self._overlap.size] += self._overlap
        self._overlap = made[_STEP:]
        return made[:_STEP]

    def _follow(self, power: Spectrum) -> None:
        self._smooth = _POWER_SMOOTHING * self._smooth + (1 - _POWER_SMOOTHING) * power
        if self._count % _BLOCK == 0:
            self._minima = [*self._minima[1:], self._smooth]
        self._minima[-1] = np.minimum(self._minima[-1], self._smooth)
        self._count += 1
        if self._count >= _BLOCK:
            least = np.min(self._minima, axis=0) * _MINIMUM_BIAS
            reached = np.maximum(np.minimum(least, self._noise * _FASTEST_RISE), _LEAST_POWER)
            self._noise = (1 - _FOLLOWING) * self._noise + _FOLLOWING * reached


def loudness(pcm: bytes) -> list[float]:
    """Return the level of every 10 ms in dB of int16's unit, 0 for silence; a shifted zero is none."""
    sound, length = _numbers(pcm), SAMPLE_RATE // 100
    frames = sound[: sound.size // length * length].reshape(-1, length)
    return [float(each) for each in 10 * np.log10(np.maximum(frames.var(axis=1), 1.0))] if frames.size else []


def _numbers(pcm: bytes) -> Spectrum:
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float64)


def _pcm(sound: Spectrum) -> bytes:
    return np.clip(np.round(sound), -32768, 32767).astype("<i2").tobytes()
