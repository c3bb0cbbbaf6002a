"""What is made ready before anybody speaks, and what a listening door is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.voice.answering import SimulatedModel, Speed
from benchmarks.voice.timing import WorkLog
from jarvis.app.build import Jarvis
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.ports import TextEngine
from jarvis.contracts.speech import Transcript, TurnFinished, VoiceEvent, VoiceState
from jarvis.settings.folders import Folders
from jarvis.settings.store import Settings
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech, write_wav


class WithModel(Jarvis):
    """The app with one model, which reads at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Folders(home=folder))
        self.settings.set("ollama.url", "")
        self.model = SimulatedModel(Speed(read=1e6, written=1e6), WorkLog())

    def text_engines(self) -> list[TextEngine]:
        """Return the model."""
        return [self.model]


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[WithModel]:
    jarvis = WithModel(tmp_path / "home")
    yield jarvis
    jarvis.close()


def test_warming_goes_the_way_of_a_question_in_both_languages_and_leaves_no_trace(jarvis: WithModel) -> None:
    jarvis.speech.warm_answers()
    assert jarvis.model.prefilled == 2, "a loaded model has read its instructions"
    assert list(jarvis.conversation_log.conversations(limit=9)) == []


def test_the_words_of_the_first_recording_are_known_before_it_is_heard(
    jarvis: WithModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    monkeypatch.setattr(jarvis.speech.vocabulary, "look", lambda: looks.append(threading.current_thread().name))
    jarvis.speech.warm_answers()
    assert looks == [threading.current_thread().name]


def test_a_recording_is_answered_where_there_is_no_speaker(
    jarvis: WithModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_speaker(name: str, direction: str) -> None:
        raise DeviceError("audio.none", en="There is none.", es="No hay ninguno.")

    monkeypatch.setattr("jarvis.app.speech_acts.find_device", no_speaker)
    question = synthetic_speech("what time is it", "en-us+adam", 150)
    call = silence(0.5) + synthetic_speech("hey jarvis", WAKING_VOICE, 150) + silence(0.6)
    file = write_wav(tmp_path / "asked.wav", call + question + silence(1.0))
    events = list(jarvis.listen(source=file, output=None, once=True, cancel=CancelToken()))
    (turn,) = [event for event in events if isinstance(event, TurnFinished)]
    assert turn.text.startswith("It is")


def turn(words: str | None, text: str) -> TurnFinished:
    heard = None if words is None else Transcript(text=words, language="en", engine="fake", quality="basic")
    return TurnFinished(transcript=heard, text=text, wake_at=None)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (turn("what time is it", "It is ten."), True),
        (turn("five eggs", "Sorry, I did not understand that."), True),
        (turn(None, "I stopped listening."), True),
        (turn(None, ""), False),
        (VoiceState(name="sleeping"), True),
    ],
)
def test_a_turn_without_words_is_nothing_to_tell(event: VoiceEvent, told: bool) -> None:
    from jarvis.app.speech_acts import _with_words

    heard: list[VoiceEvent] = []
    _with_words(heard.append)(event)
    assert heard == ([event] if told else [])


def test_options_are_read_anew_only_after_a_change_here_or_by_another_program(jarvis: WithModel) -> None:
    options = jarvis.speech.options
    first = options()
    assert options() is first and not first.continuous
    jarvis.settings.set("voice.mode", "continuous")
    assert options().continuous
    Settings(jarvis.folders.settings_file).set("voice.rate", 1.5)
    assert options().continuous and options().rate == 1.5
