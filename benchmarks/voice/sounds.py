"""What is said and heard in the scenarios: people's sentences, noises, and real recordings where they are at hand.

Synthetic voices are not people. English sentences are said by flite's voices where they are installed, which are made
from recorded speakers, else by eSpeak; Spanish ones by eSpeak. The wake word is said by the one eSpeak voice that
always wakes, or by a person's recording; "in one breath" is one voice throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.voice.room import audible_edges
from benchmarks.wake.rooms import Sound, pcm_of, samples, sloped_noise
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SAMPLE_RATE
from tests.fakes.speech import (
    FLITE_VOICES,
    WAKING_VOICE,
    flite_speech,
    has_flite,
    resampled,
    silence,
    synthetic_speech,
)

ENGLISH_VOICES = ("en-us+adam", "en-us", "en-us+f2")
SPANISH_VOICES = ("es", "es-419", "es+f2")
ONE_BREATH_VOICES = ("slt", "rms")
"""flite's, for the wake word and the question in one breath."""

PEAK = 9_000.0
"""Loudness of a person near the microphone: -11 dB of full scale."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clips:
    """Recordings of people: whatever of them is in the folder."""

    wake: bytes | None = None
    near_miss: bytes | None = None
    talk: bytes | None = None


@cache
def clips(folder: Path | None) -> Clips:
    """Return the recordings of `folder` by the names that the wake word's authors and LJ Speech gave them."""
    if folder is None:
        return Clips()
    return Clips(
        wake=_clip(folder / "hey_jarvis_1.wav"),
        near_miss=_clip(folder / "not_jarvis_alexa_1.wav"),
        talk=_clip(folder / "LJ001-0006.wav"),
    )


def level(pcm: bytes, peak: float = PEAK) -> bytes:
    """Return `pcm` with its silent edges cut and its loudest sample at `peak`."""
    sound = samples(pcm)
    first, last = audible_edges(sound)
    sound = sound[first:last]
    return pcm_of(sound * peak / max(float(np.abs(sound).max(initial=0.0)), 1.0))


@cache
def sentence(text: str, language: Language, turn: int = 0) -> bytes:
    """Return `text` said by one of several voices; another `turn` is another voice, where there is one."""
    if language == "en" and has_flite():
        return level(flite_speech(text, FLITE_VOICES[turn % len(FLITE_VOICES)]))
    voices = ENGLISH_VOICES if language == "en" else SPANISH_VOICES
    return level(synthetic_speech(text, voices[turn % len(voices)], 160))


@cache
def wake_word() -> bytes:
    """Return "hey jarvis" as it always wakes."""
    return level(synthetic_speech("hey jarvis", WAKING_VOICE, 150))


@cache
def one_breath(text: str, language: Language, turn: int = 0) -> bytes:
    """Return "hey jarvis" and `text` without a pause."""
    if language == "en" and has_flite():
        return level(flite_speech(f"hey jarvis {text}", ONE_BREATH_VOICES[turn % len(ONE_BREATH_VOICES)]))
    return wake_word() + sentence(text, language, turn)


def joined(*pieces: bytes | float) -> bytes:
    """Return sounds and pauses, the latter in seconds, one after the other."""
    return b"".join(silence(piece) if isinstance(piece, float) else piece for piece in pieces)


@cache
def pink(seconds: float = 7.0, seed: int = 3) -> Sound:
    """Return noise as of a ventilator."""
    return sloped_noise(np.random.default_rng(seed), round(seconds * SAMPLE_RATE), 0.5)


@cache
def babble(folder: Path | None = None) -> Sound:
    """Return several people talking at once about other things, and one who reads aloud where there is a recording."""
    said = (
        "we went to the market and bought some apples because the weather was nice",
        "the train to the coast leaves at seven and takes about two hours",
        "ella dijo que la reunión empieza mañana por la mañana en la oficina",
        "my brother has painted the kitchen and the bedroom in the same colour",
    )
    talk = [samples(synthetic_speech(text, voice, 170)) for text, voice in zip(said, _CROWD, strict=True)]
    if (real := clips(folder).talk) is not None:
        talk.append(samples(real))
    count = max(sound.size for sound in talk)
    return np.asarray(sum((np.resize(sound / np.abs(sound).max(), count) for sound in talk), np.zeros(count)))


@cache
def cough() -> bytes:
    """Return two coughs: bursts of noise with the resonances of a throat, no voice."""
    rng = np.random.default_rng(11)
    bursts: list[bytes | float] = []
    for seconds in (0.28, 0.22):
        count = round(seconds * SAMPLE_RATE)
        rise = np.minimum(np.arange(count) / 400, 1.0)
        burst = sloped_noise(rng, count, 0.3) * np.exp(-np.arange(count) / (0.08 * SAMPLE_RATE)) * rise
        bursts += [level(pcm_of(burst * 20_000), PEAK), 0.18]
    return joined(*bursts)


@cache
def knock() -> bytes:
    """Return two knocks on wood: a low tone that dies away at once, and the click at its beginning."""
    rng = np.random.default_rng(5)
    time = np.arange(round(0.12 * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.exp(-60 * time) * np.sin(2 * np.pi * 190 * time)
    once = level(pcm_of(20_000 * (tone + 0.5 * np.exp(-250 * time) * rng.standard_normal(time.size))))
    return joined(once, 0.1, once)


@cache
def chair() -> bytes:
    """Return a chair pushed over the floor: a rough noise with a squeak."""
    rng = np.random.default_rng(7)
    count = round(0.7 * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    rough = sloped_noise(rng, count, 0.6) * (0.4 + 0.6 * (np.sin(2 * np.pi * 23 * time) > 0))
    squeak = 0.4 * np.sin(2 * np.pi * (700 * time + 150 * time**2)) * (time > 0.3)
    return level(pcm_of(8_000 * (rough + squeak) * np.sin(np.pi * time / time[-1])))


def _clip(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    import soundfile

    sound, rate = soundfile.read(path, dtype="int16", always_2d=True)
    return level(resampled(sound[:, 0].tobytes(), rate))


_CROWD = ("en-us+m3", "en-gb-x-rp+f2", "es+m2", "en-us+f5")
