"""Says everything once, in every training voice, and keeps it: the dry sound that scenes are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.wake.training import texts
from benchmarks.wake.training.speakers import (
    Pcm,
    Speaker,
    espeak_speakers,
    festival_said,
    festival_speakers,
    flite_speakers,
    languages,
    said,
)
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SAMPLE_RATE

SHORTEST_SAMPLES = SAMPLE_RATE // 8
"""Less than that is no word: a voice failed."""

LONGEST_TALK_SAMPLES = 5 * SAMPLE_RATE
COMMAND_LETTERS = 45
FAMILIES = ("recorded", "English", "Spanish", "other")
"""Of voices: made from recordings, and eSpeak's by how they pronounce."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One utterance; of a call or a stop word, `ends` is where it is over."""

    pcm: Pcm
    ends: int
    alone: bool = True


@dataclass(kw_only=True)
class Library:
    """Utterances by what they are; calls by family, stop words by word."""

    calls: dict[str, list[Said]] = field(default_factory=lambda: {name: [] for name in FAMILIES})
    stops: dict[str, dict[str, list[Said]]] = field(
        default_factory=lambda: {word: {name: [] for name in FAMILIES} for word in texts.STOPS}
    )
    near: dict[str, list[Pcm]] = field(default_factory=lambda: {name: [] for name in FAMILIES})
    stop_like: dict[str, list[Pcm]] = field(default_factory=lambda: {name: [] for name in FAMILIES})
    with_stop: dict[str, list[Pcm]] = field(default_factory=lambda: {name: [] for name in FAMILIES})
    talk: dict[str, list[Pcm]] = field(default_factory=lambda: {name: [] for name in FAMILIES})

    def hours(self) -> float:
        """Return how much sound there is."""
        pieces = [*self._said(), *self._plain()]
        return sum(pcm.size for pcm in pieces) / SAMPLE_RATE / 3600

    def _said(self) -> Iterator[Pcm]:
        for group in (self.calls, *self.stops.values()):
            for some in group.values():
                yield from (one.pcm for one in some)

    def _plain(self) -> Iterator[Pcm]:
        for group in (self.near, self.stop_like, self.with_stop, self.talk):
            for some in group.values():
                yield from some


def library(seed: int, scale: float, tell: Callable[[str], None]) -> Library:
    """Return everything said once; `scale` 1 is some minutes of computing, less is less of each."""
    rng = np.random.default_rng([seed, 1])
    made = Library()
    for language in languages():
        _formant(made, language, rng, scale)
        tell(f"eSpeak, {language}: {made.hours():.1f} h")
    for speaker in flite_speakers():
        _recorded(made, speaker, rng, scale)
        tell(f"flite, {speaker.name}: {made.hours():.1f} h")
    for speaker in festival_speakers():
        _recorded(made, speaker, rng, scale / 2)
        tell(f"festival, {speaker.name}: {made.hours():.1f} h")
    return made


def _formant(made: Library, language: str, rng: np.random.Generator, scale: float) -> None:
    people = espeak_speakers(language)
    family = {"en": "English", "es": "Spanish"}.get(language, "other")
    for speaker in people:
        for _ in range(_times({"en": 14, "es": 28}.get(language, 4), scale)):
            made.calls[family] += _call(speaker, rng)
        for word, spellings in texts.STOPS.items():
            times = {"en": 4, "es": 12}.get(language, 3) if language in spellings else 0
            for _ in range(_times(times, scale)):
                _add_stop(made, word, family, said(speaker, _one(spellings[language], rng), rng))
    spoken = _language(language)
    if spoken is None:
        return
    for kept, some, times in (
        (made.near, texts.near_calls(spoken), 8),
        (made.stop_like, texts.stop_like(spoken), 14),
        (made.with_stop, texts.with_stop(spoken), 14),
        (made.talk, texts.talk(spoken), 2),
    ):
        for text in some:
            for _ in range(_times(times, scale)):
                _add(kept[family], said(people[int(rng.integers(len(people)))], text, rng))


