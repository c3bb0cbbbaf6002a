"""The shape of a text: lengths, numbers, signs, code, choices, lists. Independent of its language; knows no words.

Looks at the window that it is given, once per pattern: the work is in proportion to the window.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from math import log1p

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_OPERATOR = re.compile(r"[=+*^×÷<>≤≥≠·√∫∑∏∂∞≈±∀∃∈⊂→↔¬∧∨]|/(?= ?[\w(])|-(?= ?\d)")
_LATEX = re.compile(
    r"\\(?:frac|int|sum|sqrt|left|right|begin|alpha|beta|theta|lim|cdot|le|ge|in|math\w+)\b|\$[^$\n]{0,100}[\\^_=][^$\n]{0,100}\$"
)
_MONEY = re.compile(r"[$€£]\s?\d|\d\s?[€£]")
_CODE = re.compile(
    r"\b\w+\([^()\n]{0,80}\)[;:]?|[{};][ \t]?$|[a-z]_[a-z]|=>|->|::|==|!=|&&|\|\||</?\w+>|"
    r"^[ \t]*(?:def|class|import|from|return|for|if|while|SELECT|INSERT|UPDATE|public|const|let|var|fn|#include)\b",
    re.MULTILINE,
)
_CODE_SIGNS = ("{", "}", ";", "_", "=", "<", ">", "()", "):", "::", "import ", "SELECT ", "[i")
_TRACES = (
    "Traceback",
    "Error:",
    "Exception",
    "error:",
    "ERROR",
    "Segmentation fault",
    "exit code",
    "line 1",
    "    at ",
)
_CHOICE = re.compile(r"(?:^|\n)[ \t]{0,8}\(?([A-E])[).:][ \t]+([^\n]{0,400})")
_INLINE_CHOICE = re.compile(r"(?<!\w)\(?([a-eA-E])\)[ \t]+\S")
_ROMAN = re.compile(r"(?:^|\s)(?:I{1,3}|IV|V)[.)]\s")
_BLANKS = ("__", "....")
_LIST_ITEM = re.compile(r"(?:^|\n)[ \t]{0,8}(?:[-*•]|\d{1,2}[.)])\s+")
_SENTENCE_END = re.compile(r"[.!?…]+(?:\s|$)|\n")
_NAME = re.compile(r"(?<=[a-záéíóúñ,;] )[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+")
_SHOUTED = re.compile(r"\b[A-ZÁÉÍÓÚÑ]{3,}\b")
_STATEMENTS = ("Statement 1", "Scenario 1", "Afirmación 1")
_LINK = re.compile(r"https?://|www\.")
_QUOTED = re.compile(r"\"[^\"]{2,}\"|“[^”]{2,}”|«[^»]{2,}»|```")
_LONG_WORD = 9
_MOST = 12.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Counts as log(1 + n), shares 0..1. The `stem` is what comes before lettered choices, the whole text without."""

    length: float
    words: float
    stem_words: float
    sentences: float
    sentence_words: float
    lines: float
    truncated: float
    numbers: float
    distinct_numbers: float
    largest_number: float
    decimals: float
    percents: float
    amounts: float
    operators: float
    latex: float
    fences: float
    code_marks: float
    trace: float
    choices: float
    choice_length: float
    choice_numbers: float
    roman_items: float
    blanks: float
    statements: float
    list_items: float
    question_marks: float
    ends_in_question: float
    exclamations: float
    quotes: float
    names: float
    shouted: float
    letters: float
    symbols: float
    long_words: float
    word_length: float
    links: float


SHAPE_NAMES: tuple[str, ...] = tuple(entry.name for entry in fields(Shape))


def shape_of(window: str, words: list[str], characters: int, lines: int) -> Shape:
    """Measure `window`, whose folded words are `words`; the whole text has `characters` and `lines`."""
    numbers = _NUMBER.findall(window)
    choices = _CHOICE.findall(window)
    stem = window[: _first_choice(window)] if len(choices) > 1 else window
    sentences = sum(1 for part in _SENTENCE_END.split(stem) if part.strip()) or 1
    inline = len(_INLINE_CHOICE.findall(window)) if ")" in window else 0
    many = max(len(words), 1)
    scale = max(len(window), 1)
    letters = sum(map(len, words))
    return Shape(
        length=log1p(characters),
        words=log1p(len(words)),
        stem_words=log1p(len(stem.split())) if choices else log1p(len(words)),
        sentences=log1p(sentences),
        sentence_words=log1p(len(words) / sentences),
        lines=log1p(lines),
        truncated=float(characters > len(window)),
        numbers=log1p(len(numbers)),
        distinct_numbers=log1p(len(set(numbers))),
        largest_number=_largest(numbers),
        decimals=log1p(sum("." in number or "," in number for number in numbers)),
        percents=log1p(window.count("%")),
        amounts=log1p(len(_MONEY.findall(window))) if any(sign in window for sign in "$€£") else 0.0,
        operators=log1p(len(_OPERATOR.findall(window))),
        latex=log1p(len(_LATEX.findall(window))),
        fences=log1p(window.count("```")),
        code_marks=log1p(len(_CODE.findall(window))) if any(sign in window for sign in _CODE_SIGNS) else 0.0,
        trace=log1p(sum(window.count(sign) for sign in _TRACES)),
        choices=log1p(max(len(choices), inline)),
        choice_length=log1p(sum(len(said) for _, said in choices) / len(choices)) if choices else 0.0,
        choice_numbers=sum(any(map(str.isdigit, said)) for _, said in choices) / len(choices) if choices else 0.0,
        roman_items=log1p(len(_ROMAN.findall(window))) if "II" in window else 0.0,
        blanks=log1p(sum(window.count(sign) for sign in _BLANKS)),
        statements=float(any(sign in window for sign in _STATEMENTS)),
        list_items=log1p(len(_LIST_ITEM.findall(window))),
        question_marks=log1p(window.count("?")),
        ends_in_question=float(stem.rstrip().endswith("?")),
        exclamations=log1p(window.count("!")),
        quotes=log1p(len(_QUOTED.findall(window))),
        names=log1p(len(_NAME.findall(stem))),
        shouted=log1p(len(_SHOUTED.findall(stem))),
        letters=letters / scale,
        symbols=max(0.0, 1.0 - (letters + window.count(" ") + window.count("\n")) / scale),
        long_words=sum(len(word) >= _LONG_WORD for word in words) / many,
        word_length=letters / many / _MOST if words else 0.0,
        links=log1p(len(_LINK.findall(window))),
    )


def _first_choice(window: str) -> int:
    found = _CHOICE.search(window)
    return found.start() if found else len(window)


def _largest(numbers: list[str]) -> float:
    """Digits of the longest number, a stand-in for its size that no number can make slow."""
    return min(max((len(number.replace(",", "").partition(".")[0]) for number in numbers), default=0), _MOST)
