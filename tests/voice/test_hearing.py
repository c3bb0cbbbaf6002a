import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.hearing import Hearing, NothingSaid, SpeechBegan, SpeechEnded, SpeechWent, Woke
from jarvis.voice.options import HearingOptions
from jarvis.voice.turns import SilenceTurnDetector
from jarvis.voice.wake import MicroWakeDetector
from tests.fakes.speech import WAKING_VOICE, silence, synthetic_speech
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


def faked(**options) -> Hearing:
    return Hearing(FakeWake(), FakeActivity(), SilenceTurnDetector(0.35), HearingOptions(**options))


def real() -> Hearing:
    return Hearing(MicroWakeDetector(), SileroVoiceDetector(), SilenceTurnDetector(0.35), HearingOptions())


def signals(hearing: Hearing, sound: bytes) -> list:
    """Everything that `sound` brings about; the wake word is obeyed and an utterance's end puts it to sleep."""
    found = []
    for at in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
        for signal in hearing.process(sound[at : at + FRAME_BYTES]):
            found.append(signal)
            if isinstance(signal, Woke):
                hearing.listen_after_wake()
            elif isinstance(signal, SpeechEnded | NothingSaid):
                hearing.sleep()
    return found


def kinds(found: list) -> list[str]:
    return [type(signal).__name__ for signal in found if not isinstance(signal, SpeechWent)]


def sound_of(found: list) -> bytes:
    return b"".join(signal.sound for signal in found if isinstance(signal, SpeechBegan | SpeechWent))


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
    assert ended.decided_at - ended.end_of_speech_at == pytest.approx(0.352, abs=0.001)
    assert not ended.cut


def test_wake_word_and_command_in_one_breath_keeps_every_word():
    phrase, command = seconds(SPEECH, 0.6) + frames(WAKE), seconds(SPEECH + 1, 1.2)
    found = signals(faked(), seconds(QUIET, 1.0) + phrase + command + seconds(QUIET, 1.0))
    assert kinds(found) == ["Woke", "SpeechBegan", "SpeechEnded"]
    assert phrase + command in sound_of(found)


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


def test_a_very_long_utterance_is_cut():
    hearing = faked(longest_seconds=5.0)
    hearing.listen()
    found = signals(hearing, seconds(SPEECH, 60))
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert found[-1].cut
    assert found[-1].decided_at == pytest.approx(5.0, abs=0.1)


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


def test_without_a_wake_word_detector_it_never_wakes():
    hearing = Hearing(None, FakeActivity(), SilenceTurnDetector(), HearingOptions())
    assert signals(hearing, frames(WAKE, 50)) == []


@pytest.mark.parametrize("pause", [0.15, 0.3, 0.5, 1.0, 3.0])
def test_real_speech_after_the_real_wake_word_reaches_the_recogniser_whole(pause):
    command = synthetic_speech("what time is it", WAKING_VOICE, 150)
    sound = silence(0.6) + synthetic_speech("hey jarvis", WAKING_VOICE, 150) + silence(pause) + command + silence(1.2)
    found = signals(real(), sound)
    assert kinds(found) in (["Woke", "SpeechBegan", "SpeechEnded"],)
    assert command[2000:-8000] in sound_of(found)
    assert found[-1].end_of_speech_at == pytest.approx(len(sound) / 32000 - 1.2, abs=0.15)


@pytest.mark.parametrize("words", ["stop", "yes", "what is the weather like tomorrow morning in Madrid"])
def test_real_words_of_any_length_are_one_turn(words):
    hearing = real()
    hearing.listen()
    command = synthetic_speech(words, "en-us")
    found = signals(hearing, silence(0.8) + command + silence(1.0))
    assert kinds(found) == ["SpeechBegan", "SpeechEnded"]
    assert command[2000:-4000] in sound_of(found)


WORLD = st.lists(st.tuples(st.sampled_from([QUIET, SPEECH, WAKE]), st.integers(1, 40)), max_size=30)


@given(WORLD)
def test_signals_come_in_order_and_sound_is_in_stream_order(world):
    hearing = faked(patience_seconds=2.0, longest_seconds=3.0)
    found = signals(hearing, b"".join(frames(amplitude, count) for amplitude, count in world))
    state = "asleep"
    for signal in found:
        match state, signal:
            case "asleep", Woke():
                state = "listening"
            case "listening", SpeechBegan():
                state = "hearing"
            case "listening", NothingSaid():
                state = "asleep"
            case "hearing", SpeechWent():
                pass
            case "hearing", SpeechEnded():
                state = "asleep"
                assert 0 <= signal.end_of_speech_at <= signal.decided_at <= hearing.seconds + FRAME_SECONDS
            case _:
                raise AssertionError((state, type(signal).__name__))
