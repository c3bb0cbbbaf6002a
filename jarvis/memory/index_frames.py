"""How the index's child process and its parent speak: a JSON document and raw bytes behind it, each with its length.

Knows nothing about what is said. Standard library only.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

_LENGTHS = struct.Struct("<II")
_LONGEST = 1 << 28


class Ended(Exception):
    """The other side is gone, in the middle of a frame or between two."""


def write_frame(wire: BinaryIO, document: dict[str, Any], body: bytes = b"") -> None:
    """Send one frame; raises OSError where the other side is gone."""
    head = json.dumps(document).encode("utf-8")
    wire.write(_LENGTHS.pack(len(head), len(body)) + head + body)
    wire.flush()


def read_frame(wire: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Receive one frame; raises `Ended`, also for what is no frame."""
    head, body = _LENGTHS.unpack(_exactly(wire, _LENGTHS.size))
    if head > _LONGEST or body > _LONGEST:
        raise Ended
    try:
        document = json.loads(_exactly(wire, head))
    except ValueError as error:
        raise Ended from error
    if not isinstance(document, dict):
        raise Ended
    return document, _exactly(wire, body)


def _exactly(wire: BinaryIO, count: int) -> bytes:
    data = wire.read(count)
    if len(data) != count:
        raise Ended
    return data
