"""Markup inside a line of an answer taken away: emphasis, links, code, tags, footnotes, small formulas. Pure.

Knows one line at a time; whole blocks, such as code and tables, are told apart by `blocks`.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

_CODE: dict[Language, str] = {"en": "some code", "es": "un código"}
_FORMULA: dict[Language, str] = {"en": "a formula", "es": "una fórmula"}
_IMAGE: dict[Language, str] = {"en": "an image", "es": "una imagen"}

_STARTS = re.compile(r"^\s*(?:(?:#{1,6}\s+|>\s?|[-*+•‣◦▪–]\s+(?:\[[ xX]\]\s+)?))+")
_HEADING = re.compile(r"^\s*(?:>\s?)*#{1,6}\s")
_ITEM = re.compile(r"^\s*(?:>\s?)*(?:[-*+•‣◦▪–]|(\d{1,3})[.)])\s+\S")
_NUMBERED = re.compile(r"^\s*(\d{1,3})[.)]\s+(?=\S)")
_RULE = re.compile(r"[\s|:\-=_*~+#>]*")
_IMAGES = re.compile(r"!\[([^\]\n]{0,200})\]\([^()\s]{0,2000}(?:\s+\"[^\"]{0,200}\")?\)")
_LINKS = re.compile(
    r"\[([^\[\]\n]{0,300})\]\(([^()\s]{0,2000}(?:\([^()\s]{0,200}\))?[^()\s]{0,2000})(?:\s+\"[^\"]{0,200}\")?\)"
)
_REFERENCES = re.compile(r"\[([^\[\]\n]{1,200})\]\[[^\[\]\n]{0,100}\]")
_FOOTNOTES = re.compile(
    r"\[\^[^\]\s]{1,40}\]|(?<=[\w.,;:!?)\"”»])\s?\[\d{1,3}(?:[,\-–] ?\d{1,3}){0,5}\]|【[^】]{0,60}】"
)
_ANGLED = re.compile(r"<((?:https?://|mailto:)?[^<>\s]{1,500}[@.][^<>\s]{1,500})>")
_TAGS = re.compile(r"</?[a-zA-Z][a-zA-Z0-9\-]{0,20}(?:\s[^<>\n]{0,300})?/?>")
_INLINE_CODE = re.compile(r"(`{1,3})(?!`)([^`\n]{1,400})\1(?!`)")
_READABLE_CODE = 32
_DOLLARS = re.compile(r"(?<![\\$\w])\$(?![\s$])([^$\n]{1,200}?)(?<![\s\\$])\$(?![\d$])|\\\(([^\n]{1,200}?)\\\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]{1,400}?)(?<=[^\s*])\1(?!\*)")
_STRUCK = re.compile(r"~~(?=\S)([^~\n]{1,300}?)~~")
_UNDERLINED = re.compile(r"(?<!\w)(_{1,3})(?=[^\s_])([^_\n]{1,400}?)(?<=[^\s_])\1(?!\w)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~$])")
_ENTITIES = {"&nbsp;": " ", "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&apos;": "'"}
_LATEX_WORDS = {
    "times": "×", "cdot": "×", "div": "÷", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠",
    "ne": "≠", "approx": "≈", "infty": "∞", "pi": "π", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ",
    "theta": "θ", "lambda": "λ", "mu": "μ", "sigma": "σ", "omega": "ω", "phi": "φ", "rho": "ρ", "tau": "τ",
    "epsilon": "ε", "Delta": "Δ", "Sigma": "Σ", "Omega": "Ω", "to": "→", "rightarrow": "→", "Rightarrow": "⇒",
    "in": "∈", "sum": "∑", "int": "∫", "circ": "°", "quad": " ", "left": "", "right": "", "ldots": "…", "dots": "…",
}  # fmt: skip


def is_heading(line: str) -> bool:
    """True for a heading line."""
    return _HEADING.match(line) is not None


def is_item(line: str) -> bool:
    """True for a line of a list."""
    return _ITEM.match(line) is not None


def plain(line: str, language: Language) -> str:
    """Return one line or part of a line of markdown as bare text; "" when it is only a rule."""
    line = _STARTS.sub("", line)
    if _RULE.fullmatch(line):
        return ""
    line = _NUMBERED.sub(r"\1: ", line)
    kept: list[str] = []

    def keep(text: str) -> str:
        # What code and formulas hold must not be taken for markup.
        kept.append(text)
        return f"\x00{len(kept) - 1}\x00"

    line = line.replace("\x00", " ")
    line = _INLINE_CODE.sub(lambda match: keep(_code(match[2], language)), line)
    line = _DOLLARS.sub(lambda match: keep(_formula(match[1] or match[2], language)), line)
    line = _IMAGES.sub(lambda match: match[1] or _IMAGE[language], line)
    line = _LINKS.sub(lambda match: match[1] or match[2], line)
    line = _FOOTNOTES.sub("", _REFERENCES.sub(r"\1", line))
    line = _TAGS.sub(" ", _ANGLED.sub(r"\1", line))
    for _ in range(2):  # bold inside italics and the other way round
        line = _UNDERLINED.sub(r"\2", _EMPHASIS.sub(r"\2", line))
    line = _STRUCK.sub(r"\1", line)
    line = _ESCAPED.sub(r"\1", line).replace("**", " ").replace("`", " ")
    for entity, sign in _ENTITIES.items():
        line = line.replace(entity, sign)
    if line.count("|") > 1:
        line = re.sub(r"\s*\|\s*", ", ", line.strip().strip("|"))
    return re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], line).strip()


def _code(code: str, language: Language) -> str:
    code = code.strip()
    signs = sum(not (sign.isalnum() or sign in " ._-/") for sign in code)
    if len(code) > _READABLE_CODE or signs > 6:
        return _CODE[language]
    # A command is read word by word: neither its brackets nor its dashes are said.
    return re.sub(r"\(\s*\)|(?<!\S)-{1,2}(?=\w)|[{}\[\];\"']", " ", code).strip()


def _formula(formula: str, language: Language) -> str:
    said = re.sub(r"\\[dt]?frac\s*\{([^{}]{1,60})\}\s*\{([^{}]{1,60})\}", r"\1 ÷ \2", formula)
    said = re.sub(r"\\sqrt\s*\{([^{}]{1,60})\}", r"√ \1", said)
    said = re.sub(r"\\(?:text|mathrm|mathbf|mathit|operatorname)\s*\{([^{}]{0,60})\}", r"\1", said)
    said = re.sub(r"\\([A-Za-z]+)", lambda match: _LATEX_WORDS.get(match[1], match[0]), said)
    said = re.sub(r"\\[,;:! ]", " ", re.sub(r"\^\{([^{}]{1,20})\}", r"^\1", re.sub(r"_\{?([^{}\s])\}?", r" \1", said)))
    if "\\" in said or "{" in said or len(said) > 60:
        return _FORMULA[language]
    return said
