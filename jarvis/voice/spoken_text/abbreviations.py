"""Abbreviations as they are said: "Dr. Smith" is "Doctor Smith", "p. ej." is "por ejemplo". Pure."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

_NAME = r"(?= [A-ZÁÉÍÓÚÑ])"
_NUMBER = r"(?= ?\d)"

_RULES: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        (rf"\bDr\.{_NAME}", "Doctor"),
        (rf"\bMr\.{_NAME}", "Mister"),
        (rf"\bMrs\.{_NAME}", "Missis"),
        (rf"\bMs\.{_NAME}", "Miz"),
        (rf"\bProf\.{_NAME}", "Professor"),
        (rf"\bRev\.{_NAME}", "Reverend"),
        (rf"\bGen\.{_NAME}", "General"),
        (rf"\bSt\.{_NAME}", "Saint"),
        (r"(?<=[a-z] )St\.(?=$|[,;.)]| [a-z])", "Street"),
        (r"(?<=[a-z] )Ave\.(?=$|[,;.)]| [a-z])", "Avenue"),
        (r"(?<=[a-z] )Rd\.(?=$|[,;.)]| [a-z])", "Road"),
        (rf"\bMt\.{_NAME}", "Mount"),
        (r"(?<=[a-z] )Jr\.", "Junior"),
        (r"(?<=[a-z] )Sr\.", "Senior"),
        (r"\bvs\.?(?!\w)", "versus"),
        (r"\b[Ee]\.\s?g\.,?", "for example,"),
        (r"\b[Ii]\.\s?e\.,?", "that is,"),
        (r"\betc\.?(?=\W*$)", "et cetera."),
        (r"\betc\.?(?!\w)", "et cetera"),
        (r"\bet al\.", "and others"),
        (r"\bapprox\.", "approximately"),
        (rf"\b[Nn]o\.{_NUMBER}", "number"),
        (rf"\bNos\.{_NUMBER}", "numbers"),
        (rf"\b[Ff]ig\.{_NUMBER}", "figure"),
        (rf"\b[Cc]h\.{_NUMBER}", "chapter"),
        (rf"\b[Vv]ol\.{_NUMBER}", "volume"),
        (rf"\bpp\.{_NUMBER}", "pages"),
        (rf"\bp\.{_NUMBER}", "page"),
        (r"\b[Dd]ept\.", "department"),
        (r"\b[Gg]ovt\.", "government"),
        (r"\bInc\.", "Incorporated"),
        (r"\bLtd\.", "Limited"),
        (r"\bCorp\.", "Corporation"),
        (r"\ba\.k\.a\.", "also known as"),
        (r"\bw/o\b", "without"),
        (r"\bU\.\s?S\.\s?A\.", "USA"),
        (r"\bU\.\s?S\.", "US"),
        (r"\bU\.\s?K\.", "UK"),
        (r"\bE\.\s?U\.", "EU"),
        (r"\bPh\.?D\.?(?!\w)", "P H D"),
        (r"\bB\.C\.", "B C"),
        (r"\bA\.D\.", "A D"),
        (r"\band/or\b", "and or"),
        (r"\bC\+\+", "C plus plus"),
        (r"\b([CF])#", r"\1 sharp"),
    ),
    "es": (
        (r"\bSres\.", "señores"),
        (r"\bSras\.", "señoras"),
        (r"\bSr\.", "señor"),
        (r"\bSra\.", "señora"),
        (r"\bSrta\.", "señorita"),
        (r"\bDra\.", "doctora"),
        (r"\bDr\.", "doctor"),
        (r"\bProf\.", "profesor"),
        (r"\bProfa\.", "profesora"),
        (rf"\bD\.{_NAME}", "don"),
        (rf"\bD\.?ª{_NAME}", "doña"),
        (rf"\bDña\.{_NAME}", "doña"),
        (rf"\b(?:Sto|Sta)\.{_NAME}", "santa"),
        (r"\bUds?\.", "ustedes"),
        (r"\bVds?\.", "ustedes"),
        (r"\b[Pp]\.\s?ej\.,?|\b[Pp]\.\s?e\.,", "por ejemplo,"),
        (r"\betc\.?(?=\W*$)", "etcétera."),
        (r"\betc\.?(?!\w)", "etcétera"),
        (r"\bEE\.?\s?UU\.?(?!\w)", "Estados Unidos"),
        (r"\bJJ\.?\s?OO\.?(?!\w)", "Juegos Olímpicos"),
        (r"\bCC\.?\s?OO\.?(?!\w)", "Comisiones Obreras"),
        (r"\bRR\.?\s?HH\.?(?!\w)", "recursos humanos"),
        (rf"\b[Nn]úms?\.{_NUMBER}", "número"),
        (rf"\b[Nn]ros?\.{_NUMBER}", "número"),
        (r"\bpágs?\.", "página"),
        (rf"\bpp\.{_NUMBER}", "páginas"),
        (rf"\bp\.{_NUMBER}", "página"),
        (r"\b[Nn]\.?os(?= ?\d)", "números"),
        (r"\bs\.(?= [IVX]{1,5}\b)", "siglo"),
        (rf"\b[Cc]ap\.{_NUMBER}", "capítulo"),
        (rf"\b[Aa]rt\.{_NUMBER}", "artículo"),
        (rf"\b[Ff]ig\.{_NUMBER}", "figura"),
        (rf"\b[Vv]ol\.{_NUMBER}", "volumen"),
        (r"\b[Tt]el\.|\b[Tt]fno\.|\b[Tt]lf\.", "teléfono"),
        (rf"\b[Aa]vda\.{_NAME}|\b[Aa]v\.{_NAME}", "avenida"),
        (rf"\b[Cc]/{_NAME.replace('= ', '= ?')}", "calle "),
        (rf"\b[Pp]za\.{_NAME}|\b[Pp]l\.{_NAME}", "plaza"),
        (rf"\b[Cc]tra\.{_NAME.replace('A-Z', 'A-Za-z')}", "carretera"),
        (r"\b[Aa]prox\.", "aproximadamente"),
        (r"\b[Cc]ía\.", "compañía"),
        (r"\b[Dd]pto\.", "departamento"),
        (r"\b[Aa]dmón\.", "administración"),
        (r"\b[Mm]áx\.", "máximo"),
        (r"\b[Mm]ín\.", "mínimo"),
        (r"\b[Ii]zq\.", "izquierda"),
        (r"\b[Dd]cha\.", "derecha"),
        (r"\bS\.\s?A\.", "sociedad anónima"),
        (r"\bS\.\s?L\.", "sociedad limitada"),
        (r"\b[aA]\.\s?(?:de\s)?C\.", "antes de Cristo"),
        (r"\b[dD]\.\s?(?:de\s)?C\.", "después de Cristo"),
        (r"\bvs\.?(?!\w)", "contra"),
        (r"\by/o\b", "y o"),
        (r"\bC\+\+", "C más más"),
        (r"\b([CF])#", r"\1 sharp"),
    ),
}  # fmt: skip
_COMPILED = {
    language: tuple((re.compile(pattern), said) for pattern, said in rules) for language, rules in _RULES.items()
}
_USTED = re.compile(r"\b[UV]d\.")
_SANTO = re.compile(rf"\bSto\.{_NAME}")
_PAGES = re.compile(r"\bpágs\.")
_NUMBERS = re.compile(rf"\b[Nn](?:úm|ro)s\.{_NUMBER}")


def say_abbreviations(text: str, language: Language) -> str:
    """Return `text` with its abbreviations as whole words."""
    if language == "es":
        # The forms for one, before the rules that take both for many.
        text = _PAGES.sub("páginas", _NUMBERS.sub("números", _SANTO.sub("santo", _USTED.sub("usted", text))))
    for pattern, said in _COMPILED[language]:
        text = pattern.sub(said, text)
    return text
