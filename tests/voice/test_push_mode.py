"""Where only the talk button makes Jarvis listen: the microphone is open for one exchange, and for nothing else."""

import threading

from jarvis.contracts.speech import TurnFinished, VoiceState
from jarvis.voice.options import VoiceOptions
from tests.fakes.voice import PATIENCE_SECONDS, QUIET, FakeAssistant, FakeSpeechToText, seconds, utterance
from tests.fakes.voice_interrupted import ANSWER, STOP, Spotter
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import LiveMicrophone, World, live


def pushed(gate: threading.Event, **settings) -> tuple[World, LiveMicrophone]:
    world, microphone = live(
        stt=FakeSpeechToText("where is the kettle", "stop"),
        assistant=FakeAssistant(ANSWER),
        speaker=FakeSpeaker(gate=gate),
        options=VoiceOptions(wake_word="", follow_up_seconds=0),
        parts={"wake": None, "stop_words": Spotter(), "echo_free": True},
        **settings,
    )
    world.log.wait_for_state(settings.get("resting", "sleeping"))
    return world, microphone


def ask(world: World, microphone: LiveMicrophone) -> None:
    world.loop.push_to_talk()
    microphone.add(utterance())
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    world.log.wait_for_state("speaking")


def turns_over(world: World, microphone: LiveMicrophone, count: int) -> None:
    world.log.wait_for(
        lambda events: (
            sum(isinstance(event, TurnFinished) for event in events) >= count
            and [event.name for event in events if isinstance(event, VoiceState)][-1] == "sleeping"
        )
    )
    # Whether it is wanted any longer is asked with the next frame.
    microphone.add(seconds(QUIET, 0.1))


def test_a_stop_word_into_the_answer_is_heard():
    gate = threading.Event()
    world, microphone = pushed(gate)
    try:
        ask(world, microphone)
        microphone.add(seconds(QUIET, 0.5) + STOP + seconds(QUIET, 1.0))
        turns_over(world, microphone, 2)
        assert world.speaker.stops
        assert microphone.closed.wait(PATIENCE_SECONDS)
    finally:
        gate.set()
        world.loop.close()


def test_once_the_answer_is_over_the_microphone_is_closed():
    gate = threading.Event()
    world, microphone = pushed(gate)
    try:
        ask(world, microphone)
        assert not microphone.closed.is_set()
        gate.set()
        turns_over(world, microphone, 1)
        assert microphone.closed.wait(PATIENCE_SECONDS)
    finally:
        gate.set()
        world.loop.close()


def test_what_nobody_asked_aloud_opens_no_microphone():
    gate = threading.Event()
    world, microphone = pushed(gate)
    try:
        world.loop.text_to_say("The tea is ready.", "en")
        assert world.speaker.sounding.wait(PATIENCE_SECONDS)
        world.log.wait_for_state("speaking")
        assert world.microphones == [microphone]
    finally:
        gate.set()
        world.loop.close()


def test_muted_the_answer_is_not_listened_into():
    gate = threading.Event()
    world, microphone = pushed(gate, resting="muted")
    try:
        ask(world, microphone)
        microphone.add(seconds(QUIET, 0.1))
        assert microphone.closed.wait(PATIENCE_SECONDS)
    finally:
        gate.set()
        world.loop.close()
