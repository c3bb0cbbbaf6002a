import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given

from jarvis.voice.hearing import (
    Hearing,
    MaybeWoke,
    NothingSaid,
    SpeechBegan,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechWent,
    Woke,
)
from jarvis.voice.options import HearingOptions
from jarvis.voice.pauses import OVERTIME_SECONDS
from jarvis.voice.turns import SilenceTurnDetector
from tests.fakes.hearing import WORLD, faked, kinds, signals, sound_of
from tests.fakes.voice import (
    FRAME_BYTES,
    FRAME_SECONDS,
    QUIET,
    SPEECH,
    WAKE,
    FakeActivity,
    FakeWake,
    frames,
    seconds,
    utterance,
)


def test_asleep_words_are_not_heard():
    assert signals(faked(), utterance() * 3) == []


def test_the_wake_word_a_pause_and_words_are_a_turn_with_pre_roll():
    command = seconds(SPEECH, 1.0)
    sound = seconds(SPEECH, 0.6) + frames(WAKE) + seconds(QUIET, 1.5) + command + seconds(QUIET, 1.0)
    found = signals(faked(), sound)
    assert kinds(found) == ["Woke", "SpeechBegan", "SpeechEnded"]
    heard = sound_of(found)
    assert command in heard
    assert frames(WAKE) not in heard
    onset = heard.index(frames(SPEECH)) / 32000
    assert 0.25 <= onset <= 0.5


def test_the_end_of_speech_is_where_silence_began():
    hearing = faked()
    hearing.listen()
    ended = signals(hearing, seconds(QUIET, 0.5) + seconds(SPEECH, 1.0) + seconds(QUIET, 1.0))[-1]
    assert isinstance(ended, SpeechEnded)
    assert ended.end_of_speech_at == pytest.approx(1.5, abs=0.04)
    assert ended.decided_at - ended.end_of_speech_at == pytest.approx(0.712, abs=0.001)
    assert ended.speech_seconds == pytest.approx(1.0, abs=0.09)
    assert not ended.cut


def test_wake_word_and_command_in_one_breath_keeps_every_word():
    phrase, command = seconds(SPEECH, 0.6) + frames(WAKE), seconds(SPEECH + 1, 1.2)
    found = signals(faked(), seconds(QUIET, 1.0) + phrase + command + seconds(QUIET, 1.0))
    assert kinds(found) == ["Woke", "SpeechBegan", "SpeechEnded"]
    assert phrase + command in sound_of(found)


def test_one_breath_after_a_long_silence_begins_shortly_before_it():
    phrase = seconds(SPEECH, 0.6) + frames(WAKE)
    found = signals(faked(), seconds(QUIET, 3.0) + phrase + seconds(SPEECH + 1, 1.2) + seconds(QUIET, 1.0))
    assert sound_of(found).index(phrase) / 32000 == pytest.approx(0.5, abs=0.05)


def test_a_short_pause_after_the_wake_word_cuts_it_off():
    command = seconds(SPEECH + 1, 1.0)
    found = signals(faked(), seconds(SPEECH, 0.6) + frames(WAKE) + frames(QUIET, 4) + command + seconds(QUIET, 1.0))
    assert kinds(found) == ["Woke", "SpeechBegan", "SpeechEnded"]
    assert command in sound_of(found)
    assert frames(WAKE) not in sound_of(found)


def test_patience_ends_after_eight_seconds_without_words():
    found = signals(faked(), frames(WAKE) + seconds(QUIET, 9.0))
    assert kinds(found) == ["Woke", "NothingSaid"]
    assert signals(faked(), frames(WAKE) + seconds(QUIET, 7.0)) == found[:1]


def test_a_very_long_utterance_is_cut_in_the_end_and_what_follows_is_the_next_one():
    hearing = faked(longest_seconds=5.0)
    hearing.listen()
    sound = seconds(SPEECH, 25)
    found = [signal for at in range(0, len(sound), FRAME_BYTES) for signal in hearing.process(sound[at:][:FRAME_BYTES])]
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"] * 2 + ["SpeechBegan"]
    ends = [signal for signal in found if isinstance(signal, SpeechEnded)]
    assert all(end.cut for end in ends)
    assert ends[0].decided_at == pytest.approx(5.0 + OVERTIME_SECONDS, abs=0.1)
    assert sound_of(found) == sound


