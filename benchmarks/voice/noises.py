"""What is no speech, and what is a stop word, over Jarvis' spoken answers: which of both silences it.

Time is counted in sound: the real echo canceller, voice activity, stop words and barge-in rule. Chairs, coughs, knocks
and plates are computed, each one different but for the chair of the scenarios; the words are said by the voices of the
wake set. Both are as loud as a person near the microphone, or up to 12 dB softer, and come while Jarvis speaks at
-10 dB, English and Spanish.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.voice.self_hearing import (
    ANSWERS_IN_A_ROOM,
    BEFORE_SECONDS,
    TALK_AFTER_SECONDS,
    Frame,
    RoomMicrophone,
    Sounding,
    own_sound_of,
    spoken_answers,
)
from benchmarks.voice.sounds import PEAK, chair, joined, level
from benchmarks.voice.timing import spread
from benchmarks.wake.rooms import Sound, pcm_of, samples, sloped_noise
from benchmarks.wake.voices import GROUPS, Voice, voices
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.contracts.speech_ports import TextToSpeech, WordSpotter
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.barge_in import BargeIn
from jarvis.voice.foreign_voice import ForeignVoice
from jarvis.voice.keyword_spotter import STOP_WORDS
from jarvis.voice.overhearing import HUSHED_SECONDS, Overhearing

WITHIN_SECONDS = (-0.1, 0.6)
"""A stop so long before the beginning of a sound to so long after its end is of that sound."""

_SOFTER_DB = 12.0
_LATEST_SECONDS = 1.6
"""How much later than the first of them a sound begins at most."""


@dataclass(kw_only=True)
class Heard:
    """What was counted. `taken` are noises that silenced Jarvis as a stop word does, `held` those for which it fell
    silent until it was known that nobody speaks, `hushed` those that took a syllable from it, `by_itself` answers that
    lost one to nothing; `stopped` are words that silenced it, after so many seconds to the report and to the silence.
    """

    noises: int = 0
    taken: int = 0
    held: int = 0
    hushed: int = 0
    by_itself: int = 0
    which: Counter[str] = field(default_factory=Counter)
    words: int = 0
    stopped: int = 0
    after_seconds: list[float] = field(default_factory=list)
    silent_after_seconds: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON-ready dict; times from the word's last sound to the report, in ms."""
        words = spread("milliseconds_after_the_word", self.after_seconds)
        words |= spread("milliseconds_from_the_word_to_silence", self.silent_after_seconds)
        return words | {
            "noises": self.noises,
            "taken_for_a_stop_word": self.taken,
            "held_for_a_moment": self.held,
            "hushed_for_a_syllable": self.hushed,
            "hushed_without_a_noise": self.by_itself,
            "which": dict(self.which),
            "stop_words": self.words,
            "heard": self.stopped,
        }


def into_answers(voice: TextToSpeech, stop_words: WordSpotter, count: int) -> Heard:
    """Let `count` answers sound, by turns with a noise and with a stop word in them, and count what silences them."""
    found = Heard()
    activity = SileroVoiceDetector()
    people = [one for group in GROUPS for one in voices(group)]
    for number, (_, text, played) in enumerate(spoken_answers(voice, count)):
        if number % ANSWERS_IN_A_ROOM == 0:
            microphone = RoomMicrophone(seed=number)
        rng = np.random.default_rng([17, number])
        begins = TALK_AFTER_SECONDS + float(rng.uniform(0.0, _LATEST_SECONDS))
        gain = 10 ** (-float(rng.uniform(0.0, _SOFTER_DB)) / 20)
        # Two answers each: one language after the other.
        turn, said = number // 4, bool(number // 2 % 2)
        if said:
            sound = _word(people, rng) * gain
        else:
            name, make = list(NOISES.items())[(2 * turn + number % 2) % len(NOISES)]
            sound = samples(make(rng)) * gain
        ends = begins + sound.size / SAMPLE_RATE
        late = np.zeros(round((begins - TALK_AFTER_SECONDS) * SAMPLE_RATE))
        frames = list(microphone.hear(played, np.concatenate([late, sound])))
        stops, hushes, held = _silenced(frames, text, played.size / SAMPLE_RATE, stop_words, activity)
        early, after = WITHIN_SECONDS
        of_it = [at for at in stops if begins + early < at < ends + after]
        quiet = [at for at in hushes if begins + early < at < ends + after]
        found.by_itself += len(quiet) < len(hushes)
        if said:
            found.words += 1
            found.stopped += bool(of_it)
            found.after_seconds += [at - ends for at in of_it[:1]]
            silent = [at for at in quiet if of_it and of_it[0] - HUSHED_SECONDS <= at <= of_it[0]] + of_it
            found.silent_after_seconds += [at - ends for at in silent[:1]]
        else:
            found.noises += 1
            found.taken += bool(of_it)
            found.held += held and not of_it
            found.hushed += bool(quiet) and not of_it and not held
            if of_it:
                found.which[name] += 1
    return found


