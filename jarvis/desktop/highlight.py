"""Colours code by its grammar. Pure apart from the library that knows the grammars; knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["keyword", "string", "number", "comment", "name"]
LONGEST = 40_000
"""Characters above which code stays uncoloured: pygments reads roughly 300 kB a second."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """One coloured stretch: `start` and `length` in characters of the code."""

    start: int
    length: int
    kind: Kind


def spans_of(code: str, language: str) -> list[Span]:
    """Return the coloured stretches of `code`, in order; none for an unknown language or very long code."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    if not language or len(code) > LONGEST:
        return []
    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return []
    return [
        Span(start=start, length=len(text), kind=kind)
        for start, token, text in lexer.get_tokens_unprocessed(code)
        if (kind := _kind_of(str(token))) is not None and text.strip()
    ]


def prepare() -> None:
    """Load the library and one grammar, so that the first code of an answer is coloured beside an idle window: it takes
    40 ms of a worker, and 2 MiB."""
    spans_of("pass", "python")


def _kind_of(token: str) -> Kind | None:
    families: tuple[tuple[str, Kind], ...] = (
        ("Token.Comment", "comment"),
        ("Token.Keyword", "keyword"),
        ("Token.Operator.Word", "keyword"),
        ("Token.Literal.String", "string"),
        ("Token.Literal.Number", "number"),
        ("Token.Name.Function", "name"),
        ("Token.Name.Class", "name"),
        ("Token.Name.Decorator", "name"),
        ("Token.Name.Builtin", "name"),
        ("Token.Name.Tag", "name"),
        ("Token.Name.Attribute", "number"),
    )
    return next((kind for prefix, kind in families if token.startswith(prefix)), None)
