"""What nobody expected happens to the ears: it is told once, and Jarvis listens again after a pause."""

import threading

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import AnswerInterrupted, TurnFinished, VoiceTrouble
from jarvis.voice.ear_failures import HEALTHY_SECONDS, PAUSES_SECONDS, EarFailures
from jarvis.voice.options import VoiceOptions
from tests.fakes.voice import QUIET, FakeWake, ScriptedMicrophone, error, seconds
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import COMMAND, LiveMicrophone, World


def started(*microphones, world=World, **settings):
    made = world(*microphones, hold_while_answering=False, **settings)
    made.loop.start()
    return made


def ears_ended(world) -> None:
    world.loop._thread.join(60)
    assert not world.loop._thread.is_alive()


def answered(events) -> bool:
    return any(isinstance(event, TurnFinished) for event in events)


def endless(sound=b"", **more):
    return ScriptedMicrophone(sound, endless=True, **more)


@pytest.mark.parametrize(
    ("failure", "code", "says"),
    [
        (RuntimeError("boom"), "voice.unexpected", "RuntimeError"),
        (error("voice.small_models_stopped", EngineError), "voice.small_models_stopped", "Se rompió."),
    ],
)
def test_it_is_told_once_and_the_next_question_is_answered(failure, code, says):
    options = VoiceOptions(usual_language="es")
    world = started(failure, failure, endless(COMMAND), options=options, pauses=9)
    world.log.wait_for(answered)
    world.loop.close()
    troubles = world.log.of(VoiceTrouble)
    assert [event.code for event in troubles] == [code]
    assert says in troubles[0].sentence
    assert world.paused == [2.0, 10.0]
    assert world.turns()[0].text == "It is ten past three."


class BrokenWake(FakeWake):
    """Breaks at every fourth frame, as one does that is handed several at once."""

    def process(self, pcm):
        self.samples += 1
        return [] if self.samples % 4 else 1 / 0


def test_what_fails_for_ever_is_tried_ever_more_seldom_and_jarvis_does_not_claim_to_listen():
    world = started(*[endless() for _ in range(6)], pauses=6, parts={"wake": BrokenWake()})
    ears_ended(world)
    assert world.paused == [2.0, 10.0, 30.0, 30.0, 30.0, 30.0]
    assert [event.code for event in world.log.of(VoiceTrouble)] == ["voice.unexpected"]
    assert world.log.states() == ["sleeping", "off"]


def test_after_a_minute_of_listening_it_is_news_again():
    def fails_after(length):
        return ScriptedMicrophone(seconds(QUIET, length), fails=RuntimeError("boom"))

    well = HEALTHY_SECONDS + 1.0
    world = started(fails_after(1.0), fails_after(10.0), fails_after(well), fails_after(0.0), pauses=4)
    ears_ended(world)
    assert world.paused == [2.0, 10.0, 2.0, 10.0]
    assert [event.code for event in world.log.of(VoiceTrouble)] == ["voice.unexpected"] * 2
    assert world.log.states() == ["sleeping", "off", "sleeping", "off", "sleeping", "off"]


class Restless(World):
    """Something changes a quarter of a second into each pause: a turn ends, a notice is over."""

    def pause(self, length):
        super().pause(length)
        self.clock.seconds -= max(0.0, length - 0.25)


def test_a_pause_is_kept_whatever_changes_meanwhile():
    world = started(RuntimeError("boom"), endless(COMMAND), world=Restless, pauses=99)
    world.log.wait_for(answered)
    world.loop.close()
    assert world.paused == [2.0 - 0.25 * n for n in range(8)]


class Pressed(World):
    """Somebody presses a button as soon as there is a pause, which takes no time then."""

    press = staticmethod(lambda loop: loop.push_to_talk())

    def pause(self, length):
        self.paused.append(length)
        self.press(self.loop)


def test_whoever_presses_the_talk_button_is_heard_at_once():
    world = started(RuntimeError("boom"), RuntimeError("boom"), endless(), world=Pressed)
    world.log.wait_for_state("listening")
    world.loop.close()
    assert world.paused == [2.0, 10.0]


class Muted(Pressed):
    press = staticmethod(lambda loop: loop.mute())


def test_whoever_mutes_meanwhile_is_heard_again_as_soon_as_they_wish():
    world = started(RuntimeError("boom"), endless(), world=Muted)
    world.log.wait_for_state("muted")
    assert len(world.microphones) == 1, "a closed microphone is not tried"
    world.loop.unmute()
    world.log.wait_for_state("sleeping")
    world.loop.close()
    assert world.paused == [2.0]


def test_an_answer_that_is_being_given_goes_on():
    microphone, gate = LiveMicrophone(), threading.Event()
    world = started(microphone, endless(), speaker=FakeSpeaker(gate=gate), pauses=9)
    microphone.add(COMMAND)
    assert world.speaker.sounding.wait(60)
    microphone.fail(RuntimeError("boom"))
    world.log.wait_for(lambda events: any(isinstance(event, VoiceTrouble) for event in events))
    gate.set()
    world.log.wait_for(answered)
    world.loop.close()
    assert [turn.text for turn in world.turns()] == ["It is ten past three."]
    assert world.log.of(AnswerInterrupted) == []


@pytest.mark.parametrize("held", [True, False])
def test_whoever_runs_it_on_a_thread_of_their_own_gets_the_failure(held):
    world = World(endless(), hold_while_answering=held, parts={"wake": BrokenWake()})
    with pytest.raises(ZeroDivisionError):
        world.loop.run()
    assert world.paused == [] and world.log.of(VoiceTrouble) == []


def test_pauses_grow_to_a_bound():
    failures = EarFailures()
    assert failures.is_sure(0.0)
    seen = []
    for _ in range(5):
        failures.add("x", 3.0)
        seen.append(failures.pause_seconds)
    assert seen == [*PAUSES_SECONDS, 30.0, 30.0]
    assert not failures.is_sure(3.5) and failures.is_sure(4.0)
    assert failures.add("y", 5.0) and not failures.add("x", 6.0)
