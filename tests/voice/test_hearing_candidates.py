"""Wake words that the detector is not sure of: nothing that is said meanwhile may be lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.hearing import (
    CANDIDATE_SECONDS,
    Hearing,
    MaybeWoke,
    NothingSaid,
    SpeechEnded,
)
from tests.fakes.hearing import MAYBE, WORLD, faked, kinds, signals, sound_of
from tests.fakes.voice import (
    FRAME_BYTES,
    FRAME_SECONDS,
    QUIET,
    SPEECH,
    WAKE,
    frames,
    seconds,
    utterance,
)

PHRASE = seconds(SPEECH, 0.6) + frames(MAYBE)


def candidate(hearing: Hearing, before: bytes = PHRASE) -> MaybeWoke:
    found = signals(hearing, seconds(QUIET, 1.0) + before)
    assert kinds(found) == ["MaybeWoke"]
    return found[0]


def test_a_candidate_carries_the_last_two_seconds_for_whoever_looks_again():
    maybe = candidate(faked(), seconds(SPEECH + 7, 3.0) + PHRASE)
    assert len(maybe.sound) == pytest.approx(2 * 32000, abs=FRAME_BYTES)
    assert maybe.sound.endswith(PHRASE)
    assert maybe.hit.sure is False


@pytest.mark.parametrize("late", [0.0, 0.1, 0.3, 0.9, 1.5, 5.0])
def test_a_candidate_confirmed_late_loses_nothing_of_a_sentence_in_one_breath(late):
    hearing = faked()
    maybe = candidate(hearing)
    command = seconds(SPEECH + 1, 1.2)
    rest = command + seconds(QUIET, 6.0)
    split = round(late / FRAME_SECONDS) * FRAME_BYTES
    assert signals(hearing, rest[:split]) == []
    found = hearing.woken(maybe.hit)
    if not found or not isinstance(found[-1], SpeechEnded):
        found += signals(hearing, rest[split:])
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert PHRASE + command in sound_of(found)
    assert found[-1].end_of_speech_at == pytest.approx(2.84, abs=0.05)
    assert found[-1].decided_at == pytest.approx(found[-1].end_of_speech_at + 0.712, abs=0.04)


@pytest.mark.parametrize("late", [0.3, 4.0])
def test_a_candidate_confirmed_late_cuts_off_the_wake_word_before_a_pause(late):
    hearing = faked()
    maybe = candidate(hearing)
    rest = seconds(QUIET, 0.5) + seconds(SPEECH + 1, 1.2) + seconds(QUIET, 3.0)
    split = round(late / FRAME_SECONDS) * FRAME_BYTES
    assert signals(hearing, rest[:split]) == []
    found = hearing.woken(maybe.hit)
    if not found or not isinstance(found[-1], SpeechEnded):
        found += signals(hearing, rest[split:])
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert seconds(SPEECH + 1, 1.2) in sound_of(found)
    assert frames(MAYBE) not in sound_of(found)


def test_after_a_late_confirmation_stream_time_is_that_of_the_stream_and_only_one_utterance_was_heard():
    hearing = faked()
    maybe = candidate(hearing)
    late = seconds(SPEECH, 1.0) + seconds(QUIET, 2.0) + seconds(SPEECH, 1.0) + seconds(QUIET, 2.0)
    assert signals(hearing, late) == []
    found = hearing.woken(maybe.hit)
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert isinstance(found[-1], SpeechEnded)
    whole = len(seconds(QUIET, 1.0) + PHRASE + late) // FRAME_BYTES
    assert hearing.seconds == pytest.approx(whole * FRAME_SECONDS)


def test_what_was_not_the_wake_word_is_forgotten_and_the_next_one_is_heard():
    hearing = faked()
    maybe = candidate(hearing)
    hearing.not_woken(maybe.hit)
    assert hearing.woken(maybe.hit) == []
    assert kinds(signals(hearing, seconds(SPEECH, 1.0) + frames(WAKE) + utterance())) == [
        "Woke",
        "SpeechBegan",
        "SpeechEnded",
    ]


def test_of_two_candidates_the_one_that_is_confirmed_counts():
    hearing = faked()
    first = candidate(hearing)
    second = candidate(hearing)
    hearing.not_woken(first.hit)
    assert signals(hearing, seconds(SPEECH + 1, 0.5)) == []
    found = hearing.woken(second.hit) + signals(hearing, seconds(QUIET, 1.0))
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert PHRASE + seconds(SPEECH + 1, 0.5) in sound_of(found)


def test_no_candidate_is_left_after_all_were_refused_or_it_was_told_to_listen_or_it_was_sure():
    for resolve in (
        lambda hearing: hearing.not_woken(),
        lambda hearing: hearing.listen(),
        lambda hearing: hearing.process(frames(WAKE)),
        lambda hearing: signals(hearing, seconds(QUIET, CANDIDATE_SECONDS + 0.1)),
    ):
        hearing = faked()
        maybe = candidate(hearing)
        signals(hearing, seconds(SPEECH, 1.0))
        resolve(hearing)
        assert hearing.woken(maybe.hit) == []


@given(WORLD, st.integers(0, 60))
def test_a_confirmed_candidate_is_heard_as_a_sure_one_would_have_been(world, late):
    sound = b"".join(frames(QUIET if amplitude in (WAKE, MAYBE) else amplitude, count) for amplitude, count in world)
    phrase = seconds(QUIET, 0.5) + seconds(SPEECH, 0.6)
    at_once, later = faked(), faked()
    expected = signals(at_once, phrase + frames(WAKE) + sound)[1:]
    maybe = signals(later, phrase + frames(MAYBE) + sound[: late * FRAME_BYTES])[0]
    found = later.woken(maybe.hit)
    if not (found and isinstance(found[-1], SpeechEnded | NothingSaid)):
        found += signals(later, sound[late * FRAME_BYTES :])
    assert sound_of(found).replace(frames(MAYBE), frames(WAKE)) == sound_of(expected)
    assert [s for s in found if hasattr(s, "end_of_speech_at")] == [
        s for s in expected if hasattr(s, "end_of_speech_at")
    ]
