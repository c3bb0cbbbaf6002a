"""A Jarvis that was told to sleep sleeps on whatever the window does with its loop, until somebody wakes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.window_voice import WindowVoice
from jarvis.contracts.events import AskFinished, AskStarted
from jarvis.contracts.speech import TurnFinished, VoiceEvent
from jarvis.settings.folders import Folders
from jarvis.voice.floor import Resting
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions
from tests.fakes.processes import until
from tests.fakes.voice import QUIET, FakeAssistant, FakeSpeechToText, ScriptedMicrophone, seconds, utterance, wake_word
from tests.fakes.voice_world import LiveMicrophone, World

TALK = seconds(QUIET, 0.5) + utterance() + seconds(QUIET, 1.0)
ASLEEP = [
    AskStarted(ask_id="a", conversation_id="c", message_id="m", text="q", language="en"),
    AskFinished(ask_id="a", message_id="m", text="I sleep.", source="skill", control="sleep", language="en"),
]


class Speech:
    """Builds real loops among fakes that need no wake word; the first thing said to each puts it to sleep."""

    def __init__(self) -> None:
        self.worlds: list[World] = []
        self.microphones: list[LiveMicrophone] = []

    def loop(self, send: Callable[[VoiceEvent], None], resting: Resting, *, asleep: bool) -> VoiceLoop:
        microphones = [LiveMicrophone() for _ in range(3)]
        self.microphones = list(microphones)
        self.worlds.append(
            World(
                *microphones,
                stt=FakeSpeechToText("go to sleep"),
                assistant=FakeAssistant(ASLEEP),
                options=VoiceOptions(continuous=True),
                hold_while_answering=False,
                resting=resting,
                asleep=asleep,
            )
        )
        return self.worlds[-1].loop

    def hears(self, sound: bytes) -> str:
        """Let the microphone that is open hear `sound`; returns what the loop is at then."""
        world = self.worlds[-1]
        until(lambda: len(world.microphones) < 3, "a microphone is open")
        self.microphones[2 - len(world.microphones)].add(sound)
        return world.loop.state

    def warm_children(self) -> None:
        return None

    def renew(self, *, models: bool) -> None:
        return None

    def microphone(self) -> ScriptedMicrophone:
        return ScriptedMicrophone(b"", endless=True)

    def close(self) -> None:
        return None


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
def voice(jarvis: Jarvis, speech: Speech) -> Iterator[WindowVoice]:
    """The window's voice, just told to sleep."""
    made = WindowVoice(jarvis)
    made.start()
    speech.hears(TALK)
    speech.worlds[0].log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
    assert speech.hears(TALK) == "sleeping"
    yield made
    made.close()


def test_it_sleeps_on_in_the_loop_that_another_setting_wants(
    jarvis: Jarvis, voice: WindowVoice, speech: Speech
) -> None:
    for threshold in (0.9, 0.8):
        jarvis.settings.set("voice.wake_threshold", threshold)
        voice.apply_settings()
        assert speech.hears(TALK) == "sleeping"
    assert len(speech.worlds) == 3
    assert [len(world.assistant.requests) for world in speech.worlds] == [1, 0, 0]


def test_it_sleeps_on_after_the_microphone_was_tested(voice: WindowVoice, speech: Speech) -> None:
    voice.record(0.1)
    world = speech.worlds[0]
    until(lambda: len(world.microphones) == 1, "it is open again")
    assert speech.hears(TALK) == "sleeping"
    assert len(world.assistant.requests) == 1


@pytest.mark.parametrize("anew", [False, True])
def test_the_microphone_button_wakes_it(jarvis: Jarvis, voice: WindowVoice, speech: Speech, anew: bool) -> None:
    voice.mute()
    if anew:
        jarvis.settings.set("voice.wake_threshold", 0.9)
        voice.apply_settings()
    voice.unmute()
    world = speech.worlds[-1]
    until(lambda: len(world.microphones) == (2 if anew else 1), "it is open again")
    speech.hears(seconds(QUIET, 1.0))
    assert not world.loop.asleep and world.loop.state == "listening"
    assert len(speech.worlds) == 1 + anew


def test_it_sleeps_on_in_a_loop_that_an_alert_needed_and_can_be_called(
    jarvis: Jarvis, voice: WindowVoice, speech: Speech
) -> None:
    jarvis.settings.set("language", "en")
    notice = voice.announce("Time is up.", "en", None, lambda: True, None)
    assert notice is not None and notice.over.wait(60)
    assert speech.hears(TALK) == "sleeping" and speech.worlds[1].loop.asleep
    assert speech.hears(wake_word() + seconds(QUIET, 0.5)) == "listening"
    assert len(speech.worlds) == 2 and not speech.worlds[1].loop.asleep
