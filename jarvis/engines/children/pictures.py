"""Pictures in a request: only data URLs, only formats that the image reader knows, only sizes that memory bears.

Pure; reads no file and fetches nothing. The pixels themselves are read elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct

MOST_BYTES = 20 << 20
"""Bytes of one picture file."""

MOST_PIXELS = 50_000_000
"""Width times height; three bytes each once unpacked."""

_DATA_URL = re.compile(r"data:image/[a-z0-9.+-]+;base64,", re.IGNORECASE)
_JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a JPEG's frame header: SOF0..SOF15 without the three that mean something else (ITU T.81, table B.1)."""


class PictureError(ValueError):
    """A picture that is refused; the text says why."""


def picture_from_url(url: str) -> bytes:
    """Return the file in a `data:` URL after checking its kind and size; `PictureError` otherwise."""
    found = _DATA_URL.match(url)
    if found is None:
        raise PictureError("only data:image/...;base64 URLs are accepted; nothing is fetched from the network.")
    if (len(url) - found.end()) * 3 // 4 > MOST_BYTES + 2:
        raise PictureError(f"a picture may have at most {MOST_BYTES >> 20} MiB.")
    try:
        data = base64.b64decode(url[found.end() :], validate=True)
    except binascii.Error as error:
        raise PictureError("the base64 text is damaged.") from error
    width, height = picture_size(data)
    if width * height > MOST_PIXELS:
        raise PictureError(f"{width} x {height} pixels are more than {MOST_PIXELS} in all.")
    return data


def picture_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels of a PNG, JPEG, GIF or BMP file; `PictureError` for anything else."""
    try:
        size = _size(data)
    except (struct.error, IndexError) as error:
        raise PictureError("the picture file is cut off.") from error
    if size is None or 0 in size:
        raise PictureError("only whole PNG, JPEG, GIF and BMP files are accepted.")
    return size


def _size(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    if data.startswith((b"GIF87a", b"GIF89a")):
        width, height = struct.unpack_from("<HH", data, 6)
        return width, height
    if data.startswith(b"BM"):
        width, height = struct.unpack_from("<ii", data, 18)
        return abs(width), abs(height)
    return _jpeg_size(data) if data.startswith(b"\xff\xd8\xff") else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while data[at] == 0xFF:
        kind = data[at + 1]
        if kind == 0xFF:
            at += 1
        elif kind in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        else:
            at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return None
