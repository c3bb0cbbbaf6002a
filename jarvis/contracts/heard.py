"""Where in a shown text the words end that were heard of it: for the log and for the window alike. Pure."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+", re.UNICODE)
_SKIPPED_WORDS = 12
"""So many words of a shown text may be missing from what is said of it in one place: a link, a piece of markup."""


def heard_length(shown: str, heard: str) -> int:
    """Return where in `shown` the words of `heard` end: 0..len(shown).

    What is said differs from what is shown (figures as words, no markup), so words are looked for in order and those
    found nowhere near are passed over.
    """
    if shown.startswith(heard):
        return len(heard)
    places = [(_plain(match.group()), match.end()) for match in _WORD.finditer(shown)]
    at, end = 0, 0
    said = [_plain(word) for word in _WORD.findall(heard)]
    for word in said:
        near = [place for place, _ in places[at : at + _SKIPPED_WORDS]]
        if word in near:
            at += near.index(word) + 1
            end = places[at - 1][1]
    if places and at == len(places):
        return len(shown)
    return end


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
