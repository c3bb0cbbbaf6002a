"""A room in real time: what people say in it, its noise, and the speaker's sound leaking into the microphone.

All times are `perf_counter` seconds, all sound is 16 kHz mono in units of int16. Knows nothing about who listens.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmarks.wake.rooms import Sound, pcm_of, power, room_response, samples, sloped_noise
from jarvis.contracts.speech import SAMPLE_RATE

AUDIBLE = 200
"""Sound above this, of 32768, counts as heard: -44 dB of full scale."""

KEPT_SECONDS = 20
"""How much of what the speaker plays is kept."""

SELF_NOISE_RMS = 8.0
"""The microphone's own noise."""

_SOON_SECONDS = 0.06
_REVERBERATION = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """Something that was said in the room: when its first and its last audible sample reach the microphone."""

    text: str
    began: float
    ended: float


def audible_edges(sound: Sound) -> tuple[int, int]:
    """Return the first audible sample and the one after the last; (0, 0) for silence."""
    loud = np.flatnonzero(np.abs(sound) > AUDIBLE)
    return (int(loud[0]), int(loud[-1]) + 1) if loud.size else (0, 0)


def leak(leak_db: float, delay_seconds: float, seed: int = 0) -> Sound:
    """Return the way from speaker to microphone: `delay_seconds` of nothing, then a room, `leak_db` loud in all."""
    response = room_response(np.random.default_rng(seed), _REVERBERATION, 0.5)
    response *= 10 ** (leak_db / 20) / np.sqrt(np.sum(response**2))
    return np.concatenate([np.zeros(round(delay_seconds * SAMPLE_RATE)), response])


class Played:
    """What a speaker lets sound from `epoch` (now) on, sample by sample, and when it was audible; any thread."""

    def __init__(self, epoch: float | None = None) -> None:
        self._lock = threading.Lock()
        self._epoch = time.perf_counter() if epoch is None else epoch
        self._ring = np.zeros(KEPT_SECONDS * SAMPLE_RATE)
        self._until = 0
        self._audible: deque[tuple[float, float]] = deque(maxlen=20_000)

    def add(self, pcm: bytes, at: float) -> None:
        """Let `pcm` sound from `at` on; pieces come in order."""
        sound = samples(pcm)
        with self._lock:
            start = max(self.index(at), self._until)
            self._write(self._until, np.zeros(min(start - self._until, self._ring.size)))
            self._write(start, sound)
            self._until = start + sound.size
            first, last = audible_edges(sound)
            if last:
                began = self.time_of(start)
                self._audible.append((began + first / SAMPLE_RATE, began + last / SAMPLE_RATE))

    def between(self, first: int, count: int) -> Sound:
        """Return `count` samples from number `first` on; silence where there is none any more or yet."""
        with self._lock:
            numbers = np.arange(first, first + count)
            known = (numbers >= max(0, self._until - self._ring.size)) & (numbers < self._until)
            return np.where(known, self._ring[numbers % self._ring.size], 0.0)

    def index(self, at: float) -> int:
        """Return the number of the sample that sounds `at`."""
        return round((at - self._epoch) * SAMPLE_RATE)

    def time_of(self, index: int) -> float:
        """Return when sample number `index` sounds."""
        return self._epoch + index / SAMPLE_RATE

    def first_audible(self, after: float) -> float | None:
        """Return when something is audible for the first time at or after `after`, None if nothing was by now."""
        with self._lock:
            return next((max(begin, after) for begin, end in self._audible if end > after), None)

    def last_audible(self) -> float | None:
        """Return when something was audible for the last time, None before anything was."""
        with self._lock:
            return self._audible[-1][1] if self._audible else None

    def silent_from(self, after: float, lasting: float) -> float | None:
        """Return since when, `after` or later, it is silent for at least `lasting` seconds; None when it is not yet."""
        with self._lock:
            spans = [(begin, end) for begin, end in self._audible if end > after]
        now = time.perf_counter()
        for (_, end), (begin, _) in pairwise([*spans, (now, now)]):
            if begin - end >= lasting:
                return end
        return None if spans or now - after < lasting else after

    def _write(self, start: int, sound: Sound) -> None:
        self._ring[np.arange(start, start + sound.size) % self._ring.size] = sound


class Room:
    """One room for one scenario; `say` from any thread, `hear` from the microphone's.

    `background` sounds all the time, over and over; `response` is how the speaker leaks, None for headphones.
    """

    def __init__(self, *, background: Sound | None = None, response: Sound | None = None, seed: int = 0) -> None:
        self.played = Played()
        self._background = background
        self._response = response
        self._rng = np.random.default_rng(seed)
        self._hiss = sloped_noise(self._rng, 10 * SAMPLE_RATE, 0.2) * SELF_NOISE_RMS
        self._lock = threading.Lock()
        self._said: list[tuple[int, Sound]] = []

    def say(self, pcm: bytes, text: str = "", at: float | None = None) -> Heard:
        """Let `pcm` sound, from soon or from `at` on; returns at once what there is to hear."""
        sound = samples(pcm)
        first, last = audible_edges(sound)
        begin = self.played.index(time.perf_counter() + _SOON_SECONDS if at is None else at)
        with self._lock:
            self._said.append((begin, sound))
        return Heard(text=text, began=self.played.time_of(begin + first), ended=self.played.time_of(begin + last))

    def hear(self, at: float, count: int) -> bytes:
        """Return what reaches the microphone in `count` samples from `at` on."""
        first = self.played.index(at)
        sound = self._repeated(self._hiss, first, count)
        if self._background is not None:
            sound = sound + self._repeated(self._background, first, count)
        with self._lock:
            self._said = [(begin, said) for begin, said in self._said if begin + said.size > first]
            for begin, said in self._said:
                from_, to = max(begin, first), min(begin + said.size, first + count)
                if from_ < to:
                    sound[from_ - first : to - first] += said[from_ - begin : to - begin]
        return pcm_of(sound + self._leaked(first, count))

    def _leaked(self, first: int, count: int) -> Sound:
        if self._response is None:
            return np.zeros(count)
        size = self._response.size - 1
        played = self.played.between(first - size, count + size)
        if not played.any():
            return np.zeros(count)
        length = 1 << (played.size + size).bit_length()
        heard: Sound = np.fft.irfft(np.fft.rfft(played, length) * np.fft.rfft(self._response, length), length)
        return heard[size : size + count]

    def _repeated(self, sound: Sound, first: int, count: int) -> Sound:
        repeated: Sound = sound[np.arange(first, first + count) % sound.size]
        return repeated


def at_ratio(noise: Sound, speech: Sound, snr_db: float) -> Sound:
    """Return `noise` so loud that `speech` is `snr_db` above it."""
    quieter: Sound = noise * np.sqrt(power(speech) / power(noise) / 10 ** (snr_db / 10))
    return quieter
