"""A voice is heard that is not the one in use: a real child with a real Piper file; the speaker is counted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.speech import Speech
from jarvis.app.window_voice import WindowVoice
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.settings.folders import Folders
from tests.fakes.speech_children import toy_piper_voice
from tests.fakes.voice_output import FakeSpeaker


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    made = Jarvis(Folders(home=tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> FakeSpeaker:
    made = FakeSpeaker()
    monkeypatch.setattr(Speech, "speaker", lambda *_: made)
    return made


def children(jarvis: Jarvis) -> list[object]:
    return list((jarvis.folders.run / "children").glob("*"))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_file_speaks_whatever_is_chosen_and_its_child_ends(
    jarvis: Jarvis, speaker: FakeSpeaker, tmp_path: Path, language: str
) -> None:
    file = toy_piper_voice(tmp_path / "es_ES-toy.onnx")
    jarvis.settings.set("voice.volume", 0.5)
    before = jarvis.settings.changed()
    WindowVoice(jarvis).preview(file, "uno dos", language, CancelToken())  # type: ignore[arg-type]
    loud = max(abs(sample) for chunk in speaker.played for sample in memoryview(chunk.pcm).cast("h"))
    assert sum(chunk.seconds for chunk in speaker.played) > 0.1 and 0 < loud <= 16_384
    assert speaker.closed and jarvis.settings.changed() == before and not children(jarvis)


def test_whoever_stops_it_has_silence_at_once(jarvis: Jarvis, speaker: FakeSpeaker, tmp_path: Path) -> None:
    file = toy_piper_voice(tmp_path / "en_US-toy.onnx")
    speaker.gate = threading.Event()
    cancel = CancelToken()
    heard = threading.Thread(target=WindowVoice(jarvis).preview, args=(file, "one two", "en", cancel))
    heard.start()
    assert speaker.sounding.wait(60)
    cancel.cancel()
    heard.join(60)
    assert not heard.is_alive() and speaker.stops and speaker.closed and not children(jarvis)
    played = len(speaker.played)
    WindowVoice(jarvis).preview(file, "one two", "en", cancel)
    assert len(speaker.played) == played, "who stopped before it began hears nothing"


def test_a_file_that_is_no_voice_is_a_sentence_and_no_other_voice_speaks_for_it(
    jarvis: Jarvis, speaker: FakeSpeaker, tmp_path: Path
) -> None:
    file = tmp_path / "en_US-broken.onnx"
    file.write_bytes(b"no voice")
    with pytest.raises(EngineError) as told:
        WindowVoice(jarvis).preview(file, "one two", "en", CancelToken())
    assert "This voice could not be loaded" in told.value.sentence("en") and not speaker.played
    assert "No se pudo cargar esta voz" in told.value.sentence("es") and not children(jarvis)


def test_voices_of_the_catalogue_that_are_not_here_are_named(jarvis: Jarvis) -> None:
    voice = WindowVoice(jarvis)
    names = voice.voices_elsewhere("en")
    assert "Piper Lessac (en_US)" in names and "Piper Lessac (en_US)" not in voice.voices_elsewhere("es")
    folder = jarvis.folders.models / "voices"
    folder.mkdir(parents=True)
    (folder / "en_US-lessac-medium.onnx").touch()
    assert set(names) - set(voice.voices_elsewhere("en")) == {"Piper Lessac (en_US)"}
