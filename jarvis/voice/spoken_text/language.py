"""Tells whether a clause is clearly in the other language than the answer around it. Pure."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

_WORDS: dict[Language, frozenset[str]] = {
    "en": frozenset(
        "the is are was were what when where who why how which does did do you your my of to and for with this that"
        " it can could would should please have has had in on at be will not about from there they we he she his her"
        " an i'm it's don't".split()
    ),
    "es": frozenset(
        "el la los las un una unos unas es son era fue qué que cuándo cuando dónde donde quién cómo como cuál por"
        " para con del al y tu mi se lo le en está están hay porque su sus más muy sin ser ha he de te si sí pero ya"
        " esta este eso".split()
    ),
}
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_LETTERS_OF_SPANISH = "¿¡ñáéíóú"
SURE_WORDS = 3
"""This many small words of the other language, and none of the own, make a clause belong to the other."""


def clause_language(text: str, usual: Language) -> Language:
    """Return the language of `text`: `usual` unless at least `SURE_WORDS` words say otherwise and none says `usual`."""
    other: Language = "es" if usual == "en" else "en"
    words = _WORD.findall(text.casefold())
    own = sum(word in _WORDS[usual] for word in words)
    foreign = sum(word in _WORDS[other] for word in words)
    spanish_letters = sum(sign in _LETTERS_OF_SPANISH for sign in text.casefold())
    if other == "es":
        foreign += min(spanish_letters, 2) if foreign else 0
    elif spanish_letters:
        return usual
    return other if foreign >= SURE_WORDS and own == 0 else usual
