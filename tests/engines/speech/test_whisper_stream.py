import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.engines.children.heard import Request
from jarvis.engines.children.whisper_stream import WhisperStream
from tests.fakes.dictation import WORD_SECONDS, Ear, NumberActivity, NumberWindows, silent, spoken, words


class Stage:
    """A stream over numbers; `crash` is what it died of."""

    def __init__(self, batch=1):
        self.windows = NumberWindows(batch)
        self.ear = Ear()
        self.crash = threading.Event()
        self.time = 0.0
        self.stream = self.opened()

    def opened(self):
        return WhisperStream(
            self.windows,
            NumberActivity(),
            self.ear,
            crashed=lambda error: self.crash.set(),
            now=lambda: self.time,
        )

    def begin(self, number=1, **wishes):
        wishes.setdefault("partials", False)
        self.stream.begin(Request(number=number, **wishes))

    def feed(self, pcm):
        """Feed as a microphone does, a frame at a time."""
        for start in range(0, len(pcm), 2 * VAD_SAMPLES):
            self.stream.feed(pcm[start : start + 2 * VAD_SAMPLES])


@pytest.fixture
def stage():
    made = []

    def make(**how):
        made.append(Stage(**how))
        return made[-1]

    yield make
    for one in made:
        one.windows.gate.set()
        one.stream.close()


def test_a_pause_settles_and_only_silence_after_it_needs_no_second_look(stage):
    one = stage()
    one.begin()
    one.feed(spoken(2, 3) + silent(6))
    one.stream.settle(7)
    number, settled, heard = one.ear.next()
    assert (number, settled, heard.text, heard.accepted, heard.language) == (1, 7, words(2, 3), True, "en")
    one.feed(silent(20))
    one.stream.finish()
    number, settled, heard = one.ear.next()
    assert (number, settled, heard.text) == (1, None, words(2, 3))
    assert len(one.windows.decoded) == 1
    assert 0.0 < heard.segments[0].end_seconds <= 3 * WORD_SECONDS + 0.04


def test_speech_after_a_settled_pause_is_in_the_next_answers(stage):
    one = stage()
    one.begin()
    one.feed(spoken(2, 2) + silent(6))
    one.stream.settle(1)
    assert one.ear.next()[2].text == words(2, 2)
    one.feed(spoken(4, 2) + silent(6))
    one.stream.settle(2)
    assert one.ear.next()[1:] != () and one.windows.decoded
    one.feed(spoken(6, 1))
    one.stream.finish()
    assert one.ear.next()[2].text == words(2, 5)


def test_settling_interrupts_a_look_that_lacks_words(stage):
    one = stage()
    one.windows.gate.clear()
    one.begin(partials=True)
    one.feed(spoken(2, 2))
    assert one.windows.busy.wait(20)
    one.feed(spoken(4, 1) + silent(6))
    one.windows.busy.clear()
    one.stream.settle(1)
    assert one.windows.busy.wait(20)
    one.windows.gate.set()
    assert one.ear.next()[2].text == words(2, 3)
    assert one.windows.given_up >= 1


def test_a_look_at_the_pause_itself_is_the_answer(stage):
    one = stage()
    one.windows.gate.clear()
    one.begin(partials=True)
    pcm = spoken(2, 2) + silent(6)
    one.stream.feed(pcm)
    assert one.windows.busy.wait(20)
    one.stream.settle(1)
    one.windows.gate.set()
    assert one.ear.next()[2].text == words(2, 2)
    assert (len(one.windows.decoded), one.windows.given_up) == (1, 0)


def test_what_is_abandoned_is_never_told_and_does_not_hold_up_the_next(stage):
    one = stage()
    one.windows.gate.clear()
    one.begin()
    one.feed(spoken(2, 2))
    one.stream.finish()
    assert one.windows.busy.wait(20)
    one.stream.abandon()
    one.begin(number=2)
    one.feed(spoken(9, 1))
    one.stream.settle(1)
    one.windows.gate.set()
    assert one.ear.next()[::2][0] == 2
    one.stream.finish()
    number, settled, heard = one.ear.next()
    assert (number, settled, heard.text) == (2, None, words(9, 1))


def test_nothing_is_told_of_silence_and_nothing_is_decoded(stage):
    one = stage()
    one.begin(partials=True)
    one.feed(silent(200))
    one.stream.settle(1)
    assert one.ear.next()[2].text == ""
    one.stream.finish()
    heard = one.ear.next()[2]
    assert (heard.text, heard.accepted, one.windows.decoded) == ("", False, [])


@pytest.mark.parametrize("batch", [1, 4])
def test_ten_minutes_without_a_pause_lose_nothing_and_stay_small(stage, batch):
    one = stage(batch=batch)
    count = round(600 / WORD_SECONDS)
    one.begin()
    for first in range(2, 2 + count, 10):
        one.stream.feed(spoken(first, min(10, 2 + count - first)))
    one.stream.finish()
    heard = one.ear.next()[2]
    assert heard.text == words(2, count)
    assert max(one.windows.decoded) <= 30.0
    # Words at the end of a full window are looked at twice.
    assert sum(one.windows.decoded) <= 600 * 1.15
    ends = [segment.end_seconds for segment in heard.segments]
    assert ends == sorted(ends) and ends[-1] == pytest.approx(600, abs=1.0)


