"""The positives: "hey jarvis" alone, with a pause, and in one breath with a command, in many voices and rooms."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import soxr

from benchmarks.wake import rooms
from benchmarks.wake.rooms import SAMPLE_RATE, Sound
from benchmarks.wake.voices import Voice

Kind = Literal["alone", "pause", "one breath"]
KINDS: tuple[Kind, ...] = ("alone", "pause", "one breath")

LEAD_SECONDS, TRAIL_SECONDS = 1.0, 1.2
QUIET = 99
"""Signal to noise ratio, in dB, where nothing was added but the microphone's own noise."""

_SNRS = (QUIET, QUIET, QUIET, QUIET, 20, 20, 10, 10, 5, 0)
COMMANDS = {
    "en": (
        "what time is it",
        "set a timer for ten minutes",
        "turn on the lights",
        "play some music",
        "how is the weather today",
        "add milk to my shopping list",
        "open the browser",
        "who wrote don quixote",
    ),
    "es": (
        "qué hora es",
        "pon un temporizador de diez minutos",
        "enciende las luces",
        "pon música",
        "qué tiempo hace hoy",
        "añade leche a la lista de la compra",
        "abre el navegador",
        "quién escribió el quijote",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One recording in which Jarvis is called; `about` tells how it was made."""

    voice: Voice
    kind: Kind
    snr_db: int
    noise: str
    pcm: bytes
    about: str


def calls(people: Sequence[Voice], count: int, seed: int, babble: Sound) -> Iterator[Call]:
    """Yield `count` calls by `people` in turn. `babble` is some seconds of several people talking."""
    for number in range(count):
        voice = people[number % len(people)]
        rng = np.random.default_rng([seed, number, zlib.crc32(voice.name.encode())])
        yield _call(voice, KINDS[int(rng.choice(3, p=[0.4, 0.2, 0.4]))], rng, babble)


def background(rng: np.random.Generator, name: str, count: int, babble: Sound) -> Sound:
    """Return `count` samples of the noise called `name`."""
    if name == "pink":
        return rooms.sloped_noise(rng, count, 0.5)
    if name == "hum":
        return rooms.hum(rng, count)
    if name == "music":
        return rooms.music(rng, count)
    begin = int(rng.integers(0, max(babble.size - count, 1)))
    return np.resize(babble[begin:], count)


def _call(voice: Voice, kind: Kind, rng: np.random.Generator, babble: Sound) -> Call:
    command = str(rng.choice(COMMANDS[voice.language]))
    pace, throat = float(rng.uniform(0.82, 1.2)), float(rng.uniform(0.93, 1.07))
    rt60 = float(rng.choice([0.0, 0.2, 0.4, 0.6, 0.8]))
    distance, peak_db = float(rng.uniform(0.4, 3.0)), float(rng.uniform(-30, -2))
    # Everything is drawn before any sound: eSpeak's differs in length by a few samples from run to run.
    snr_db, noise = int(rng.choice(_SNRS)), str(rng.choice(rooms.NOISES))
    text = {"alone": "hey jarvis", "pause": f"hey jarvis, {command}", "one breath": f"hey jarvis {command}"}[kind]
    said = rooms.samples(voice.say(text, pace / throat))
    # Resampling moves pitch and formants together, as a shorter or longer throat does.
    said = np.asarray(soxr.resample(said, SAMPLE_RATE * throat, SAMPLE_RATE), dtype=np.float64)
    heard = rooms.in_room(said, rooms.room_response(rng, rt60, distance)) if rt60 else said
    whole = np.concatenate([rooms.silence(LEAD_SECONDS), heard, rooms.silence(TRAIL_SECONDS)])
    if snr_db != QUIET:
        whole = rooms.mixed(said, whole, background(rng, noise, whole.size, babble), snr_db)
    return Call(
        voice=voice,
        kind=kind,
        snr_db=snr_db,
        noise="" if snr_db == QUIET else noise,
        pcm=rooms.microphone(rng, whole, peak_db),
        about=f"{voice.name} “{text}” x{pace:.2f} throat {throat:.2f} rt60 {rt60} {distance:.1f} m {peak_db:.0f} dB",
    )
