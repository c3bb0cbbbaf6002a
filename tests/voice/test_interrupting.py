"""Speaking into Jarvis' answer: it gets quieter, holds, and goes on, stops or answers, as the words want it."""

import threading

import pytest

from jarvis.contracts.speech import AnswerInterrupted, TranscriptReady, TurnFinished
from jarvis.voice.options import VoiceOptions
from jarvis.voice.own_sound import BEFORE_SECONDS
from tests.fakes.voice import (
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    FakeAssistant,
    FakeJudge,
    FakeSpeechToText,
    error,
    frames,
    heard,
    seconds,
    utterance,
)
from tests.fakes.voice_interrupted import ANSWER, HEARING_ITSELF, INTERRUPTION, SHORT, STOP, Answering, Spotter
from tests.fakes.voice_world import COMMAND, live


def test_a_question_into_the_answer_cuts_it_and_is_answered():
    with Answering("no, the other one", answers=["That is in the attic."]) as at:
        at.world.speaker.heard_seconds = 0.1
        at.microphone.add(INTERRUPTION + seconds(QUIET, 1.0))
        at.turns_over(1)
        at.world.log.wait_for(lambda events: any(isinstance(event, AnswerInterrupted) for event in events))
        at.gate.set()
        at.turns_over(2)
    assert [request.text for request in at.world.assistant.requests] == ["where is the kettle", "no, the other one"]
    assert at.world.speaker.pauses == 1
    assert min(at.world.speaker.gains) < 0.5, "it got quieter before it was sure"
    (interrupted,) = at.world.log.of(AnswerInterrupted)
    assert interrupted.heard == "The kettle is in the kitchen."
    assert at.heard_log.kept == [("m", "The kettle is in the kitchen.")]
    assert at.world.said()[-1] == "That is in the attic."


@pytest.mark.parametrize(
    "words", [heard("mm-hmm"), heard("Vale.", language="es"), heard(""), heard("the kettle is in the kitchen")]
)
def test_signs_of_listening_noise_and_its_own_echo_let_it_go_on(words):
    with Answering(words) as at:
        at.microphone.add(INTERRUPTION + seconds(QUIET, 1.0))
        at.turns_over(1)
        at.world.log.wait_for(lambda events: at.world.speaker.resumes == 1)
        assert at.world.loop.state == "speaking"
        at.gate.set()
        at.turns_over(2)
    assert len(at.world.assistant.requests) == 1
    assert at.world.said() == ["The kettle is in the kitchen.", "It is on the second shelf."]
    assert at.world.log.of(AnswerInterrupted) == []
    assert len(at.world.log.of(TranscriptReady)) == 1


@pytest.mark.parametrize("words", ["stop", "Para, para.", "silencio", "be quiet"])
def test_a_word_to_stop_ends_it_and_is_not_asked(words):
    with Answering(heard(words)) as at:
        at.microphone.add(INTERRUPTION + seconds(QUIET, 1.0))
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"
    assert len(at.world.assistant.requests) == 1
    assert at.world.speaker.stops >= 1


def test_a_spotted_stop_word_needs_no_recogniser():
    spotter = Spotter()
    with Answering(heard("", accepted=False), parts={"stop_words": spotter}) as at:
        at.microphone.add(STOP + seconds(QUIET, 1.0))
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"
        # Asleep nobody looks for it.
        at.microphone.add(seconds(QUIET, 0.5) + frames(Spotter.SOUND))
    assert spotter.resets >= 1
    assert spotter.closed


@pytest.mark.parametrize("words", [heard("", accepted=False), heard("top", accepted=False), heard("stop")])
def test_a_stop_word_said_alone_stops_whatever_the_recogniser_makes_of_it(words):
    with Answering(words, parts={"stop_words": Spotter()}) as at:
        at.microphone.add(STOP)
        assert at.world.speaker.pauses == 1, "it is silent at once"
        at.microphone.add(seconds(QUIET, 1.0))
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"
    assert len(at.world.assistant.requests) == 1


