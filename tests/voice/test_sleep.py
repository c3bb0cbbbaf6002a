""" "Go to sleep": Jarvis listens no more without being called, says how to call it, and comes back."""

import pytest

from jarvis.contracts.events import AskFinished, AskStarted, SkillMatched
from jarvis.contracts.speech import TurnFinished
from jarvis.settings.store import Settings
from jarvis.voice.options import VoiceOptions, voice_options
from tests.fakes.voice import QUIET, FakeAssistant, FakeSpeechToText, seconds, utterance
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
