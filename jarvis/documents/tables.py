"""Reads CSV and TSV files: rows of cells under the names of their columns, numbered as a spreadsheet numbers them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from jarvis.documents.blocks import Block
from jarvis.documents.reasons import Unreadable
from jarvis.documents.source import Source

_BETWEEN = " | "
_ROWS = 200
"""Rows that are handed on together."""

_LONGEST_CELL = 1 << 20
_LONGEST_HEADER = 300


def read_table(source: Source) -> Iterator[Block]:
    """Yield the rows of a table under its header; where the first row is no header, the rows alone."""
    text = source.head(source.limits.table_bytes)
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(source.suffix, text))
    held: list[str] = []
    header, first, number = "", 1, 0
    try:
        for number, cells in enumerate(rows, start=1):
            if number == 1 and _names_columns(cells):
                header, first = _line(cells)[:_LONGEST_HEADER], 2
                continue
            line = _line(cells)
            if not line and not held:
                first = number + 1
                continue
            held.append(line)
            if len(held) >= _ROWS:
                yield Block(text="\n".join(held), kind="table", first=first, header=header)
                held, first = [], number + 1
    except csv.Error as error:
        raise Unreadable("broken", why=str(error)) from error
    if held:
        yield Block(text="\n".join(held), kind="table", first=first, header=header)
    elif header and number == 1:
        yield Block(text=header, kind="table", first=1)


def _delimiter(suffix: str, text: str) -> str:
    if suffix in (".tsv", ".tab"):
        return "\t"
    lines = [line for line in text[: 1 << 14].split("\n") if line.strip()][:20]
    # The one that splits every line, and the same number of times, is the one that the table was written with.
    return max(",;\t|", key=lambda mark: (_steady([line.count(mark) for line in lines]), -",;\t|".index(mark)))


def _steady(counts: list[int]) -> float:
    if not counts or not max(counts):
        return 0.0
    usual = max(set(counts), key=counts.count)
    return counts.count(usual) / len(counts) * min(usual, 50) if usual else 0.1


def _names_columns(cells: list[str]) -> bool:
    names = [cell.strip() for cell in cells]
    filled = [name for name in names if name]
    numeric = any(name.lstrip("-+$€ ").replace(".", "").replace(",", "").isdigit() for name in filled)
    return bool(filled) and not numeric and len(set(filled)) == len(filled) and len(filled) * 2 > len(names)


def _line(cells: list[str]) -> str:
    line = _BETWEEN.join(" ".join(cell.split()) for cell in cells)
    return line if line.replace("|", "").strip() else ""
