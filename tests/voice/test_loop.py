import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import DeviceError, EngineError, InputError
from jarvis.contracts.events import AskFinished, AskStarted, EngineFailed, SkillMatched, TextDelta
from jarvis.contracts.speech import (
    AnswerStep,
    AudioChunk,
    LevelMeasured,
    TranscriptReady,
    TurnFinished,
    VoiceTrouble,
    WakeHeard,
)
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import HearingOptions, VoiceOptions
from jarvis.voice.parts import VoiceParts
from jarvis.voice.phrases import NOT_UNDERSTOOD, ONLY_COMMANDS
from jarvis.voice.turns import SilenceTurnDetector
from tests.fakes.processes import until
from tests.fakes.voice import (
    QUIET,
    SPEECH,
    EventLog,
    FakeActivity,
    FakeAssistant,
    FakeClock,
    FakeSpeaker,
    FakeSpeechToText,
    FakeTextToSpeech,
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

COMMAND = wake_word() + utterance()


class World:
    """A loop among fakes, and what came of it."""

    def __init__(
        self, *microphones, stt=None, assistant=None, tts=None, speaker=None, options=None, pauses=3, **settings
    ) -> None:
        self.microphones = list(microphones)
        self.stt = stt or FakeSpeechToText()
        self.assistant = assistant or FakeAssistant()
        self.tts = tts or FakeTextToSpeech()
        self.speaker = speaker or FakeSpeaker()
        self.log = EventLog()
        self.clock = FakeClock()
        self.options = options or VoiceOptions()
        self.paused = []
        self.pauses = pauses
        parts = VoiceParts(
            microphone=self.next_microphone,
            wake=FakeWake(),
            activity=FakeActivity(),
            turns=SilenceTurnDetector(0.35),
            speech_to_text=self.stt,
            assistant=self.assistant,
            text_to_speech=self.tts,
            speaker=self.speaker,
            clock=self.clock,
        )
        self.loop = VoiceLoop(
            parts,
            options=lambda: self.options,
            on_event=self.log,
            pause=self.pause,
            **{"hold_while_answering": True, **settings},
        )

    def next_microphone(self):
        microphone = self.microphones.pop(0)
        if isinstance(microphone, Exception):
            raise microphone
        return microphone

    def pause(self, length: float) -> None:
        self.paused.append(length)
        if len(self.paused) >= self.pauses:
            self.loop.close()

    def turns(self) -> list[TurnFinished]:
        return self.log.of(TurnFinished)

    def said(self) -> list[str]:
        return [clause for clause, _ in self.tts.said]


def hear(sound: bytes, **world) -> World:
    """Let a loop hear `sound` to its end, standing still during answers."""
    made = World(ScriptedMicrophone(sound), **world)
    made.loop.run()
    return made


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


def test_every_stage_is_timed_and_the_sum_is_what_people_feel():
    (turn,) = hear(COMMAND).turns()
    timings = turn.timings
    assert timings["endpoint_silence"] == pytest.approx(0.352, abs=0.001)
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
    assert 30.0 <= sound <= 31.0
    assert world.said() == ["I stopped listening after 30 seconds.", "It is ten past three."]


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


def test_a_detector_that_breaks_is_told_and_ends_listening():
    world = World(ScriptedMicrophone(COMMAND))
    world.loop._hearing._activity.probability = lambda pcm: 1 / 0
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


def running(**parts) -> World:
    """A loop on a thread of its own over an endless microphone that hears `sound` first."""
    sound = parts.pop("sound", b"")
    world = World(*[ScriptedMicrophone(sound, endless=True) for _ in range(9)], hold_while_answering=False, **parts)
    world.loop.start()
    return world


def test_the_wake_word_interrupts_speech_and_listens_again():
    gate = threading.Event()
    world = World(speaker=FakeSpeaker(gate=gate), stt=FakeSpeechToText("one", "two"), hold_while_answering=False)
    speaking = threading.Event()

    def pace(number: int) -> None:
        # The second wake word comes only once Jarvis speaks.
        if number == len(COMMAND) // 1024:
            assert world.speaker.sounding.wait(10)
            speaking.set()
        if number > len(COMMAND) // 1024 + 60:
            gate.set()

    world.microphones = [ScriptedMicrophone(COMMAND + COMMAND, on_frame=pace)]
    world.loop.run()
    assert speaking.is_set()
    assert [request.text for request in world.assistant.requests] == ["one", "two"]
    assert world.speaker.stops >= 1
    assert len(world.log.of(WakeHeard)) == 2


def test_its_own_name_does_not_wake_it():
    gate = threading.Event()
    world = World(
        speaker=FakeSpeaker(gate=gate), assistant=FakeAssistant("Just say hey Jarvis."), hold_while_answering=False
    )

    def pace(number: int) -> None:
        if number == len(COMMAND) // 1024:
            assert world.speaker.sounding.wait(10)

    world.microphones = [ScriptedMicrophone(COMMAND + wake_word(), on_frame=pace)]
    thread = threading.Thread(target=world.loop.run)
    thread.start()
    world.log.wait_for_state("speaking")
    gate.set()
    thread.join(10)
    assert len(world.log.of(WakeHeard)) == 1


def test_the_talk_button_interrupts_thinking():
    world = running(sound=COMMAND, assistant=FakeAssistant(gate=threading.Event()))
    assert world.assistant.reached.wait(10)
    world.loop.push_to_talk()
    world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) == 1)
    world.log.wait_for(lambda events: len([e for e in events if isinstance(e, WakeHeard)]) == 2)
    world.log.wait_for(lambda events: [e.name for e in events if hasattr(e, "name")].count("listening") == 2)
    assert world.assistant.cancelled == 1
    world.loop.close()


