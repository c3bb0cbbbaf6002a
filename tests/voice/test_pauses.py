"""Pauses in spoken turns: looked at once, worked ahead for, ended or waited for, and void when speech goes on."""

import threading

import pytest

from jarvis.contracts.speech import Dictated, PartialHeard, PartialWords, RecognitionHints, TurnFinished, WakeHeard
from jarvis.voice.options import VoiceOptions
from tests.fakes.voice import (
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    FakeAssistant,
    FakeJudge,
    FakeSpeechToText,
    error,
    heard,
    model_answer,
    seconds,
    utterance,
    wake_word,
)
from tests.fakes.voice_world import COMMAND, World, hear, live

HALF = seconds(SPEECH, 0.8) + seconds(QUIET, 0.5)


class Ahead:
    """Remembers what was prepared, and whether that had become void by the time that the turn was over."""

    def __init__(self) -> None:
        self.prepared = []
        self._come = threading.Condition()

    def prepare(self, request, cancel) -> None:
        with self._come:
            self.prepared.append((request.text, cancel))
            self._come.notify_all()

    def wait_for(self, count: int) -> None:
        with self._come:
            assert self._come.wait_for(lambda: len(self.prepared) >= count, PATIENCE_SECONDS)


def silences(world: World) -> list[float]:
    return [round(turn.timings["endpoint_silence"], 2) for turn in world.log.of(TurnFinished) if turn.timings]


@pytest.mark.parametrize(("completeness", "silence"), [(1.0, 0.2), (0.8, 0.264), (0.5, 0.712), (0.0, 2.504)])
def test_how_long_a_pause_is_waited_for_depends_on_how_complete_the_words_are(completeness, silence):
    world = hear(wake_word() + utterance(silence=4.0), judge=FakeJudge(completeness))
    assert silences(world) == [pytest.approx(silence, abs=0.01)]
    assert len(world.stt.utterances) == 1
    assert world.said() == ["It is ten past three."]


def test_a_sentence_with_a_pause_in_it_is_one_turn_and_asked_once():
    judge = FakeJudge(by_text={"remind me to": 0.05, "remind me to call Ana": 1.0})
    world = hear(
        wake_word() + HALF + utterance(), stt=FakeSpeechToText("remind me to", "remind me to call Ana"), judge=judge
    )
    assert [request.text for request in world.assistant.requests] == ["remind me to call Ana"]
    assert [turn.text for turn in judge.asked] == ["remind me to", "remind me to call Ana"]
    (sound,) = [utterance.sound for utterance in world.stt.utterances]
    assert len(sound) > len(HALF + utterance(silence=0.2))


def test_a_judge_sees_the_sound_the_words_and_whether_jarvis_had_asked():
    ask = FakeAssistant(model_answer("Delete it?", expects_reply=True), "Done.")
    world = hear(COMMAND + utterance(), stt=FakeSpeechToText("clear it", heard("sí", language="es")), assistant=ask)
    first, second = world.judge.asked
    assert (first.text, first.after_question, first.language) == ("clear it", False, "en")
    assert (second.text, second.after_question, second.language) == ("sí", True, "es")
    assert seconds(SPEECH, 0.9) in first.sound


def test_the_way_of_a_question_is_warmed_at_a_pause_and_void_when_speech_goes_on():
    ahead = Ahead()
    judge = FakeJudge(by_text={"hey jarvis tell me": 0.3})
    world = hear(
        wake_word() + HALF + utterance(),
        stt=FakeSpeechToText("hey jarvis tell me", "hey jarvis tell me the time"),
        judge=judge,
        parts={"preparing": ahead},
    )
    ahead.wait_for(2)
    assert [text for text, _ in ahead.prepared] == ["tell me", "tell me the time"]
    assert [cancel.cancelled for _, cancel in ahead.prepared] == [True, False]
    assert [request.text for request in world.assistant.requests] == ["tell me the time"]


