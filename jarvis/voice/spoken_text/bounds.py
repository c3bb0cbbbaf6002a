"""What no voice can say and no text should hold: control characters, hidden marks, emoji, endless words. Pure."""

from __future__ import annotations

import re
import unicodedata

from jarvis.contracts.errors import Language

LONGEST_WORD = 60
"""A word longer than this is no word: it is said as "a long text"."""

_LONG: dict[Language, str] = {"en": "a long text", "es": "un texto largo"}
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,300}(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Directions, joiners, variation selectors, tags and the like change what is seen, not what is said.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u20e3\u2300-\u23ff\u25a0-\u25ff\u2190-\u21ff\ue000-\uf8ff]+"
)
_ARROWS = frozenset("→⇒➜➔➝⟶⇨←⇐↔⇔↑↓")
_TICKS: dict[Language, dict[str, str]] = {
    "en": {"✓": "yes", "✔": "yes", "✗": "no", "✘": "no"},
    "es": {"✓": "sí", "✔": "sí", "✗": "no", "✘": "no"},
}
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u205f\u3000]")
_GROUPED = re.compile(r"(?<=\d)[\u00a0\u2009](?=\d{3}(?!\d))")
_FACES = re.compile(r"(?<!\S)(?:[:;=8][-o'*^]?[()\[\]dDpPoO/\\|*3]+|[xX]D+|<3+|[\^][_.]?[\^]|¯\\\S*)(?=[\s.,!?]|$)")
_REPEATED = re.compile(r"([^\w\s])\1{3,}")


def without_unspeakable(text: str, language: Language) -> str:
    """Return `text` without escape sequences, control and hidden characters and emoji; letters are composed."""
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", _ESCAPES.sub("", text))
    # A narrow space between figures marks thousands; it is kept as such.
    text = _GROUPED.sub("\u202f", text)
    text = re.sub(r"(?<=\d)\u202f(?=\d{3}(?!\d))", "\x1f", text)
    text = _HIDDEN.sub("", _CONTROLS.sub(lambda m: m[0] if m[0] == "\x1f" else " ", text.replace("\u202f", " ")))
    text = _EMOJI.sub(lambda match: _kept(match[0], language), text)
    return _SPACES.sub(" ", text).replace("\x1f", "\u202f")


def without_endless_words(text: str, language: Language) -> str:
    """Return `text` with words beyond `LONGEST_WORD` characters named, long runs of one sign shortened, no faces."""
    text = _REPEATED.sub(r"\1\1\1", _FACES.sub(" ", text))
    return _LONG_WORD.sub(lambda match: _shortened(match[0], language), text)


def _kept(signs: str, language: Language) -> str:
    """Return the arrows and ticks among `signs`: those mean something, the rest only decorates."""
    return "".join(
        sign if sign in _ARROWS else f" {_TICKS[language][sign]} " if sign in _TICKS[language] else " "
        for sign in signs
    )


def _shortened(word: str, language: Language) -> str:
    # Words that are only joined by signs, as in a list without spaces, can be said one by one.
    parts = re.split(r"[^\w'’]+", word)
    if all(len(part) <= LONGEST_WORD // 2 for part in parts) and len(parts) <= 40:
        return " ".join(part for part in parts if part) or _LONG[language]
    return _LONG[language]
