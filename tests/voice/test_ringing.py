"""A stop word to what rings: in its tone, its words and the pauses between, and what is no stop word to it."""

import pytest

from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.foreign_voice import ForeignVoice
from jarvis.voice.keyword_spotter import KeywordSpotter
from jarvis.voice.options import VoiceOptions
from jarvis.voice.own_sound import BEFORE_SECONDS
from jarvis.voice.ringing import AFTER_SECONDS, LoneWord, RingWords
from tests.fakes.speech import silence, synthetic_speech
from tests.fakes.voice import (
    FRAME_BYTES,
    FRAME_SECONDS,
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    frames,
    heard,
    seconds,
    utterance,
    wake_word,
)
from tests.fakes.voice_ringing import SHORT, TONE, WORDS, Ringing
from tests.fakes.voice_spotter import ALONE, SPOTTED, WORD, Spotter
from tests.fakes.voice_world import LiveMicrophone, World


@pytest.mark.parametrize("text", ["", WORDS])
def test_a_stop_word_alone_into_the_ring_ends_it_without_any_recogniser(text):
    with Ringing(slow=True) as at:
        at.ring(text)
        at.sounds()
        at.microphone.add(WORD)
        assert at.speaker.held, "it is silent at once"
        assert at.told == []
        at.microphone.add(seconds(QUIET, AFTER_SECONDS))
        assert at.told == ["tea"]
        assert at.notices[0].over.wait(PATIENCE_SECONDS)
        assert at.loop.state == "sleeping"
    assert at.world.assistant.requests == []


@pytest.mark.parametrize("word", ["stop", "para", "cancel", "silencio", "basta"])
def test_so_does_one_in_the_silence_until_it_rings_again(word):
    with Ringing(word=word, slow=True) as at:
        at.ring()
        at.sounds()
        at.quiet()
        at.microphone.add(seconds(QUIET, 3.0) + ALONE)
        assert at.told == ["tea"]
        assert at.loop.state == "sleeping"
    assert at.world.stt.utterances == []


@pytest.mark.parametrize(
    "sound",
    [
        WORD + seconds(SPEECH, 0.6) + seconds(QUIET, 1.0),
        seconds(SPEECH, 1.5) + WORD + seconds(QUIET, 1.0),
        seconds(QUIET, 2.0) + frames(SPOTTED) + seconds(QUIET, 1.0),
        utterance(0.4),
    ],
    ids=["it goes on", "at the end of talk", "nobody speaks", "no stop word"],
)
def test_what_else_is_heard_in_that_silence_ends_nothing(sound):
    with Ringing() as at:
        at.ring()
        at.sounds()
        at.quiet()
        at.microphone.add(sound)
        assert at.told == []
        assert at.loop.state == "sleeping"
        at.microphone.add(ALONE)
        assert at.told == ["tea"]
    assert at.world.assistant.requests == []


def test_nothing_is_listened_for_once_nothing_rings():
    with Ringing() as at:
        at.microphone.add(ALONE)
        assert at.spotter.heard == 0
        at.ring()
        at.sounds()
        at.quiet()
        before = at.spotter.heard
        at.microphone.add(seconds(QUIET, 1.0))
        assert at.spotter.heard == before + round(1.0 / FRAME_SECONDS)
        before = at.spotter.heard
        at.notices[0].cancel()
        at.microphone.add(ALONE)
        assert at.spotter.heard == before
        assert at.told == []


def test_what_was_only_announced_does_not_ring():
    with Ringing(heard("stop")) as at:
        at.notices.append(at.loop.text_to_say("Your answer is ready.", "en"))
        at.sounds()
        at.quiet()
        before = at.spotter.heard
        at.microphone.add(ALONE)
        assert at.spotter.heard == before
        assert at.told == []


def test_the_next_ring_takes_the_place_of_the_one_before():
    with Ringing() as at:
        at.ring()
        at.sounds()
        at.quiet()
        at.ring("", "tea again")
        at.notices[0].cancel()
        assert at.notices[1].over.wait(PATIENCE_SECONDS)
        at.microphone.add(seconds(QUIET, 1.0) + ALONE)
    assert at.told == ["tea again"]


