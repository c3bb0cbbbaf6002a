"""Jarvis is held for what is said into its answer: not for ever, not too briefly, and never deaf meanwhile."""

import threading

import pytest

from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import TurnFinished
from jarvis.voice.loop import REOPEN_SECONDS
from tests.fakes.processes import until
from tests.fakes.voice import FRAME_SECONDS, PATIENCE_SECONDS, QUIET, SPEECH, FakeJudge, error, frames, heard, seconds
from tests.fakes.voice_interrupted import INTERRUPTION, SHORT, Answering, Spotter
from tests.fakes.voice_world import LiveMicrophone


@pytest.mark.parametrize(("gap", "one_turn"), [(0.06, True), (0.16, True), (0.5, False)])
def test_what_follows_a_word_until_jarvis_died_away_belongs_to_it(gap, one_turn):
    # The recogniser takes what it hears first for a whole sentence, which might end after a fifth of a second.
    with Answering(*["what time is it"] * 3, answers=["Ten."], parts={"judge": FakeJudge(1.0)}) as at:
        at.microphone.add(SHORT + seconds(QUIET, 0.2))
        (turn,) = at.world.loop._talk._turns - {at.world.loop._floor.work}
        assert turn.judged.wait(PATIENCE_SECONDS)
        at.microphone.add(seconds(QUIET, gap) + seconds(SPEECH, 0.6) + seconds(QUIET, 1.0))
        at.turns_over(1)
        whole = len(SHORT) // len(frames(SPEECH)) + round(0.6 * 31)
        assert any(heard.sound.count(frames(SPEECH)) >= whole for heard in at.world.stt.utterances[1:]) is one_turn