def test_stop_ends_a_running_answer_at_once_and_says_whether_there_was_one():
    world = running(sound=COMMAND, assistant=FakeAssistant(gate=threading.Event()))
    assert world.assistant.reached.wait(10)
    assert world.loop.stop_all()
    assert world.loop.state == "sleeping"
    world.log.wait_for(lambda events: any(isinstance(e, TurnFinished) for e in events))
    assert not world.loop.stop_all()
    assert world.said() == []
    world.loop.close()


def test_a_skill_that_stops_everything_ends_its_own_answer_unsaid():
    world = World(ScriptedMicrophone(COMMAND))
    answer = world.assistant.ask

    def ask(request, cancel):
        assert world.loop.stop_all()
        yield from answer(request, cancel)

    world.assistant.ask = ask
    world.loop.run()
    assert world.said() == []
    assert world.turns()[0].text == "It is ten past three."
    assert world.assistant.cancelled == 0


def test_muting_closes_the_microphone_and_unmuting_opens_it():
    world = running()
    world.log.wait_for_state("sleeping")
    opened = 9 - len(world.microphones)
    world.loop.mute()
    world.log.wait_for_state("muted")
    assert not world.loop.stop_all()
    world.loop.unmute()
    until(lambda: 9 - len(world.microphones) == opened + 1, "the microphone is opened again")
    assert world.log.states()[-1] == "sleeping"
    world.loop.close()


def test_muted_the_talk_button_opens_the_microphone_for_one_turn():
    world = World(
        *[ScriptedMicrophone(utterance(), endless=True) for _ in range(3)], resting="muted", hold_while_answering=False
    )
    microphone = world.microphones[0]
    world.loop.start()
    world.log.wait_for_state("muted")
    assert len(world.microphones) == 3
    world.loop.push_to_talk()
    world.log.wait_for(lambda events: any(isinstance(e, TurnFinished) for e in events))
    world.log.wait_for(lambda events: [e.name for e in events if hasattr(e, "name")][-1] == "muted")
    assert microphone.closed.wait(10)
    assert len(world.microphones) == 2
    world.loop.close()


def test_alerts_and_typed_answers_are_said_in_turn():
    world = World(resting="muted")
    world.loop.start()
    world.loop.text_to_say("The *tea* is ready. Go!", "en", AudioChunk(pcm=b"\x00\x20" * 100, sample_rate=16000))
    world.loop.text_to_say("El té está listo.", "es")
    world.log.wait_for(lambda events: world.tts.said[-1:] == [("El té está listo.", "es")])
    world.log.wait_for(lambda events: [e.name for e in events if hasattr(e, "name")][-1] == "muted")
    assert world.tts.said == [("The tea is ready.", "en"), ("Go!", "en"), ("El té está listo.", "es")]
    assert len(world.speaker.played) == 4
    world.loop.close()


