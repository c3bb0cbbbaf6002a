"""Interrupting, muting, stopping and alerts: what other threads ask of a loop that runs."""

import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import AudioChunk, TranscriptReady, TurnFinished, WakeHeard
from tests.fakes.voice import (
    FRAME_BYTES,
    PATIENCE_SECONDS,
    FakeAssistant,
    FakeSpeechToText,
    ScriptedMicrophone,
    error,
    utterance,
    wake_word,
)
from tests.fakes.voice_output import FakeSpeaker, FakeTextToSpeech
from tests.fakes.voice_world import COMMAND, World, running


def test_the_wake_word_interrupts_speech_and_listens_again():
    gate = threading.Event()
    world = World(speaker=FakeSpeaker(gate=gate), stt=FakeSpeechToText("one", "two"), hold_while_answering=False)
    speaking = threading.Event()

    def pace(number: int) -> None:
        # The second wake word comes only once Jarvis speaks.
        if number == len(COMMAND) // FRAME_BYTES:
            assert world.speaker.sounding.wait(PATIENCE_SECONDS)
            speaking.set()
        if number > len(COMMAND) // FRAME_BYTES + 60:
            gate.set()

    world.microphones = [ScriptedMicrophone(COMMAND + COMMAND, on_frame=pace)]
    world.loop.run()
    assert speaking.is_set()
    assert [request.text for request in world.assistant.requests] == ["one", "two"]
    assert world.speaker.stops >= 1
    assert len(world.log.of(WakeHeard)) == 2


def test_its_own_name_does_not_wake_it():
    said = threading.Event()
    world = World(
        tts=FakeTextToSpeech(gate=said), assistant=FakeAssistant("Just say hey Jarvis."), hold_while_answering=False
    )
    sound = COMMAND + wake_word()

    def pace(number: int) -> None:
        if number == len(COMMAND) // FRAME_BYTES:
            assert world.speaker.sounding.wait(PATIENCE_SECONDS)
        if number == len(sound) // FRAME_BYTES - 1:
            said.set()

    world.microphones = [ScriptedMicrophone(sound, on_frame=pace)]
    world.loop.run()
    assert said.is_set()
    assert len(world.log.of(WakeHeard)) == 1


def test_the_talk_button_interrupts_thinking():
    world = running(sound=COMMAND, assistant=FakeAssistant(gate=threading.Event()))
    assert world.assistant.reached.wait(PATIENCE_SECONDS)
    world.loop.push_to_talk()
    world.log.wait_for(lambda events: len([e for e in events if isinstance(e, TurnFinished)]) == 1)
    world.log.wait_for(lambda events: len([e for e in events if isinstance(e, WakeHeard)]) == 2)
    world.log.wait_for(lambda events: [e.name for e in events if hasattr(e, "name")].count("listening") == 2)
    assert world.assistant.cancelled == 1
    world.loop.close()


def test_stop_ends_a_running_answer_at_once_and_says_whether_there_was_one():
    world = running(sound=COMMAND, assistant=FakeAssistant(gate=threading.Event()))
    assert world.assistant.reached.wait(PATIENCE_SECONDS)
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
    world.log.wait_for(lambda events: [e.name for e in events if hasattr(e, "name")][-1] == "sleeping")
    assert 9 - len(world.microphones) == opened + 1
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
    assert microphone.closed.wait(PATIENCE_SECONDS)
    assert len(world.microphones) == 2
    world.loop.close()


def test_alerts_and_typed_answers_are_said_in_turn():
    world = World(resting="muted")
    world.loop.start()
    world.log.wait_for_state("muted")
    world.loop.text_to_say("The *tea* is ready. Go!", "en", AudioChunk(pcm=b"\x00\x20" * 100, sample_rate=16000))
    world.loop.text_to_say("El té está listo.", "es")
    world.log.wait_for(lambda events: world.tts.said[-1:] == [("El té está listo.", "es")])
    world.log.wait_for(lambda events: [e.name for e in events if hasattr(e, "name")][-1] == "muted")
    assert world.tts.said == [("The tea is ready.", "en"), ("Go!", "en"), ("El té está listo.", "es")]
    assert len(world.speaker.played) == 4
    world.loop.close()


def test_what_is_said_already_when_listening_begins_is_still_said():
    gate = threading.Event()
    world = World(resting="muted", speaker=FakeSpeaker(gate=gate))
    world.loop.text_to_say("Tea.", "en")
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    world.loop.run(turns=0)
    assert world.log.states() == ["speaking", "off"]


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
    assert notices[2].over.wait(PATIENCE_SECONDS)
    assert world.said() == ["It is ten past three.", "Cake."]


def test_what_sounds_falls_silent_when_it_is_withdrawn_and_the_next_one_follows():
    gate = threading.Event()
    world = World(resting="muted", speaker=FakeSpeaker(gate=gate))
    world.loop.start()
    first, second = world.loop.text_to_say("Tea.", "en"), world.loop.text_to_say("Cake.", "en")
    assert world.speaker.sounding.wait(PATIENCE_SECONDS)
    assert not first.over.is_set()
    first.cancel()
    assert first.over.wait(PATIENCE_SECONDS)
    assert world.speaker.stops
    gate.set()
    assert second.over.wait(PATIENCE_SECONDS)
    assert world.said() == ["Tea.", "Cake."]
    world.loop.close()
    assert world.loop.text_to_say("Late.", "en").over.is_set()


def test_closing_releases_everything():
    world = running(sound=COMMAND, assistant=FakeAssistant(gate=threading.Event()))
    assert world.assistant.reached.wait(PATIENCE_SECONDS)
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
            presser.join(PATIENCE_SECONDS)
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
    runner.join(PATIENCE_SECONDS)
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
            other.join(PATIENCE_SECONDS)
            assert not other.is_alive()

    world.loop._lock._deliver = handler
    world.loop.run()
    assert any(isinstance(event, TurnFinished) for event in seen)


def test_engine_errors_speak_both_languages():
    assert isinstance(error(), EngineError)
    assert error().sentence("es") == "Se rompió."
