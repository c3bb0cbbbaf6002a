import os
import signal
import time

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.engines.children.spotter_loudness import Loudness
from jarvis.engines.speech.connectors import ChildConnector
from jarvis.engines.speech.spotting import (
    SPOTTER_MODULE,
    STOP_WORDS,
    Spotter,
    SpotterConfirmer,
    SpotterWords,
    Wanted,
    stop_words,
)
from jarvis.voice import keyword_model, keyword_spotter
from tests.fakes.speech import pink_noise, silence, synthetic_speech

PATIENCE_SECONDS = 30.0
OWN_VOICE = "en-us+edward"
ORDINARY = synthetic_speech("the children fell asleep", "en-us+adam")


@pytest.fixture
def spotter(start_child):
    service = Spotter(ChildConnector(start_child("the word spotter", SPOTTER_MODULE, ())), on_trouble=TROUBLES.append)
    TROUBLES.clear()
    yield service
    service.close()


TROUBLES = []


def play(words, sound):
    return [found for at in range(0, len(sound), 1024) for found in words.process(sound[at : at + 1024])]


def spotted(words, sound, count=1):
    """Play `sound` and wait for the child to report `count` words of it; the last word heard is a marker after it."""
    found = play(words, silence(0.6) + sound + silence(0.4))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(found) < count and time.monotonic() < deadline:
        found += words.process(b"")
        time.sleep(0.005)
    return found


def settled(spotter, words, sound):
    """Play `sound` and return what was found by the time that the child has answered a question asked after it."""
    found = play(words, silence(0.6) + sound + silence(0.4))
    SpotterConfirmer(spotter, answer_seconds=PATIENCE_SECONDS).confirm(silence(0.5), "stop")
    return found + words.process(b"")


@pytest.mark.parametrize(("word", "voice"), [("stop", "en-us+adam"), ("cancel", "en-us+adam"), ("para", "es+adam")])
def test_a_stop_word_is_reported_with_the_time_of_its_end(spotter, word, voice):
    words = stop_words(spotter)
    said = synthetic_speech(word, voice)
    (found,) = spotted(words, said)
    assert found.word == word
    assert 0.6 < found.at_seconds < 0.6 + len(said) / 32000 + 0.1
    assert words.note is None


def test_each_stop_word_is_found_and_other_sound_is_not(spotter):
    words = stop_words(spotter)
    for word, voice in (("silencio", "es+adam"), ("basta", "es+adam")):
        words.reset()
        assert [found.word for found in settled(spotter, words, synthetic_speech(word, voice))] == [word]
    words.reset()
    assert settled(spotter, words, ORDINARY) == []
    assert settled(spotter, words, pink_noise(2)) == []


def test_a_reset_forgets_what_was_said_before_and_time_goes_on(spotter):
    words = stop_words(spotter)
    sound = silence(0.6) + synthetic_speech("stop", "en-us+adam") + silence(0.4)
    play(words, sound)
    words.reset()
    assert settled(spotter, words, silence(0.5)) == []
    words.reset()
    (found,) = spotted(words, synthetic_speech("stop", "en-us+adam"))
    assert found.at_seconds > (len(sound) + 32000) / 32000


def test_a_word_is_confirmed_where_it_is_said_and_only_there(spotter):
    confirmer = SpotterConfirmer(spotter, answer_seconds=PATIENCE_SECONDS)
    said = synthetic_speech("hey jarvis what time is it", "en-us+adam")
    sound = (silence(2) + said[: 2 * 20000])[-64000:]
    assert confirmer.confirm(sound, "hey jarvis")
    assert not confirmer.confirm(sound, "hey samantha")
    assert not confirmer.confirm((silence(2) + ORDINARY)[-64000:], "hey jarvis")
    assert confirmer.confirm((silence(2) + synthetic_speech("okay friday", OWN_VOICE))[-64000:], "okay friday")
    assert not confirmer.confirm((silence(2) + ORDINARY)[-64000:], "okay friday")
    assert not confirmer.confirm(b"", "hey jarvis")


def test_a_child_that_dies_is_told_of_and_started_again(spotter, start_child):
    words = stop_words(spotter)
    assert [found.word for found in spotted(words, synthetic_speech("stop", "en-us+adam"))] == ["stop"]
    first = start_child.children[0].pid
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not TROUBLES and time.monotonic() < deadline:
        time.sleep(0.005)
    assert [error.code for error in TROUBLES] == ["speech.stopped"]
    assert set(words.note) == {"en", "es"}
    before = words.process(b"")
    (found,) = spotted(words, synthetic_speech("stop", "en-us+adam"))
    assert before == [] and found.word == "stop"
    assert found.at_seconds > 1.6
    assert start_child.children[0].pid not in (None, first)
    assert words.note is None


def test_a_question_to_a_child_that_dies_is_answered_with_an_error(spotter, start_child):
    spotter.warm()
    os.kill(start_child.children[0].pid, signal.SIGSTOP)
    confirmer = SpotterConfirmer(spotter, answer_seconds=0.05)
    with pytest.raises(EngineError) as caught:
        confirmer.confirm(silence(1), "stop")
    assert caught.value.code == "speech.spotter_slow"
    start_child.children[0].kill()


def test_a_word_that_nobody_can_say_is_one_sentence(spotter):
    words = SpotterWords(spotter, Wanted(words={"?": ("en", "es")}))
    words.process(silence(0.1))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while words.note is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert "?" in words.note["en"] and "?" in words.note["es"]


def test_a_child_that_cannot_start_never_blocks(start_child):
    told = []
    service = Spotter(
        ChildConnector(start_child("the word spotter", "jarvis.no_such_module", ())), on_trouble=told.append
    )
    words = stop_words(service)
    assert play(words, silence(3)) == []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not told and time.monotonic() < deadline:
        time.sleep(0.005)
    assert len(told) == 1
    service.close()
    assert words.process(silence(0.1)) == []


def test_a_word_stands_out_only_after_quiet():
    loudness = Loudness()
    assert loudness.stands_out(0.0, 0.1)
    loud = pink_noise(1.0)
    for part in (silence(1), loud, loud):
        for at in range(0, len(part), 1000):
            loudness.feed(part[at : at + 1000])
    assert loudness.stands_out(1.05, 1.5)
    assert not loudness.stands_out(1.8, 2.2)


def test_the_child_and_the_network_know_the_same_words():
    assert {language: tuple(words) for language, words in STOP_WORDS.items()} == keyword_spotter.STOP_WORDS
    assert {word for words in STOP_WORDS.values() for word in words} == set(keyword_model.WORDS) - {"hey jarvis"}
