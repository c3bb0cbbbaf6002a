"""The child that reads documents: one file after another, bounded, over lines of JSON on standard input and output.

Run as `python -m jarvis.documents.child LIMITS`, `LIMITS` being the fields of `ReadLimits` as JSON. It says
{"ready"} first. Asked
{"read": path} it answers {"head": {digest, bytes, modified_ns}} and waits for {"go": bool}; then come lines
{"pieces": [[text, place, speaker, said_at], ...]} and at last {"end": null or {code, values}, "partly", "rss"} (MiB).
Whatever a file does ends this process at worst; nothing of Jarvis is in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import struct
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from jarvis.documents.blocks import Block, Piece
from jarvis.documents.bounds import allow_processor_seconds, tie_down
from jarvis.documents.kinds import reader_of, suffix_of
from jarvis.documents.limits import LARGEST_BYTES, ReadLimits
from jarvis.documents.pieces import pieces
from jarvis.documents.reasons import Reason, Unreadable, amount, reason
from jarvis.documents.source import Source
from jarvis.documents.walk import modified_ns
from jarvis.processes.child_side import claim_wire, exit_with_parent

Reader = Callable[[Source], Iterator[Block]]

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"))
_BATCH_PIECES = 64
_LATEST_SECONDS = 4_000_000_000.0
"""In the year 2096: later dates of files are not believed anyway."""

_HASH_CHUNK = 1 << 20
_FAULTS = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError),
    *(EOFError, NotImplementedError, struct.error, zlib.error),
)
"""What parsers raise on damaged files. Anything else ends the child, and with it the reading of this file alone."""


def main() -> None:
    """Answer until standard input ends."""
    exit_with_parent()
    limits = ReadLimits(**json.loads(sys.argv[1]))
    warnings.simplefilter("ignore")
    source, sink = claim_wire()
    tie_down(limits.memory_bytes)
    wire = _Wire(source, sink)
    wire.send({"ready": True})
    while (asked := wire.receive()) is not None:
        partly: Reason | None = None
        try:
            partly = _read(Path(asked["read"]), limits, wire)
            end = None
        except Unreadable as error:
            end = error.reason
        except MemoryError:
            end = reason("memory")
        except OSError as error:
            end = _of_system(error)
        except _FAULTS as error:
            end = reason("broken", why=type(error).__name__)
        wire.send({"end": _plain(end), "partly": _plain(partly), "rss": _resident_mib()})


class _Wire:
    """Lines of JSON both ways; lone halves of characters in names survive as escapes."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink

    def receive(self) -> dict[str, Any] | None:
        line = self._source.readline()
        return dict(json.loads(line)) if line else None

    def send(self, document: dict[str, Any]) -> None:
        self._sink.write(json.dumps(document).encode("ascii") + b"\n")
        self._sink.flush()


def _read(path: Path, limits: ReadLimits, wire: _Wire) -> Reason | None:
    """Read one file and send its pieces; returns why only a part of it was taken in."""
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise Unreadable("special")
        if not before.st_size:
            raise Unreadable("empty")
        if before.st_size > LARGEST_BYTES:
            raise Unreadable("too_big", size=amount(before.st_size), limit=amount(LARGEST_BYTES))
        allow_processor_seconds(limits.seconds_for(before.st_size))
        head = {"digest": _digest(file), "bytes": before.st_size, "modified_ns": modified_ns(before)}
        wire.send({"head": head})
        answer = wire.receive()
        if answer is None or not answer["go"]:
            return None
        source = Source(
            file=file,
            name=path.name,
            suffix=suffix_of(path.name),
            size=before.st_size,
            modified=datetime.fromtimestamp(min(max(before.st_mtime, 0.0), _LATEST_SECONDS), UTC),
            limits=limits,
        )
        sent = _send_pieces(pieces(_reader(path.name)(source)), wire)
        after = os.fstat(file.fileno())
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise Unreadable("changed")
        if not sent:
            raise Unreadable("empty")
        return source.partly


def _send_pieces(found: Iterator[Piece], wire: _Wire) -> int:
    sent = 0
    batch: list[list[Any]] = []
    for piece in found:
        text = _clean(piece.text)
        if text.strip():
            said_at = piece.said_at.isoformat() if piece.said_at else None
            batch.append([text, _clean(piece.place), _clean(piece.speaker), said_at])
            sent += 1
        if len(batch) >= _BATCH_PIECES:
            wire.send({"pieces": batch})
            batch = []
    if batch:
        wire.send({"pieces": batch})
    return sent


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _digest(file: BinaryIO) -> str:
    digest = hashlib.blake2b(digest_size=20)
    while chunk := file.read(_HASH_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _reader(name: str) -> Reader:
    """Load and return the reader for a file; only the libraries that it needs are loaded."""
    from jarvis.documents import books, code, letters, office, pdf, plain, tables, web

    readers: dict[str, Reader] = {
        "markdown": plain.read_markdown,
        "text": plain.read_text,
        "html": web.read_html,
        "table": tables.read_table,
        "mailbox": letters.read_mailbox,
        "letter": letters.read_letter,
        "code": code.read_code,
        "notebook": code.read_notebook,
        "pdf": pdf.read_pdf,
        "docx": office.read_docx,
        "odt": office.read_odt,
        "epub": books.read_epub,
    }
    kind = reader_of(name)
    if kind is None:
        raise Unreadable("kind", suffix=suffix_of(name) or name)
    return readers[kind]


def _of_system(error: OSError) -> Reason:
    match error:
        case PermissionError():
            return reason("permission")
        case FileNotFoundError() | NotADirectoryError():
            return reason("vanished")
        case _:
            return reason("unreadable", why=error.strerror or type(error).__name__)


def _plain(found: Reason | None) -> dict[str, Any] | None:
    return None if found is None else {"code": found.code, "values": found.values}


def _resident_mib() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss >> 20)


if __name__ == "__main__":
    main()
