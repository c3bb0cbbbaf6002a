"""Tells from the beginning of a file whether it is a picture that models take, and how large it is.

Reads headers only, of PNG, JPEG, GIF and WebP; whether the rest can be decoded is for whoever shows it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEAD_BYTES = 1 << 20
"""Enough for what cameras put before the size of a JPEG: its profile, a small picture and where it was taken."""

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
"""Ends of names by which these are known."""

_JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xDA)})


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """What a header says; width and height in pixels."""

    media_type: str
    width: int
    height: int


def picture_of(head: bytes) -> Picture | None:
    """Return what the first `HEAD_BYTES` of a file say, None where it is no such picture or its header is broken."""
    try:
        found = _read(head)
    except (struct.error, IndexError):
        return None
    return found if found is not None and found.width and found.height else None


def _read(head: bytes) -> Picture | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        width, height = struct.unpack(">II", head[16:24])
        return Picture(media_type="image/png", width=width, height=height)
    if head.startswith((b"GIF87a", b"GIF89a")):
        width, height = struct.unpack("<HH", head[6:10])
        return Picture(media_type="image/gif", width=width, height=height)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head)
    return _jpeg(head) if head.startswith(b"\xff\xd8\xff") else None


def _webp(head: bytes) -> Picture | None:
    match head[12:16]:
        case b"VP8X":
            width = int.from_bytes(head[24:27], "little") + 1
            height = int.from_bytes(head[27:30], "little") + 1
        case b"VP8L":
            (bits,) = struct.unpack("<I", head[21:25])
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = (size & 0x3FFF for size in struct.unpack("<HH", head[26:30]))
        case _:
            return None
    return Picture(media_type="image/webp", width=width, height=height)


def _jpeg(head: bytes) -> Picture | None:
    at = 2
    while at + 9 < len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return Picture(media_type="image/jpeg", width=width, height=height)
        if marker == 0xFF:
            at += 1
        elif marker in _JPEG_BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None
