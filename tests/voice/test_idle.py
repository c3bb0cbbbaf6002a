"""A loop tells whether closing it now would cut anybody off."""

import threading

import pytest

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import VoiceState
from jarvis.voice.options import VoiceOptions
from tests.fakes.processes import until
from tests.fakes.voice import QUIET, SPEECH, error, seconds, utterance
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import COMMAND, World, live


def test_it_is_idle_but_for_a_question_its_answer_and_what_may_follow():
    gate = threading.Event()
    world, microphone = live(options=VoiceOptions(follow_up_seconds=6.0), speaker=FakeSpeaker(gate=gate))
    microphone.add(seconds(QUIET, 1.0))
    assert world.loop.state == "sleeping" and world.loop.idle
    microphone.add(COMMAND)
    assert world.speaker.sounding.wait(60)
    assert world.loop.state == "speaking" and not world.loop.idle
    gate.set()
    world.log.wait_for(lambda events: VoiceState(name="listening", detail="follow_up") in events)
    microphone.add(seconds(QUIET, 1.0))
    assert not world.loop.idle
    microphone.add(seconds(QUIET, 6.0))
    assert world.loop.state == "sleeping" and world.loop.idle
    world.loop.close()


def test_listening_for_whoever_speaks_it_is_idle_until_somebody_does():
    world, microphone = live(options=VoiceOptions(continuous=True))
    microphone.add(seconds(QUIET, 1.0))
    assert world.loop.state == "listening" and world.loop.idle
    microphone.add(seconds(SPEECH, 1.0))
    assert world.loop.state == "hearing" and not world.loop.idle
    world.loop.close()


@pytest.mark.parametrize("press", ["push_to_talk", "dictate"])
def test_whoever_presses_a_button_is_not_cut_off(press):
    world, microphone = live(resting="muted")
    until(lambda: world.loop.idle, "it is muted")
    getattr(world.loop, press)()
    assert not world.loop.idle, "the microphone may not even be open"
    microphone.add(utterance())
    assert not world.loop.idle
    world.loop.close()


def test_an_announcement_is_not_cut_off():
    world, _ = live(speaker=FakeSpeaker(gate=(gate := threading.Event())))
    notice = world.loop.text_to_say("Time is up.", "en")
    assert not world.loop.idle
    gate.set()
    assert notice.over.wait(60)
    until(lambda: world.loop.idle, "it was said")
    world.loop.close()


def test_without_a_microphone_nobody_is_cut_off():
    class Waiting(World):
        def pause(self, length):
            self.idle = self.loop.idle
            super().pause(length)

    world = Waiting(error("audio.no_microphone", DeviceError), options=VoiceOptions(continuous=True), pauses=1)
    world.loop.run(awake=True)
    assert world.idle
