"""Jarvis is held for what is said into its answer: not for ever, not too briefly, and never deaf meanwhile."""

import threading

import pytest

from tests.fakes.voice import PATIENCE_SECONDS, QUIET, SPEECH, FakeJudge, frames, heard, seconds
from tests.fakes.voice_interrupted import INTERRUPTION, SHORT, Answering, Spotter


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
        at.microphone.add(SHORT + seconds(QUIET, 1.0))
        assert (at.world.speaker.pauses, at.world.speaker.resumes) == (1, 1)
        at.microphone.add(seconds(QUIET, 0.5) + SHORT + frames(Spotter.SOUND))
        assert at.world.speaker.pauses == 2, "it is silent at once"
        at.microphone.add(seconds(QUIET, 1.0))
        slow.set()
        at.turns_over(3)
        assert at.world.loop.state == "sleeping"
    assert len(at.world.assistant.requests) == 1


def test_words_are_heard_while_a_slow_recogniser_still_looks_at_a_cough():
    slow = threading.Event()
    slow.set()
    with Answering(heard("", accepted=False), "no, the other one", answers=["That is in the attic."]) as at:
        at.world.stt.gate = slow
        slow.clear()
        at.microphone.add(SHORT + seconds(QUIET, 1.0) + INTERRUPTION)
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
        at.microphone.add(INTERRUPTION + seconds(QUIET, 1.0))
        slow.set()
        assert notice.over.wait(PATIENCE_SECONDS)
    assert "Your tea is ready." in at.world.said()
