"""What happens to an answer and to who speaks into it when something else comes at the same moment."""

import threading

import pytest

from jarvis.contracts.events import AskStarted
from jarvis.contracts.speech import (
    TranscriptReady,
    TurnFinished,
    VoiceState,
    VoiceTrouble,
)
from jarvis.voice.options import VoiceOptions
from tests.fakes.voice import (
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    FakeAssistant,
    FakeSpeechToText,
    error,
    frames,
    model_answer,
    seconds,
    utterance,
)
from tests.fakes.voice_answering import PAUSE, Answering, LosableMicrophone, PausingSpeaker
from tests.fakes.voice_output import FakeSpeaker
from tests.fakes.voice_world import COMMAND, World, live


def test_a_microphone_that_vanishes_under_an_interruption_lets_the_answer_go_on_and_the_next_question_be_heard():
    with Answering("what else", answers=["Tea."]) as at:
        at.interrupt()
        at.microphone.lose()
        at.turns_over(1)
        at.reaches("speaking")
        assert not at.speaker.held
        at.gate.set()
        at.turns_over(2)
        at.microphones[1].add(COMMAND)
        at.turns_over(3)
    assert at.asked() == ["where is the kettle", "what else"]
    assert at.world.said() == ["The kettle is in the kitchen.", "It is on the second shelf.", "Tea."]


def test_muting_under_an_interruption_lets_the_answer_go_on():
    with Answering() as at:
        at.interrupt()
        at.loop.mute()
        at.turns_over(1)
        assert at.loop.state == "speaking"
        assert not at.speaker.held
        at.gate.set()
        at.turns_over(2)
        at.reaches("muted")
    assert at.asked() == ["where is the kettle"]


@pytest.mark.parametrize("end", ["mute", "lose"])
def test_what_was_said_to_its_end_is_answered_though_the_microphone_goes_before_the_words_are_known(end):
    recognised = threading.Event()
    stt = FakeSpeechToText("one", settles=False, gate=recognised)
    microphone = LosableMicrophone()
    world = World(microphone, LosableMicrophone(), stt=stt, hold_while_answering=False, pauses=99)
    world.loop.start()
    try:
        microphone.add(COMMAND)
        world.log.wait_for_state("hearing")
        if end == "mute":
            world.loop.mute()
        else:
            microphone.lose()
        world.log.wait_for_state("thinking")
        recognised.set()
        world.log.wait_for(lambda events: any(isinstance(e, TurnFinished) for e in events))
    finally:
        recognised.set()
        world.loop.close()
    assert [request.text for request in world.assistant.requests] == ["one"]


@pytest.mark.parametrize("settles", [True, False], ids=["at a pause", "at the end"])
@pytest.mark.parametrize("called", ["wake word", "button"])
def test_a_turn_that_waits_for_its_words_frees_the_recogniser_once_another_is_asked_for(settles, called):
    never = threading.Event()
    stt = FakeSpeechToText("one", "two", settles=settles, gate=never)
    world, microphone = live(stt=stt)
    try:
        microphone.add(COMMAND)
        assert stt.busy.wait(PATIENCE_SECONDS)
        stt.gate = None
        if called == "button":
            world.loop.push_to_talk()
        microphone.add(COMMAND if called == "wake word" else utterance())
        world.log.wait_for(lambda events: [e.transcript for e in events if isinstance(e, TranscriptReady)] != [])
        world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) == 2)
    finally:
        never.set()
        world.loop.close()
    assert [event.transcript.text for event in world.log.of(TranscriptReady)] == ["two"]
    assert [turn.transcript and turn.transcript.text for turn in world.turns()] == [None, "two"]
    assert [request.text for request in world.assistant.requests] == ["two"]
    assert world.log.of(VoiceTrouble) == []


