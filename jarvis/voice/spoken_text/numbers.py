"""Numbers inside sentences as they are said: ordinals, fractions, ranges, versions, telephones. Pure.

Plain numbers are left as figures: every voice reads those well. Only what a voice gets wrong is turned into words.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.voice.spoken_text.numerals import NUMBER, agreeing, cardinal, digits, figure, ordinal, parted
from jarvis.voice.spoken_text.spanish_gender import gender_of, is_label

_SPACED_THOUSANDS = re.compile(r"(?<![\d.,:/+\-])(?<!\d )\d{1,3}(?: \d{3})+(?![.,:/]?\d)(?! \d)")
_PHONES = re.compile(
    r"(?<![\w+\-])(?:\+\d{1,3}[ .\-]?(?:\(\d{1,4}\)[ .\-]?)?\d{2,4}(?:[ .\-]?\d{2,4}){1,4}"
    r"|1-\d{3}-\d{3}-\d{4}|\(\d{3}\) ?\d{3}[ \-]\d{4}|\d{3}[\-.]\d{3}[\-.]\d{4}|\d{3}-\d{4}|9\d \d{3} \d{2} \d{2}"
    r"|[6-9]\d{2} \d{3} \d{3}|[6-9]\d{2}(?: \d{2}){3})(?!\d|[\-–]\d)"
)
_CUED_PHONE = re.compile(
    r"\b((?:[Tt]el(?:\.|éfono|ephone)?|[Pp]hone(?: number)?|[Mm]óvil|[Cc]all|[Ll]lam[ae] al?)(?::| es| is| el)? )"
    r"(\d{3})(\d{3})(\d{3,4})(?![\w.,]*\d)"
)
_VERSION = re.compile(r"(?<![\w.,])([vV]\.?)?(\d{1,4}(?:\.\d{1,5}){2,4})(?![\w]|\.\d)")
_NAMED_VERSION = re.compile(
    r"\b([Vv]ersion|[Vv]ersión|[Vv]|Python|Ubuntu|Debian|Windows|macOS|iOS|Android|Java|Node|CUDA|Qt|PHP"
    r"|Linux)( |\.|(?<=[vV]))"
    r"(\d{1,4})\.(\d{1,3})(?![\w.,]*\d)"
)
_POINT: dict[Language, str] = {"en": "point", "es": "punto"}
_ORDINAL_EN = re.compile(r"(?<![\w.,])(\d{1,6}(?:,\d{3})?)(st|nd|rd|th)(?!\w)", re.IGNORECASE)
_ORDINAL_ES = re.compile(
    r"(?<![\w.,])(\d{1,4})(?:\.?(º|ª|°)|\.?(er|ero|era|do|da|ro|ra|to|ta|mo|ma|vo|va|no|na))(?![\w])"
)
_FEMININE_ENDINGS = ("a", "ª")
_GLYPHS = {
    "½": "1/2",
    "⅓": "1/3",
    "⅔": "2/3",
    "¼": "1/4",
    "¾": "3/4",
    "⅕": "1/5",
    "⅛": "1/8",
    "⅜": "3/8",
    "⅝": "5/8",
    "⅞": "7/8",
}
_FRACTION = re.compile(r"(?<![\w./,:])(?:(\d{1,3}) )?(\d{1,3})[/⁄](\d{1,3})(?![\w/⁄]|[.,]\d)(?: ([^\W\d_]+))?")
_FRACTIONS: dict[Language, dict[int, tuple[str, str]]] = {
    "en": {2: ("half", "halves"), 4: ("quarter", "quarters")},
    "es": {2: ("medio", "medios"), 3: ("tercio", "tercios"), 4: ("cuarto", "cuartos"), 5: ("quinto", "quintos"),
           6: ("sexto", "sextos"), 7: ("séptimo", "séptimos"), 8: ("octavo", "octavos"), 9: ("noveno", "novenos"),
           10: ("décimo", "décimos"), 100: ("centésimo", "centésimos")},
}  # fmt: skip
_PERCENT = {language: re.compile(rf"(?<![\w.,])([+\-−])?({NUMBER[language]}) ?([%‰])") for language in ("en", "es")}
_PER_HUNDRED: dict[Language, dict[str, str]] = {
    "en": {"%": "percent", "‰": "per thousand"},
    "es": {"%": "por ciento", "‰": "por mil"},
}
_SIGNED: dict[Language, dict[str, str]] = {
    "en": {"-": "minus ", "−": "minus ", "+": "plus "},
    "es": {"-": "menos ", "−": "menos ", "+": "más "},
}
_TO: dict[Language, str] = {"en": "to", "es": "a"}
_BETWEEN = re.compile(r"\b([Bb]etween|[Ee]ntre) ([$€£]?\d[\d.,]{0,14}) ?[-–—] ?(?=[$€£]?\d)")
_AND: dict[Language, str] = {"en": "and", "es": "y"}
_RANGE = re.compile(
    r"(?<![\w.,:/\-–−])((?:[$€£])?\d[\d.,]{0,14}) ?[-–—] ?(?=[$€£]?\d[\d.,]{0,14}(?![\w]*[-–—/]\d| ?[=+*×]))"
)
_NEGATIVE = re.compile(r"(?:(?<=^)|(?<=[\s(=:,;]))([-–−+])(?=\d)")
_SCORE = re.compile(r"(?<![\d/])24/7(?![\d/])")
_ALWAYS: dict[Language, str] = {"en": "twenty-four seven", "es": "veinticuatro siete"}
_COUNT_ES = re.compile(rf"(?<![\w.,:/\-−])({NUMBER['es']}) (?=([^\W\d_]+))")
_ANY = {language: re.compile(rf"(?<![\w.,]){number}") for language, number in NUMBER.items()}
_ABOUT = re.compile(r"(?<!\w)~ ?(?=[$€£]?\d)")
_ABOUT_SAID: dict[Language, str] = {"en": "about ", "es": "aproximadamente "}
_MILLIONS = re.compile(r"(?<![\w.,\-])(\d{1,4}(?:[.,]\d{1,3})?)M(?![\w/])")
_MILLIONS_SAID: dict[Language, str] = {"en": "million", "es": "millones"}
_RATIO = re.compile(r"(?<![\w:.,/])(\d{1,3}):(\d{1,3})(?![\w:]|[.,]\d)")
_LAST_WORD = re.compile(r"[^\W\d_]+(?= $)")
_LONG_FIGURES = re.compile(r"(?<![\w.,])\d{13,}(?!\w)")
_LEADING_ZERO = re.compile(r"(?<![\w.,:/\-])0\d{1,11}(?![\w:/]|[.,]\d)")
_NUMBER_SIGN = re.compile(r"(?<![\w&])#(?=\d)|(?<!\w)(?:[Nn][º°]|[Nn]\.º)(?= ?\d)")
_NUMBER_WORD: dict[Language, str] = {"en": "number ", "es": "número "}
_MANY_FIGURES: dict[Language, str] = {"en": "a number of {count} digits", "es": "un número de {count} cifras"}
_MOST_SPELLED = 20


def say_telephones(text: str, language: Language) -> str:
    """Return `text` with telephone numbers digit by digit, in groups; to be done before sums, dates and ranges."""
    text = _CUED_PHONE.sub(lambda m: m[1] + _telephone(f"{m[2]} {m[3]} {m[4]}", language), text)
    return _PHONES.sub(lambda match: _telephone(match[0], language), text)


def join_spaced_thousands(text: str) -> str:
    """Return `text` with "10 000" written with a narrow space, where it is one number beyond doubt."""

    def joined(match: re.Match[str]) -> str:
        sure = match[0].endswith(" 000") or match[0].count(" ") > 1
        return match[0].replace(" ", "\u202f") if sure else match[0]

    return _SPACED_THOUSANDS.sub(joined, text)


def say_about(text: str, language: Language) -> str:
    """Return `text` with "~5" as "about 5" and "8.8M" as "8.8 million"; to be done before sums and units."""
    text = _ABOUT.sub(_ABOUT_SAID[language], text)
    return _MILLIONS.sub(lambda match: f"{match[1]} {_MILLIONS_SAID[language]}", text)


def say_percentages(text: str, language: Language) -> str:
    """Return `text` with percentages in words."""

    def said(match: re.Match[str]) -> str:
        sign = _SIGNED[language].get(match[1] or "", "")
        return f"{sign}{figure(match[2], language)} {_PER_HUNDRED[language][match[3]]}"

    return _PERCENT[language].sub(said, text)


def say_ranges(text: str, language: Language) -> str:
    """Return `text` with "10-20" as "10 to 20"; to be done before units and sums, which follow the second number."""
    text = _BETWEEN.sub(lambda match: f"{match[1]} {match[2]} {_AND[language]} ", text)
    return _RANGE.sub(lambda match: f"{match[1]} {_TO[language]} ", text)


def say_versions(text: str, language: Language) -> str:
    """Return `text` with versions and network addresses number by number; to be done before ranges."""

    def said(match: re.Match[str]) -> str:
        numbers = match[2].split(".")
        if not match[1] and _is_thousands(numbers):
            return match[0]
        mark = ("dot" if language == "en" else "punto") if len(numbers) == 4 else _POINT[language]
        return (f"{'version' if language == 'en' else 'versión'} " if match[1] else "") + f" {mark} ".join(numbers)

    text = _VERSION.sub(said, text)
    return _NAMED_VERSION.sub(lambda m: f"{_version_word(m[1], language)} {m[3]} {_POINT[language]} {m[4]}", text)


def say_numbers(text: str, language: Language) -> str:
    """Return `text` with its ordinals, fractions, negative, spaced and endless numbers said."""
    for glyph, written in _GLYPHS.items():
        if glyph in text:
            text = re.sub(rf"(?<=\d){glyph}", f" {written}", text).replace(glyph, written)
    text = _NUMBER_SIGN.sub(_NUMBER_WORD[language], text)
    text = _RATIO.sub(lambda match: f"{match[1]} {_TO[language]} {match[2]}", text)
    text = _SCORE.sub(_ALWAYS[language], text)
    text = _FRACTION.sub(lambda match: _fraction(match, language), text)
    text = _NEGATIVE.sub(lambda match: _SIGNED[language][match[1].replace("–", "-")], text)
    text = (
        _ORDINAL_EN.sub(lambda m: ordinal(int(m[1].replace(",", "")), "en"), text)
        if language == "en"
        else _spanish(text)
    )
    text = _ANY[language].sub(lambda match: figure(match[0], language), text)
    text = _LONG_FIGURES.sub(lambda match: _endless(match[0], language), text)
    return _LEADING_ZERO.sub(lambda match: digits(match[0], language), text)


def _spanish(text: str) -> str:
    text = _ORDINAL_ES.sub(_spanish_ordinal, text)
    return _COUNT_ES.sub(_spanish_count, text)


def _spanish_ordinal(match: re.Match[str]) -> str:
    number, letters = int(match[1]), match[2] or match[3]
    if number == 0 or letters == "°":
        return match[0]
    feminine = letters.endswith(_FEMININE_ENDINGS)
    return ordinal(number, "es", "feminine" if feminine else "masculine", before_noun=letters == "er")


def _spanish_count(match: re.Match[str]) -> str:
    whole, decimals = parted(match[1], "es")
    gender = gender_of(match[2])
    before = _LAST_WORD.search(match.string, max(0, match.start() - 30), match.start())
    if decimals or gender is None or len(whole) > 12 or (len(whole) > 1 and whole[0] == "0"):
        return match[0]
    # What follows a year, a label or a score is no noun that the number counts.
    year = len(match[1]) == 4 and match[1] < "2200"
    if year or match[2][0].isupper() or (before is not None and is_label(before[0])):
        return match[0]
    return f"{agreeing(int(whole), gender)} "


def _fraction(match: re.Match[str], language: Language) -> str:
    whole, top, bottom, noun = match[1], int(match[2]), int(match[3]), match[4] or ""
    after = f" {noun}" if noun else ""
    if bottom < 2 or top == 0 or (bottom > 20 and bottom != 100) or (top > bottom and top > 20) or top >= 10 * bottom:
        over = " over " if language == "en" else " sobre "
        return f"{match[1] + ' ' if whole else ''}{match[2]}{over}{match[3]}{after}"
    one, many = _denominators(bottom, language)
    if language == "en":
        said = f"{'a' if whole and top == 1 else cardinal(top, 'en')} {one if top == 1 else many}"
        return f"{whole} and {said}{after}" if whole else said + after
    if noun in ("parte", "partes") and bottom <= 10 and bottom != 2:
        one, many = (ordinal(bottom, "es", "feminine") + plural for plural in ("", "s"))
        said = f"{cardinal(top, 'es', 'feminine')} {one if top == 1 else many}"
    elif bottom == 2 and top == 1:
        said = "media" if noun and gender_of(noun) == "feminine" else one
    else:
        said = f"{cardinal(top, 'es', 'masculine')} {one if top == 1 else many}"
    return f"{whole} y {said}{after}" if whole else said + after


def _denominators(bottom: int, language: Language) -> tuple[str, str]:
    known = _FRACTIONS[language].get(bottom)
    if known is not None:
        return known
    if language == "en":
        return ordinal(bottom, "en"), f"{ordinal(bottom, 'en')}s"
    part = f"{cardinal(bottom, 'es').replace(' ', '').replace('uno', 'un')}avo"
    return part, f"{part}s"


def _telephone(number: str, language: Language) -> str:
    groups = [digits(group, language) for group in re.findall(r"\d+", number)]
    plus = ("plus " if language == "en" else "más ") if number.startswith("+") else ""
    return plus + ", ".join(groups)


def _endless(figures: str, language: Language) -> str:
    if len(figures) <= _MOST_SPELLED:
        return digits(figures, language)
    return _MANY_FIGURES[language].format(count=len(figures))


def _is_thousands(numbers: list[str]) -> bool:
    return len(numbers[0]) <= 3 and all(len(number) == 3 for number in numbers[1:])


def _version_word(word: str, language: Language) -> str:
    return ("version" if language == "en" else "versión") if word in ("v", "V") else word
