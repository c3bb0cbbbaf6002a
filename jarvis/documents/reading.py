"""Has files read by the child, one at a time, and outlives whatever a file does to it.

A child that crashes, hangs or swells is ended and costs its one file; the next file gets a new child. Knows no format
and no memory.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.documents.blocks import Piece
from jarvis.documents.limits import ReadLimits
from jarvis.documents.reasons import Reason, Unreadable, reason
from jarvis.processes.child import Child, Wire
from jarvis.processes.registry import ChildRegistry

_LONGEST_ANSWER = 32 << 20
_SWOLLEN_MIB = 400
"""A child that holds this much after a file is replaced by a new one: parsers do not give everything back."""

_EXIT_SECONDS = 5.0
_START_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What is known of a file before it is read: a digest of its content, its size, its time of change."""

    digest: str
    bytes: int
    modified_ns: int


class Reading(Protocol):
    """A file that is open: its `head`, then either `pieces` or `leave`, once. `partly` is known after the pieces."""

    head: Head
    partly: Reason | None

    def pieces(self) -> Iterator[Piece]:
        """Yield its pieces; raises `Unreadable`, and `Cancelled` when the token of `open` is raised."""
        ...

    def leave(self) -> None:
        """Close it without reading."""
        ...


class DocumentReader:
    """Opens files in a child of its own; for one thread at a time. `close` ends the child; it starts by itself."""

    def __init__(
        self,
        *,
        logs: Path,
        registry: ChildRegistry,
        limits: ReadLimits | None = None,
        module: str = "jarvis.documents.child",
    ) -> None:
        self._limits = limits or ReadLimits()
        self._child = Child(
            name="documents",
            module=module,
            arguments=(json.dumps(asdict(self._limits)),),
            log=logs / "documents.log",
            registry=registry,
            mode="pipes",
            grace_seconds=1.0,
        )
        self._wire: Wire | None = None

    def open(self, path: Path, size: int, cancel: CancelToken | None = None) -> Reading:
        """Open a file of about `size` bytes; raises `Unreadable`, `EngineError` where no child starts, `Cancelled`."""
        if cancel is not None:
            cancel.raise_if_cancelled()
        if self._wire is None:
            self._wire = self._child.wire(cancel)
            _Exchange(self, self._wire, _START_SECONDS, cancel).receive()
        exchange = _Exchange(self, self._wire, self._limits.seconds_for(size), cancel)
        exchange.send({"read": str(path)})
        answer = exchange.receive()
        if "head" not in answer:
            raise exchange.ended(answer)
        return _OpenFile(exchange, Head(**answer["head"]))

    def close(self) -> None:
        """End the child, if one runs."""
        self._drop()
        self._child.stop()

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _lost(self, overran: bool, seconds: float) -> Unreadable:
        """Clear away a child that ended or was ended in the middle of a file."""
        how = self._child.wait_exit(_EXIT_SECONDS)
        if how is None:
            self._child.kill()
            how = self._child.last_exit
        self._drop()
        if overran or (how is not None and how.signal == "SIGXCPU"):
            return Unreadable("slow", seconds=round(seconds))
        return Unreadable("crashed", why=(how.signal or f"exit {how.code}") if how is not None else "?")

    def _settle(self, resident_mib: int) -> None:
        if resident_mib > _SWOLLEN_MIB:
            self.close()


class _Exchange:
    """One file's questions and answers. Only the time in which the child is waited for counts."""

    def __init__(self, reader: DocumentReader, wire: Wire, seconds: float, cancel: CancelToken | None) -> None:
        self._reader = reader
        self._wire = wire
        self._seconds = self._left = seconds
        self._cancel = cancel
        self.partly: Reason | None = None

    def send(self, document: dict[str, Any]) -> None:
        try:
            self._wire.to_child.write(json.dumps(document).encode("ascii") + b"\n")
            self._wire.to_child.flush()
        except OSError as error:
            raise self._reader._lost(False, self._seconds) from error

    def receive(self) -> dict[str, Any]:
        overran = threading.Event()

        def end() -> None:
            overran.set()
            self._reader._child.kill()

        watch = threading.Timer(max(self._left, 0.01), end)
        watch.daemon = True
        unregister = self._cancel.on_cancel(self._reader._child.kill) if self._cancel is not None else None
        begun = time.monotonic()
        watch.start()
        try:
            line = self._wire.from_child.readline(_LONGEST_ANSWER)
        finally:
            watch.cancel()
            self._left -= time.monotonic() - begun
            if unregister is not None:
                unregister()
        if not line.endswith(b"\n"):
            lost = self._reader._lost(overran.is_set(), self._seconds)
            if self._cancel is not None:
                self._cancel.raise_if_cancelled()
            raise lost
        return dict(json.loads(line))

    def abandon(self) -> None:
        """End the child in the middle of a file."""
        self._reader._child.kill()
        self._reader._drop()

    def ended(self, answer: dict[str, Any]) -> Unreadable:
        """Take the last answer of a file that was not read."""
        self.finish(answer)
        return Unreadable(answer["end"]["code"], **answer["end"]["values"])

    def finish(self, answer: dict[str, Any]) -> None:
        partly = answer["partly"]
        self.partly = reason(partly["code"], **partly["values"]) if partly else None
        self._reader._settle(int(answer["rss"]))


class _OpenFile:
    def __init__(self, exchange: _Exchange, head: Head) -> None:
        self._exchange = exchange
        self.head = head
        self.partly: Reason | None = None

    def pieces(self) -> Iterator[Piece]:
        self._exchange.send({"go": True})
        answer: dict[str, Any] = {}
        try:
            while "pieces" in (answer := self._exchange.receive()):
                for text, place, speaker, said_at in answer["pieces"]:
                    moment = datetime.fromisoformat(said_at) if said_at else None
                    yield Piece(text=text, place=place, speaker=speaker, said_at=moment)
        finally:
            if "end" not in answer:
                # Whoever asked left in the middle, and the rest is still on its way.
                self._exchange.abandon()
        if answer["end"] is not None:
            raise self._exchange.ended(answer)
        self._exchange.finish(answer)
        self.partly = self._exchange.partly

    def leave(self) -> None:
        self._exchange.send({"go": False})
        self._exchange.finish(self._exchange.receive())