def test_a_stop_word_in_the_middle_of_other_peoples_talk_does_not_stop_it():
    with Answering(heard("and so on", accepted=False), parts={"stop_words": Spotter()}) as at:
        at.microphone.add(STOP + seconds(SPEECH, 1.5) + seconds(QUIET, 1.0))
        at.turns_over(1)
        at.world.log.wait_for(lambda events: at.world.speaker.resumes == 1)
        assert at.world.loop.state == "speaking"
    assert len(at.world.assistant.requests) == 1


ASKING = "Do you want me to read on?"
NOT_YET_ASKING = f"{ANSWER} {ASKING}"
UNKNOWN = [heard("", accepted=False), error("speech.language")]
"""No words, and a recogniser that fails."""


@pytest.mark.parametrize("words", UNKNOWN, ids=["nothing", "failed"])
@pytest.mark.parametrize(
    ("answer", "sure", "sure_later", "ends"),
    [
        (ASKING, True, True, True),
        (ASKING, False, False, False),
        # One that is sure is not doubted for another, nor is one doubted that became sure.
        (ASKING, True, False, True),
        (ASKING, False, True, True),
        (ANSWER, False, False, True),
        # What is asked only later nobody replies to.
        (NOT_YET_ASKING, False, False, True),
    ],
)
def test_a_word_like_stop_after_a_question_may_be_the_reply(answer, sure, sure_later, ends, words):
    parts = {"stop_words": Spotter(sure=sure, sure_later=sure_later)}
    with Answering(words, answer=answer, parts=parts) as at:
        # The rest was handed over, and is not heard yet.
        at.world.speaker.heard_seconds = 0.05
        at.microphone.add(STOP + frames(Spotter.SOUND) + seconds(QUIET, 1.0))
        at.turns_over(2 if ends else 1)
        if ends:
            assert at.world.loop.state == "sleeping"
            return
        at.world.log.wait_for(lambda events: at.world.speaker.resumes == 1)
        assert at.world.loop.state == "speaking"


OPTION = "This is the best option."


def sounds_on(at: Answering) -> None:
    """Let Jarvis' voice go on by a little."""
    at.world.speaker.heard_seconds = at.world.speaker.position() + 0.01


def test_where_it_hears_itself_what_it_says_just_then_is_no_stop_word_and_later_it_is():
    parts = {"stop_words": Spotter(), **HEARING_ITSELF}
    with Answering(heard("", accepted=False), parts=parts, answer=OPTION) as at:
        sounds_on(at)
        at.microphone.add(STOP + seconds(QUIET, 1.0))
        assert at.world.loop.state == "speaking"
        assert at.world.speaker.pauses == 0
        at.world.speaker.heard_seconds = at.world.speaker.position() + BEFORE_SECONDS
        at.microphone.add(STOP + seconds(QUIET, 1.0))
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"


@pytest.mark.parametrize("sure", [True, False])
def test_where_its_echo_is_cancelled_only_what_is_not_sure_is_its_own(sure):
    """Of what it says little is left then, and that may sound like an order; a person's word does for certain."""
    parts = {"stop_words": Spotter(sure=sure)}
    with Answering(heard("", accepted=False), parts=parts, answer=OPTION) as at:
        sounds_on(at)
        at.microphone.add(STOP + seconds(QUIET, 1.0))
        at.turns_over(2 if sure else 1)
        if sure:
            assert at.world.loop.state == "sleeping"
            return
        at.world.log.wait_for(lambda events: at.world.speaker.resumes == 1)
        assert at.world.loop.state == "speaking"


def test_a_stop_word_that_nobody_spoke_does_not_even_hold_it():
    with Answering(parts={"stop_words": Spotter()}) as at:
        at.microphone.add(frames(Spotter.SOUND) + seconds(QUIET, 0.5))
        assert at.world.loop.state == "speaking"
    assert at.world.speaker.pauses == 0
    assert len(at.world.stt.utterances) == 1


