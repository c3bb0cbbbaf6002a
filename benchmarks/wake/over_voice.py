"""Stop words said while Jarvis speaks, and Jarvis' own voice alone, as its echo canceller leaves them.

Jarvis' bundled voices talk in computed rooms at −10 dB, people of the wake set say a stop word every few seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.wake import rooms
from benchmarks.wake.others import sentences
from benchmarks.wake.rooms import SAMPLE_RATE, Sound
from benchmarks.wake.voices import Voice
from jarvis.audio.echo import LATENCY_SAMPLES, EchoCanceller, EchoReference
from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.engines.children.espeak import VOICES
from jarvis.voice.keyword_spotter import STOP_WORDS
from tests.fakes.echo_room import EchoRoom, cleaned, int16, pieces
from tests.fakes.speech import synthetic_speech

LEAK_DB = -10.0
AUDIBLE = 0.02
"""A word ends where its sound last reaches this share of its peak."""

ANSWER_SECONDS = 20.0
FIRST_SECONDS, EVERY_SECONDS = 4.0, 4.0
"""When somebody speaks up: after the canceller has learned the room, and then again and again."""

JARVIS_PEAK_DB = -6.0
_PEOPLE_PEAK_DB = (-18.0, -8.0)
_BLOCK = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A stop word that somebody says, and when it ends in the cleaned sound."""

    word: str
    voice: Voice
    ends: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the microphone hears of one answer, cleaned."""

    pcm: bytes
    orders: tuple[Order, ...]


def answers(people: Sequence[Voice], seed: int, count: int, *, orders: bool) -> Iterator[Answer]:
    """Yield `count` answers, with `orders` of `people` in turn, or with nobody else there."""
    turn = 0
    for number in range(count):
        rng = np.random.default_rng([seed, 11, number])
        length = round(ANSWER_SECONDS * SAMPLE_RATE)
        played = _spoken(LANGUAGES[number % len(LANGUAGES)], length, rng)
        room = EchoRoom(leak_db=LEAK_DB, reverberation_seconds=float(rng.uniform(0.2, 0.5)), seed=number)
        near = np.roll(room.echo(played), round(rng.uniform(0.01, 0.08) * SAMPLE_RATE)) + room.hiss(length)
        given = []
        for begin in np.arange(FIRST_SECONDS, ANSWER_SECONDS - 2, EVERY_SECONDS) if orders else ():
            voice = people[turn % len(people)]
            words = STOP_WORDS[voice.language]
            word = words[turn // len(people) % len(words)]
            turn += 1
            given.append(_say(near, voice, word, float(begin), rng))
        reference = EchoReference()
        told = pieces(int16(played), SAMPLE_RATE, 0.0, block=_BLOCK, jitter_seconds=0.0003)
        yield Answer(pcm=int16(cleaned(EchoCanceller(reference), near, told, reference)), orders=tuple(given))


def audible_end(said: Sound) -> float:
    """Return where the word is over, in s from its beginning."""
    return float(np.flatnonzero(np.abs(said) >= AUDIBLE * np.abs(said).max())[-1]) / SAMPLE_RATE


def _say(near: Sound, voice: Voice, word: str, begin: float, rng: np.random.Generator) -> Order:
    said = rooms.samples(voice.say(word, float(rng.uniform(0.85, 1.15))))
    last = audible_end(said)
    said *= 32767 * 10 ** (rng.uniform(*_PEOPLE_PEAK_DB) / 20) / np.abs(said).max()
    heard = rooms.in_room(said, rooms.room_response(rng, 0.3, float(rng.uniform(0.5, 2.0))))
    first = round(begin * SAMPLE_RATE)
    near[first : first + heard.size] += heard
    return Order(word=word, voice=voice, ends=begin + last + LATENCY_SAMPLES / SAMPLE_RATE)


def _spoken(language: Language, length: int, rng: np.random.Generator) -> Sound:
    texts, parts, count = sentences(language), [], 0
    while count < length:
        said = rooms.samples(synthetic_speech.__wrapped__(str(rng.choice(texts)), VOICES[language]))
        parts += [said, rooms.silence(0.3)]
        count += said.size + parts[-1].size
    sound = np.concatenate(parts)[:length]
    return sound * 32767 * 10 ** (JARVIS_PEAK_DB / 20) / np.abs(sound).max()
