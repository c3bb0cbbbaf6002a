"""Options that change while the window has a loop: what is built anew, when, and what it hears then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.window_voice import _READ_ANEW, WindowVoice
from jarvis.contracts.errors import EngineError
from jarvis.settings.folders import Folders
from jarvis.settings.option import OptionValue
from jarvis.settings.voice_options import SPEECH_OPTIONS, VOICE_OPTIONS
from tests.fakes.voice import ScriptedMicrophone
from tests.fakes.window_speech import Speech


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    made = Jarvis(Folders(home=tmp_path / "home"))
    made.__dict__["speech"] = Speech()
    yield made
    made.close()


@pytest.fixture
def speech(jarvis: Jarvis) -> Speech:
    return jarvis.__dict__["speech"]


@pytest.fixture
def voice(jarvis: Jarvis) -> Iterator[WindowVoice]:
    made = WindowVoice(jarvis)
    yield made
    made.close()


def test_another_language_has_other_stop_words_at_once(voice: WindowVoice, jarvis: Jarvis, speech: Speech) -> None:
    voice.start()
    jarvis.settings.set("language", "es")
    voice.apply_settings()
    assert len(speech.loops) == 2 and speech.loops[0].calls[-1] == "close"
    assert speech.loops[1].calls == ["start", "unmute"]


@pytest.mark.parametrize(
    ("option", "value", "loop", "children"),
    [
        ("voice.rate", 1.5, False, False),
        ("voice.pill", True, False, False),
        ("voice.wake_threshold", 0.9, True, False),
        ("voice.wake_words", "computer", True, False),
        ("speech.turn_model", "turn.onnx", True, False),
        ("speech.voice_en", "other.onnx", True, True),
    ],
)
def test_options_are_taken_up_while_it_listens(
    jarvis: Jarvis, voice: WindowVoice, speech: Speech, option: str, value: object, loop: bool, children: bool
) -> None:
    voice.start()
    recogniser, detectors = speech.speech_to_text, speech.hearing
    jarvis.settings.set(option, value)
    voice.apply_settings()
    assert len(speech.loops) == 1 + loop
    assert ("close" in speech.loops[0].calls) == loop
    assert speech.loops[-1].calls == ["start", "unmute"]
    assert (recogniser.closed, detectors.closed) == (children, loop)


def test_a_muted_loop_is_built_anew_only_when_it_is_needed(jarvis: Jarvis, voice: WindowVoice, speech: Speech) -> None:
    voice.start()
    voice.mute()
    jarvis.settings.set("voice.microphone", "Headset")
    voice.apply_settings()
    assert len(speech.loops) == 1
    voice.unmute()
    assert len(speech.loops) == 2


NEEDS_A_LOOP: dict[str, Callable[[WindowVoice], object]] = {
    "announce": lambda voice: voice.announce("Time is up.", "en", None, lambda: True, None),
    "push_to_talk": lambda voice: voice.push_to_talk(),
    "dictate_start": lambda voice: voice.dictate_start(),
}


@pytest.mark.parametrize("act", NEEDS_A_LOOP)
@pytest.mark.parametrize("heard", [True, False])
def test_the_loop_that_a_change_wants_hears_as_the_one_before_did(
    jarvis: Jarvis, voice: WindowVoice, speech: Speech, act: str, heard: bool
) -> None:
    voice.start()
    if not heard:
        voice.mute()
    # As a spoken command does, or another program: nobody asks to have it taken up.
    jarvis.settings.set("language", "es")
    NEEDS_A_LOOP[act](voice)
    assert len(speech.loops) == 2 and speech.loops[0].calls[-1] == "close"
    assert speech.loops[1].calls[:-1] == (["start", "unmute"] if heard else ["start"])
    assert voice.apply_settings() and len(speech.loops) == 2


def test_a_loop_that_comes_after_one_that_failed_hears(voice: WindowVoice, speech: Speech) -> None:
    def fail() -> None:
        raise EngineError("speech.none", en="No recogniser.", es="No hay reconocedor.")

    speech.while_loading = fail
    voice.start()
    speech.while_loading = lambda: None
    NEEDS_A_LOOP["announce"](voice)
    assert speech.loops[1].calls == ["start", "unmute", "text_to_say"]


def test_who_mutes_while_an_alert_loads_it_is_not_heard_afterwards(
    jarvis: Jarvis, voice: WindowVoice, speech: Speech
) -> None:
    voice.start()
    jarvis.settings.set("language", "es")
    speech.while_loading = voice.mute
    NEEDS_A_LOOP["announce"](voice)
    assert speech.loops[1].calls == ["start", "text_to_say"]


@pytest.mark.parametrize("option", ["language", "voice.microphone"])
def test_what_is_said_or_heard_is_not_cut_off_for_a_change(
    jarvis: Jarvis, voice: WindowVoice, speech: Speech, option: str
) -> None:
    voice.start()
    (loop,) = speech.loops
    loop.idle = False
    jarvis.settings.set(option, "es")
    assert not voice.apply_settings()
    NEEDS_A_LOOP["announce"](voice)
    assert speech.loops == [loop] and loop.calls == ["start", "unmute", "text_to_say"]
    loop.idle = True
    assert voice.apply_settings()
    assert loop.calls[-1] == "close" and speech.loops[1].calls == ["start", "unmute"]


def test_a_recording_is_not_cut_off_for_a_change(
    jarvis: Jarvis, voice: WindowVoice, speech: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice.start()
    microphone = speech.microphone
    applied: list[bool] = []

    def opened() -> ScriptedMicrophone:
        jarvis.settings.set("language", "es")
        applied.append(voice.apply_settings())
        return microphone()

    monkeypatch.setattr(speech, "microphone", opened)
    assert voice.record(0.1).sound.seconds == pytest.approx(0.1)
    assert applied == [False] and speech.loops[0].calls == ["start", "unmute", "mute", "unmute"]
    assert voice.apply_settings()
    assert speech.loops[1].calls == ["start", "unmute"]


def test_what_another_program_sets_is_taken_up(
    jarvis: Jarvis, voice: WindowVoice, speech: Speech, tmp_path: Path
) -> None:
    voice.start()
    other = Jarvis(Folders(home=tmp_path / "home"))
    other.settings.set("voice.wake_words", "computer")
    other.settings.set("voice.enabled", False)
    other.close()
    assert voice.apply_settings()
    assert speech.loops[0].calls[-1] == "close"
    NEEDS_A_LOOP["announce"](voice)
    assert speech.loops[1].calls == ["start", "text_to_say"], "switched off it hears nothing"


def test_listening_can_be_switched_off_and_on(jarvis: Jarvis, voice: WindowVoice, speech: Speech) -> None:
    voice.start()
    jarvis.settings.set("voice.enabled", False)
    voice.apply_settings()
    assert speech.loops[0].calls[-1] == "mute"
    jarvis.settings.set("voice.enabled", True)
    voice.apply_settings()
    assert speech.loops[0].calls[-1] == "unmute"


def test_a_loop_is_built_anew_for_just_the_options_that_it_is_built_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Jarvis(Folders(home=tmp_path / "home"))
    real.assistant()
    read: set[str] = set()
    get = real.settings.get

    def seen(name: str) -> OptionValue:
        read.add(name)
        return get(name)

    monkeypatch.setattr(real.settings, "get", seen)
    try:
        real.speech.loop(lambda _: None, resting="muted").close()
    finally:
        real.close()
    names = {option.name for option in (*VOICE_OPTIONS, *SPEECH_OPTIONS)}
    assert read & names == names - _READ_ANEW