def _silenced(
    frames: Sequence[Frame], text: str, seconds: float, stop_words: WordSpotter, activity: SileroVoiceDetector
) -> tuple[list[float], list[float], bool]:
    """Return when stop words were heard and what may become one, in s from the first sound, and whether anything else
    held the answer."""
    foreign = [1.0]
    voice = ForeignVoice(activity, lambda: foreign[0])
    speaker = _Hushed()
    activity.reset()
    overhearing = Overhearing(
        activity=voice,
        barge_in=BargeIn(),
        stop_words=stop_words,
        speaker=speaker,
        own_sound=own_sound_of(text, seconds, speaker),
        echo_free=True,
    )
    stops, hushes, held = [], [], False
    for number, frame in enumerate(frames):
        begun = number * VAD_SAMPLES / SAMPLE_RATE - BEFORE_SECONDS
        speaker.at = min(begun, seconds)
        foreign[0] = frame.foreign
        voice.take(frame.pcm)
        speaker.silent = False
        found = overhearing.process(frame.pcm, sounding=0 <= begun < seconds, any_speech=True)
        if speaker.silent:
            hushes.append(begun + VAD_SAMPLES / SAMPLE_RATE)
        if found is not None and found.stop_word:
            stops.append(begun + VAD_SAMPLES / SAMPLE_RATE)
        elif found is not None and begun >= TALK_AFTER_SECONDS:
            held = True
    overhearing.end()
    return stops, hushes, held


class _Hushed(Sounding):
    silent = False

    def duck(self, gain: float, seconds: float = math.inf) -> None:  # noqa: ARG002 - the port's
        """Note that nothing is heard any more."""
        self.silent = gain == 0.0


def _word(people: Sequence[Voice], rng: np.random.Generator) -> Sound:
    voice = people[int(rng.integers(len(people)))]
    words = STOP_WORDS[voice.language]
    return samples(level(voice.say(words[int(rng.integers(len(words)))], float(rng.uniform(0.85, 1.15)))))


def _chair(rng: np.random.Generator) -> bytes:
    count = round(rng.uniform(0.4, 1.3) * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    rough = sloped_noise(rng, count, rng.uniform(0.3, 0.9)) * (
        0.3 + 0.7 * (np.sin(2 * np.pi * rng.uniform(12, 40) * time) > 0)
    )
    pitch, rise = rng.uniform(300, 1600), rng.uniform(-300, 300)
    squeak = np.sin(2 * np.pi * (pitch * time + rise * time**2)) * (time > rng.uniform(0, 0.6) * time[-1])
    return level(pcm_of(6_000 * (rough + rng.uniform(0.1, 0.9) * squeak) * np.sin(np.pi * time / time[-1])))


def _cough(rng: np.random.Generator) -> bytes:
    return joined(*(piece for _ in range(rng.integers(1, 4)) for piece in _cough_bursts(rng)))


def _cough_bursts(rng: np.random.Generator) -> Iterator[bytes | float]:
    count = round(rng.uniform(0.15, 0.35) * SAMPLE_RATE)
    rise = np.minimum(np.arange(count) / rng.uniform(100, 700), 1.0)
    fall = np.exp(-np.arange(count) / (rng.uniform(0.05, 0.12) * SAMPLE_RATE))
    yield level(pcm_of(20_000 * sloped_noise(rng, count, rng.uniform(0.1, 0.8)) * fall * rise), PEAK)
    yield float(rng.uniform(0.1, 0.3))


def _knock(rng: np.random.Generator) -> bytes:
    time = np.arange(round(0.12 * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.exp(-rng.uniform(30, 90) * time) * np.sin(2 * np.pi * rng.uniform(80, 900) * time)
    click = rng.uniform(0.2, 0.9) * np.exp(-rng.uniform(100, 400) * time) * rng.standard_normal(time.size)
    once = level(pcm_of(15_000 * (tone + click)))
    return joined(*([once, float(rng.uniform(0.05, 0.3))] * int(rng.integers(1, 4))))


def _plate(rng: np.random.Generator) -> bytes:
    time = np.arange(round(rng.uniform(0.2, 0.9) * SAMPLE_RATE)) / SAMPLE_RATE
    rings = [
        rng.uniform(0.2, 1) * np.exp(-rng.uniform(4, 30) * time) * np.sin(2 * np.pi * rng.uniform(700, 5500) * time)
        for _ in range(6)
    ]
    return level(pcm_of(4_000 * (sum(rings) + 0.5 * np.exp(-200 * time) * rng.standard_normal(time.size))))


NOISES: dict[str, Callable[[np.random.Generator], bytes]] = {
    "chair": _chair,
    "cough": _cough,
    "knock": _knock,
    "plate": _plate,
    "the chair of the scenarios": lambda _: chair(),
}
