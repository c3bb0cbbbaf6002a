"""Follows one microphone to its end; another thread may close it at any time. Knows nothing of what is heard."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import cast

from jarvis.contracts.speech_ports import Microphone
from jarvis.voice.outbox import Outbox


class Ears:
    """The microphone that is open now, if any; `lock` is the one that its owner changes its own state under."""

    def __init__(self, lock: Outbox) -> None:
        self._lock = lock
        self._microphone: Microphone | None = None

    @property
    def open(self) -> bool:
        """True until what is followed ends or is closed; a last frame may still be under way then. Ask under `lock`."""
        return self._microphone is not None

    def follow(self, microphone: Microphone, heard: Callable[[bytes], bool]) -> bool:
        """Hand over frame after frame until `heard` returns False; True when they ended by themselves, as a file does.

        The microphone is closed then. Raises what it raises: `DeviceError`, or `InputError` for a sound file.
        """
        with self._lock:
            self._microphone = microphone
        try:
            with contextlib.closing(cast("Generator[bytes, None, None]", microphone.chunks())) as frames:
                for frame in frames:
                    if not heard(frame):
                        return False
            with self._lock:
                return self._microphone is microphone
        finally:
            with self._lock:
                self._microphone = None
            microphone.close()

    def close(self) -> None:
        """Close what is open: its frames end. From any thread."""
        with self._lock:
            microphone, self._microphone = self._microphone, None
            if microphone is not None:
                microphone.close()
