"""Durations as people write or say them: "ten minutes", "1h 30m", "an hour and a half", "tres cuartos de hora".

Knows nothing about clocks or dates.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.skills.folding import key
from jarvis.skills.numerals import number_in

LONGEST_SECONDS = 366 * 86_400.0
"""Anything longer is not taken for a timer or a reminder."""

_UNIT = {
    "en": {
        r"s|secs?|seconds?": 1,
        r"m|mins?|minutes?": 60,
        r"h|hrs?|hours?": 3600,
        r"d|days?": 86_400,
        r"weeks?": 604_800,
    },
    "es": {
        r"s|segs?|segundos?|segundito|segunditos": 1,
        r"m|mins?|minutos?|minutitos?": 60,
        r"h|hrs?|horas?|horitas?": 3600,
        r"d|dias?": 86_400,
        r"semanas?": 604_800,
    },
}
_FRACTION = {
    "en": {
        "half": 0.5,
        "half a": 0.5,
        "half an": 0.5,
        "a half": 0.5,
        "quarter": 0.25,
        "a quarter": 0.25,
        "a quarter of a": 0.25,
        "a quarter of an": 0.25,
        "quarter of an": 0.25,
        "three quarters of a": 0.75,
        "three quarters of an": 0.75,
        "a couple of": 2,
        "a couple": 2,
        "a": 1,
        "an": 1,
        "another": 1,
    },
    "es": {
        "medio": 0.5,
        "media": 0.5,
        "cuarto de": 0.25,
        "un cuarto de": 0.25,
        "tres cuartos de": 0.75,
        "un par de": 2,
        "un": 1,
        "una": 1,
        "otro": 1,
        "otra": 1,
        "otros": 1,
    },
}
_TAIL = {
    "en": {"and a half": 0.5, "and a quarter": 0.25, "and three quarters": 0.75},
    "es": {"y media": 0.5, "y medio": 0.5, "y cuarto": 0.25, "y un cuarto": 0.25, "y tres cuartos": 0.75},
}
_CONNECTOR = {"en": re.compile(r"^(?:and|,|-)\s+"), "es": re.compile(r"^(?:y|con|,)\s+")}
_COLONS = re.compile(r"^(\d{1,2}):([0-5]\d)(?::([0-5]\d))?$")


def seconds_in(text: str, language: Language) -> float | None:
    """Return the seconds that `text` wholly says, above 0 and at most `LONGEST_SECONDS`, or None."""
    words = re.sub(r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)", " ", key(text)).replace(",", " , ").replace("-", " ")
    words = re.sub(r"(\d) , (\d)", r"\1,\2", re.sub(r"\s+", " ", words)).strip()
    if language == "es":
        words = re.sub(r"^hora (?=y )", "una hora ", words)
    total = _colons(words) or _sum(words, language)
    return total if total is not None and 0 < total <= LONGEST_SECONDS else None


def _colons(words: str) -> float | None:
    """Read `1:30:00`; two fields are left alone, for they are a time of day as often as a duration."""
    found = _COLONS.match(words)
    if not found or found[3] is None:
        return None
    return int(found[1]) * 3600.0 + int(found[2]) * 60 + int(found[3])


def _sum(words: str, language: Language) -> float | None:
    units = "|".join(f"(?:{unit})" for unit in _UNIT[language])
    step = re.compile(rf"^(?P<count>.+?)\s+(?P<unit>{units})(?=\s|$)")
    total, rest, smaller_than = 0.0, words, float("inf")
    while rest:
        found = step.match(rest)
        if found is None:
            return _bare_tail(total, rest, smaller_than, language)
        size = next(size for unit, size in _UNIT[language].items() if re.fullmatch(unit, found["unit"]))
        count = _count(found["count"], language)
        if count is None or size >= smaller_than:
            return None
        total += count * size
        smaller_than = size
        rest = rest[found.end() :].strip()
        for tail, fraction in sorted(_TAIL[language].items(), key=lambda item: -len(item[0])):
            if rest == tail or (rest.startswith(f"{tail} ") and not step.match(rest)):
                total += fraction * size
                rest = rest[len(tail) :].strip()
                break
        rest = _CONNECTOR[language].sub("", rest)
    return total or None


def _bare_tail(total: float, rest: str, smaller_than: float, language: Language) -> float | None:
    """Read the minutes of "an hour twenty" and the seconds of "2 minutes 30"."""
    if total == 0 or smaller_than not in {3600, 60}:
        return None
    count = number_in(rest, language)
    return None if count is None or not 0 < count < 60 else total + count * smaller_than / 60


def _count(words: str, language: Language) -> float | None:
    fraction = _FRACTION[language].get(words)
    return fraction if fraction is not None else number_in(words, language)
