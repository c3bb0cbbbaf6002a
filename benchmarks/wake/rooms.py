"""Rooms, noises and microphones, all by arithmetic from a seeded generator: the same seed makes the same sound.

Sounds are float arrays in units of int16 at 16 kHz. A room is a direct path, first reflections from six walls (image
method) and an exponential tail.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jarvis.contracts.speech import SAMPLE_RATE

Sound = NDArray[np.float64]

SPEED_OF_SOUND = 343.0
NOISES = ("pink", "babble", "hum", "music")
SELF_NOISE_RMS = (2.0, 30.0)
"""What a microphone adds by itself, in int16 units (-84 to -61 dB of full scale): none is ever digitally silent."""


def samples(pcm: bytes) -> Sound:
    """Return int16 PCM as floats."""
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def pcm_of(sound: Sound) -> bytes:
    """Return `sound` as int16 PCM, clipped."""
    return np.clip(np.round(sound), -32768, 32767).astype("<i2").tobytes()


def power(sound: Sound) -> float:
    """Mean square, at least a tiny bit."""
    return float(np.mean(sound**2)) + 1e-9


def silence(seconds: float) -> Sound:
    """Return nothing."""
    return np.zeros(round(seconds * SAMPLE_RATE))


def sloped_noise(rng: np.random.Generator, count: int, exponent: float) -> Sound:
    """Return noise of mean square 1 whose amplitude falls with frequency to the `exponent`; 0.5 is pink."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum *= np.maximum(np.arange(spectrum.size) * SAMPLE_RATE / count, 40.0) ** -exponent
    sound = np.fft.irfft(spectrum, count)
    return sound / np.sqrt(power(sound))


def hum(rng: np.random.Generator, count: int) -> Sound:
    """Return mains hum with harmonics and a fan's broad noise."""
    time = np.arange(count) / SAMPLE_RATE
    base = rng.choice([50.0, 60.0]) * rng.uniform(0.998, 1.002)
    tones = sum(np.sin(2 * np.pi * base * n * time + rng.uniform(0, 6)) / n for n in range(1, 9))
    return tones / np.sqrt(power(tones)) + 0.5 * sloped_noise(rng, count, 0.8)


def music(rng: np.random.Generator, count: int) -> Sound:
    """Return chords, a melody and a beat: no tune, but tones and onsets like music's."""
    time = np.arange(count) / SAMPLE_RATE
    beat = 60 / rng.uniform(80, 140)
    sound = np.zeros(count)
    for number in range(int(count / SAMPLE_RATE / beat) + 1):
        begin = int(number * beat * SAMPLE_RATE)
        stretch = time[begin : begin + int(beat * SAMPLE_RATE)]
        fade = np.exp(-4 * (stretch - stretch[0]) / beat) if stretch.size else stretch
        for semitones in rng.choice([0, 3, 4, 7, 9, 12, 16], 3, replace=False):
            tone = 220 * 2 ** (semitones / 12)
            sound[begin : begin + stretch.size] += fade * sum(
                np.sin(2 * np.pi * tone * n * stretch) / n**1.5 for n in range(1, 6)
            )
        hit = min(800, stretch.size)
        sound[begin : begin + hit] += rng.standard_normal(hit) * np.exp(-np.arange(hit) / 150) * 2
    return sound / np.sqrt(power(sound))


def room_response(rng: np.random.Generator, rt60: float, distance: float) -> Sound:
    """Return the response of a random room with reverberation time `rt60` in s at `distance` in m; direct path 1."""
    size = rng.uniform([3.0, 2.5, 2.3], [7.0, 5.0, 3.0])
    ear = rng.uniform(0.3 * size, 0.7 * size)
    towards = rng.standard_normal(3) * [1, 1, 0.2]
    mouth = np.clip(ear + towards / np.linalg.norm(towards) * distance, 0.2, size - 0.2)
    response = np.zeros(int(max(rt60, 0.05) * SAMPLE_RATE))
    response[0] = 1.0
    bounce = np.exp(-6.9 * 0.012 / rt60)
    for axis in range(3):
        for wall in (0.0, size[axis]):
            image = mouth.copy()
            image[axis] = 2 * wall - image[axis]
            far = float(np.linalg.norm(image - ear))
            at = int((far - np.linalg.norm(mouth - ear)) / SPEED_OF_SOUND * SAMPLE_RATE)
            if 0 < at < response.size:
                response[at] += bounce * np.linalg.norm(mouth - ear) / far
    start = int(0.015 * SAMPLE_RATE)
    time = np.arange(response.size - start) / SAMPLE_RATE
    tail = rng.standard_normal(time.size) * np.exp(-6.9 * time / rt60)
    critical = 0.057 * np.sqrt(float(np.prod(size)) / rt60)
    """Distance at which direct sound and tail are equally strong (Sabine), in m."""
    response[start:] += tail * (distance / critical) / np.sqrt(float(np.sum(tail**2)))
    return response


def in_room(sound: Sound, response: Sound) -> Sound:
    """Return `sound` as it arrives, its tail included, as loud as before."""
    count = sound.size + response.size - 1
    length = 1 << (count - 1).bit_length()
    heard = np.fft.irfft(np.fft.rfft(sound, length) * np.fft.rfft(response, length), length)[:count]
    return heard * np.sqrt(power(sound) / power(heard[: sound.size]))


def mixed(speech: Sound, whole: Sound, noise: Sound, snr_db: float) -> Sound:
    """Return `whole` with `noise` at `snr_db` below the power of `speech` alone."""
    return whole + noise * np.sqrt(power(speech) / power(noise) / 10 ** (snr_db / 10))


def microphone(rng: np.random.Generator, sound: Sound, peak_db: float) -> bytes:
    """Return what a microphone hands over: `sound` with its peak at `peak_db` of full scale, plus its own noise."""
    loud = sound * (32767 * 10 ** (peak_db / 20) / max(float(np.abs(sound).max()), 1.0))
    return pcm_of(loud + sloped_noise(rng, sound.size, 0.2) * np.exp(rng.uniform(*np.log(SELF_NOISE_RMS))))