@pytest.mark.parametrize("batch", [1, 4])
def test_ten_minutes_of_dictation_go_on_at_pauses(stage, batch):
    one = stage(batch=batch)
    one.begin()
    sentences = 130
    for sentence in range(sentences):
        one.stream.feed(spoken(2 + 10 * sentence, 10) + silent(16))
    one.stream.finish()
    heard = one.ear.next()[2]
    assert heard.text == words(2, 10 * sentences)
    seconds = sentences * (10 * WORD_SECONDS + 16 * VAD_SAMPLES / SAMPLE_RATE)
    assert sum(one.windows.decoded) <= seconds * 1.01
    assert not any("-" in segment.text for segment in heard.segments)
    assert len(heard.segments) >= seconds / 28


def test_a_long_piece_that_was_settled_is_not_decoded_again(stage):
    one = stage()
    one.begin()
    one.feed(spoken(2, 40) + silent(12))
    one.stream.settle(1)
    assert one.ear.next()[2].text == words(2, 40)
    one.stream.settle(2)
    assert one.ear.next()[2].text == words(2, 40)
    decoded = sum(one.windows.decoded)
    one.feed(spoken(42, 2) + silent(8))
    one.stream.finish()
    assert one.ear.next()[2].text == words(2, 42)
    assert sum(one.windows.decoded) - decoded < 3.0


def test_words_are_shown_while_they_are_spoken_and_stay(stage):
    one = stage()
    one.begin(partials=True)
    for number in range(2, 8, 2):
        one.time += 1.0
        one.feed(spoken(number, 2))
        one.ear.partial_where(lambda heard, number=number: f"w{number + 1}" in heard.text)
    one.feed(silent(8))
    one.stream.finish()
    assert one.ear.next()[2].text == words(2, 6)
    fixed = ""
    for heard in one.ear.partials:
        assert heard.text.startswith(fixed) and 0 <= heard.stable <= len(heard.text)
        fixed = heard.text[: heard.stable]
    assert len(fixed.split()) >= 3


def test_the_last_language_decides_about_short_words_only(stage):
    one = stage()
    one.windows.shares = {"es": 0.9, "en": 0.1}
    for number, (count, shares, expected) in enumerate(
        [
            (8, {"es": 0.9, "en": 0.1}, "es"),
            (1, {"es": 0.1, "en": 0.9}, "es"),
            (8, {"es": 0.1, "en": 0.9}, "en"),
            (1, {"es": float("nan"), "en": 0.2}, "en"),
        ]
    ):
        one.windows.shares = shares
        one.begin(number=number)
        one.feed(spoken(2, count) + silent(4))
        one.stream.finish()
        assert one.ear.next()[2].language == expected
    one.begin(language="es")
    one.feed(spoken(2, 8))
    one.stream.finish()
    assert one.ear.next()[2].language == "es"


def test_hints_reach_the_recogniser_and_what_was_said_follows(stage):
    one = stage()
    one.begin(words=("Ana", "Zaragoza"), before="hola")
    one.feed(spoken(2, 40) + silent(12) + spoken(42, 1))
    one.stream.finish()
    one.ear.next()
    assert one.windows.hints[0] == (("Ana", "Zaragoza"), "hola")
    later = one.windows.hints[-1]
    assert later[0] == ("Ana", "Zaragoza")
    assert later[1] == "hola" or later[1].endswith("w41")


def test_an_unexpected_failure_is_reported(stage):
    one = stage()
    one.windows.fails = MemoryError()
    one.begin()
    one.feed(spoken(2, 2))
    one.stream.finish()
    assert one.crash.wait(20)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(1, 45)),
        st.tuples(st.just("pause"), st.integers(1, 40)),
        st.tuples(st.just("settle"), st.just(0)),
        st.tuples(st.just("wait"), st.just(0)),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(ACTIONS, st.booleans(), st.integers(1, 3))
def test_no_schedule_loses_or_doubles_a_word(actions, partials, batch):
    one = Stage(batch=batch)
    try:
        one.begin(partials=partials)
        said = 0
        for number, (action, amount) in enumerate(actions):
            if action == "say":
                one.stream.feed(spoken(2 + said, amount))
                said += amount
            elif action == "pause":
                one.stream.feed(silent(amount))
            elif action == "settle":
                one.stream.settle(number)
                _, settled, heard = one.ear.next()
                assert (settled, heard.text) == (number, words(2, said))
            elif one.windows.busy.wait(0.001):
                one.windows.busy.clear()
        one.stream.finish()
        heard = one.ear.next()[2]
        assert heard.text == words(2, said)
        assert one.ear.answers.empty() and not one.crash.is_set()
    finally:
        one.stream.close()


@pytest.mark.parametrize(("seconds", "looks"), [(0.2, [False, False]), (0.9, [True, False]), (4.0, [False])])
def test_a_slow_processor_takes_short_looks_and_a_slower_one_none_while_somebody_speaks(seconds, looks):
    one = Stage()
    one.stream.close()
    one.windows.window_seconds = seconds
    one.stream = one.opened()
    try:
        one.begin(partials=True)
        one.stream.feed(spoken(2, 4))
        if len(looks) == 2:
            one.ear.partial_where(lambda heard: heard.text == words(2, 4))
        one.time += 1.0
        one.stream.feed(spoken(6, 4) + silent(4))
        one.ear.partial_where(lambda heard: heard.text == words(2, 8))
        assert one.windows.short == looks
        one.stream.feed(silent(8))
        one.stream.settle(1)
        assert one.ear.next()[2].text == words(2, 8)
        assert len(one.windows.decoded) == len(looks)
    finally:
        one.stream.close()