@pytest.mark.parametrize("spots", [True, False])
@pytest.mark.parametrize("words", ["stop", "Para.", "cancel it"])
def test_an_order_that_only_the_recogniser_hears_ends_it_too(words, spots):
    with Ringing(heard(words), spots=spots) as at:
        at.ring()
        at.sounds()
        at.microphone.add(SHORT)
        assert at.notices[0].over.wait(PATIENCE_SECONDS)
        assert at.was_told.wait(PATIENCE_SECONDS)
        assert at.loop.state == "sleeping"


@pytest.mark.parametrize("words", [heard("top"), heard("bara", language="es"), heard("", accepted=False)])
def test_one_word_that_was_spotted_is_an_order_whatever_the_recogniser_takes_it_for(words):
    with Ringing(words) as at:
        at.ring()
        at.sounds()
        # So much is said after it that the spotter alone would not end it.
        at.microphone.add(WORD + seconds(SPEECH, 0.5) + seconds(QUIET, 1.0))
        assert at.was_told.wait(PATIENCE_SECONDS)
        assert at.notices[0].over.wait(PATIENCE_SECONDS)
    assert at.world.assistant.requests == []


def test_a_recogniser_that_fails_leaves_it_to_the_spotter():
    from tests.fakes.voice import error

    with Ringing(error("speech.language")) as at:
        at.ring()
        at.sounds()
        at.microphone.add(WORD + seconds(SPEECH, 0.5) + seconds(QUIET, 1.0))
        assert at.was_told.wait(PATIENCE_SECONDS)


def test_a_question_into_the_ring_is_answered_and_it_rings_on():
    options = VoiceOptions(follow_up_seconds=0.0)
    with Ringing("what is it for", answers=["It is for the tea."], options=options) as at:
        at.ring()
        at.sounds()
        at.microphone.add(WORD + seconds(SPEECH, 0.8) + seconds(QUIET, 1.0))
        at.turns_heard(1)
        assert at.notices[0].over.wait(PATIENCE_SECONDS)
        at.gate.set()
        at.log.wait_for_state("thinking")
        at.log.wait_for(lambda _: at.loop.state == "sleeping")
        assert at.told == []
        at.microphone.add(seconds(QUIET, 1.0) + ALONE)
        assert at.told == ["tea"]
    assert [request.text for request in at.world.assistant.requests] == ["what is it for"]


@pytest.mark.parametrize("words", ["mm-hmm", "", "your tea timer is done"])
def test_a_sign_of_listening_lets_it_ring_on(words):
    with Ringing(heard(words)) as at:
        at.ring()
        at.sounds()
        at.microphone.add(SHORT)
        at.log.wait_for(lambda _: at.speaker.resumes == 1)
        assert at.loop.state == "speaking"
        at.quiet()
        assert at.told == []


def test_stop_into_an_answer_between_two_rings_ends_the_answer_only():
    with Ringing("what time is it", heard("stop"), answers=["It is ten past three."]) as at:
        at.ring()
        at.sounds()
        at.quiet()
        at.gate.clear()
        at.speaker.sounding.clear()
        at.microphone.add(wake_word() + utterance())
        at.sounds()
        at.microphone.add(ALONE + seconds(QUIET, 0.5))
        at.log.wait_for(lambda _: at.loop.state == "sleeping")
        assert at.told == []
        at.microphone.add(ALONE)
        assert at.told == ["tea"]


def test_who_has_called_jarvis_says_cancel_to_jarvis():
    with Ringing(slow=True) as at:
        at.ring()
        at.sounds()
        at.quiet()
        at.microphone.add(wake_word())
        assert at.loop.state == "listening"
        before = at.spotter.heard
        at.microphone.add(ALONE)
        assert at.spotter.heard == before
        assert at.told == []


