"""Words said into Jarvis' own voice, as the recogniser gets them: whole, and understood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np
import pytest

from jarvis.audio.echo import LATENCY_SAMPLES, EchoCanceller, EchoReference
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.engines.children.pocketsphinx_commands import CommandRecogniser
from jarvis.engines.speech.wyoming_connection import import_wyoming
from jarvis.voice.whole_words import AROUND_FRAMES, WholeWords
from tests.fakes.echo_room import EchoRoom, int16, pieces
from tests.fakes.speech import synthetic_speech

ANSWER = (
    "The sea covers most of our planet, and much of it is still unknown. Its water moves in great streams that carry "
    "warmth from the middle of the earth to the north."
)
BEFORE_FRAMES, AFTER_FRAMES = 12, 7
"""Sound around the words that their recogniser gets too."""


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> CommandRecogniser:
    import_wyoming()
    from jarvis.app.command_listener import listening_files

    return CommandRecogniser(listening_files(tmp_path_factory.mktemp("cache")))


@cache
def voice(text: str, name: str) -> np.ndarray:
    """Return `text` at 16 kHz, without its silent edges."""
    sound = np.frombuffer(synthetic_speech(text, name), "<i2").astype(float) * 0.5
    loud = np.flatnonzero(np.abs(sound) > 200)
    return sound[loud[0] : loud[-1]]


@dataclass(frozen=True, kw_only=True)
class Overheard:
    """A person's words, the same as detectors hear them, and as their recogniser does; `BEFORE_FRAMES` come first."""

    person: np.ndarray
    detectors: bytes
    recogniser: bytes


@cache
def overheard(text: str, name: str, at_seconds: float) -> Overheard:
    """Let a person say `text` into an answer, in a room in which Jarvis has spoken before.

    Jarvis is silent as soon as it would have noticed the person.
    """
    answer = np.concatenate([voice(ANSWER, "en-us+m3"), np.zeros(SAMPLE_RATE)])
    begin = (round(at_seconds * SAMPLE_RATE) + answer.size) // VAD_SAMPLES * VAD_SAMPLES
    played = np.concatenate([answer, answer])
    played[begin + round(0.4 * SAMPLE_RATE) :] = 0.0
    person = voice(text, name)
    room, reference = EchoRoom(), EchoReference()
    near = room.echo(played) + room.hiss(played.size)
    near[begin : begin + person.size] += person
    told = iter(pieces(int16(played), SAMPLE_RATE, 0.0, block=VAD_SAMPLES))
    # What sounds soon is known ahead.
    for piece in islice(told, 3):
        reference.played(*piece)
    canceller = EchoCanceller(reference)
    whole = WholeWords(lambda: canceller.whole, lambda: canceller.foreign)
    frames = []
    for number in range((begin + person.size) // VAD_SAMPLES + AFTER_FRAMES):
        at = number * VAD_SAMPLES
        reference.played(*next(told))
        frames.append(canceller.process(int16(near[at : at + VAD_SAMPLES]), at / SAMPLE_RATE))
        whole.take(frames[-1])
    sound = b"".join(frames[begin // VAD_SAMPLES - BEFORE_FRAMES :])
    return Overheard(person=person, detectors=sound, recogniser=whole.of(sound))


def decibels(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(sound**2)))


def understood(recogniser: CommandRecogniser, sound: bytes) -> str:
    recogniser.start()
    for at in range(0, len(sound), 2 * VAD_SAMPLES):
        recogniser.feed(sound[at : at + 2 * VAD_SAMPLES])
    heard = recogniser.finish()
    return heard.text if heard.accepted else ""


@pytest.mark.parametrize("at_seconds", [4.3, 5.7])
def test_a_command_is_understood(recogniser, at_seconds):
    words = overheard("turn the volume up", "en-us", at_seconds)
    assert understood(recogniser, words.recogniser) == "turn the volume up"


@pytest.mark.parametrize("at_seconds", [4.3, 5.7])
def test_words_keep_their_beginning_and_what_is_left_of_jarvis_before_them_is_not_heard(at_seconds):
    words = overheard("turn the volume up", "en-us", at_seconds)
    late = BEFORE_FRAMES * VAD_SAMPLES + LATENCY_SAMPLES
    heard = np.frombuffer(words.recogniser, "<i2").astype(float)
    missed = heard[late : late + words.person.size] - words.person
    assert decibels(words.person) - decibels(missed) > 20
    before = heard[: (BEFORE_FRAMES - AROUND_FRAMES - 1) * VAD_SAMPLES]
    assert decibels(words.person) - decibels(before) > 35


def test_a_speaker_that_is_plugged_in_is_not_taken_for_words_that_are_to_be_kept_whole():
    answer = np.concatenate([voice(ANSWER, "en-us+m3"), np.zeros(2 * SAMPLE_RATE)])
    played = np.concatenate([answer, answer])
    room, reference = EchoRoom(), EchoReference()
    near = room.echo(played)
    late = round(0.42 * SAMPLE_RATE)
    near[answer.size :] = np.concatenate([np.zeros(late), EchoRoom(seed=3).echo(played)[:-late]])[answer.size :]
    near += room.hiss(near.size)
    told = iter(pieces(int16(played), SAMPLE_RATE, 0.0, block=VAD_SAMPLES))
    for piece in islice(told, 3):
        reference.played(*piece)
    canceller = EchoCanceller(reference)
    heard = []
    for number in range(near.size // VAD_SAMPLES - 4):
        at = number * VAD_SAMPLES
        reference.played(*next(told))
        detectors = canceller.process(int16(near[at : at + VAD_SAMPLES]), at / SAMPLE_RATE)
        heard.append((detectors, canceller.whole))
    before = [whole != detectors for detectors, whole in heard[4 * SAMPLE_RATE // VAD_SAMPLES :][:60]]
    assert all(before)
    changed = (answer.size + 4 * SAMPLE_RATE) // VAD_SAMPLES
    assert [whole for _, whole in heard[changed:]] == [detectors for detectors, _ in heard[changed:]]
