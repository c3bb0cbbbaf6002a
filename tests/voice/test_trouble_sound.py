"""The short sound of a spoken turn that failed: once, before its sentence or in place of one that cannot be said."""

import threading

import numpy as np
import pytest

from jarvis.audio.tones import error_tone
from jarvis.contracts.events import AskFailed, AskStarted, TextDelta
from jarvis.contracts.speech import TurnFinished, VoiceTrouble
from jarvis.voice.options import VoiceOptions
from jarvis.voice.sound_edges import louder
from tests.fakes.voice import QUIET, FakeAssistant, FakeSpeechToText, ScriptedMicrophone, error, seconds, utterance
from tests.fakes.voice_answering import PAUSE, Answering
from tests.fakes.voice_output import FakeTextToSpeech
from tests.fakes.voice_world import COMMAND, World, hear, live

SOUNDS = VoiceOptions(sounds=True, volume=0.5)

FAILED = [
    AskStarted(ask_id="a", conversation_id="c1", message_id="m", text="q", language="en"),
    TextDelta(ask_id="a", text="One thing. "),
    AskFailed(ask_id="a", code="model.gone", sentence="The model is gone.", text="One thing."),
]


def heard_from(world: World, volume: float = 0.5) -> list[str]:
    tone = louder(error_tone(), volume).pcm
    return ["trouble" if tone in chunk.pcm else "words" for chunk in world.speaker.played]


@pytest.mark.parametrize(
    ("stt", "assistant", "heard"),
    [
        (FakeSpeechToText(error("speech.recogniser_died")), None, ["trouble", "words"]),
        (FakeSpeechToText(refuses=error("speech.language_missing")), None, ["trouble", "words"]),
        (None, FakeAssistant(RuntimeError("boom")), ["trouble", *["words"] * 3]),
        (None, FakeAssistant(FAILED), ["words", "trouble", "words"]),
        (None, FakeAssistant("One. Two."), ["words", "words"]),
    ],
)
def test_what_failed_sounds_of_trouble_once_before_its_sentence(stt, assistant, heard):
    assert heard_from(hear(COMMAND, stt=stt, assistant=assistant, options=SOUNDS)) == heard


def test_it_is_as_soft_as_jarvis_speaks():
    world = hear(COMMAND, assistant=FakeAssistant(FAILED), options=SOUNDS)
    (tone,) = [chunk for chunk in world.speaker.played if chunk.sample_rate == error_tone().sample_rate]
    usual = np.abs(np.frombuffer(error_tone().pcm, "<i2").astype(int)).max()
    assert np.abs(np.frombuffer(tone.pcm, "<i2").astype(int)).max() == pytest.approx(usual / 2, abs=1)


@pytest.mark.parametrize("options", [VoiceOptions(sounds=False), VoiceOptions(sounds=True, aloud=False)])
def test_there_is_none_where_no_sounds_are_wanted(options):
    world = hear(COMMAND, assistant=FakeAssistant(FAILED), options=options)
    assert "trouble" not in heard_from(world, 1.0)
    assert len(world.turns()) == 1


def test_a_voice_that_stays_dead_is_heard_to_fail_once():
    dead = FakeTextToSpeech(*[error("speech.voice_died")] * 8)
    world = hear(COMMAND, tts=dead, assistant=FakeAssistant("One. Two. Three. Four."), options=SOUNDS)
    assert heard_from(world) == ["trouble"]
    assert {event.code for event in world.log.of(VoiceTrouble)} == {"speech.voice_died"}


def test_a_turn_and_a_voice_that_both_fail_sound_once():
    dead = FakeTextToSpeech(*[error("speech.voice_died")] * 8)
    world = hear(COMMAND, tts=dead, assistant=FakeAssistant(FAILED), options=SOUNDS)
    assert heard_from(world) == ["trouble"]


def test_it_waits_until_the_person_has_finished():
    def person_still_speaks(number: int) -> None:
        if number == last_word:
            world.log.wait_for(lambda events: any(isinstance(event, VoiceTrouble) for event in events))
            spoke_over.append(world.speaker.sounding.wait(0.3))

    spoke_over: list[bool] = []
    last_word = len(COMMAND + utterance()) // 1024 - 35
    world = World(
        ScriptedMicrophone(COMMAND[: -len(seconds(QUIET, 1.0))] + utterance(2.0), on_frame=person_still_speaks),
        stt=FakeSpeechToText(refuses=error("speech.language_missing")),
        options=SOUNDS,
    )
    world.loop.run()
    assert spoke_over == [False]
    assert heard_from(world) == ["trouble", "words"]


def test_an_interruption_that_nobody_could_hear_lets_jarvis_go_on_without_it():
    with Answering(error("speech.recogniser_died")) as at:
        at.world.options = SOUNDS
        at.interrupt()
        at.microphone.add(PAUSE)
        at.turns_over(1)
        at.gate.set()
        at.turns_over(2)
    assert "trouble" not in heard_from(at.world)


def test_who_mutes_jarvis_while_it_thinks_hears_no_sound_of_trouble():
    gate = threading.Event()
    world, microphone = live(assistant=FakeAssistant(FAILED, gate=gate), options=SOUNDS)
    try:
        microphone.add(COMMAND)
        world.log.wait_for_state("thinking")
        world.loop.mute()
        gate.set()
        world.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
    finally:
        world.loop.close()
    assert heard_from(world) == ["words", "words"]


def test_what_the_button_began_while_muted_is_heard_to_fail():
    world, microphone = live(assistant=FakeAssistant(FAILED), options=SOUNDS, resting="muted")
    try:
        world.loop.push_to_talk()
        microphone.add(seconds(QUIET, 0.3) + utterance())
        world.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
    finally:
        world.loop.close()
    assert heard_from(world) == ["words", "trouble", "words"]
