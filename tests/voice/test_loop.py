"""Spoken turns from the wake word to the answer, and every part that can fail on the way."""

from dataclasses import replace

import pytest

from jarvis.contracts.errors import DeviceError, InputError
from jarvis.contracts.events import AskFinished, AskStarted, EngineFailed, SkillMatched, TextDelta
from jarvis.contracts.speech import AnswerStep, LevelMeasured, TranscriptReady, TurnFinished, VoiceTrouble, WakeHeard
from jarvis.voice.options import HearingOptions, VoiceOptions
from jarvis.voice.phrases import NOT_UNDERSTOOD, ONLY_COMMANDS
from tests.fakes.voice import (
    QUIET,
    SPEECH,
    FakeAssistant,
    FakeSpeechToText,
    FakeWake,
    ScriptedMicrophone,
    error,
    frames,
    heard,
    model_answer,
    seconds,
    utterance,
    wake_word,
)
from tests.fakes.voice_output import FakeSpeaker, FakeTextToSpeech
from tests.fakes.voice_world import COMMAND, World, hear, live
from tests.fakes.wake import FixedConfirmer


def test_a_spoken_question_is_answered_on_screen_and_aloud():
    world = hear(COMMAND, stt=FakeSpeechToText("hey jarvis what time is it"))
    assert world.log.states() == ["sleeping", "listening", "hearing", "thinking", "speaking", "sleeping", "off"]
    assert [request.text for request in world.assistant.requests] == ["what time is it"]
    assert world.assistant.requests[0].door == "voice"
    assert world.said() == ["It is ten past three."]
    assert len(world.speaker.played) == 1
    (turn,) = world.turns()
    assert (turn.transcript.text, turn.text) == ("what time is it", "It is ten past three.")
    order = [
        type(event)
        for event in world.log.events
        if isinstance(event, WakeHeard | TranscriptReady | AnswerStep | TurnFinished)
    ]
    assert order[:2] == [WakeHeard, TranscriptReady]
    assert order[-1] is TurnFinished


@pytest.mark.parametrize("sure", [True, False])
def test_it_is_told_which_wake_word_was_heard(sure):
    class Computer(FakeWake):
        def process(self, pcm):
            return [replace(hit, score=0.5, word="computer", sure=sure) for hit in super().process(pcm)]

    world = hear(COMMAND, parts={"wake": Computer(), "confirmer": FixedConfirmer(["computer"])})
    assert [(heard.hit.word, heard.hit.score) for heard in world.log.of(WakeHeard)] == [("computer", 0.5)]


def test_every_stage_is_timed_and_the_sum_is_what_people_feel():
    (turn,) = hear(COMMAND).turns()
    timings = turn.timings
    assert timings["endpoint_silence"] == pytest.approx(0.2, abs=0.001)
    assert 0 <= timings["transcript"] <= timings["first_text"] <= timings["first_clause"] <= timings["pipeline"]
    assert timings["pipeline"] <= timings["spoken"]
    assert timings["end_of_speech_to_first_audio"] == pytest.approx(timings["endpoint_silence"] + timings["pipeline"])
    assert turn.wake_at == timings["wake"] < timings["end_of_speech"]


def test_the_recogniser_gets_the_pre_roll_and_every_word_while_they_are_spoken():
    world = hear(wake_word() + seconds(QUIET, 1.0) + utterance())
    (sound,) = [utterance.sound for utterance in world.stt.utterances]
    assert seconds(SPEECH, 1.0) in sound
    assert sound.index(frames(SPEECH)) / 32000 >= 0.25


def test_levels_are_measured_a_few_times_a_second():
    levels = hear(seconds(QUIET, 1.0) + seconds(SPEECH, 1.0)).log.of(LevelMeasured)
    assert 10 <= len(levels) <= 20
    assert levels[0].level == 0.0
    assert levels[-1].level == pytest.approx(SPEECH / 32768, rel=0.01)


def test_nothing_is_heard_without_the_wake_word():
    world = hear(utterance() * 3)
    assert world.stt.utterances == []
    assert world.log.states() == ["sleeping", "off"]


def test_awake_needs_no_wake_word_and_turns_are_counted():
    world = World(ScriptedMicrophone(utterance() + COMMAND))
    world.loop.run(turns=1, awake=True)
    assert len(world.turns()) == 1
    assert world.turns()[0].wake_at is None


