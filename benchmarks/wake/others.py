"""The negatives: near misses, hours like a television's in both languages, and noise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.wake import rooms
from benchmarks.wake.calls import background
from benchmarks.wake.rooms import SAMPLE_RATE, Sound
from benchmarks.wake.voices import Voice
from jarvis.contracts.errors import Language

DATA = Path(__file__).parent.parent / "data"
SCENE_SECONDS = 60.0
NEAR_MISSES: dict[Language, tuple[str, ...]] = {
    "en": (
        "hey charles",
        "hey travis",
        "hey marvin",
        "hey jarred",
        "hey jars",
        "hey jar of jam",
        "harvest",
        "hey harvey",
        "hey java",
        "hey darling, is dinner ready",
        "a service",
        "they carved it",
        "I think that Jarvis was in the film",
        "yesterday jarvis did not work",
        "her name is jarvis cocker",
        "pass the jar please",
        "hey travis, pass the jar",
        "hey siri",
        "hey jake, come over here",
        "the harbour is busy",
    ),
    "es": (
        "oye javier",
        "ey, jarras",
        "oye, qué tal",
        "hey carlos",
        "las jarras están llenas",
        "ayer jarvis no funcionaba",
        "el jardín es grande",
        "hay jarabe en casa",
        "oye, jardinero",
        "y hay arvejas para cenar",
    ),
}
"""Some hold the name itself: hearing those is a wrong wake all the same, and the hardest kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """A minute of sound in which nobody calls Jarvis."""

    name: str
    pcm: bytes


def near_misses(people: Sequence[Voice], seed: int) -> Iterator[tuple[str, Voice, bytes]]:
    """Yield every near miss by every one of `people` in quiet, each with its text and its sound."""
    for voice in people:
        for number, text in enumerate(NEAR_MISSES[voice.language]):
            rng = np.random.default_rng([seed, number, len(voice.name)])
            said = rooms.samples(voice.say(text, float(rng.uniform(0.85, 1.15))))
            whole = np.concatenate([rooms.silence(1.0), said, rooms.silence(1.2)])
            yield text, voice, rooms.microphone(rng, whole, float(rng.uniform(-25, -3)))


def babble(people: Sequence[Voice], seed: int, seconds: float = 20.0) -> Sound:
    """Return five of `people` talking at once."""
    rng = np.random.default_rng([seed, 99])
    return sum((_talk(people, rng, seconds) for _ in range(5)), rooms.silence(seconds))


def television(people: Sequence[Voice], hours: float, seed: int) -> Iterator[Scene]:
    """Yield minutes of talk: one to three people at a time, some in a room, half of them over music or noise."""
    murmur = babble(people, seed)
    for number in range(round(hours * 3600 / SCENE_SECONDS)):
        rng = np.random.default_rng([seed, 7, number])
        speakers = int(rng.choice([1, 1, 1, 2, 2, 3]))
        # The first one speaks up, the others stay behind.
        sound = _talk(people, rng, SCENE_SECONDS)
        for _ in range(speakers - 1):
            sound = sound + _talk(people, rng, SCENE_SECONDS) * rng.uniform(0.2, 0.8)
        if rng.random() < 0.5:
            response = rooms.room_response(rng, float(rng.uniform(0.2, 0.8)), float(rng.uniform(1.0, 4.0)))
            sound = rooms.in_room(sound, response)
        if rng.random() < 0.5:
            kind = str(rng.choice(["music", "music", "pink", "babble", "hum"]))
            noise = background(rng, kind, sound.size, murmur)
            sound = rooms.mixed(sound, sound, noise, float(rng.uniform(0, 20)))
        yield Scene(name=f"television {number}", pcm=rooms.microphone(rng, sound, float(rng.uniform(-25, -2))))


def noises(people: Sequence[Voice], minutes: int, seed: int) -> Iterator[Scene]:
    """Yield minutes of noise without anybody in particular."""
    murmur = babble(people, seed)
    for number in range(minutes):
        rng = np.random.default_rng([seed, 8, number])
        kind = rooms.NOISES[number % len(rooms.NOISES)]
        sound = background(rng, kind, round(SCENE_SECONDS * SAMPLE_RATE), murmur)
        yield Scene(name=f"{kind} {number}", pcm=rooms.microphone(rng, sound, float(rng.uniform(-40, -6))))


@cache
def sentences(language: Language) -> tuple[str, ...]:
    """Return ordinary sentences in `language` without the name."""
    found: list[str] = []
    if language == "en":
        for name in ("off_grammar_en.txt", "off_grammar_held_out_en.txt"):
            found += (DATA / name).read_text(encoding="utf-8").splitlines()
    else:
        found += [row["text"] for row in _rows("router_es.jsonl")]
    found += [row["text"] for row in _rows("router_open.jsonl") if row["language"] == language]
    for row in (*_rows("reuse_rephrasings.jsonl"), *_rows("reuse_near_misses.jsonl")):
        if row.get("language") == language:
            found += row.get("questions", [])
    return tuple(text for text in found if text and "jarvis" not in text.lower())


def _rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _talk(people: Sequence[Voice], rng: np.random.Generator, seconds: float) -> Sound:
    """Return one person talking, with breaths."""
    voice = people[int(rng.integers(len(people)))]
    texts, pieces, count = sentences(voice.language), [], 0
    while count < seconds * SAMPLE_RATE:
        said = rooms.samples(voice.say(str(texts[int(rng.integers(len(texts)))]), float(rng.uniform(0.85, 1.2))))
        piece = np.concatenate([said, rooms.silence(float(rng.uniform(0.1, 1.0)))])
        pieces.append(piece / np.sqrt(rooms.power(piece)) * 2000)
        count += piece.size
    return np.concatenate(pieces)[: round(seconds * SAMPLE_RATE)]
