from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.hearing import HearingParts
from jarvis.contracts.errors import EngineError
from jarvis.engines.speech.spotting import SpotterWords
from jarvis.settings.folders import Folders
from jarvis.voice.keyword_spotter import KeywordSpotter
from jarvis.voice.wake_words import WakeWords
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
