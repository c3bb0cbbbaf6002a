"""Finds texts that are to be forgotten where other texts quote them word for word. Pure.

Only a text that tells something is looked for elsewhere: "yes" or a question that is asked every day says nothing of
the person, and taking it out everywhere would only leave holes. Case, spacing and outer punctuation do not matter.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

from jarvis.contracts.errors import LANGUAGES
from jarvis.storage.words import content_stems

BLANK = "…"
"""What stands where something was forgotten."""

_WORD = re.compile(r"\w+")
_ASCII_RUN = re.compile(r"[a-z0-9]{3,}")
_OUTER = " \t\n\r.,;:!?¡¿\"'«»“”()"
_LONG_WORD = 10
_BEGINNING = 8
_SHORTEST_TITLE = 8


class Quotes:
    """Texts to look for, those that tell something or `every` one with a word, found by their rarest words: a text
    without any of those is left after one look, however many are looked for."""

    def __init__(self, texts: Iterable[str], *, every: bool = False) -> None:
        self._texts = {text.strip(_OUTER) for text in texts if (every and _words(text)) or tells(text)}
        self._sorted = sorted(_even(text) for text in self._texts)
        self._by_word: dict[str, list[tuple[str, str]]] = {}
        rows = Counter(word for text in self._texts for word in set(_words(text)))
        for text in self._texts:
            words = _words(text)
            rarest = min(words, key=lambda word: (rows[word], -len(word)))
            self._by_word.setdefault(rarest, []).append((_spelled(words), text))

    def __len__(self) -> int:
        return len(self._texts)

    def runs(self) -> list[str] | None:
        """Return per text its longest run of plain lower-case letters and digits, by which a database can leave out
        what surely does not quote it; None where a text has no such run."""
        found = [max(_ASCII_RUN.findall(text.lower()), key=len, default="") for text in self._texts]
        return found if all(found) else None

    def redacted(self, text: str) -> str | None:
        """Return `text` with three dots in the place of everything that is looked for; None where it quotes nothing."""
        words = _words(text)
        if self._by_word.keys().isdisjoint(words):
            return None
        spelled = _spelled(words)
        known = self._by_word.keys() & set(words)
        maybe = [core for word in known for quoted, core in self._by_word[word] if quoted in spelled]
        changed = text
        # The longest first: a shorter text may be the beginning of a longer one.
        for core in sorted(maybe, key=len, reverse=True):
            quoted = r"\s+".join(map(re.escape, core.split()))
            changed = re.sub(rf"(?<!\w){quoted}(?!\w)", BLANK, changed, flags=re.IGNORECASE)
        return changed if changed != text else None

    def holds(self, words: str) -> bool:
        """Tell whether one of the texts holds `words`."""
        wanted = _even(words)
        return bool(wanted) and any(wanted in text for text in self._sorted)

    def begins_with(self, title: str) -> bool:
        """Tell whether one of the texts begins with `title`, which may end in three dots."""
        core = _even(title.rstrip(BLANK + " "))
        if len(core) < _SHORTEST_TITLE:
            return False
        place = bisect_left(self._sorted, core)
        return place < len(self._sorted) and self._sorted[place].startswith(core)


def tells(text: str) -> bool:
    """Tell whether a text says enough to be looked for elsewhere: no question, and three words of which two carry
    meaning, or a digit, or one long word alone."""
    if text.rstrip(" \"'»”)").endswith("?"):
        return False
    words = _WORD.findall(text)
    if len(words) < 3:
        return (len(words) == 1 and len(words[0]) >= _LONG_WORD) or any(map(str.isdigit, text))
    # The beginning mostly says it.
    return _carries(" ".join(words[:_BEGINNING])) or (len(words) > _BEGINNING and _carries(text))


def nothing_left(text: str) -> bool:
    """Tell whether a redacted text has no word left."""
    return _WORD.search(text) is None


def share_words(one: str, other: str) -> bool:
    """Tell whether two texts share a word that carries meaning, in either language."""
    return any(content_stems(one, language) & content_stems(other, language) for language in LANGUAGES)


def _carries(text: str) -> bool:
    return all(len(content_stems(text, language)) >= 2 for language in LANGUAGES)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _spelled(words: Iterable[str]) -> str:
    """Return words so that those that follow each other in one text are part of another's."""
    return f" {' '.join(words)} "


def _even(text: str) -> str:
    return " ".join(text.casefold().split())
