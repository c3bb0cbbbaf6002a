"""Puts what was said into rooms, noise and microphones: clips of one length, each with what is to be heard in it.

A clip is kept as the logarithm of the power of its mel bands, so that training can mix and bend it further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.wake import rooms
from benchmarks.wake.rooms import Sound
from benchmarks.wake.training.library import FAMILIES, Library, Said
from benchmarks.wake.training.speakers import Pcm, other_throat
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.voice.keyword_features import HOP_SAMPLES, WINDOW_SAMPLES, mel_power
from jarvis.voice.keyword_model import WORDS

CLIP_SECONDS = 3.2
CLIP_SAMPLES = round(CLIP_SECONDS * SAMPLE_RATE)
CLIP_ROWS = (CLIP_SAMPLES - WINDOW_SAMPLES) // HOP_SAMPLES + 1
SMALLEST_POWER = 1e-11

CALL_AROUND = (0.12, 0.30)
"""How long before and after its end a call may be reported, in s."""
STOP_AROUND = (0.04, 0.16)

_SHARES = (0.36, 0.36, 0.17, 0.11)
"""Of `FAMILIES`."""
_SNRS = (99, 99, 99, 99, 30, 20, 15, 10, 10, 5, 5, 2, 0, -2)
NOISE_SECONDS, ROOMS = 40, 150
"""Of each noise, and how many rooms: all clips draw from them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """`word` is the number of the word in `WORDS`, -1 for none; it is due in the rows `first` to `last`."""

    power: NDArray[np.float16]
    word: int = -1
    first: int = 0
    last: int = 0


