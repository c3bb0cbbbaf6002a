"""Where running text may be cut: after a sentence, else between words.

Knows English and Spanish abbreviations and the marks of other scripts; nothing about files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(
    r"(?:[.!?…]+[\"'»”’)\]]*|:)(?P<gap>[ \t]*\n(?:[ \t]*\n)*|[^\S\n]+)|[。！？](?P<none>)"
    r"|(?P<line>[^\S\n]*\n(?:[^\S\n]*\n)*)"
)
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr drs prof sr sra srta sres dña st vs etc approx ca cf fig figs no nos núm núms pág págs p pp art arts "
    "ej e.g i.e p.ej ee uu vol ed eds inc ltd corp co jr av avda c tel aprox cap máx mín dept dpto admón gral".split()
)
_LAST_WORD = re.compile(r"([\w.]+)\.$")


def sentences(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences of `text` in order, each with what joins it to the next: a space, a line or a paragraph end.

    A list's or a poem's lines are sentences of their own and stay indented. Nothing but white space is lost.
    """
    start = 0
    for match in _END.finditer(text):
        end = match.start("gap") if match.group("gap") is not None else match.end()
        gap = match.group("gap") or match.group("line") or ""
        if match.group("line") is not None:
            end = match.start()
        if "\n" not in gap and match.group("none") is None and not _ends(text, start, end, match.end()):
            continue
        sentence = text[start:end].strip("\n").rstrip()
        if sentence.strip():
            yield sentence, _joiner(gap, match.group("none") is not None)
        start = match.end()
    rest = text[start:].strip("\n").rstrip()
    if rest.strip():
        yield rest, "\n\n"


def cut(text: str, longest: int, overlap: int) -> Iterator[str]:
    """Yield `text` in parts of at most `longest` characters, cut between words, each after the first repeating up to
    `overlap` characters of the one before. Only what has no gap at all for `longest` characters is cut inside."""
    start = 0
    while len(text) - start > longest:
        end = text.rfind(" ", start + overlap + 1, start + longest + 1)
        if end < 0:
            yield text[start : start + longest]
            start += longest
            continue
        yield text[start:end].strip()
        back = text.find(" ", end - overlap, end)
        start = (back if back > start else end) + 1
    rest = text[start:].strip()
    if rest:
        yield rest


def _ends(text: str, start: int, end: int, following: int) -> bool:
    """Tell whether a mark followed by a space ends a sentence: not after an abbreviation, not before a small letter."""
    if following < len(text) and text[following].islower():
        return False
    if text[end - 1] == ":":
        return False
    word = _LAST_WORD.search(text, start, end)
    if word is None:
        return True
    last = word.group(1).lower()
    return last not in _ABBREVIATIONS and not (len(last) == 1 and last.isalpha())


def _joiner(gap: str, without: bool) -> str:
    if without:
        return ""
    return "\n\n" if gap.count("\n") > 1 else "\n" if "\n" in gap else " "
