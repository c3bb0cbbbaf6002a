import subprocess
import sys
import threading

import numpy as np
import pytest

from jarvis.audio import devices, portaudio
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, AudioChunk
from tests.fakes.processes import PATIENCE_SECONDS, until
from tests.fakes.sound_library import FakeSoundDevice, device

TABLE = [device("HDMI", outputs=8), device("USB Mic", inputs=1), device("Laptop", inputs=2, outputs=2)]


@pytest.fixture
def library(monkeypatch):
    return installed(monkeypatch, FakeSoundDevice(list(TABLE)))


def installed(monkeypatch, library: FakeSoundDevice) -> FakeSoundDevice:
    monkeypatch.setattr(devices, "SILENT_DEVICE_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    monkeypatch.setattr(portaudio, "_streams", set())
    monkeypatch.setattr(portaudio, "_closing", set())
    return library


def listening(microphone: SoundDeviceMicrophone, library: FakeSoundDevice, frames: int):
    """Start to take `frames` frames on another thread; returns its stream, the list and the thread."""
    heard: list[bytes] = []

    def listen() -> None:
        for frame in microphone.chunks():
            heard.append(frame)
            if len(heard) == frames:
                return

    thread = threading.Thread(target=listen)
    thread.start()
    while not library.streams or not library.streams[-1].active:
        thread.join(0.001)
    return library.streams[-1], heard, thread


def test_devices_are_listed_with_their_default(library):
    listed = portaudio.list_devices()
    assert [(d.name, d.direction, d.is_default) for d in listed] == [
        ("USB Mic", "input", True),
        ("Laptop", "input", False),
        ("HDMI", "output", True),
        ("Laptop", "output", False),
    ]


@pytest.mark.parametrize(
    ("name", "direction", "found"),
    [("", "input", "USB Mic"), ("usb mic", "input", "USB Mic"), ("lap", "output", "Laptop"), ("", "output", "HDMI")],
)
def test_a_device_is_found_by_name_part_or_default(library, name, direction, found):
    assert portaudio.find_device(name, direction).name == found


@pytest.mark.parametrize(("name", "direction"), [("Yeti", "input"), ("p", "input"), ("USB Mic", "output")])
def test_an_unknown_device_names_those_that_exist(library, name, direction):
    library.devices.append(device("Lapel", inputs=1))
    if name == "p":
        library.devices.append(device("Phone", inputs=1))
    with pytest.raises(DeviceError) as caught:
        portaudio.find_device(name, direction)
    assert caught.value.code == f"audio.unknown_{'microphone' if direction == 'input' else 'speaker'}"
    for language in ("en", "es"):
        assert "Laptop" in caught.value.sentence(language)


def test_no_device_at_all_says_what_to_do(monkeypatch):
    installed(monkeypatch, FakeSoundDevice([]))
    with pytest.raises(DeviceError) as caught:
        next(SoundDeviceMicrophone().chunks())
    assert caught.value.code == "audio.no_microphone"
    assert "--input" in caught.value.sentence("en")
    with pytest.raises(DeviceError) as caught:
        SoundDeviceSpeaker().play(AudioChunk(pcm=bytes(20), sample_rate=16000))
    assert caught.value.code == "audio.no_speaker"
    assert "--output" in caught.value.sentence("es")


def test_without_portaudio_the_package_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(DeviceError) as caught:
        portaudio.list_devices()
    assert caught.value.code == "audio.no_portaudio"
    assert "libportaudio2" in caught.value.sentence("es")


def test_the_library_is_not_touched_before_a_device_is_asked_for():
    heavy = {"sounddevice", "numpy", "soxr", "soundfile"}
    code = f"import sys, jarvis.audio.devices, jarvis.audio.files; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_computer_without_sound_card_keeps_stderr_clean():
    code = (
        "from jarvis.audio.portaudio import find_device\n"
        "from jarvis.contracts.errors import DeviceError\n"
        "try:\n    find_device('no such device', 'input')\nexcept DeviceError:\n    pass\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stderr == b""


def test_a_busy_device_is_a_device_error(library):
    library.busy = True
    with pytest.raises(DeviceError) as caught:
        next(SoundDeviceMicrophone("Laptop").chunks())
    assert caught.value.code == "audio.microphone_busy"
    assert "Laptop" in str(caught.value)
    assert "\n" not in str(caught.value)


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
    monkeypatch.setattr(devices, "SILENT_DEVICE_SECONDS", 0.02)
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


def chunk(count: int, sample_rate: int = SAMPLE_RATE, value: int = 9) -> AudioChunk:
    return AudioChunk(pcm=np.full(count, value, "<i2").tobytes(), sample_rate=sample_rate)


def test_what_is_played_reaches_the_device_in_order_and_then_silence(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(100, value=1))
    speaker.play(chunk(50, value=2))
    taken = np.frombuffer(library.streams[-1].take(200), "<i2").tolist()
    assert taken == [1] * 100 + [2] * 50 + [0] * 50
    speaker.wait()
    speaker.close()


def test_a_device_with_other_ideas_gets_its_rate_and_channels(monkeypatch):
    library = installed(
        monkeypatch, FakeSoundDevice(list(TABLE), lambda rate, channels: (rate, channels) == (48000, 2))
    )
    speaker = SoundDeviceSpeaker("Laptop")
    speaker.play(chunk(1600))
    stream = library.streams[-1]
    assert (stream.settings["samplerate"], stream.settings["channels"]) == (48000, 2)
    assert np.count_nonzero(np.frombuffer(stream.take(9000), "<i2")) == pytest.approx(9600, rel=0.2)
    speaker.close()


def test_playing_blocks_only_while_more_than_a_second_is_queued(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(SAMPLE_RATE))
    player = threading.Thread(target=lambda: speaker.play(chunk(SAMPLE_RATE)))
    player.start()
    player.join(0.05)
    assert player.is_alive()
    library.streams[-1].take(SAMPLE_RATE)
    player.join(PATIENCE_SECONDS)
    assert not player.is_alive()
    speaker.close()


@pytest.mark.parametrize("act", ["stop", "close"])
def test_stopping_drops_the_queue_and_frees_who_waits(library, act):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(SAMPLE_RATE))
    waiters = [threading.Thread(target=speaker.wait), threading.Thread(target=lambda: speaker.play(chunk(SAMPLE_RATE)))]
    for waiter in waiters:
        waiter.start()
    until(lambda: len(speaker._ready._waiters) == len(waiters), "both wait")
    getattr(speaker, act)()
    for waiter in waiters:
        waiter.join(PATIENCE_SECONDS)
        assert not waiter.is_alive()
    assert library.streams[0].aborted
    speaker.close()


def test_after_a_stop_it_plays_again(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(10))
    speaker.stop()
    speaker.play(chunk(10, value=4))
    assert np.frombuffer(library.streams[-1].take(20), "<i2").tolist() == [4] * 10 + [0] * 10
    speaker.close()


def test_waiting_ends_when_cancelled(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(1000))
    cancel = CancelToken()
    waiter = threading.Thread(target=lambda: speaker.wait(cancel))
    waiter.start()
    cancel.cancel()
    waiter.join(PATIENCE_SECONDS)
    assert not waiter.is_alive()
    speaker.close()


def test_an_idle_speaker_lets_go_of_its_device(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(10))
    for _ in range(5):
        library.streams[-1].take(SAMPLE_RATE)
    assert not library.streams[-1].active
    speaker.play(chunk(10))
    assert len(library.streams) == 2
    speaker.close()


def test_a_speaker_that_takes_nothing_is_lost(library, monkeypatch):
    monkeypatch.setattr(devices, "SILENT_DEVICE_SECONDS", 0.02)
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(1000))
    with pytest.raises(DeviceError) as caught:
        speaker.wait()
    assert caught.value.code == "audio.speaker_lost"
    speaker.close()


def test_devices_are_looked_up_anew_only_when_none_is_in_use(library):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(10))
    portaudio.refresh()
    assert library.refreshed == 0
    library.streams[-1].active = False
    portaudio.refresh()
    assert library.refreshed == 1
    speaker.close()


def test_a_stream_that_never_closes_is_left_behind(library, monkeypatch):
    forever = threading.Event()
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(10))
    monkeypatch.setattr(library.streams[-1], "abort", lambda: forever.wait(PATIENCE_SECONDS))
    speaker.stop()
    portaudio.refresh()
    assert library.refreshed == 0
    speaker.play(chunk(10))
    assert len(library.streams) == 2
    speaker.close()
    forever.set()