class Scenes:
    """Draws clips of every kind; the same seed draws the same ones."""

    def __init__(
        self, said: Library, seed: int, *, noise_seconds: int = NOISE_SECONDS, room_count: int = ROOMS
    ) -> None:
        self._said = said
        self._rng = rng = np.random.default_rng([seed, 2])
        count = noise_seconds * SAMPLE_RATE
        self._noises: list[Sound] = [rooms.sloped_noise(rng, count, slope) for slope in (0.0, 0.3, 0.5, 0.5, 0.9)]
        self._noises += [rooms.hum(rng, count) for _ in range(2)]
        self._noises += [rooms.music(rng, count) for _ in range(4)]
        self._noises += [np.sum([self.someone(count) for _ in range(size)], axis=0) for size in (3, 5, 5, 8)]
        self._rooms = [_room(rng) for _ in range(room_count)]

    def call(self) -> Clip:
        """Somebody calls Jarvis: alone, after other talk, or with a command behind it."""
        rng = self._rng
        one = self._of(self._said.calls)
        pcm, ends = self._bent(one, 0.85, 1.18)
        begin = round(rng.uniform(0.15, 1.2) * SAMPLE_RATE)
        begin = max(0, min(begin, CLIP_SAMPLES - ends - round(0.35 * SAMPLE_RATE)))
        sound = np.zeros(CLIP_SAMPLES)
        _lay(sound, pcm, begin)
        level = _power(pcm)
        if rng.random() < 0.3:
            self._before(sound, begin - round(rng.uniform(0.03, 0.4) * SAMPLE_RATE), level)
        if one.alone and rng.random() < 0.35:
            self._after(sound, begin + ends + round(rng.uniform(0.05, 0.6) * SAMPLE_RATE), level)
        return self._heard(sound, level, word=0, ends=begin + ends, around=CALL_AROUND)

    def stop(self) -> Clip:
        """Somebody says a stop word alone, once or a few times over."""
        rng = self._rng
        word = int(rng.integers(1, len(WORDS)))
        one = self._of(self._said.stops[WORDS[word]])
        pcm, ends = self._bent(one, 0.85, 1.18)
        if rng.random() < 0.08:
            pcm = np.concatenate([pcm, np.zeros(round(rng.uniform(0.05, 0.25) * SAMPLE_RATE)), pcm])
            ends = pcm.size
        begin = round(rng.uniform(0.6, 1.9) * SAMPLE_RATE)
        begin = max(0, min(begin, CLIP_SAMPLES - ends - round(0.4 * SAMPLE_RATE)))
        sound = np.zeros(CLIP_SAMPLES)
        _lay(sound, pcm, begin)
        level = _power(pcm)
        if rng.random() < 0.2:
            self._before(sound, begin - round(rng.uniform(0.3, 0.8) * SAMPLE_RATE), level)
        if rng.random() < 0.2:
            self._after(sound, begin + ends + round(rng.uniform(0.3, 0.8) * SAMPLE_RATE), level)
        return self._heard(sound, level, word=word, ends=begin + ends, around=STOP_AROUND)

    def near_call(self) -> Clip:
        """Something that almost calls Jarvis."""
        return self._alone(self._said.near)

    def stop_like(self) -> Clip:
        """A word that is not quite a stop word."""
        return self._alone(self._said.stop_like)

    def with_stop(self) -> Clip:
        """A sentence in which a stop word happens."""
        return self._alone(self._said.with_stop)

    def cut_call(self) -> Clip:
        """Half of a call, or a call without its greeting: nobody is called."""
        rng = self._rng
        one = self._of(self._said.calls)
        pcm, ends = self._bent(one, 0.85, 1.18)
        # The greeting is about the first third.
        part = pcm[: round(ends * rng.uniform(0.3, 0.65))] if rng.random() < 0.5 else pcm[round(0.45 * ends) : ends]
        sound = np.zeros(CLIP_SAMPLES)
        begin = round(rng.uniform(0.3, 2.0) * SAMPLE_RATE)
        _lay(sound, part, begin)
        if rng.random() < 0.7:
            self._before(sound, begin - round(rng.uniform(0.0, 0.15) * SAMPLE_RATE), _power(pcm))
        return self._heard(sound, _power(pcm))

    def talk(self) -> Clip:
        """One to three people talk."""
        rng = self._rng
        sound = self.someone(CLIP_SAMPLES)
        for _ in range(int(rng.choice([0, 0, 0, 1, 1, 2]))):
            sound = sound + self.someone(CLIP_SAMPLES) * rng.uniform(0.2, 0.8)
        return self._heard(sound, rooms.power(sound))

    def noise(self) -> Clip:
        """No speech, or many at once."""
        return self._heard(self._noise(CLIP_SAMPLES), 1.0)

    def someone(self, count: int) -> Sound:
        """Return one voice talking for `count` samples, from the middle of something on."""
        rng = self._rng
        kept = self._said.talk[family_of(rng, self._said.talk)]
        pieces: list[Sound] = []
        length = 0
        throat = float(rng.uniform(0.88, 1.14))
        while length < count + 3 * SAMPLE_RATE:
            piece = other_throat(kept[int(rng.integers(len(kept)))], throat).astype(np.float64)
            piece *= 2000 / np.sqrt(_power(piece))
            pieces += [piece, np.zeros(round(rng.uniform(0.1, 0.8) * SAMPLE_RATE))]
            length += piece.size + pieces[-1].size
        begin = int(rng.integers(0, length - count))
        return np.concatenate(pieces)[begin : begin + count]

    def _alone(self, kept: dict[str, list[Pcm]]) -> Clip:
        rng = self._rng
        some = kept[family_of(rng, kept)]
        pcm = other_throat(some[int(rng.integers(len(some)))], float(rng.uniform(0.85, 1.18))).astype(np.float64)
        sound = np.zeros(CLIP_SAMPLES)
        begin = round(rng.uniform(0.2, 1.4) * SAMPLE_RATE)
        _lay(sound, pcm, begin)
        level = _power(pcm)
        if rng.random() < 0.25:
            self._before(sound, begin - round(rng.uniform(0.05, 0.5) * SAMPLE_RATE), level)
        if rng.random() < 0.3:
            self._after(sound, begin + pcm.size + round(rng.uniform(0.05, 0.5) * SAMPLE_RATE), level)
        return self._heard(sound, level)

    def _of(self, kept: dict[str, list[Said]]) -> Said:
        some = kept[family_of(self._rng, kept)]
        return some[int(self._rng.integers(len(some)))]

    def _bent(self, one: Said, lowest: float, highest: float) -> tuple[Sound, int]:
        throat = float(self._rng.uniform(lowest, highest))
        return other_throat(one.pcm, throat).astype(np.float64), round(one.ends / throat)

    def _before(self, sound: Sound, until: int, level: float) -> None:
        if until > SAMPLE_RATE // 10:
            talk = self.someone(until)
            sound[:until] += talk * np.sqrt(level / rooms.power(talk)) * self._rng.uniform(0.4, 1.2)

    def _after(self, sound: Sound, begin: int, level: float) -> None:
        if begin < sound.size - SAMPLE_RATE // 10:
            talk = self.someone(sound.size)[: sound.size - begin]
            sound[begin:] += talk * np.sqrt(level / rooms.power(talk)) * self._rng.uniform(0.4, 1.2)

    def _noise(self, count: int) -> Sound:
        noise = self._noises[int(self._rng.integers(len(self._noises)))]
        begin = int(self._rng.integers(0, noise.size - count))
        return noise[begin : begin + count]

    def _heard(
        self, sound: Sound, level: float, *, word: int = -1, ends: int = 0, around: Sequence[float] = (0, 0)
    ) -> Clip:
        rng = self._rng
        if rng.random() < 0.75:
            sound = rooms.in_room(sound, self._rooms[int(rng.integers(len(self._rooms)))])[: sound.size]
        snr_db = float(rng.choice(_SNRS))
        if snr_db < 99:
            noise = self._noise(sound.size)
            sound = sound + noise * np.sqrt(level / rooms.power(noise) / 10 ** (snr_db / 10))
        if rng.random() < 0.06:
            sound = np.clip(sound, *(np.array([-1, 1]) * np.abs(sound).max() * rng.uniform(0.2, 0.7)))
        pcm = rooms.microphone(rng, sound, float(rng.uniform(-34, -1)))
        return clip_of(rooms.samples(pcm), word=word, ends=ends, around=around)


