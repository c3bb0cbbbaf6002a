"""How fast and how surely "stop", "para" and the like are heard, and how often talk is taken for them.

Latency is counted from the last sound of the word to the end of the 32 ms frame after which it was reported, plus the
computing of that frame.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.wake import rooms
from benchmarks.wake.others import Scene
from benchmarks.wake.voices import Voice
from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.engines.children.spotter import Stream
from jarvis.engines.children.spotter_search import KeyphraseSearch, Phrase
from jarvis.engines.children.spotter_words import readings
from jarvis.engines.speech.spotting import STOP_WORDS

FRAME_BYTES = 2 * VAD_SAMPLES
SNRS = (99, 20, 10)
AUDIBLE = 0.02
"""The word ends where its sound last reaches this share of its peak."""


@dataclass(kw_only=True)
class Stops:
    """Of one word by one group of voices."""

    said: int = 0
    found: int = 0
    as_another: int = 0
    seconds_after: list[float] = field(default_factory=list)


def stop_stream() -> Stream:
    """Return what the spotting child makes of Jarvis' stop words."""
    phrases = []
    for language in LANGUAGES:
        for word, threshold in STOP_WORDS[language].items():
            phrases.append(Phrase(name=word, readings=readings(word, (language,)), threshold=threshold))
    return Stream(KeyphraseSearch(phrases), isolated=True, whole=False)


def stops(people: Sequence[Voice], seed: int) -> dict[tuple[str, str, int], Stops]:
    """Return how the words of their language are heard from `people`, by word, group and noise in dB."""
    stream = stop_stream()
    found: dict[tuple[str, str, int], Stops] = {}
    for voice in people:
        for number, word in enumerate(STOP_WORDS[voice.language]):
            for snr_db in SNRS:
                rng = np.random.default_rng([seed, number, snr_db, len(voice.name)])
                tally = found.setdefault((word, voice.group, snr_db), Stops())
                _one(stream, voice, word, snr_db, rng, tally)
    return found


def false_stops(scenes: Iterable[Scene]) -> tuple[int, float]:
    """Return how many stop words were heard in talk, and the hours of it."""
    stream, count, seconds = stop_stream(), 0, 0.0
    for scene in scenes:
        stream.start()
        seconds += len(scene.pcm) / 2 / SAMPLE_RATE
        for at in range(0, len(scene.pcm), FRAME_BYTES):
            count += len(stream.feed(scene.pcm[at : at + FRAME_BYTES]))
    return count, seconds / 3600


def _one(stream: Stream, voice: Voice, word: str, snr_db: int, rng: np.random.Generator, tally: Stops) -> None:
    said = rooms.samples(voice.say(word, float(rng.uniform(0.85, 1.15))))
    end = 1.0 + float(np.flatnonzero(np.abs(said) >= AUDIBLE * np.abs(said).max())[-1]) / SAMPLE_RATE
    whole = np.concatenate([rooms.silence(1.0), said, rooms.silence(0.6)])
    if snr_db < 99:
        whole = rooms.mixed(said, whole, rooms.sloped_noise(rng, whole.size, 0.5), snr_db)
    pcm = rooms.microphone(rng, whole, float(rng.uniform(-20, -3)))
    tally.said += 1
    stream.start()
    for at in range(0, len(pcm), FRAME_BYTES):
        began = time.perf_counter()
        words = [one.name for one in stream.feed(pcm[at : at + FRAME_BYTES])]
        if words:
            tally.found += 1
            tally.as_another += word not in words
            now = (at + FRAME_BYTES) / 2 / SAMPLE_RATE + time.perf_counter() - began
            tally.seconds_after.append(now - end)
            return
