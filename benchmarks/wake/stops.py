"""How fast and how surely "stop", "para" and the like are heard, and how often talk is taken for them.

Jarvis' own network and, for comparison, pocketsphinx. Latency is counted from the last sound of the word to the end of
the 32 ms frame after which it was reported, plus the computing of that frame.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.wake import rooms
from benchmarks.wake.over_voice import Answer, audible_end
from benchmarks.wake.voices import Voice
from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.engines.children.spotter import Stream
from jarvis.engines.children.spotter_search import KeyphraseSearch, Phrase
from jarvis.engines.children.spotter_words import readings
from jarvis.engines.speech.spotting import STOP_WORDS
from jarvis.voice.keyword_spotter import KeywordSpotter

FRAME_BYTES = 2 * VAD_SAMPLES
SNRS = (99, 20, 10)
SPOTTERS = ("own network", "pocketsphinx")
EARLY_SECONDS, LATE_SECONDS = 0.25, 0.5
"""A report so long before or after the end of a word is of that word."""

Heard = list[tuple[float, str]]


@dataclass(kw_only=True)
class Stops:
    """What one spotter made of one group of voices, or of one word."""

    said: int = 0
    found: int = 0
    as_another: int = 0
    seconds_after: list[float] = field(default_factory=list)


class StopBench:
    """Both spotters; each hears a whole recording from its beginning."""

    def __init__(self) -> None:
        self._network = KeywordSpotter()
        phrases = [
            Phrase(name=word, readings=readings(word, (language,)), threshold=threshold)
            for language in LANGUAGES
            for word, threshold in STOP_WORDS[language].items()
        ]
        self._stream = Stream(KeyphraseSearch(phrases), isolated=True, whole=False)

    def hear(self, pcm: bytes) -> dict[str, Heard]:
        """Return when each spotter reported which word, computing included."""
        self._network.reset()
        self._stream.start()
        return {
            SPOTTERS[0]: _heard(pcm, lambda frame: [one.word for one in self._network.process(frame) if not one.early]),
            SPOTTERS[1]: _heard(pcm, lambda frame: [one.name for one in self._stream.feed(frame)]),
        }


Tallies = dict[tuple[str, str, str, str], Stops]
"""By spotter, word, group of voices, and what else sounds."""


def stops(bench: StopBench, people: Sequence[Voice], seed: int) -> Tallies:
    """Return how the words of their language are heard from `people`, in quiet and in noise."""
    found: Tallies = {}
    for voice in people:
        for number, word in enumerate(STOP_WORDS[voice.language]):
            for snr_db in SNRS:
                rng = np.random.default_rng([seed, number, snr_db, len(voice.name)])
                said = rooms.samples(voice.say(word, float(rng.uniform(0.85, 1.15))))
                whole = np.concatenate([rooms.silence(1.0), said, rooms.silence(0.6)])
                if snr_db < 99:
                    whole = rooms.mixed(said, whole, rooms.sloped_noise(rng, whole.size, 0.5), snr_db)
                heard = bench.hear(rooms.microphone(rng, whole, float(rng.uniform(-20, -3))))
                about = "quiet" if snr_db == 99 else f"{snr_db} dB"
                _count(found, heard, (word, voice.group, about), 1.0 + audible_end(said))
    return found


def over_voice(bench: StopBench, answers: Sequence[Answer], found: Tallies) -> Counter[str]:
    """Add the orders given over Jarvis' voice to `found`; return how often it was taken for a word itself."""
    wrong: Counter[str] = Counter()
    for answer in answers:
        heard = bench.hear(answer.pcm)
        for order in answer.orders:
            _count(found, heard, (order.word, order.voice.group, "over Jarvis"), order.ends)
        for name, reports in heard.items():
            wrong[name] += sum(not any(_is_of(at, order.ends) for order in answer.orders) for at, _ in reports)
    return wrong


def false_stops(bench: StopBench, pcm: bytes, found: Counter[str]) -> None:
    """Add how many stop words each spotter heard in talk."""
    for name, reports in bench.hear(pcm).items():
        found[name] += len(reports)


def _count(found: Tallies, heard: dict[str, Heard], about: tuple[str, str, str], ends: float) -> None:
    for name, reports in heard.items():
        tally = found.setdefault((name, *about), Stops())
        tally.said += 1
        of_it = [(at, word) for at, word in reports if _is_of(at, ends)]
        if of_it:
            tally.found += 1
            tally.as_another += about[0] not in [word for _, word in of_it]
            tally.seconds_after.append(of_it[0][0] - ends)


def _is_of(at: float, ends: float) -> bool:
    return -EARLY_SECONDS < at - ends < LATE_SECONDS


def _heard(pcm: bytes, feed: Callable[[bytes], list[str]]) -> Heard:
    heard = []
    for at in range(0, len(pcm), FRAME_BYTES):
        began = time.perf_counter()
        words = feed(pcm[at : at + FRAME_BYTES])
        now = (at + FRAME_BYTES) / 2 / SAMPLE_RATE + time.perf_counter() - began
        heard += [(now, word) for word in words]
    return heard
