"""Buttons, mute, lost microphones and late second looks at the moment when they fit least."""

import threading

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import (
    TurnFinished,
    VoiceTrouble,
    WakeHeard,
    WakeHit,
)
from jarvis.voice.options import HearingOptions, VoiceOptions
from tests.fakes.voice import (
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    FakeWake,
    error,
    frames,
    heard,
    seconds,
    utterance,
    wake_word,
)
from tests.fakes.voice_answering import PAUSE, Answering
from tests.fakes.voice_world import LiveMicrophone, World, live


def test_muted_while_it_answers_jarvis_does_not_listen_for_what_may_follow():
    with Answering(options=VoiceOptions(follow_up_seconds=3.0)) as at:
        at.loop.mute()
        at.gate.set()
        at.turns_over(1)
        at.reaches("muted")
        assert at.world.microphones == at.microphones[1:], "nobody has opened the microphone again"
        assert not at.loop._floor.wants_microphone()


def test_muting_ends_a_turn_that_the_button_began_while_muted():
    world, microphone = live(resting="muted")
    try:
        world.loop.push_to_talk()
        microphone.add(seconds(QUIET, 0.3) + seconds(SPEECH, 0.5))
        assert world.loop.state == "hearing"
        world.loop.mute()
        assert world.loop.state == "muted"
        assert not world.loop._floor.wants_microphone()
        world.log.wait_for(lambda events: any(isinstance(e, TurnFinished) for e in events))
    finally:
        world.loop.close()
    assert world.assistant.requests == []


def test_unmuting_lets_what_the_button_began_be_finished():
    world, microphone = live(resting="muted")
    try:
        world.loop.push_to_talk()
        world.loop.unmute()
        microphone.add(seconds(QUIET, 0.3) + seconds(SPEECH, 0.5))
        assert world.loop.state == "hearing"
    finally:
        world.loop.close()


def test_a_button_pressed_without_a_microphone_is_not_remembered_until_there_is_one():
    lost = error("audio.microphone_lost", DeviceError)
    microphone = LiveMicrophone()
    world = World(lost, microphone, hold_while_answering=False, resting="muted", pauses=99)
    world.loop.start()
    try:
        world.log.wait_for_state("muted")
        world.loop.push_to_talk()
        world.log.wait_for(lambda events: any(isinstance(e, VoiceTrouble) for e in events))
        world.log.wait_for(lambda events: world.loop._floor.order is None)
        assert not world.loop._floor.wants_microphone()
        assert world.loop.state == "muted"
    finally:
        world.loop.close()


def test_a_speaker_is_loud_again_when_the_microphone_goes_while_it_was_quiet():
    with Answering() as at:
        at.microphone.add(seconds(SPEECH, 0.2))
        assert at.speaker.gains[-1] < 0.5
        loud = threading.Event()
        at.speaker.duck = lambda gain, seconds: loud.set() if gain == 1.0 else None
        at.loop.mute()
        assert loud.wait(10)


def test_words_to_stop_that_come_too_late_do_not_stop_what_was_asked_for_meanwhile():
    with Answering(heard("stop")) as at:
        at.interrupt()
        challenger = at.loop._floor.challenger
        wanted = at.loop._talk._wanted
        entered, go = threading.Event(), threading.Event()

        def slowly(turn, heard):
            entered.set()
            assert go.wait(PATIENCE_SECONDS)
            return wanted(turn, heard)

        object.__setattr__(challenger._hooks, "wanted", slowly)
        at.microphone.add(PAUSE)
        assert entered.wait(PATIENCE_SECONDS)
        at.loop.push_to_talk()
        at.microphone.add(seconds(QUIET, 0.3) + seconds(SPEECH, 0.5))
        assert at.loop.state == "hearing"
        go.set()
        at.turns_over(2)
        assert at.loop.state == "hearing"


class AlmostWake(FakeWake):
    """Is never sure."""

    def process(self, pcm):
        return [WakeHit(at_seconds=hit.at_seconds, score=0.6, sure=False) for hit in super().process(pcm)]


