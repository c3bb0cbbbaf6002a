"""`jarvis say`: words said as an answer is, into a file."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from jarvis.app.build import Jarvis
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE, AudioChunk
from jarvis.settings.folders import Folders
from jarvis.voice.sound_edges import silence
from tests.fakes.voice import error
from tests.fakes.voice_output import FakeTextToSpeech

LEAD_SECONDS = 0.4
Said = tuple[np.ndarray, dict[str, object]]


class LateVoice(FakeTextToSpeech):
    """Begins each clause with silence, as many voices do."""

    def synthesize(self, text: str, language: Language, rate: float = 1.0) -> Iterator[AudioChunk]:
        yield silence(LEAD_SECONDS, SAMPLE_RATE)
        yield from super().synthesize(text, language, rate)


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    made = Jarvis(Folders(home=tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def said(jarvis: Jarvis, tmp_path: Path) -> Callable[..., Said]:
    """Say a text by a voice; returns the samples of the file and what was reported."""

    def say(text: str, voice: FakeTextToSpeech, language: Language | None = None) -> Said:
        jarvis.speech.__dict__["text_to_speech"] = voice
        file = tmp_path / "said.wav"
        report = dict(jarvis.speech_acts.say(text, language, file))
        with wave.open(str(file)) as sound:
            return np.frombuffer(sound.readframes(sound.getnframes()), "<i2"), report

    return say


def test_it_is_as_loud_as_was_chosen_and_begins_at_once(jarvis: Jarvis, said: Callable[..., Said]) -> None:
    jarvis.settings.set("voice.volume", 0.5)
    samples, report = said("The tea is ready.", LateVoice())
    assert abs(samples).max() == 2500
    assert np.flatnonzero(samples)[0] < LEAD_SECONDS * SAMPLE_RATE / 10
    assert report["audio_seconds"] == pytest.approx(len(samples) / SAMPLE_RATE, abs=0.001)


def test_between_sentences_there_is_the_pause_of_an_answer(said: Callable[..., Said]) -> None:
    voice = LateVoice()
    samples, _ = said("The tea is ready. El té está listo y es verde.", voice, "en")
    loud = np.flatnonzero(samples)
    assert 0.2 < np.diff(loud).max() / SAMPLE_RATE < LEAD_SECONDS
    assert voice.said == [("The tea is ready.", "en"), ("El té está listo y es verde.", "es")]


def test_a_voice_that_cannot_is_told(said: Callable[..., Said]) -> None:
    with pytest.raises(EngineError) as raised:
        said("The tea is ready.", FakeTextToSpeech(error("voice.gone"), error("voice.gone")))
    assert raised.value.code == "voice.gone"
