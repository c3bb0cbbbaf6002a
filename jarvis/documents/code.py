"""Reads source code and data files line by line, with the function or class that each stretch belongs to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from jarvis.documents.blocks import Block
from jarvis.documents.reasons import Unreadable
from jarvis.documents.source import Source

_DEFINITION = re.compile(
    r"\s*(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub(?:\([a-z]+\))?|unsafe|"
    r"virtual|override|inline|const|partial|sealed|create|or|replace)\s+)*"
    r"(?:def|class|function|func|fn|struct|enum|trait|interface|impl|module|namespace|sub|procedure|table|view)\s+"
    r"(?:\([^)]*\)\s*)?(?P<name>[A-Za-z_][\w$]*(?:(?:\.|::)\w+)*)",
    re.IGNORECASE,
)
_STRETCH = 60
"""Lines after which a stretch of code without a definition ends."""

_LONGEST_LINE = 4000
"""Characters of a line from which on a file is taken for one that a program wrote."""


def read_code(source: Source) -> Iterator[Block]:
    """Yield stretches of lines, each from one definition to the next; `Unreadable` for code that was packed."""
    text = source.head(source.limits.table_bytes)
    lines = text.split("\n")
    if source.suffix in (".js", ".css", ".json", ".svg") and max(map(len, lines)) > _LONGEST_LINE:
        raise Unreadable("generated")
    start, name = 0, ""
    for number, line in enumerate(lines):
        match = _DEFINITION.match(line)
        if not (match and len(line) - len(line.lstrip()) <= 4) and number - start < _STRETCH:
            continue
        begin = _with_comment(lines, number, start)
        if begin > start:
            yield from _stretch(lines, start, begin, name)
            start = begin
        name = match.group("name") if match else name
    yield from _stretch(lines, start, len(lines), name)


def read_notebook(source: Source) -> Iterator[Block]:
    """Yield the cells of a Jupyter notebook as they were written, without what they printed."""
    if source.size > source.limits.packed_bytes:
        raise Unreadable("broken", why="size")
    source.file.seek(0)
    try:
        cells = json.load(source.file)["cells"]
        texts = [(cell.get("cell_type"), "".join(cell.get("source", ""))) for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("broken", why=type(error).__name__) from error
    for number, (kind, text) in enumerate(texts, start=1):
        if text.strip():
            yield Block(
                text=text.strip("\n"), kind="code" if kind == "code" else "text", section=(f"[{number}]",), first=None
            )


def _with_comment(lines: list[str], number: int, start: int) -> int:
    """Return where the definition at `number` begins, with the comments and decorators right above it."""
    while number - 1 > start and lines[number - 1].strip().startswith(("#", "//", "/*", "*", "@", "--", "///")):
        number -= 1
    return number


def _stretch(lines: list[str], start: int, end: int, name: str) -> Iterator[Block]:
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    if start < end:
        text = "\n".join(line.rstrip() for line in lines[start:end])
        yield Block(text=text, kind="code", first=start + 1, name=name)
