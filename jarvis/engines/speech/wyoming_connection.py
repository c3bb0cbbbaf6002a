"""One Wyoming conversation over any pair of binary streams, with timeouts.

Knows nothing about speech or about who is at the other end. A thread reads and a thread writes, so that neither
a silent nor a stuck peer ever blocks the caller for longer than it asked for.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from wyoming.event import Event

MAX_UNSENT_EVENTS = 2000
"""A minute of 32 ms chunks: a peer that far behind is taken for stuck."""


class ConnectionLost(Exception):
    """The peer closed the conversation, died, sent garbage or fell silent; `why` is a few technical words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class WyomingConnection:
    """Sends and receives Wyoming events; `hang_up` is called once when this side closes.

    One thread at a time may use it; `close` and `interrupt` may be called from any. Each stream is closed by the thread
    that uses it: the writer at `close`, which ends a child by the end of its input, the reader at the end of its own.
    """

    def __init__(self, *, reader: BinaryIO, writer: BinaryIO, hang_up: Callable[[], None] | None = None) -> None:
        self._reader = reader
        self._writer = writer
        self._hang_up = hang_up
        self._closing = threading.Lock()
        self._closed = False
        self._broken: ConnectionLost | None = None
        self._arrived: queue.SimpleQueue[Event | ConnectionLost | None] = queue.SimpleQueue()
        self._leaving: queue.Queue[Event | None] = queue.Queue(MAX_UNSENT_EVENTS)
        self._threads = [
            threading.Thread(target=work, name=f"wyoming-{name}", daemon=True)
            for name, work in (("read", self._read), ("write", self._write))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def lost(self) -> bool:
        """True once the peer is gone or the connection was closed."""
        return self._closed or self._broken is not None

    def send(self, event: Event, patience_seconds: float = 0.0) -> None:
        """Queue `event`; raises `ConnectionLost` when the peer is gone, or reads nothing for that long once a minute of
        sound is queued."""
        if self.lost:
            raise self._broken or ConnectionLost("closed")
        try:
            self._leaving.put(event, block=patience_seconds > 0, timeout=patience_seconds or None)
        except queue.Full:
            raise ConnectionLost("stopped reading") from None

    def receive(self, timeout_seconds: float) -> Event:
        """Return the next event; raises `ConnectionLost` at the end of the stream or after the timeout."""
        try:
            event = self._arrived.get(timeout=timeout_seconds)
        except queue.Empty:
            raise ConnectionLost(f"silent for {timeout_seconds:g} s") from None
        if event is None:
            self._arrived.put(None)
            raise self._broken or ConnectionLost("closed")
        if isinstance(event, ConnectionLost):
            raise event
        return event

    def interrupt(self) -> None:
        """Let the thread that waits in `receive`, or the next one, give up with `ConnectionLost`; nothing is lost."""
        self._arrived.put(ConnectionLost("interrupted"))

    def poll(self) -> Event | None:
        """Return the next event if one has arrived, None otherwise; the end of the stream counts as nothing."""
        while True:
            try:
                event = self._arrived.get_nowait()
            except queue.Empty:
                return None
            if event is None:
                self._arrived.put(None)
            if not isinstance(event, ConnectionLost):
                return event

    def close(self) -> None:
        """End the conversation; twice is the same as once."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        # When full, the writer is stuck in a write to a peer that stopped reading; the end of the peer ends it.
        with contextlib.suppress(queue.Full):
            self._leaving.put_nowait(None)
        if self._hang_up is not None:
            self._hang_up()

    def _read(self) -> None:
        from wyoming.event import read_event

        try:
            while (event := read_event(self._reader)) is not None:
                self._arrived.put(event)
            self._broken = ConnectionLost("ended")
        except (OSError, KeyError, TypeError, AttributeError) as error:
            self._broken = ConnectionLost(f"{type(error).__name__}: {error}")
        self._arrived.put(None)
        self._reader.close()

    def _write(self) -> None:
        from wyoming.event import write_event

        try:
            while (event := self._leaving.get()) is not None:
                write_event(event, self._writer)
        except (OSError, ValueError) as error:
            self._broken = ConnectionLost(f"{type(error).__name__}: {error}")
        try:
            self._writer.close()
        except OSError as error:
            # What was buffered cannot reach a peer that is gone; the descriptor is closed all the same.
            self._broken = self._broken or ConnectionLost(f"{type(error).__name__}: {error}")


def import_wyoming() -> None:
    """Import the package's event classes once; Python 3.11 and 3.12 warn of `audioop`, which it replaces itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import wyoming.asr
        import wyoming.audio
        import wyoming.error
        import wyoming.info
        import wyoming.tts  # noqa: F401