def _recorded(made: Library, speaker: Speaker, rng: np.random.Generator, scale: float) -> None:
    """Let a slower voice say less; what a voice of festival says in one breath is not known to end anywhere."""

    def say(some: Sequence[str]) -> list[Pcm]:
        if speaker.program == "festival":
            return festival_said(speaker, some, rng)
        return [said(speaker, text, rng) for text in some]

    calls = texts.CALLS[speaker.language]
    for pcm in say([_one(calls, rng) for _ in range(_times(400, scale))]):
        _add_call(made.calls["recorded"], pcm, pcm.size, alone=True)
    spoken = _language(speaker.language)
    if speaker.program == "flite":
        for _ in range(_times(800, scale)):
            made.calls["recorded"] += _call(speaker, rng)
    for word, spellings in texts.STOPS.items():
        if speaker.language in spellings:
            for pcm in say([_one(spellings[speaker.language], rng) for _ in range(_times(150, scale))]):
                _add_stop(made, word, "recorded", pcm)
    if spoken is None:
        near, talk = texts.of_other_voices(speaker.language)
        for kept, some in ((made.near, near * 6), (made.talk, talk * 6)):
            for pcm in say(some):
                _add(kept["recorded"], pcm)
        return
    drawn = rng.permutation(len(texts.talk(spoken)))[: _times(500, scale)]
    for kept, some in (
        (made.near, texts.near_calls(spoken)),
        (made.stop_like, texts.stop_like(spoken) * 4),
        (made.with_stop, texts.with_stop(spoken) * 4),
        (made.talk, [texts.talk(spoken)[at] for at in drawn]),
    ):
        for pcm in say(some):
            _add(kept["recorded"], pcm)


def _call(speaker: Speaker, rng: np.random.Generator) -> list[Said]:
    """Return a call by one voice: alone, with a command after a pause, or with one in the same breath."""
    call = _one(texts.CALLS[speaker.language], rng)
    spoken = _language(speaker.language)
    seed = int(rng.integers(2**31))
    alone = said(speaker, call, np.random.default_rng(seed))
    found: list[Said] = []
    if spoken is None or rng.random() < 0.4:
        _add_call(found, alone, alone.size, alone=True)
        return found
    commands = [text for text in texts.talk(spoken) if len(text) < COMMAND_LETTERS]
    together = f"{call}{_one((' ', ' ', ', '), rng)}{_one(commands, rng)}"
    # The same draws make the same pace and pitch; before more words the call is a little shorter.
    whole = said(speaker, together, np.random.default_rng(seed))
    _add_call(found, whole[:LONGEST_TALK_SAMPLES], round(0.93 * alone.size), alone=False)
    return found


def _add_call(kept: list[Said], pcm: Pcm, ends: int, *, alone: bool) -> None:
    if 3 * SHORTEST_SAMPLES < ends < 2 * SAMPLE_RATE:
        kept.append(Said(pcm=pcm, ends=min(ends, pcm.size), alone=alone))


def _add_stop(made: Library, word: str, family: str, pcm: Pcm) -> None:
    if SHORTEST_SAMPLES < pcm.size < 2 * SAMPLE_RATE:
        made.stops[word][family].append(Said(pcm=pcm, ends=pcm.size))


def _add(kept: list[Pcm], pcm: Pcm) -> None:
    if pcm.size > SHORTEST_SAMPLES:
        kept.append(pcm[:LONGEST_TALK_SAMPLES])


def _language(spelling: str) -> Language | None:
    return "en" if spelling == "en" else "es" if spelling == "es" else None


def _one(some: Sequence[str], rng: np.random.Generator) -> str:
    return some[int(rng.integers(len(some)))]


def _times(count: int, scale: float) -> int:
    return max(1, round(count * scale)) if count else 0
