"""Which addresses may become links, and where in a text one stands with no markup around it. Pure; opens nothing.

What could read like another address than it is stays text, so that nobody is led astray by what they see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

LONGEST_BARE = 1_000
"""Characters of an address without markup; what is longer is text."""
_BARE = re.compile(r"(?<![\w@./:=&?#%+-])(?<!=[\"'])(?:https?://|www\.)[^\s<>\"'“”«»‘’\[\]{}|^`]+", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?(?:[^/?#@]*@)?(?P<host>[^/?#:]*)(?::\d{1,5})?(?:[/?#]|$)", re.IGNORECASE)
_AFTER = ".,;:!?…*_~"
_PERSON = re.compile(r"[^\s@<>,;:?&%\"\\]+@[^\s@<>,;:?&%\"\\/]+\.[^\s@<>,;:?&%\"\\/.]+")
_MAIL_PARTS = frozenset({"to", "cc", "bcc", "subject", "body"})
"""What a mail link may say; others, such as files to attach, some mail programs obey without a word."""


def web_address(text: str) -> str | None:
    """Return `text` when it is an http or https address with a host, else None."""
    try:
        parts = urlsplit(text.strip())
        # A port beyond 65535 raises.
        web = parts.scheme.lower() in ("http", "https") and parts.port != 0
    except ValueError:
        return None
    return text.strip() if web and parts.hostname else None


def mail_address(text: str) -> str | None:
    """Return `text` when it is a mailto address of people, with no more than a subject, copies and words."""
    whole = text.strip()
    try:
        parts = urlsplit(whole)
    except ValueError:
        return None
    people = parts.path.replace("%40", "@").split(",")
    if parts.scheme.lower() != "mailto" or not all(_PERSON.fullmatch(person) for person in people):
        return None
    # Some mail programs know no fragments, or take a semicolon for an ampersand: more would stand there for them.
    if "#" in whole or ";" in parts.query:
        return None
    said = parse_qsl(parts.query, keep_blank_values=True)
    known = all(name.lower() in _MAIL_PARTS for name, _ in said)
    # A new line in a head would begin another one.
    flat = not any(set("\r\n") & set(value) for name, value in said if name.lower() != "body")
    return whole if known and flat else None


def link_address(text: str) -> str | None:
    """Return `text` when it may become a link: a web or a mail address; else None."""
    return web_address(text) or mail_address(text)


def pieces_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield `text` in pieces, each with the web address that it is, empty where it is none.

    Signs after an address belong to the sentence, and so does a bracket that was opened before it.
    """
    done = 0
    for found in _BARE.finditer(text):
        if len(found.group()) > LONGEST_BARE:
            continue
        shown = _without_tail(found.group())
        address = shown if shown[:4].lower() == "http" else f"https://{shown}"
        if not _reads_as_it_is(found.group(), shown) or web_address(address) is None:
            continue
        if found.start() > done:
            yield text[done : found.start()], ""
        yield shown, address
        done = found.start() + len(shown)
    if done < len(text):
        yield text[done:], ""


def _without_tail(run: str) -> str:
    while run:
        last = run[-1]
        if last == ")" and run.count(")") <= run.count("("):
            break
        if last not in _AFTER and last != ")":
            break
        run = run[:-1]
    return run


def _reads_as_it_is(run: str, shown: str) -> bool:
    """Tell whether nothing in an address is hidden, turned round, or only looks like a sign that ends its host."""
    if "\\" in run or "\ufffd" in run:
        return False
    if any(unicodedata.category(letter)[0] == "C" for letter in run):
        return False
    found = _HOST.match(shown)
    host = found["host"] if found else ""
    labels = host.split(".")
    # Letters of any script: what is not plain is asked about with the name that it really is.
    known = len(labels) > 1 or host.lower() == "localhost"
    return known and all(label and all(_of_a_name(letter) for letter in label) for label in labels)


def _of_a_name(letter: str) -> bool:
    return letter == "-" or (letter.isalnum() if letter.isascii() else unicodedata.category(letter)[0] in "LM")
