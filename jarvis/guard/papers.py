"""Spanish identity papers: DNI and NIE with their letters, company and special tax numbers, passports.

Works on folded text; the check letters are those of python-stdnum. Pure.
"""

from __future__ import annotations

import re

from jarvis.guard.context import DNI, PASSPORT, TAX, Hit, Hits, is_personal, leaning, named, words

_WHOLE = r"(?<!\w.)(?<!\d[.,].)"
_DNI = re.compile(
    rf"\d{_WHOLE}(?:\d?[. ]\d{{3}}[. ]\d{{3}}|\d{{6,7}})(?P<gap>[ \t\n.\-/_]{{0,3}})(?P<letter>[A-Za-z])(?![A-Za-z0-9])"
)
_DNI_NUMBER = re.compile(rf"\d{_WHOLE}(?<!\+.)(?:\d?\.\d{{3}}\.\d{{3}}|\d? \d{{3}} \d{{3}}|\d{{6,7}})(?!\w)(?![.,]\d)")
_DNI_SPACED = re.compile(r"\d(?<!\w.)(?:[ \t.\-]{0,2}\d){7}[ \t.\-]{0,3}(?P<letter>[A-Za-z])(?![A-Za-z0-9])")
_NIE = re.compile(
    r"[XYZxyz](?<!\w.)[ \t\n.\-/]{0,3}(?P<digits>\d[ .]?\d{3}[ .]?\d{3}|\d{7})[ \t\n.\-/]{0,3}"
    r"(?P<letter>[A-Za-z])(?![A-Za-z0-9])"
)
_NIE_NUMBER = re.compile(r"[XYZ](?<!\w.)[ \-]?\d{7}(?!\w)")
_CIF = re.compile(
    r"[A-HJ-NP-SUVWa-hj-np-suvw](?<!\w.)(?P<gap>[ \t.\-/]{0,3})(?P<digits>\d{2}[. ]?\d{3}[. ]?\d{2}|\d{7})[ .\-]?"
    r"(?P<check>[0-9A-Za-z])(?![A-Za-z0-9])"
)
_VAT = re.compile(r"E(?<!\w.)S[ \-]?(?:[A-Z]\d{7}[0-9A-Z]|\d{8}[A-Z])(?!\w)")
_CODES = words(
    r"orders?|pedidos?|tickets?|tracking|seguimiento|referencias?|ref|reservas?|bookings?|serial|serie|modelo?|part"
    r"|pieza"
    r"|paquete|package|envio|shipment|vuelo|flight|localizador|sku|codigo|code"
)
_PASSPORT = re.compile(r"[A-Z](?<!\w.)[A-Z]{2}[ \-]?\d{6}[A-Z0-9]?(?!\w)(?![.,]\d)")
_LABELS = frozenset("DNI NIE NIF CIF TEL PIN OTP SSN CVV EUR USD GBP".split())
_PASSPORT_NAMED = re.compile(
    r"[A-Za-z0-9](?<!\w.)(?:(?<=[A-Z])[A-Z]{0,2}[ \-.]{0,2}\d(?:[ \-.]?\d){5,8}[A-Za-z0-9]?"
    r"|(?<=[a-z])[a-z]{0,2}\d{6,9}[A-Za-z0-9]?|(?<=\d)(?:\d{8}|\d{7}[A-Za-z]?))(?!\w)"
)

_PASSPORT_MIXED = re.compile(r"[A-Z](?<!\w.)(?=[A-Z0-9]{7,8}(?!\w))(?:[A-Z]{0,4}\d){4}[A-Z0-9]{0,4}(?!\w)")


