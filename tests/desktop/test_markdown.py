"""Markdown in pieces gives what markdown in one piece gives, and raw HTML is only ever text."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.desktop.markdown import CodeClosed, CodeOpened, CodeText, MarkdownStream, Piece, Settled, Tail

MARKS = ("a", "b c", " ", "\n", "\n\n", "```", "```py\n", "\n```\n", "# ", "- ", "1. ", "|", "\n|a|b|\n|-|-|\n", "> ")
SPANS = ("    ", "*x*", "`y`", "~~~", "---", "<b>", "[l](http://x.org)", "![i](http://x.org/i.png)")
PARTS = st.lists(st.sampled_from((*MARKS, *SPANS)), max_size=25)


def shape(pieces: list[Piece]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for piece in pieces:
        if isinstance(piece, Settled):
            for token in piece.tokens:
                inner = "".join(f"<{child.type}>{child.content}" for child in token.children or [])
                found.append((token.type, inner or token.content))
        elif isinstance(piece, CodeOpened):
            found.append(("opened", piece.language))
        elif isinstance(piece, CodeClosed):
            found.append(("closed",))
        elif isinstance(piece, CodeText):
            if found[-1][0] == "code":
                found[-1] = ("code", found[-1][1] + piece.text)
            else:
                found.append(("code", piece.text))
    return found


def whole(text: str) -> list[tuple[str, ...]]:
    stream = MarkdownStream()
    return shape([*stream.feed(text), *stream.finish()])


@settings(max_examples=150, deadline=None)
@given(PARTS, st.integers(0, 2**32))
def test_pieces_give_what_the_whole_gives(parts: list[str], seed: int) -> None:
    text, chance = "".join(parts), random.Random(seed)
    stream, pieces, at = MarkdownStream(), [], 0
    while at < len(text):
        step = chance.choice((1, 2, 5))
        pieces += stream.feed(text[at : at + step])
        at += step
    assert shape([*pieces, *stream.finish()]) == whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=http://x.org/a.png>",
        "a <b onclick=x>b</b>",
        "<!-- x -->",
        "<iframe>\n\nx",
    ],
)
def test_raw_html_is_text(text: str) -> None:
    kinds = [token for piece in MarkdownStream().feed(text) if isinstance(piece, Tail) for token in piece.tokens]
    assert kinds
    assert not any(token.type.startswith("html") for token in kinds)
    assert text.split("\n", maxsplit=1)[0] in "".join(token.content for token in kinds)


def test_an_open_fence_gives_code_as_it_is_written() -> None:
    stream = MarkdownStream()
    first = stream.feed("Look:\n\n```python\nx = 1\ny")
    second = stream.feed(" = 2\n``")
    third = stream.feed("`\nafter")
    assert [p for p in first if isinstance(p, CodeOpened)] == [CodeOpened(language="python")]
    assert "".join(p.text for p in [*first, *second, *third] if isinstance(p, CodeText)) == "x = 1\ny = 2\n"
    assert any(isinstance(p, CodeClosed) for p in third)


def test_what_is_parsed_again_stays_short_however_long_the_list_grows() -> None:
    stream, longest = MarkdownStream(), 0
    for number in range(600):
        for piece in stream.feed(f"- item {number}\n"):
            if isinstance(piece, Tail):
                longest = max(longest, len(piece.tokens))
    assert longest < 1000
