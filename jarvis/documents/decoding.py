"""Bytes to text, whatever wrote them: Unicode in its forms, the code pages of Western computers, others by statistics.

Files that mix UTF-8 with an old code page (logs, merged notes) are decoded line by line. Never fails on text; says so
where the bytes are no text at all.
"""

from __future__ import annotations

import codecs
import re

from jarvis.documents.reasons import Unreadable

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 16
_STRAY = 4
"""So many bytes that are no text are forgiven even in the shortest file."""

_EXPECTED = frozenset("áéíóúüñÁÉÍÓÚÜÑçÇàèòïÀÈÒ¿¡ºª€“”‘’–—…«»·°")
_WESTERN = ("cp1252", "cp850", "mac_roman")
_CALLED_WESTERN = ("iso-8859", "iso8859", "windows-125", "cp125", "latin", "us-ascii", "ascii")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_UNICODE_SHARE = 0.5
"""From this share of a file's non-ASCII lines that are UTF-8 on, the others are taken for intruders."""


def text_of(data: bytes) -> str:
    """Return the text of `data`, with plain line ends and without control characters.

    Raises `Unreadable` ("binary") where the bytes are no text in any encoding.
    """
    text = _CONTROL.sub("", _decoded(data)).replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\x0c", "\n\n").replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")


def in_charset(data: bytes, charset: str | None) -> str:
    """Return the text of `data` in the encoding that a letter or page names, found out where that is wrong."""
    # Programs call UTF-8 by the names of old code pages; the other way round it would not decode.
    if charset is None or (charset.lower().startswith(_CALLED_WESTERN) and _utf8(data) is not None):
        return text_of(data)
    try:
        return _CONTROL.sub("", data.decode(charset)).replace("\r\n", "\n")
    except (LookupError, UnicodeDecodeError, ValueError):
        return text_of(data)


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data[:_SAMPLE]:
        return _wide(data)
    try:
        # A cut at a bound may have split the last character.
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return _not_unicode(data)


def _wide(data: bytes) -> str:
    """Decode UTF-16 without its mark, whose every other byte is nearly always the same for Western text."""
    sample = data[: _SAMPLE & ~1]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > 0.4 * half and even < 0.05 * half:
        return data.decode("utf-16-le", "replace")
    if even > 0.4 * half and odd < 0.05 * half:
        return data.decode("utf-16-be", "replace")
    if even + odd > max(_STRAY, len(sample) // 100):
        raise Unreadable("binary")
    return _decoded(data.replace(b"\0", b""))


def _not_unicode(data: bytes) -> str:
    sample = data[:_SAMPLE]
    strange = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    if strange > max(_STRAY, len(sample) // 50):
        raise Unreadable("binary")
    lines = data.split(b"\n")
    beyond = [line for line in lines if not line.isascii()]
    good = sum(_utf8(line) is not None for line in beyond)
    encoding = _legacy(b"\n".join(line for line in beyond if _utf8(line) is None))
    if good < _UNICODE_SHARE * len(beyond):
        return data.decode(encoding, "replace")
    return "\n".join(text if (text := _utf8(line)) is not None else line.decode(encoding, "replace") for line in lines)


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _legacy(data: bytes) -> str:
    """Return the code page in which the most of the letters beyond ASCII are those of Western languages."""
    sample = data[:_SAMPLE]
    beyond = sum(byte > 127 for byte in sample)
    scores = {name: sum(letter in _EXPECTED for letter in sample.decode(name, "ignore")) for name in _WESTERN}
    best = max(_WESTERN, key=lambda name: scores[name])
    if scores[best] * 2 >= beyond:
        return best
    from charset_normalizer import from_bytes

    found = from_bytes(sample).best()
    if found is None:
        raise Unreadable("binary")
    return found.encoding
