"""Replies that begin before Jarvis has said all of its question or answer."""

import numpy as np
import pytest

from jarvis.contracts.speech import VoiceState, WakeHeard
from jarvis.voice.options import VoiceOptions
from jarvis.voice.replying import UNDECIDED_SECONDS
from tests.fakes.voice import (
    FRAME_SECONDS,
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    FakeAssistant,
    frames,
    model_answer,
    seconds,
    wake_word,
)
from tests.fakes.voice_answering import PAUSE, Answering

FOLLOW_UP_SECONDS = 3.0
LISTENING = {True: "reply", False: "follow_up"}


def speaking(*results, asks=True, barge_in="auto", **parts) -> Answering:
    """Jarvis in the middle of a question, or of an answer that something may follow."""
    said = model_answer("Shall I delete it?", expects_reply=asks)
    return Answering(
        *results,
        assistant=FakeAssistant(said, "Done."),
        options=VoiceOptions(follow_up_seconds=FOLLOW_UP_SECONDS, barge_in=barge_in),
        parts=parts,
    )


def ends(at: Answering) -> None:
    """Let Jarvis' last sound go by; the ears have not heard of it yet."""
    at.gate.set()
    at.reaches("listening")


def words_heard(at: Answering) -> float:
    """Return how many seconds of words the recogniser was given last."""
    sound = np.frombuffer(at.world.stt.utterances[-1].sound, "<i2")
    return float(np.mean(sound == SPEECH) * sound.size / 16_000)


def whole(*lengths: float) -> object:
    return pytest.approx(sum(round(length / FRAME_SECONDS) for length in lengths) * FRAME_SECONDS)


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("after", [0.05, 0.1, 0.2, 1.0])
def test_a_reply_that_begins_into_the_last_words_is_heard_whole(after, asks):
    with speaking("yes", asks=asks) as at:
        at.microphone.add(seconds(SPEECH, 0.2))
        ends(at)
        assert at.log.of(VoiceState)[-1].detail == LISTENING[asks]
        at.microphone.add(seconds(SPEECH, after) + PAUSE)
        at.turns_over(2)
        assert words_heard(at) == whole(0.2, after)
        assert at.world.judge.asked[-1].after_question is asks
    assert at.asked() == ["where is the kettle", "yes"]


@pytest.mark.parametrize("before", [0.03, 0.06, 0.1])
def test_of_words_that_have_hardly_begun_nothing_is_lost(before):
    with speaking("yes") as at:
        at.microphone.add(seconds(SPEECH, before))
        ends(at)
        at.microphone.add(seconds(SPEECH, 0.3) + PAUSE)
        at.turns_over(2)
        assert words_heard(at) == whole(before, 0.3)
    assert at.asked() == ["where is the kettle", "yes"]


def test_a_word_that_is_over_before_the_question_is_heard_too():
    with speaking("yes") as at:
        at.microphone.add(seconds(SPEECH, 0.2) + seconds(QUIET, 0.06))
        ends(at)
        at.microphone.add(PAUSE)
        at.turns_over(2)
    assert at.asked() == ["where is the kettle", "yes"]


@pytest.mark.parametrize("said", [seconds(SPEECH, 1.0), seconds(SPEECH, 0.2)], ids=["talk", "word"])
@pytest.mark.parametrize("moment", ["looked for", "certain", "held"])
def test_whenever_the_question_ends_the_reply_is_heard(moment, said):
    with speaking("yes") as at:
        wake, activity, count = at.loop._parts.wake, at.world.activity, 0
        looked_for, reset = wake.process, activity.reset

        def looks(pcm):
            nonlocal count
            count += 1
            # What another thread asks for now is only obeyed with the next frame.
            if moment == "looked for" and count == 6:
                at_its_end(at)
            return looked_for(pcm)

        def begins_anew():
            if moment == "held" and at.speaker.held:
                at_its_end(at)
            reset()

        wake.process, activity.reset = looks, begins_anew
        if moment == "certain":
            end_when(at, is_certain)
        at.microphone.add(said + PAUSE)
        assert at.gate.is_set()
        at.turns_over(2)
        assert words_heard(at) == whole(len(said) / 32_000)
    assert at.asked() == ["where is the kettle", "yes"]


def is_certain(heard: list[bytes]) -> bool:
    """Tell whether the frame that is looked at now makes speech, or a word alone, certain."""
    spoken = heard.count(frames(SPEECH))
    return spoken == 10 or (spoken > 0 and heard[-5:] == [frames(QUIET)] * 5)


