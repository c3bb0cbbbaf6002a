"""What the speech children share: the wire, errors in two languages, and the end when the parent is gone.

Knows nothing about recognising or speaking. Runs in the child only.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import BinaryIO

from wyoming.error import Error
from wyoming.event import Event, Eventable, read_event, write_event
from wyoming.info import Attribution

from jarvis.contracts.errors import EngineError
from jarvis.processes.child_side import claim_wire, exit_with_parent


class ChildWire:
    """The parent's end of the conversation; `send` may be called from any thread."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._lock = threading.Lock()

    def send(self, message: Eventable | Event) -> None:
        """Write one event."""
        event = message if isinstance(message, Event) else message.event()
        with self._lock:
            write_event(event, self._sink)

    def fail(self, error: EngineError) -> None:
        """Report `error` with both its sentences."""
        said = {"en": error.sentence("en"), "es": error.sentence("es"), "retryable": error.retryable}
        self.send(Error(text=json.dumps(said, ensure_ascii=False), code=error.code))

    def events(self) -> Iterator[Event]:
        """Yield what the parent sends until it hangs up."""
        while (event := read_event(self._source)) is not None:
            yield event


def open_wire() -> ChildWire:
    """Take the wire and watch the parent."""
    exit_with_parent()
    return ChildWire(*claim_wire())


def attribution() -> Attribution:
    """Return who made this service."""
    return Attribution(name="Jarvis", url="")