def clip_of(sound: Sound, *, word: int = -1, ends: int = 0, around: Sequence[float] = (0, 0)) -> Clip:
    """Return `CLIP_SAMPLES` of sound as a clip; the word ends at sample `ends`, and is due `around` that, in s."""
    power = mel_power(sound[:CLIP_SAMPLES].astype(np.float32))
    kept = np.log(np.maximum(power, SMALLEST_POWER)).astype(np.float16)
    first = round((ends - around[0] * SAMPLE_RATE) / HOP_SAMPLES)
    last = round((ends + around[1] * SAMPLE_RATE) / HOP_SAMPLES)
    return Clip(power=kept, word=word, first=max(0, first), last=min(CLIP_ROWS - 1, last))


def drawn(scenes: Scenes, kind: str, count: int) -> Iterator[Clip]:
    """Yield `count` clips of one kind, by the name of the method that draws it."""
    draw: Callable[[], Clip] = getattr(scenes, kind)
    for _ in range(count):
        yield draw()


def family_of(rng: np.random.Generator, kept: Mapping[str, Sequence[object]]) -> str:
    """Return the name of a family that has something of this kind, drawn by its share."""
    shares = np.array([share if kept[name] else 0.0 for name, share in zip(FAMILIES, _SHARES, strict=True)])
    return FAMILIES[int(rng.choice(len(FAMILIES), p=shares / shares.sum()))]


def _room(rng: np.random.Generator) -> Sound:
    return rooms.room_response(rng, float(rng.uniform(0.15, 1.1)), float(rng.uniform(0.3, 4.0)))


def _lay(sound: Sound, pcm: Sound, begin: int) -> None:
    end = min(sound.size, begin + pcm.size)
    sound[begin:end] += pcm[: end - begin]


def _power(sound: Sound) -> float:
    return rooms.power(sound)