def test_what_is_not_understood_is_not_prepared():
    ahead = Ahead()
    bad = heard("five two eggs", accepted=False)
    hear(COMMAND, stt=FakeSpeechToText(bad, bad), parts={"preparing": ahead})
    assert ahead.prepared == []


def test_a_recogniser_that_answers_only_at_the_end_is_waited_for():
    world = hear(COMMAND, stt=FakeSpeechToText("what time is it", settles=False))
    assert [request.text for request in world.assistant.requests] == ["what time is it"]
    assert silences(world) == [pytest.approx(0.2, abs=0.04)]


def test_a_recogniser_that_dies_at_a_pause_is_told_once():
    world = hear(COMMAND * 2, stt=FakeSpeechToText(error("speech.stopped"), "what time is it"))
    assert len(world.turns()) == 2
    assert world.said()[-1] == "It is ten past three."
    assert [request.text for request in world.assistant.requests] == ["what time is it"]


def test_partial_words_are_shown_while_they_are_spoken_and_hints_are_given():
    words = PartialWords(text="what time", stable=5, language="en")
    hints = RecognitionHints(words=("Ana",), before="Hello.")
    stt = FakeSpeechToText("what time is it", partials=[words])
    world = hear(COMMAND, stt=stt, parts={"hints": lambda: hints})
    assert [event.words for event in world.log.of(PartialHeard)] == [words]
    assert stt.hints == [hints]


def test_the_ears_never_wait_for_hints():
    asked = []

    def hints():
        asked.append(threading.current_thread().name)
        return RecognitionHints()

    hear(COMMAND, parts={"hints": hints})
    assert asked == ["jarvis-turn"]


def test_after_an_answer_jarvis_listens_on_without_the_wake_word():
    options = VoiceOptions(follow_up_seconds=3.0)
    sound = COMMAND + seconds(QUIET, 1.0) + utterance() + seconds(QUIET, 4.0) + utterance()
    world = hear(sound, stt=FakeSpeechToText("one", "two", "three"), options=options)
    assert [request.text for request in world.assistant.requests] == ["one", "two"]
    assert [request.conversation_id for request in world.assistant.requests] == [None, "c1"]
    assert world.log.states()[-3:] == ["listening", "sleeping", "off"]


def test_what_is_not_understood_in_a_follow_up_is_for_somebody_else():
    bad = heard("no clue", accepted=False)
    world = hear(COMMAND + utterance(), stt=FakeSpeechToText("one", bad), options=VoiceOptions(follow_up_seconds=3.0))
    assert world.said() == ["It is ten past three."]


def test_continuous_listening_needs_no_wake_word_at_all():
    world = hear(
        utterance() + seconds(QUIET, 20.0) + utterance(),
        stt=FakeSpeechToText("one", "two"),
        options=VoiceOptions(continuous=True),
    )
    assert [request.text for request in world.assistant.requests] == ["one", "two"]


def test_what_is_to_be_said_does_not_wait_for_somebody_to_speak_first():
    world, microphone = live(stt=FakeSpeechToText("one"), options=VoiceOptions(continuous=True))
    try:
        microphone.add(seconds(QUIET, 1.0))
        assert world.loop.state == "listening"
        notice = world.loop.text_to_say("Your tea is ready.", "en")
        microphone.add(seconds(QUIET, 0.1))
        assert notice.over.wait(PATIENCE_SECONDS)
        assert world.said() == ["Your tea is ready."]
        microphone.add(seconds(QUIET, 1.0) + utterance() + seconds(QUIET, 1.0))
        world.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
    finally:
        world.loop.close()
    assert [request.text for request in world.assistant.requests] == ["one"]


