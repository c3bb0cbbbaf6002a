"""Reads of whom somebody speaks: "my sister Ana", "mi hermano mayor", "me"; gives the subject under which facts of them
are kept. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from jarvis.contracts.errors import Language
from jarvis.memory.fact_kin import QUALIFIER, SINGULAR, kin_name, qualifier_name
from jarvis.memory.fact_text import key, plain

_SELF = {
    "en": re.compile(r"(?:me|i|myself|the (?:user|speaker|person))", re.I),
    "es": re.compile(r"(?:yo|mi|el usuario|la usuaria|me)", re.I),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """Somebody of the person's: `subject` as facts have it, `words` as they were said; both plain for the person."""

    subject: str
    words: str = ""
    kin: str = ""


def who_is(words: str, language: Language) -> Who | None:
    """Return of whom `words` wholly speak; None where that is nobody of the person's."""
    bare = plain(words).strip(" .,")
    if _SELF[language].fullmatch(bare):
        return Who(subject="user")
    match = _mine(language).fullmatch(bare)
    kin = kin_name(match["kin"], language) if match else None
    if match is None or kin is None:
        return None
    qualifier = qualifier_name(match["q"] or match["q1"] or "", language)
    subject = f"user/{qualifier} {kin}".replace("/ ", "/")
    if match["name"]:
        subject = f"{subject}/{key(match['name'])}"
    return Who(subject=subject, words=words.strip(" .,"), kin=kin)


@cache
def _mine(language: Language) -> re.Pattern[str]:
    name = r"(?:,? (?:(?:called|named) )?(?P<name>(?-i:[A-ZÑ])[\w'-]*))?"
    if language == "en":
        return re.compile(
            rf"(?:my|our) (?:(?P<q>{QUALIFIER['en']}) )?(?P<q1>(?!))?(?P<kin>{SINGULAR['en']}){name}", re.IGNORECASE
        )
    return re.compile(
        rf"(?:mi|nuestr[oa]) (?:(?P<q1>mejor) )?(?P<kin>{SINGULAR['es']})(?: (?P<q>{QUALIFIER['es']}))?{name}",
        re.IGNORECASE,
    )
