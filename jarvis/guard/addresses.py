"""Where somebody is reached: e-mail addresses, also written to hide them or as spoken, and IP addresses.

Works on folded text. Each search hangs on a rare sign and looks a bounded way to both sides, so it is linear. Pure.
"""

from __future__ import annotations

import ipaddress
import re

from jarvis.guard.context import BEFORE, IP, VERSION, Hit, Hits, counted, named, words

# These two are matched against the text before the sign, read backwards.
_LOCAL = re.compile(r"\s{0,2}[\w.+%&'*!#$~^-]{1,64}")
_QUOTED_LOCAL = re.compile(r'"[^"\n]{1,64}"')
_DOMAIN = re.compile(r"\s{0,2}(?:[^\W_](?:[\w-]{0,62})\s?\.\s?){1,6}(?=[^\W\d])[\w-]{2,24}")
_ADDRESS_DOMAIN = re.compile(r"\[(?:IPv6:)?[0-9a-f.:]{3,45}\]", re.I)
_TIGHT_DOMAIN = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,6}[a-z]{2,24}(?!\w)")
_AT = re.compile(
    r"@|%40|&#64;|&commat;|\s{0,2}[(\[{<]\s{0,2}(?:at|arroba|@)\s{0,2}[)\]}>]\s{0,2}"
    r"|(?<=\w)[(\[]a[)\]](?=\w)|\s{0,2}-(?:at|arroba)-\s{0,2}|\s{1,3}arroba\s{1,3}",
    re.I,
)
_HIDDEN_DOMAIN = re.compile(
    r"\s{0,2}[^\W_][\w-]{0,62}(?:\s{0,2}(?:\.|[(\[{<]\s{0,2}(?:dot|punto|\.)\s{0,2}[)\]}>]|\s(?:dot|punto)\s|\s?-(?:dot|punto)-)\s{0,2}"
    r"(?:[^\W\d][\w-]{1,24})){1,5}",
    re.I,
)
_HIDDEN_LOCAL = re.compile(
    r"[\w+-]{1,40}(?:(?:\.|\s{0,2}[(\[{<]\s{0,2}(?:dot|punto|\.)\s{0,2}[)\]}>]\s{0,2}"
    r"|\s{1,3}(?:dot|punto|dash|guion|guion bajo|underscore|plus)\s{1,3})[\w+-]{1,40}){0,4}$",
    re.I,
)
_REACH = 160
_SAID_AT = re.compile(r"\sat\s{1,3}", re.I)
_SPELLED = re.compile(r"(?:[\w.] ){2,40}@ (?:[\w.] ){2,40}\w(?!\w)")
_MAIL_HOST = re.compile(
    r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|proton|protonmail|live|aol|gmx|msn|zoho|fastmail|telefonica)\b",
    re.I,
)
_MAIL = words(
    r"e-?mails?|mails?|correos?|write to|escrib[a-z]{1,12}|send|envia[a-z]{0,12}|manda[a-z]{0,12}|contact|address"
)

_IPV4 = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:\s?[(\[{]\s?(?:\.|dot|punto)\s?[)\]}]\s?|\s(?:dot|punto|point)\s|\.)){3}\d{1,3}(?![\w]|\.\d)",
    re.I,
)
_IPV6 = re.compile(
    r"(?<![\w:.])[0-9a-f:]{0,4}:[0-9a-f:]{2,40}(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])(?:%[a-z][\w.\-]{0,15}(?<=\w))?",
    re.I,
)
_NOBODYS = frozenset(("127.0.0.1", "0.0.0.0", "255.255.255.255", "255.255.255.0", "255.255.0.0", "255.0.0.0"))
"""Every computer's own address and the masks: they lead to nobody."""


