"""What a picture tells besides its pixels does not stay in it, and the pixels do; real pictures, written by Qt."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageReader

from jarvis.documents.picture_metadata import without_metadata
from jarvis.documents.pictures import picture_of

SECRET = b"48.8584 N 2.2945 E"


def written(kind: str) -> bytes:
    """Return a picture of 24 by 16 pixels, red on the left, blue on the right."""
    image = QImage(24, 16, QImage.Format.Format_RGB32)
    for x in range(24):
        for y in range(16):
            image.setPixelColor(x, y, QColor("red" if x < 12 else "blue"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)
    return bytes(data.data())


def seen(data: bytes, kind: str) -> QImage:
    """Return the picture as a viewer shows it, the right way up."""
    held = QByteArray(data)
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, kind.encode())
    reader.setAutoTransform(True)
    image = reader.read()
    assert not image.isNull(), reader.errorString()
    return image


def exif(up: int, order: str = ">") -> bytes:
    """Return an EXIF block with a way up and a description that tells a place."""
    mark = b"MM\0*" if order == ">" else b"II*\0"
    entries = struct.pack(f"{order}HHII", 0x010E, 2, len(SECRET), 8 + 2 + 24 + 4)
    entries += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, up, 0)
    tiff = mark + struct.pack(f"{order}IH", 8, 2) + entries + struct.pack(f"{order}I", 0) + SECRET
    return b"Exif\0\0" + tiff


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def told_jpeg(up: int = 1, order: str = ">") -> bytes:
    plain = written("JPG")
    xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)
    told = segment(0xE1, exif(up, order)) + xmp + segment(0xED, SECRET) + segment(0xFE, SECRET)
    # Some telephones append a whole film.
    return plain[:2] + told + plain[2:] + SECRET


def told_png() -> bytes:
    plain = written("PNG")
    body = b"eXIf" + exif(1)[6:]
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    text = b"tEXtComment\0" + SECRET
    chunk += struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    return plain[:33] + chunk + plain[33:] + SECRET


def told_webp() -> bytes:
    """Return the extended form around a lossless picture; Qt itself cannot write WebP without its plugin."""
    lossless = bytes.fromhex("2f0000000010070711118888fe07 00".replace(" ", ""))
    chunks = b"VP8X" + struct.pack("<I", 10) + bytes([0x0C, 0, 0, 0]) + bytes(6)
    chunks += b"VP8L" + struct.pack("<I", len(lossless)) + lossless + bytes(len(lossless) & 1)
    for name in (b"EXIF", b"XMP "):
        chunks += name + struct.pack("<I", len(SECRET)) + SECRET
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def told_gif() -> bytes:
    head = b"GIF89a" + struct.pack("<HH", 1, 1) + b"\x80\0\0" + bytes((0, 0, 0, 255, 0, 0))
    loops = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    comment = b"\x21\xfe" + bytes([len(SECRET)]) + SECRET + b"\0"
    program = b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\0"
    picture = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0"
    return head + loops + comment + program + picture + b"\x3b" + SECRET


@pytest.mark.parametrize("told", [told_jpeg(), told_jpeg(6, "<"), told_png(), told_webp(), told_gif()])
def test_nothing_is_told_and_it_is_still_that_picture(told: bytes) -> None:
    assert SECRET in told
    quiet = without_metadata(told)
    assert SECRET not in quiet
    assert picture_of(quiet) == picture_of(told)
    assert without_metadata(quiet) == quiet


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("up", range(1, 9))
def test_a_jpeg_stays_the_right_way_up(up: int, order: str) -> None:
    told = told_jpeg(up, order)
    assert seen(without_metadata(told), "jpg") == seen(told, "jpg")


def test_every_pixel_stays() -> None:
    assert seen(without_metadata(told_png()), "png") == seen(written("PNG"), "png")
    assert seen(without_metadata(told_gif()), "gif") == seen(told_gif(), "gif")


def test_a_moving_gif_goes_on_moving() -> None:
    assert b"NETSCAPE2.0" in without_metadata(told_gif())


def test_a_picture_without_anything_stays_as_it_is() -> None:
    for kind in ("JPG", "PNG"):
        plain = written(kind)
        assert seen(without_metadata(plain), kind) == seen(plain, kind)


@given(st.sampled_from([told_jpeg(), told_png(), told_webp(), told_gif()]), st.data())
def test_half_a_picture_is_refused_or_tells_nothing(told: bytes, data: st.DataObject) -> None:
    cut = told[: data.draw(st.integers(0, len(told) - len(SECRET)))]
    with suppress(ValueError):
        assert SECRET not in without_metadata(cut)


@pytest.mark.parametrize("data", [b"", b"BM12345", b"%PDF-1.7", b"\xff\xd8\xff", b"GIF89a", b"RIFF1234WEBP"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="picture"):
        without_metadata(data)