@pytest.mark.parametrize("foreign", [0.0, 0.3, 0.49])
def test_its_own_last_words_are_nobodys_reply(foreign):
    weight = [1.0]
    with speaking("yes", foreign=lambda: weight[0]) as at:
        weight[0] = foreign
        at.microphone.add(seconds(SPEECH, 0.5))
        ends(at)
        # A room's echo outlasts the sound.
        at.microphone.add(seconds(SPEECH, 0.2))
        weight[0] = 1.0
        at.microphone.add(PAUSE)
        assert at.loop.state == "listening"
        assert len(at.world.stt.utterances) == 1
        at.microphone.add(seconds(SPEECH, 0.3) + PAUSE)
        at.turns_over(2)
        assert words_heard(at) == whole(0.3)
    assert at.asked() == ["where is the kettle", "yes"]


@pytest.mark.parametrize("noise", [frames(SPEECH), frames(SPEECH, 3), (frames(SPEECH) + frames(QUIET)) * 5])
def test_a_noise_in_the_last_words_is_no_reply_and_takes_nobodys_time_to_think(noise):
    with speaking(asks=False) as at:
        at.microphone.add(noise)
        ends(at)
        at.microphone.add(seconds(QUIET, FOLLOW_UP_SECONDS))
        assert at.loop.state == "listening"
        at.microphone.add(seconds(QUIET, UNDECIDED_SECONDS))
        assert at.loop.state == "sleeping"
        assert len(at.world.stt.utterances) == 1
        assert not at.speaker.held and at.speaker.gains[-1:] in ([], [1.0])


def test_what_is_neither_speech_nor_over_does_not_keep_it_from_listening():
    tick = frames(SPEECH + 1) + frames(QUIET, 3)
    with speaking("yes") as at:
        at.microphone.add(tick * 12)
        ends(at)
        # The reply has just begun when what ticks has been listened to for long enough.
        at.microphone.add(tick * 4 + frames(SPEECH, 10) + PAUSE)
        at.turns_over(2)
        assert words_heard(at) == whole(10 * FRAME_SECONDS)
    assert at.asked() == ["where is the kettle", "yes"]


@pytest.mark.parametrize("spoken", [0.03, 0.2])
def test_who_calls_it_into_its_last_words_has_called_it(spoken):
    with speaking("yes", "what time is it") as at:
        at.microphone.add(seconds(SPEECH, spoken))
        ends(at)
        at.microphone.add(wake_word())
        assert len(at.log.of(WakeHeard)) == 2


@pytest.mark.parametrize("said", [seconds(SPEECH, 0.2), seconds(SPEECH, 0.05)])
def test_told_to_stop_meanwhile_it_waits_for_no_reply(said):
    with speaking() as at:
        at.microphone.add(said)
        ends(at)
        at.microphone.add(frames(SPEECH))
        assert at.loop.stop_all()
        at.microphone.add(seconds(SPEECH, 0.3) + PAUSE)
        assert at.loop.state == "sleeping"
    assert len(at.world.stt.utterances) == 1


@pytest.mark.parametrize("moment", ["certain", "later"])
def test_where_it_hears_itself_nothing_of_what_sounds_before_its_end_is_a_reply(moment):
    with speaking("yes", echo_free=False, barge_in="always") as at:
        if moment == "later":
            at.microphone.add(seconds(SPEECH, 0.2))
            ends(at)
            at.microphone.add(frames(SPEECH) + PAUSE)
        else:
            end_when(at, lambda heard: len(heard) == 10)
            at.microphone.add(seconds(SPEECH, 0.35) + PAUSE)
        assert at.loop.state == "listening"
    assert len(at.world.stt.utterances) == 1


def end_when(at: Answering, certain) -> None:
    """Let Jarvis' last sound go by while a frame is looked at, once `certain` says so of those that were."""
    probability, heard = at.world.activity.probability, []

    def looked_at(pcm):
        heard.append(pcm)
        if certain(heard):
            at_its_end(at)
        return probability(pcm)

    at.world.activity.probability = looked_at


def at_its_end(at: Answering) -> None:
    """Let Jarvis' last sound go by, on the ears' own thread."""
    if not at.gate.is_set():
        work = at.loop._floor.work
        at.gate.set()
        assert work.done.wait(PATIENCE_SECONDS)
