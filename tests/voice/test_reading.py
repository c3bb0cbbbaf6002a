"""Answers to typed questions, read out by the real loop while they are written."""

import threading
from collections.abc import Iterator

import pytest

from jarvis.contracts.events import (
    AskCancelled,
    AskFailed,
    AskFinished,
    AskStarted,
    EngineFailed,
    RouteChosen,
    SkillMatched,
    TextDelta,
)
from jarvis.contracts.speech import TurnFinished, VoiceState
from jarvis.voice.options import VoiceOptions
from tests.fakes.processes import until
from tests.fakes.voice import PATIENCE_SECONDS, QUIET, FakeSpeechToText, model_answer, seconds
from tests.fakes.voice_answering import PausingSpeaker
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_ringing import SHORT
from tests.fakes.voice_spotter import Spotter
from tests.fakes.voice_world import COMMAND, World, live

STARTED = AskStarted(ask_id="t", conversation_id="c", message_id="m", text="q", language="en")
ROUTE = RouteChosen(ask_id="t", candidates=("small",), reason="It is the only one.")
AGAIN = EngineFailed(ask_id="t", model="small", code="engine.gone", sentence="It went away.", restarts=True)
FAILED = AskFailed(ask_id="t", code="engine.gone", sentence="It went away.")
FIRST = "The kettle is in the kitchen. It"
"""The first clause, and as much after it as shows that it ends there."""


def text(words: str) -> TextDelta:
    return TextDelta(ask_id="t", text=words)


def finished(words: str, **values) -> AskFinished:
    return AskFinished(ask_id="t", message_id="a", text=words, **{"source": "model", **values})


@pytest.fixture
def gate() -> threading.Event:
    """Until it is set, whatever sounds goes on."""
    return threading.Event()


@pytest.fixture
def world(gate: threading.Event) -> Iterator[World]:
    """A loop with a closed microphone."""
    world = World(resting="muted", speaker=FakeSpeaker(gate))
    world.loop.start()
    world.log.wait_for_state("muted")
    yield world
    gate.set()
    world.loop.close()


def says(world: World, *clauses: str) -> None:
    until(lambda: world.said() == list(clauses), "the clauses said")


def rests(world: World, state: str = "muted") -> None:
    world.log.wait_for(lambda events: [e.name for e in events if isinstance(e, VoiceState)][-1] == state)


def heed(reading, *events) -> None:
    for event in events:
        reading.heed(event)


def test_the_first_clause_is_said_before_the_answer_is_finished(world, gate):
    world.options = VoiceOptions(volume=0.5)
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text("The **kettle** is in "))
    assert world.log.states()[-1] == "muted"
    heed(reading, text("the kitchen. It"))
    says(world, "The kettle is in the kitchen.")
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    assert world.loop.state == "speaking"
    gate.set()
    heed(reading, text(" is `blue`.\n```\nx = 1\n```\nThere are 3"))
    says(world, "The kettle is in the kitchen.", "It is blue.", "The code is on the screen.")
    heed(reading, text(" cups."), finished("…"))
    rests(world)
    assert world.said()[3:] == ["There are 3 cups."]
    assert world.speaker.played[0].pcm[:2] == (2500).to_bytes(2, "little")


def test_it_is_said_in_its_own_language_and_may_be_repeated_afterwards(gate):
    gate.set()
    world, microphone = live(speaker=FakeSpeaker(gate), stt=FakeSpeechToText("repeat that"))
    world.assistant.answers = [[*model_answer("…")[:1], finished("…", source="skill", control="repeat")]]
    microphone.add(seconds(QUIET, 0.2))
    reading = world.loop.answer_to_say()
    heed(reading, *model_answer("El té está listo. Es verde.", language="es"))
    rests(world, "sleeping")
    microphone.add(COMMAND)
    world.log.wait_for(lambda seen: any(isinstance(event, TurnFinished) for event in seen))
    world.loop.close()
    assert world.tts.said == [("El té está listo.", "es"), ("Es verde.", "es")] * 2


@pytest.mark.parametrize("how", ["stop", "cancel", "asked", "closed"])
def test_what_is_stopped_in_the_middle_is_silent_and_stays_so(world, gate, how):
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text(FIRST))
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    if how == "stop":
        assert world.loop.stop_all()
    elif how == "cancel":
        reading.cancel()
    elif how == "asked":
        reading.heed(AskCancelled(ask_id="t", text=FIRST))
    else:
        world.loop.close()
    rests(world, "off" if how == "closed" else "muted")
    assert world.speaker.stops
    until(lambda: all(one.name != "jarvis-announcement" for one in threading.enumerate()), "the end of saying it")
    heed(reading, text(" is on the second shelf. It is blue."), finished("…"))
    if how != "closed":
        # What it may have left waiting would come first.
        tea = world.loop.text_to_say("Tea.", "en")
        gate.set()
        assert tea.over.wait(PATIENCE_SECONDS)
    assert world.said()[1:] == ([] if how == "closed" else ["Tea."])


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_what_is_stopped_before_its_first_clause_is_never_said(world, gate, how):
    gate.set()
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text("The kettle"))
    if how == "stop":
        assert world.loop.stop_all()
    else:
        reading.cancel()
    heed(reading, text(" is in the kitchen. "), finished("…"))
    assert world.loop.text_to_say("Tea.", "en").over.wait(PATIENCE_SECONDS)
    assert world.said() == ["Tea."]


