"""What a reader finds in a file, in reading order: running text, tables and code with where they stand.

Knows no file format; the pieces that are remembered are cut from these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

BlockKind = Literal["text", "table", "code"]

_LONGEST_HEADING = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A paragraph, some rows of a table or a stretch of code.

    `section` is the path of headings above it, `page` counts from 1. `first` is the number of its first line (text,
    code) or row (table), from 1, None where they are not counted. `header` is the line that names a table's columns,
    `name` the function or class that a stretch of code belongs to. `speaker` and `said_at` are those of a letter.
    """

    text: str
    kind: BlockKind = "text"
    section: tuple[str, ...] = ()
    page: int | None = None
    first: int | None = None
    header: str = ""
    name: str = ""
    speaker: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a file as it is remembered; `place` cites where it stands."""

    text: str
    place: str
    speaker: str = ""
    said_at: datetime | None = None


class Headings:
    """The path of headings at one point of a document; a heading that nothing follows becomes text itself."""

    def __init__(self, above: tuple[str, ...] = ()) -> None:
        self._above = above
        self._open: list[tuple[int, str]] = []
        self._bare = False

    @property
    def path(self) -> tuple[str, ...]:
        """The headings above what follows, outermost first."""
        return (*self._above, *(title for _, title in self._open))

    def enter(self, level: int, title: str) -> Block | None:
        """Begin a section; returns the one before as a block where it has a heading and nothing else."""
        bare = self.close() if self._open and level <= self._open[-1][0] else None
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        short = " ".join(title.split())
        self._open.append((level, short if len(short) <= _LONGEST_HEADING else short[: _LONGEST_HEADING - 1] + "…"))
        self._bare = True
        return bare

    def filled(self) -> None:
        """Note that the section has text."""
        self._bare = False

    def close(self) -> Block | None:
        """Return the section as a block where it has a heading and nothing else."""
        if not (self._bare and self._open):
            return None
        self._bare = False
        return Block(text=self._open[-1][1], section=self.path)