class SlowConfirmer:
    def __init__(self) -> None:
        self.go, self.asked = threading.Event(), threading.Event()

    def confirm(self, sound, word):
        self.asked.set()
        assert self.go.wait(PATIENCE_SECONDS)
        return True


def looked(world) -> None:
    """Wait until the second look has said what it thinks."""
    for thread in threading.enumerate():
        if thread.name == "jarvis-second-look":
            thread.join(PATIENCE_SECONDS)


def test_a_second_look_that_comes_after_the_button_does_not_take_the_question_away():
    slow = SlowConfirmer()
    world, microphone = live(parts={"wake": AlmostWake(), "confirmer": slow})
    try:
        microphone.add(frames(9000))
        assert slow.asked.wait(PATIENCE_SECONDS)
        world.loop.push_to_talk()
        microphone.add(seconds(QUIET, 0.3) + seconds(SPEECH, 0.5))
        assert world.loop.state == "hearing"
        slow.go.set()
        looked(world)
        microphone.add(seconds(SPEECH, 0.5) + PAUSE)
        world.log.wait_for(lambda events: any(isinstance(e, TurnFinished) for e in events))
    finally:
        slow.go.set()
        world.loop.close()
    assert [request.text for request in world.assistant.requests] == ["what time is it"]


def test_what_was_half_heard_before_muting_wakes_nobody_afterwards():
    slow = SlowConfirmer()
    microphones = [LiveMicrophone(), LiveMicrophone()]
    world = World(*microphones, hold_while_answering=False, parts={"wake": AlmostWake(), "confirmer": slow})
    world.loop.start()
    try:
        microphones[0].add(frames(9000))
        assert slow.asked.wait(PATIENCE_SECONDS)
        world.loop.mute()
        world.loop.unmute()
        microphones[1].add(frames(QUIET))
        slow.go.set()
        looked(world)
        microphones[1].add(seconds(QUIET, 0.5))
        assert world.loop.state == "sleeping"
        assert world.log.of(WakeHeard) == []
    finally:
        slow.go.set()
        world.loop.close()


def test_the_end_of_a_dictation_that_there_is_none_of_touches_nothing():
    with Answering(answers=["Tea."]) as at:
        at.loop.dictated()
        at.microphone.add(seconds(QUIET, 0.2))
        assert at.loop.state == "speaking"
        at.loop.push_to_talk()
        at.loop.dictated()
        at.world.stt.results[:] = ["what else"]
        at.gate.set()
        at.microphone.add(utterance())
        at.turns_over(2)
    assert at.asked() == ["where is the kettle", "what else"]


def test_who_cannot_be_asked_whether_it_still_wants_to_be_heard_does_not_keep_the_floor():
    world, microphone = live()
    try:
        microphone.add(seconds(QUIET, 0.2))
        broken = world.loop.text_to_say("Tea.", "en", still_wanted=lambda: 1 / 0)
        assert broken.over.wait(10)
        assert world.loop.text_to_say("Cake.", "en").over.wait(PATIENCE_SECONDS)
    finally:
        world.loop.close()
    assert world.said() == ["Cake."]


def test_a_dictation_key_released_just_as_nobody_has_said_anything_lets_it_sleep_all_the_same():
    world, microphone = live()
    try:
        microphone.add(wake_word() + seconds(QUIET, 1.0))
        assert world.loop.state == "listening"
        probability = world.activity.probability

        def released(pcm):
            # What is asked for now is only obeyed with the next frame.
            world.loop.dictated()
            return probability(pcm)

        world.activity.probability = released
        microphone.add(seconds(QUIET, HearingOptions().patience_seconds))
        assert world.loop.state == "sleeping"
        world.activity.probability = probability
        microphone.add(frames(QUIET))
        assert world.loop.text_to_say("Tea.", "en").over.wait(PATIENCE_SECONDS)
    finally:
        world.loop.close()
    assert world.said() == ["Tea."]