@pytest.mark.parametrize("sure", [0.4, 0.45])
def test_a_spotted_stop_word_counts_though_the_voice_is_too_soft_to_begin_a_turn(sure):
    foreign = [1.0]
    parts = {"stop_words": Spotter(), "foreign": lambda: foreign[0]}
    with Answering(heard("", accepted=False), parts=parts) as at:
        foreign[0] = sure
        at.microphone.add(STOP)
        assert at.world.speaker.pauses == 1
        foreign[0] = 1.0
        at.microphone.add(seconds(QUIET, 1.0))
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"
    assert len(at.world.assistant.requests) == 1


def test_its_own_stop_does_not_stop_it_where_it_hears_itself():
    spotter = Spotter()
    with Answering(parts={"stop_words": spotter, **HEARING_ITSELF}, answers=[]) as at:
        at.world.loop._talk.own_sentences = lambda: ["Press stop."]
        at.microphone.add(frames(Spotter.SOUND) + seconds(QUIET, 0.2))
        assert at.world.loop.state == "speaking"
    assert at.world.log.of(AnswerInterrupted) == []


def test_a_noise_shorter_than_a_word_only_makes_it_quieter_for_a_moment():
    with Answering() as at:
        at.microphone.add(seconds(SPEECH, 0.1) + seconds(QUIET, 1.0))
        assert at.world.loop.state == "speaking"
    assert at.world.speaker.pauses == 0
    assert min(at.world.speaker.gains) < 0.5
    assert at.world.speaker.gains[-1] == 1.0


@pytest.mark.parametrize("words", ["stop", "¡Para!", "silencio"])
def test_a_short_order_is_heard_by_the_recogniser_where_nobody_spots_it(words):
    with Answering(heard(words)) as at:
        at.microphone.add(SHORT + seconds(QUIET, 0.6))
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"
    assert len(at.world.assistant.requests) == 1


@pytest.mark.parametrize(
    "words",
    [
        heard("yeah"),
        heard("ajá", language="es"),
        heard("fifth", accepted=False),
        heard(""),
        heard("mute", basic=True),
    ],
)
def test_any_other_short_sound_is_over_at_once_and_it_goes_on_where_it_was(words):
    with Answering(words) as at:
        at.microphone.add(SHORT + seconds(QUIET, 0.6))
        at.turns_over(1)
        at.world.log.wait_for(lambda events: at.world.speaker.resumes == 1)
        assert at.world.loop.state == "speaking"
        at.gate.set()
        at.turns_over(2)
    assert at.world.said() == ["The kettle is in the kitchen.", "It is on the second shelf."]
    assert at.world.log.of(AnswerInterrupted) == []


def test_words_that_follow_a_short_one_belong_to_it():
    # Nothing sounds so complete that the pause after the short one might end the turn.
    doubting = {"judge": FakeJudge(0.6)}
    # Whether anybody looked at that pause or not, these are the words.
    words = ["no the other one"] * 3
    with Answering(*words, answers=["That is in the attic."], parts=doubting) as at:
        at.microphone.add(SHORT + seconds(QUIET, 0.2) + seconds(SPEECH, 0.8) + seconds(QUIET, 1.0))
        at.turns_over(1)
        at.gate.set()
        at.turns_over(2)
    assert [request.text for request in at.world.assistant.requests] == ["where is the kettle", "no the other one"]
    assert at.world.speaker.pauses == 1


def test_a_stop_word_is_spotted_in_what_has_interrupted_already():
    with Answering(heard("top", accepted=False), parts={"stop_words": Spotter()}) as at:
        at.microphone.add(seconds(SPEECH, 0.5))
        assert at.world.speaker.pauses == 1
        at.microphone.add(frames(Spotter.SOUND) + seconds(QUIET, 0.6))
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"


