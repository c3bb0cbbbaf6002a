"""Finds personal data in a text and puts placeholders in its place. Needs no language model and keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jarvis.contracts.guard import Finding, FindingKind, Redaction
from jarvis.guard.addresses import emails, ip_addresses
from jarvis.guard.context import Hit
from jarvis.guard.credentials import credentials
from jarvis.guard.folding import folded
from jarvis.guard.names import NameBook, known_names, name_book
from jarvis.guard.numbers import cards, ibans, phones, social_security
from jarvis.guard.papers import national_numbers, passports, tax_numbers, vat_numbers
from jarvis.guard.placeholders import Placeholders
from jarvis.guard.spoken_numbers import spoken_numbers

_RANK: tuple[FindingKind, ...] = (
    "secret",
    "email",
    "iban",
    "card",
    "nie",
    "nif",
    "passport",
    "dni",
    "ssn",
    "ip",
    "phone",
    "name",
)
"""Which kind a stretch is said to be where several overlap."""
_FINDERS = (
    credentials,
    emails,
    ibans,
    cards,
    national_numbers,
    tax_numbers,
    vat_numbers,
    passports,
    social_security,
    ip_addresses,
    phones,
    spoken_numbers,
)


class PatternRedactor:
    """A `Redactor` by patterns, checksums and the words around; `names` are asked for at every text.

    Linear in the length of the text, and in the number of names where these have changed.
    """

    def __init__(self, names: Callable[[], Sequence[str]] = tuple) -> None:
        self._names = names
        self._read: tuple[tuple[str, ...], NameBook] = ((), name_book(()))

    def findings(self, text: str) -> tuple[Finding, ...]:
        """Return what was found, in order and without overlaps; what overlaps is one finding over the whole stretch."""
        plain = folded(text)
        hits = [hit for find in _FINDERS for hit in find(plain.text)]
        hits.extend(known_names(plain.text, self._book()))
        found = []
        for hit in _merged(hits):
            start, end = plain.span(hit.start, hit.end)
            found.append(Finding(kind=hit.kind, start=start, end=end))
        return tuple(found)

    def redact(self, text: str) -> Redaction:
        """Return `text` with every finding replaced by a placeholder."""
        findings = self.findings(text)
        placeholders = Placeholders((text,))
        return Redaction(text=placeholders.put(text, findings), findings=findings, replaced=placeholders.replaced)

    def _book(self) -> NameBook:
        names = tuple(self._names())
        if names != self._read[0]:
            self._read = (names, name_book(names))
        return self._read[1]


def _merged(hits: list[Hit]) -> list[Hit]:
    merged: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        last = merged[-1] if merged else None
        if last is None or hit.start >= last.end:
            merged.append(hit)
            continue
        kind = min(last.kind, hit.kind, key=_RANK.index)
        merged[-1] = Hit(kind=kind, start=last.start, end=max(last.end, hit.end))
    return merged
