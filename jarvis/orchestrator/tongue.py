"""Tells English from Spanish in any text, and how much of the other language is in it.

The words of the request count more than what is quoted, and the beginning more than the end: "traduce al inglés: the
cat is black" is Spanish, "how do you say 'me duele la cabeza'" English. Knows no other languages: they pass for English
unless they look more like Spanish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jarvis.contracts.errors import Language
from jarvis.orchestrator.lexicon import WORD, Lexicon, fold

_QUOTED = re.compile(r"```.*?(?:```|$)|`[^`\n]*`|\"[^\"]*\"|«[^»]*»|“[^”]*”|(?<!\w)'[^'\n]*'(?!\w)", re.DOTALL)
_SPANISH_SIGNS = re.compile(r"[¿¡ñáéíóúÑÁÉÍÓÚ]")
_CHARACTERS_LOOKED_AT = 700
_WORDS_LOOKED_AT = 120
_AFTER_COLON = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Tongue:
    """The language of a request, `told` False where nothing told it, and the share 0..0.5 of the other language."""

    language: Language
    told: bool
    mixed: float


def tongue_of(text: str, words: Sequence[str], lexicon: Lexicon) -> Tongue:
    """Return the language of `text`, whose folded words are `words`; English where nothing tells."""
    start = text[:_CHARACTERS_LOOKED_AT]
    all_english, all_spanish = _weights(words[:_WORDS_LOOKED_AT], lexicon)
    all_spanish += len(_SPANISH_SIGNS.findall(start))
    english, spanish = all_english, all_spanish
    if english and spanish:
        request = _QUOTED.sub(" ", start)
        ask, _, given = request.partition(":")
        english, spanish = _weights(WORD.findall(fold(ask)), lexicon)
        spanish += len(_SPANISH_SIGNS.findall(ask))
        if given:
            given_english, given_spanish = _weights(WORD.findall(fold(given)), lexicon)
            english += _AFTER_COLON * given_english
            spanish += _AFTER_COLON * given_spanish
        if english == spanish:
            english, spanish = all_english, all_spanish
    whole = all_english + all_spanish
    return Tongue(
        language="es" if spanish > english else "en",
        told=english != spanish,
        mixed=min(all_english, all_spanish) / whole if whole else 0.0,
    )


def _weights(words: Sequence[str], lexicon: Lexicon) -> tuple[float, float]:
    english = spanish = 0.0
    for word in words:
        for_english, for_spanish = lexicon.lean_of(word)
        english += for_english
        spanish += for_spanish
    return english, spanish
