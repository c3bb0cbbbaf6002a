"""Markdown that arrives in pieces: which blocks are settled, which may still change, and code as it is written.

Raw HTML is never recognised, so it stays text. Every character is parsed a bounded number of times however long the
answer grows, because settled blocks and open code are not looked at again. Knows no Qt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

LONG_BLOCK = 1_200
"""Characters after which a list still being written is settled item by item and a paragraph at a space."""
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


Piece = Settled | Tail | CodeOpened | CodeText | CodeClosed


class MarkdownStream:
    """Turns text that arrives in pieces into `Piece`s; a settled piece never comes back."""

    def __init__(self) -> None:
        self._parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
        self._known: dict[str, object] = {}
        self._open = ""
        self._read_to = 0
        self._fence: re.Match[str] | None = None
        self._mid_line = False
        self._tail_shown = False

    def feed(self, text: str) -> list[Piece]:
        """Add `text` and return what it changes."""
        self._open += text.replace("\r\n", "\n").replace("\x00", "\ufffd")
        pieces: list[Piece] = []
        while True:
            if self._fence is not None and not self._read_fence(pieces):
                return pieces
            if not self._settle(pieces):
                break
        self._split_long_paragraph(pieces)
        tail = self._parse(self._open, keep=False) if self._open.strip() else []
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
        tokens = self._parse(self._open[:end], keep=True)
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

    def _parse(self, text: str, *, keep: bool) -> list[Token]:
        if keep:
            return self._parser.parse(text, self._known)
        references = self._known.get("references")
        return self._parser.parse(text, {"references": dict(references)} if isinstance(references, dict) else {})


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
