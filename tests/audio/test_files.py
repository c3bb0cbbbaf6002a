import os
import struct
import threading
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.audio.files import FileMicrophone, WavSpeaker, read_blocks, sound_info
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError, StorageError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, AudioChunk
from tests.fakes.processes import PATIENCE_SECONDS, until
from tests.fakes.speech import write_wav


def tone(seconds: float, sample_rate: int, hertz: float = 440.0, channels: int = 1) -> np.ndarray:
    wave_form = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * sample_rate)) / sample_rate)
    return np.repeat(wave_form[:, None], channels, axis=1)


def samples(path: Path) -> np.ndarray:
    return np.frombuffer(b"".join(read_blocks(path)), "<i2")


@pytest.mark.parametrize("sample_rate", [8000, 16000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize(("suffix", "channels"), [("wav", 1), ("wav", 2), ("flac", 1), ("ogg", 2)])
def test_every_format_becomes_16_khz_mono_of_the_same_length_and_pitch(tmp_path, sample_rate, suffix, channels):
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone(1.0, sample_rate, channels=channels), sample_rate)
    heard = samples(path).astype(float)
    assert heard.size == pytest.approx(SAMPLE_RATE, abs=2)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(heard.size)))
    assert np.argmax(spectrum) * SAMPLE_RATE / heard.size == pytest.approx(440, abs=2)
    assert np.abs(heard[2000:-2000]).max() / 32768 == pytest.approx(0.5, rel=0.06)


def test_the_header_is_told_without_reading_the_sound(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(2.0, 44100, channels=2), 44100)
    info = sound_info(path)
    assert (info.seconds, info.sample_rate, info.channels) == (2.0, 44100, 2)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.wav", None, "audio.not_found"),
        ("text.wav", b"This is a letter, not a sound.", "audio.not_sound"),
        ("zero.wav", b"", "audio.empty"),
        ("riff.wav", b"RIFF\x00\x00", "audio.not_sound"),
        ("jpeg.wav", b"\xff\xd8\xff\xe0" + bytes(2000), "audio.not_sound"),
    ],
)
def test_what_is_no_sound_is_one_sentence_per_language(tmp_path, name, content, code):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        list(read_blocks(path))
    assert caught.value.code == code
    for language in ("en", "es"):
        assert name in caught.value.sentence(language)
    assert caught.value.sentence("en") != caught.value.sentence("es")


def test_a_header_without_samples_is_an_empty_recording(tmp_path):
    with pytest.raises(InputError) as caught:
        list(read_blocks(write_wav(tmp_path / "none.wav", b"")))
    assert caught.value.code == "audio.empty"


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        list(read_blocks(tmp_path))
    assert caught.value.code == "audio.unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_forbidden_file_is_refused(tmp_path):
    path = write_wav(tmp_path / "mine.wav", bytes(3200))
    path.chmod(0)
    with pytest.raises(InputError) as caught:
        list(read_blocks(path))
    assert caught.value.code == "audio.unreadable"


def sparse_wav(path: Path, seconds: float) -> Path:
    """Write the header of a recording of `seconds`, with a hole in the place of its sound."""
    size = round(seconds * SAMPLE_RATE) * 2
    header = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16)
    with path.open("wb") as file:
        file.write(header + struct.pack("<4sI", b"data", size))
        file.truncate(44 + size)
    return path


def test_a_two_hour_recording_is_refused_before_any_of_it_is_read(tmp_path):
    path = sparse_wav(tmp_path / "long.wav", 7200)
    with pytest.raises(InputError) as caught:
        next(read_blocks(path))
    assert caught.value.code == "audio.too_long"
    assert "120 minutes" in caught.value.sentence("en")
    assert "60 minutos" in caught.value.sentence("es")


def test_a_two_hour_recording_is_read_in_bounded_memory_where_it_is_allowed(tmp_path):
    path = sparse_wav(tmp_path / "long.wav", 7200)
    blocks = read_blocks(path, limit_seconds=8000)
    next(blocks)
    tracemalloc.start()
    try:
        total = sum(len(block) for _, block in zip(range(300), blocks, strict=False))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        blocks.close()
    assert total > 30_000_000
    assert peak < 8_000_000


def test_not_a_number_and_overloads_become_legal_sound(tmp_path):
    path = tmp_path / "wild.wav"
    wild = np.array([np.nan, np.inf, -np.inf, 4.0, -4.0, 0.25] * 400, np.float32)
    soundfile.write(path, wild, SAMPLE_RATE, subtype="FLOAT")
    heard = samples(path).reshape(-1, 6)
    assert heard[10].tolist() == [0, 32767, -32768, 32767, -32768, 8192]


def test_a_file_microphone_gives_whole_frames_and_then_silence(tmp_path):
    sound = np.full(1000, 7, "<i2").tobytes()
    microphone = FileMicrophone(write_wav(tmp_path / "a.wav", sound), trailing_silence_seconds=0.1)
    frames = list(microphone.chunks())
    assert {len(frame) for frame in frames} == {VAD_SAMPLES * 2}
    assert b"".join(frames)[:2000] == sound
    assert set(b"".join(frames)[2000:]) == {0}
    assert len(b"".join(frames)) >= 2000 + 3200


def test_a_closed_file_microphone_ends_at_once(tmp_path):
    microphone = FileMicrophone(sparse_wav(tmp_path / "a.wav", 3000))
    frames = microphone.chunks()
    next(frames)
    microphone.close()
    assert list(frames) == []