def test_an_alert_waits_until_the_person_was_answered():
    world = World(ScriptedMicrophone(COMMAND), stt=FakeSpeechToText("one"))
    finished = world.stt.finished

    def interrupted(utterance):
        world.loop.text_to_say("Tea.", "en")
        return finished(utterance)

    world.stt.finished = interrupted
    world.loop.run()
    assert world.said()[:1] == ["It is ten past three."]
    assert "Tea." in world.said()


def test_what_waits_to_be_said_can_be_withdrawn():
    world = World(ScriptedMicrophone(COMMAND), stt=FakeSpeechToText("one"))
    finished, notices = world.stt.finished, []

    def interrupted(utterance):
        notices.extend(world.loop.text_to_say(text, "en") for text in ("Tea.", "Cake."))
        notices.append(world.loop.text_to_say("Stale.", "en", still_wanted=lambda: False))
        notices[0].cancel()
        return finished(utterance)

    world.stt.finished = interrupted
    world.loop.run()
    assert notices[0].over.is_set()
    assert notices[2].over.wait(10)
    assert world.said() == ["It is ten past three.", "Cake."]


def test_what_sounds_falls_silent_when_it_is_withdrawn_and_the_next_one_follows():
    gate = threading.Event()
    world = World(resting="muted", speaker=FakeSpeaker(gate=gate))
    world.loop.start()
    first, second = world.loop.text_to_say("Tea.", "en"), world.loop.text_to_say("Cake.", "en")
    assert world.speaker.sounding.wait(10)
    assert not first.over.is_set()
    first.cancel()
    assert first.over.wait(10)
    assert world.speaker.stops
    gate.set()
    assert second.over.wait(10)
    assert world.said() == ["Tea.", "Cake."]
    world.loop.close()
    assert world.loop.text_to_say("Late.", "en").over.is_set()


def test_closing_releases_everything():
    world = running(sound=COMMAND, assistant=FakeAssistant(gate=threading.Event()))
    assert world.assistant.reached.wait(10)
    world.loop.close()
    assert world.speaker.closed
    assert world.log.states()[-1] == "off"
    assert not world.loop._thread.is_alive()


ACTS = st.sampled_from(["talk", "stop", "mute", "unmute", "say", "none"])


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.integers(0, 260), ACTS, max_size=8))
def test_whatever_is_pressed_when_every_turn_ends_once_and_it_comes_to_rest(schedule):
    world = World(stt=FakeSpeechToText(), tts=FakeTextToSpeech(chunks=3), hold_while_answering=False)
    acts = {
        "talk": world.loop.push_to_talk,
        "stop": world.loop.stop_all,
        "mute": world.loop.mute,
        "unmute": world.loop.unmute,
        "say": lambda: world.loop.text_to_say("Tea is ready.", "en"),
        "none": lambda: None,
    }
    count = 0

    def on_frame(_number: int) -> None:
        nonlocal count
        count += 1
        act = schedule.get(count)
        if act:
            # Pressed by somebody else, as in life.
            presser = threading.Thread(target=acts[act])
            presser.start()
            presser.join(10)
            assert not presser.is_alive()
        if count >= 270:
            world.loop.close()

    def microphone() -> ScriptedMicrophone:
        return ScriptedMicrophone(COMMAND * 2, on_frame=on_frame, endless=True)

    world.next_microphone = microphone
    world.loop._parts = world.loop._parts.__class__(
        **{name: getattr(world.loop._parts, name) for name in world.loop._parts.__slots__} | {"microphone": microphone}
    )
    runner = threading.Thread(target=world.loop.run, daemon=True)
    runner.start()
    while runner.is_alive() and count < 270:
        runner.join(0.02)
        if world.loop.state == "muted":
            world.loop.unmute()
    runner.join(10)
    assert not runner.is_alive()
    assert world.loop.state == "off"
    opened = len(world.stt.utterances)
    world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) >= opened)
    assert world.loop.stop_all() is False


def test_an_event_handler_may_call_the_loop_back():
    world = World(ScriptedMicrophone(COMMAND))
    seen = []

    def handler(event):
        seen.append(event)
        if isinstance(event, TranscriptReady):
            other = threading.Thread(target=world.loop.stop_all)
            other.start()
            other.join(5)
            assert not other.is_alive()

    world.loop._lock._deliver = handler
    world.loop.run()
    assert any(isinstance(event, TurnFinished) for event in seen)


def test_engine_errors_speak_both_languages():
    assert isinstance(error(), EngineError)
    assert error().sentence("es") == "Se rompió."
