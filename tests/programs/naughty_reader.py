"""The child that reads documents, with readers that do what damaged files make parsers do; the name says what."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jarvis.documents import child
from jarvis.documents.blocks import Block
from jarvis.documents.source import Source


def _hang(source: Source) -> Iterator[Block]:
    yield Block(text="A beginning.")
    while True:
        time.sleep(60)


def _spin(source: Source) -> Iterator[Block]:
    yield Block(text="A beginning.")
    while True:
        pass


def _crash(source: Source) -> Iterator[Block]:
    yield from (Block(text=f"Piece {number} of a beginning.", section=(str(number),)) for number in range(300))
    os.kill(os.getpid(), signal.SIGSEGV)


def _swell(source: Source) -> Iterator[Block]:
    held = []
    while True:
        held.append(bytearray(64 << 20))
        yield Block(text="More.", section=(str(len(held)),))


def _reach_out(source: Source) -> Iterator[Block]:
    """Tell what could not be done."""
    attempts: dict[str, Callable[[], object]] = {
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
        "resolve": lambda: socket.getaddrinfo("localhost", 80),
        "run": lambda: subprocess.run(["true"], check=True),
        "fork": os.fork,
        "write": lambda: Path(source.name + ".out").write_text("x"),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except PermissionError:
            yield Block(text=f"{name} refused", section=(name,))
        else:
            yield Block(text=f"{name} DONE", section=(name,))


_READERS: dict[str, child.Reader] = {
    "hang.txt": _hang,
    "spin.txt": _spin,
    "crash.txt": _crash,
    "swell.txt": _swell,
    "reach.txt": _reach_out,
}
_usual = child._reader


def _reader(name: str) -> child.Reader:
    return _READERS.get(name) or _usual(name)


if __name__ == "__main__":
    child._reader = _reader
    child.main()
