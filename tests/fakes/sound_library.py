"""A stand-in for the sounddevice module: devices that exist only here, whose sound the test hands in."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class PortAudioError(Exception):
    """What the real library raises."""


class CallbackStop(Exception):
    """What a callback raises to end its stream."""


class FakeStream:
    """An open stream; the test calls `deliver` or `take` in the device's place."""

    def __init__(self, library: FakeSoundDevice, **settings: Any) -> None:
        if library.busy or settings["device"] in library.held:
            raise PortAudioError("Device unavailable [PaErrorCode -9985]\nmore")
        self.settings = settings
        self.latency = 0.04
        self.active = False
        self.aborted = False
        library.streams.append(self)

    def start(self) -> None:
        self.active = True

    def abort(self) -> None:
        self.active = False
        self.aborted = True

    def die(self) -> None:
        """End as a device that was pulled out does."""
        self.active = False
        if finished := self.settings.get("finished_callback"):
            finished()

    def close(self, ignore_errors: bool = True) -> None:
        self.active = False

    def deliver(self, pcm: bytes, overflow: bool = False, times: Any = None) -> None:
        frames = len(pcm) // 2 // self.settings["channels"]
        self.settings["callback"](pcm, frames, times, SimpleNamespace(input_overflow=overflow))

    def take(self, frames: int, times: Any = None) -> bytes:
        out = bytearray(frames * 2 * self.settings["channels"])
        try:
            self.settings["callback"](out, frames, times, None)
        except CallbackStop:
            self.active = False
        return bytes(out)


class FakeSoundDevice:
    """The module. `devices` are rows like the real library's; `accepts` says which settings a device takes.

    `busy` refuses every device, `held` those of these numbers; `fails` lets the library itself fail.
    """

    PortAudioError = PortAudioError
    CallbackStop = CallbackStop

    def __init__(
        self, devices: list[dict[str, Any]], accepts: Callable[[int, int], bool] = lambda rate, channels: True
    ) -> None:
        self.devices = devices
        self.accepts = accepts
        self.busy = False
        self.fails = False
        self.initialized = True
        self.held: set[int] = set()
        self.streams: list[FakeStream] = []
        self.refreshed = 0

    def query_devices(self, kind: str | None = None) -> Any:
        self._require(self.initialized, "Error querying device: PortAudio not initialized")
        if kind is None:
            return self.devices
        for index, device in enumerate(self.devices):
            if device[f"max_{kind}_channels"]:
                return {**device, "index": index}
        raise PortAudioError("Error querying device -1")

    def check_input_settings(self, *, device: int, channels: int, dtype: str, samplerate: int) -> None:
        if not self.accepts(samplerate, channels):
            raise PortAudioError("Invalid sample rate [PaErrorCode -9997]")

    check_output_settings = check_input_settings

    def RawInputStream(self, **settings: Any) -> FakeStream:
        return FakeStream(self, **settings)

    RawOutputStream = RawInputStream

    def _initialize(self) -> None:
        self._require(not self.fails, "Error initializing PortAudio: Unanticipated host error\nmore")
        self.initialized = True
        self.refreshed += 1

    def _terminate(self) -> None:
        self._require(self.initialized, "Error terminating PortAudio: PortAudio not initialized")
        self.initialized = False

    def _require(self, fine: bool, complaint: str) -> None:
        if not fine:
            raise PortAudioError(complaint)

    def _exit_handler(self) -> None:
        pass


def stream_times(current: float, *, recorded: float = 0.0, sounds: float = 0.0) -> Any:
    """Return the times that PortAudio hands to a callback."""
    return SimpleNamespace(currentTime=current, inputBufferAdcTime=recorded, outputBufferDacTime=sounds)


def device(name: str, inputs: int = 0, outputs: int = 0, rate: float = 44100.0) -> dict[str, Any]:
    """Return a row of the device table."""
    return {"name": name, "max_input_channels": inputs, "max_output_channels": outputs, "default_samplerate": rate}
