"""Opens documents that are zip archives (DOCX, ODT, EPUB) without trusting what they say about their sizes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from jarvis.documents.reasons import Unreadable
from jarvis.documents.source import Source

_MOST_MEMBERS = 20_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 18
_FAULTS = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, struct.error, OSError)
"""What the zip reader raises on damaged archives; `OSError` for offsets beyond their end."""


class Packed:
    """The members of an archive, unpacked within one budget for all of them."""

    def __init__(self, source: Source) -> None:
        source.file.seek(0)
        if source.file.read(8) == _OLD_OFFICE:
            raise Unreadable("old_office")
        source.file.seek(0)
        try:
            self._archive = zipfile.ZipFile(source.file)
        except (*_FAULTS, ValueError, UnicodeDecodeError) as error:
            raise Unreadable("broken", why="zip") from error
        if len(self._archive.infolist()) > _MOST_MEMBERS:
            raise Unreadable("bomb")
        self._left = source.limits.packed_bytes

    def has(self, name: str) -> bool:
        """Tell whether there is a member of this name."""
        return name in self._archive.NameToInfo

    def read(self, name: str) -> bytes:
        """Return a member; `Unreadable` where it is missing, damaged, locked, or takes more than the budget."""
        try:
            info = self._archive.getinfo(name)
        except KeyError as error:
            raise Unreadable("broken", why=name) from error
        if info.flag_bits & 1:
            raise Unreadable("encrypted")
        parts = io.BytesIO()
        try:
            with self._archive.open(info) as member:
                while chunk := member.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise Unreadable("bomb")
                    parts.write(chunk)
        except _FAULTS as error:
            raise Unreadable("broken", why=name) from error
        return parts.getvalue()

    def events(self, name: str) -> Iterator[tuple[str, Any]]:
        """Yield the start and end of every element of an XML member, as `iterparse` gives them.

        No entity is expanded, nothing outside is loaded, and a member that declares entities is refused.
        """
        from lxml import etree

        data = self.read(name)
        refuse_entities(data)
        try:
            yield from etree.iterparse(
                io.BytesIO(data),
                events=("start", "end"),
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
        except etree.LxmlError as error:
            raise Unreadable("broken", why=name) from error


def refuse_entities(data: bytes) -> None:
    """Raise `Unreadable` for XML that declares entities: no writer of documents does, makers of traps do."""
    head = data[:65_536]
    if b"<!ENTITY" in head or "<!ENTITY".encode("utf-16-le") in head or "<!ENTITY".encode("utf-16-be") in head:
        raise Unreadable("entities")


def local(element: Any) -> str:
    """Return an element's name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def forget(element: Any) -> None:
    """Free what was read: the element's content and its older siblings."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