@pytest.mark.parametrize("before", [SHORT, SHORT + seconds(QUIET, 0.2)])
def test_a_recogniser_that_takes_long_over_a_spotted_stop_word_is_waited_for_in_silence(before):
    slow = threading.Event()
    slow.set()
    with Answering(heard("stop"), parts={"stop_words": Spotter()}) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(before + frames(Spotter.SOUND) + seconds(QUIET, 2.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 0)
        slow.set()
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"


def test_a_stop_word_after_a_word_that_went_on_is_waited_for_in_silence_too():
    slow = threading.Event()
    slow.set()
    # Whether anybody looked at the first pause or not, these are the words.
    with Answering(*[heard("stop")] * 3, parts={"stop_words": Spotter()}) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(SHORT + seconds(QUIET, 0.3) + SHORT + frames(Spotter.SOUND) + seconds(QUIET, 2.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 0)
        slow.set()
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"


def test_stop_is_heard_while_a_slow_recogniser_still_looks_at_a_cough():
    slow = threading.Event()
    slow.set()
    with Answering(heard("", accepted=False), heard("stop"), parts={"stop_words": Spotter()}) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.world.stt.busy.clear()
        at.microphone.add(SHORT + seconds(QUIET, 1.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 1)
        assert at.world.stt.busy.wait(PATIENCE_SECONDS)
        at.microphone.add(seconds(QUIET, 0.5) + SHORT + frames(Spotter.SOUND))
        assert at.world.speaker.pauses == 2, "it is silent at once"
        at.microphone.add(seconds(QUIET, 1.0))
        slow.set()
        at.turns_over(3)
        assert at.world.loop.state == "sleeping"
    assert len(at.world.assistant.requests) == 1


def test_another_cough_while_a_slow_recogniser_still_looks_at_one_leaves_it_as_loud_as_it_was():
    slow = threading.Event()
    slow.set()
    with Answering(heard("", accepted=False)) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(SHORT + seconds(QUIET, 1.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 1)
        before = len(at.world.speaker.gains)
        at.microphone.add(seconds(QUIET, 0.5) + SHORT + seconds(QUIET, 1.0))
        assert at.world.speaker.gains[before] < 1.0
        assert at.world.speaker.gains[-1] == 1.0
        slow.set()
        at.turns_over(1)


def test_words_are_heard_while_a_slow_recogniser_still_looks_at_a_cough():
    slow = threading.Event()
    slow.set()
    with Answering(heard("", accepted=False), "no, the other one", answers=["That is in the attic."]) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.world.stt.busy.clear()
        at.microphone.add(SHORT + seconds(QUIET, 1.0))
        assert at.world.stt.busy.wait(PATIENCE_SECONDS)
        at.microphone.add(INTERRUPTION)
        assert at.world.speaker.pauses == 2
        slow.set()
        at.microphone.add(seconds(QUIET, 1.0))
        at.turns_over(2)
        at.gate.set()
        at.turns_over(3)
    assert [request.text for request in at.world.assistant.requests] == ["where is the kettle", "no, the other one"]


def test_sound_that_goes_on_without_a_word_holds_it_for_four_seconds_and_not_for_ever():
    with Answering(heard("", accepted=False)) as at:
        at.microphone.add(seconds(SPEECH, 3.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 0)
        at.microphone.add(seconds(SPEECH, 2.0))
        assert at.world.speaker.resumes == 1
        at.microphone.add(seconds(SPEECH, 2.0) + seconds(QUIET, 1.0))
        at.turns_over(1)
        assert at.world.loop.state == "speaking"
        at.gate.set()
        at.turns_over(2)
    assert at.world.said() == ["The kettle is in the kitchen.", "It is on the second shelf."]


def test_a_recogniser_that_takes_long_over_a_word_keeps_nobody_waiting_and_still_stops_it():
    slow = threading.Event()
    slow.set()
    with Answering("stop") as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(SHORT + seconds(QUIET, 1.0))
        at.world.log.wait_for(lambda events: at.world.speaker.resumes == 1)
        slow.set()
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"


def test_a_cough_does_not_take_the_place_of_a_question_that_is_still_being_recognised():
    slow = threading.Event()
    slow.set()
    with Answering(*["no, the other one"] * 2, answers=["That is in the attic."]) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(INTERRUPTION + seconds(QUIET, 5.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 1)
        at.microphone.add(SHORT + seconds(QUIET, 1.0))
        assert at.world.speaker.pauses == 1
        slow.set()
        at.turns_over(1)
        at.gate.set()
        at.turns_over(2)
    assert [request.text for request in at.world.assistant.requests] == ["where is the kettle", "no, the other one"]


@pytest.mark.parametrize("spotted", [False, True], ids=["talk", "a stop word"])
@pytest.mark.parametrize("how", ["muted", "lost"])
def test_without_a_microphone_it_is_held_no_longer_and_the_words_are_answered_all_the_same(how, spotted):
    slow = threading.Event()
    slow.set()
    said = heard("stop") if spotted else heard("no, the other one")
    with Answering(*[said] * 2, answers=["In the attic."], parts={"stop_words": Spotter()}) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add((SHORT + frames(Spotter.SOUND) if spotted else INTERRUPTION) + seconds(QUIET, 1.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 0)
        held = at.world.loop._listener.held_seconds
        assert (1.5 < held < 2.5) if spotted else (2.5 < held < 4.0)
        if how == "muted":
            at.world.loop.mute()
        else:
            at.world.microphones += [error("audio.no_microphone", DeviceError), LiveMicrophone()]
            at.microphone.fail(error("audio.microphone_lost", DeviceError))
        until(lambda: at.world.speaker.resumes == 1, "it goes on")
        at.world.log.wait_for(lambda events: at.world.log.states()[-2:] == ["thinking", "speaking"])
        assert at.world.log.of(TurnFinished) == [], "its words are not known yet"
        # A microphone that was lost is looked for meanwhile.
        waits = [held] if how == "muted" or held <= REOPEN_SECONDS else [REOPEN_SECONDS, held - REOPEN_SECONDS]
        assert at.world.paused[: len(waits)] == pytest.approx(waits, abs=FRAME_SECONDS)
        slow.set()
        at.turns_over(1)
        at.gate.set()
        at.turns_over(2)
    assert len(at.world.assistant.requests) == (1 if spotted else 2)


def test_muted_after_it_was_let_go_on_it_is_told_to_speak():
    slow = threading.Event()
    slow.set()
    with Answering(heard("", accepted=False)) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(INTERRUPTION + seconds(QUIET, 5.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 1)
        at.world.loop.mute()
        at.world.log.wait_for(lambda events: at.world.log.states()[-1] == "speaking")
        assert at.world.paused == [] and at.world.log.of(TurnFinished) == [], "its words are not known yet"
        slow.set()
        at.turns_over(1)
        at.gate.set()
        at.turns_over(2)
        assert at.world.loop.state == "muted"


def test_heard_again_before_its_time_it_goes_on_in_time_too():
    slow, other = threading.Event(), LiveMicrophone()
    slow.set()
    with Answering(*[heard("no, the other one")] * 2) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(INTERRUPTION + seconds(QUIET, 1.0))
        at.world.microphones.append(other)
        at.world.loop._pause = lambda _: at.world.loop._wait_for_change(PATIENCE_SECONDS)
        at.world.loop.mute()
        at.world.loop.unmute()
        other.add(seconds(QUIET, 5.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 1)
        assert at.world.loop.state == "speaking"
        slow.set()
        at.turns_over(1)


def test_what_waits_to_be_said_is_said_though_somebody_spoke_into_what_was_over():
    slow = threading.Event()
    slow.set()
    with Answering(heard("", accepted=False), "what else", answers=["Nothing."]) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(SHORT + seconds(QUIET, 1.0))
        assert at.world.speaker.resumes == 1
        notice = at.world.loop.text_to_say("Your tea is ready.", "en")
        at.gate.set()
        at.turns_over(1)
        # So little that it is over when the notice begins, which it would interrupt.
        at.microphone.add(seconds(SPEECH, 0.35) + seconds(QUIET, 1.0))
        slow.set()
        assert notice.over.wait(PATIENCE_SECONDS)
    assert "Your tea is ready." in at.world.said()