def test_a_long_utterance_is_cut_at_its_first_pause():
    hearing = faked(longest_seconds=5.0)
    hearing.listen()
    found = signals(hearing, seconds(SPEECH, 6.0) + seconds(QUIET, 1.0))
    assert found[-1].cut
    assert found[-1].end_of_speech_at == pytest.approx(6.0, abs=0.04)
    assert found[-1].decided_at == pytest.approx(6.2, abs=0.06)


def test_a_pause_is_told_and_speech_that_goes_on_too():
    hearing = faked()
    hearing.listen()
    found = signals(hearing, seconds(SPEECH, 1.0) + seconds(QUIET, 0.5) + seconds(SPEECH, 1.0) + seconds(QUIET, 1.0))
    assert kinds(found) == ["SpeechBegan", "SpeechPaused", "SpeechResumed", "SpeechEnded"]
    early, pause = [signal for signal in found if isinstance(signal, SpeechPaused)][:2]
    assert early.early and not pause.early
    assert early.end_of_speech_at == pytest.approx(pause.end_of_speech_at) == pytest.approx(1.0, abs=0.05)
    assert early.silence_seconds == pytest.approx(0.136)
    assert pause.silence_seconds == pytest.approx(0.2)
    assert pause.speech_seconds == pytest.approx(1.0, abs=0.08)


def test_a_pause_too_short_to_end_anything_is_told_as_such_only():
    hearing = faked()
    hearing.listen()
    found = signals(hearing, seconds(SPEECH, 1.0) + frames(QUIET, 4) + seconds(SPEECH, 1.0))
    assert [signal.early for signal in found if isinstance(signal, SpeechPaused)] == [True]


def test_words_that_may_be_coming_keep_a_pause_from_ending_the_utterance():
    hearing = faked()
    hearing.listen()
    signals(hearing, seconds(SPEECH, 1.0) + frames(QUIET, 6))
    hearing.allow(0.26)
    found = signals(hearing, seconds(SPEECH, 1.0))
    assert [type(signal).__name__ for signal in found if not isinstance(signal, SpeechWent)] == ["SpeechResumed"]
    signals(hearing, frames(QUIET, 6))
    hearing.allow(0.26)
    # A single loud frame is no speech: the next silent one ends it.
    ended = signals(hearing, frames(SPEECH) + frames(QUIET))
    assert isinstance(ended[-1], SpeechEnded)


def test_that_speech_goes_on_is_told_before_its_sound():
    hearing = faked()
    hearing.listen()
    signals(hearing, seconds(SPEECH, 1.0) + seconds(QUIET, 0.5) + frames(SPEECH + 1))
    assert hearing.process(frames(SPEECH + 2)) == [SpeechResumed(), SpeechWent(sound=frames(SPEECH + 2))]


@pytest.mark.parametrize(("allowed", "silence"), [(0.0, 0.296), (0.4, 0.424), (2.5, 2.504)])
def test_the_pause_that_goes_on_ends_the_utterance_when_it_is_told_to(allowed, silence):
    hearing = faked()
    hearing.listen()
    signals(hearing, seconds(SPEECH, 1.0) + frames(QUIET, 7))
    hearing.allow(allowed)
    ended = signals(hearing, seconds(QUIET, 3.0))[-1]
    assert ended.decided_at - ended.end_of_speech_at == pytest.approx(silence, abs=0.001)


def test_what_was_allowed_for_one_pause_is_not_for_the_next_nor_for_none():
    hearing = faked()
    hearing.listen()
    signals(hearing, seconds(SPEECH, 1.0) + seconds(QUIET, 0.3))
    hearing.allow(5.0)
    signals(hearing, seconds(SPEECH, 1.0))
    hearing.allow(0.0)
    ended = signals(hearing, seconds(QUIET, 3.0))[-1]
    assert ended.decided_at - ended.end_of_speech_at == pytest.approx(0.712, abs=0.001)


