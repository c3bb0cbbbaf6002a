from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jarvis.app.build import Jarvis
from jarvis.app.hearing import HearingParts
from jarvis.audio.silent import SilentSpeaker
from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import VoiceEvent, VoiceTrouble
from jarvis.engines.encoder.minilm import MiniLmEncoder
from jarvis.engines.small_models.encoder import ChildEncoder
from jarvis.engines.small_models.listening import ChildVoiceDetector, ChildWakeDetector, ChildWordSpotter
from jarvis.engines.speech.spotting import SpotterWords
from jarvis.settings.folders import Folders
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.end_of_turn import RuleTurnJudge
from jarvis.voice.keyword_spotter import KeywordSpotter
from jarvis.voice.keyword_wake import BothWakeDetectors, KeywordWakeDetector
from jarvis.voice.wake_words import WakeWords
from tests.fakes.processes import gone
from tests.fakes.speech import silence
from tests.fakes.voice import FakeSpeechToText


class Child:
    """The spotter, of which only the start counts."""

    trouble = None

    def __init__(self) -> None:
        self.started = 0

    def warm(self) -> None:
        self.started += 1

    def close(self) -> None:
        """Nothing runs."""


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.settings.set("ollama.url", "")
    yield jarvis
    jarvis.close()


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Child:
    made = Child()
    monkeypatch.setattr("jarvis.app.hearing.Spotter", lambda *_args, **_kwargs: made)
    return made


def parts(jarvis: Jarvis) -> HearingParts:
    return HearingParts(jarvis, FakeSpeechToText())


def test_stop_words_are_heard_without_a_child(jarvis: Jarvis, child: Child) -> None:
    hearing = parts(jarvis)
    assert isinstance(hearing.stop_words(), KeywordSpotter)
    assert hearing.wake() is not None
    hearing.warm()
    hearing.close()
    assert child.started == 0


def test_words_of_ones_own_need_the_child(jarvis: Jarvis, child: Child) -> None:
    jarvis.settings.set("voice.wake_words", "hey jarvis, computer")
    hearing = parts(jarvis)
    assert isinstance(hearing.wake(), WakeWords)
    hearing.warm()
    assert child.started == 1


def test_without_the_network_the_child_hears_stop_words(
    jarvis: Jarvis, child: Child, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(*_args: object) -> KeywordSpotter:
        raise EngineError("voice.no_keyword_network", en="None here.", es="No hay.", retryable=False)

    monkeypatch.setattr("jarvis.app.hearing.KeywordSpotter", missing)
    hearing = parts(jarvis)
    assert isinstance(hearing.stop_words(), SpotterWords)
    hearing.warm()
    assert child.started == 1
    assert "None here." in caplog.text


def test_in_the_window_small_models_run_in_a_child_that_ends_with_jarvis(jarvis: Jarvis, tmp_path: Path) -> None:
    jarvis.models_apart = True
    hearing = parts(jarvis)
    assert isinstance(hearing.wake(), ChildWakeDetector)
    assert isinstance(hearing.activity(), ChildVoiceDetector)
    assert isinstance(hearing.stop_words(), ChildWordSpotter)
    assert hearing.notes("es") == []
    assert isinstance(jarvis.routing_room.encoder, ChildEncoder)
    (tmp_path / "home" / "models").mkdir(exist_ok=True)
    (tmp_path / "home" / "models" / "smart-turn-broken.onnx").write_text("no network")
    assert isinstance(hearing.judge(), RuleTurnJudge)
    confirmer = hearing.confirmer()
    assert confirmer is not None
    assert not confirmer.confirm(silence(2), "hey jarvis")
    (child,) = (one for one in psutil.Process().children() if "jarvis.app.small_models_child" in one.cmdline())
    jarvis.close()
    assert gone(child.pid)


def test_one_command_keeps_small_models_to_itself(jarvis: Jarvis) -> None:
    hearing = parts(jarvis)
    assert isinstance(hearing.wake_detector(), BothWakeDetectors | KeywordWakeDetector)
    assert isinstance(hearing.activity(), SileroVoiceDetector)
    assert isinstance(jarvis.routing_room.encoder, MiniLmEncoder)
    assert "small_models" not in jarvis.__dict__


def test_the_window_is_told_in_its_language_when_the_child_fails(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    jarvis.models_apart = True
    jarvis.settings.set("language", "es")
    events: list[VoiceEvent] = []
    loop = jarvis.speech.loop(events.append, speaker=SilentSpeaker())
    try:
        told = jarvis.small_models.on_trouble
        assert told is not None
        told(EngineError("voice.small_models_stopped", en="Stopped.", es="Parado."))
        assert VoiceTrouble(code="voice.small_models_stopped", sentence="Parado.") in events
    finally:
        loop.close()
