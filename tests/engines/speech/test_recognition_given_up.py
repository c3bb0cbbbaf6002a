"""Utterances that are dropped, cancelled or held up, and what comes after them."""

import pytest

from jarvis.contracts.speech import RecognitionHints
from jarvis.engines.speech.children import BASIC_RECOGNITION, speech_to_text
from jarvis.engines.speech.connectors import ChildConnector
from jarvis.engines.speech.recognition import WyomingSpeechToText
from tests.fakes.recognition import VOICE, Finishing, hear, listener, say
from tests.fakes.speech import silence, synthetic_speech


def test_a_recogniser_whose_words_are_awaited_is_not_started_anew(basic, start_child):
    utterance = basic.open()
    utterance.feed(silence(0.3) + synthetic_speech("what time is it", VOICE) + silence(0.35))
    first = start_child.children[0].pid
    finishing = Finishing(utterance, first)
    assert not basic.renew()
    finishing.go_on()
    assert finishing.over().text == "what time is it"
    assert basic.renew()
    assert start_child.children[0].pid != first


@pytest.mark.parametrize("act", ["finish", "settle"])
def test_a_recogniser_that_hangs_is_freed_from_another_thread_and_hears_the_next(basic, start_child, act):
    given_up = basic.open()
    given_up.feed(silence(0.3) + synthetic_speech("cancel the timer", VOICE) + silence(0.35))
    finishing = Finishing(given_up, start_child.children[0].pid, act)
    given_up.cancel()
    words = finishing.over()
    assert (words.text, words.accepted) == ("", False), "the child has not answered anything yet"
    given_up.abandon()
    assert (given_up.settle(), given_up.finish().text) == (None, ""), "nor is it asked again"
    assert basic.open(hints=RecognitionHints(aside=True)).is_open, "a second look at a wake word is taken"
    following = basic.open()
    given_up.cancel()
    following.feed(silence(0.3) + synthetic_speech("what time is it", VOICE) + silence(0.35))
    finishing.go_on()
    assert following.finish().text == "what time is it"
    given_up.cancel()
    given_up.abandon()
    assert say(basic, "play the music").text == "play the music"


@pytest.mark.parametrize("act", ["finish", "settle"])
def test_what_is_cancelled_before_its_words_are_asked_for_has_none(basic, start_child, act):
    cancelled = basic.open()
    cancelled.feed(silence(0.3) + synthetic_speech("cancel the timer", VOICE) + silence(0.35))
    cancelled.cancel()
    assert cancelled.partial() is None
    finishing = Finishing(cancelled, start_child.children[0].pid, act, wait=False)
    assert finishing.over().text == ""
    finishing.go_on()
    cancelled.abandon()
    assert say(basic, "what time is it").text == "what time is it"


def test_letting_go_of_one_that_was_dropped_takes_nothing_from_the_one_that_is_listened_to(basic, start_child):
    dropped, following = basic.open(), basic.open()
    following.feed(silence(0.3) + synthetic_speech("what time is it", VOICE) + silence(0.35))
    finishing = Finishing(following, start_child.children[0].pid)
    dropped.cancel()
    dropped.abandon()
    finishing.go_on()
    assert finishing.over().text == "what time is it"


def test_what_is_cancelled_when_its_words_are_known_disturbs_nobody(basic):
    known = basic.open()
    known.feed(silence(0.3) + synthetic_speech("cancel the timer", VOICE) + silence(0.35))
    assert known.finish().text == "cancel the timer"
    known.cancel()
    known.abandon()
    assert say(basic, "what time is it").text == "what time is it"


@pytest.mark.parametrize(("answer_seconds", "anew"), [(0.0, True), (60.0, False)])
def test_a_recogniser_that_hangs_though_everybody_gives_up_before_the_end_is_started_anew(
    start_child, tmp_path, answer_seconds, anew
):
    program = listener(tmp_path / "cache")
    child = start_child("speech recognition", program.module, program.arguments)
    recogniser = WyomingSpeechToText(ChildConnector(child), BASIC_RECOGNITION, answer_seconds=answer_seconds)
    given_up = recogniser.open()
    given_up.feed(silence(5.0))
    first = child.pid
    finishing = Finishing(given_up, first)
    given_up.cancel()
    assert finishing.over().text == "" and given_up.waited_in_vain > 0
    given_up.abandon()
    following = recogniser.open()
    assert (child.pid != first) is anew
    assert following.waited_in_vain == (0.0 if anew else given_up.waited_in_vain)
    if not anew:
        finishing.go_on()
    following.feed(silence(2.3) + synthetic_speech("what time is it", VOICE) + silence(0.35))
    assert following.finish().text == "what time is it"
    assert following.waited_in_vain == 0.0
    recogniser.close()


def test_a_network_service_that_hangs_is_hung_up_on_and_hears_the_next(server, start_child, tmp_path):
    recogniser = speech_to_text(start_child=start_child, commands=listener(tmp_path / "cache"), address=server.address)
    server.says_transcript = False
    given_up = recogniser.open()
    given_up.feed(silence(0.1))
    finishing = Finishing(given_up, None)
    given_up.cancel()
    assert finishing.over().text == ""
    given_up.abandon()
    server.says_transcript = True
    assert hear(recogniser, silence(0.1)).text == server.text
    assert server.requests.count("describe") == 2, "words that come late are nobody's"
    recogniser.close()


def test_a_look_aside_gives_way_to_a_turn_at_once_and_each_gets_its_own_words(basic, start_child):
    look = basic.open(hints=RecognitionHints(aside=True))
    look.feed(silence(0.3) + synthetic_speech("cancel the timer", VOICE) + silence(0.35))
    finishing = Finishing(look, start_child.children[0].pid)
    turn = basic.open()
    assert finishing.over().text == "", "it was given up before the child had answered anything"
    look.feed(synthetic_speech("cancel the timer", VOICE))
    turn.feed(silence(0.3) + synthetic_speech("what time is it", VOICE) + silence(0.35))
    finishing.go_on()
    assert turn.finish().text == "what time is it"


def test_a_look_aside_never_disturbs_somebody_who_is_listened_to(basic, start_child):
    turn = basic.open()
    turn.feed(silence(0.3) + synthetic_speech("what time is it", VOICE) + silence(0.35))
    look = basic.open(hints=RecognitionHints(aside=True))
    look.feed(synthetic_speech("cancel the timer", VOICE))
    assert look.partial() is None
    assert (look.settle().text, look.finish().accepted) == ("", False)
    look.abandon()
    finishing = Finishing(turn, start_child.children[0].pid)
    assert basic.open(hints=RecognitionHints(aside=True)).finish().text == "", "while its words are awaited, too"
    finishing.go_on()
    assert finishing.over().text == "what time is it"
    look = basic.open(hints=RecognitionHints(aside=True))
    look.feed(silence(0.3) + synthetic_speech("cancel the timer", VOICE) + silence(0.35))
    assert look.finish().text == "cancel the timer"


def test_a_network_service_gives_a_look_up_too(server, start_child, tmp_path):
    recogniser = speech_to_text(start_child=start_child, commands=listener(tmp_path / "cache"), address=server.address)
    look = recogniser.open(hints=RecognitionHints(aside=True))
    look.feed(silence(0.1))
    turn = recogniser.open()
    turn.feed(silence(0.1))
    assert (look.finish().text, turn.finish().text) == ("", server.text)
    recogniser.close()