def test_after_eight_seconds_without_words_jarvis_sleeps():
    world = hear(wake_word() + seconds(QUIET, 9.0) + utterance())
    assert world.log.states() == ["sleeping", "listening", "sleeping", "off"]
    assert world.turns() == []


def test_only_the_wake_word_heard_goes_on_listening_for_the_command():
    breath = seconds(SPEECH, 0.6) + frames(9000) + seconds(SPEECH, 0.4) + seconds(QUIET, 1.0)
    world = hear(breath + utterance(), stt=FakeSpeechToText("Hey Jarvis.", "stop"))
    assert [request.text for request in world.assistant.requests] == ["stop"]
    assert [turn.transcript and turn.transcript.text for turn in world.turns()] == [None, "stop"]


def test_a_question_back_is_answered_without_the_wake_word():
    ask = FakeAssistant(model_answer("Delete all of it?", expects_reply=True), "Done.")
    world = hear(COMMAND + seconds(QUIET, 1) + utterance(), stt=FakeSpeechToText("clear it", "yes"), assistant=ask)
    assert [request.text for request in ask.requests] == ["clear it", "yes"]
    assert [request.conversation_id for request in ask.requests] == [None, "c1"]
    assert world.said() == ["Delete all of it?", "Done."]
    assert len(world.log.of(WakeHeard)) == 1


def test_a_conversation_ends_after_ten_quiet_minutes():
    world = World(ScriptedMicrophone(COMMAND * 2))
    world.loop.run()
    assert [request.conversation_id for request in world.assistant.requests] == [None, "c1"]
    world = World(ScriptedMicrophone(COMMAND * 2, on_frame=lambda n: setattr(world.clock, "seconds", n * 30.0)))
    world.loop.run()
    assert [request.conversation_id for request in world.assistant.requests] == [None, None]


def test_a_rejected_transcript_is_not_asked_and_explained_once():
    bad = heard("five two eggs", accepted=False, basic=True)
    world = hear(COMMAND * 2, stt=FakeSpeechToText(bad, bad))
    assert world.assistant.requests == []
    assert world.said() == [NOT_UNDERSTOOD["en"], ONLY_COMMANDS["en"], NOT_UNDERSTOOD["en"]]
    assert [event.transcript.accepted for event in world.log.of(TranscriptReady)] == [False, False]


def test_a_rejection_is_said_in_the_language_that_was_heard():
    bad = heard("bla", accepted=False, language="es")
    assert hear(COMMAND, stt=FakeSpeechToText(bad)).tts.said == [(NOT_UNDERSTOOD["es"], "es")]


def test_a_short_noise_that_nobody_understands_is_let_be():
    noise = wake_word() + seconds(QUIET, 0.5) + seconds(SPEECH, 0.1) + seconds(QUIET, 0.6)
    world = hear(noise + utterance(), stt=FakeSpeechToText(heard("", accepted=False), "stop"))
    assert [request.text for request in world.assistant.requests] == ["stop"]


def test_skills_are_said_in_their_own_wording_and_language():
    events = [
        AskStarted(ask_id="a", conversation_id="c", message_id="m", text="q", language="en"),
        SkillMatched(ask_id="a", skill="time"),
        TextDelta(ask_id="a", text="15:10"),
        AskFinished(
            ask_id="a", message_id="m", text="15:10", source="skill", spoken="Son las tres y diez.", language="es"
        ),
    ]
    world = hear(COMMAND, assistant=FakeAssistant(events))
    assert world.tts.said == [("Son las tres y diez.", "es")]
    assert world.turns()[0].text == "15:10"


@pytest.mark.parametrize(("control", "said"), [("stop", []), ("repeat", ["One.", "Two."])])
def test_stop_and_repeat_are_carried_out(control, said):
    events = [
        AskStarted(ask_id="a", conversation_id="c", message_id="m", text="q", language="en"),
        SkillMatched(ask_id="a", skill="control"),
        AskFinished(ask_id="a", message_id="m", text="Fine.", source="skill", control=control),
    ]
    world = hear(COMMAND * 2, assistant=FakeAssistant("One. Two.", events))
    assert world.said() == ["One.", "Two.", *said]