def test_its_own_words_are_nobodys_until_they_have_died_away():
    with Ringing(echo_free=False) as at:
        at.ring("Your stop timer is done.")
        at.sounds()
        at.speaker.heard_seconds = at.speaker.position() + 0.01
        at.microphone.add(ALONE)
        at.quiet()
        assert at.told == []
        at.microphone.add(seconds(QUIET, BEFORE_SECONDS))
        assert at.told == []
        at.microphone.add(ALONE)
        assert at.told == ["tea"]


def test_muted_nothing_is_listened_to():
    with_microphone = LiveMicrophone()
    world = World(with_microphone, parts={"stop_words": Spotter()}, hold_while_answering=False, resting="muted")
    world.loop.start()
    try:
        world.log.wait_for_state("muted")
        told = []
        notice = world.loop.text_to_say(WORDS, "en", TONE, on_stopped=lambda: told.append(1))
        assert notice.over.wait(PATIENCE_SECONDS)
        assert world.microphones == [with_microphone], "it was never opened"
        assert told == []
    finally:
        world.loop.close()


@pytest.mark.parametrize(
    ("text", "voice", "over"),
    [
        ("stop", "en-us", True),
        ("cancel", "en-us+f2", True),
        ("para", "es", True),
        ("silencio", "es+f2", True),
        ("basta", "es", True),
        ("stop the music please", "en-us", False),
        ("basta con que vengas mañana", "es", False),
        ("what time is it", "en-us", False),
        ("qué hora es", "es", False),
    ],
)
def test_the_real_detectors_know_real_words_alone(text, voice, over):
    activity, spotter, told = ForeignVoice(SileroVoiceDetector(), lambda: 1.0), KeywordSpotter(), []
    words = RingWords(rings=lambda: True, stop=lambda: told.append(at / 32000), probability=activity.now)
    speech = synthetic_speech(text, voice)
    sound = silence(1.5) + speech + silence(1.5)
    for at in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
        frame = sound[at : at + FRAME_BYTES]
        activity.take(frame)
        found = [word for word in spotter.process(frame) if not word.early]
        words.take(frame, found[0].word if found else "")
    ended = 1.5 + len(speech) / 32000
    assert [moment - ended < 0.5 for moment in told] == ([True] if over else [])


def lone(*stretches: tuple[float, float], spotted_at: float) -> float | None:
    """Return when a word is known to be alone in stretches of (probability, seconds), if it is."""
    word, at, count = LoneWord(), 0, round(spotted_at / FRAME_SECONDS)
    found = None
    for probability, length in stretches:
        for _ in range(round(length / FRAME_SECONDS)):
            at += 1
            if word.process(probability, spotted=at == count):
                assert found is None, "told twice"
                found = at * FRAME_SECONDS
    return found


@pytest.mark.parametrize(
    ("stretches", "spotted_at", "at"),
    [
        (((1.0, 0.4), (0.0, 2.0)), 0.46, 0.7),
        (((0.35, 0.4), (0.2, 2.0)), 0.46, 0.7),
        (((1.0, 0.4), (0.0, 2.0)), 0.8, 0.8),
        (((1.0, 0.4), (0.0, 0.1), (1.0, 0.2), (0.0, 2.0)), 0.46, 1.0),
        (((1.0, 0.4), (0.0, 0.1), (1.0, 0.6), (0.0, 2.0)), 0.46, None),
        (((1.0, 1.4), (0.0, 2.0)), 1.4, None),
        (((1.0, 1.4), (0.0, 0.4), (1.0, 0.4), (0.0, 2.0)), 2.3, 2.5),
        (((1.0, 0.4), (0.0, 2.0)), 2.2, None),
        (((0.2, 3.0),), 1.0, None),
    ],
    ids=[
        "a word",
        "softly",
        "spotted late",
        "a short end",
        "a sentence",
        "long talk",
        "after talk",
        "too late",
        "noise",
    ],
)
def test_a_word_is_alone_when_silence_surrounds_it(stretches, spotted_at, at):
    found = lone(*stretches, spotted_at=spotted_at)
    assert found == (None if at is None else pytest.approx(at, abs=1.5 * FRAME_SECONDS))
