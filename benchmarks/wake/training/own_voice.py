"""Stop words and calls over Jarvis' own voice, and that voice alone, as the echo canceller leaves them.

Jarvis talks in a computed room, its sound leaks into the microphone, somebody speaks over it, and the canceller that
Jarvis ships cleans the sum. What is left of Jarvis is never to be taken for a word, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.wake import rooms
from benchmarks.wake.rooms import Sound
from benchmarks.wake.training import texts
from benchmarks.wake.training.library import Library, Said
from benchmarks.wake.training.scenes import (
    CALL_AROUND,
    CLIP_SAMPLES,
    STOP_AROUND,
    Clip,
    clip_of,
    family_of,
)
from benchmarks.wake.training.speakers import Speaker, espeak_speakers, flite_speakers, other_throat, said
from jarvis.audio.echo import LATENCY_SAMPLES, EchoCanceller, EchoReference
from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.engines.children.espeak import VOICES
from jarvis.voice.keyword_model import WORDS
from tests.fakes.echo_room import EchoRoom, cleaned, int16, pieces

EVENTS = 8
EVERY_SECONDS = 3.5
"""Between the ends of what people say: a clip holds one of them."""

_KINDS = ("stop", "call", "stop_like", "talk", "nothing")
_SHARES = (0.45, 0.1, 0.1, 0.07, 0.28)
_SAYS_STOP = 0.3
_BLOCK = 256


def sessions(kept: Library, seed: int, count: int) -> Iterator[list[Clip]]:
    """Yield the clips of `count` answers of half a minute each."""
    for number in range(count):
        yield _session(kept, np.random.default_rng([seed, 4, number]), number)


def _session(kept: Library, rng: np.random.Generator, number: int) -> list[Clip]:
    length = round((EVENTS + 1) * EVERY_SECONDS * SAMPLE_RATE)
    played = _answer(rng, length)
    room = EchoRoom(
        leak_db=float(rng.uniform(-18, 0)), reverberation_seconds=float(rng.uniform(0.15, 0.6)), seed=number
    )
    near = np.roll(room.echo(played), round(rng.uniform(0.005, 0.09) * SAMPLE_RATE)) + room.hiss(length)
    events = []
    for event in range(EVENTS):
        kind = str(rng.choice(_KINDS, p=_SHARES))
        ends = round((event + 1 + rng.uniform(-0.05, 0.05)) * EVERY_SECONDS * SAMPLE_RATE)
        word, sound = _event(kept, kind, rng)
        response = rooms.room_response(rng, float(rng.uniform(0.15, 0.5)), float(rng.uniform(0.3, 2.5)))
        heard = rooms.in_room(sound, response)
        begin = max(0, ends - sound.size)
        heard = heard[: length - begin] * _loudness(sound, float(rng.uniform(-26, -4)))
        near[begin : begin + heard.size] += heard
        events.append((word, ends))
    reference = EchoReference()
    told = pieces(int16(played), SAMPLE_RATE, 0.0, block=_BLOCK, jitter_seconds=0.0004)
    clean = cleaned(EchoCanceller(reference), near, told, reference)
    return [_clip(clean, word, ends + LATENCY_SAMPLES, rng) for word, ends in events]


def _clip(clean: Sound, word: int, ends: int, rng: np.random.Generator) -> Clip:
    begin = ends - round(rng.uniform(1.7, 2.5) * SAMPLE_RATE)
    begin = min(max(begin, 0), clean.size - CLIP_SAMPLES)
    around = CALL_AROUND if word == 0 else STOP_AROUND
    return clip_of(clean[begin : begin + CLIP_SAMPLES], word=word, ends=ends - begin, around=around)


def _event(kept: Library, kind: str, rng: np.random.Generator) -> tuple[int, Sound]:
    """Return the word that is said, -1 for none, and its sound."""
    throat = float(rng.uniform(0.88, 1.15))
    if kind == "stop":
        word = int(rng.integers(1, len(WORDS)))
        return word, _bent(_one(kept.stops[WORDS[word]], rng).pcm, throat)
    if kind == "call":
        one = _one(kept.calls, rng)
        return 0, _bent(one.pcm[: one.ends], throat)
    if kind == "nothing":
        return -1, np.zeros(SAMPLE_RATE // 10)
    group = kept.stop_like if kind == "stop_like" else kept.talk
    some = group[family_of(rng, group)]
    return -1, _bent(some[int(rng.integers(len(some)))], throat)[: 2 * SAMPLE_RATE]


def _answer(rng: np.random.Generator, length: int) -> Sound:
    """Return what Jarvis says: by the bundled voice most of the time, with stop words and its name in between."""
    language = LANGUAGES[int(rng.integers(len(LANGUAGES)))]
    who = Speaker(program="espeak", name=VOICES[language], language=language)
    if rng.random() < 0.4:
        others = [*espeak_speakers(language), *(flite_speakers() * 20 if language == "en" else [])]
        who = others[int(rng.integers(len(others)))]
    told, spoken = [], 0
    while spoken < length:
        some = texts.with_stop(language) if rng.random() < _SAYS_STOP else texts.talk(language)
        text = some[int(rng.integers(len(some)))]
        if rng.random() < 0.08:
            text = f"{'I am' if language == 'en' else 'Soy'} Jarvis. {text}"
        pcm = said(who, text, rng).astype(np.float64)
        told += [pcm, np.zeros(round(rng.uniform(0.1, 0.5) * SAMPLE_RATE))]
        spoken += pcm.size + told[-1].size
    sound = np.concatenate(told)[:length]
    return sound * _loudness(sound, float(rng.uniform(-12, -2)))


def _one(group: dict[str, list[Said]], rng: np.random.Generator) -> Said:
    some = group[family_of(rng, group)]
    return some[int(rng.integers(len(some)))]


def _bent(pcm: np.ndarray, throat: float) -> Sound:
    return other_throat(pcm, throat).astype(np.float64)


def _loudness(sound: Sound, peak_db: float) -> float:
    return float(32767 * 10 ** (peak_db / 20) / max(float(np.abs(sound).max(initial=0.0)), 1.0))
