"""Dictation to its end, whatever ends it: noise, a lost or closed microphone, a recogniser that stops."""

import threading
from contextlib import contextmanager

import pytest

from jarvis.audio.tones import error_tone
from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import Dictated, PartialWords, TurnFinished, VoiceTrouble
from jarvis.voice.dictating import KeptUtterance
from jarvis.voice.options import VoiceOptions
from tests.fakes.voice import (
    QUIET,
    SPEECH,
    FakeSpeechToText,
    ScriptedMicrophone,
    error,
    frames,
    heard,
    seconds,
    utterance,
)
from tests.fakes.voice_answering import LosableMicrophone
from tests.fakes.voice_world import World

WORDS = seconds(SPEECH, 1.0)
STOPPED = error("speech.stopped")


class Dictation:
    """A loop that takes down what its first microphone hears; nobody has let go of the key yet."""

    def __init__(self, *results, stt=None, **world) -> None:
        self.microphones = [LosableMicrophone() for _ in range(3)]
        self.microphone = self.microphones[0]
        self.world = World(
            *self.microphones,
            stt=stt or FakeSpeechToText(*results),
            hold_while_answering=False,
            pauses=99,
            **world,
        )
        self.loop, self.log = self.world.loop, self.world.log

    def let_go(self) -> None:
        self.loop.dictated()
        self.microphone.add(seconds(QUIET, 0.032))

    def written(self) -> Dictated:
        """What came of it, once its turn is over."""
        self.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
        (dictated,) = self.log.of(Dictated)
        return dictated

    def opened(self) -> int:
        return len(self.microphones) - len(self.world.microphones)


@contextmanager
def dictating(*results, sound=WORDS, **world):
    made = Dictation(*results, **world)
    made.loop.start()
    try:
        made.loop.dictate()
        made.microphone.add(seconds(QUIET, 0.5) + sound)
        yield made
    finally:
        made.loop.close()


@pytest.mark.parametrize("noise", [heard("sí", accepted=False, language="es"), heard("", accepted=False), heard("")])
@pytest.mark.parametrize("resting", ["muted", "sleeping"])
def test_a_noise_ends_a_dictation_and_nothing_is_listened_for_after_it(noise, resting):
    with dictating(noise, sound=seconds(SPEECH, 0.3), resting=resting) as at:
        at.let_go()
        assert at.written().transcript == noise
        at.log.wait_for(lambda events: at.loop.state == resting)
        at.microphone.add(utterance())
        assert at.loop.state == resting
        assert at.microphone.closed.is_set() == (resting == "muted")
    assert at.opened() == 1
    assert at.log.states().count("listening") == 1
    assert at.world.assistant.requests == [] and at.world.said() == []


@pytest.mark.parametrize("pause", [b"", seconds(QUIET, 2.0)])
def test_what_was_said_until_the_microphone_was_lost_is_written(pause):
    with dictating(*["so far"] * 2, sound=WORDS + pause) as at:
        at.microphone.lose()
        written = at.written()
        at.log.wait_for(lambda events: at.world.log.states()[-1] == "off")
    assert (written.transcript.text, written.cut) == ("so far", "microphone")
    assert [event.code for event in at.log.of(VoiceTrouble)] == ["audio.microphone_lost"]


def test_a_microphone_that_is_lost_after_the_key_was_let_go_cuts_nothing():
    with dictating("all of it") as at:
        at.let_go()
        written = at.written()
        at.microphone.lose()
        at.log.wait_for(lambda events: any(isinstance(event, VoiceTrouble) for event in events))
    assert written.cut == ""


def test_what_was_said_until_listening_failed_is_written():
    with dictating(*["so far"] * 2) as at:
        at.microphone.fail(ValueError("a part of it broke"))
        written = at.written()
        at.log.wait_for(lambda events: at.log.states()[-1] == "off")
        assert at.loop.idle
    assert (written.transcript.text, written.cut) == ("so far", "microphone")
    assert [event.code for event in at.log.of(VoiceTrouble)] == ["voice.unexpected"]


def test_who_lets_the_key_go_and_mutes_at_once_has_cut_nothing_and_opens_no_microphone():
    with dictating("all of it") as at:
        at.loop.dictated()
        at.loop.mute()
        assert not at.loop._floor.wants_microphone()
        written = at.written()
        at.log.wait_for(lambda events: at.loop.state == "muted")
    assert (written.transcript.text, written.cut) == ("all of it", "")
    assert at.opened() == 1


@pytest.mark.parametrize("resting", ["muted", "sleeping"])
def test_muting_ends_a_dictation_with_its_words(resting):
    with dictating("so far", resting=resting) as at:
        assert at.loop.state == "hearing"
        at.loop.mute()
        assert at.loop.state in ("thinking", "muted")
        written = at.written()
        at.log.wait_for(lambda events: at.loop.state == "muted")
        # The key comes up only now.
        at.loop.dictated()
        assert not at.loop._floor.wants_microphone()
    assert (written.transcript.text, written.cut) == ("so far", "muted")
    assert at.opened() == 1
    assert at.log.of(VoiceTrouble) == []


