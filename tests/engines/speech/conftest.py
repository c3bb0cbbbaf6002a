from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.engines.speech.children import speech_to_text, text_to_speech
from jarvis.engines.speech.fallback import SpeechToTextWithFallback
from jarvis.engines.speech.recognition import WyomingSpeechToText
from jarvis.engines.speech.synthesis import WyomingTextToSpeech
from tests.fakes.canned_whisper import canned_whisper
from tests.fakes.recognition import listener
from tests.fakes.speech_children import ChildFactory, WyomingServer


@pytest.fixture
def start_child(tmp_path: Path) -> Iterator[ChildFactory]:
    factory = ChildFactory(tmp_path)
    yield factory
    factory.stop()


@pytest.fixture
def server() -> Iterator[WyomingServer]:
    service = WyomingServer()
    yield service
    service.close()


@pytest.fixture
def basic(start_child: ChildFactory, tmp_path: Path) -> Iterator[WyomingSpeechToText | SpeechToTextWithFallback]:
    recogniser = speech_to_text(start_child=start_child, commands=listener(tmp_path / "cache"))
    yield recogniser
    recogniser.close()


@pytest.fixture
def espeak(start_child: ChildFactory) -> Iterator[WyomingTextToSpeech]:
    voice = text_to_speech(start_child=start_child, voices={})
    yield voice
    voice.close()


@pytest.fixture(scope="session")
def whisper_es(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canned_whisper(tmp_path_factory.mktemp("models") / "whisper-canned", "qué hora es", "es")
