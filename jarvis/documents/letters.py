"""Reads e-mail, single letters (.eml) and mailboxes (mbox): who wrote what to whom, when, and what was attached.

Quoted lines of earlier letters and signatures are left out where something else was written. Attachments are named,
not read. A mailbox is read letter by letter, however long it is.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import BinaryIO

from jarvis.documents.blocks import Block
from jarvis.documents.decoding import in_charset
from jarvis.documents.reasons import Unreadable
from jarvis.documents.source import Source, bounded
from jarvis.documents.web import html_blocks

_LONGEST_LETTER = 8 << 20
"""Bytes of one letter that are looked at: its text comes before what is attached."""

_LONGEST_LINE = 1 << 16
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
_QUOTED = re.compile(r"^\s*>")
_ANNOUNCED = re.compile(r"^(?:On|El|Le|Am)\b.{4,160}(?:wrote|escribió|a écrit|schrieb)\s*:\s*$")
_SIGNATURE = re.compile(r"^-- ?$")
_HEADER = re.compile(rb"^[!-9;-~]{1,60}:", re.MULTILINE)


def read_letter(source: Source) -> Iterator[Block]:
    """Yield the text of one letter."""
    source.file.seek(0)
    data = source.file.read(_LONGEST_LETTER)
    if not _HEADER.search(data[:4096]):
        raise Unreadable("broken", why="e-mail")
    yield from bounded(source, _letter(data, source.modified), source.limits.text_bytes)


def read_mailbox(source: Source) -> Iterator[Block]:
    """Yield the texts of a mailbox's letters."""
    source.file.seek(0)
    if not source.file.read(5).startswith(b"From "):
        raise Unreadable("broken", why="mbox")
    source.file.seek(0)
    letters = (block for data in _split(source.file) for block in _letter(data, source.modified))
    yield from bounded(source, letters, source.limits.mail_bytes)


def _split(file: BinaryIO) -> Iterator[bytes]:
    """Yield the letters of a mailbox, of long ones the beginning."""
    held: list[bytes] = []
    size = 0
    after_empty, line_start = True, True
    while line := file.readline(_LONGEST_LINE):
        if line_start and after_empty and line.startswith(b"From "):
            if held:
                yield b"".join(held)
            held, size = [], 0
        elif size < _LONGEST_LETTER:
            held.append(line[1:] if line_start and re.match(rb">+From ", line) else line)
            size += len(line)
        after_empty = line_start and not line.strip()
        line_start = line.endswith(b"\n")
    if held:
        yield b"".join(held)


def _letter(data: bytes, otherwise: datetime) -> Iterator[Block]:
    message = email.message_from_bytes(data)
    subject, sender = _header(message, "Subject"), _people(message, "From")
    written = _date(message, otherwise)
    speaker = _name(message)
    text, attached = _body(message)
    lines = [f"From: {sender}" if sender else "", f"To: {_people(message, 'To')}" if message["To"] else ""]
    lines += [f"Subject: {subject}" if subject else "", f"Date: {written.date().isoformat()}"]
    lines += [f"Attached: {', '.join(attached)}"] if attached else []
    top = "\n".join(line for line in lines if line)
    section = (subject[:80],) if subject else ()
    yield Block(text=f"{top}\n\n{text}".strip(), section=section, name=speaker, speaker=speaker, said_at=written)


def _header(message: Message, name: str) -> str:
    raw = str(message.get(name, ""))
    try:
        text = str(make_header(decode_header(raw)))
    except (MessageError, LookupError, UnicodeError, ValueError):
        text = raw
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _people(message: Message, name: str) -> str:
    return _header(message, name)[:300]


def _name(message: Message) -> str:
    """Return the sender's name, the address where there is none."""
    try:
        pairs = getaddresses([_header(message, "From")])
    except (ValueError, IndexError):
        return ""
    return next((person or address for person, address in pairs if person or address), "")[:80]


def _date(message: Message, otherwise: datetime) -> datetime:
    try:
        written = parsedate_to_datetime(str(message.get("Date", "")))
        written = written if written.tzinfo else written.replace(tzinfo=UTC)
        written = written.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return otherwise
    return written if _EARLIEST <= written <= otherwise + timedelta(days=366) else otherwise


def _body(message: Message) -> tuple[str, list[str]]:
    """Return what was written and the names of what was attached."""
    plain: list[str] = []
    page: list[str] = []
    attached: list[str] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        named = _attachment(part)
        if named:
            attached.append(named)
        elif part.get_content_type() == "text/plain":
            plain.append(_payload(part))
        elif part.get_content_type() == "text/html" and not plain:
            page.append("\n\n".join(block.text for block in html_blocks(_payload(part))))
    return _own_words("\n\n".join(plain) if any(text.strip() for text in plain) else "\n\n".join(page)), attached


def _attachment(part: Message) -> str:
    try:
        name, disposition = part.get_filename(), part.get_content_disposition()
    except (ValueError, LookupError, TypeError, MessageError):
        return "?"
    if name:
        # A name too may be folded into several lines.
        return " ".join(str(name).encode("utf-8", "replace").decode().split())[:120]
    return "?" if disposition == "attachment" else ""


def _payload(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return ""
    if not isinstance(data, bytes):
        return ""
    try:
        charset = part.get_content_charset()
        return in_charset(data, charset)
    except (Unreadable, LookupError, UnicodeError):
        return data.decode("ascii", "ignore")


def _own_words(text: str) -> str:
    lines = text.split("\n")
    own: list[str] = []
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line) and number > 0 and len(lines) - number < 15:
            break
        if _QUOTED.match(line) or (_ANNOUNCED.match(line) and _quote_follows(lines, number)):
            continue
        own.append(line)
    kept = "\n".join(own).strip()
    return re.sub(r"\n{3,}", "\n\n", kept or text.strip())


def _quote_follows(lines: list[str], number: int) -> bool:
    return any(_QUOTED.match(line) for line in lines[number + 1 : number + 4])