def test_an_engine_that_fails_midway_is_not_heard_out():
    events = [
        AskStarted(ask_id="a", conversation_id="c", message_id="m", text="q", language="en"),
        TextDelta(ask_id="a", text="The wrong answer, of cou"),
        EngineFailed(ask_id="a", model="x", code="x", sentence="x", restarts=True),
        TextDelta(ask_id="a", text="The right one."),
        AskFinished(ask_id="a", message_id="m", text="The right one.", source="model"),
    ]
    world = hear(COMMAND, assistant=FakeAssistant(events))
    assert world.said()[-1] == "The right one."
    assert not any("of cou" in clause for clause in world.said())


def test_answers_stay_silent_when_they_shall():
    world = hear(COMMAND, options=VoiceOptions(aloud=False))
    assert world.said() == []
    assert world.turns()[0].text == "It is ten past three."
    assert "pipeline" not in world.turns()[0].timings


def test_an_utterance_that_never_ends_is_cut_and_answered():
    world = hear(
        wake_word() + seconds(QUIET, 0.5) + seconds(SPEECH, 600.0),
        stt=FakeSpeechToText("a very long story"),
        hearing=HearingOptions(longest_seconds=30.0),
    )
    (sound,) = [len(utterance.sound) / 32000 for utterance in world.stt.utterances]
    assert 34.5 <= sound <= 36.0
    assert world.said() == ["I stopped listening after 35 seconds.", "It is ten past three."]


def test_a_file_that_ends_in_the_middle_of_words_is_answered():
    world = hear(wake_word() + seconds(QUIET, 0.5) + seconds(SPEECH, 1.0))
    assert len(world.turns()) == 1
    assert world.said() == ["It is ten past three."]


def test_odd_sound_and_no_sound_do_no_harm():
    assert hear(b"").turns() == []
    assert hear(b"\x00\x80" * 512 * 40).turns() == []


@pytest.mark.parametrize(
    ("stt", "assistant", "code"),
    [
        (FakeSpeechToText(error("speech.recogniser_died")), None, "speech.recogniser_died"),
        (None, FakeAssistant(RuntimeError("boom")), "voice.unexpected"),
    ],
)
def test_trouble_is_shown_said_and_over(stt, assistant, code):
    world = hear(COMMAND * 2, stt=stt, assistant=assistant)
    assert [event.code for event in world.log.of(VoiceTrouble)] == [code]
    assert len(world.said()) >= 2
    assert world.said()[-1] == "It is ten past three."
    assert len(world.turns()) == 2


def test_a_recogniser_that_refuses_the_language_is_told_once_after_the_words_and_jarvis_sleeps():
    refusal = error("speech.language_missing")
    last_word = len(wake_word() + seconds(SPEECH, 2.0)) // len(frames(QUIET)) - 2

    def person_still_speaks(number: int) -> None:
        if number == last_word:
            world.log.wait_for(lambda events: any(isinstance(event, VoiceTrouble) for event in events))
            spoke_over.append(world.speaker.sounding.wait(0.3))

    spoke_over: list[bool] = []
    world = World(
        ScriptedMicrophone(wake_word() + utterance(2.0) + seconds(QUIET, 3), on_frame=person_still_speaks),
        stt=FakeSpeechToText(refuses=refusal),
        options=VoiceOptions(usual_language="es"),
    )
    world.loop.run()
    assert spoke_over == [False]
    assert [event.code for event in world.log.of(VoiceTrouble)] == ["speech.language_missing"]
    assert world.said() == ["Se rompió."]
    assert len(world.turns()) == 1
    assert world.log.states() == ["sleeping", "listening", "hearing", "thinking", "speaking", "sleeping", "off"]


def test_a_voice_that_dies_is_asked_once_more():
    world = hear(COMMAND, tts=FakeTextToSpeech(error("speech.voice_died")))
    assert world.said() == ["It is ten past three."]
    assert world.log.of(VoiceTrouble) == []


def test_a_voice_that_stays_dead_is_told_and_the_text_stays():
    world = hear(COMMAND, tts=FakeTextToSpeech(error("speech.voice_died"), error("speech.voice_died")))
    assert [event.code for event in world.log.of(VoiceTrouble)] == ["speech.voice_died"]
    assert world.turns()[0].text == "It is ten past three."


