"""Parts a streamed answer into what is said and what only eyes can use: code, tables, formulas, thoughts, footnotes.

Pure. Every character that is fed comes out again in exactly one piece, in order; where a kind begins and ends never
depends on how the text arrived.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["prose", "code", "table", "formula", "aside"]
"""`aside` is what is not said at all: thoughts, comments, footnotes."""

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(`{3,}|~{3,})")
_TABLE = re.compile(r"[ \t>]*\|")
_NOTE = re.compile(r"[ \t]*\[(?:\^[^\]\n]{1,40}|[^\]\n]{1,80})\]:[ \t]")
# The beginnings of a line that may yet become one of the above.
_MAY_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,3}[.)]?)[ \t]*)?(?:`{1,2}|~{1,2}|(?:`{3,}|~{3,})[^\n]*)?")
_MAY_NOTE = re.compile(r"[ \t]*\[[^\]\n]{0,81}(?:\]:?)?")
_LONGEST_UNDECIDED = 120
_BLANK_LINE = r"\n[ \t]{0,8}\n"
_OPENERS: dict[str, tuple[BlockKind, re.Pattern[str]]] = {
    "<think>": ("aside", re.compile(r"</think>", re.IGNORECASE)),
    "<thinking>": ("aside", re.compile(r"</thinking>", re.IGNORECASE)),
    "<!--": ("aside", re.compile(rf"-->|{_BLANK_LINE}")),
    "$$": ("formula", re.compile(rf"\$\$|{_BLANK_LINE}")),
    "\\[": ("formula", re.compile(rf"\\\]|{_BLANK_LINE}")),
    "\\begin{": ("formula", re.compile(rf"\\end\{{[^}}\n]{{0,30}}\}}|{_BLANK_LINE}")),
}
"""What opens a block in the middle of a line, its kind, and what closes it. A formula ends with its paragraph at the
latest, so that a stray sign does not swallow the rest of the answer."""
_OPENER = re.compile("|".join(re.escape(opener) for opener in _OPENERS), re.IGNORECASE)
_LONGEST_CLOSER = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A piece of the answer as it is written; `opens` tells that something of this kind begins with it."""

    kind: BlockKind
    raw: str
    opens: bool = False


class Blocks:
    """Feed it text as it arrives; it returns the pieces that are certain by then."""

    def __init__(self) -> None:
        self._held = ""
        self._line_begins = True
        self._kind: BlockKind = "prose"
        self._fence = ""
        self._closer: re.Pattern[str] | None = None
        self._last = False

    def feed(self, text: str) -> list[Block]:
        """Add `text`; return what is certain."""
        self._held += text
        blocks: list[Block] = []
        while self._held and (block := self._next()) is not None:
            blocks.append(block)
        return blocks

    def close(self) -> list[Block]:
        """End the text; return the rest."""
        self._last = True
        return self.feed("")

    def _next(self) -> Block | None:
        if self._closer is not None:
            return self._closing(self._closer)
        if self._kind == "code":
            return self._code_line()
        if self._line_begins:
            decided, block = self._line_opening()
            if not decided or block is not None:
                return block
        elif self._kind == "table":
            return self._rest_of_line()
        return self._prose()

    def _line_opening(self) -> tuple[bool, Block | None]:
        """Return whether the kind of the line is certain, and its first piece where it is no prose."""
        line, end, _ = self._held.partition("\n")
        whole = bool(end) or self._last or len(line) > _LONGEST_UNDECIDED
        if _TABLE.match(line):
            opens = self._kind != "table"
            self._kind = "table"
            return True, self._rest_of_line(opens=opens)
        fence = _FENCE.match(line)
        if fence is not None and whole and fence[1] not in line[fence.end() :]:
            self._kind, self._fence = "code", fence[1]
            return True, self._taken(len(line) + len(end), opens=True)
        if _NOTE.match(line):
            self._kind, self._closer = "aside", re.compile(r"\n")
            return True, self._closing(self._closer)
        if not whole and (_MAY_FENCE.fullmatch(line) or _MAY_NOTE.fullmatch(line)):
            return False, None
        self._kind = "prose"
        return True, None

    def _prose(self) -> Block | None:
        end = self._held.find("\n") + 1
        line = self._held[:end] if end else self._held
        found = _OPENER.search(line)
        if found is None:
            size = len(line) if end or self._last else len(line) - _possible_opener(line)
            return self._taken(size) if size else None
        if found.start():
            return self._taken(found.start())
        self._kind, self._closer = _OPENERS[found[0].casefold()]
        return self._taken(found.end(), opens=True)

    def _closing(self, closer: re.Pattern[str]) -> Block | None:
        found = closer.search(self._held)
        if found is None:
            size = len(self._held) - (0 if self._last else _LONGEST_CLOSER)
            return self._taken(size) if size > 0 else None
        # The line break at the end of a paragraph belongs to what follows.
        size = found.end() - (1 if found[0].startswith("\n") and len(found[0]) > 1 else 0)
        block = self._taken(size)
        self._kind, self._closer = "prose", None
        return block

    def _code_line(self) -> Block | None:
        line, end, _ = self._held.partition("\n")
        if not end and not self._last and len(line) <= _LONGEST_UNDECIDED:
            return None
        sign = line.lstrip(" \t>")
        closes = self._line_begins and sign.startswith(self._fence) and not sign.strip(self._fence[0]).strip()
        block = self._taken(len(line) + len(end))
        if closes:
            self._kind = "prose"
        return block

    def _rest_of_line(self, *, opens: bool = False) -> Block:
        return self._taken(self._held.find("\n") + 1 or len(self._held), opens=opens)

    def _taken(self, size: int, *, opens: bool = False) -> Block:
        raw, self._held = self._held[:size], self._held[size:]
        self._line_begins = raw.endswith("\n")
        return Block(kind=self._kind, raw=raw, opens=opens)


def _possible_opener(line: str) -> int:
    """Return how many last characters of `line` could be the beginning of an opener."""
    tail = line[-10:].casefold()
    for length in range(len(tail), 0, -1):
        if any(opener.startswith(tail[-length:]) for opener in _OPENERS):
            return length
    return 0
