"""What the window's notices say of what is missing: a way into its own windows, and no command of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app import window
from jarvis.app.build import Jarvis
from jarvis.app.window import notices
from jarvis.app.window_notes import told_for_window
from jarvis.audio.silent import SilentSpeaker
from jarvis.contracts.errors import LANGUAGES, EngineError, Language
from jarvis.contracts.speech import SpeechServiceInfo
from jarvis.desktop.services import Notice
from jarvis.engines.llama_build import LlamaBuild
from jarvis.engines.speech.children import BASIC_RECOGNITION
from jarvis.engines.speech.synthesis import basic_voice_card
from jarvis.settings.folders import Folders


@pytest.fixture
def jarvis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jarvis]:
    build = LlamaBuild(state="installed", percent=100, seconds=1.0, log=Path("build.log"), last_lines=())
    monkeypatch.setattr(window, "build_state", lambda: build)
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    yield jarvis
    jarvis.close()


def notice(jarvis: Jarvis, notice_id: str, language: Language) -> Notice:
    (found,) = [each for each in notices(jarvis, language) if each.id == notice_id]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_model_the_way_leads_to_the_recommended_ones(jarvis: Jarvis, language: Language) -> None:
    told = notice(jarvis, "no-model", language)
    assert told.way == "recommended" and told.step == ""
    assert "jarvis models" not in told.text and "qwen" not in told.text.lower()
    for_terminals = jarvis.models_room.why_none().sentence(language)
    assert "jarvis models download" in for_terminals, "a command line keeps its own words"
    assert for_terminals != told.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_model_that_failed_says_so_and_leads_to_the_models(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    failed = EngineError("engine.model_failed", en="Its file is damaged.", es="Su fichero está dañado.")
    monkeypatch.setattr(jarvis.models_room, "why_none", lambda: failed)
    told = notice(jarvis, "no-model", language)
    assert (told.text, told.way, told.step) == (failed.sentence(language), "models", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_basic_recogniser_and_voice_lead_to_better_ones(jarvis: Jarvis, language: Language) -> None:
    jarvis.speech.speech_to_text.info()
    jarvis.speech.text_to_speech.info()
    for notice_id, way in (("basic-hearing", "hearing"), ("basic-voice", "voices")):
        told = notice(jarvis, notice_id, language)
        assert (told.way, told.step) == (way, "") and told.text
        assert "jarvis models" not in told.text and ".onnx" not in told.text
    note = jarvis.speech.speech_to_text.info(language).note
    assert "jarvis models download whisper-base" in note, "a command line keeps its own words"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("card", [BASIC_RECOGNITION, basic_voice_card("en")])
def test_what_went_wrong_before_stays_in_the_note(card: object, language: Language) -> None:
    basic = BASIC_RECOGNITION.info(language) if card is BASIC_RECOGNITION else basic_voice_card(language).info(language)
    broken = SpeechServiceInfo(
        engine=basic.engine, model=basic.model, quality="basic", languages=("en",), note=f"It is broken. {basic.note}"
    )
    told = told_for_window(broken, language)
    assert told.note.startswith("It is broken. ") and basic.note not in told.note
    assert told.note != "It is broken. " and {"en": "“Models”", "es": "«Modelos»"}[language] in told.note


def test_a_note_about_the_place_is_left_as_it_is_and_leads_to_the_settings(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = SpeechServiceInfo(
        engine="faster-whisper",
        model="whisper-base",
        quality="full",
        languages=LANGUAGES,
        note="No GPU has room for speech recognition now, so the processor does it.",
    )
    monkeypatch.setattr(jarvis.speech.speech_to_text, "info", lambda language="en": info)
    told = notice(jarvis, "basic-hearing", "en")
    assert (told.text, told.way, told.step) == (info.note, "voice", "")


def test_echo_cancelling_that_does_not_load_is_told_and_nothing_counts_on_it(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**wishes: bool) -> None:
        raise OSError("wrong ELF class")

    def told() -> list[Notice]:
        return [each for each in notices(jarvis, "en") if each.id == "hearing:audio.no_echo_cancelling"]

    with monkeypatch.context() as without:
        without.setattr("livekit.rtc.apm.AudioProcessingModule", broken)
        assert not jarvis.speech.parts(SilentSpeaker()).echo_free
        (english,) = told()
        spanish = notice(jarvis, english.id, "es")
        assert english.kind == "warning" and "headphones" in english.text and "auriculares" in spanish.text
        jarvis.settings.set("voice.echo_cancelling", False)
        jarvis.settings.set("voice.noise_suppression", True)
        assert not jarvis.speech.parts(SilentSpeaker()).echo_free
        assert not told(), "nobody wants it"
    jarvis.settings.set("voice.echo_cancelling", True)
    assert jarvis.speech.parts(SilentSpeaker()).echo_free
    assert not told()
