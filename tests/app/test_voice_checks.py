"""What `jarvis doctor` says of hearing and speaking, with the real parts, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.voice_checks import VoiceChecks
from jarvis.cli.services import Check
from jarvis.contracts.errors import EngineError, Language
from jarvis.engines.speech.wyoming_connection import import_wyoming
from jarvis.settings.folders import Folders
from tests.fakes.canned_whisper import canned_whisper
from tests.fakes.sound_devices import installed
from tests.fakes.sound_library import FakeSoundDevice, device

import_wyoming()


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.settings.set("ollama.url", "")
    yield jarvis
    jarvis.close()


def said(jarvis: Jarvis, part: Callable[[VoiceChecks], Iterator[Check]], language: Language = "en") -> list[Check]:
    def row(state: str, finding: str, remedy: str = "") -> Check:
        return Check(name="x", state=state, finding=finding, remedy=remedy)  # type: ignore[arg-type]

    return list(part(VoiceChecks(jarvis, language, row)))


def only(checks: list[Check]) -> tuple[str, str]:
    (check,) = checks
    return check.state, check.finding


@pytest.mark.parametrize(("language", "on", "only_english"), [("en", "on CPU", "no Spanish"), ("es", "en CPU", "sin")])
def test_the_recogniser_and_its_device_are_named_and_what_would_be_better(
    jarvis: Jarvis, language: Language, on: str, only_english: str
) -> None:
    first, second = said(jarvis, VoiceChecks.hearing, language)
    assert (first.state, first.finding) == ("ok", f"pocketsphinx commands {on}")
    assert second.state == "note" and only_english in second.finding and second.remedy.startswith("jarvis models")


@pytest.mark.parametrize(("language", "how"), [("en", "on CPU (int8, beam 1)"), ("es", "en CPU (int8, haz de 1)")])
def test_how_whisper_computes_is_told(jarvis: Jarvis, language: Language, how: str) -> None:
    jarvis.folders.models.mkdir(exist_ok=True)
    canned_whisper(jarvis.folders.models / "whisper-mine", "hola", "es")
    jarvis.settings.set("speech.recognition_device", "cpu")
    assert only(said(jarvis, VoiceChecks.hearing, language)) == ("ok", f"faster-whisper whisper-mine {how}")


def test_every_wake_word_is_named_with_what_hears_it(jarvis: Jarvis) -> None:
    jarvis.settings.set("voice.wake_words", "hey jarvis, computer")
    words, own, look = said(jarvis, VoiceChecks.wake_word)
    assert words.finding.startswith("hey jarvis") and own.finding == "computer, by the word spotter"
    assert look.state == "ok" and "word spotter" in look.finding
    jarvis.settings.set("voice.wake_second_look", False)
    assert said(jarvis, VoiceChecks.wake_word, "es")[-1].state == "note"
    jarvis.settings.set("voice.mode", "push")
    assert "voice.mode push" in said(jarvis, VoiceChecks.wake_word)[0].finding


def test_a_turn_model_is_named_where_one_is_and_a_broken_one_is_a_failure(jarvis: Jarvis) -> None:
    state, finding = only(said(jarvis, VoiceChecks.end_of_turn))
    assert state == "ok" and "jarvis models download turn-smart" in finding
    jarvis.folders.models.mkdir(exist_ok=True)
    (jarvis.folders.models / "smart-turn-v9.onnx").write_bytes(b"no network")
    state, finding = only(said(jarvis, VoiceChecks.end_of_turn, "es"))
    assert state == "failed" and "smart-turn-v9.onnx" in finding


def test_it_says_what_interrupts(jarvis: Jarvis) -> None:
    assert only(said(jarvis, VoiceChecks.echo)) == ("ok", "WebRTC; speech interrupts Jarvis")
    jarvis.settings.set("voice.barge_in", "wake_word")
    assert only(said(jarvis, VoiceChecks.echo))[1].endswith("only the wake word and “stop” interrupt Jarvis")
    jarvis.settings.set("voice.echo_cancelling", False)
    jarvis.settings.set("voice.barge_in", "auto")
    state, finding = only(said(jarvis, VoiceChecks.echo, "es"))
    assert state == "note" and "solo la palabra de activación" in finding
    jarvis.settings.set("voice.barge_in", "always")
    assert only(said(jarvis, VoiceChecks.echo)) == ("note", "switched off (voice.echo_cancelling)")


def test_stop_words_are_heard_by_the_network_and_without_it_by_a_child_that_starts(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert only(said(jarvis, VoiceChecks.stop_words))[0] == "ok"
    assert "spotter" not in jarvis.speech.hearing.__dict__, "no child was started"

    def broken(*_: object) -> None:
        raise EngineError("voice.no_keyword_network", en="No network here.", es="Aquí no hay red.", retryable=False)

    monkeypatch.setattr("jarvis.app.hearing.KeywordSpotter", broken)
    note, heard = said(jarvis, VoiceChecks.stop_words, "es")
    assert (note.state, note.finding, heard.state) == ("note", "Aquí no hay red.", "ok")
    assert jarvis.speech.hearing.spotter.trouble is None
    jarvis.speech.hearing.stop_words()
    assert ("voice.no_keyword_network", "No network here.") in jarvis.speech.hearing.notes("en")


def test_the_devices_in_use_come_first_and_a_missing_choice_is_told(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = [device("Laptop", 2, 2), device("Headset", 1, 2), device("Beamer", 0, 2)]
    installed(monkeypatch, FakeSoundDevice(table))
    microphone, speaker = said(jarvis, VoiceChecks.devices)
    assert microphone.finding == "microphone: Laptop (the system's choice); also here: Headset"
    assert speaker.finding == "speaker: Laptop (the system's choice); also here: Headset, Beamer"
    jarvis.settings.set("voice.microphone", "headset")
    jarvis.settings.set("voice.speaker", "Kitchen")
    microphone, speaker = said(jarvis, VoiceChecks.devices, "es")
    assert microphone.finding == "micrófono: Headset (elegido); también: Laptop"
    assert speaker.state == "note" and "Kitchen" in speaker.finding and "Laptop" in speaker.finding
    assert speaker.remedy == "jarvis config set voice.speaker NOMBRE"
    installed(monkeypatch, FakeSoundDevice([device("Beamer", 0, 2)]))
    microphone, _ = said(jarvis, VoiceChecks.devices)
    assert (microphone.state, microphone.finding) == ("missing", "no microphone here")
