"""Reads EPUB books chapter by chapter, in the order in which they are meant to be read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from jarvis.documents.blocks import Block
from jarvis.documents.packed import Packed, local
from jarvis.documents.reasons import Unreadable
from jarvis.documents.source import Source, bounded
from jarvis.documents.web import html_blocks, html_text

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html")
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Ways of encrypting that books use for their fonts alone."""


def read_epub(source: Source) -> Iterator[Block]:
    """Yield the paragraphs of a book's chapters under their headings; `Unreadable` ("drm") for a protected one."""
    packed = Packed(source)
    if packed.has(_ENCRYPTION) and _protected(packed):
        raise Unreadable("drm")
    yield from bounded(source, _chapters(packed), source.limits.text_bytes)


def _chapters(packed: Packed) -> Iterator[Block]:
    for name in _reading_order(packed):
        if packed.has(name):
            yield from html_blocks(html_text(packed.read(name)))


def _reading_order(packed: Packed) -> list[str]:
    """Return the names of the chapters' members, as the book's package document lists them."""
    package = ""
    for event, element in packed.events(_CONTAINER):
        if event == "end" and local(element) == "rootfile" and not package:
            package = element.get("full-path") or ""
    items: dict[str, str] = {}
    spine: list[str] = []
    for event, element in packed.events(package):
        if event == "start":
            continue
        if local(element) == "item" and element.get("media-type") in _PAGES:
            items[element.get("id") or ""] = element.get("href") or ""
        elif local(element) == "itemref":
            spine.append(element.get("idref") or "")
    folder = posixpath.dirname(package)
    ordered = [items[one] for one in spine if one in items] or list(items.values())
    return [posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0]))) for href in ordered]


def _protected(packed: Packed) -> bool:
    return any(
        event == "end" and local(element) == "EncryptionMethod" and element.get("Algorithm") not in _FONTS_ONLY
        for event, element in packed.events(_ENCRYPTION)
    )
