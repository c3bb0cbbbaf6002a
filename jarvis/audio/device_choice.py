"""Which device is opened: the wanted one, or the default in its place, and the sentence that says so.

Knows nothing about what is played or recorded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from jarvis.audio import portaudio
from jarvis.audio.portaudio import AudioDevice, Direction
from jarvis.audio.sound_server import SoundServer
from jarvis.contracts.errors import DeviceError

SERVED = ("default", "pulse", "pipewire")
"""What PortAudio calls devices behind which the sound server takes its own default."""
NAMING_SECONDS = 0.3
"""How long opening a device waits to be told which one that is; it takes some 3 ms."""

Opened = TypeVar("Opened")
OnDevice = Callable[[Direction, str, DeviceError | None], None]
"""Hears which device is used from now on and why it is not the wanted one; None when it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice(Generic[Opened]):
    """What was opened; `note` says why it is not the wanted device, None when it is."""

    opened: Opened
    device: AudioDevice
    note: DeviceError | None


def open_best(
    direction: Direction,
    wanted: str,
    opener: Callable[[AudioDevice], Opened],
    known_as: Callable[[AudioDevice], AudioDevice],
) -> Choice[Opened]:
    """Open the device called `wanted`, or the default when that one is missing, busy or broken; empty is the default.

    What was opened is told as `known_as` makes it. Raises the `DeviceError` of the wanted one when none can be opened.
    """
    try:
        device, opened = _open(direction, wanted, opener)
        return Choice(opened=opened, device=known_as(device), note=None)
    except DeviceError as error:
        reason = error
    if not wanted:
        raise reason
    try:
        device, opened = _open(direction, "", opener)
        known = known_as(device)
        return Choice(opened=opened, device=known, note=portaudio.instead(wanted, known))
    except DeviceError:
        raise reason from None


class DeviceNews:
    """Passes on which device is in use, once for every change. Any thread.

    Where a device stands for the sound server's default, that one is asked which it is, until `close`.
    """

    def __init__(self, direction: Direction, on_device: OnDevice | None) -> None:
        self._direction: Direction = direction
        self._on_device = on_device
        self._lock = threading.Lock()
        self._told: tuple[str, str] | None = None
        self._server = SoundServer(direction)
        self._closed = False
        self._default = self._told_default = ""

    def known_as(self, device: AudioDevice) -> AudioDevice:
        """Return `device` as people know it: with the name of what the sound server takes for it now."""
        with self._lock:
            self._closed = False
            self._default = self._server.look(NAMING_SECONDS) if _is_served(device) else ""
            return replace(device, name=self._default or device.name)

    def follow(self, device: AudioDevice) -> bool:
        """Tell at once when the sound server takes another default for `device` than it did; True then. Waits for
        nobody."""
        with self._lock:
            name = self._server.look() if _is_served(device) and not self._closed else ""
            if name in ("", self._default):
                return False
            self._default = name
        self.tell(replace(device, name=name), None)
        return True

    def tell(self, known: AudioDevice, note: DeviceError | None) -> None:
        """Tell that `known` is used from now on, and why: another default than before needs no `note` for that."""
        with self._lock:
            before, self._told_default = self._told_default, self._default
            if note is None and before and self._default not in ("", before):
                note = portaudio.other_default(known)
            news = (known.name, note.code if note else "")
            followed = note is None and self._told == (known.name, portaudio.other_default(known).code)
            if followed or news == self._told:
                return
            self._told = news
        if self._on_device is not None:
            self._on_device(self._direction, known.name, note)

    def lost(self) -> None:
        """Remember that the device was lost: the next one is news even when it is the same."""
        self._told = None

    def close(self) -> None:
        """Ask the sound server no more, until the next device."""
        with self._lock:
            self._closed = True
            self._server.close()


def _is_served(device: AudioDevice) -> bool:
    return device.name.casefold() in SERVED


def _open(direction: Direction, name: str, opener: Callable[[AudioDevice], Opened]) -> tuple[AudioDevice, Opened]:
    with portaudio.as_listed():
        device = portaudio.find_device(name, direction)
        return device, opener(device)
