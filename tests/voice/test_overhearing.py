"""Listening into Jarvis' own answer: what interrupts, and how loud Jarvis is meanwhile."""

from math import inf

import numpy as np
import pytest

from jarvis.audio.playing import PlayQueue
from jarvis.contracts.speech import SAMPLE_RATE, SpottedWord
from jarvis.voice.barge_in import FRAME_SECONDS, BargeIn
from jarvis.voice.foreign_voice import ForeignVoice
from jarvis.voice.overhearing import (
    DUCKED_GAIN,
    DUCKED_SECONDS,
    FEWEST_UNSURE,
    HUSHED_SECONDS,
    LONGEST_HUSH_SECONDS,
    STOP_WORD_SECONDS,
    Interruption,
    Overhearing,
)
from jarvis.voice.ringing import FEWEST_SPOKEN, RingWords
from tests.fakes.voice import QUIET, SPEECH, FakeActivity, frames
from tests.fakes.voice_output import FakeSpeaker


class Words:
    """Spots what it is told, whatever it hears."""

    def __init__(self, word: str = "") -> None:
        self.word = word
        self.sure, self.early = True, False
        self.resets = 0

    def process(self, pcm: bytes) -> list[SpottedWord]:
        spotted = SpottedWord(word=self.word, at_seconds=0.0, sure=self.sure, early=self.early)
        return [spotted] if self.word else []

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        pass


class Ears:
    """An `Overhearing` that is given frames as the listener gives them."""

    def __init__(self, words: Words | None, own, echo_free: bool, speaker: FakeSpeaker | None) -> None:
        self.activity = ForeignVoice(FakeActivity(), lambda: 1.0)
        self.speaker = speaker or FakeSpeaker()
        self.made = Overhearing(
            activity=self.activity,
            barge_in=BargeIn(),
            stop_words=words,
            speaker=self.speaker,
            own_sound=own,
            echo_free=echo_free,
        )

    def process(self, amplitude: int, *, sounding: bool, any_speech: bool) -> Interruption | None:
        self.activity.take(frames(amplitude))
        return self.made.process(frames(amplitude), sounding=sounding, any_speech=any_speech)

    def stop_word(self, amplitude: int) -> SpottedWord | None:
        self.activity.take(frames(amplitude))
        return self.made.stop_word(frames(amplitude))


def overhearing(
    words: Words | None = None, own=lambda silent: "", *, echo_free: bool = False, speaker: FakeSpeaker | None = None
) -> Ears:
    return Ears(words, own, echo_free, speaker)


def first(ears: Ears, amplitude: int, count: int, *, any_speech: bool = True) -> Interruption | None:
    """Return the first interruption within `count` frames while Jarvis thinks."""
    for _ in range(count):
        if found := ears.process(amplitude, sounding=False, any_speech=any_speech):
            return found
    return None


def test_speech_interrupts_from_its_first_frame_on():
    made = overhearing()
    found = first(made, SPEECH, 20)
    assert found is not None
    assert (found.stop_word, found.word) == (None, False)
    assert found.seconds == pytest.approx(0.32)


def test_a_word_alone_is_told_as_one():
    made = overhearing()
    assert first(made, SPEECH, 6) is None
    found = first(made, QUIET, 20)
    assert found is not None
    assert found.word


def test_where_speech_does_not_interrupt_a_stop_word_still_does():
    words = Words()
    made = overhearing(words)
    assert first(made, SPEECH, 40, any_speech=False) is None
    words.word = "stop"
    assert first(made, SPEECH, 1, any_speech=False) == Interruption(
        seconds=STOP_WORD_SECONDS, stop_word=SpottedWord(word="stop", at_seconds=0.0), word=True
    )


def test_a_stop_word_that_nobody_spoke_is_none():
    made = overhearing(Words("stop"))
    assert first(made, QUIET, 40) is None


@pytest.mark.parametrize(("sure", "fewest"), [(True, FEWEST_SPOKEN), (False, FEWEST_UNSURE)])
@pytest.mark.parametrize("held", [False, True], ids=["into the answer", "while it is held"])
def test_a_noise_that_passes_for_a_word_is_none_unless_somebody_speaks(sure, fewest, held):
    """A moved chair was taken for “stop” where little of it was speech; the more doubtful the word, the more of it."""
    for spoken in (fewest - 1, fewest):
        words = Words()
        words.sure = sure
        made = overhearing(words)
        assert first(made, SPEECH, spoken, any_speech=False) is None
        words.word = "stop"
        found = made.stop_word(QUIET) if held else first(made, QUIET, 1, any_speech=False)
        assert bool(found) is (spoken == fewest)


def test_its_own_words_are_nobodys():
    made = overhearing(Words("para"), own=lambda silent: "Es para ti.")
    assert first(made, SPEECH, 5, any_speech=False) is None
    made = overhearing(Words("para"), own=lambda silent: "Hasta mañana.")
    assert first(made, SPEECH, 5, any_speech=False) is not None