def test_words_into_its_answer_reach_the_recogniser_whole():
    whole = frames(SPEECH + 77)
    heard = [b""]
    with Answering("what else", parts={"whole": lambda: heard[0]}) as at:
        heard[0] = whole
        at.microphone.add(INTERRUPTION)
        assert at.world.speaker.pauses == 1
        at.microphone.add(seconds(QUIET, 1.0))
        at.turns_over(1)
        fed = at.world.stt.utterances[-1].sound
    assert fed.count(whole) >= len(INTERRUPTION) // len(whole)
    assert frames(SPEECH) not in fed


def test_sound_that_jarvis_made_itself_interrupts_nothing():
    foreign = [1.0]
    with Answering("what else", parts={"foreign": lambda: foreign[0]}) as at:
        foreign[0] = 0.3
        at.microphone.add(INTERRUPTION + seconds(QUIET, 0.5))
        assert at.world.loop.state == "speaking"
        assert at.world.speaker.pauses == 0
        foreign[0] = 0.9
        at.microphone.add(INTERRUPTION)
        assert at.world.speaker.pauses == 1


@pytest.mark.parametrize(
    ("mode", "echo_free", "cuts"),
    [("auto", True, True), ("auto", False, False), ("always", False, True), ("wake_word", True, False)],
)
def test_what_may_interrupt_follows_the_setting_and_the_echo(mode, echo_free, cuts):
    with Answering("what else", parts={"echo_free": echo_free}, options=VoiceOptions(barge_in=mode)) as at:
        at.microphone.add(INTERRUPTION + seconds(QUIET, 1.0))
        if cuts:
            at.turns_over(1)
    assert bool(at.world.speaker.pauses) is cuts


def test_speech_while_jarvis_thinks_takes_the_questions_place():
    think = threading.Event()
    world, microphone = live(
        stt=FakeSpeechToText("what is the capital", "of Spain I mean"),
        assistant=FakeAssistant("Of what?", "Madrid.", gate=think),
        parts={"echo_free": True},
    )
    try:
        microphone.add(COMMAND)
        assert world.assistant.reached.wait(PATIENCE_SECONDS)
        microphone.add(seconds(QUIET, 0.2) + utterance())
        world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TranscriptReady)]) == 2)
        world.log.wait_for(lambda events: world.assistant.cancelled == 1)
        think.set()
        world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) == 2)
    finally:
        world.loop.close()
    assert world.said() == ["Madrid."]


def test_a_question_back_may_be_answered_before_it_is_out():
    with Answering("yes", answers=["Done."]) as at:
        at.world.loop._talk.own_sentences = lambda: ["Shall I delete it?"]
        at.microphone.add(INTERRUPTION + seconds(QUIET, 1.0))
        at.world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TranscriptReady)]) == 2)
        at.gate.set()
        at.turns_over(2)
    assert [request.text for request in at.world.assistant.requests] == ["where is the kettle", "yes"]


def test_a_recogniser_that_dies_on_an_interruption_lets_jarvis_go_on():
    from tests.fakes.voice import error

    with Answering(error("speech.stopped")) as at:
        at.microphone.add(INTERRUPTION + seconds(QUIET, 1.0))
        at.turns_over(1)
        at.world.log.wait_for(lambda events: at.world.speaker.resumes == 1)
        assert at.world.loop.state == "speaking"
    assert at.world.said() == ["The kettle is in the kitchen.", "It is on the second shelf."]


def test_a_spotted_stop_word_counts_where_the_recogniser_fails():
    from tests.fakes.voice import error

    with Answering(error("speech.language"), parts={"stop_words": Spotter()}) as at:
        at.microphone.add(seconds(SPEECH, 0.2) + frames(Spotter.SOUND) + seconds(QUIET, 0.6))
        at.turns_over(2)
        assert at.world.loop.state == "sleeping"
    assert len(at.world.assistant.requests) == 1