def emails(text: str) -> Hits:
    """Yield e-mail addresses, those with "(at)", "arroba" or "%40" too, and spoken ones where they are surely meant."""
    for sign in _AT.finditer(text):
        plain = sign.group() in ("@", "%40", "&#64;", "&commat;")
        tight = sign.group().lower() in ("(a)", "[a]")
        domain = (_DOMAIN if plain else _TIGHT_DOMAIN if tight else _HIDDEN_DOMAIN).match(text, sign.end())
        if plain and domain is None:
            domain = _HIDDEN_DOMAIN.match(text, sign.end()) or _ADDRESS_DOMAIN.match(text, sign.end())
        start = None
        if domain is not None:
            start = _plain_local(text, sign.start()) if plain else _hidden_local(text, sign.start())
        if domain is not None and start is not None:
            yield Hit(kind="email", start=start, end=_domain_end(domain))
    if "@ " in text:
        for spelled in _SPELLED.finditer(text):
            yield Hit(kind="email", start=spelled.start(), end=spelled.end())
    for sign in _SAID_AT.finditer(text):
        domain = _HIDDEN_DOMAIN.match(text, sign.end())
        start = _hidden_local(text, sign.start()) if domain is not None else None
        if domain is not None and start is not None and _is_meant(text, start, sign.start(), domain.group()):
            yield Hit(kind="email", start=start, end=_domain_end(domain))


def _plain_local(text: str, end: int) -> int | None:
    backwards = text[max(0, end - _REACH) : end][::-1]
    local = _QUOTED_LOCAL.match(backwards) or _LOCAL.match(backwards)
    if local is None:
        return None
    start = end - local.end()
    while start < end and text[start] in "'*.#!~^&$":
        start += 1
    return start if text[start:end].strip() else None


def _hidden_local(text: str, end: int) -> int | None:
    window = max(0, end - _REACH)
    local = _HIDDEN_LOCAL.search(text[window:end])
    return None if local is None else window + local.start()


def _domain_end(domain: re.Match[str]) -> int:
    # "Write to ana@mail.com. Then call" has a sentence's end, not a domain, behind the dot and the space.
    whole = domain.group()
    for gap in re.finditer(r"\s?\.\s", whole):
        if re.search(r"[^\W_][\w-]*\.[^\W\d][\w-]+$", whole[: gap.start()]):
            return domain.start() + gap.start()
    return domain.end()


def _is_meant(text: str, start: int, end: int, domain: str) -> bool:
    local = text[start:end]
    said = re.search(r"[._\d]|\s", local) is not None
    return said or _MAIL_HOST.match(domain.strip()) is not None or named(text, start, _MAIL)


def ip_addresses(text: str) -> Hits:
    """Yield IPv4 and IPv6 addresses; four numbers behind "version" or "chapter" are none."""
    for match in _IPV4.finditer(text):
        octets = re.findall(r"\d+", match.group())
        sentence = re.split(r"\n|[?!.] ", text[max(0, match.start() - BEFORE) : match.start()].lower())[-1]
        numbered = VERSION.search(sentence) is not None or octets[0] == "0"
        numbered = numbered or (octets[3] == "000" and all(len(octet) == 3 for octet in octets[1:]))
        numbered = numbered and not named(text, match.start(), IP)
        # "1.250.000.000 €" has its thousands apart.
        numbered = numbered or (
            all(len(octet) == 3 for octet in octets[1:]) and counted(text, match.start(), match.end())
        )
        if all(int(octet) <= 255 for octet in octets) and not numbered and ".".join(octets) not in _NOBODYS:
            yield Hit(kind="ip", start=match.start(), end=match.end())
    if ":" not in text:
        return
    for match in _IPV6.finditer(text):
        written = match.group().rstrip(":") if not match.group().endswith("::") else match.group()
        if _is_ipv6(written):
            yield Hit(kind="ip", start=match.start(), end=match.start() + len(written))


def _is_ipv6(written: str) -> bool:
    try:
        address = ipaddress.IPv6Address(written)
    except ValueError:
        return False
    groups = [group for group in written.split(":") if group]
    # "fe::ad" is a name in many programming languages.
    long = len(groups) >= 3 or (len(groups) >= 1 and len(groups[0]) == 4 and re.search(r"\d", written) is not None)
    return long and not address.is_loopback and not address.is_unspecified