@pytest.mark.parametrize(("sure", "counts"), [(True, True), (False, False)])
def test_where_it_does_not_hear_itself_a_sure_word_is_somebodys(sure, counts):
    words = Words("para")
    words.sure = sure
    made = overhearing(words, own=lambda silent: "Es para ti.", echo_free=True)
    assert (first(made, SPEECH, 5, any_speech=False) is not None) is counts


def test_what_it_said_before_a_long_gap_is_nobodys_no_more():
    """Whether it is still at its answer does not matter: a slow model leaves gaps between sentences."""
    words = Words()
    made = overhearing(words, own=lambda silent: "Es para ti.")
    for gap, counts in ((1.5, False), (1.7, True)):
        made.speaker.heard_seconds = gap
        for _ in range(round(gap / FRAME_SECONDS)):
            assert made.process(SPEECH, sounding=True, any_speech=False) is None
        words.word = "para"
        assert (made.process(SPEECH, sounding=True, any_speech=False) is not None) is counts
        words.word = ""


def test_how_long_jarvis_has_been_silent_is_told_to_who_knows_what_it_said():
    asked = []

    def own(silent: float) -> str:
        asked.append(silent)
        return ""

    words = Words("stop")
    made = overhearing(words, own=own)
    for position in (0.1, 0.2, 0.2, 0.2, 0.3):
        made.speaker.heard_seconds = position
        made.process(QUIET, sounding=True, any_speech=False)
    made.stop_word(QUIET)
    assert asked == pytest.approx([0.0, 0.0, 0.032, 0.064, 0.0, 0.032])


HUSHED_FRAMES = round(HUSHED_SECONDS / FRAME_SECONDS)


def hushing(**options) -> tuple[Ears, Words]:
    """Ears of a Jarvis that sounds, into which somebody begins to say what may become a word."""
    words = Words()
    made = overhearing(words, echo_free=True, **options)
    for _ in range(FEWEST_UNSURE):
        made.process(SPEECH, sounding=True, any_speech=False)
    words.word, words.sure, words.early = "para", False, True
    return made, words


def test_what_may_become_a_stop_word_silences_jarvis_for_a_syllable_and_nothing_more():
    made, words = hushing()
    assert made.process(SPEECH, sounding=True, any_speech=False) is None
    words.word = ""
    for frame in range(HUSHED_FRAMES):
        assert made.speaker.gains == [0.0], frame
        assert made.process(SPEECH, sounding=True, any_speech=False) is None
    assert made.speaker.gains == [0.0, 1.0]


def test_what_became_one_stops_it():
    made, words = hushing()
    made.process(SPEECH, sounding=True, any_speech=False)
    words.early = False
    found = made.process(SPEECH, sounding=True, any_speech=False)
    assert found is not None and found.stop_word is not None
    assert made.speaker.gains == [0.0]
    made.made.cut()
    assert made.speaker.gains == [0.0, 1.0], "held by now, and as loud as ever afterwards"


def test_what_is_silent_for_a_syllable_goes_on_as_quietly_as_it_was_to_be():
    """Whoever speaks on is talked over no louder than without."""
    made, words = hushing()
    words.word = ""
    for _ in range(12):
        made.process(QUIET, sounding=True, any_speech=True)
    made.process(SPEECH, sounding=True, any_speech=True)
    words.word = "para"
    made.process(SPEECH, sounding=True, any_speech=True)
    words.word = ""
    for _ in range(HUSHED_FRAMES):
        assert made.speaker.gains == [0.0]
        made.process(SPEECH, sounding=True, any_speech=True)
    assert made.speaker.gains == [0.0, DUCKED_GAIN]


class Playing(FakeSpeaker):
    """Plays an endless tone, a frame of the microphone's at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = PlayQueue(SAMPLE_RATE)

    def duck(self, gain: float, seconds: float = inf) -> None:
        self.queue.duck(gain, seconds)

    def loudness(self, seconds: float = FRAME_SECONDS) -> float:
        """Play on, and return how loud it is at the end."""
        count = round(seconds * SAMPLE_RATE)
        self.queue.add(np.full(count, 1000, "<i2").tobytes())
        return float(np.frombuffer(self.queue.take(count, 0.0)[0], "<i2")[-1]) / 1000


def test_a_microphone_that_brings_nothing_more_does_not_keep_jarvis_silent():
    made, words = hushing(speaker=Playing())
    made.process(SPEECH, sounding=True, any_speech=False)
    words.word = ""
    assert made.speaker.loudness() == 0.0
    assert made.speaker.loudness(LONGEST_HUSH_SECONDS) == 1.0, "pulled out by now"
    for _ in range(2 * HUSHED_FRAMES):
        made.process(QUIET, sounding=True, any_speech=False)
        assert made.speaker.loudness() == 1.0


@pytest.mark.parametrize("late", [0, 2])
def test_jarvis_is_silent_from_what_may_become_a_stop_word_until_it_is_one(late):
    """Also where the microphone's frames come a little late, and the word with the last of them."""
    made, words = hushing(speaker=Playing())
    made.process(SPEECH, sounding=True, any_speech=False)
    words.word = ""
    for _ in range(HUSHED_FRAMES - 1):
        assert made.speaker.loudness() == 0.0
        assert made.process(SPEECH, sounding=True, any_speech=False) is None
    assert made.speaker.loudness((1 + late) * FRAME_SECONDS) == 0.0
    words.word, words.early = "para", False
    assert made.process(SPEECH, sounding=True, any_speech=False) is not None


