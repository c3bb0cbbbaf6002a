"""Text made plain for matching, with the way back to where each character stood.

Other scripts' and full-width digits become ASCII ones, every dash "-", every space " ", letters lose their accents;
what is invisible falls out. Knows no pattern.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_DASHES = frozenset("‐‑‒–—―−﹘﹣－")
_PLAIN = {"’": "'", "‘": "'", "´": "'", "“": '"', "”": '"', "«": '"', "»": '"', "。": ".", "·": "."}
_DROPPED = frozenset(("Cf", "Mn", "Me"))
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[nrt\"/])")
_SHORT = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "/": "/"}
_KEPT_MARKS = frozenset("ºª")


class _Table(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain(chr(code))
        return plain


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category in _DROPPED:
        return ""
    if character in _DASHES:
        return "-"
    if character in _PLAIN:
        return _PLAIN[character]
    if category == "Zs":
        return " "
    if category == "Nd":
        return str(unicodedata.digit(character))
    if character.isascii() or character in _KEPT_MARKS or category == "No":
        return character
    bare = [part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part) not in _DROPPED]
    return bare[0] if len(bare) == 1 else character


_TABLE = _Table()


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """A text in plain characters; `positions` says where each stood and, last, where the text as given ends; None where
    nothing moved."""

    text: str
    positions: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters from `start` to before `end` (at least one) stood in the text as given.

        What fell out behind the last of them goes with it.
        """
        if self.positions is None:
            return start, end
        return self.positions[start], self.positions[end]


def folded(text: str) -> Folded:
    """Return `text` in plain characters, with the escapes of JSON read; linear in its length."""
    escaped = _ESCAPE.search(text) is not None
    if text.isascii() and not escaped:
        return Folded(text=text, positions=None)
    plain = text.translate(_TABLE)
    if len(plain) == len(text) and not escaped:
        return Folded(text=plain, positions=None)
    characters, positions = [], []
    for at, character in _unescaped(text):
        if kept := _TABLE[ord(character)]:
            characters.append(kept)
            positions.append(at)
    return Folded(text="".join(characters), positions=(*positions, len(text)))


def _unescaped(text: str) -> Iterator[tuple[int, str]]:
    """Yield every character and where it stands; a tool's answer often holds "\\n" and "\\u0040" in so many signs."""
    at = 0
    for match in _ESCAPE.finditer(text):
        yield from enumerate(text[at : match.start()], at)
        code = match.group()[2:]
        yield match.start(), chr(int(code, 16)) if code else _SHORT[match.group()[1]]
        at = match.end()
    yield from enumerate(text[at:], at)
