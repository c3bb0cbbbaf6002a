"""Markdown that arrives in pieces: which blocks are settled, which may still change, and code as it is written.

Raw HTML is never recognised, so it stays text. Every character is parsed a bounded number of times however long the
answer grows, because settled blocks and open code are not looked at again. Knows no Qt.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from jarvis.desktop.markdown_maths import MAY_GROW, add_maths

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LONG_BLOCK = 1_200
"""Characters after which a list still being written is settled item by item and a paragraph at a space."""
LONGEST_OPEN = 3 * LONG_BLOCK
"""Characters after which any block still being written is settled as it stands: parsing it again costs ever more."""
MOST_ROWS = 40
"""Lines after which a table goes on as another one: Qt takes some 0.05 ms for a cell."""
_LONGEST_HEAD = 400
_SHOWN_AS = (
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
    | {0x7F: "\u2421"}
    | dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd")
)
"""Control characters, terminal escapes among them, become their pictures; what turns the direction of writing round
becomes the replacement character. One character for one, so that places in a text stay what they are."""
_DELIMITER_ROW = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CLOSING = re.compile(r"^ {0,3}(?P<mark>`{3,}|~{3,})[ \t]*$")
_OPENING = re.compile(r"^(?P<indent> {0,3})(?P<mark>`{3,}|~{3,})")
_MAYBE_CLOSING = re.compile(r"^ {0,3}[`~]*[ \t]*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """Blocks that no further text can change."""

    tokens: tuple[Token, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tail:
    """The blocks still being written; replaces the last tail."""

    tokens: tuple[Token, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeOpened:
    """A fenced code block begins; `language` is its first info word, maybe empty."""

    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeText:
    """More of the open code block."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeClosed:
    """The open code block is whole."""


def inert(text: str) -> str:
    """Return `text` with nothing in it that acts instead of being seen."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd").translate(_SHOWN_AS)


Piece = Settled | Tail | CodeOpened | CodeText | CodeClosed


@lru_cache(maxsize=4)
def _parser_of(thread: int) -> MarkdownIt:
    """Return a thread's parser: it keeps nothing of a text, but puts its rules in order when it reads its first."""
    # It is loaded with the first text, or by `prepare`: the window comes the sooner.
    from markdown_it import MarkdownIt

    del thread
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    add_maths(parser)
    return parser


def prepare() -> None:
    """Load what reads markdown, some 40 ms of work, so that the first answer need not wait for it; for a worker."""
    import markdown_it  # noqa: F401