def test_a_voice_that_dies_in_the_middle_does_not_repeat_itself():
    world = hear(COMMAND, tts=FakeTextToSpeech(chunks=3, dies=error("speech.voice_died")))
    assert world.said() == ["It is ten past three."]
    assert [event.code for event in world.log.of(VoiceTrouble)] == ["speech.voice_died"]
    assert len(world.speaker.played) == 1


def test_noises_without_words_do_not_keep_it_awake_for_ever():
    noise = seconds(SPEECH, 0.2) + seconds(QUIET, 0.8)
    world = hear(wake_word() + noise * 9 + utterance(), stt=FakeSpeechToText(*[heard("", accepted=False)] * 9))
    assert len(world.stt.utterances) == 4
    assert world.assistant.requests == []


@pytest.mark.parametrize("woken", ["word", "button"])
def test_noises_of_before_do_not_count_once_it_is_called_again(woken):
    noise = seconds(SPEECH, 0.2) + seconds(QUIET, 0.8)
    world, microphone = live(stt=FakeSpeechToText(*[heard("", accepted=False)] * 5, "what time is it"))
    try:
        microphone.add(wake_word())
        for number in range(1, 5):
            microphone.add(noise)
            world.log.wait_for(lambda events, count=number: len(world.turns()) == count)
        microphone.add(seconds(QUIET, 0.5))
        assert world.loop.state == "sleeping"
        if woken == "word":
            microphone.add(wake_word())
        else:
            world.loop.push_to_talk()
        microphone.add(seconds(QUIET, 0.5) + noise)
        world.log.wait_for(lambda events: len(world.turns()) == 5)
        microphone.add(utterance())
        world.log.wait_for(lambda events: len(world.turns()) == 6)
    finally:
        world.loop.close()
    assert [request.text for request in world.assistant.requests] == ["what time is it"]


def test_a_detector_that_breaks_is_told_and_ends_listening():
    world = World(ScriptedMicrophone(COMMAND))
    world.activity.probability = lambda pcm: 1 / 0
    world.loop.start()
    world.log.wait_for(lambda events: any(isinstance(e, VoiceTrouble) for e in events))
    world.log.wait_for_state("off")
    world.loop.close()


def test_a_watcher_that_fails_does_not_end_listening():
    world = World(ScriptedMicrophone(COMMAND))
    world.loop._lock._deliver = lambda event: 1 / 0
    world.loop.run()
    assert world.said() == ["It is ten past three."]


def test_a_missing_speaker_is_told_once_and_the_text_stays():
    world = hear(
        COMMAND,
        assistant=FakeAssistant("One. Two. Three."),
        speaker=FakeSpeaker(fails=error("audio.no_speaker", DeviceError)),
    )
    assert [event.code for event in world.log.of(VoiceTrouble)] == ["audio.no_speaker"]
    assert world.turns()[0].text == "One. Two. Three."


def test_a_missing_microphone_is_told_once_and_tried_again():
    lost = error("audio.microphone_lost", DeviceError)
    world = World(lost, lost, ScriptedMicrophone(COMMAND), pauses=9)
    world.loop.run()
    assert [event.code for event in world.log.of(VoiceTrouble)] == ["audio.microphone_lost"]
    assert world.paused == [2.0, 2.0]
    assert len(world.turns()) == 1


def test_a_microphone_that_vanishes_in_the_middle_of_words_drops_them():
    lost = error("audio.microphone_lost", DeviceError)
    half = ScriptedMicrophone(wake_word() + seconds(QUIET, 0.5) + seconds(SPEECH, 0.6), fails=lost)
    world = World(half, ScriptedMicrophone(COMMAND))
    world.loop.run()
    assert [request.text for request in world.assistant.requests] == ["what time is it"]
    assert world.stt.utterances[0].abandoned
    states = world.log.states()
    assert states[: states.index("off") + 2] == ["sleeping", "listening", "hearing", "off", "sleeping"]


def test_an_unreadable_file_ends_the_run():
    world = World(ScriptedMicrophone(b"", fails=error("audio.empty", InputError)))
    with pytest.raises(InputError):
        world.loop.run()
