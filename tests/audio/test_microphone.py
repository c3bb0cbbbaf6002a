import threading
import time

import numpy as np
import pytest

from jarvis.audio import devices
from jarvis.audio.device_watch import DeviceWatch
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from tests.fakes.processes import PATIENCE_SECONDS, until
from tests.fakes.sound_devices import TABLE, News, chunk, in_background, installed, listening
from tests.fakes.sound_library import FakeSoundDevice, device, stream_times


@pytest.fixture
def library(monkeypatch):
    return installed(monkeypatch, FakeSoundDevice(list(TABLE)))


def test_sound_in_odd_pieces_becomes_frames(library):
    sound = np.arange(4 * VAD_SAMPLES, dtype="<i2").tobytes()
    stream, heard, thread = listening(SoundDeviceMicrophone(), library, 4)
    assert (stream.settings["samplerate"], stream.settings["channels"]) == (SAMPLE_RATE, 1)
    for at in range(0, len(sound), 334):
        stream.deliver(sound[at : at + 334])
    thread.join(PATIENCE_SECONDS)
    assert b"".join(heard) == sound
    assert stream.aborted


def test_a_stereo_44_khz_device_is_turned_into_16_khz_mono(monkeypatch):
    library = installed(
        monkeypatch, FakeSoundDevice(list(TABLE), lambda rate, channels: (rate, channels) == (44100, 2))
    )
    stream, heard, thread = listening(SoundDeviceMicrophone("Laptop"), library, 28)
    assert stream.settings["samplerate"] == 44100
    wave = 8000 * np.sin(2 * np.pi * 440 * np.arange(44100) / 44100)
    stream.deliver(np.stack([wave * 1.5, wave * 0.5], axis=1).astype("<i2").tobytes())
    thread.join(PATIENCE_SECONDS)
    found = np.frombuffer(b"".join(heard), "<i2").astype(float)
    assert np.abs(found[1000:]).max() == pytest.approx(8000, rel=0.02)
    assert np.argmax(np.abs(np.fft.rfft(found))) * SAMPLE_RATE / found.size == pytest.approx(440, abs=2)


def test_a_device_that_knows_only_an_odd_rate_of_its_own_is_used_with_it(monkeypatch):
    rows = [device("Headset", inputs=1, outputs=1, rate=37800.0)]
    library = installed(monkeypatch, FakeSoundDevice(rows, lambda rate, channels: (rate, channels) == (37800, 1)))
    stream, heard, thread = listening(SoundDeviceMicrophone(), library, 28)
    stream.deliver(bytes(2 * 37800))
    thread.join(PATIENCE_SECONDS)
    assert (stream.settings["samplerate"], len(heard)) == (37800, 28)
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(16000))
    assert library.streams[-1].settings["samplerate"] == 37800
    waiter = threading.Thread(target=speaker.wait)
    waiter.start()
    # All of it sounds, also what the conversion keeps until nothing more comes.
    until(lambda: speaker._queue.queued_seconds == pytest.approx(1.0, abs=0.001), "its end is queued")
    library.streams[-1].take(2 * 37800)
    waiter.join(PATIENCE_SECONDS)
    assert speaker.position() == pytest.approx(1.0, abs=0.001)
    speaker.close()


def test_sound_that_nobody_takes_is_dropped_counted_and_told(library):
    lost = []
    microphone = SoundDeviceMicrophone(on_overflow=lost.append)
    frames = microphone.chunks()
    starter = threading.Thread(target=lambda: next(frames))
    starter.start()
    while not library.streams or not library.streams[-1].active:
        starter.join(0.001)
    stream = library.streams[-1]
    stream.deliver(bytes(1024))
    starter.join(PATIENCE_SECONDS)
    for _ in range(13):
        stream.deliver(bytes(2 * SAMPLE_RATE))
    stream.deliver(bytes(1024), overflow=True)
    next(frames)
    assert sum(lost) == pytest.approx(3.0, abs=1.1)
    assert microphone.lost_seconds == sum(lost)
    frames.close()


