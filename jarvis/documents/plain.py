"""Reads plain text and Markdown: paragraphs under their headings, tables and fenced code as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarvis.documents.blocks import Block, Headings
from jarvis.documents.source import Source

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*$")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_EMBEDDED = re.compile(r"\(?data:[\w/+.;=-]{0,80},[^)\s\"']{40,}\)?")
"""A picture written into the text itself."""


def read_text(source: Source) -> Iterator[Block]:
    """Yield the paragraphs of a text file with the numbers of their lines."""
    yield from _paragraphs(source.head(source.limits.text_bytes).split("\n"), 1, ())


def read_markdown(source: Source) -> Iterator[Block]:
    """Yield the paragraphs, tables and code of a Markdown file under its headings."""
    lines = _EMBEDDED.sub("", source.head(source.limits.text_bytes)).split("\n")
    headings = Headings()
    start = number = _after_front_matter(lines)
    fence = ""
    while number < len(lines):
        line = lines[number]
        if fence or _FENCE.match(line):
            fence = _fence_after(fence, line)
            number += 1
            continue
        level, title, used = _heading(lines, number, start)
        if level:
            yield from _body(lines, start, number, headings)
            bare = headings.enter(level, title)
            if bare is not None:
                yield bare
            start = number = number + used
            continue
        number += 1
    yield from _body(lines, start, number, headings)
    bare = headings.close()
    if bare is not None:
        yield bare


def _after_front_matter(lines: list[str]) -> int:
    if lines and lines[0].strip() == "---":
        for number, line in enumerate(lines[1:60], start=1):
            if line.strip() in ("---", "..."):
                return number + 1
    return 0


def _fence_after(fence: str, line: str) -> str:
    """Return the fence that is open after `line`, empty for none."""
    match = _FENCE.match(line)
    if match is None:
        return fence
    if not fence:
        return match.group(1)
    return "" if match.group(1).startswith(fence) and not line.strip().strip(fence[0]) else fence


def _heading(lines: list[str], number: int, start: int) -> tuple[int, str, int]:
    """Return level, title and number of lines of the heading at `number`; level 0 where there is none."""
    match = _HEADING.match(lines[number])
    if match and match.group(2):
        return len(match.group(1)), match.group(2), 1
    if number + 1 < len(lines) and lines[number].strip() and (number == start or not lines[number - 1].strip()):
        under = _UNDERLINE.match(lines[number + 1])
        if under and "|" not in lines[number] and not lines[number].lstrip().startswith(("-", "*", ">")):
            return (1 if under.group(1)[0] == "=" else 2), lines[number].strip(), 2
    return 0, "", 0


def _body(lines: list[str], start: int, end: int, headings: Headings) -> Iterator[Block]:
    """Yield what stands between two headings."""
    if not any(line.strip() for line in lines[start:end]):
        return
    headings.filled()
    number = start
    while number < end:
        table = _table_end(lines, number, end)
        if table > number:
            yield from _paragraphs(lines[start:number], start + 1, headings.path)
            rows = "\n".join(line.strip() for line in lines[number + 2 : table])
            if rows:
                yield Block(text=rows, kind="table", section=headings.path, first=2, header=lines[number].strip())
            start = number = table
            continue
        number += 1
    yield from _paragraphs(lines[start:end], start + 1, headings.path)


def _table_end(lines: list[str], number: int, end: int) -> int:
    """Return the line after the table that begins at `number`, `number` where none does."""
    if number + 1 >= end or "|" not in lines[number] or not _TABLE_RULE.match(lines[number + 1]):
        return number
    if "|" not in lines[number + 1] and "-" not in lines[number + 1]:
        return number
    last = number + 2
    while last < end and "|" in lines[last]:
        last += 1
    return last


def _paragraphs(lines: list[str], first: int, section: tuple[str, ...]) -> Iterator[Block]:
    """Yield runs of lines between empty ones; `first` is the number of the first line."""
    held: list[str] = []
    begun = first
    for number, line in enumerate([*lines, ""], start=first):
        if line.strip():
            if not held:
                begun = number
            held.append(line.rstrip())
        elif held:
            yield Block(text="\n".join(held), section=section, first=begun)
            held = []
