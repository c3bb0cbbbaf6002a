"""Devices that exist only in a stand-in for sounddevice, and what tests of microphones and speakers do with them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import numpy as np
import pytest

from jarvis.audio import devices, portaudio
from jarvis.audio.devices import SoundDeviceMicrophone
from jarvis.contracts.errors import DeviceError
from jarvis.contracts.speech import SAMPLE_RATE, AudioChunk
from tests.fakes.processes import PATIENCE_SECONDS
from tests.fakes.sound_library import FakeSoundDevice, FakeStream, device

TABLE = [device("HDMI", outputs=8), device("USB Mic", inputs=1), device("Laptop", inputs=2, outputs=2)]


def installed(monkeypatch: pytest.MonkeyPatch, library: FakeSoundDevice) -> FakeSoundDevice:
    """Put `library` in the place of sounddevice; nothing is lost for being slow."""
    monkeypatch.setattr(devices, "SILENT_DEVICE_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(devices, "FIRST_SOUND_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    monkeypatch.setattr(portaudio, "_streams", set())
    monkeypatch.setattr(portaudio, "_closing", set())
    return library


def listening(
    microphone: SoundDeviceMicrophone, library: FakeSoundDevice, frames: int
) -> tuple[FakeStream, list[bytes], threading.Thread]:
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


def chunk(count: int, sample_rate: int = SAMPLE_RATE, value: int = 9) -> AudioChunk:
    """Return `count` samples of one value."""
    return AudioChunk(pcm=np.full(count, value, "<i2").tobytes(), sample_rate=sample_rate)


class News:
    """Collects which device is in use, with the code of the note."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    def __call__(self, direction: str, name: str, note: DeviceError | None) -> None:
        self.told.append((direction, name, note.code if note else ""))


def in_background(act: Callable[[], object]) -> tuple[threading.Thread, list[str]]:
    """Run `act` on a thread; returns it and the codes of its errors."""
    errors: list[str] = []

    def run() -> None:
        try:
            act()
        except DeviceError as error:
            errors.append(error.code)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors
