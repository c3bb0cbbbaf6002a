"""Words in capitals as they are said: spelled where a voice would read them as a word. Pure."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

_SPELLED: dict[Language, frozenset[str]] = {
    "en": frozenset("IP IPS IDE IOT ATM DIY IUD AAA EOF OS IOS UI UX AKA IMF ISP".split()),
    "es": frozenset(
        "IA AI ID UE URL USB IBM AMD ITV IRPF UCI OCR IP EU UK IDE UI UX OS AP ABC ADN ARN UVI IPC AM FM".split()
    ),
}
_SAID: dict[Language, dict[str, str]] = {
    "en": {"VRAM": "V ram", "GUI": "gooey", "WiFi": "wifi", "SQLite": "S Q lite", "PyPI": "pie P I", "OAuth": "O auth"},
    "es": {"VRAM": "uve ram", "CUDA": "cuda", "WiFi": "wifi", "Wi-Fi": "wifi", "JSON": "yeison", "GIF": "guif",
           "JPEG": "jota peg", "OK": "okey", "AVE": "ave"},
}  # fmt: skip
LONGEST_ACRONYM = 6
"""A text in capitals with a longer word than this is shouted; its short words are no acronyms."""

_CAPITALS = re.compile(r"(?<![\w'’])([A-Z][A-Z0-9]{1,5})(s|['’]s)?(?![\w])")
_NAMED = {
    language: re.compile(rf"(?<!\w)({'|'.join(map(re.escape, words))})(?!\w)") for language, words in _SAID.items()
}
_UNSPEAKABLE_END = re.compile(r"[BCGHJKPQTVWX]$|[BCDFGHJKLMNPQRSTVWXYZ]{3}|[BCDFGHJKLMNPQRSTVWXYZ]{2}$")


def say_acronyms(text: str, language: Language) -> str:
    """Return `text` with acronyms spelled, "G P U", where a voice would not say them right by itself."""
    if text.isupper() and any(len(word) > LONGEST_ACRONYM for word in text.split()):
        return text
    text = _NAMED[language].sub(lambda match: _SAID[language][match[1]], text)
    return _CAPITALS.sub(lambda match: _said(match, language), text)


def _said(match: re.Match[str], language: Language) -> str:
    letters, ending = match[1], match[2] or ""
    if any(sign.isdigit() for sign in letters):
        return match[0]
    spelled = " ".join(letters)
    if language == "es":
        # "las GPUs" is said "las GPU": Spanish has no plural of what is spelled.
        ending = ""
    if ending and (letters in _SPELLED[language] or _consonants(letters)):
        # "GPUs": a voice would take the small letter for part of the word.
        return f"{spelled}'s"
    if letters in _SPELLED[language]:
        return spelled
    if language == "es" and len(letters) <= 4 and not _consonants(letters) and _UNSPEAKABLE_END.search(letters):
        return spelled
    return letters + ending


def _consonants(letters: str) -> bool:
    """True for letters without a vowel: a voice spells those by itself."""
    return len(letters) > 1 and not set(letters) & set("AEIOU")
