"""Makes words comparable: lower case, no accents, no punctuation; every character keeps its place.

Knows nothing about languages; `fold(text)` has exactly as many characters as `text` in composed form.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MARKS = str.maketrans({"’": "'", "‘": "'", "−": "-", "–": "-", "—": " ", "“": " ", "”": " ", "«": " ", "»": " "})
_PUNCTUATION = re.compile(r"[¿?¡!;\"…]|[.,:](?!\d)|(?<!\d)[,:](?=\d)")
_SPACES = re.compile(r"\s+")


def compose(text: str) -> str:
    """Return `text` in composed form, one character per letter, as `fold` counts them."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return `text` lower-cased and without accents, character for character."""
    return "".join(_fold_character(character) for character in compose(text))


def match_text(text: str) -> str:
    """Return `text` folded and with its punctuation blanked, character for character.

    Marks between digits stay (`7:30`, `3.5`), as do the signs of arithmetic.
    """
    return _PUNCTUATION.sub(" ", fold(text).translate(_MARKS))


def key(text: str) -> str:
    """Return the form under which two spellings of one name are equal."""
    return _SPACES.sub(" ", match_text(text)).strip()


def stem(word: str) -> str:
    """Return a folded word without its plural ending, English or Spanish: "eggs" and "egg", "flores" and "flor"."""
    return word.removesuffix("es") if len(word) > 4 and word.endswith("es") else word.removesuffix("s")


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character
