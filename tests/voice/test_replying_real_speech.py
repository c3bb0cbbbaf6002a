"""A yes that begins before the question is over, in a room, with the real echo canceller and voice activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np
import pytest

from jarvis.audio.echo import EchoCanceller, EchoReference
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.voice.activity import SileroVoiceDetector
from tests.fakes.echo_room import EchoRoom, int16, pieces
from tests.fakes.speech import synthetic_speech
from tests.fakes.voice import FakeAssistant, heard, model_answer
from tests.fakes.voice_answering import PAUSE, Answering

LOUDEST = 6000.0
BEGINS_EARLY_SECONDS = 0.2
AFTER_SECONDS = 1.2
QUESTIONS = {
    "en": ("There are four things on your list. Shall I delete them?", "en-us+m3"),
    "es": ("Hay cuatro cosas en tu lista. ¿Las borro todas?", "es+m3"),
}
REPLIES = [("en", "yes", "en-us"), ("en", "yes", "en-us+f2"), ("es", "sí", "es"), ("es", "sí", "es-419+f2")]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A frame as detectors hear it, how foreign it is, and as a recogniser hears it."""

    cleaned: bytes
    foreign: float
    whole: bytes


@cache
def voice(text: str, name: str) -> np.ndarray:
    """Return `text` at 16 kHz, without its silent edges."""
    sound = np.frombuffer(synthetic_speech(text, name), "<i2").astype(float)
    sound *= LOUDEST / np.abs(sound).max()
    loud = np.flatnonzero(np.abs(sound) > LOUDEST / 50)
    return sound[loud[0] : loud[-1]]


@cache
def frames_of_question(language: str, room: int, reply: str = "", name: str = "") -> tuple[list[Frame], list[Frame]]:
    """Return what is heard of a question that Jarvis asks for the second time, up to its end and from there on."""
    asked = voice(*QUESTIONS[language])
    asked = np.concatenate([asked, np.zeros(-asked.size % VAD_SAMPLES)])
    silence = np.zeros(round(AFTER_SECONDS * SAMPLE_RATE) // VAD_SAMPLES * VAD_SAMPLES)
    played = np.concatenate([asked, silence, asked, silence])
    end, at = 2 * asked.size + silence.size, EchoRoom(seed=room)
    near = at.echo(played) + at.hiss(played.size)
    if reply:
        begin, said = end - round(BEGINS_EARLY_SECONDS * SAMPLE_RATE), voice(reply, name)
        near[begin : begin + said.size] += said
    reference = EchoReference()
    told = iter(pieces(int16(played), SAMPLE_RATE, 0.0, block=VAD_SAMPLES))
    # What sounds soon is known ahead.
    for piece in islice(told, 3):
        reference.played(*piece)
    canceller, found = EchoCanceller(reference), []
    for begin in range(0, near.size, VAD_SAMPLES):
        for piece in islice(told, 1):
            reference.played(*piece)
        cleaned = canceller.process(int16(near[begin : begin + VAD_SAMPLES]), begin / SAMPLE_RATE)
        found.append(Frame(cleaned=cleaned, foreign=canceller.foreign, whole=canceller.whole))
    again = (asked.size + silence.size) // VAD_SAMPLES
    return found[again : end // VAD_SAMPLES], found[end // VAD_SAMPLES :]


class Asking(Answering):
    """Jarvis asks, and the microphone is in a room."""

    def __init__(self, *results: object) -> None:
        self.now = Frame(cleaned=b"", foreign=1.0, whole=b"")
        super().__init__(
            *results,
            assistant=FakeAssistant(model_answer("Shall I?", expects_reply=True), "Done."),
            parts={"foreign": lambda: self.now.foreign, "whole": lambda: self.now.whole},
        )

    def __enter__(self) -> Asking:
        super().__enter__()
        silero = SileroVoiceDetector()
        self.world.activity.probability, self.world.activity.reset = silero.probability, silero.reset
        return self

    def hears(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            self.now = frame
            self.microphone.add(frame.cleaned)

    def hears_end(self) -> None:
        self.now = Frame(cleaned=b"", foreign=1.0, whole=b"")
        self.microphone.add(PAUSE)


def missing_decibels(said: np.ndarray, sound: bytes) -> float:
    """Return how far what `sound` lacks of `said`, wherever in it that is, lies below it."""
    heard_sound = np.concatenate([np.frombuffer(sound, "<i2").astype(float), np.zeros(said.size)])
    at = int(np.argmax(np.correlate(heard_sound, said)))
    missing = said - heard_sound[at : at + said.size]
    return float(10 * np.log10(np.mean(said**2) / np.mean(missing**2)))


@pytest.mark.parametrize("late", [0, 2], ids=["at once", "late"])
@pytest.mark.parametrize("room", [0, 1])
@pytest.mark.parametrize(("language", "reply", "name"), REPLIES)
def test_a_yes_that_begins_before_the_question_is_over_is_heard_whole(language, reply, name, room, late):
    before, after = frames_of_question(language, room, reply, name)
    with Asking(*[heard(reply, language=language)] * 4) as at:
        # The speaker tells that all has sounded when it has, or a little later.
        at.hears(before + after[:late])
        at.gate.set()
        at.reaches("listening")
        at.hears(after[late:])
        at.hears_end()
        at.turns_over(2)
        assert missing_decibels(voice(reply, name), at.world.stt.utterances[-1].sound) > 15
    assert at.asked() == ["where is the kettle", reply]


@pytest.mark.parametrize("room", [0, 1, 2])
@pytest.mark.parametrize("language", QUESTIONS)
def test_what_is_left_of_its_own_question_is_no_reply(language, room):
    before, after = frames_of_question(language, room)
    with Asking("yes") as at:
        at.hears(before)
        at.gate.set()
        at.reaches("listening")
        at.hears(after)
        at.hears_end()
        assert at.loop.state == "listening"
    assert len(at.world.stt.utterances) == 1
