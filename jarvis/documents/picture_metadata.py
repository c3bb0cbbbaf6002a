"""Takes out of a picture what it tells besides what is seen: where, when, by whom and with what it was taken.

Rewrites PNG, JPEG, GIF and WebP by their blocks; no pixel is decoded. The way up of a JPEG stays, colours too.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_TOLD = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_JPEG_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Of the application segments those without which colours change."""
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_WEBP_TOLD = frozenset({b"EXIF", b"XMP "})
_WEBP_FLAGS = 0x0C
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


def without_metadata(data: bytes) -> bytes:
    """Return the picture `data` without what it tells besides its pixels; `ValueError` where it is broken or of no kind
    that models take."""
    try:
        if data.startswith(_PNG):
            return _PNG + b"".join(_png(data))
        if data.startswith(b"\xff\xd8"):
            return b"\xff\xd8" + b"".join(_jpeg(data))
        if data.startswith(b"GIF8"):
            return b"".join(_gif(data))
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            body = b"WEBP" + b"".join(_webp(data))
            return b"RIFF" + struct.pack("<I", len(body)) + body
    except (struct.error, IndexError) as error:
        raise ValueError("the picture ends too early") from error
    raise ValueError("no picture that models take")


def _png(data: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise IndexError
        if name not in _PNG_TOLD:
            yield data[at:end]
        if name == b"IEND":
            return
        at = end


def _jpeg(data: bytes) -> Iterator[bytes]:
    at, up = 2, 1
    parts: list[bytes] = []
    while True:
        if data[at] != 0xFF:
            raise IndexError
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            parts.append(b"\xff\xd9")
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        body = data[at + 4 : end]
        if marker == 0xDA:
            # What is coded follows, until the next marker that is none of its own.
            found = _AFTER_SCAN.search(data, end)
            if found is None:
                parts.append(data[at:])
                break
            end = found.end() - 2
        elif marker == 0xE1 and body.startswith(_EXIF):
            up = _orientation(body[len(_EXIF) :])
        if _stays(marker, body):
            parts.append(data[at:end])
        at = end
    first = 1 if parts and parts[0][1] == 0xE0 else 0
    yield from parts[:first]
    if up != 1:
        yield _exif_of(up)
    yield from parts[first:]


def _stays(marker: int, body: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return marker in _JPEG_KEPT and body.startswith(_JPEG_KEPT[marker])
    return marker != 0xFE


def _orientation(tiff: bytes) -> int:
    """Return which way up the picture is, 1 to 8 as EXIF counts; 1 where that is not told."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 1
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for at in range(first + 2, first + 2 + 12 * count, 12):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, at)
            if tag == _ORIENTATION and 1 <= value <= 8:
                return int(value)
    except struct.error:
        return 1
    return 1


def _exif_of(up: int) -> bytes:
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, up, 0, 0)
    body = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _gif(data: bytes) -> Iterator[bytes]:
    at = 13 + _colours(data[10])
    yield data[:at]
    while True:
        kind = data[at]
        if kind == 0x3B:
            yield b"\x3b"
            return
        if kind == 0x2C:
            end = _blocks_end(data, at + 11 + _colours(data[at + 9]))
            yield data[at:end]
        elif kind == 0x21:
            end = _blocks_end(data, at + 2)
            # How it moves stays; comments and what programs left in it do not.
            if data[at + 1] in {0xF9, 0x01} or data[at + 3 : at + 14] == b"NETSCAPE2.0":
                yield data[at:end]
        else:
            raise IndexError
        at = end


def _colours(packed: int) -> int:
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _blocks_end(data: bytes, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _webp(data: bytes) -> Iterator[bytes]:
    (size,) = struct.unpack_from("<I", data, 4)
    last = 8 + size
    if last > len(data):
        raise IndexError
    at = 12
    while at + 8 <= last:
        name = data[at : at + 4]
        (length,) = struct.unpack_from("<I", data, at + 4)
        end = at + 8 + length + (length & 1)
        if end > last:
            raise IndexError
        if name == b"VP8X":
            yield data[at : at + 8] + bytes([data[at + 8] & ~_WEBP_FLAGS]) + data[at + 9 : end]
        elif name not in _WEBP_TOLD:
            yield data[at:end]
        at = end
