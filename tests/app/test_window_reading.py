"""Answers read out by the window's voice, whose loop is built for the first of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.window_voice import WindowVoice
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import VoiceEvent, VoiceTrouble
from jarvis.settings.folders import Folders
from jarvis.voice.loop import VoiceLoop
from tests.fakes.processes import until
from tests.fakes.voice import PATIENCE_SECONDS, error, model_answer
from tests.fakes.voice_world import World

ANSWER = "It is ten past three. The tea is ready."


class Speech:
    """What the window's loop is made by: a loop among fakes once `there` is set, or trouble."""

    def __init__(self) -> None:
        self.there = threading.Event()
        self.fails: DeviceError | None = None
        self.world = World(resting="muted")

    def loop(self, *_: object, **__: object) -> VoiceLoop:
        assert self.there.wait(PATIENCE_SECONDS)
        if self.fails is not None:
            raise self.fails
        return self.world.loop

    def warm_children(self) -> None:
        return None

    def close(self) -> None:
        return None


@pytest.fixture
def speech() -> Speech:
    return Speech()


@pytest.fixture
def voice(tmp_path: Path, speech: Speech) -> Iterator[WindowVoice]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.__dict__["speech"] = speech
    voice = WindowVoice(jarvis)
    yield voice
    speech.there.set()
    voice.close()
    jarvis.close()


def over() -> None:
    until(lambda: all(thread.name != "jarvis-reading" for thread in threading.enumerate()), "the end of reading")


def test_it_waits_for_the_loop_while_nobody_waits_for_it(voice: WindowVoice, speech: Speech) -> None:
    reading = voice.read_answer()
    for event in model_answer(ANSWER):
        reading.heed(event)
    assert speech.world.said() == []
    speech.there.set()
    until(lambda: speech.world.said() == ["It is ten past three.", "The tea is ready."], "the answer")
    over()


def test_what_was_cancelled_before_there_is_a_loop_is_never_said(voice: WindowVoice, speech: Speech) -> None:
    reading = voice.read_answer()
    for event in model_answer(ANSWER):
        reading.heed(event)
    reading.cancel()
    speech.there.set()
    over()
    assert speech.world.loop.text_to_say("Tea.", "en").over.wait(PATIENCE_SECONDS)
    assert speech.world.said() == ["Tea."]


def test_without_a_voice_it_is_told_once_and_the_answer_is_only_shown(voice: WindowVoice, speech: Speech) -> None:
    seen: list[VoiceEvent] = []
    voice.subscribe(seen.append)
    speech.fails = error("audio.none", DeviceError)
    speech.there.set()
    reading = voice.read_answer()
    for event in model_answer(ANSWER):
        reading.heed(event)
    over()
    reading.cancel()
    assert [event.code for event in seen if isinstance(event, VoiceTrouble)] == ["audio.none"]
    assert speech.world.said() == []
