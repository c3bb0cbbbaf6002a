"""Which device is opened: the wanted one, or the default in its place, and the sentence that says so.

Knows nothing about what is played or recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from jarvis.audio import portaudio
from jarvis.audio.portaudio import AudioDevice, Direction
from jarvis.contracts.errors import DeviceError

Opened = TypeVar("Opened")
OnDevice = Callable[[Direction, str, DeviceError | None], None]
"""Hears which device is used from now on and why it is not the wanted one; None when it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice(Generic[Opened]):
    """What was opened; `note` says why it is not the wanted device, None when it is."""

    opened: Opened
    device: AudioDevice
    note: DeviceError | None


def open_best(direction: Direction, wanted: str, opener: Callable[[AudioDevice], Opened]) -> Choice[Opened]:
    """Open the device called `wanted`, or the default when that one is missing, busy or broken; empty is the default.

    Raises the `DeviceError` of the wanted one when none can be opened.
    """
    try:
        device, opened = _open(direction, wanted, opener)
        return Choice(opened=opened, device=device, note=None)
    except DeviceError as error:
        reason = error
    if not wanted:
        raise reason
    try:
        device, opened = _open(direction, "", opener)
        return Choice(opened=opened, device=device, note=portaudio.instead(wanted, device))
    except DeviceError:
        raise reason from None


class DeviceNews:
    """Passes on which device is in use, once for every change."""

    def __init__(self, direction: Direction, on_device: OnDevice | None) -> None:
        self._direction: Direction = direction
        self._on_device = on_device
        self._told: tuple[str, str] | None = None

    def tell(self, name: str, note: DeviceError | None) -> None:
        """Tell that `name` is used from now on."""
        news = (name, note.code if note else "")
        if news != self._told:
            self._told = news
            if self._on_device is not None:
                self._on_device(self._direction, name, note)

    def lost(self) -> None:
        """Remember that the device was lost: the next one is news even when it is the same."""
        self._told = None


def _open(direction: Direction, name: str, opener: Callable[[AudioDevice], Opened]) -> tuple[AudioDevice, Opened]:
    with portaudio.as_listed():
        device = portaudio.find_device(name, direction)
        return device, opener(device)
