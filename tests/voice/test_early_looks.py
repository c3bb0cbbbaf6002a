"""Pauses that are looked at before they are long enough: what is ready, what becomes void, and when it is not done."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import PartialWords
from jarvis.voice.early_look import QUICK_SECONDS, EarlyLook
from jarvis.voice.hearing import SpeechEnded, SpeechPaused
from jarvis.voice.recognising import SAME_WORDS_SECONDS, Listening, Recognising
from tests.fakes.voice import (
    PATIENCE_SECONDS,
    QUIET,
    SPEECH,
    FakeJudge,
    FakeSpeechToText,
    error,
    frames,
    heard,
    seconds,
)

EARLY = SpeechPaused(end_of_speech_at=1.0, silence_seconds=0.136, speech_seconds=1.0, early=True)
LONG = SpeechPaused(end_of_speech_at=1.0, silence_seconds=0.2, speech_seconds=1.0)


def ended(silence: float, **more: bool) -> SpeechEnded:
    return SpeechEnded(end_of_speech_at=1.0, decided_at=1.0 + silence, speech_seconds=1.0, **more)


class Turn:
    """A recognition on a thread of its own; `steps` are taken one after the other, each dealt with before the next."""

    def __init__(self, stt, *, judge=None, early=None, patience=0.2, now=1.136, ends_by_itself=True) -> None:
        self.allowed = []
        self.ahead = []
        self.early = early or EarlyLook()
        self.listening = Listening(
            speech_to_text=stt,
            turns=threading.Lock(),
            judge=judge or FakeJudge(),
            patience=lambda completeness: patience if completeness > 0.5 else 2.5,
            allow=lambda revisions, revision, silence: self.allowed.append((revision, silence)),
            decided_at=lambda: now,
            early=self.early,
        )
        self.turn = Recognising(
            self.listening,
            language=None,
            hints=None,
            after_question=False,
            on_partial=lambda _: None,
            on_words=lambda words, void: self.ahead.append((words.text, void)),
            ends_by_itself=ends_by_itself,
        )
        self.heard = None
        self.failed = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.heard = self.turn.words()
        except EngineError as failure:
            self.failed = failure

    def say(self, length: float = 0.5) -> None:
        self.turn.feed(seconds(SPEECH, length))

    def pause(self, signal: SpeechPaused) -> None:
        self.turn.pause(signal)
        assert self.turn.judged.wait(PATIENCE_SECONDS)

    def over(self):
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()
        return self.heard


class Counting(FakeSpeechToText):
    """Counts what it is asked."""

    def __init__(self, *results, takes: float = 0.0, **more) -> None:
        super().__init__(*results, **more)
        self.takes = takes
        self.asked = []
        self.was_asked = threading.Event()

    def open(self, language=None, hints=None):
        utterance = super().open(language, hints)
        settle, finish = utterance.settle, utterance.finish
        utterance.settle = lambda: self._asked("settle", settle)
        utterance.finish = lambda: self._asked("finish", finish)
        return utterance

    def _asked(self, name, act):
        self.asked.append(name)
        self.was_asked.set()
        threading.Event().wait(self.takes)
        return act()


def test_the_words_of_an_early_look_are_those_of_the_turn_and_nobody_is_asked_again():
    stt = Counting("what time is it")
    turn = Turn(stt)
    turn.say()
    turn.pause(EARLY)
    assert turn.heard is None, "it is too early to end"
    assert turn.allowed == [(1, 0.2)]
    assert turn.turn.end(ended(0.2))
    assert turn.over().transcript.text == "what time is it"
    assert stt.asked == ["settle"]
    assert stt.utterances[0].abandoned
    ((words, void),) = turn.ahead
    assert words == "what time is it" and not void.cancelled


def test_the_same_pause_is_looked_at_once():
    stt, judge = Counting("remind me to", "remind me to"), FakeJudge(0.0)
    turn = Turn(stt, judge=judge)
    turn.say()
    turn.pause(EARLY)
    turn.pause(LONG)
    turn.turn.cancel()
    assert turn.over() is None
    assert stt.asked == ["settle"]
    assert len(judge.asked) == 1


@pytest.mark.parametrize(
    ("silence", "more", "asked"),
    [
        (0.2, {}, ["settle"]),
        (SAME_WORDS_SECONDS - 0.01, {}, ["settle"]),
        (0.7, {}, ["settle", "finish"]),
        (0.2, {"cut": True}, ["settle", "finish"]),
    ],
)
def test_after_a_long_pause_the_recogniser_is_asked_for_all_it_heard(silence, more, asked):
    stt = Counting("what time is it")
    turn = Turn(stt)
    turn.say()
    turn.pause(EARLY)
    turn.turn.end(ended(silence, **more))
    assert turn.over().transcript.text == "what time is it"
    assert stt.asked == asked
    assert not turn.ahead[0][1].cancelled, "the words are the same"


def test_speech_that_goes_on_makes_what_was_begun_void_at_once():
    stt = Counting("remind me", "remind me to call Ana")
    turn = Turn(stt)
    turn.say()
    turn.pause(EARLY)
    ((_, void),) = turn.ahead
    assert not void.cancelled
    turn.turn.resume()
    assert void.cancelled
    turn.say()
    turn.pause(EARLY)
    turn.turn.end(ended(0.2))
    assert turn.over().transcript.text == "remind me to call Ana"
    assert [void.cancelled for _, void in turn.ahead] == [True, False]


def test_the_words_of_a_pause_that_went_by_are_not_those_of_the_turn():
    stt = Counting("remind me", "remind me to call Ana")
    turn = Turn(stt)
    turn.say()
    turn.pause(EARLY)
    turn.turn.resume()
    turn.say()
    # It was too short a sound for another look.
    turn.turn.end(ended(0.2))
    assert turn.over().transcript.text == "remind me to call Ana"
    assert stt.asked == ["settle", "finish"]


def test_words_that_are_ready_late_end_the_turn_themselves():
    stt = Counting("what time is it")
    turn = Turn(stt, now=1.3)
    turn.say()
    turn.pause(EARLY)
    assert turn.over().ended.decided_at == pytest.approx(1.3)
    assert turn.allowed == []
    assert not turn.turn.end(ended(0.5))


def test_a_slow_recogniser_is_left_alone_until_the_pause_is_long_enough():
    stt = Counting("what time is it", "what time is it", takes=2 * QUICK_SECONDS)
    turn = Turn(stt)
    turn.say()
    turn.pause(EARLY)
    assert stt.asked == ["settle"]
    assert not turn.early.is_worth_it
    turn.turn.resume()
    turn.say()
    turn.pause(EARLY)
    assert stt.asked == ["settle"]
    turn.pause(LONG)
    assert stt.asked == ["settle", "settle"]
    turn.turn.cancel()
    turn.over()


@pytest.mark.parametrize(
    ("seconds_taken", "worth"), [((), True), ((0.01,), True), ((0.6,), False), ((0.6, 0.02), True)]
)
def test_whether_an_early_look_is_worth_it_is_what_the_last_one_took(seconds_taken, worth):
    early = EarlyLook()
    for taken in seconds_taken:
        early.settled(taken)
    assert early.is_worth_it == worth


def test_a_dictation_is_not_looked_at_early():
    stt = Counting("dear Ana")
    turn = Turn(stt, ends_by_itself=False)
    turn.say()
    turn.pause(EARLY)
    assert stt.asked == []
    turn.pause(LONG)
    assert stt.asked == ["settle"]
    assert turn.allowed == []
    turn.turn.cancel()
    turn.over()


def test_only_others_have_spoken_so_the_caller_may_still_be_about_to():
    turn = Turn(Counting("what time is it"))
    turn.say()
    turn.pause(SpeechPaused(end_of_speech_at=1.0, silence_seconds=0.2, speech_seconds=1.0, only_far=True))
    assert turn.allowed == [(1, 1.0)]
    turn.turn.cancel()
    turn.over()


class CountingPieces(FakeSpeechToText):
    """Its words are how many pieces of sound it has heard; now and then it takes a while."""

    def __init__(self, slow: int, partials=()) -> None:
        super().__init__(partials=partials)
        self.slow, self.count = slow, 0

    def finished(self, utterance):
        self.count += 1
        if self.slow and self.count % self.slow == 0:
            threading.Event().wait(0.002)
        return heard(f"piece {len(utterance.sound) // len(PIECE)}")


PIECE = frames(SPEECH, 2)
LOOKS = st.sampled_from([(), (EARLY,), (LONG,), (EARLY, LONG)])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(LOOKS, st.booleans(), st.sampled_from([0.0, 1.0])), min_size=1, max_size=8),
    st.sampled_from([1.136, 1.3]),
    st.sampled_from([0.2, 0.7]),
    st.integers(0, 3),
    st.booleans(),
)
def test_whenever_looks_and_words_come_the_turn_is_what_was_said_before_its_pause(steps, now, silence, slow, cancelled):
    by_text = {f"piece {count + 1}": completeness for count, (_, _, completeness) in enumerate(steps)}
    turn = Turn(CountingPieces(slow), judge=FakeJudge(by_text=by_text), now=now)
    said = {}
    for count, (looks, waits, _) in enumerate(steps):
        turn.turn.feed(PIECE)
        for look in looks:
            turn.turn.pause(look)
            said.setdefault(turn.turn.revisions.opened, count + 1)
            if waits:
                assert turn.turn.judged.wait(PATIENCE_SECONDS)
        if looks and count + 1 < len(steps):
            turn.turn.resume()
    if cancelled:
        turn.turn.cancel()
    else:
        turn.turn.end(ended(silence))
        said.setdefault(turn.turn.revisions.opened, len(steps))
    found, committed = turn.over(), turn.turn.revisions.committed
    if committed is None:
        assert cancelled and found is None
        assert all(void.cancelled for _, void in turn.ahead)
        return
    assert found.transcript.text == f"piece {said[committed]}"
    assert all(void.cancelled for words, void in turn.ahead if words != found.transcript.text)
    assert not any(void.cancelled for words, void in turn.ahead[-1:] if words == found.transcript.text)


def words(text: str) -> PartialWords:
    return PartialWords(text=text, stable=len(text), language="en")


def test_talk_that_adds_no_word_to_a_complete_sentence_ends_the_turn():
    stt = Counting("What time is it?", partials=[words("what time is it")])
    turn = Turn(stt, now=9.0)
    for _ in range(80):
        turn.turn.feed(frames(SPEECH))
    found = turn.over()
    assert found.transcript.text == "What time is it?"
    assert found.ended.decided_at - found.ended.end_of_speech_at == pytest.approx(2.0, abs=0.04)
    assert turn.turn.revisions.committed == 1
    assert stt.asked == ["settle"]


@pytest.mark.parametrize(
    ("settled", "completeness"), [("what time is it in Madrid", 1.0), ("what time is it", 0.0), (None, 1.0)]
)
def test_talk_goes_on_where_words_were_added_or_are_incomplete_or_not_told(settled, completeness):
    results = [settled or "what time is it"] * 9
    stt = Counting(*results, partials=[words("what time is it")], settles=settled is not None)
    turn = Turn(stt, now=9.0, judge=FakeJudge(completeness))
    for _ in range(70):
        turn.turn.feed(frames(SPEECH))
    assert stt.was_asked.wait(PATIENCE_SECONDS)
    turn.turn.end(ended(0.7))
    turn.over()
    assert stt.asked == ["settle", "finish"]


def test_in_a_pause_and_in_dictation_words_may_stand_still():
    for pauses, ends_by_itself in ((True, True), (False, False)):
        stt = Counting(*["what time is it"] * 2, partials=[words("what time is it")])
        turn = Turn(stt, now=9.0, judge=FakeJudge(0.0), ends_by_itself=ends_by_itself)
        turn.say(1.0)
        if pauses:
            turn.pause(EARLY)
        for _ in range(100):
            turn.turn.feed(frames(QUIET))
        turn.turn.cancel()
        turn.over()
        assert stt.asked == (["settle"] if pauses else [])


def test_a_recogniser_that_dies_while_others_talk_is_told():
    stt = Counting(error("speech.stopped"), partials=[words("what time is it")])
    turn = Turn(stt, now=9.0)
    for _ in range(80):
        turn.turn.feed(frames(SPEECH))
    turn.over()
    assert turn.failed is not None


def test_nothing_is_begun_for_words_that_are_not_understood():
    turn = Turn(Counting(heard("five two eggs", accepted=False)))
    turn.say()
    turn.pause(EARLY)
    assert turn.ahead == []
    turn.turn.cancel()
    turn.over()