def test_a_turn_that_is_cancelled_while_its_recogniser_starts_never_uses_it():
    starts, started = threading.Event(), threading.Event()

    class Slow(FakeSpeechToText):
        def open(self, language=None, hints=None):
            if not self.utterances:
                starts.set()
                assert started.wait(PATIENCE_SECONDS)
            return super().open(language, hints)

    stt = Slow("two")
    world, microphone = live(stt=stt)
    try:
        microphone.add(COMMAND)
        assert starts.wait(PATIENCE_SECONDS)
        world.loop.push_to_talk()
        microphone.add(utterance())
        started.set()
        world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) == 2)
    finally:
        started.set()
        world.loop.close()
    first, second = stt.utterances
    assert first.abandoned and first.sound == b"" and second.sound != b""
    assert [request.text for request in world.assistant.requests] == ["two"]


def test_who_speaks_before_the_words_of_a_lost_microphone_are_known_is_heard_on_until_it_is_muted():
    recognised = threading.Event()
    stt = FakeSpeechToText("one", "two", settles=False, gate=recognised)
    first, second = LosableMicrophone(), LosableMicrophone()
    world = World(first, second, stt=stt, hold_while_answering=False, pauses=99, parts={"echo_free": True})
    world.loop.start()
    try:
        first.add(COMMAND)
        first.lose()
        world.log.wait_for_state("thinking")
        second.add(seconds(QUIET, 0.3) + seconds(SPEECH, 1.0))
        assert world.loop.state == "hearing"
        recognised.set()
        assert world.assistant.reached.wait(PATIENCE_SECONDS)
        assert world.loop.state == "hearing"
        world.loop.mute()
        world.log.wait_for(lambda events: len(world.turns()) == 2)
        world.log.wait_for(lambda events: world.log.states()[-1] == "muted")
    finally:
        recognised.set()
        world.loop.close()
    assert [request.text for request in world.assistant.requests] == ["one"]


def test_an_answer_that_ends_while_somebody_speaks_into_it_does_not_take_their_turn_away():
    with Answering("no the other one", answers=["Attic."], options=VoiceOptions(follow_up_seconds=3.0)) as at:
        at.interrupt()
        at.gate.set()
        at.turns_over(1)
        at.microphone.add(seconds(SPEECH, 0.3))
        assert at.loop.state == "hearing"
        at.microphone.add(PAUSE)
        at.turns_over(2)
    assert at.asked() == ["where is the kettle", "no the other one"]
    assert at.world.said()[-1] == "Attic."


def test_an_answer_that_ends_under_a_sign_of_listening_is_followed_by_what_would_have_followed_it():
    with Answering("mm-hmm", "and now", options=VoiceOptions(follow_up_seconds=3.0)) as at:
        at.interrupt()
        at.gate.set()
        at.turns_over(1)
        at.microphone.add(PAUSE)
        at.turns_over(2)
        at.reaches("listening")
        assert [e.detail for e in at.log.of(VoiceState)][-1] == "follow_up"
        assert not at.speaker.held
    assert at.asked() == ["where is the kettle"]


def test_an_announcement_withdrawn_under_an_interruption_leaves_the_person_the_floor():
    gate = threading.Event()
    world, microphone = live(
        stt=FakeSpeechToText("what is that"), speaker=FakeSpeaker(gate=gate), parts={"echo_free": True}
    )
    try:
        microphone.add(seconds(QUIET, 0.5))
        first = world.loop.text_to_say("The tea is ready.", "en")
        assert world.speaker.sounding.wait(PATIENCE_SECONDS)
        microphone.add(seconds(QUIET, 0.5) + seconds(SPEECH, 1.0))
        assert world.loop.state == "hearing"
        second = world.loop.text_to_say("The cake too.", "en")
        first.cancel()
        assert first.over.wait(PATIENCE_SECONDS)
        assert world.loop.state == "hearing"
        microphone.add(PAUSE)
        gate.set()
        world.log.wait_for(lambda events: any(isinstance(e, TurnFinished) for e in events))
        assert second.over.wait(PATIENCE_SECONDS)
    finally:
        gate.set()
        world.loop.close()
    assert world.said() == ["The tea is ready.", "It is ten past three.", "The cake too."]


