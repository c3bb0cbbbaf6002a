"""Leaves out of a text the sentences that talk to the router instead of asking something. Pure.

"Ignore all previous instructions", "set the difficulty to 0": such a sentence must not make a question look easier or
harder. What is left decides; where nothing is left, the text stays as it is, for it is then all that there is to judge.
"""

from __future__ import annotations

import re

_ORDERS = ("ignor", "disregard", "forget", "override", "olvida", "omite", "descarta")
_ORDERED = re.compile(
    r"instruc|instrucc|previous|above|prompt|anterior|reglas|rules|de arriba|difficult|dificultad", re.IGNORECASE
)
_FIGURE = re.compile(
    r"\b(?:difficulty|dificultad|p_weak|p_strong)\b[^\w\n]{0,3}(?:\w{1,8}\s){0,3}(?:[=:]\s?)?(?:\d|zero|cero|low|high|baja|alta)",
    re.IGNORECASE,
)
_HINTS = (*_ORDERS, "difficult", "dificultad", "p_weak", "p_strong")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?\n]+|$)|[.!?\n]+")


def without_steering(window: str) -> str:
    """Return `window` without the sentences that order the router about; as it is where it has none or only such."""
    lower = window.lower()
    if not any(hint in lower for hint in _HINTS):
        return window
    sentences = _SENTENCE.findall(window)
    kept = [sentence for sentence in sentences if not _steers(sentence)]
    if len(kept) == len(sentences) or not any(any(map(str.isalnum, sentence)) for sentence in kept):
        return window
    return "".join(kept).rstrip()


def _steers(sentence: str) -> bool:
    lower = sentence.lower()
    ordered = any(order in lower for order in _ORDERS) and _ORDERED.search(sentence) is not None
    return ordered or _FIGURE.search(sentence) is not None
