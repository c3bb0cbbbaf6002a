import subprocess
import sys
import threading
from functools import cache

import numpy as np
import pytest
import soxr

from jarvis.audio.echo import (
    ALL_FOREIGN,
    ECHO_SECONDS,
    LATENCY_SAMPLES,
    TAIL_SECONDS,
    AlignedReference,
    EchoCanceller,
    EchoCancellingMicrophone,
    EchoReference,
)
from jarvis.audio.foreign import EchoTrace
from jarvis.audio.webrtc import STEP_SAMPLES
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from tests.fakes.echo_room import EchoRoom, cleaned, erle_db, int16, pieces
from tests.fakes.speech import synthetic_speech

ANSWER = (
    "The weather in Madrid today is mostly sunny with a high of twenty three degrees and a light wind from the west."
)
FRAME_SECONDS = VAD_SAMPLES / SAMPLE_RATE


@cache
def answer() -> np.ndarray:
    """Return some six seconds of Jarvis' voice at 16 kHz."""
    return np.frombuffer(synthetic_speech(ANSWER), "<i2").astype(float) * 0.5


def played(rate: int, at: float = 0.0, **how: float) -> list:
    sound = answer() if rate == SAMPLE_RATE else soxr.resample(answer(), SAMPLE_RATE, rate)
    return pieces(int16(sound), rate, at, **how)


def quietened(rate: int = 22050, *, told_late: float = 0.0, drift: float = 0.0, jitter_seconds: float = 0.0, **wishes):
    """Return the echo and what is left of it in the second half of an answer, in dB."""
    reference, room = EchoReference(), EchoRoom()
    heard = room.echo(answer())
    if drift:
        heard = np.interp(np.arange(heard.size) * (1 + drift), np.arange(heard.size), heard)
    near = heard + room.hiss(heard.size)
    canceller = EchoCanceller(reference, **wishes)
    known = played(rate, at=-told_late, jitter_seconds=jitter_seconds)
    rest = cleaned(canceller, near, known, reference)
    half = heard.size // 2
    return erle_db(heard[half:], rest[half:])


@pytest.mark.parametrize("rate", [16000, 22050, 24000, 44100, 48000])
def test_jarvis_own_voice_is_taken_out_whatever_the_speakers_rate(rate):
    assert quietened(rate, noise_suppression=False) > 20


@pytest.mark.parametrize("told_late", [-0.02, 0.02, 0.1, 0.25, 0.4])
def test_a_latency_that_the_devices_do_not_tell_is_found_out(told_late):
    assert quietened(told_late=told_late, noise_suppression=False) > 18


def test_uncertain_times_and_devices_that_drift_apart_do_little_harm():
    assert quietened(jitter_seconds=0.002, drift=200e-6, noise_suppression=False) > 15


def test_noise_suppression_quietens_what_is_left():
    assert quietened(noise_suppression=True) > quietened(noise_suppression=False) + 3


def test_a_person_who_speaks_at_the_same_time_is_kept():
    reference, room = EchoReference(), EchoRoom()
    heard = room.echo(answer())
    person = np.zeros(heard.size)
    words = np.frombuffer(synthetic_speech("no tell me about Paris", rate=190), "<i2").astype(float)
    begin = 3 * SAMPLE_RATE
    words *= 2.0 * np.sqrt(np.mean(heard**2) / np.mean(words**2))
    person[begin : begin + words.size] = words[: heard.size - begin]
    canceller = EchoCanceller(reference, noise_suppression=False)
    rest = cleaned(canceller, heard + person + room.hiss(heard.size), played(22050), reference)
    kept = slice(begin, begin + min(words.size, rest.size - begin))
    assert abs(erle_db(person[kept], rest[kept])) < 3
    assert erle_db(heard[2 * SAMPLE_RATE : begin], rest[2 * SAMPLE_RATE : begin]) > 15
    late = slice(kept.start + 256, kept.stop)
    assert np.corrcoef(loudness(person[kept][:-256]), loudness(rest[late]))[0, 1] > 0.8