def test_a_paced_file_microphone_is_closed_while_it_waits(tmp_path):
    microphone = FileMicrophone(sparse_wav(tmp_path / "a.wav", 3000), paced=True)
    frames = microphone.chunks()
    next(frames)
    microphone.close()
    assert list(frames) == []


def played(path: Path) -> tuple[int, np.ndarray]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2")


def chunk(value: int, count: int, sample_rate: int = 22050) -> AudioChunk:
    return AudioChunk(pcm=np.full(count, value, "<i2").tobytes(), sample_rate=sample_rate)


def test_a_wav_speaker_writes_what_was_played_at_the_first_rate(tmp_path):
    speaker = WavSpeaker(tmp_path / "out.wav")
    speaker.play(chunk(5, 100))
    speaker.play(chunk(-5, 50))
    speaker.wait()
    speaker.stop()
    speaker.close()
    sample_rate, sound = played(tmp_path / "out.wav")
    assert sample_rate == 22050
    assert sound.tolist() == [5] * 100 + [-5] * 50
    assert [path.name for path in tmp_path.iterdir()] == ["out.wav"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([8000, 16000, 22050, 24000, 48000]), st.integers(0, 3000)), max_size=6))
def test_a_wav_speaker_keeps_the_length_of_mixed_rates(tmp_path_factory, pieces):
    path = tmp_path_factory.mktemp("mixed") / "out.wav"
    speaker = WavSpeaker(path, sample_rate=16000)
    for sample_rate, count in pieces:
        speaker.play(chunk(1000, count, sample_rate))
    expected = sum(count / sample_rate for sample_rate, count in pieces)
    speaker.close()
    assert speaker.seconds == pytest.approx(expected, abs=0.001 * len(pieces) + 0.001)
    assert path.exists() == (sum(count for _, count in pieces) > 0)


def test_an_older_file_survives_when_nothing_is_said(tmp_path):
    path = write_wav(tmp_path / "out.wav", b"\x01\x00" * 10)
    WavSpeaker(path).close()
    assert played(path)[1].tolist() == [1] * 10
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_is_one_sentence_and_leaves_no_litter():
    speaker = WavSpeaker(Path("/dev/full"))
    with pytest.raises(StorageError) as caught:
        speaker.play(chunk(1, 100))
    assert caught.value.code == "audio.disk_full"
    assert "disco" in caught.value.sentence("es")
    speaker.close()


def test_a_device_file_is_written_in_place():
    speaker = WavSpeaker(Path("/dev/null"))
    speaker.play(chunk(1, 100))
    speaker.close()
    assert Path("/dev/null").is_char_device()


def test_a_missing_folder_is_refused_before_anything_is_said(tmp_path):
    with pytest.raises(StorageError) as caught:
        WavSpeaker(tmp_path / "nowhere" / "out.wav")
    assert caught.value.code == "audio.unwritable"


def test_a_wav_speaker_counts_what_is_written_and_ducks_what_comes(tmp_path):
    speaker = WavSpeaker(tmp_path / "out.wav")
    assert speaker.position() == 0.0
    speaker.play(chunk(1000, 2205))
    speaker.duck(0.25)
    speaker.play(chunk(1000, 2205))
    speaker.stop()
    speaker.play(chunk(1000, 2205))
    assert speaker.position() == pytest.approx(0.3)
    speaker.close()
    assert played(tmp_path / "out.wav")[1][[0, 2204, 2205, 4409, 4410]].tolist() == [1000, 1000, 250, 250, 1000]


def test_what_is_ducked_for_a_time_is_written_so_for_as_long(tmp_path):
    speaker = WavSpeaker(tmp_path / "out.wav")
    speaker.duck(0.25, 0.16)
    speaker.play(chunk(1000, 2205))
    speaker.play(chunk(1000, 4410))
    speaker.close()
    sound = played(tmp_path / "out.wav")[1].tolist()
    ducked = round(0.16 * 22050)
    assert sound[:ducked] == [250] * ducked and sound[ducked:] == [1000] * (6615 - ducked)


@pytest.mark.parametrize(("act", "values"), [("resume", [5, 7]), ("stop", [5]), ("close", [5])])
def test_a_paused_wav_speaker_waits(tmp_path, act, values):
    speaker = WavSpeaker(tmp_path / "out.wav")
    speaker.play(chunk(5, 1))
    speaker.pause()
    player = threading.Thread(target=lambda: speaker.play(chunk(7, 1)))
    player.start()
    until(lambda: len(speaker._lock._waiters) == 1, "it waits")
    getattr(speaker, act)()
    player.join(PATIENCE_SECONDS)
    assert not player.is_alive()
    speaker.close()
    assert played(tmp_path / "out.wav")[1].tolist() == values


def test_waiting_for_a_paused_wav_speaker_ends_when_cancelled(tmp_path):
    speaker = WavSpeaker(tmp_path / "out.wav")
    speaker.pause()
    cancel = CancelToken()
    waiter = threading.Thread(target=lambda: speaker.wait(cancel))
    waiter.start()
    cancel.cancel()
    waiter.join(PATIENCE_SECONDS)
    assert not waiter.is_alive()
    speaker.close()


def test_sound_after_closing_is_ignored(tmp_path):
    speaker = WavSpeaker(tmp_path / "out.wav")
    speaker.play(chunk(5, 10))
    speaker.close()
    speaker.play(chunk(5, 10))
    speaker.close()
    assert played(tmp_path / "out.wav")[1].size == 10
