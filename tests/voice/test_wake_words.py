import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SpottedWord
from jarvis.voice.wake import MicroWakeDetector
from jarvis.voice.wake_confirm import RecogniserConfirmer, WakeConfirmation
from jarvis.voice.wake_words import MOST_WORDS, WakeWords, addressed, called_in, wake_words_of
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech
from tests.fakes.wake import FixedConfirmer, FixedLook, ReadingRecogniser, ScriptedSpotter

WORDS = ("hey jarvis", "computer", "oye ordenador")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("hey jarvis", ("hey jarvis",)),
        ("", ("hey jarvis",)),
        (" , ,", ("hey jarvis",)),
        ("Hey  Jarvis, Computer,oye ordenador, computer", ("hey jarvis", "computer", "oye ordenador")),
        ("a, b, c, d, e, f, g", tuple("abcdefg"[:MOST_WORDS])),
    ],
)
def test_the_setting_is_a_list_of_words(setting, words):
    assert wake_words_of(setting) == words


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Hey Jarvis, what time is it?", "What time is it?"),
        ("hey jarvis what time is it", "what time is it"),
        ("Hey, Jervis. Set a timer.", "Set a timer."),
        ("Oye, Yarvis, ¿qué hora es?", "¿qué hora es?"),
        ("Ey Járvis pon música", "Pon música"),
        ("Jarvis, stop.", "Stop."),
        ("Hey Jarvis!", ""),
        ("What time is it, Jarvis?", "What time is it"),
        ("¿Qué hora es, Jarvis?", "¿Qué hora es"),
        ("Computer, what time is it?", "What time is it?"),
        ("Computador, lights on", "Lights on"),
        ("Oye ordenador, apaga la luz", "Apaga la luz"),
        ("Oye, el ordenador apaga la luz", "Apaga la luz"),
        ("what time is it", None),
        ("I think that Jarvis was in the film", None),
        ("Hey Charles, what time is it?", None),
        ("Hey Travis, pass the jar", None),
        ("Oye Javier, ven", None),
        ("the computer is slow", None),
        ("He is called Jarvis", None),
        ("", None),
        ("¿?", None),
    ],
)
def test_who_is_addressed(text, rest):
    assert addressed(text, WORDS) == rest


@pytest.mark.parametrize(
    ("text", "word", "called"),
    [
        ("so I said hey jarvis what time", "hey jarvis", True),
        ("Jarvis, what time", "hey jarvis", True),
        ("I think that Jarvis was", "hey jarvis", False),
        ("Hey Charles", "hey jarvis", False),
        ("luego oye ordenador apaga", "oye ordenador", True),
        ("el ordenador no va", "oye ordenador", False),
        ("", "computer", False),
    ],
)
def test_what_is_called_somewhere_in_a_text(text, word, called):
    assert called_in(text, word) is called


def test_own_words_are_candidates_beside_hey_jarvis():
    sound = silence(1) + synthetic_speech("hey jarvis", WAKING_VOICE) + silence(1.5)
    spotter = ScriptedSpotter(
        SpottedWord(word="computer", at_seconds=0.5), SpottedWord(word="computer", at_seconds=0.9)
    )
    detector = WakeWords(neural=MicroWakeDetector(), spotter=spotter)
    hits = [hit for at in range(0, len(sound), 1024) for hit in detector.process(sound[at : at + 1024])]
    assert [(hit.word, hit.sure) for hit in hits] == [("computer", False), ("hey jarvis", True)]
    assert detector.score >= 0.97
    detector.reset()
    assert (spotter.resets, detector.score) == (1, 0)
    detector.close()
    assert spotter.closed


def test_without_a_neural_model_the_spotter_hears_everything_and_may_be_trusted():
    spotter = ScriptedSpotter(SpottedWord(word="hey jarvis", at_seconds=0.1))
    (hit,) = WakeWords(neural=None, spotter=spotter, trusted=True).process(silence(0.2))
    assert (hit.word, hit.sure) == ("hey jarvis", True)
    assert set(WakeWords(neural=None, spotter=spotter).note) == {"en", "es"}
    assert WakeWords(neural=MicroWakeDetector(), spotter=spotter).note is None
    assert WakeWords(neural=None, spotter=None).process(silence(0.2)) == []


@pytest.mark.parametrize(
    ("score", "other", "confirmed", "asked"),
    [
        (0.99, None, True, 0),
        (0.9, None, False, 0),
        (0.9, FixedConfirmer(["hey jarvis"]), True, 1),
        (0.9, FixedConfirmer(), False, 1),
        (0.3, FixedConfirmer(["hey jarvis"]), False, 0),
    ],
)
def test_the_model_looks_first_and_the_other_has_the_last_word(score, other, confirmed, asked):
    assert WakeConfirmation(look=FixedLook(score), other=other).confirm(silence(2), "hey jarvis") is confirmed
    assert other is None or len(other.asked) == asked


def test_the_model_knows_nothing_of_own_words():
    other = FixedConfirmer(["computer"])
    assert WakeConfirmation(look=FixedLook(1.0), other=other).confirm(silence(2), "computer")
    assert not WakeConfirmation(look=FixedLook(1.0), other=None).confirm(silence(2), "computer")
    assert not WakeConfirmation(look=None, other=None).confirm(silence(2), "hey jarvis")


def test_a_recogniser_confirms_what_it_can_read():
    recogniser = ReadingRecogniser("Hey Jarvis, what")
    assert RecogniserConfirmer(recogniser).confirm(silence(2), "hey jarvis")
    assert recogniser.heard == silence(2)
    assert recogniser.hints is not None and recogniser.hints.aside, "nobody who speaks meanwhile is disturbed"
    assert not RecogniserConfirmer(ReadingRecogniser("Hey Charles")).confirm(silence(2), "hey jarvis")
    died = ReadingRecogniser(error=EngineError("x", en="x", es="x"))
    with pytest.raises(EngineError):
        RecogniserConfirmer(died).confirm(silence(2), "hey jarvis")
    assert died.abandoned == 1