def test_who_mutes_while_the_words_are_found_out_has_cut_nothing():
    slow = threading.Event()
    with dictating(stt=FakeSpeechToText("all of it", gate=slow)) as at:
        at.let_go()
        at.loop.mute()
        at.loop.unmute()
        at.microphones[1].add(seconds(QUIET, 0.1))
        slow.set()
        written = at.written()
    assert (written.transcript.text, written.cut) == ("all of it", "")


def test_dropping_a_dictation_writes_nothing():
    with dictating("unwanted") as at:
        at.loop.stop_all()
        at.microphone.lose()
        at.log.wait_for(lambda events: any(isinstance(event, TurnFinished) for event in events))
    assert at.log.of(Dictated) == []


def test_another_recogniser_hears_all_of_it_again_when_one_stops():
    with dictating(STOPPED, *["all of it"] * 3, sound=utterance(silence=3.0)) as at:
        at.microphone.add(WORDS)
        at.let_go()
        written = at.written()
    first, second = at.world.stt.utterances
    assert first.abandoned and second.sound.startswith(first.sound)
    assert second.sound.count(frames(SPEECH)) == 2 * WORDS.count(frames(SPEECH))
    assert (written.transcript.text, written.cut) == ("all of it", "")
    assert at.log.of(VoiceTrouble) == []


SHOWN = [PartialWords(text=text, stable=0, language="es") for text in ("compra pan", "compra pan y leche", "compra")]


def test_when_that_one_stops_too_the_words_that_were_shown_are_written_at_once():
    stt = FakeSpeechToText(STOPPED, STOPPED, partials=SHOWN)
    options = VoiceOptions(follow_up_seconds=5.0)
    with dictating(stt=stt, sound=utterance(silence=2.0), options=options, resting="muted") as at:
        written = at.written()
        at.log.wait_for(lambda events: at.loop.state == "muted")
        at.loop.dictated()
        assert not at.loop._floor.wants_microphone()
    assert (written.transcript.text, written.transcript.language) == ("compra pan y leche", "es")
    assert written.cut == "recogniser"
    # One sentence says it: that of what was written.
    assert at.log.of(VoiceTrouble) == [] and at.world.said() == []
    assert at.log.states().count("listening") == 1


def test_the_words_of_the_last_pause_are_written_where_none_were_shown():
    # A sound file stands still while a pause is looked at.
    world = World(
        ScriptedMicrophone(utterance(silence=2.0) + WORDS), stt=FakeSpeechToText("buy bread", STOPPED, STOPPED)
    )
    world.loop.dictate()
    world.loop.run()
    (written,) = world.log.of(Dictated)
    assert (written.transcript.text, written.cut) == ("buy bread", "recogniser")


def test_without_any_words_it_is_told_why_and_nothing_is_listened_for():
    stt = FakeSpeechToText(refuses=error("speech.language"))
    with dictating(stt=stt, options=VoiceOptions(follow_up_seconds=5.0, sounds=True)) as at:
        written = at.written()
        at.log.wait_for(lambda events: at.loop.state == "sleeping")
        at.microphone.add(utterance())
        assert at.loop.state == "sleeping"
    assert (written.transcript.text, written.cut) == ("", "recogniser")
    assert [event.code for event in at.log.of(VoiceTrouble)] == ["speech.language"]
    (sounded,) = at.world.speaker.played
    assert sounded.pcm.startswith(error_tone().pcm)
    assert at.log.states().count("listening") == 1
    assert at.world.said() == []


@pytest.mark.parametrize(
    ("words", "language", "doubt"),
    [
        (heard("x"), "es", ""),
        (heard("x", accepted=False), "es", "unsure"),
        (heard("x", basic=True), "en", ""),
        (heard("x", basic=True, accepted=False), "en", "basic"),
        (heard("x", basic=True), "es", "basic"),
    ],
)
def test_words_that_the_recogniser_does_not_trust_are_written_and_doubted(words, language, doubt):
    with dictating(words, options=VoiceOptions(usual_language=language)) as at:
        at.let_go()
        written = at.written()
    assert (written.transcript, written.doubt) == (words, doubt)


def test_what_is_too_long_to_be_kept_or_cannot_be_mended_is_not_heard_again():
    final = EngineError("speech.none", en="No.", es="No.", retryable=False)
    for first, kept_seconds in ((STOPPED, 1.0), (final, 60.0)):
        stt = FakeSpeechToText(first, "words")
        kept = KeptUtterance(stt.open, kept_seconds)
        for _ in range(3):
            kept.feed(WORDS)
        with pytest.raises(EngineError) as caught:
            kept.finish()
        assert caught.value is first
        assert len(stt.utterances) == 1
