"""Roman numerals as they are said: "Louis XIV" is "Louis the fourteenth", "siglo XXI" "siglo veintiuno". Pure."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language
from jarvis.voice.spoken_text.numerals import Gender, cardinal, ordinal

_ROMAN = r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_KINGS = (
    "Henry|Louis|Charles|James|William|Edward|George|Richard|Philip|Ferdinand|Frederick|Francis|Napoleon|Ivan|Peter|Nicholas|Alexander"
    "|Elizabeth|Mary|Catherine|Isabella|Pope|John|Paul|Pius|Benedict|Leo|Gregory|Innocent|Otto|Ramses|Ramesses|Cleopatra|Darius|Xerxes"
)
_REYES = (
    "Felipe|Carlos|Juan|Alfonso|Fernando|Luis|Enrique|Jaime|Pedro|Sancho|Jorge|Eduardo|Ricardo|Guillermo|Napoleón|Iván|Nicolás|Alejandro"
    "|Amadeo|Pío|Benedicto|Pablo|León|Gregorio|Inocencio|Ramsés|Otón|Francisco|Federico|Ramiro|García|Juan Pablo|Juan"
    " Carlos"
)
_REINAS = "Isabel|María|Catalina|Cleopatra|Margarita|Cristina"
_COUNTED: dict[Language, str] = {
    "en": "War|Chapter|Part|Volume|Book|Act|Phase|Type|Class|Section|Article|Bowl|Level|Mark|Title"
    "|Appendix|Figure|Table|Grade|Stage|Tier",
    "es": "Guerra Mundial|[Cc]apítulo|[Pp]arte|[Tt]omo|[Vv]olumen|[Ll]ibro|[Aa]cto|[Ff]ase|[Tt]ipo|[Cc]lase"
    "|[Ss]ección|[Aa]rtículo"
    "|[Tt]ítulo|[Aa]nexo|[Nn]ivel|[Cc]ongreso|[Ll]egislatura|[Ee]dición",
}
_ENDS = r"(?=$|[.,;:!?)\]»”\"']|\s+(?:of|was|is|and|had|in|ruled|de|fue|y|en|reinó|era|murió|died|became)\b)"
_REGNAL: dict[Language, re.Pattern[str]] = {
    "en": re.compile(rf"\b({_KINGS}) ({_ROMAN})(?!\w)(?:(?<=\w\w)|{_ENDS})"),
    "es": re.compile(rf"\b({_REYES}|{_REINAS}) ({_ROMAN})(?!\w)(?:(?<=\w\w)|{_ENDS})"),
}
_CENTURY: dict[Language, re.Pattern[str]] = {
    "en": re.compile(rf"\b({_ROMAN})(?:th)? ([Cc]entur(?:y|ies))\b"),
    "es": re.compile(rf"\b([Ss]iglos? )({_ROMAN})(?:( y | al? |-|–)({_ROMAN}))?(?!\w)"),
}
_CUED: dict[Language, re.Pattern[str]] = {
    language: re.compile(rf"\b({words}) ({_ROMAN})(?!\w)") for language, words in _COUNTED.items()
}
# After any other name only I, V and X count, and two at least: "Rocky III", but neither "CD" nor "I".
_NAMED = re.compile(r"\b([A-ZÁÉÍÓÚÑ][\w’']+) ((?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3}))(?!\w)")


def say_roman(text: str, language: Language) -> str:
    """Return `text` with its Roman numerals in words, where what stands before them shows that they are some."""
    if language == "en":
        text = _CENTURY["en"].sub(lambda match: f"{ordinal(_value(match[1]), 'en')} {match[2]}", text)
        text = _REGNAL["en"].sub(lambda match: f"{match[1]} the {ordinal(_value(match[2]), 'en')}", text)
    else:
        text = _CENTURY["es"].sub(_century, text)
        text = _REGNAL["es"].sub(_spanish_regnal, text)
    text = _CUED[language].sub(lambda match: f"{match[1]} {cardinal(_value(match[2]), language)}", text)
    return _NAMED.sub(lambda match: f"{match[1]} {cardinal(_value(match[2]), language)}", text)


def _century(match: re.Match[str]) -> str:
    said = f"{match[1]}{_ranked(_value(match[2]))}"
    if match[4]:
        joint = match[3] if match[3].strip().isalpha() else " a "
        said += f"{joint}{_ranked(_value(match[4]))}"
    return said


def _ranked(number: int) -> str:
    return "primero" if number == 1 else cardinal(number, "es")


def _spanish_regnal(match: re.Match[str]) -> str:
    number = _value(match[2])
    gender: Gender = "feminine" if re.fullmatch(_REINAS, match[1]) else "masculine"
    return f"{match[1]} {ordinal(number, 'es', gender) if number <= 10 else cardinal(number, 'es')}"


def _value(roman: str) -> int:
    total = 0
    for sign, following in zip(roman, f"{roman[1:]} ", strict=True):
        value = _VALUES[sign]
        total += -value if following != " " and _VALUES[following] > value else value
    return total
