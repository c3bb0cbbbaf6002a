"""Placeholders such as "[EMAIL_1]": put in for personal data, and taken out of a streamed answer again.

One `Placeholders` serves one prompt, so that the same value has the same placeholder in all its messages. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from jarvis.contracts.guard import Finding

_WORDS = {
    "email": "EMAIL",
    "phone": "PHONE",
    "card": "CARD",
    "iban": "IBAN",
    "dni": "DNI",
    "nie": "NIE",
    "nif": "NIF",
    "passport": "PASSPORT",
    "ssn": "SSN",
    "ip": "IP",
    "secret": "SECRET",
    "name": "NAME",
}
_TRANSLATED = {
    "CORREO": "EMAIL",
    "TELEFONO": "PHONE",
    "TELÉFONO": "PHONE",
    "TARJETA": "CARD",
    "PASAPORTE": "PASSPORT",
    "SECRETO": "SECRET",
    "CLAVE": "SECRET",
    "CONTRASEÑA": "SECRET",
    "NOMBRE": "NAME",
}
"""What models make of the words when they answer in Spanish; these count in brackets only."""
_BOXED = "|".join(sorted((*_WORDS.values(), *_TRANSLATED), key=len, reverse=True))
_NAMES = "|".join(sorted(_WORDS.values(), key=len, reverse=True))
_WRITTEN = re.compile(
    rf"\\{{1,2}}\[(?P<escaped>(?:{_NAMES})\\{{0,2}}_\d{{1,6}})\\{{1,2}}\]"
    rf"|[\[【［]\s?(?P<boxed>(?:{_BOXED})(?:\\{{0,2}}_|[ \-‑])?\d{{1,6}})\s?[\]】］]"
    rf"|(?<![A-Za-z0-9_])(?P<bare>(?:{_NAMES})\\{{0,2}}_\d{{1,6}})(?![A-Za-z0-9_])",
    re.I,
)
_TAKEN = re.compile(rf"({_BOXED})[\\_ \-‑]{{0,3}}(\d{{1,6}})", re.I)
_LONGEST = 32
"""More characters than the longest way to write a placeholder has."""


class Placeholders:
    """Gives out placeholders that none of `texts` already holds, and remembers what each stands for."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._taken = {_canonical(f"{word}_{number}") for text in texts for word, number in _TAKEN.findall(text)}
        self._by_value: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self.replaced: dict[str, str] = {}
        """Placeholder to what stood there."""

    def put(self, text: str, findings: Sequence[Finding]) -> str:
        """Return `text` with `findings` (in order, without overlaps) replaced."""
        pieces, at = [], 0
        for finding in findings:
            pieces += [text[at : finding.start], self._for(finding.kind, text[finding.start : finding.end])]
            at = finding.end
        return "".join([*pieces, text[at:]])

    def _for(self, kind: str, value: str) -> str:
        known = self._by_value.get((kind, value))
        if known is not None:
            return known
        word = _WORDS[kind]
        number = self._counts.get(kind, 0) + 1
        while f"{word}_{number}" in self._taken:
            number += 1
        self._counts[kind] = number
        placeholder = self._by_value[kind, value] = f"[{word}_{number}]"
        self.replaced[placeholder] = value
        return placeholder


class Restorer:
    """Gives values back in an answer that comes in pieces; holds back only what may still become a placeholder.

    A placeholder is known also in another case, with a backslash before its underscore or brackets, in other brackets,
    translated into Spanish, and without brackets. With `in_json` values are escaped for the inside of a JSON string.
    Unknown placeholders stay.
    """

    def __init__(self, replaced: Mapping[str, str], *, in_json: bool = False) -> None:
        self._values = {_canonical(placeholder.strip("[]")): value for placeholder, value in replaced.items()}
        self._in_json = in_json
        self._held = ""
        self._before = ""

    def feed(self, piece: str) -> str:
        """Take a piece; return what is certain by now, possibly nothing."""
        if not self._values:
            return piece
        text = self._held + piece
        cut = _certain(text, self._before)
        self._held = text[cut:]
        return self._given_back(text, cut)

    def end(self) -> str:
        """Return what was held back, once nothing more comes."""
        text, self._held = self._held, ""
        return self._given_back(text, len(text))

    def whole(self, text: str) -> str:
        """Return a whole text with its values."""
        return _WRITTEN.sub(self._value, text) if self._values else text

    def _given_back(self, text: str, cut: int) -> str:
        # The character before decides whether a bare word begins here, and may have gone out already.
        context = self._before + text[:cut]
        skip = len(self._before)
        restored = "".join(self._pieces(context, skip))
        self._before = context[-1:]
        return restored

    def _pieces(self, text: str, at: int) -> Iterable[str]:
        for match in _WRITTEN.finditer(text, at):
            yield text[at : match.start()]
            yield self._value(match)
            at = match.end()
        yield text[at:]

    def _value(self, match: re.Match[str]) -> str:
        value = self._values.get(_canonical(match["escaped"] or match["boxed"] or match["bare"]))
        if value is None:
            return match.group()
        return json.dumps(value, ensure_ascii=False)[1:-1] if self._in_json else value


def _canonical(written: str) -> str:
    """Return the one way to write a placeholder, "EMAIL_1" for "email\\_01"."""
    word = "".join(filter(str.isalpha, written)).upper()
    word = _TRANSLATED.get(word, word)
    return f"{word}_{int(''.join(filter(str.isdigit, written)))}"


def _certain(text: str, before: str) -> int:
    """Return how much of `text` can go out: all but an end that may still grow into a placeholder."""
    for at in range(max(0, len(text) - _LONGEST), len(text)):
        ahead = text[at - 1] if at else before[-1:]
        if _may_become(text[at:], starts=not (ahead.isalnum() and ahead.isascii()) and ahead != "_"):
            return at
    return len(text)


_GROWING = re.compile(
    r"(?P<box>\\{0,2}(?:[\[【［]\s?)?)(?P<word>[A-Za-zéÉñÑ]*)(?P<tail>\\{0,2}[_ \-‑]?\d{0,6}\s?\\{0,2})"
)


def _may_become(end: str, *, starts: bool) -> bool:
    """Tell whether `end` is the beginning of a placeholder, or a bare one to which digits may still be added."""
    match = _GROWING.fullmatch(end)
    if match is None:
        return False
    box, word, tail = match["box"], match["word"].upper(), match["tail"]
    boxed = any(bracket in box for bracket in "[【［")
    if not boxed and (not starts or (box and word) or (word and tail[:1] in (" ", "-", "‑")) or tail[-1:] == " "):
        return False
    if not word:
        return bool(box) and not tail
    words = (*_WORDS.values(), *_TRANSLATED) if boxed else tuple(_WORDS.values())
    return any(known == word if tail else known.startswith(word) for known in words)
