import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError, EngineError
from jarvis.contracts.speech import SAMPLE_RATE, AudioChunk
from jarvis.voice.clauses import aside, clauses_in
from jarvis.voice.mouth import PARTS_AHEAD, Mouth
from tests.fakes.mouth import PATIENCE_SECONDS, HandSpeaker, HandVoice, tone
from tests.fakes.voice import (
    FakeClock,
    error,
)
from tests.fakes.voice_output import FakeTextToSpeech

MARGINS = 0.04
"""The silence that stays around a clause."""


class Stage:
    """A mouth on a speaker moved by hand; time stands still for the pauses unless the clock is moved."""

    def __init__(self, voice=None, speaker=None, volume=1.0, rate=1.0):
        self.speaker = speaker or HandSpeaker()
        self.voice = voice or HandVoice()
        self.troubles = []
        self.clock = FakeClock()
        self.mouth = Mouth(self.voice, self.speaker, self.troubles.append, self.clock.monotonic)
        self.cancel = CancelToken()
        self.began = threading.Event()
        self.speech = self.mouth.speech(self.cancel, rate, self.began.set, volume=volume)

    def say(self, text, language="en"):
        for clause in clauses_in(text, language):
            self.speech.say(clause, language)

    def finish(self):
        done = threading.Thread(target=self.speech.finish)
        done.start()
        while done.is_alive():
            self.speaker.sound(10.0)
            done.join(0.002)


def test_clauses_are_said_in_order_with_pauses_between():
    stage = Stage()
    stage.say("One two three. Four five.")
    stage.finish()
    assert [text for text, _, _ in stage.voice.asked] == ["One two three.", "Four five."]
    first, second = stage.speech.spans
    assert first.begin == 0.0 and first.end == pytest.approx(0.3, abs=0.002)
    assert second.begin - first.end == pytest.approx(0.26, abs=0.002)
    assert stage.speech.heard() == "One two three. Four five."
    assert stage.began.is_set() and not stage.troubles


def test_the_silence_around_a_voice_is_trimmed():
    stage = Stage(HandVoice(before=0.3, after=0.4))
    stage.say("One two. Three four.")
    stage.finish()
    for span in stage.speech.spans:
        assert span.end - span.begin == pytest.approx(0.2 + MARGINS, abs=0.01)


def test_no_pause_is_added_where_the_writer_was_slow():
    stage = Stage()
    stage.say("One two three.")
    stage.speaker.until_queued(0.3)
    stage.speaker.sound(1.0)
    stage.clock.seconds = 5.0
    stage.say("Four five.")
    stage.finish()
    first, second = stage.speech.spans
    assert second.begin == pytest.approx(first.end)


def test_the_next_clause_is_made_while_one_plays_and_no_more_than_that():
    playing = threading.Event()

    class Slow(HandSpeaker):
        def play(self, chunk):
            playing.set()
            assert self.go.wait(PATIENCE_SECONDS)
            super().play(chunk)

    speaker = Slow()
    speaker.go = threading.Event()
    stage = Stage(speaker=speaker)
    stage.say("One two. Three four. Five six. Seven eight.")
    assert playing.wait(PATIENCE_SECONDS)
    stage.voice.until_asked(PARTS_AHEAD)
    assert len(stage.voice.asked) == PARTS_AHEAD
    speaker.go.set()
    stage.finish()
    assert len(stage.voice.asked) == 4


@pytest.mark.parametrize(
    ("seconds", "heard"),
    [
        (0.0, ""),
        (0.02, ""),
        (0.1, "One"),
        (0.15, "One two"),
        (0.22, "One two three."),
        (0.3, "One two three."),
        (0.5, "One two three."),
        (0.62, "One two three. Four"),
        (9.0, "One two three. Four five."),
    ],
)
def test_what_was_heard_is_cut_at_a_word(seconds, heard):
    stage = Stage()
    stage.say("One two three. Four five.")
    stage.speaker.until_queued(0.76)
    stage.speaker.sound(seconds)
    assert stage.speech.heard() == heard
    stage.speech.interrupt()
    stage.speech.finish()
    stage.speaker.heard += 5.0
    assert stage.speech.heard() == heard, "what others say afterwards was not this"


def test_heard_text_is_as_it_was_written():
    stage = Stage()
    stage.say("It costs **$5** at 10:30. Then:\n```\nx\n```\nBye.")
    stage.finish()
    assert next(text for text, _, _ in stage.voice.asked) == "It costs 5 dollars at ten thirty."
    assert stage.speech.heard() == "It costs **$5** at 10:30. Then:\n```\nx\n```\nBye."


