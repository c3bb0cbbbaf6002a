"""Messages over a pipe, as Wyoming frames them: one line of JSON, then as many bytes as it says. Both ends use it.

Standard library only. Knows nothing about what is said.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, BinaryIO

MOST_PAYLOAD = 4 * 2**20
"""Bytes behind one line; the longest that is sent is 8 s of sound, 256 KiB."""

MOST_LINE = 65_536

_LENGTH = "payload_length"


class Garbled(Exception):
    """What came is no message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What one side says: plain JSON values, and bytes where there are any."""

    facts: dict[str, Any]
    payload: bytes = b""


def write_message(sink: BinaryIO, message: Message) -> None:
    """Send one message at once; raises OSError or ValueError when nobody reads any more."""
    line = json.dumps({**message.facts, _LENGTH: len(message.payload)}, separators=(",", ":"))
    sink.write(line.encode("ascii") + b"\n" + message.payload)
    sink.flush()


def read_message(source: BinaryIO) -> Message | None:
    """Wait for one message; None at the end of the pipe, also in the middle of a message. Raises `Garbled`."""
    line = source.readline(MOST_LINE)
    if not line.endswith(b"\n"):
        if len(line) == MOST_LINE:
            raise Garbled("a line without an end")
        return None
    try:
        facts = json.loads(line)
        length = facts.pop(_LENGTH)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Garbled(f"{type(error).__name__} in a line") from error
    if not isinstance(length, int) or not 0 <= length <= MOST_PAYLOAD:
        raise Garbled("a payload of no length")
    payload = source.read(length) if length else b""
    return None if len(payload) < length else Message(facts=facts, payload=payload)
