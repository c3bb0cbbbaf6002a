"""Signs as they are said: maths, arrows, bullets, brackets, what joins words. Pure."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

_SIGNS: dict[Language, dict[str, str]] = {
    "en": {
        "≥": "is at least", "≤": "is at most", "≠": "is not equal to", "≈": "is about", "±": "plus or minus",
        "×": "times", "÷": "divided by", "√": "square root of", "∞": "infinity", "π": "pi", "∑": "the sum of",
        "∫": "the integral of", "∂": "partial", "∆": "delta", "∈": "in", "∉": "not in", "∪": "union",
        "∩": "intersection", "∅": "the empty set", "∀": "for all", "∃": "there is", "¬": "not", "→": "to", "⇒": "so",
        "⟶": "to", "➜": "to", "➔": "to", "➝": "to", "⇨": "to", "←": "from", "⇐": "from", "↔": "to and from",
        "⇔": "if and only if", "↑": "up", "↓": "down", "&": "and", "§": "section", "©": "copyright", "µ": "micro",
        "∝": "is proportional to", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "delta", "ε": "epsilon",
        "θ": "theta", "λ": "lambda", "μ": "mu", "σ": "sigma", "Σ": "sigma", "φ": "phi", "ω": "omega", "Ω": "omega",
        "ρ": "rho", "τ": "tau", "°": "degrees",
    },
    "es": {
        "≥": "es al menos", "≤": "es como mucho", "≠": "es distinto de", "≈": "es aproximadamente", "±": "más o menos",
        "×": "por", "÷": "entre", "√": "raíz de", "∞": "infinito", "π": "pi", "∑": "la suma de", "∫": "la integral de",
        "∂": "parcial", "∆": "delta", "∈": "en", "∉": "no en", "∪": "unión", "∩": "intersección",
        "∅": "el conjunto vacío", "∀": "para todo", "∃": "existe", "¬": "no", "→": "a", "⇒": "luego", "⟶": "a",
        "➜": "a", "➔": "a", "➝": "a", "⇨": "a", "←": "desde", "⇐": "desde", "↔": "a y desde", "⇔": "si y solo si",
        "↑": "arriba", "↓": "abajo", "&": "y", "§": "sección", "©": "copyright", "µ": "micro",
        "∝": "es proporcional a", "α": "alfa", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "delta", "ε": "épsilon",
        "θ": "zeta", "λ": "lambda", "μ": "mu", "σ": "sigma", "Σ": "sigma", "φ": "fi", "ω": "omega", "Ω": "omega",
        "ρ": "ro", "τ": "tau", "°": "grados",
    },
}  # fmt: skip
_SIGN = {language: re.compile(f"[{''.join(map(re.escape, signs))}]") for language, signs in _SIGNS.items()}
_OPERAND = r"(?:(?<=[\w)\]²³])|(?<=[\w)\]²³] ))"
_NEXT = r"(?= ?[\w(\[√π])"
_RULES: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        (rf"{_OPERAND} ?(?:->|=>|-->) ?", "to"),
        (rf"{_OPERAND} ?== ?{_NEXT}", "equals"),
        (rf"{_OPERAND} ?!= ?{_NEXT}", "is not equal to"),
        (rf"{_OPERAND} ?>= ?{_NEXT}", "is at least"),
        (rf"{_OPERAND} ?<= ?{_NEXT}", "is at most"),
        (rf"{_OPERAND} ?= ?(?=[\w(\[√π\-−])", "equals"),
        (rf"{_OPERAND} > {_NEXT}", "is greater than"),
        (rf"{_OPERAND} < {_NEXT}", "is less than"),
        (rf"{_OPERAND} ?\+ ?{_NEXT}", "plus"),
        (rf"(?<=\d) ?\* ?(?=[\d(])|(?<=[\w)]) \* {_NEXT}", "times"),
        (r"(?<=\d) ?x ?(?=\d)|(?<=[\w)]) ?[·⋅∙] ?(?=[\w(])", "times"),
        (r"(?<=[\d)]) ?/ ?(?=[\d(])|(?<=\b[a-z]) ?/ ?(?=[a-z]\b)", "divided by"),
        (r"\^2(?!\d)|²", "squared"),
        (r"\^3(?!\d)|³", "cubed"),
        (r"\^(?=[\-(]?\w)", "to the power of"),
    ),
    "es": (
        (rf"{_OPERAND} ?(?:->|=>|-->) ?", "a"),
        (rf"{_OPERAND} ?== ?{_NEXT}", "es igual a"),
        (rf"{_OPERAND} ?!= ?{_NEXT}", "es distinto de"),
        (rf"{_OPERAND} ?>= ?{_NEXT}", "es al menos"),
        (rf"{_OPERAND} ?<= ?{_NEXT}", "es como mucho"),
        (rf"{_OPERAND} ?= ?(?=[\w(\[√π\-−])", "es igual a"),
        (rf"{_OPERAND} > {_NEXT}", "es mayor que"),
        (rf"{_OPERAND} < {_NEXT}", "es menor que"),
        (rf"{_OPERAND} ?\+ ?{_NEXT}", "más"),
        (rf"(?<=\d) ?\* ?(?=[\d(])|(?<=[\w)]) \* {_NEXT}", "por"),
        (r"(?<=\d) ?x ?(?=\d)|(?<=[\w)]) ?[·⋅∙] ?(?=[\w(])", "por"),
        (r"(?<=[\d)]) ?/ ?(?=[\d(])|(?<=\b[a-z]) ?/ ?(?=[a-z]\b)", "entre"),
        (r"\^2(?!\d)|²", "al cuadrado"),
        (r"\^3(?!\d)|³", "al cubo"),
        (r"\^(?=[\-(]?\w)", "elevado a"),
    ),
}
_OPERATORS = {
    language: tuple((re.compile(pattern), f" {said} ") for pattern, said in rules) for language, rules in _RULES.items()
}
_MINUS = re.compile(
    r"(?:(?<![\w.,])(?P<number>\d[\d.,]{0,20}|[a-zA-Z])|(?P<end>[)²³]))(?: [-−] |−)(?=[\d(√π]|[a-zA-Z](?!\w))"
)
_MINUS_SAID: dict[Language, str] = {"en": "minus", "es": "menos"}
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹⁴⁵⁶⁷⁸⁹", "012345678901456789")
_ISOLATED = re.compile(r"(?<!\S)[^\w\s¿¡]{1,3}(?=\s|$)")
_JOINERS = re.compile(r"(?<=\w)_+(?=\w)|(?<!\w)_+|_+(?!\w)|[\\|~^*#`<>{}\[\]=@]+")
_DASHES = re.compile(r"\s+(?:—|–|--+|-)\s+|—|(?<=\w)–(?=\w)|--+")
_AT: dict[Language, str] = {"en": " at ", "es": " arroba "}
_OR: dict[Language, str] = {"en": " or ", "es": " o "}
_PERCENT: dict[Language, str] = {"en": " percent", "es": " por ciento"}


def say_maths(text: str, language: Language) -> str:
    """Return `text` with operators between what they join, and signs of maths, in words."""
    text = text.translate(_SUBSCRIPTS)
    text = _MINUS.sub(lambda m: f"{m['number'] or m['end']} {_MINUS_SAID[language]} ", text)
    for pattern, said in _OPERATORS[language]:
        text = pattern.sub(said, text)
    return _SIGN[language].sub(lambda match: f" {_SIGNS[language][match[0]]} ", text)


def say_signs(text: str, language: Language) -> str:
    """Return `text` with what is left of signs taken out or turned into pauses, and joined words parted."""
    text = re.sub(r"(?<=\w)@(?=\w)", _AT[language], text)
    text = re.sub(r"(?<=[\w)])\s*%", _PERCENT[language], text)
    text = _DASHES.sub(", ", text)
    text = re.sub(r"(?<=[a-zñáéíóú]{2})/(?=[a-zñáéíóú]{2})", _OR[language], text)
    text = re.sub(r"(?<!\d)/|/(?!\d)", " ", _JOINERS.sub(" ", text))
    text = _ISOLATED.sub(lambda match: match[0] if match[0].strip(".,;:!?…)»”\"'") == "" else " ", text)
    text = re.sub(r"\$(?=\s|$|\W)|(?<!\w)\$", " ", text)
    return tidied(text)


def tidied(text: str) -> str:
    """Return `text` with single spaces, none before a comma or full stop, and no doubled commas."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"([(¿¡«“]) | ([)»”])", lambda match: match[1] or match[2], text)
    text = re.sub(r" ([,.;:!?…])", r"\1", text)
    text = re.sub(r"([,;:])(?:\s?[,;:])+", r"\1", text)
    text = re.sub(r"\(\s*\)|\"\s*\"", "", text)
    return re.sub(r"^[,;.:\s]+", "", text).strip()