def test_jarvis_is_quieter_for_as_long_as_the_microphone_brings_speech_and_no_longer():
    made = overhearing(speaker=Playing())
    for amplitude, count in ((QUIET, 12), (SPEECH, 4)):
        for _ in range(count):
            made.process(amplitude, sounding=True, any_speech=True)
    for _ in range(2):
        assert made.speaker.loudness(0.9 * DUCKED_SECONDS) == DUCKED_GAIN
        made.process(SPEECH, sounding=True, any_speech=True)
    assert made.speaker.loudness(DUCKED_SECONDS) == DUCKED_GAIN
    assert made.speaker.loudness() == 1.0, "no frame has come for so long"
    made.process(SPEECH, sounding=True, any_speech=True)
    assert made.speaker.loudness() == DUCKED_GAIN, "it is back"


@pytest.mark.parametrize("sounding", [True, False], ids=["sounding", "thinking"])
@pytest.mark.parametrize("own", ["", "Es para ti."])
@pytest.mark.parametrize("spoken", [FEWEST_UNSURE - 1, FEWEST_UNSURE])
@pytest.mark.parametrize("echo_free", [True, False])
def test_jarvis_is_silent_only_for_what_somebody_else_may_be_saying(sounding, own, spoken, echo_free):
    words = Words()
    made = overhearing(words, own=lambda silent: own, echo_free=echo_free)
    for _ in range(spoken):
        made.process(SPEECH, sounding=sounding, any_speech=False)
    words.word, words.sure, words.early = "para", False, True
    made.process(QUIET, sounding=sounding, any_speech=False)
    counts = sounding and not own and spoken == FEWEST_UNSURE and echo_free
    assert made.speaker.gains == ([0.0] if counts else [])


def test_one_word_after_another_does_not_silence_it_for_longer():
    made, words = hushing()
    for number in range(24):
        words.word = "para" if number % 3 == 0 else ""
        made.process(SPEECH, sounding=True, any_speech=False)
    assert made.speaker.gains == [0.0, 1.0]
    words.word = "para"
    made.process(SPEECH, sounding=True, any_speech=False)
    made.process(SPEECH, sounding=True, any_speech=False)
    assert made.speaker.gains == [0.0, 1.0, 0.0], "some time later it does"


def test_of_what_one_frame_brings_the_surest_counts():
    """Two steps of the network end in every fifteenth frame, and an answer that is late brings many."""
    words = Words()
    made = overhearing(words)
    for _ in range(FEWEST_UNSURE):
        made.process(SPEECH, sounding=True, any_speech=False)
    grades = [SpottedWord(word="para", at_seconds=0.0, sure=sure, early=early) for sure, early in GRADES]
    words.process = lambda pcm: grades
    found = made.process(SPEECH, sounding=True, any_speech=False)
    assert found is not None
    assert found.stop_word == grades[-1]


GRADES = ((False, True), (False, False), (True, False))
"""Sure and early, of what may become a word, what is one, and what surely is."""


@pytest.mark.parametrize(("early", "stops"), [(False, 1), (True, 0)])
def test_what_rings_is_not_stopped_by_what_may_become_a_word(early, stops):
    stopped, words = [], Words()
    made = overhearing(words)
    made.made._ring_words = RingWords(
        rings=lambda: True, stop=lambda: stopped.append(True), probability=made.activity.now
    )
    for amplitude, count, word in ((SPEECH, 8, ""), (SPEECH, 1, "stop"), (QUIET, 20, "")):
        words.word, words.early = word, early
        for _ in range(count):
            made.activity.take(frames(amplitude))
            made.made.rest(frames(amplitude))
    assert len(stopped) == stops


def test_what_may_become_a_word_is_none_while_jarvis_is_held():
    made, _ = hushing()
    assert made.stop_word(SPEECH) is None
    assert made.speaker.gains == []


def test_jarvis_is_quieter_while_somebody_may_speak_and_loud_again_at_the_end():
    words = Words()
    made = overhearing(words)
    for amplitude, count in ((QUIET, 12), (SPEECH, 3)):
        for _ in range(count):
            made.process(amplitude, sounding=True, any_speech=True)
    assert made.speaker.gains == [DUCKED_GAIN]
    made.made.end()
    assert made.speaker.gains == [DUCKED_GAIN, 1.0]
    assert words.resets == 1
    made.made.end()
    assert words.resets == 1, "there was nothing to end"