def test_an_utterance_that_was_ended_elsewhere_says_how_and_sleeps():
    hearing = faked()
    assert hearing.finish() is None
    hearing.listen()
    assert hearing.finish() is None
    hearing.listen()
    signals(hearing, seconds(SPEECH, 1.0) + seconds(QUIET, 0.3))
    ended = hearing.finish()
    assert ended is not None and not ended.cut
    assert ended.speech_seconds == pytest.approx(1.0, abs=0.09)
    assert ended.decided_at - ended.end_of_speech_at == pytest.approx(0.328, abs=0.001)
    assert signals(hearing, seconds(SPEECH, 1.0) + seconds(QUIET, 3.0)) == []


@pytest.mark.parametrize(("patience", "heard"), [(2.0, True), (6.0, False), (20.0, False), (math.inf, False)])
def test_patience_can_be_shorter_longer_or_without_end(patience, heard):
    hearing = faked()
    hearing.listen(patience_seconds=patience)
    found = signals(hearing, seconds(QUIET, 5.0))
    assert kinds(found) == (["NothingSaid"] if heard else [])


def test_patience_begins_anew_after_an_utterance():
    hearing = faked()
    hearing.listen()
    sound = seconds(QUIET, 7.0) + utterance() + seconds(QUIET, 6.0)
    found = [signal for at in range(0, len(sound), FRAME_BYTES) for signal in hearing.process(sound[at:][:FRAME_BYTES])]
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert kinds(signals(hearing, seconds(QUIET, 2.0))) == ["NothingSaid"]


def test_dictation_ends_only_when_it_is_told_to():
    hearing = faked(longest_seconds=5.0)
    hearing.listen(endless=True)
    sound = seconds(QUIET, 20.0) + (seconds(SPEECH, 3.0) + seconds(QUIET, 4.0)) * 6
    found = signals(hearing, sound)
    assert kinds(found) == ["SpeechBegan", "SpeechPaused", *["SpeechResumed", "SpeechPaused"] * 5]
    assert sound.endswith(sound_of(found))
    ended = hearing.finish()
    assert ended is not None and not ended.cut
    assert ended.speech_seconds == pytest.approx(38, abs=0.1)
    hearing.listen()
    assert kinds(signals(hearing, utterance())) == ["SpeechBegan", "SpeechEnded"]


def test_ignored_sound_after_speaking_starts_no_turn():
    hearing = faked()
    hearing.listen(ignore_seconds=0.3)
    assert signals(hearing, seconds(SPEECH, 0.29)) == []
    assert kinds(signals(hearing, utterance())) == ["SpeechBegan", "SpeechEnded"]


def test_words_that_began_before_listening_are_kept_on_looking_back():
    hearing = faked()
    signals(hearing, seconds(QUIET, 1.0) + seconds(SPEECH + 5, 0.2))
    hearing.listen(look_back=True)
    heard = sound_of(signals(hearing, utterance()))
    assert seconds(SPEECH + 5, 0.2) in heard


class _Doubtful(FakeActivity):
    """Quiet frames of amplitude 1 are neither speech nor silence."""

    def probability(self, pcm: bytes) -> float:
        return 0.4 if np.frombuffer(pcm, "<i2").max() == 1 else super().probability(pcm)


def test_a_pause_of_doubtful_sound_right_after_the_wake_word_is_told_too():
    hearing = Hearing(FakeWake(), _Doubtful(), SilenceTurnDetector(), HearingOptions())
    found = signals(hearing, seconds(SPEECH, 0.6) + frames(WAKE) + frames(QUIET) + frames(1, 7) + seconds(QUIET, 1.0))
    assert kinds(found) == ["Woke", "SpeechBegan", "SpeechEnded"]
    assert [signal.early for signal in found if isinstance(signal, SpeechPaused)] == [True, False]


def test_without_a_wake_word_detector_it_never_wakes():
    hearing = Hearing(None, FakeActivity(), SilenceTurnDetector(), HearingOptions())
    assert signals(hearing, frames(WAKE, 50)) == []


def test_listening_since_a_moment_ago_has_the_words_from_then():
    hearing = faked()
    words = seconds(SPEECH + 1, 0.8)
    assert signals(hearing, seconds(QUIET, 1.0) + words) == []
    found = hearing.listen_since(1.0) + signals(hearing, seconds(QUIET, 1.0))
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert words in sound_of(found)
    assert found[-1].end_of_speech_at == pytest.approx(1.8, abs=0.05)