def test_a_device_that_falls_silent_has_vanished(library, monkeypatch):
    monkeypatch.setattr(devices, "FIRST_SOUND_SECONDS", 0.02)
    with pytest.raises(DeviceError) as caught:
        next(SoundDeviceMicrophone().chunks())
    assert caught.value.code == "audio.microphone_lost"
    assert library.streams[-1].aborted


def test_a_stream_that_ends_by_itself_has_vanished(library):
    microphone = SoundDeviceMicrophone()
    errors = []

    def listen() -> None:
        try:
            list(microphone.chunks())
        except DeviceError as error:
            errors.append(error.code)

    thread = threading.Thread(target=listen)
    thread.start()
    while not library.streams or not library.streams[-1].active:
        thread.join(0.001)
    library.streams[-1].settings["finished_callback"]()
    thread.join(PATIENCE_SECONDS)
    assert errors == ["audio.microphone_lost"]


def test_a_closed_microphone_ends_and_can_be_opened_again(library):
    microphone = SoundDeviceMicrophone()
    for _ in range(2):
        _stream, heard, thread = listening(microphone, library, 99)
        microphone.close()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
        assert heard == []
    assert len(library.streams) == 2


def test_frames_tell_when_they_were_recorded(library):
    microphone = SoundDeviceMicrophone()
    frames = microphone.chunks()
    times: list[float] = []

    def listen() -> None:
        for _, _frame in zip(range(4), frames, strict=False):
            assert microphone.captured_at is not None
            times.append(microphone.captured_at)

    thread = threading.Thread(target=listen)
    thread.start()
    until(lambda: bool(library.streams) and library.streams[-1].active, "it is open")
    before = time.perf_counter()
    library.streams[-1].deliver(bytes(8 * VAD_SAMPLES), times=stream_times(1000.0, recorded=999.8))
    thread.join(PATIENCE_SECONDS)
    assert before - 0.2 <= times[0] <= time.perf_counter() - 0.2
    assert np.diff(times) == pytest.approx([0.032] * 3)
    frames.close()


def test_a_microphone_that_is_pulled_out_is_replaced_by_the_default_and_comes_back_when_it_is_quiet(library, tmp_path):
    library.devices[:] = [device("Desk Mic", inputs=1), device("Headset", inputs=1)]
    cards, news, quiet = tmp_path / "cards", News(), threading.Event()
    cards.write_text("2 cards")
    microphone = SoundDeviceMicrophone("Headset", on_device=news, quiet=quiet.is_set, watch=DeviceWatch(cards))
    frames: list[bytes] = []

    def listen() -> None:
        for frame in microphone.chunks():
            frames.append(frame)

    thread, errors = in_background(listen)
    until(lambda: len(library.streams) == 1 and library.streams[0].active, "it is open")
    library.streams[0].deliver(bytes(2 * VAD_SAMPLES))
    headset = library.devices.pop()
    library.streams[0].die()
    until(lambda: len(library.streams) == 2 and library.streams[1].active, "the other one is open")
    library.devices.append(headset)
    cards.write_text("3 cards")
    library.streams[1].deliver(bytes(200 * VAD_SAMPLES))
    until(lambda: len(frames) == 101, "it was looked and found noisy")
    assert len(library.streams) == 2
    quiet.set()
    library.streams[1].deliver(bytes(2 * VAD_SAMPLES))
    until(lambda: len(library.streams) == 3 and library.streams[2].active, "the wanted one is open again")
    microphone.close()
    thread.join(PATIENCE_SECONDS)
    assert not errors
    assert not thread.is_alive()
    assert len(frames) == 102
    assert news.told == [
        ("input", "Headset", ""),
        ("input", "Desk Mic", "audio.other_microphone"),
        ("input", "Headset", ""),
    ]


def test_a_microphone_whose_server_restarts_goes_on_with_a_note(library):
    news = News()
    microphone = SoundDeviceMicrophone(on_device=news)
    thread, errors = in_background(lambda: list(microphone.chunks()))
    until(lambda: bool(library.streams) and library.streams[0].active, "it is open")
    library.streams[0].deliver(bytes(2 * VAD_SAMPLES))
    library.busy = True
    library.streams[0].die()
    until(lambda: library.refreshed > 1, "it is tried again")
    library.busy = False
    until(lambda: len(library.streams) == 2 and library.streams[1].active, "it is open again")
    microphone.close()
    thread.join(PATIENCE_SECONDS)
    assert not errors
    assert news.told == [("input", "USB Mic", ""), ("input", "USB Mic", "audio.microphone_again")]


