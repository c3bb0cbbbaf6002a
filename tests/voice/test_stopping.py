"""Whether words into an answer end it: tables of what spotter and recogniser know."""

from dataclasses import replace

import pytest

from jarvis.contracts.speech import SpottedWord
from jarvis.voice.stopping import LONE_WORD_SECONDS, SENTENCE_WORDS, Said, ends_answer, is_turn, may_be_reply

WORD = Said(verdict="nothing", accepted=True, basic=False, spotted=False, spots=True, speech_seconds=0.4, words=2)
LONG = LONE_WORD_SECONDS + 0.5


@pytest.mark.parametrize(
    ("known", "over"),
    [
        ({"verdict": "stop"}, True),
        ({"verdict": "stop", "speech_seconds": LONG}, True),
        ({"verdict": "stop", "accepted": False}, False),
        ({"verdict": "stop", "accepted": False, "spotted": True}, True),
        ({"verdict": "nothing", "spotted": True}, True),
        ({"verdict": "nothing", "spotted": True, "asked": True}, True),
        # What is like a stop word may be a short reply to what Jarvis asked.
        ({"verdict": "nothing", "spotted": True, "asked": True, "maybe_reply": True}, False),
        ({"verdict": "stop", "spotted": True, "asked": True, "maybe_reply": True}, True),
        ({"verdict": "go", "accepted": False, "spotted": True}, True),
        ({"verdict": "go", "accepted": False, "spotted": True, "speech_seconds": LONG}, False),
        ({"verdict": "go", "spotted": True}, False),
        ({"verdict": "go", "spotted": True, "words": 1}, False),
        ({"verdict": "go", "spotted": True, "words": 1, "ringing": True}, True),
        ({"verdict": "go", "spotted": True, "words": 2, "ringing": True}, False),
        ({"verdict": "go", "spotted": True, "words": 1, "ringing": True, "speech_seconds": LONG}, False),
        ({"verdict": "go", "words": 1, "ringing": True}, False),
        ({"verdict": "backchannel", "spotted": True}, False),
        ({"verdict": "backchannel"}, False),
        ({"verdict": "nothing"}, False),
        ({"verdict": "echo", "speech_seconds": LONG, "spotted": True}, False),
    ],
)
def test_a_good_recogniser_is_believed(known, over):
    assert ends_answer(replace(WORD, **known)) is over


@pytest.mark.parametrize(
    ("known", "over"),
    [
        ({"verdict": "stop"}, False),
        ({"verdict": "stop", "spotted": True}, True),
        ({"verdict": "stop", "spots": False}, True),
        ({"verdict": "stop", "speech_seconds": LONG}, True),
        ({"verdict": "stop", "accepted": False, "spots": False}, False),
        ({"verdict": "go", "spotted": True}, True),
        ({"verdict": "backchannel", "spotted": True}, True),
        ({"verdict": "nothing", "accepted": False, "spotted": True}, True),
        ({"verdict": "go", "spotted": True, "speech_seconds": LONG}, False),
        ({"verdict": "go", "spotted": True, "words": SENTENCE_WORDS - 1}, True),
        ({"verdict": "go", "spotted": True, "words": SENTENCE_WORDS}, False),
        ({"verdict": "go", "spotted": True, "words": SENTENCE_WORDS, "accepted": False}, True),
    ],
)
def test_the_basic_recogniser_takes_any_short_sound_for_an_order_so_the_spotter_counts(known, over):
    assert ends_answer(replace(WORD, basic=True, **known)) is over


@pytest.mark.parametrize(
    ("sure", "begun", "ringing", "maybe"),
    [
        (False, ["All is well.", "Shall I go on?"], False, True),
        (True, ["All is well.", "Shall I go on?"], False, False),
        (None, ["Shall I go on?"], False, False),
        (False, ["Shall I go on?", "All is well."], False, False),
        (False, ["Shall I go on?"], True, False),
        (False, [], False, False),
    ],
)
def test_a_doubtful_word_after_a_question_may_be_the_reply(sure, begun, ringing, maybe):
    word = None if sure is None else SpottedWord(word="stop", at_seconds=1.0, sure=sure)
    assert may_be_reply(word, begun, ringing=ringing) is maybe


@pytest.mark.parametrize(
    ("known", "turn"),
    [
        ({"verdict": "go"}, True),
        ({"verdict": "go", "accepted": False}, False),
        ({"verdict": "go", "basic": True, "spotted": True}, False),
        ({"verdict": "go", "basic": True, "spotted": True, "speech_seconds": LONG}, True),
        ({"verdict": "go", "basic": True, "spotted": True, "words": SENTENCE_WORDS}, True),
        ({"verdict": "go", "words": 1}, True),
        ({"verdict": "go", "words": 1, "basic": True}, False),
        ({"verdict": "go", "words": 1, "basic": True, "asked": True}, True),
        ({"verdict": "go", "words": 1, "basic": True, "asked": True, "spotted": True, "maybe_reply": True}, True),
        ({"verdict": "go", "words": 1, "basic": True, "asked": True, "spotted": True}, False),
        ({"verdict": "backchannel"}, False),
        ({"verdict": "echo"}, False),
        ({"verdict": "stop"}, False),
    ],
)
def test_only_understood_words_are_a_turn(known, turn):
    assert is_turn(replace(WORD, **known)) is turn