def test_a_stop_word_ends_it(gate):
    world, microphone = live(
        speaker=PausingSpeaker(gate),
        stt=FakeSpeechToText("stop"),
        parts={"echo_free": True, "stop_words": Spotter()},
    )
    microphone.add(seconds(QUIET, 0.2))
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text(FIRST))
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    microphone.add(seconds(QUIET, 0.5) + SHORT)
    rests(world, "sleeping")
    heed(reading, text(" is on the second shelf. It is blue."), finished("…"))
    gate.set()
    assert world.loop.text_to_say("Tea.", "en").over.wait(PATIENCE_SECONDS)
    world.loop.close()
    assert world.said() == ["The kettle is in the kitchen.", "Tea."]


def test_a_spoken_question_ends_it(gate):
    world, microphone = live(speaker=PausingSpeaker(gate), stt=FakeSpeechToText("what time is it"))
    microphone.add(seconds(QUIET, 0.2))
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text(FIRST))
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    gate.set()
    microphone.add(COMMAND)
    heed(reading, text(" is on the second shelf. It is blue."), finished("…"))
    world.log.wait_for(lambda seen: any(isinstance(event, TurnFinished) for event in seen))
    world.loop.close()
    assert world.said() == ["The kettle is in the kitchen.", "It is ten past three."]


def test_an_answer_of_another_model_takes_the_place_of_what_is_said_of_the_first(world, gate):
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text(FIRST + " is blue. It is on the"))
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    heed(reading, AGAIN)
    until(lambda: world.speaker.stops > 0, "silence")
    gate.set()
    heed(reading, text("The kettle is on the stove."), finished("…"))
    rests(world)
    said = world.said()
    assert said[-1] == "The kettle is on the stove." and said.count("The kettle is in the kitchen.") == 1
    assert "It is on the" not in said


def test_what_waits_is_not_said_once_another_model_begins_anew(world, gate):
    before = world.loop.text_to_say("Your tea is ready.", "en")
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text(FIRST), AGAIN, text("The kettle is on the stove. It"))
    gate.set()
    assert before.over.wait(PATIENCE_SECONDS)
    heed(reading, finished("…"))
    rests(world)
    assert world.said() == ["Your tea is ready.", "The kettle is on the stove.", "It"]


def test_an_alert_does_not_wait_for_an_answer_that_has_not_begun(world, gate):
    gate.set()
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE)
    assert world.loop.text_to_say("Your tea is ready.", "en").over.wait(PATIENCE_SECONDS)
    heed(reading, text(FIRST + " is blue."), finished("…"))
    rests(world)
    assert world.said() == ["Your tea is ready.", "The kettle is in the kitchen.", "It is blue."]


def test_a_loop_with_an_answer_to_say_is_not_idle_before_its_first_word(world, gate):
    gate.set()
    reading = world.loop.answer_to_say()
    assert world.loop.idle
    heed(reading, STARTED, ROUTE)
    assert not world.loop.idle
    heed(reading, text(FIRST + " is blue."), finished("…"))
    until(lambda: world.loop.idle, "it was said")


def test_an_alert_rings_between_the_words_of_an_answer_that_is_slow_to_come(world, gate):
    gate.set()
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text(FIRST))
    says(world, "The kettle is in the kitchen.")
    assert world.loop.text_to_say("Your tea is ready.", "en").over.wait(PATIENCE_SECONDS)
    heed(reading, text(" is blue."), finished("…"))
    says(world, "The kettle is in the kitchen.", "Your tea is ready.", "It is blue.")
    rests(world)
    assert world.loop.idle


def test_an_answer_that_made_way_for_an_alert_is_stopped_as_any_other(world, gate):
    gate.set()
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, ROUTE, text(FIRST))
    says(world, "The kettle is in the kitchen.")
    assert world.loop.text_to_say("Your tea is ready.", "en").over.wait(PATIENCE_SECONDS)
    reading.cancel()
    heed(reading, text(" is blue. And "), finished("…"))
    rests(world)
    until(lambda: world.loop.idle, "nothing waits to be said")
    assert world.said() == ["The kettle is in the kitchen.", "Your tea is ready."]


def test_two_answers_are_said_one_after_the_other(world, gate):
    gate.set()
    first, second = world.loop.answer_to_say(), world.loop.answer_to_say()
    heed(first, STARTED, ROUTE, text(FIRST))
    says(world, "The kettle is in the kitchen.")
    heed(second, STARTED, ROUTE, text("The cups are clean. "), finished("…"))
    heed(first, text(" is blue."), finished("…"))
    says(world, "The kettle is in the kitchen.", "It is blue.", "The cups are clean.")
    rests(world)


def test_an_answer_that_fails_ends_with_what_was_written_of_it(world, gate):
    gate.set()
    heed(world.loop.answer_to_say(), STARTED, ROUTE, text(FIRST + " is on the"), FAILED)
    says(world, "The kettle is in the kitchen.", "It is on the")
    rests(world)


def test_a_failure_before_any_word_and_a_stop_leave_the_voice_as_it_was(world):
    heed(world.loop.answer_to_say(), STARTED, ROUTE, FAILED)
    stop = finished("Stopped.", source="skill", control="stop", spoken="")
    heed(world.loop.answer_to_say(), STARTED, SkillMatched(ask_id="t", skill="stop"), stop)
    assert not world.loop.stop_all()
    assert world.log.states()[-1] == "muted" and world.said() == []


@pytest.mark.parametrize("control", [None, "repeat"])
def test_a_skills_answer_is_said_once_as_it_sounds_though_it_stopped_everything(world, gate, control):
    gate.set()
    reading = world.loop.answer_to_say()
    heed(reading, STARTED, SkillMatched(ask_id="t", skill="alerts"))
    world.loop.stop_all()
    reading.heed(finished("It is 15:10.", source="skill", spoken="It is ten past three.", control=control))
    says(world, "It is ten past three.")
    rests(world)