def test_speech_that_meets_the_end_of_an_announcement_is_a_turn_of_its_own():
    gate = threading.Event()
    speaker = PausingSpeaker(gate)
    world, microphone = live(stt=FakeSpeechToText("what is that"), speaker=speaker, parts={"echo_free": True})
    reset = world.activity.reset

    def ends_first() -> None:
        # Jarvis is held, and what was said is about to be heard once more; its last sound has gone by then.
        if speaker.held and not gate.is_set():
            work = world.loop._floor.work
            gate.set()
            assert work.done.wait(PATIENCE_SECONDS)
            assert world.loop.state == "sleeping"
        reset()

    try:
        microphone.add(seconds(QUIET, 0.5))
        world.loop.text_to_say("The tea is ready.", "en")
        assert speaker.sounding.wait(PATIENCE_SECONDS)
        world.activity.reset = ends_first
        microphone.add(seconds(QUIET, 0.5) + seconds(SPEECH, 1.0) + PAUSE)
        assert gate.is_set(), "it was held before it was over"
        world.log.wait_for(lambda events: any(isinstance(e, TurnFinished) for e in events))
        assert world.loop.text_to_say("The cake too.", "en").over.wait(PATIENCE_SECONDS)
    finally:
        gate.set()
        world.loop.close()
    assert not speaker.held
    assert world.said() == ["The tea is ready.", "It is ten past three.", "The cake too."]


def test_what_jarvis_begins_to_say_while_somebody_speaks_waits_for_them():
    think = threading.Event()
    at = Answering()
    at.world.assistant.gate = think
    at.loop.start()
    try:
        at.microphone.add(COMMAND)
        assert at.world.assistant.reached.wait(PATIENCE_SECONDS)
        at.log.wait_for_state("thinking")
        at.microphone.add(seconds(QUIET, 0.3) + seconds(SPEECH, 1.0))
        assert at.loop.state == "hearing"
        think.set()
        assert at.speaker.sounding.wait(PATIENCE_SECONDS)
        assert at.speaker.held, "it does not speak over the person"
        assert at.loop.state == "hearing"
        at.world.stt.results[:] = ["mm-hmm"]
        at.microphone.add(PAUSE)
        at.turns_over(1)
        at.reaches("speaking")
        assert not at.speaker.held
    finally:
        at.gate.set()
        think.set()
        at.loop.close()


def test_an_interruption_belongs_to_the_conversation_that_it_interrupts():
    with Answering("no the other one", answers=["Attic."]) as at:
        at.interrupt()
        at.microphone.add(PAUSE)
        at.turns_over(1)
        at.gate.set()
        at.turns_over(2)
    assert [request.conversation_id for request in at.world.assistant.requests] == [None, "c1"]


def test_an_interruption_that_cannot_be_answered_is_told_aloud():
    with Answering("no the other one", answers=[error("model.gone")]) as at:
        at.interrupt()
        at.microphone.add(PAUSE)
        at.turns_over(1)
        at.gate.set()
        at.turns_over(2)
    assert [event.code for event in at.log.of(VoiceTrouble)] == ["model.gone"]
    assert at.world.said()[-1] == "It broke."


