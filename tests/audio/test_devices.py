import subprocess
import sys
import threading

import pytest

from jarvis.audio import portaudio
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import AudioChunk
from tests.fakes.processes import PATIENCE_SECONDS
from tests.fakes.sound_devices import TABLE, chunk, installed
from tests.fakes.sound_library import FakeSoundDevice, device


@pytest.fixture
def library(monkeypatch):
    return installed(monkeypatch, FakeSoundDevice(list(TABLE)))


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


@pytest.mark.parametrize(
    ("there", "wanted", "found"),
    [
        (["PCH: Analog (hw:0,0)", "Yeti: USB Audio (hw:2,0)"], "Yeti: USB Audio (hw:1,0)", "Yeti: USB Audio (hw:2,0)"),
        (["Yeti: USB Audio (hw:2,0)"], "yeti: usb audio (hw:12,3)", "Yeti: USB Audio (hw:2,0)"),
        (["Mic: USB (hw:1,0)", "Mic: USB (hw:2,0)"], "Mic: USB (hw:2,0)", "Mic: USB (hw:2,0)"),
        (["Mic: USB (hw:2,0)", "Mic: USB (hw:3,0)"], "Mic: USB (hw:1,0)", "Mic: USB (hw:2,0)"),
        (["Mic: USB"], "Mic: USB (hw:1,0)", "Mic: USB"),
        (["Mic: USB (hw:2,0)"], "Mic: USB", "Mic: USB (hw:2,0)"),
        (["NVidia: HDMI 1 (hw:1,3)"], "NVidia: HDMI 0 (hw:1,3)", None),
        (["Mic: USB Camera (hw:1,0)"], "Mic: USB (hw:1,0)", None),
        (["Mic: USB (hw:1,0)", "Mic: USB (hw:2,0)"], "Mic: USB", None),
    ],
)
def test_a_device_in_another_place_among_the_cards_is_still_the_same(monkeypatch, there, wanted, found):
    installed(monkeypatch, FakeSoundDevice([device(name, inputs=1) for name in there]))
    if found is None:
        with pytest.raises(DeviceError):
            portaudio.find_device(wanted, "input")
    else:
        assert portaudio.find_device(wanted, "input").name == found


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


def test_a_sound_system_that_does_not_answer_is_told_and_asked_again(library):
    library.fails = True
    for act in (
        portaudio.refresh,
        portaudio.refresh,
        portaudio.list_devices,
        SoundDeviceMicrophone().chunks().__next__,
    ):
        with pytest.raises(DeviceError) as caught:
            act()
        assert caught.value.code == "audio.no_answer"
        assert "host error" in caught.value.sentence("es") and "\n" not in str(caught.value)
    library.fails = False
    assert [device.name for device in portaudio.list_devices("input")] == ["USB Mic", "Laptop"]
    library.fails = True
    with pytest.raises(DeviceError):
        portaudio.refresh()
    library.fails = False
    portaudio.refresh()
    assert library.refreshed == 2 and library.initialized


def test_a_speaker_plays_once_the_sound_system_answers_again(library):
    library.fails = True
    with pytest.raises(DeviceError):
        portaudio.refresh()
    speaker = SoundDeviceSpeaker()
    with pytest.raises(DeviceError) as caught:
        speaker.play(chunk(10))
    assert caught.value.code == "audio.no_answer"
    library.fails = False
    speaker.play(chunk(10))
    assert library.streams[-1].active
    speaker.close()


def test_a_stream_that_portaudio_cannot_tell_of_runs_no_longer(library, monkeypatch):
    speaker = SoundDeviceSpeaker()
    speaker.play(chunk(10))

    class Lost(type(library.streams[-1])):
        @property
        def active(self):
            raise library.PortAudioError("Invalid stream pointer [PaErrorCode -9988]")

        @active.setter
        def active(self, _):
            pass

    library.streams[-1].__class__ = Lost
    portaudio.refresh()
    assert library.refreshed == 1
    speaker.close()


def test_portaudio_that_fails_while_it_is_loaded_is_a_device_error(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    lines = "class PortAudioError(Exception): ...\nraise PortAudioError('Error initializing PortAudio')\n"
    (tmp_path / "sounddevice.py").write_text(lines)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DeviceError) as caught:
        portaudio.list_devices()
    assert caught.value.code == "audio.no_answer"
    assert "Error initializing PortAudio" in caught.value.sentence("en")
