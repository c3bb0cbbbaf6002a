"""Dictation from the held key through the real listening loop into the field, with detectors that are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent

from jarvis.contracts.errors import DeviceError
from jarvis.desktop import texts, voice_texts
from jarvis.desktop.run import Desktop
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions
from jarvis.voice.parts import VoiceParts
from jarvis.voice.turns import SilenceTurnDetector
from tests.desktop.conftest import Until, held, key
from tests.fakes.desktop import FakeDesktop
from tests.fakes.voice import (
    QUIET,
    SPEECH,
    FakeActivity,
    FakeAssistant,
    FakeClock,
    FakeJudge,
    FakeSpeechToText,
    FakeWake,
    frames,
    heard,
    seconds,
    utterance,
)
from tests.fakes.voice_output import FakeSpeaker, FakeTextToSpeech
from tests.fakes.voice_world import LiveMicrophone


@pytest.fixture
def microphone() -> LiveMicrophone:
    return LiveMicrophone()


@pytest.fixture
def loop(
    desktop: Desktop, fake: FakeDesktop, microphone: LiveMicrophone, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VoiceLoop]:
    """A muted loop behind the window's voice control."""
    parts = VoiceParts(
        microphone=lambda: microphone,
        wake=FakeWake(),
        activity=FakeActivity(),
        turns=SilenceTurnDetector(),
        speech_to_text=FakeSpeechToText(*["see you on Monday"] * 9),
        assistant=FakeAssistant(),
        text_to_speech=FakeTextToSpeech(),
        speaker=FakeSpeaker(),
        clock=FakeClock(),
        judge=FakeJudge(),
    )
    made = VoiceLoop(parts, options=VoiceOptions, on_event=fake.voice.send, resting="muted")
    for name, act in (("start", made.dictate), ("end", made.dictated), ("cancel", made.stop_all)):
        monkeypatch.setattr(fake.voice, f"dictate_{name}", act)
    made.start()
    yield made
    made.close()


def hear_one_frame(microphone: LiveMicrophone) -> None:
    """Let the loop look at what it was told; it closes the microphone then, so nothing may wait for a second frame."""
    microphone._frames.put(frames(QUIET))


def test_a_muted_loop_takes_down_what_is_said_while_the_key_is_held(
    desktop: Desktop, fake: FakeDesktop, loop: VoiceLoop, microphone: LiveMicrophone, until: Until
) -> None:
    window, composer = held(desktop), desktop.window.composer
    until(lambda: composer.pill.text() == texts.VOICE_MUTED.en)
    composer.input.setFocus()
    key(window, QEvent.Type.KeyPress)
    until(lambda: desktop.window.spoken.dictation.phase == "holding")
    microphone.add(seconds(QUIET, 0.5))
    until(lambda: composer.pill.text() == texts.VOICE_DICTATION.en)
    microphone.add(utterance(silence=4.0))
    assert loop.state == "hearing"
    until(lambda: composer.pill.state == "hearing")
    assert composer.pill.text() == texts.VOICE_DICTATION.en
    key(window, QEvent.Type.KeyRelease)
    until(lambda: loop._floor.order == "dictated")
    hear_one_frame(microphone)
    until(lambda: composer.input.toPlainText() == "see you on Monday")
    until(lambda: composer.pill.text() == texts.VOICE_MUTED.en)
    assert desktop.window.status.text() == voice_texts.DICTATED.en
    assert fake.assistant.requests == []


def test_holding_the_key_in_silence_writes_nothing_and_says_so(
    desktop: Desktop, fake: FakeDesktop, loop: VoiceLoop, microphone: LiveMicrophone, until: Until
) -> None:
    window = held(desktop)
    key(window, QEvent.Type.KeyPress)
    until(lambda: desktop.window.spoken.dictation.phase == "holding")
    microphone.add(seconds(QUIET, 1.0))
    key(window, QEvent.Type.KeyRelease)
    until(lambda: loop._floor.order == "dictated")
    hear_one_frame(microphone)
    until(lambda: desktop.window.status.text() == voice_texts.DICTATION_EMPTY.en)
    assert desktop.window.composer.input.toPlainText() == ""
    until(lambda: desktop.window.composer.pill.text() == texts.VOICE_MUTED.en)


def test_a_noise_while_the_key_is_held_ends_with_it_and_the_microphone_is_muted_again(
    desktop: Desktop, fake: FakeDesktop, loop: VoiceLoop, microphone: LiveMicrophone, until: Until
) -> None:
    loop._parts.speech_to_text.results[:] = [heard("", accepted=False)]  # type: ignore[attr-defined]
    window, spoken = held(desktop), desktop.window.spoken
    key(window, QEvent.Type.KeyPress)
    until(lambda: spoken.dictation.phase == "holding")
    microphone.add(seconds(QUIET, 0.5) + seconds(SPEECH, 0.3))
    key(window, QEvent.Type.KeyRelease)
    until(lambda: loop._floor.order == "dictated")
    hear_one_frame(microphone)
    until(lambda: desktop.window.status.text() == voice_texts.DICTATION_EMPTY.en)
    until(lambda: desktop.window.composer.pill.text() == texts.VOICE_MUTED.en)
    assert spoken.dictation.phase == "idle"
    assert not loop._floor.wants_microphone()
    assert fake.assistant.requests == []


def test_what_was_said_until_the_microphone_was_lost_is_written_and_both_are_told(
    desktop: Desktop, loop: VoiceLoop, microphone: LiveMicrophone, until: Until
) -> None:
    window, composer = held(desktop), desktop.window.composer
    composer.input.setFocus()
    key(window, QEvent.Type.KeyPress)
    until(lambda: desktop.window.spoken.dictation.phase == "holding")
    microphone.add(seconds(QUIET, 0.5) + utterance(silence=2.0))
    microphone.fail(DeviceError("audio.microphone_lost", en="It is gone.", es="No está."))
    until(lambda: composer.input.toPlainText() == "see you on Monday")
    until(lambda: desktop.window.banners._trouble == "It is gone.")
    assert desktop.window.status.text() == voice_texts.DICTATION_MICROPHONE_LOST.en
    key(window, QEvent.Type.KeyRelease)
    until(lambda: loop.state == "muted")
    assert desktop.window.spoken.dictation.phase == "idle"
    assert desktop.window.status.text() == voice_texts.DICTATION_MICROPHONE_LOST.en
