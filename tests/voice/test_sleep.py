""" "Go to sleep": Jarvis listens no more without being called, says how to call it, and comes back."""

import threading

import pytest

from jarvis.contracts.events import AskFinished, AskStarted, SkillMatched
from jarvis.contracts.speech import TurnFinished
from jarvis.settings.store import Settings
from jarvis.voice.options import VoiceOptions, voice_options
from tests.fakes.processes import until
from tests.fakes.voice import (
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    WAKE,
    FakeAssistant,
    FakeSpeechToText,
    frames,
    heard,
    seconds,
    utterance,
    wake_word,
)
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import COMMAND, LiveMicrophone, World, hear, live

TALK = utterance() + seconds(QUIET, 1.0)


def asleep(language="en"):
    text = "Ya no escucho." if language == "es" else "I am no longer listening."
    return [
        AskStarted(ask_id="a", conversation_id="c", message_id="m", text="q", language=language),
        SkillMatched(ask_id="a", skill="conversation.sleep"),
        AskFinished(ask_id="a", message_id="m", text=text, source="skill", control="sleep", language=language),
    ]


def asked(world):
    return [request.text for request in world.assistant.requests]


def test_listening_all_the_time_jarvis_sleeps_until_it_is_called():
    world = hear(
        seconds(QUIET, 1) + TALK + TALK * 3 + COMMAND + seconds(QUIET, 1.0) + TALK,
        stt=FakeSpeechToText("go to sleep", "hey jarvis what time is it", "and in Rome"),
        assistant=FakeAssistant(asleep()),
        options=VoiceOptions(continuous=True),
    )
    assert asked(world) == ["go to sleep", "what time is it", "and in Rome"]
    assert world.said()[:2] == ["I am no longer listening.", "Say “hey Jarvis” to wake me."]


@pytest.mark.parametrize("button", ["talk", "unmute"])
def test_a_button_wakes_it_too(button):
    microphone, other = LiveMicrophone(), LiveMicrophone()
    world = World(
        microphone,
        other,
        stt=FakeSpeechToText("go to sleep", "what time is it"),
        assistant=FakeAssistant(asleep()),
        options=VoiceOptions(continuous=True),
        hold_while_answering=False,
    )
    world.loop.start()
    try:
        microphone.add(seconds(QUIET, 1) + TALK)
        world.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
        microphone.add(seconds(QUIET, 0.5) + TALK * 2)
        assert world.loop.state == "sleeping"
        if button == "talk":
            world.loop.push_to_talk()
        else:
            world.loop.mute()
            world.loop.unmute()
            microphone = other
        microphone.add(seconds(QUIET, 0.5) + TALK)
        world.log.wait_for(lambda events: sum(isinstance(event, TurnFinished) for event in events) == 2)
    finally:
        world.loop.close()
    assert asked(world) == ["go to sleep", "what time is it"]


def goodbye(*results, **settings):
    """A loop that listens all the time and is just saying that it goes to sleep; the gate ends its sound."""
    gate = threading.Event()
    world, microphone = live(
        stt=FakeSpeechToText("go to sleep", *results),
        assistant=FakeAssistant(asleep(), "It is ten past three."),
        speaker=FakeSpeaker(gate),
        options=VoiceOptions(continuous=True, follow_up_seconds=6.0),
        parts={"echo_free": True},
        **settings,
    )
    microphone.add(seconds(QUIET, 1) + TALK)
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    world.log.wait_for_state("speaking")
    microphone.add(seconds(QUIET, 0.5))
    return world, microphone, gate


def test_stop_into_its_goodbye_does_not_keep_it_awake():
    world, microphone, gate = goodbye(heard("stop"))
    try:
        microphone.add(seconds(SPEECH, 0.4) + seconds(QUIET, 1.0))
        world.log.wait_for(lambda events: sum(isinstance(event, TurnFinished) for event in events) == 2)
        microphone.add(seconds(QUIET, 0.5) + TALK * 2)
        assert world.loop.state == "sleeping" and world.loop.asleep
    finally:
        gate.set()
        world.loop.close()
    assert asked(world) == ["go to sleep"]


def test_the_stop_button_in_its_goodbye_does_not_either():
    world, microphone, gate = goodbye()
    try:
        assert world.loop.stop_all()
        microphone.add(seconds(QUIET, 0.5) + TALK * 2)
        assert world.loop.state == "sleeping" and world.loop.asleep
    finally:
        gate.set()
        world.loop.close()
    assert asked(world) == ["go to sleep"]