def test_an_aside_is_said_but_is_no_part_of_what_was_heard():
    stage = Stage()
    stage.speech.say(aside("One moment.", "en"), "en")
    stage.say("It is ten.")
    stage.finish()
    assert [text for text, _, _ in stage.voice.asked] == ["One moment.", "It is ten."]
    assert stage.speech.heard() == "It is ten."


def test_warming_loads_the_voice():
    stage = Stage()
    stage.voice.warm = lambda: stage.voice.asked.append("warm")
    stage.mouth.warm()
    assert stage.voice.asked == ["warm"]


def test_pause_keeps_the_rest_and_resume_goes_on_loud():
    stage = Stage()
    stage.say("One two three four.")
    stage.speaker.until_queued(0.4)
    stage.speech.duck(0.3)
    stage.speech.pause()
    stage.speech.pause()
    stage.speaker.sound(1.0)
    assert stage.speaker.heard == 0.0
    stage.speech.resume()
    assert stage.speaker.calls == ["duck 0.3", "pause", "duck 1.0", "resume"]
    stage.finish()
    assert stage.speech.heard() == "One two three four."


def test_a_speech_without_the_floor_leaves_the_speaker_alone():
    stage = Stage()
    stage.say("One two three.")
    stage.speaker.until_queued(0.3)
    other = stage.mouth.speech(CancelToken(), 1.0)
    other.say("Four.", "en")
    other.duck(0.2)
    other.pause()
    other.resume()
    other.interrupt()
    other.finish()
    assert stage.speaker.calls == [] and stage.speaker.stops == 0
    assert other.heard() == ""
    stage.finish()
    stage.speech.pause()
    assert stage.speaker.calls == []


def test_one_speech_follows_the_other():
    stage = Stage()
    stage.say("One two three.")
    stage.speaker.until_queued(0.3)
    other = stage.mouth.speech(CancelToken(), 1.0)
    other.say("Four five.", "en")
    stage.finish()
    stage.speaker.until_queued(0.5)
    assert other.spans[0].begin == pytest.approx(0.3, abs=0.002)
    stage.speaker.sound(9.0)
    other.finish()
    assert other.heard() == "Four five."


@pytest.mark.parametrize("how", ["cancel", "interrupt"])
def test_stopping_is_silent_at_once_and_says_no_more(how):
    stage = Stage()
    stage.say("One two three. Four five. Six seven. Eight nine.")
    stage.speaker.until_queued(0.3)
    stage.cancel.cancel() if how == "cancel" else stage.speech.interrupt()
    assert stage.speaker.stops >= 1
    stage.speech.say("More.", "en")
    stage.speech.finish()
    assert "More." not in [text for text, _, _ in stage.voice.asked]
    assert stage.mouth.floor.acquire(timeout=PATIENCE_SECONDS)


def test_a_voice_that_hangs_does_not_keep_the_floor():
    hangs = threading.Event()
    stage = Stage(HandVoice(on_ask=lambda text: text == "Hang." and hangs.wait(PATIENCE_SECONDS)))
    stage.say("Hang.")
    stage.voice.until_asked(1)
    stage.cancel.cancel()
    stage.speech.finish()
    other = stage.mouth.speech(CancelToken(), 1.0)
    other.say("On we go.", "en")
    stage.speaker.until_queued(0.3)
    hangs.set()
    stage.speaker.sound(9.0)
    other.finish()
    assert other.heard() == "On we go."


def test_a_stopped_speech_asks_nothing_more_of_the_voice():
    stage = Stage()
    with stage.mouth.asking:
        stage.say("Old.")
        stage.cancel.cancel()
        stage.speech.finish()
        other = stage.mouth.speech(CancelToken(), 1.0)
        other.say("New.", "en")
    stage.speaker.until_queued(0.1)
    stage.speaker.sound(9.0)
    other.finish()
    assert [text for text, _, _ in stage.voice.asked] == ["New."]


def test_a_clause_in_the_other_language_is_said_by_the_other_voice():
    stage = Stage()
    stage.say("You would say this:\n¿Dónde está la casa de tu hermana?\nThat is all there is to it.")
    stage.finish()
    assert [language for _, language, _ in stage.voice.asked] == ["en", "es", "en"]


def test_rate_and_volume_are_honoured():
    stage = Stage(volume=0.5, rate=1.5)
    stage.say("One two.")
    stage.speech.play(AudioChunk(pcm=tone(0.1, level=8000), sample_rate=SAMPLE_RATE))
    stage.finish()
    assert stage.voice.asked[0][2] == 1.5
    levels = np.frombuffer(stage.speaker.pcm, "<i2")
    assert set(levels.tolist()) == {0, 2500, 4000}


def test_without_volume_nothing_sounds_but_time_passes():
    stage = Stage(volume=0.0)
    stage.say("One two.")
    stage.finish()
    assert not np.frombuffer(stage.speaker.pcm, "<i2").any()
    assert stage.speech.heard() == "One two."