class _Soft:
    """Everything that sounds is a voice as likely as not, and silence is none."""

    def probability(self, pcm: bytes) -> float:
        return 0.4 if any(pcm) else 0.0

    def reset(self) -> None:
        pass


def test_words_that_are_surely_there_begin_however_soft_they_are_and_end_as_others_do():
    hearing = Hearing(None, _Soft(), SilenceTurnDetector(), HearingOptions())
    signals(hearing, frames(1, 60))
    assert hearing.listen_since(1.0) == []
    found = hearing.listen_since(1.0, surely=True)
    assert [type(signal) for signal in found] == [SpeechBegan, SpeechPaused]
    assert sound_of(found) == frames(1, 31)
    assert found[1].speech_seconds == pytest.approx(1.0, abs=0.04)
    hearing.allow(0.3)
    assert kinds(signals(hearing, frames(0, 12))) == ["SpeechEnded"]
    hearing.listen()
    assert sound_of(signals(hearing, frames(SPEECH, 20))) == b"", "nothing of it belongs to what comes next"


@pytest.mark.parametrize("size", [2, 500, 1023, 1025, 4096, 100_000])
def test_pieces_of_any_length_are_heard_like_frames(size):
    sound = seconds(SPEECH, 0.6) + frames(WAKE) + seconds(QUIET, 0.5) + utterance() + seconds(QUIET, 1.0)

    def all_of(step: int) -> list:
        hearing, found = faked(), []
        hearing.listen()
        for at in range(0, len(sound), step):
            found += hearing.process(sound[at : at + step])
        return found

    assert all_of(size) == all_of(FRAME_BYTES)


def test_the_meter_shows_the_detector_only_while_it_is_asked():
    hearing = faked()
    hearing._wake.score = 0.4
    assert hearing.score == 0.4
    hearing.listen()
    assert hearing.score == 0.0
    assert Hearing(None, FakeActivity(), SilenceTurnDetector(), HearingOptions()).score == 0.0


def test_ten_minutes_of_speech_without_a_pause_keep_a_few_seconds_of_sound():
    hearing = faked()
    hearing.listen()
    frame, counts = frames(SPEECH), {"SpeechBegan": 0, "SpeechEnded": 0}
    handed_over = 0
    tracemalloc.start()
    try:
        for _ in range(round(600 / FRAME_SECONDS)):
            for signal in hearing.process(bytes(bytearray(frame))):
                if isinstance(signal, SpeechEnded):
                    assert signal.cut
                else:
                    handed_over += len(signal.sound)
                if type(signal).__name__ in counts:
                    counts[type(signal).__name__] += 1
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counts == {"SpeechBegan": 5, "SpeechEnded": 4}
    assert handed_over == round(600 / FRAME_SECONDS) * FRAME_BYTES
    assert kept < 10 * 32000


@given(WORLD)
def test_signals_come_in_order_and_sound_is_in_stream_order(world):
    hearing = faked(patience_seconds=2.0, longest_seconds=3.0)
    found = signals(hearing, b"".join(frames(amplitude, count) for amplitude, count in world))
    state = "asleep"
    for signal in found:
        match state, signal:
            case "asleep", MaybeWoke():
                pass
            case "asleep", Woke():
                state = "listening"
            case "listening", SpeechBegan():
                state = "hearing"
            case "listening", NothingSaid():
                state = "asleep"
            case "hearing" | "paused" | "long pause", SpeechWent():
                pass
            case "hearing", SpeechPaused():
                state = "paused" if signal.early else "long pause"
                assert signal.silence_seconds >= 0.12
            case "paused", SpeechPaused():
                state = "long pause"
                assert not signal.early
                assert signal.silence_seconds >= 0.2 - 1e-9
            case "paused" | "long pause", SpeechResumed():
                state = "hearing"
            case "long pause" | "paused" | "hearing", SpeechEnded():
                assert signal.cut or state == "long pause"
                state = "asleep"
                assert 0 <= signal.end_of_speech_at <= signal.decided_at <= hearing.seconds + FRAME_SECONDS
                assert 0 <= signal.speech_seconds <= hearing.seconds
            case _:
                raise AssertionError((state, type(signal).__name__))
