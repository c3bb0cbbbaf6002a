"""Reads HTML: what a person would see of a page, under its headings, tables row by row.

Never loads what a page points to. What a page hides from its reader (`hidden`, `display: none`) is left out too, since
it would speak to Jarvis and not to the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jarvis.documents.blocks import Block, Headings
from jarvis.documents.decoding import in_charset, text_of
from jarvis.documents.reasons import Unreadable, amount, reason
from jarvis.documents.source import Source, bounded

_MOST_BYTES = 64 << 20
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "p div section article main header footer aside ul ol dl dt dd li blockquote pre figure figcaption address form "
    "fieldset details summary body html hr table thead tbody tfoot caption center title".split()
)
_UNSEEN = frozenset(
    "script style noscript template svg math iframe object embed canvas nav button select textarea input audio video "
    "head map dialog".split()
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)


def read_html(source: Source) -> Iterator[Block]:
    """Yield the paragraphs and tables of a page."""
    source.file.seek(0)
    data = source.file.read(_MOST_BYTES)
    if source.size > _MOST_BYTES:
        source.partly = reason("cut", limit=amount(_MOST_BYTES))
    yield from bounded(source, html_blocks(html_text(data)), source.limits.text_bytes)


def html_text(data: bytes) -> str:
    """Return the text of a page in the encoding that it names or has."""
    named = _CHARSET.search(data[:4096])
    if named and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return in_charset(data, named.group(1).decode("ascii", "replace"))
    return text_of(data)


def html_blocks(text: str, above: tuple[str, ...] = ()) -> Iterator[Block]:
    """Yield what a page shows; `above` are the headings that it stands under."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError as error:
        raise Unreadable("broken", why=type(error).__name__) from error
    if root is None:
        return
    headings = Headings(above)
    yield from _Page(etree, root, headings).blocks()
    bare = headings.close()
    if bare is not None:
        yield bare


class _Page:
    """Walks one parsed page without recursion, since pages nest as deep as they like."""

    def __init__(self, etree: Any, root: Any, headings: Headings) -> None:
        self._etree = etree
        self._root = _main_part(root)
        self._headings = headings
        self._text: list[str] = []
        self._preformatted = 0
        self._rows: list[str] = []
        self._row: list[str] = []
        self._header = ""
        self._first_row = 1

    def blocks(self) -> Iterator[Block]:
        """Yield the page's blocks in order."""
        walk = self._etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            name = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                if name in _UNSEEN or not name or _hidden(element):
                    walk.skip_subtree()
                    continue
                yield from self._begin(name)
                self._add(element.text)
            else:
                if name not in _UNSEEN and name and not _hidden(element):
                    yield from self._end(name, element)
                if element is not self._root:
                    self._add(element.tail)
        yield from self._flush_table()
        yield from self._flush()

    def _begin(self, name: str) -> Iterator[Block]:
        if name in _HEADINGS or (name in _BLOCKS and not self._row_open):
            yield from self._flush()
        if name == "br":
            self._text.append("\n")
        elif name == "li":
            self._text.append("- ")
        elif name == "table":
            yield from self._flush_table()
        elif name == "tr":
            yield from self._flush()
            self._row = []
        self._preformatted += name == "pre"

    @property
    def _row_open(self) -> bool:
        return bool(self._row)

    def _end(self, name: str, element: Any) -> Iterator[Block]:
        if name in _HEADINGS:
            title = self._taken(" ")
            if title:
                bare = self._headings.enter(_HEADINGS[name], title)
                if bare is not None:
                    yield bare
        elif name in ("td", "th"):
            self._row.append(self._taken(" "))
        elif name == "tr":
            self._end_row(element)
        elif name == "table":
            yield from self._flush_table()
        elif name in _BLOCKS and not self._row_open:
            yield from self._flush()
        self._preformatted -= name == "pre"

    def _end_row(self, element: Any) -> None:
        line = " | ".join(self._row) if any(self._row) else ""
        self._row = []
        if not line:
            return
        cells = [child.tag for child in element if isinstance(child.tag, str)]
        if not self._rows and not self._header and cells and set(cells) == {"th"}:
            self._header, self._first_row = line[:300], 2
        else:
            self._rows.append(line)

    def _flush_table(self) -> Iterator[Block]:
        """End a table. One of a single column lays out a page: its cells are paragraphs."""
        rows, header, first = self._rows, self._header, self._first_row
        self._rows, self._row, self._header, self._first_row = [], [], "", 1
        if not rows and not header:
            return
        self._headings.filled()
        if any(" | " in row for row in rows):
            yield Block(text="\n".join(rows), kind="table", section=self._headings.path, first=first, header=header)
        else:
            yield Block(text="\n\n".join([*([header] if header else []), *rows]), section=self._headings.path)

    def _add(self, text: str | None) -> None:
        if text:
            self._text.append(text if self._preformatted else re.sub(r"[ \t\r\n\f\u200b]+", " ", text))

    def _taken(self, line_end: str) -> str:
        text = "".join(self._text)
        self._text = []
        if not self._preformatted:
            text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
        return text.strip().replace("\n", line_end)

    def _flush(self) -> Iterator[Block]:
        text = self._taken("\n")
        if text.strip("- \n"):
            self._headings.filled()
            yield Block(text=text, section=self._headings.path)


def _hidden(element: Any) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN_STYLE.search(element.get("style") or ""))
    )


def _main_part(root: Any) -> Any:
    """Return the element that holds what the page is about, where the page names one that has text."""
    found = root.findall(".//main") or root.findall(".//article")
    if len(found) == 1 and len("".join(found[0].itertext())) > 500:
        return found[0]
    body = root.find("body")
    return root if body is None else body
