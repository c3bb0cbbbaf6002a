"""Reads PDF files page by page: lines joined into paragraphs, repeated heads and feet of pages left out.

Pages without text (scans) are counted and told of. Knows nothing of pictures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from jarvis.documents.blocks import Block
from jarvis.documents.reasons import Unreadable, reason
from jarvis.documents.source import Source, bounded

_PASSWORD = 4
"""pdfium's code for a document that needs one."""

_MOST_PAGES = 20_000
_SAMPLED_PAGES = 24
_EDGE_LINES = 2
"""Lines at the top and the bottom of a page among which its running head and foot are."""

_JOINED = re.compile(r"(?<=[^\W\d_])(?:[\x02\ufffe]|[-\u00ad\u2010]\n\s*)(?=[a-záéíóúüñàèòïç])")
"""A word that was parted at the end of a line; pdfium joins most such lines and leaves a mark of its own."""

_SHORT = 40
"""Characters up to which lines that are all short (a list, an address) do not fill a page's width."""

_HYPHEN_MARKS = re.compile(r"[\u00ad\ufffe\x02]")
_LEADERS = re.compile(r"(?:\s?\.){5,}\s?|(?:\s?_){5,}\s?")
"""Dots that lead the eye to a page number, and lines to write on."""

_PAGE_NUMBER = re.compile(r"(?:(?:page|página|pág\.?|p\.)\s*)?[-–—\s]*#[-–—\s]*(?:(?:/|of|de)\s*#)?", re.IGNORECASE)


def read_pdf(source: Source) -> Iterator[Block]:
    """Yield the paragraphs of a PDF with their pages; `Unreadable` for a locked, broken or scanned one."""
    yield from bounded(source, _blocks(source), source.limits.text_bytes)


def _blocks(source: Source) -> Iterator[Block]:
    import pypdfium2

    source.file.seek(0)
    try:
        document = pypdfium2.PdfDocument(source.file)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise Unreadable("encrypted") from error
        raise Unreadable("broken", why="PDF") from error
    with document:
        pages = min(len(document), _MOST_PAGES)
        running = _running_lines(document, pages)
        silent = 0
        for number in range(pages):
            lines = _lines(document, number)
            silent += not any(lines)
            for paragraph in _paragraphs(_body(lines, running)):
                yield Block(text=paragraph, page=number + 1)
        if silent == pages:
            raise Unreadable("scanned")
        if silent > pages // 10 and silent > 1:
            source.partly = reason("some_scanned", pages=silent)


def _lines(document: Any, number: int) -> list[str]:
    """Return the lines of a page; none for a page that the file does not really have."""
    import pypdfium2

    try:
        with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
            text = str(text_page.get_text_bounded())
    except pypdfium2.PdfiumError:
        return []
    return [_LEADERS.sub(" … ", line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _running_lines(document: Any, pages: int) -> frozenset[str]:
    """Return the heads and feet that pages share, their numbers aside."""
    if pages < 3:
        return frozenset()
    step = max(1, pages // _SAMPLED_PAGES)
    counts: Counter[str] = Counter()
    sampled = range(0, pages, step)
    for number in sampled:
        lines = [line for line in _lines(document, number) if line]
        counts.update({_shape(line) for line in (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])})
    # Heads of left and right pages, and of chapters, are on a part of the pages only.
    return frozenset(shape for shape, count in counts.items() if count >= max(3, len(sampled) // 4))


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def _body(lines: list[str], running: frozenset[str]) -> list[str]:
    kept = list(lines)
    for edge in (0, -1):
        for _ in range(_EDGE_LINES):
            while kept and not kept[edge]:
                kept.pop(edge)
            if kept and (_shape(kept[edge]) in running or _PAGE_NUMBER.fullmatch(_shape(kept[edge]))):
                kept.pop(edge)
    return kept if any(kept) else []


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Join lines that fill the page's width into paragraphs; short ones (titles, lists, tables) stay lines."""
    if not lines:
        return
    lines = _HYPHEN_MARKS.sub("-", _JOINED.sub("", "\n".join(lines))).split("\n")
    lengths = sorted(len(line) for line in lines if line)
    usual = max(lengths[int(len(lengths) * 0.8)] if lengths else 0, _SHORT)
    held = ""
    previous = ""
    for line in lines:
        if not line:
            if held:
                yield held
            held, previous = "", ""
            continue
        if not held:
            held = line
        elif len(previous) >= 0.65 * usual and not _starts_item(line):
            held += " " + line
        elif previous.endswith((".", "!", "?", "”", ":")):
            yield held
            held = line
        else:
            held += "\n" + line
        previous = line
    if held:
        yield held


def _starts_item(line: str) -> bool:
    return bool(re.match(r"(?:[•▪●‣*–-]|\d{1,2}[.)]|[a-z]\))\s", line))