@pytest.mark.parametrize("before", ["a noise", "the button"])
def test_nor_does_it_after_a_noise_or_a_button_that_nobody_spoke_after(before):
    world, microphone = live(stt=FakeSpeechToText(heard("", accepted=False)), options=VoiceOptions(continuous=True))
    try:
        microphone.add(seconds(QUIET, 1.0))
        if before == "the button":
            world.loop.push_to_talk()
            microphone.add(seconds(QUIET, 10.0))
        else:
            microphone.add(utterance())
            world.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
            world.log.wait_for(lambda events: world.log.states()[-1] == "listening")
            microphone.add(seconds(QUIET, 0.1))
        assert world.loop.state == "listening" and world.loop.idle
        notice = world.loop.text_to_say("Your tea is ready.", "en")
        microphone.add(seconds(QUIET, 0.1))
        assert notice.over.wait(PATIENCE_SECONDS)
    finally:
        world.loop.close()
    assert world.said() == ["Your tea is ready."]


def test_who_has_called_is_not_cut_short_by_what_is_to_be_said():
    world, microphone = live(stt=FakeSpeechToText("one"), options=VoiceOptions(continuous=True))
    try:
        microphone.add(seconds(QUIET, 1.0) + wake_word())
        world.log.wait_for(lambda events: any(isinstance(event, WakeHeard) for event in events))
        world.loop.text_to_say("Your tea is ready.", "en")
        microphone.add(seconds(QUIET, 0.3))
        assert world.said() == []
        microphone.add(utterance() + seconds(QUIET, 1.0))
        world.log.wait_for(lambda events: "Your tea is ready." in world.said())
    finally:
        world.loop.close()
    assert world.said()[-1] == "Your tea is ready."


def test_dictation_takes_pauses_in_its_stride_and_asks_nothing():
    world, microphone = live(stt=FakeSpeechToText(*["first, and second"] * 9))
    try:
        world.loop.dictate()
        microphone.add(seconds(QUIET, 0.5) + utterance(silence=5.0) + utterance())
        assert world.loop.state == "hearing"
        assert world.log.of(Dictated) == []
        world.loop.dictated()
        microphone.add(seconds(QUIET, 0.1))
        world.log.wait_for(lambda events: any(isinstance(event, Dictated) for event in events))
        world.log.wait_for_state("sleeping")
    finally:
        world.loop.close()
    (dictated,) = world.log.of(Dictated)
    assert dictated.transcript.text == "first, and second"
    assert world.assistant.requests == []
    assert world.said() == []


def test_dictating_nothing_is_over_at_once():
    world, microphone = live()
    try:
        world.loop.dictate()
        microphone.add(seconds(QUIET, 1.0))
        world.loop.dictated()
        microphone.add(seconds(QUIET, 0.1))
        assert world.loop.state == "sleeping"
    finally:
        world.loop.close()
    assert world.stt.utterances == []


def test_without_a_wake_word_the_microphone_is_closed_until_the_button_is_pressed():
    world, microphone = live(parts={"wake": None})
    try:
        world.log.wait_for_state("sleeping")
        assert world.microphones == [microphone], "nobody has opened it"
        world.loop.push_to_talk()
        microphone.add(utterance())
        world.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
        world.log.wait_for(lambda events: world.loop.state == "sleeping")
    finally:
        world.loop.close()
    assert len(world.assistant.requests) == 1


@pytest.mark.parametrize("options", [VoiceOptions(follow_up_seconds=3.0), VoiceOptions(continuous=True)])
def test_the_wake_word_counts_where_it_is_not_needed_too(options):
    world = hear(
        COMMAND + seconds(QUIET, 0.5) + COMMAND + seconds(QUIET, 9.0),
        stt=FakeSpeechToText(*["one", "two"] * 2),
        options=options,
    )
    assert len(world.log.of(WakeHeard)) >= 1
    assert world.log.of(WakeHeard)[-1].hit.at_seconds > 3.0
    assert world.turns()[-1].wake_at is not None


def test_a_name_called_in_a_follow_up_is_not_part_of_the_question():
    world = hear(
        COMMAND + utterance(),
        stt=FakeSpeechToText("one", "hey jarvis two"),
        options=VoiceOptions(follow_up_seconds=3.0),
    )
    assert [request.text for request in world.assistant.requests] == ["one", "two"]
