"""Reads word processor files, DOCX and ODT: paragraphs under their headings, tables row by row, notes where they stand.

What was deleted in tracked changes is left out, and so are the heads and feet of pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jarvis.documents.blocks import Block, Headings
from jarvis.documents.packed import Packed, forget, local
from jarvis.documents.reasons import Unreadable
from jarvis.documents.source import Source, bounded

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_MOST_SPACES = 40
_LONGEST_HEADER = 300


def read_docx(source: Source) -> Iterator[Block]:
    """Yield the paragraphs and tables of a Word file."""
    packed = Packed(source)
    main = "word/document.xml"
    if not packed.has(main):
        raise Unreadable("broken", why=main)
    levels = _heading_styles(packed)
    yield from bounded(source, _Flow(_docx_level(levels), _docx_text).blocks(packed, main), source.limits.text_bytes)
    for notes in ("word/footnotes.xml", "word/endnotes.xml"):
        if packed.has(notes):
            yield from bounded(source, _Flow(lambda _: 0, _docx_text).blocks(packed, notes), source.limits.text_bytes)


def read_odt(source: Source) -> Iterator[Block]:
    """Yield the paragraphs and tables of a LibreOffice text."""
    packed = Packed(source)
    manifest = "META-INF/manifest.xml"
    if packed.has(manifest) and b"encryption-data" in packed.read(manifest):
        raise Unreadable("encrypted")
    yield from bounded(source, _Flow(_odt_level, _odt_text).blocks(packed, "content.xml"), source.limits.text_bytes)


class _Flow:
    """Goes through paragraphs and tables as they come; both formats differ only in names.

    `level` tells the heading level of a paragraph (0 for none), `text` its text.
    """

    def __init__(self, level: Any, text: Any) -> None:
        self._level = level
        self._text = text
        self._headings = Headings()
        self._left_out = 0
        self._tables = 0
        self._paragraphs = 0
        self._cell: list[str] = []
        self._row: list[str] = []
        self._rows: list[str] = []

    def blocks(self, packed: Packed, member: str) -> Iterator[Block]:
        """Yield the blocks of one member."""
        for event, element in packed.events(member):
            name = local(element)
            if name in ("Fallback", "tracked-changes", "annotation"):
                self._left_out += 1 if event == "start" else -1
            elif not self._left_out:
                yield from self._start(name) if event == "start" else self._end(name, element)
        bare = self._headings.close()
        if bare is not None:
            yield bare

    def _start(self, name: str) -> Iterator[Block]:
        if name in ("tbl", "table"):
            self._tables += 1
        elif name in ("p", "h"):
            self._paragraphs += 1
        yield from ()

    def _end(self, name: str, element: Any) -> Iterator[Block]:
        if name in ("p", "h"):
            self._paragraphs -= 1
            if not self._paragraphs:
                yield from self._paragraph(element)
        elif name in ("tc", "table-cell", "covered-table-cell") and self._tables == 1 and not self._paragraphs:
            self._row.append(" ".join(self._cell))
            self._cell = []
            forget(element)
        elif name in ("tr", "table-row") and self._tables == 1 and not self._paragraphs:
            if any(self._row):
                self._rows.append(" | ".join(self._row).rstrip("| "))
            self._row = []
            forget(element)
        elif name in ("tbl", "table"):
            self._tables -= 1
            if not self._tables:
                yield from self._table()

    def _paragraph(self, element: Any) -> Iterator[Block]:
        text = self._text(element)
        level = 0 if self._tables else self._level(element)
        if not self._tables:
            forget(element)
        if not text:
            return
        if self._tables:
            self._cell.append(" ".join(text.split()))
        elif level:
            bare = self._headings.enter(level, text)
            if bare is not None:
                yield bare
        else:
            self._headings.filled()
            yield Block(text=text, section=self._headings.path)

    def _table(self) -> Iterator[Block]:
        rows, self._rows = self._rows, []
        if not rows:
            return
        self._headings.filled()
        if len(rows) > 2 and " | " in rows[0] and len(rows[0]) <= _LONGEST_HEADER:
            yield Block(text="\n".join(rows[1:]), kind="table", section=self._headings.path, first=2, header=rows[0])
        else:
            yield Block(text="\n".join(rows), kind="table", section=self._headings.path, first=1)


def _docx_text(paragraph: Any) -> str:
    """Return the text of a Word paragraph; a picture's spare description of a text box is not read twice."""
    parts: list[str] = []
    for element in paragraph.iter():
        name = local(element)
        if name == "t" and not any(local(above) == "Fallback" for above in element.iterancestors()):
            parts.append(element.text or "")
        elif name == "tab":
            parts.append("\t" if element.getparent().tag == f"{_W}r" else "")
        elif name in ("br", "cr") or (name == "p" and element is not paragraph):
            parts.append("\n")
        elif name == "noBreakHyphen":
            parts.append("-")
    return "".join(parts).strip()


def _docx_level(levels: dict[str, int]) -> Any:
    def level(paragraph: Any) -> int:
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return 0
        outline = properties.find(f"{_W}outlineLvl")
        if outline is not None and (outline.get(f"{_W}val") or "").isdigit():
            return _outline(outline.get(f"{_W}val"))
        style = properties.find(f"{_W}pStyle")
        return levels.get(style.get(f"{_W}val") or "", 0) if style is not None else 0

    return level


def _outline(value: str) -> int:
    # Level 9 of Word's ten is "body text".
    return int(value) + 1 if int(value) < 9 else 0


def _heading_styles(packed: Packed) -> dict[str, int]:
    """Return the ids of styles that are headings with their levels; their names are English in every language."""
    levels: dict[str, int] = {}
    if not packed.has("word/styles.xml"):
        return levels
    for event, element in packed.events("word/styles.xml"):
        if event == "end" and local(element) == "style":
            named, outline = element.find(f"{_W}name"), element.find(f"{_W}pPr/{_W}outlineLvl")
            name = (named.get(f"{_W}val") or "").lower() if named is not None else ""
            value = outline.get(f"{_W}val") or "" if outline is not None else ""
            if name.startswith("heading ") and name[8:].isdigit():
                levels[element.get(f"{_W}styleId")] = int(name[8:])
            elif name == "title":
                levels[element.get(f"{_W}styleId")] = 1
            elif value.isdigit() and _outline(value):
                levels[element.get(f"{_W}styleId")] = _outline(value)
    return levels


def _odt_level(paragraph: Any) -> int:
    if local(paragraph) != "h":
        return 0
    level = paragraph.get(f"{_TEXT}outline-level") or "1"
    return int(level) if level.isdigit() else 1


def _odt_text(paragraph: Any) -> str:
    """Return the text of a paragraph; runs of spaces, tabs and line ends are elements of their own."""
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(paragraph, events=("start", "end"))
    for event, element in walk:
        name = local(element)
        if event == "end":
            parts.append((element.tail or "") if element is not paragraph else "")
            continue
        if name in ("annotation", "note-citation"):
            walk.skip_subtree()
            continue
        if name == "s":
            count = element.get(f"{_TEXT}c") or "1"
            parts.append(" " * (min(int(count), _MOST_SPACES) if count.isdigit() else 1))
        elif element is not paragraph:
            parts.append({"tab": "\t", "line-break": "\n", "p": " "}.get(name, ""))
        parts.append(element.text or "")
    return "".join(parts).strip()