def test_a_skill_that_stops_everything_while_somebody_speaks_leaves_no_state_behind():
    go, stopped = threading.Event(), threading.Event()

    class Stopping(FakeAssistant):
        def ask(self, request, cancel):
            self.requests.append(request)
            if len(self.requests) > 1:
                return
            yield AskStarted(ask_id="a", conversation_id="c1", message_id="m", text="q", language="en")
            self.reached.set()
            assert go.wait(PATIENCE_SECONDS)
            assert world.loop.stop_all()
            stopped.set()
            assert end.wait(PATIENCE_SECONDS)
            yield from model_answer("Fine.")[1:]

    end = threading.Event()
    world, microphone = live(assistant=Stopping(), stt=FakeSpeechToText("one", "two"), parts={"echo_free": True})
    try:
        microphone.add(COMMAND)
        assert world.assistant.reached.wait(PATIENCE_SECONDS)
        microphone.add(seconds(QUIET, 0.3) + seconds(SPEECH, 1.0))
        assert world.loop.state == "hearing"
        go.set()
        assert stopped.wait(PATIENCE_SECONDS)
        assert world.loop.state == "thinking"
        end.set()
        world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) == 2)
        world.log.wait_for(lambda events: world.loop.state == "sleeping")
    finally:
        go.set(), end.set()
        world.loop.close()
    assert world.said() == []


def test_a_skill_of_an_interrupted_turn_does_not_stop_what_came_after_it():
    go, told = threading.Event(), []

    class Late(FakeAssistant):
        def ask(self, request, cancel):
            self.requests.append(request)
            self.reached.set()
            if len(self.requests) == 1:
                assert go.wait(PATIENCE_SECONDS)
                told.append(world.loop.stop_all())
            yield from model_answer("Fine.")

    world, microphone = live(assistant=Late(), stt=FakeSpeechToText("one", "two"))
    try:
        microphone.add(COMMAND)
        assert world.assistant.reached.wait(PATIENCE_SECONDS)
        world.loop.push_to_talk()
        microphone.add(seconds(QUIET, 0.3) + seconds(SPEECH, 0.5))
        assert world.loop.state == "hearing"
        go.set()
        world.log.wait_for(lambda events: any(isinstance(e, TurnFinished) for e in events))
        assert told == [False]
        assert world.loop.state == "hearing"
        microphone.add(PAUSE)
        world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) == 2)
    finally:
        go.set()
        world.loop.close()
    assert [request.text for request in world.assistant.requests] == ["one", "two"]


def test_a_detector_that_breaks_under_an_interruption_leaves_no_turn_behind():
    with Answering() as at:
        at.interrupt()
        challenger = at.loop._floor.challenger
        at.world.activity.probability = lambda pcm: 1 / 0
        at.microphone._frames.put(frames(QUIET))
        assert challenger.done.wait(10)
        # As when a microphone vanishes, the answer goes on and Jarvis is deaf after it.
        at.reaches("speaking")
        assert not at.speaker.held
        at.gate.set()
        at.reaches("off")
        assert not at.speaker.held and at.loop._floor.work is None


def test_an_answer_held_when_its_last_sound_has_just_gone_frees_the_speaker():
    at = Answering("mm-hmm")
    gone, go = threading.Event(), threading.Event()
    wait = at.speaker.wait

    def drained(cancel=None):
        wait(cancel)
        gone.set()
        assert go.wait(PATIENCE_SECONDS)

    at.speaker.wait = drained
    with at:
        at.gate.set()
        assert gone.wait(PATIENCE_SECONDS)
        at.interrupt()
        go.set()
        at.turns_over(1)
        assert not at.speaker.held
        at.microphone.add(PAUSE)
        at.turns_over(2)
        at.reaches("sleeping")


def test_an_answer_that_goes_on_when_its_last_sound_has_just_gone_frees_the_speaker():
    with Answering("mm-hmm") as at:
        at.interrupt()
        speech = at.loop._floor.work._speech
        leave, left, go = speech._leave_floor, threading.Event(), threading.Event()

        def leaving():
            leave()
            left.set()
            assert go.wait(PATIENCE_SECONDS)

        speech._leave_floor = leaving
        at.gate.set()
        assert left.wait(PATIENCE_SECONDS)
        at.microphone.add(PAUSE)
        at.turns_over(1)
        at.reaches("speaking")
        go.set()
        at.turns_over(2)
        assert not at.speaker.held