def test_a_plain_text_is_made_sayable():
    stage = Stage()
    stage.speech.say("**Wait** 5 km & go.", "en")
    stage.speech.say("🎉", "en")
    stage.finish()
    assert [text for text, _, _ in stage.voice.asked] == ["Wait 5 kilometers and go."]


def test_the_own_name_is_known_while_it_sounds_and_a_little_longer():
    stage = Stage()
    assert not stage.mouth.says_name
    stage.say("One two three. I am Jarvis.")
    stage.speaker.until_queued(0.3 + 0.26 + 0.3)
    assert not stage.mouth.says_name, "it comes only later"
    stage.speaker.sound(0.6)
    assert stage.mouth.says_name
    stage.speech.pause()
    stage.clock.seconds += 60.0
    assert stage.mouth.says_name
    stage.speech.resume()
    stage.finish()
    assert stage.mouth.says_name
    stage.clock.seconds += 1.0
    assert not stage.mouth.says_name


def test_the_name_is_over_when_the_next_clauses_sound():
    stage = Stage()
    stage.say("I am Jarvis. One two three. Four five six. Seven eight nine.")
    stage.speaker.until_queued(0.3 + 0.26 + 0.3)
    stage.speaker.sound(0.2)
    assert stage.mouth.says_name
    stage.speaker.sound(0.4)
    stage.clock.seconds += 0.9
    assert not stage.mouth.says_name
    stage.finish()
    assert not stage.mouth.says_name


def test_a_voice_that_fails_at_once_is_asked_once_more():
    stage = Stage(FakeTextToSpeech(error()))
    stage.say("One two three.")
    stage.finish()
    assert stage.voice.said == [("One two three.", "en")] and not stage.troubles


def test_a_voice_that_goes_on_failing_is_told_and_the_next_clause_tried():
    stage = Stage(FakeTextToSpeech(error("a"), error("b")))
    stage.say("One two three. Four five six.")
    stage.finish()
    assert [trouble.code for trouble in stage.troubles] == ["b"]
    assert [text for text, _ in stage.voice.said] == ["Four five six."]


def test_a_voice_that_dies_midway_is_not_repeated():
    stage = Stage(FakeTextToSpeech(dies=error("died")))
    stage.say("One two three.")
    stage.finish()
    assert len(stage.voice.said) == 1
    assert [trouble.code for trouble in stage.troubles] == ["died"]


def test_a_speaker_that_is_gone_is_told_once():
    stage = Stage(speaker=HandSpeaker(fails=error("gone", DeviceError)))
    stage.say("One two three. Four five. Six seven.")
    stage.finish()
    assert [trouble.code for trouble in stage.troubles] == ["gone"]
    assert stage.speech.heard() == ""


def test_what_nobody_foresaw_ends_the_speech_with_a_sentence(caplog):
    class Odd(HandVoice):
        def synthesize(self, text, language, rate=1.0):
            raise ZeroDivisionError

    stage = Stage(Odd())
    stage.say("One.")
    stage.finish()
    assert isinstance(stage.troubles[0], EngineError) and stage.troubles[0].code == "voice.mouth"
    caplog.clear()


def test_nothing_to_say_needs_no_waiting():
    stage = Stage()
    stage.speech.finish()
    assert stage.speech.heard() == "" and stage.speech.spans == ()


ACTS = st.lists(
    st.one_of(
        st.sampled_from(["say", "pause", "resume", "duck", "chime"]),
        st.floats(0.01, 1.0),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(ACTS, st.sampled_from(["finish", "interrupt", "cancel"]))
def test_whatever_is_done_what_was_heard_is_a_beginning_and_the_floor_is_free_again(acts, end):
    stage = Stage()
    said, heard = "", ""
    for number, act in enumerate(acts):
        if act == "say":
            text = f" Clause number {number} it is."
            stage.say(text)
            said += text
        elif act == "chime":
            stage.speech.play(AudioChunk(pcm=tone(0.05), sample_rate=SAMPLE_RATE))
        elif act == "duck":
            stage.speech.duck(0.5)
        elif act in ("pause", "resume"):
            getattr(stage.speech, act)()
        else:
            stage.speaker.sound(act)
        now = stage.speech.heard()
        assert now.startswith(heard) and said.startswith(now)
        heard = now
    if end == "finish":
        stage.speech.resume()
        stage.finish()
        assert stage.speech.heard() == said
    else:
        stage.cancel.cancel() if end == "cancel" else stage.speech.interrupt()
        stage.speech.finish()
        assert stage.speech.heard().startswith(heard)
    assert stage.mouth.floor.acquire(timeout=PATIENCE_SECONDS)
    assert not stage.speaker.paused and not stage.troubles
