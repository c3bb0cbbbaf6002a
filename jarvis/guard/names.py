"""Names of people whom the user knows, found as whole words whatever their case and accents.

Pure; the names are handed in.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jarvis.guard.context import Hit, Hits
from jarvis.guard.folding import folded

_WORD = re.compile(r"[^\W_]+")
_PARTICLES = frozenset(
    "de del la las los el y i da das do dos van von der den di du le mc mac o san the and of mr mrs".split()
)
_ALSO_WORDS = frozenset(
    "rosa sol paz luz mar marina angel angeles pilar dolores consuelo esperanza amparo remedios mercedes "
    "gracia victoria socorro soledad cruz concha reyes nieves blanca clara celeste alba aurora estrella flor "
    "iris jazmin margarita perla violeta salud milagros modesto justo prospero leon domingo abril julio juego "
    "santos rico serena will mark may june april august grace joy hope faith rose lily daisy ivy violet ruby "
    "pearl amber jade dawn eve summer autumn robin jay drew chase grant frank bill bob rob pat sue jack rich "
    "art dean earl duke king prince guy miles max ray rusty sandy penny melody harmony charity chance wade "
    "cliff rock brook river sky star destiny mercy heather hazel olive basil tom don ken mike van carol dot "
    "bella bruno fe sara lola alma coral gema lourdes rocio vera linda nova pastor".split()
)
"""First names that are ordinary words too: these count with a capital only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NameBook:
    """Names by their first word; `parts` count alone, with True where only a capital makes it a name."""

    whole: Mapping[str, tuple[tuple[str, ...], ...]]
    parts: Mapping[str, bool]


def name_book(names: Iterable[str]) -> NameBook:
    """Return `names` ready for the search.

    A full name counts in any case; so does a first name, unless it is an ordinary word; a surname alone needs its
    capital, because half of them are ordinary words.
    """
    whole: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    parts: dict[str, bool] = {}
    for name in names:
        found = tuple(match.group().lower() for match in _WORD.finditer(folded(name).text))
        own = [word for word in found if len(word) > 1 and word not in _PARTICLES and not word.isdigit()]
        if not own:
            continue
        if len(found) > 1:
            whole[found[0]].append(found)
        for at, word in enumerate(own):
            if len(word) >= 3 or len(own) == 1:
                capital = at > 0 or word in _ALSO_WORDS
                parts[word] = parts.get(word, True) and capital
    longest_first = {first: tuple(sorted(set(rest), key=len, reverse=True)) for first, rest in whole.items()}
    return NameBook(whole=longest_first, parts=parts)


def known_names(text: str, book: NameBook) -> Hits:
    """Yield the names of `book` in a folded text, without a genitive's "'s"."""
    if not book.parts and not book.whole:
        return
    found = list(_WORD.finditer(text))
    lowered = [match.group().lower() for match in found]
    at = 0
    while at < len(found):
        length = _whole_length(lowered, at, book)
        capital_only = book.parts.get(lowered[at])
        if not length and capital_only is not None and (not capital_only or found[at].group()[0].isupper()):
            length = 1
        if length:
            yield Hit(kind="name", start=found[at].start(), end=found[at + length - 1].end())
        at += length or 1


def _whole_length(lowered: Sequence[str], at: int, book: NameBook) -> int:
    for name in book.whole.get(lowered[at], ()):
        if tuple(lowered[at : at + len(name)]) == name:
            return len(name)
    return 0