def loudness(sound: np.ndarray) -> np.ndarray:
    """Return the loudness of every 32 ms."""
    whole = sound[: sound.size // VAD_SAMPLES * VAD_SAMPLES].reshape(-1, VAD_SAMPLES)
    return np.sqrt(np.mean(whole**2, axis=1))


def frames(canceller: EchoCanceller, sound: bytes, at: float = 0.0) -> list[bytes]:
    size = VAD_SAMPLES * 2
    return [
        canceller.process(sound[begin : begin + size], at + begin / 2 / SAMPLE_RATE)
        for begin in range(0, len(sound) - size + 1, size)
    ]


def test_while_nothing_is_played_sound_passes_untouched_eight_milliseconds_later():
    sound = int16(answer())
    canceller = EchoCanceller(EchoReference(), noise_suppression=False)
    out = frames(canceller, sound)
    assert {len(frame) for frame in out} == {VAD_SAMPLES * 2}
    late = LATENCY_SAMPLES * 2
    assert b"".join(out) == bytes(late) + sound[: len(out) * VAD_SAMPLES * 2 - late]
    assert not canceller.cancelling
    assert LATENCY_SAMPLES / SAMPLE_RATE <= 0.01


def test_the_canceller_rests_when_the_speaker_has_been_silent_for_a_while():
    reference = EchoReference()
    canceller = EchoCanceller(reference, noise_suppression=False)
    reference.played(int16(answer()[:SAMPLE_RATE]), SAMPLE_RATE, 0.0)
    reference.played(bytes(2 * SAMPLE_RATE), SAMPLE_RATE, 1.0)
    states = []
    for number in range(round((TAIL_SECONDS + 2) / FRAME_SECONDS)):
        canceller.process(bytes(VAD_SAMPLES * 2), number * FRAME_SECONDS)
        states.append(canceller.cancelling)
    assert states[5]
    assert sum(states) * FRAME_SECONDS == pytest.approx(1.0 + TAIL_SECONDS, abs=2 * FRAME_SECONDS)
    assert not states[-1]


def foreign_of(canceller: EchoCanceller, reference: EchoReference, near: np.ndarray, at: float) -> np.ndarray:
    """Return how foreign every frame of `near` is, in which the answer sounds from its beginning on."""
    measured = []
    for piece in played(SAMPLE_RATE, at=at):
        reference.played(*piece)
    sound = int16(near)
    for begin in range(0, near.size - VAD_SAMPLES + 1, VAD_SAMPLES):
        canceller.process(sound[2 * begin : 2 * (begin + VAD_SAMPLES)], at + begin / SAMPLE_RATE)
        measured.append(canceller.foreign)
    return np.array(measured)


def answered(heard: np.ndarray) -> np.ndarray:
    """Return what the microphone hears of an answer and the two seconds after it."""
    return np.concatenate([heard, np.zeros(2 * SAMPLE_RATE)]) + EchoRoom().hiss(heard.size + 2 * SAMPLE_RATE)


def test_soon_after_jarvis_fell_silent_all_sound_is_somebody_elses():
    reference = EchoReference()
    canceller = EchoCanceller(reference)
    measured = foreign_of(canceller, reference, answered(EchoRoom().echo(answer())), 0.0)
    over = answer().size / SAMPLE_RATE
    times = np.arange(measured.size) * FRAME_SECONDS
    assert (measured[(times > 0.5) & (times < over)] < ALL_FOREIGN).all()
    assert (measured[times > over + ECHO_SECONDS + 0.07] == ALL_FOREIGN).all()


@pytest.mark.parametrize(("leak_db", "own"), [(None, False), (-45.0, False), (-20.0, True), (-5.0, True)])
def test_where_the_speaker_is_not_heard_everything_is_somebody_elses(leak_db, own):
    reference = EchoReference()
    canceller = EchoCanceller(reference)
    heard = np.zeros(answer().size) if leak_db is None else EchoRoom(leak_db=leak_db).echo(answer())
    for number in range(3):
        measured = foreign_of(canceller, reference, answered(heard), 20.0 * number)
    sounding = measured[10 : answer().size // VAD_SAMPLES]
    assert (sounding == ALL_FOREIGN).all() if not own else (sounding < ALL_FOREIGN).mean() > 0.9


def test_who_talks_into_headphones_stays_somebody_else_and_a_speaker_is_noticed():
    trace = EchoTrace()
    rng = np.random.default_rng(1)
    quiet, loud, silence = (rng.standard_normal(STEP_SAMPLES) * rms for rms in (15.0, 1000.0, 0.0))

    def heed(near: np.ndarray, played: np.ndarray, seconds: float) -> bool:
        for _ in range(round(100 * seconds)):
            trace.heed(near, played)
        return trace.absent

    assert not heed(quiet, loud, 4.0), "how loud the room is nobody knows yet"
    assert not heed(loud, silence, 0.9), "somebody speaks"
    assert not heed(quiet, silence, 0.6)
    assert heed(quiet, loud, 4.0)
    assert heed(loud, loud, 1.5), "somebody talks into it"
    assert not heed(loud, loud, 4.0), "the headphones are gone"


@pytest.mark.parametrize("gain", [False, True])
def test_wild_sound_comes_out_as_sound(gain):
    reference = EchoReference()
    canceller = EchoCanceller(reference, noise_suppression=True, gain=gain)
    rng = np.random.default_rng(1)
    clipped = np.where(rng.standard_normal(SAMPLE_RATE) > 0, 32767, -32768)
    offset = np.full(SAMPLE_RATE, 12000)
    sound = int16(np.concatenate([clipped, offset, np.zeros(SAMPLE_RATE)]))
    reference.played(int16(clipped), SAMPLE_RATE, 0.0)
    out = np.frombuffer(b"".join(frames(canceller, sound)), "<i2").astype(int)
    assert out.size == len(sound) // 2 // VAD_SAMPLES * VAD_SAMPLES
    # A constant offset is no sound.
    assert np.abs(out[round(1.8 * SAMPLE_RATE) : 2 * SAMPLE_RATE]).max() < 1200


def test_pieces_of_any_length_come_out_whole():
    canceller = EchoCanceller(EchoReference(), noise_suppression=False)
    sound = int16(answer()[:5000])
    out, at = b"", 0
    for size in [2, 400, 318, 1024, 6, 2000, 3000]:
        out += canceller.process(sound[at : at + size], at / 2 / SAMPLE_RATE)
        at += size
    assert (bytes(2 * LATENCY_SAMPLES) + sound).startswith(out)
    assert len(out) >= at - 2 * LATENCY_SAMPLES


def counted(start: int, count: int) -> bytes:
    return (np.arange(start, start + count) % 30000).astype("<i2").tobytes()


def test_the_reference_is_read_by_time():
    reference = EchoReference()
    for number in range(10):
        reference.played(counted(number * 160, 160), SAMPLE_RATE, 5.0 + number * 0.01)
    assert reference.index_at(5.05) == pytest.approx(800)
    assert reference.samples(800, 160) == counted(800, 160)
    assert reference.samples(1500, 200) == counted(1500, 100) + bytes(200)
    assert reference.sounded_since(5.09)
    assert not reference.sounded_since(5.2)


def test_silence_between_two_answers_keeps_its_length():
    reference = EchoReference()
    reference.played(counted(1, 160), SAMPLE_RATE, 5.0)
    reference.played(counted(1, 160), SAMPLE_RATE, 6.0)
    index = reference.index_at(6.0)
    assert index == pytest.approx(16000, abs=1)
    assert reference.samples(round(index), 160) == counted(1, 160)
    assert reference.samples(8000, 160) == bytes(320)


def test_one_wrong_time_does_not_tear_the_sound_apart():
    reference = EchoReference()
    for number in range(20):
        wrong = 0.08 if number == 10 else 0.0
        reference.played(counted(number * 160, 160), SAMPLE_RATE, 5.0 + number * 0.01 + wrong)
    assert reference.index_at(5.19) == pytest.approx(19 * 160)
    assert reference.samples(0, 3200) == counted(0, 3200)


def test_old_sound_is_forgotten():
    reference = EchoReference()
    for number in range(12):
        reference.played(counted(1, SAMPLE_RATE), SAMPLE_RATE, float(number))
        reference.index_at(float(number))
    assert reference.samples(0, 160) == bytes(320)
    assert reference.samples(11 * SAMPLE_RATE, 160) == counted(1, 160)


def test_a_jump_of_the_speaker_is_followed_within_a_tenth_of_a_second():
    reference = EchoReference()
    aligned = AlignedReference(reference)
    for number in range(100):
        # After half a second the speaker stumbles: from then on everything sounds 0.2 s later.
        late = 0.2 if number >= 50 else 0.0
        reference.played(counted(1 + number * 160, 160), SAMPLE_RATE, number * 0.01 + late)
    steps = [aligned.step(0.3 + number * 0.01) for number in range(60)]
    assert steps[-1] == counted(1 + round((0.89 + 0.03 - 0.2) * SAMPLE_RATE), 160)


class Frames:
    """A microphone that yields what it was given."""

    name = "given"

    def __init__(self, sound: bytes, captured_at: float | None = None) -> None:
        self.sound = sound
        self.closed = False
        if captured_at is not None:
            self.captured_at = captured_at
        self.times = None

    def chunks(self):
        for begin in range(0, len(self.sound) - VAD_SAMPLES * 2 + 1, VAD_SAMPLES * 2):
            if self.times is not None:
                self.captured_at = next(self.times)
            yield self.sound[begin : begin + VAD_SAMPLES * 2]

    def close(self) -> None:
        self.closed = True


def test_the_microphone_yields_as_many_frames_with_their_times():
    inner = Frames(int16(answer()[: VAD_SAMPLES * 20]), captured_at=7.0)
    microphone = EchoCancellingMicrophone(inner, EchoReference(), noise_suppression=False)
    assert microphone.name == "given"
    assert microphone.cancels_echo
    assert len(list(microphone.chunks())) == 20
    assert microphone.captured_at == pytest.approx(7.0 - 0.008)
    microphone.close()
    assert inner.closed


def test_what_was_learned_of_the_room_outlasts_a_microphone_that_is_opened_anew():
    reference, room = EchoReference(), EchoRoom()
    heard = room.echo(answer())
    near = int16(heard + room.hiss(heard.size))
    inner = Frames(near)
    microphone = EchoCancellingMicrophone(inner, reference)
    left = []
    for time in range(2):
        inner.times = iter(np.arange(0, 999) * FRAME_SECONDS + 20.0 * time)
        for piece in played(22050, at=20.0 * time):
            reference.played(*piece)
        rest = np.frombuffer(b"".join(microphone.chunks()), "<i2").astype(float)
        left.append(erle_db(heard[:SAMPLE_RATE], rest[:SAMPLE_RATE]))
    assert left[1] > left[0] + 1


def test_detectors_get_the_sound_with_nothing_but_the_echo_taken_out():
    inner = Frames(int16(answer()[: VAD_SAMPLES * 40]))
    microphone = EchoCancellingMicrophone(inner, EchoReference(), noise_suppression=True)
    cleaned_frames, plain = [], []
    for frame in microphone.chunks():
        cleaned_frames.append(frame)
        plain.append(microphone.plain)
    assert b"".join(plain)[2 * LATENCY_SAMPLES :] == inner.sound[: -2 * LATENCY_SAMPLES]
    assert cleaned_frames != plain


def test_a_microphone_without_times_is_cleaned_too():
    microphone = EchoCancellingMicrophone(Frames(bytes(VAD_SAMPLES * 8)), EchoReference())
    assert len(list(microphone.chunks())) == 4


@pytest.mark.parametrize("module", ["livekit.rtc", "livekit.rtc.apm"])
def test_without_the_library_the_sound_comes_as_it_is_and_a_sentence_says_so(monkeypatch, module):
    sound = int16(answer()[: VAD_SAMPLES * 4])
    monkeypatch.setitem(sys.modules, module, None)
    microphone = EchoCancellingMicrophone(Frames(sound), EchoReference())
    assert not microphone.cancels_echo
    assert b"".join(microphone.chunks()) == sound
    assert microphone.note is not None
    assert microphone.note.code == "audio.no_echo_cancelling"
    assert "headphones" in microphone.note.sentence("en")
    assert "auriculares" in microphone.note.sentence("es")


def test_a_library_that_is_there_but_does_not_load_is_known_before_anything_is_heard(monkeypatch):
    def broken(**wishes):
        raise OSError("liblivekit_ffi.so: wrong ELF class")

    monkeypatch.setattr("livekit.rtc.apm.AudioProcessingModule", broken)
    microphone = EchoCancellingMicrophone(Frames(b""), EchoReference())
    assert not microphone.cancels_echo
    assert microphone.note is not None and "wrong ELF class" in microphone.note.sentence("en")


def test_who_wants_nothing_cleaned_needs_no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)
    inner = Frames(int16(answer()[: VAD_SAMPLES * 4]))
    microphone = EchoCancellingMicrophone(inner, EchoReference(), echo=False, noise_suppression=False, gain=False)
    assert b"".join(microphone.chunks()) == inner.sound
    assert microphone.note is None


def test_the_program_ends_by_itself_with_the_canceller_at_work():
    code = (
        "import threading\n"
        "from jarvis.audio.echo import EchoCanceller, EchoReference\n"
        "reference = EchoReference()\n"
        "canceller = EchoCanceller(reference, gain=True)\n"
        "reference.played(b'\\1\\2' * 16000, 16000, 0.0)\n"
        "print(len(canceller.process(bytes(1024), 0.1)), threading.active_count())\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("1024 1\n", "")


def test_a_speaker_may_report_while_the_microphone_reads():
    reference = EchoReference()
    canceller = EchoCanceller(reference)

    def speak() -> None:
        for piece in played(22050):
            reference.played(*piece)

    speaker = threading.Thread(target=speak)
    speaker.start()
    out = frames(canceller, int16(answer()))
    speaker.join()
    assert len(b"".join(out)) == answer().size // VAD_SAMPLES * VAD_SAMPLES * 2