def test_a_question_into_its_goodbye_is_answered_and_then_it_sleeps():
    world, microphone, gate = goodbye("what time is it")
    try:
        microphone.add(TALK)
        until(lambda: len(world.assistant.requests) == 2, "it is asked")
        gate.set()
        world.log.wait_for(lambda events: sum(isinstance(event, TurnFinished) for event in events) == 2)
        microphone.add(seconds(QUIET, 0.5) + TALK * 2)
        assert world.loop.state == "sleeping"
    finally:
        gate.set()
        world.loop.close()
    assert asked(world) == ["go to sleep", "what time is it"]


@pytest.mark.parametrize(
    "act", ["wake", "talk", "Hey Jarvis, what time is it?", "Oye, Jarvis.", "what time is it", "mm-hmm"]
)
def test_who_calls_it_in_its_goodbye_keeps_it_awake(act):
    world, microphone, gate = goodbye(act)
    try:
        if act == "wake":
            microphone.add(frames(WAKE))
        elif act == "talk":
            world.loop.push_to_talk()
            microphone.add(seconds(QUIET, 0.2))
        else:
            microphone.add(TALK)
            until(lambda: world.loop._floor.challenger is None, "it was understood")
        assert world.loop.asleep == (act in ("what time is it", "mm-hmm"))
    finally:
        gate.set()
        world.loop.close()


def test_it_sleeps_on_after_a_recording_and_in_a_loop_that_takes_its_place():
    microphone, other = LiveMicrophone(), LiveMicrophone()
    world = World(
        microphone,
        other,
        options=VoiceOptions(continuous=True),
        hold_while_answering=False,
        asleep=True,
        resting="muted",
    )
    world.loop.start()
    try:
        world.loop.unmute(wake=False)
        microphone.add(seconds(QUIET, 0.5) + TALK * 2)
        assert world.loop.state == "sleeping"
        world.loop.mute()
        world.loop.unmute(wake=False)
        other.add(seconds(QUIET, 0.5) + TALK * 2)
        assert world.loop.state == "sleeping" and world.loop.asleep
        other.add(wake_word())
        assert not world.loop.asleep
    finally:
        world.loop.close()
    assert asked(world) == []


def test_nothing_more_is_expected_after_it():
    world = hear(
        COMMAND + seconds(QUIET, 1.0) + TALK,
        stt=FakeSpeechToText("go to sleep"),
        assistant=FakeAssistant(asleep("es")),
        options=VoiceOptions(follow_up_seconds=6.0),
    )
    assert asked(world) == ["go to sleep"]
    assert world.said() == ["Ya no escucho.", "Di «hey Jarvis» para despertarme."]


@pytest.mark.parametrize(
    ("options", "parts"),
    [(VoiceOptions(wake_word=""), {}), (VoiceOptions(continuous=True), {"wake": None})],
)
def test_where_no_word_wakes_it_it_names_the_button(options, parts):
    world, microphone = live(
        stt=FakeSpeechToText("go to sleep"), assistant=FakeAssistant(asleep()), options=options, parts=parts
    )
    try:
        world.loop.push_to_talk()
        microphone.add(seconds(QUIET, 0.5) + TALK)
        world.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
    finally:
        world.loop.close()
    assert world.said() == ["I am no longer listening.", "Press the talk button to talk to me."]


def test_muted_it_names_the_button_because_it_hears_no_word():
    world, microphone = live(
        stt=FakeSpeechToText("go to sleep"), assistant=FakeAssistant(asleep("es")), resting="muted"
    )
    try:
        world.loop.push_to_talk()
        microphone.add(seconds(QUIET, 0.5) + TALK)
        world.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
    finally:
        world.loop.close()
    assert world.said() == ["Ya no escucho.", "Pulsa el botón de hablar para hablarme."]


@pytest.mark.parametrize(
    ("mode", "words", "named"),
    [
        ("wake", "hey jarvis", "hey Jarvis"),
        ("continuous", "computer, hey jarvis", "computer"),
        ("push", "hey jarvis", ""),
    ],
)
def test_it_names_the_first_wake_word_that_is_set(mode, words, named):
    settings = Settings(None)
    settings.set("voice.mode", mode)
    settings.set("voice.wake_words", words)
    assert voice_options(settings, "en").wake_word == named