def national_numbers(text: str) -> Hits:
    """Yield DNI (eight digits and their letter) and NIE; where a word names one, also without the right letter."""
    for match in _DNI.finditer(text):
        digits, gap, letter = re.sub(r"\D", "", match.group()), match["gap"], match["letter"]
        meant = named(text, match.start(), DNI)
        # "12345678 m" is a length; "12345678M" and "12345678-m" are papers.
        tight = (gap in ("", "-", ".", "/", "_") or letter.isupper()) and len(digits) >= 7
        if meant or (tight and _dni_letter(digits) == letter.upper() and (len(digits) == 8 or letter.isupper())):
            yield Hit(kind="dni", start=match.start(), end=match.end())
    for match in _DNI_SPACED.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        sure = match["letter"].isupper() and "-" not in match.group()[:-2] and _dni_letter(digits) == match["letter"]
        if sure or named(text, match.start(), DNI):
            yield Hit(kind="dni", start=match.start(), end=match.end())
    for match in _DNI_NUMBER.finditer(text):
        if is_personal(text, match.start(), match.end(), DNI):
            yield Hit(kind="dni", start=match.start(), end=match.end())
    for match in _NIE.finditer(text):
        digits = str("XYZ".index(match.group()[0].upper())) + re.sub(r"\D", "", match["digits"])
        if _dni_letter(digits) == match["letter"].upper() or named(text, match.start(), DNI):
            yield Hit(kind="nie", start=match.start(), end=match.end())

    for match in _NIE_NUMBER.finditer(text):
        if is_personal(text, match.start(), match.end(), DNI):
            yield Hit(kind="nie", start=match.start(), end=match.end())


def _dni_letter(digits: str) -> str:
    from stdnum.es import dni

    return str(dni.calc_check_digit(digits))


def tax_numbers(text: str) -> Hits:
    """Yield tax numbers of companies (CIF) and of persons without a DNI (K, L, M)."""
    from stdnum.es import cif

    for match in _CIF.finditer(text):
        first, last = match.group()[0].upper(), match["check"].upper()
        digits = re.sub(r"\D", "", match["digits"])
        if first in "KLM":
            holds = _dni_letter(digits) == last or (last.isdigit() is False and named(text, match.start(), TAX))
        else:
            holds = cif.is_valid(first + digits + last)
        # "v20241030" is a version, "a 12345678" how a sentence goes on.
        small = match.group()[0].islower()
        loose = small and (" " in match["gap"] or digits[:2] in ("19", "20"))
        meant = named(text, match.start(), TAX)
        meant = meant or (holds and is_personal(text, match.start(), match.end(), TAX))
        if meant or (holds and not loose and not named(text, match.start(), _CODES)):
            yield Hit(kind="nif", start=match.start(), end=match.end())


def vat_numbers(text: str) -> Hits:
    """Yield Spanish tax numbers as they are written abroad, with "ES" in front."""
    from stdnum.es import nif

    for match in _VAT.finditer(text):
        if nif.is_valid(match.group()) or named(text, match.start(), TAX):
            yield Hit(kind="nif", start=match.start(), end=match.end())


def passports(text: str) -> Hits:
    """Yield Spanish passports (three letters, six digits); where a word names one, those of other countries too."""
    for match in _PASSPORT.finditer(text):
        lean = leaning(text, match.start(), match.end(), PASSPORT)
        # "INV-204518" or "OTP 356060" is no passport unless it is called one.
        apart = match.group()[3] in " -"
        if (lean == "personal" and not (apart and match.group()[:3] in _LABELS)) or (lean == "open" and not apart):
            yield Hit(kind="passport", start=match.start(), end=match.end())
    for match in _PASSPORT_MIXED.finditer(text):
        if is_personal(text, match.start(), match.end(), PASSPORT):
            yield Hit(kind="passport", start=match.start(), end=match.end())
    for match in _PASSPORT_NAMED.finditer(text):
        labelled = re.match(r"[A-Z]{3}[ \-.]", match.group()) is not None and match.group()[:3] in _LABELS
        if not labelled and is_personal(text, match.start(), match.end(), PASSPORT):
            yield Hit(kind="passport", start=match.start(), end=match.end())
