r"""Formulas in markdown, as rules of markdown-it: `$..$` and `\(..\)` in a line, `$$..$$` and `\[..\]` on their own.

A formula that is not closed yet stays text. Knows no Qt and nothing of how a formula is drawn.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

LONGEST_FORMULA = 2_000
"""Characters of one formula; what is longer is text."""
MATHS = "maths"
"""Type of the inline token: `content` is the LaTeX, `markup` what it stood between, `block` that it has a line of its
own."""
MAY_GROW = "maths_may_grow"
"""Key of the parser's environment: more text may follow, so that a formula on lines of its own may yet be closed."""
_CLOSED_BY = {"$$": "$$", r"\[": r"\]", r"\(": r"\)"}
_TO_THE_NEXT_DOLLAR = re.compile(r"\$(?=[^\s$])(?P<inside>(?:[^$\\\n]|\\[^\n]|\n(?!\s*\n))*?)(?<=[^\s])\$(?![\w$])")
_WORDS = re.compile(r"(?<![\\{A-Za-z])[^\W\d_]{2,}")
_MARKS = frozenset("\\^_={}<>+*/|")
_PRICE = re.compile(r"\d[\d.,]*\s")


def add_maths(parser: MarkdownIt) -> None:
    """Have `parser` know formulas."""
    parser.inline.ruler.before("escape", MATHS, _in_a_line)
    parser.inline.add_terminator_char("$")
    parser.block.ruler.before("fence", MATHS, _on_lines, {"alt": ["paragraph", "reference", "blockquote", "list"]})


def source_of(latex: str, markup: str) -> str:
    """Return a formula as it was written."""
    return f"{markup}{latex}{_CLOSED_BY.get(markup, markup)}"


def _in_a_line(state: StateInline, silent: bool) -> bool:
    text, at = state.src, state.pos
    opening = text[at : at + 2]
    if opening in _CLOSED_BY:
        closing = _CLOSED_BY[opening]
        end = text.find(closing, at + 2, min(state.posMax, at + LONGEST_FORMULA))
        inside = text[at + 2 : end] if end > 0 else ""
        after = end + 2
    else:
        opening = "$"
        found = _TO_THE_NEXT_DOLLAR.match(text, at, min(state.posMax, at + LONGEST_FORMULA))
        before = text[at - 1] if at else " "
        if found is None or before == "$" or before.isalnum() or not _is_formula(found["inside"]):
            return False
        inside, after = found["inside"], found.end()
    if not inside.strip():
        return False
    if not silent:
        token = state.push(MATHS, "", 0)
        token.content, token.markup = inside.strip(), opening
        token.block = False
    state.pos = after
    return True


def _is_formula(inside: str) -> bool:
    """Tell a formula from what stands between two prices or two names of a shell."""
    if _MARKS.intersection(inside):
        return not (_PRICE.match(inside) and len(_WORDS.findall(inside)) > 1 and "\\" not in inside)
    return (" " not in inside or not _WORDS.search(inside)) and not _PRICE.match(inside)


def _on_lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    # Whoever parses has loaded it; the window is shown before.
    from markdown_it.token import Token

    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    opening = first[:2]
    if opening not in ("$$", r"\["):
        return False
    inside, closed, after = _until_closed(state, start, end, first[2:], _CLOSED_BY[opening])
    if closed and not inside.strip():
        return False
    if not closed and (not state.env.get(MAY_GROW) or state.level or after < end or len(inside) > LONGEST_FORMULA):
        return False
    if silent:
        return True
    state.line = after
    paragraph = state.push("paragraph_open", "p", 1)
    paragraph.map = [start, after]
    line = state.push("inline", "", 0)
    line.map = [start, after]
    # Without content of its own it keeps the children that it has.
    child = Token(MATHS if closed else "text", "", 0, content=inside.strip() if closed else opening + inside)
    child.markup, child.block = opening, closed
    line.children = [child]
    state.push("paragraph_close", "p", -1)
    return True


def _until_closed(state: StateBlock, start: int, end: int, rest: str, closing: str) -> tuple[str, bool, int]:
    """Return what stands before `closing`, whether that was found at the end of a line, and the line after it."""
    lines: list[str] = []
    line, length = start, 0
    while True:
        cut = rest.rstrip()
        if cut.endswith(closing) and closing not in cut[: -len(closing)]:
            return "\n".join([*lines, cut[: -len(closing)]]), True, line + 1
        if closing in rest:
            return "", False, start
        lines.append(rest)
        length += len(rest) + 1
        line += 1
        if line >= end or length > LONGEST_FORMULA or _is_outside(state, line):
            return "\n".join(lines), False, line
        rest = state.src[state.bMarks[line] + min(state.tShift[line], state.blkIndent) : state.eMarks[line]]


def _is_outside(state: StateBlock, line: int) -> bool:
    return state.sCount[line] < state.blkIndent and not state.isEmpty(line)