def test_a_microphone_that_stays_away_is_told_at_last(library, monkeypatch):
    monkeypatch.setattr(devices, "REOPEN_SECONDS", 0.0)
    microphone = SoundDeviceMicrophone()
    thread, errors = in_background(lambda: list(microphone.chunks()))
    until(lambda: bool(library.streams) and library.streams[0].active, "it is open")
    library.streams[0].deliver(bytes(2 * VAD_SAMPLES))
    library.busy = True
    library.streams[0].die()
    thread.join(PATIENCE_SECONDS)
    assert errors == ["audio.microphone_lost"]


def test_a_microphone_that_comes_after_none_was_there_is_told_once(library):
    table, library.devices = library.devices, []
    news = News()
    microphone = SoundDeviceMicrophone(on_device=news)
    for _ in range(2):
        with pytest.raises(DeviceError) as caught:
            next(iter(microphone.chunks()))
        assert caught.value.code == "audio.no_microphone" and news.told == []
    library.devices = table
    for times in (1, 2):
        thread, errors = in_background(lambda: list(microphone.chunks()))
        until(lambda times=times: len(library.streams) == times and library.streams[-1].active, "it is open")
        assert news.told[0] == ("input", "USB Mic", "audio.microphone_came")
        microphone.close()
        thread.join(PATIENCE_SECONDS)
        assert not errors
    assert news.told[1:] == [("input", "USB Mic", "")], "closed and opened again it is no news"


def test_a_microphone_that_comes_back_after_it_was_given_up_is_told_as_come(library, monkeypatch):
    monkeypatch.setattr(devices, "REOPEN_SECONDS", 0.0)
    news = News()
    microphone = SoundDeviceMicrophone(on_device=news)
    thread, errors = in_background(lambda: list(microphone.chunks()))
    until(lambda: bool(library.streams) and library.streams[0].active, "it is open")
    library.streams[0].deliver(bytes(2 * VAD_SAMPLES))
    library.busy = True
    library.streams[0].die()
    thread.join(PATIENCE_SECONDS)
    assert errors == ["audio.microphone_lost"]
    library.busy = False
    thread, errors = in_background(lambda: list(microphone.chunks()))
    until(lambda: len(library.streams) == 2 and library.streams[1].active, "it is open again")
    microphone.close()
    thread.join(PATIENCE_SECONDS)
    assert not errors and news.told[-1] == ("input", "USB Mic", "audio.microphone_came")


def test_a_microphone_is_opened_again_once_the_sound_system_answers(library):
    news = News()
    microphone = SoundDeviceMicrophone(on_device=news)
    thread, errors = in_background(lambda: list(microphone.chunks()))
    until(lambda: bool(library.streams) and library.streams[0].active, "it is open")
    library.streams[0].deliver(bytes(2 * VAD_SAMPLES))
    library.fails = True
    library.streams[0].die()
    until(lambda: not library.initialized, "the devices are looked for anew")
    library.fails = False
    until(lambda: len(library.streams) == 2 and library.streams[1].active, "it is open again")
    microphone.close()
    thread.join(PATIENCE_SECONDS)
    assert not errors
    assert news.told[-1] == ("input", "USB Mic", "audio.microphone_again")


def test_a_microphone_that_waited_for_the_sound_system_is_told_as_come(library):
    library.fails = True
    news = News()
    microphone = SoundDeviceMicrophone(on_device=news)
    with pytest.raises(DeviceError) as caught:
        next(iter(microphone.chunks()))
    assert caught.value.code == "audio.no_answer"
    library.fails = False
    thread, errors = in_background(lambda: list(microphone.chunks()))
    until(lambda: bool(library.streams) and library.streams[0].active, "it is open")
    microphone.close()
    thread.join(PATIENCE_SECONDS)
    assert not errors and news.told == [("input", "USB Mic", "audio.microphone_came")]