class MarkdownStream:
    """Turns text that arrives in pieces into `Piece`s; a settled piece never comes back."""

    def __init__(self) -> None:
        self._parser = _parser_of(threading.get_ident())
        self._known: dict[str, object] = {}
        self._open = ""
        self._read_to = 0
        self._fence: re.Match[str] | None = None
        self._mid_line = False
        self._tail_shown = False
        self._held_return = False

    def feed(self, text: str, *, more: bool = False) -> list[Piece]:
        """Add `text` and return what it changes; no tail where `more` follows at once."""
        if self._held_return:
            text = "\r" + text
        self._held_return = text.endswith("\r")
        self._open += inert(text[:-1] if self._held_return else text)
        pieces: list[Piece] = []
        while True:
            if self._fence is not None and not self._read_fence(pieces):
                return pieces
            if not self._settle(pieces):
                break
        self._split_long_paragraph(pieces)
        self._split_long_block(pieces)
        tail = self._parse(self._open, keep=False, grows=True) if self._open.strip() and not more else []
        if tail or self._tail_shown:
            pieces.append(Tail(tokens=tuple(tail)))
            self._tail_shown = bool(tail)
        return pieces

    def finish(self) -> list[Piece]:
        """End the text: everything left settles."""
        pieces: list[Piece] = []
        if self._fence is not None:
            closing = not self._mid_line and self._closes(self._open)
            if self._open and not closing:
                pieces.append(CodeText(text=self._open))
            pieces.append(CodeClosed())
            self._fence = None
        else:
            pieces.extend(_as_pieces(self._parse(self._open, keep=True)))
        if self._tail_shown:
            pieces.append(Tail(tokens=()))
            self._tail_shown = False
        self._open = ""
        return pieces

    def _settle(self, pieces: list[Piece]) -> bool:
        """Move finished blocks of complete lines to `pieces`; True when a fence was opened and reading goes on."""
        end = self._open.rfind("\n") + 1
        if end <= self._read_to:
            return False
        self._read_to = end
        tokens = self._parse(self._open[:end], keep=True, grows=True)
        starts = [at for at, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0 and token.map]
        if not starts:
            return False
        at = starts[-1]
        last = tokens[at]
        first, after = last.map or (0, 0)
        lines = self._open[:end].split("\n")
        if last.type == "fence":
            self._fence = _OPENING.match(lines[first])
            if after > first + 1 and self._closes(lines[after - 1]):
                self._fence = None
                pieces.extend(_as_pieces(tokens))
                self._drop_lines(lines, after)
                return False
            pieces.extend(_as_pieces(tokens[:at]))
            self._drop_lines(lines, first + 1)
            if self._tail_shown:
                pieces.append(Tail(tokens=()))
                self._tail_shown = False
            pieces.append(CodeOpened(language=_language(last)))
            return True
        items = [k for k in range(at, len(tokens)) if tokens[k].type == "list_item_open" and tokens[k].level == 1]
        if end > LONG_BLOCK and len(items) > 1:
            at = items[-1]
            first = (tokens[at].map or [first])[0]
            tokens = [*tokens[:at], tokens[-1]]
            at += 1
        pieces.extend(_as_pieces(tokens[:at]))
        self._drop_lines(lines, first)
        return False

    def _drop_lines(self, lines: Sequence[str], count: int) -> None:
        dropped = sum(len(line) + 1 for line in lines[:count])
        self._open = self._open[dropped:]
        self._read_to = max(0, self._read_to - dropped)

    def _split_long_paragraph(self, pieces: list[Piece]) -> None:
        """Settle most of an endless line, so that the part that is parsed again stays short."""
        while "\n" not in self._open and len(self._open) > 2 * LONG_BLOCK:
            cut = self._open.rfind(" ", 0, LONG_BLOCK) + 1 or LONG_BLOCK
            pieces.extend(_as_pieces(self._parse(self._open[:cut], keep=True)))
            self._open = self._open[cut:]
            self._read_to = 0

    def _split_long_block(self, pieces: list[Piece]) -> None:
        """Settle most of a block that has grown too long; a table goes on as another one under the same head."""
        while True:
            head = self._table_head()
            cut = _end_of_line(self._open, MOST_ROWS) if head else 0
            if not cut and len(self._open) > LONGEST_OPEN:
                line_end = self._open.rfind("\n", LONG_BLOCK, LONGEST_OPEN) + 1
                cut = line_end or self._open.rfind(" ", LONG_BLOCK, LONGEST_OPEN) + 1 or LONGEST_OPEN
                head = head if line_end else ""
            if not cut:
                return
            pieces.extend(_as_pieces(self._parse(self._open[:cut], keep=True)))
            self._open = head + self._open[cut:]
            self._read_to = 0

    def _table_head(self) -> str:
        first, _, rest = self._open[:_LONGEST_HEAD].partition("\n")
        second, newline, _ = rest.partition("\n")
        return f"{first}\n{second}\n" if newline and "|" in first and _DELIMITER_ROW.match(second) else ""

    def _read_fence(self, pieces: list[Piece]) -> bool:
        """Pass the lines of the open fence on; True when it closed. A last line that may close it waits."""
        assert self._fence is not None
        indent = len(self._fence["indent"])
        passed: list[str] = []
        closed = False
        while self._open and not closed:
            line, newline, rest = self._open.partition("\n")
            if not self._mid_line:
                if not newline and (_MAYBE_CLOSING.match(line) or len(line) <= indent):
                    break
                closed = self._closes(line)
                line = line[min(indent, len(line) - len(line.lstrip(" "))) :]
            if not closed:
                passed.append(line + newline)
            self._mid_line = not newline
            self._open = rest
        if passed:
            pieces.append(CodeText(text="".join(passed)))
        if closed:
            pieces.append(CodeClosed())
            self._fence = None
            self._mid_line = False
            self._read_to = 0
        return closed

    def _closes(self, line: str) -> bool:
        found = _CLOSING.match(line)
        if found is None or self._fence is None:
            return False
        mark = self._fence["mark"]
        return found["mark"][0] == mark[0] and len(found["mark"]) >= len(mark)

    def _parse(self, text: str, *, keep: bool, grows: bool = False) -> list[Token]:
        known: dict[str, object] = self._known
        references = known.get("references")
        if not keep:
            known = {"references": dict(references)} if isinstance(references, dict) else {}
        known[MAY_GROW] = grows
        return self._parser.parse(text, known)


def _end_of_line(text: str, number: int) -> int:
    """Return where the line `number` (from 1) ends, 0 where it is not whole."""
    at = 0
    for _ in range(number):
        at = text.find("\n", at) + 1
        if not at:
            return 0
    return at


def _as_pieces(tokens: Sequence[Token]) -> Iterator[Piece]:
    """Cut settled `tokens` at code blocks of the top level."""
    run: list[Token] = []
    for token in tokens:
        if token.level == 0 and token.type in ("fence", "code_block"):
            if run:
                yield Settled(tokens=tuple(run))
                run = []
            yield CodeOpened(language=_language(token))
            if token.content:
                yield CodeText(text=token.content)
            yield CodeClosed()
        else:
            run.append(token)
    if run:
        yield Settled(tokens=tuple(run))


def _language(token: Token) -> str:
    words = token.info.split()
    return words[0][:40] if words else ""
