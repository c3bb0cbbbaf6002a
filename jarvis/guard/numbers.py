"""Numbers that lead to a person or an account: telephones, payment cards, bank accounts, American social security.

Works on folded text. A shape that only such numbers have counts by itself; a bare run of digits counts unless the words
around it make it an order, a sum or a quantity (`context`). Every pattern looks a bounded way, so all is linear. Pure.

Telephones are told by their shape, not by a table of issued ranges: an invented, new or mistyped number must stay
here too, and such tables say "impossible" to all three.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from jarvis.guard.context import BARCODE, CARD, IBAN, PHONE, SSN, Hit, Hits, is_personal, leaning, many, named

_GAP = r"[ \t\r\n._\-/]{0,3}"
# The borders stand behind the first character, so that a search skips to one that can begin a number.
_ALONE = r"(?<!\w.)"
_WHOLE = r"(?<!\w.)(?<!\d[.,].)"
_ENDS = r"(?!\w)(?![.,]\d)"
_EXTENSION = r"(?:\s?(?:ext|x|extension)\.?\s?\d{1,5})?"
_PLUS = re.compile(
    rf"[+(0](?<![\w+].)(?:(?<=\()\+|(?<=\+)|(?<=0)0(?=[ \t.\-]?[1-9]))[ \t]?\d{{1,3}}\)?"
    rf"(?:[ \t\r\n._\-/()]{{0,3}}\d){{6,13}}(?!\d){_EXTENSION}"
)
_SPAIN_PLUS = re.compile(
    rf"[+(0](?<![\w+].)(?:(?<=\()(?:\+|00)|(?<=\+)|(?<=0)0)[ \t]?34\)?{_GAP}(?:\(0?\))?(?:\d{_GAP}){{8}}\d(?!\d)"
)
_AMERICA_PLUS = re.compile(
    rf"[+(](?<![\w+].)(?:(?<=\()\+|(?<=\+))[ \t]?1\)?{_GAP}\(?\d{{3}}\)?{_GAP}\d{{3}}{_GAP}\d{{4}}(?!\d){_EXTENSION}"
)
_SPAIN_PREFIXED = re.compile(
    rf"3(?<!\w.)(?<!\d[.,\- ].)4[ .\-](?:[6-9]\d\d([ .\-])\d{{3}}\1\d{{3}}|[6-9]\d\d([ .\-])\d\d\2\d\d\2\d\d){_ENDS}"
)
_SPAIN = re.compile(rf"[6-9](?<!\w.)(?<!\d[.,].)(?:[ \t\r\n._\-/()]{{0,3}}\d){{8}}{_ENDS}")
_SPAIN_SHAPES = frozenset(
    ((9,), (3, 3, 3), (3, 2, 2, 2), (2, 3, 2, 2), (1, 2, 2, 2, 2), (3, 6), (2, 7), (2, 3, 4), (3, 3, 1, 2))
)
_AMERICA = re.compile(
    rf"[(\d]{_WHOLE}(?:(?<=1)[ \t.\-]{{0,3}}[(\d])?"
    r"(?:(?<=\()\s?\d{3}\s?\)[ \t\r\n._\-/]{0,3}|(?<=\d)\d{2}[ \t\r\n._\-/]{1,3})"
    rf"\d{{3}}[ \t\r\n.\-]{{1,3}}\d{{4}}(?!\d)(?![.,]\d){_EXTENSION}"
)
_BARE = re.compile(rf"[1-9]{_WHOLE}\d{{9,10}}{_ENDS}")
_TRUNK = re.compile(rf"[(0]{_WHOLE}(?:(?<=\()0)?\d{{2,4}}\)?[ \t\-]{{1,2}}\d{{3,4}}[ \t\-]{{0,2}}\d{{3,4}}{_ENDS}")
_LOCAL = re.compile(
    r"[(\d](?<!\w.)(?<!\d[.,:].)(?:(?<=\()\d)?(?:(?:[ \t\r\n.,_\-()]{0,3}|/(?=\d{1,4}(?!\d)))\d){6,14}(?!\w)(?![.,:]\d)"
)
_COMPUTERS = frozenset(str(2**power - less) for power in (30, 31, 32, 33) for less in (0, 1))
_THREES_BEFORE = re.compile(r"(?<!\d)[6-9]\d{2}[ .]\d{3}[ .]\d{3}[ .]$")
_THREES_AFTER = re.compile(r"[ .][6-9]\d{2}[ .]\d{3}[ .]\d{3}(?!\d)")
_DATE = re.compile(
    r"\(?(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?!\d)"
    r"|\d{1,2} \d{1,2} (?:19|20)\d{2}(?!\d)|(?:19|20)\d{2}\s?[-/]\s?(?:19|20)\d{2}$)"
)

_CARD_SOLID = re.compile(rf"\d{_WHOLE}\d{{11,18}}{_ENDS}")
_CARD_GROUPS = re.compile(
    rf"[1-9]{_ALONE}\d{{3}}[ \t\r\n._\-/]{{1,3}}"
    rf"(?:\d{{6}}{_GAP}\d{{4,5}}|\d{{4}}{_GAP}\d{{4}}{_GAP}(?:\d{{4}}(?:{_GAP}\d{{1,3}})?|\d)"
    rf"|\d{{4}}{_GAP}\d{{4,5}})(?!\w)"
)
_CARD_SPACED = re.compile(r"[2-6](?<!\w.)(?<!\d[ \-].)(?:[ \-]\d){12,18}(?![ \-]?\d)(?!\w)")
_CARD_PAIRS = re.compile(r"[2-6](?<!\w.)(?<!\d[ \-].)\d(?:[ \-]\d\d){6,8}(?![ \-]?\d)(?!\w)")
_CARD_ANYHOW = re.compile(rf"[1-9]{_ALONE}(?:[ \t\r\n.\-]{{0,3}}\d){{11,18}}(?!\d)")
_ISSUERS = re.compile(r"4|5[0-8]|2[2-7]|2131|3[04-9]|6|1800|9792|81")
"""First digits of the card schemes in use (ISO/IEC 7812 ranges of Visa, Mastercard, Amex, Diners, JCB, Discover,
Maestro, UnionPay, Troy); only Maestro has numbers of twelve digits."""

_IBAN = re.compile(r"[A-Za-z](?<![A-Za-z0-9].)[A-Za-z](?=[ \-.]?\d{2})(?:[ \t\r\n.\-]{0,3}[A-Za-z0-9]){13,32}")
_IBAN_SOLID = re.compile(r"[A-Z](?<![A-Za-z0-9].)[A-Z]\d{2}[A-Z]{0,6}\d[A-Z0-9]{8,29}(?!\w)")
_IBAN_BARE = re.compile(r"[A-Z](?<![A-Za-z0-9].)[A-Z]\d{2}(?:[ \t\-]?\d{4}){3,6}(?:[ \t\-]?\d{1,4})?(?!\d)")
_SSN = re.compile(
    r"\d(?<![\w.\-].)(?<!\+\d\d .)(?<!\+\d\d\) .)\d{2}(?:\s?-\s?\d{2}\s?-\s?"
    r"|[ .\t\n]\d{2}[ .\t\n])\d{4}(?!\w)(?![.\-]\d)"
)
_SSN_ANYHOW = re.compile(rf"\d(?<![\w.,].)(?:[ \t.\-]{{0,3}}\d){{8}}{_ENDS}")


def phones(text: str) -> Hits:
    """Yield telephone numbers: with "+" or "00", Spanish and American ones, others where a word says so."""
    for pattern in (_SPAIN_PLUS, _AMERICA_PLUS, _PLUS):
        for match in pattern.finditer(text):
            if _is_international(text, match):
                yield _phone(match)
    for pattern in (_SPAIN_PREFIXED, _SPAIN, _AMERICA, _BARE, _TRUNK, _LOCAL):
        for match in pattern.finditer(text):
            if not _DATE.match(match.group()) and _is_national(text, match):
                yield _phone(match)


def _is_national(text: str, match: re.Match[str]) -> bool:
    if match.re is _LOCAL and "," in match.group() and sum(map(str.isdigit, match.group())) not in (9, 10, 11):
        return False
    if match.re is _LOCAL:
        return is_personal(text, match.start(), match.end(), PHONE)
    lean = leaning(text, match.start(), match.end(), PHONE)
    if lean != "open":
        return lean == "personal"
    if match.re in (_BARE, _SPAIN) and (many(text, match.end()) or _is_known_figure(match.group())):
        return False
    if match.re is _BARE:
        return re.fullmatch(r"1?[2-9]\d{9}|34[6-9]\d{8}", match.group()) is not None
    if match.re is _SPAIN:
        shape = tuple(len(group) for group in re.findall(r"\d+", match.group()))
        return shape in _SPAIN_SHAPES and not _is_amount(text, match, shape)
    return True


def _is_known_figure(written: str) -> bool:
    """Tell whether it is round, a number of the computers, or just counts up or down."""
    digits = re.sub(r"\D", "", written)
    steps = {ord(b) - ord(a) for a, b in pairwise(digits)}
    return digits.endswith("000000") or digits in _COMPUTERS or steps in ({1}, {-1})


def _phone(match: re.Match[str]) -> Hit:
    return Hit(kind="phone", start=match.start(), end=match.end())


def _is_international(text: str, match: re.Match[str]) -> bool:
    if match.group().startswith("00"):
        return leaning(text, match.start(), match.end(), PHONE) != "other"
    before = text[max(0, match.start() - 3) : match.start()]
    summed = re.search(r"[\d)]\s{0,2}$", before) is not None
    return not summed or leaning(text, match.start(), match.end(), PHONE) == "personal"


def _is_amount(text: str, match: re.Match[str], shape: tuple[int, ...]) -> bool:
    """Tell whether the digits are a decimal, part of a longer number with its thousands apart, or of a row."""
    if len(shape) == 2 and "." in match.group():
        return True
    before = text[max(0, match.start() - 14) : match.start()]
    after = text[match.end() : match.end() + 14]
    if _THREES_BEFORE.search(before) or _THREES_AFTER.match(after):
        return False
    if shape == (3, 3, 3):
        return re.search(r"(?<!\d)\d{1,3}[ .]$", before) is not None or re.match(r"[ .]\d{3}(?!\d)", after) is not None
    return len(shape) > 1 and (re.search(r"\d[ .]$", before) is not None or re.match(r" \d", after) is not None)


def cards(text: str) -> Hits:
    """Yield payment cards: their checksum holds and an issuer is known, or a word says that it is one."""
    for match in _CARD_SOLID.finditer(text):
        digits = match.group()
        meant = (len(digits) in (15, 16) or _luhn(digits)) and is_personal(text, match.start(), match.end(), CARD)
        if meant or (_is_card(digits) and not named(text, match.start(), BARCODE)):
            yield Hit(kind="card", start=match.start(), end=match.end())
    for match in _CARD_GROUPS.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) > 16 and not _is_card(digits) and _is_card(digits[:16]):
            # The month of expiry stands behind it.
            end = match.start() + [at for at, sign in enumerate(match.group()) if sign.isdigit()][15] + 1
            yield Hit(kind="card", start=match.start(), end=end)
        elif _is_card(digits) or named(text, match.start(), CARD):
            yield Hit(kind="card", start=match.start(), end=match.end())
    for pattern in (_CARD_SPACED, _CARD_PAIRS):
        for match in pattern.finditer(text):
            if _is_card(re.sub(r"\D", "", match.group())):
                yield Hit(kind="card", start=match.start(), end=match.end())
    for match in _CARD_ANYHOW.finditer(text):
        if named(text, match.start(), CARD) and _luhn(re.sub(r"\D", "", match.group())):
            yield Hit(kind="card", start=match.start(), end=match.end())


def _is_card(digits: str) -> bool:
    issued = _ISSUERS.match(digits) if len(digits) >= 13 else re.match(r"50|5[6-8]|6", digits)
    return 12 <= len(digits) <= 19 and issued is not None and _luhn(digits)


def _luhn(digits: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(digits))


_CCC = re.compile(r"(?<![\d.,-])\d{4}[ .-]?\d{4}[ .-]?\d{2}[ .-]?\d{10}(?![\d-])")


def ibans(text: str) -> Hits:
    """Yield bank accounts whose checksum holds; where a word names one, also those with a slip in them."""
    from stdnum import iban
    from stdnum.iso7064 import mod_97_10

    yield from _spanish_accounts(text)

    at = 0
    while (match := _IBAN.search(text, at)) is not None:
        at = match.start() + 1
        places = [place for place in range(match.start(), match.end()) if text[place].isalnum()]
        compact = "".join(text[place] for place in places).upper()
        length = _iban_length(compact[:2])
        # "Es 15 …" is how a Spanish sentence goes on; an account in small letters is written without that space.
        apart = not match.group()[:2].isupper() and not match.group()[2].isdigit()
        # A sentence such as "at 10 p.m. and …" has the shape too, and one in 97 of them the checksum.
        told = 0 < length <= len(compact) and sum(map(str.isdigit, compact[:length])) * 2 > length
        if told and not apart and iban.is_valid(compact[:length], check_country=False):
            at = places[length - 1] + 1
            yield Hit(kind="iban", start=match.start(), end=at)
    for match in _IBAN_SOLID.finditer(text):
        if mod_97_10.is_valid(match.group()[4:] + match.group()[:4]):
            yield Hit(kind="iban", start=match.start(), end=match.end())
    for match in _IBAN_BARE.finditer(text):
        if named(text, match.start(), IBAN):
            yield Hit(kind="iban", start=match.start(), end=match.end())


@cache
def _spanish_accounts(text: str) -> Hits:
    """Yield account numbers as Spain wrote them before IBAN: bank, branch, two check digits, account."""
    from stdnum.es import ccc

    for match in _CCC.finditer(text):
        if ccc.is_valid(re.sub(r"\D", "", match.group())):
            yield Hit(kind="iban", start=match.start(), end=match.end())


def _iban_length(country: str) -> int:
    """Return how many characters an IBAN of `country` has, 0 where it has none (SWIFT's registry in python-stdnum)."""
    from stdnum import numdb

    facts = numdb.get("iban").info(country)[0][1]
    parts = re.findall(r"(\d+)!", facts.get("bban", ""))
    return 4 + sum(int(part) for part in parts) if parts else 0


def social_security(text: str) -> Hits:
    """Yield American social security and taxpayer numbers."""
    for match in _SSN.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        dashed = "-" in match.group()
        issued = digits[:3] not in ("000", "666") and digits[3:5] != "00" and digits[5:] != "0000"
        personal = leaning(text, match.start(), match.end(), SSN)
        if personal == "personal" or (issued and dashed) or (issued and personal == "open"):
            yield Hit(kind="ssn", start=match.start(), end=match.end())
    for match in _SSN_ANYHOW.finditer(text):
        if is_personal(text, match.start(), match.end(), SSN):
            yield Hit(kind="ssn", start=match.start(), end=match.end())
