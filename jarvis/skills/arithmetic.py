"""Arithmetic as people write or say it: "twelve times seven", "15% of 80", "raíz cuadrada de 144".

A small recursive parser over numbers and named operators; exact fractions until a root makes a float. Nothing is
ever evaluated as code.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from jarvis.contracts.errors import InputError, Language
from jarvis.skills.folding import key
from jarvis.skills.numerals import number_in

Number = Fraction | float

MAX_BITS = 4096
"""A power whose result would be longer than this many bits is refused."""

_PHRASES: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"(?:the )?square root of", " sqrt "),
        (r"(?:the )?(?:cube|cubic) root of", " cbrt "),
        (r"root of", " sqrt "),
        (r"(?:raised )?to the power(?: of)?|raised to", " ^ "),
        (r"to the (second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?: power)?", r" ^ \1 "),
        (r"to the (\d+)(?:st|nd|rd|th)(?: power)?", r" ^ \1 "),
        (r"squared", " ^ 2 "),
        (r"cubed", " ^ 3 "),
        (r"per ?cent off(?: of)?|% off(?: of)?", " off "),
        (r"per ?cent of|% of|percentage of", " of "),
        (r"per ?cent", " % "),
        (r"(?:a |one )?half of", " 1/2 * "),
        (r"(?:a |one )?third of", " 1/3 * "),
        (r"(?:a |one )?quarter of", " 1/4 * "),
        (r"(?:two )thirds of", " 2/3 * "),
        (r"three quarters of", " 3/4 * "),
        (r"(?:twice|double)", " 2 * "),
        (r"triple", " 3 * "),
        (r"multiplied by|times", " * "),
        (r"divided by|over", " / "),
        (r"plus|added to", " + "),
        (r"minus|take away|less|subtract", " - "),
        (r"modulo|mod", " mod "),
    ),
    "es": (
        (r"(?:la )?raiz cuadrada de", " sqrt "),
        (r"(?:la )?raiz cubica de", " cbrt "),
        (r"(?:la )?raiz de", " sqrt "),
        (r"elevado a la potencia(?: de)?|a la potencia(?: de)?|elevado a(?: la)?", " ^ "),
        (r"(?:elevado )?al cuadrado", " ^ 2 "),
        (r"(?:elevado )?al cubo", " ^ 3 "),
        (r"(?:el )?(?:por ciento|porciento) (?:de|del)|% (?:de|del)", " of "),
        (r"por ciento|porciento", " % "),
        (r"(?:la )?mitad de", " 1/2 * "),
        (r"(?:un |el )?tercio de", " 1/3 * "),
        (r"(?:un |la )?cuarta parte de|un cuarto de", " 1/4 * "),
        (r"tres cuartos de", " 3/4 * "),
        (r"(?:el )?doble de", " 2 * "),
        (r"(?:el )?triple de", " 3 * "),
        (r"dividido (?:por|entre)|dividido|entre|sobre", " / "),
        (r"multiplicado por|por|veces", " * "),
        (r"mas", " + "),
        (r"menos", " - "),
        (r"modulo", " mod "),
    ),
}
_POWER_WORDS = dict(
    zip("second third fourth fifth sixth seventh eighth ninth tenth".split(), range(2, 11), strict=True)
)
_COMMANDS: dict[Language, tuple[tuple[str, str, str], ...]] = {
    "en": (
        (r"(?:add|sum|the sum of|sum of)", r"(?:and|to|plus)", "({0}) + ({1})"),
        (r"subtract", "from", "({1}) - ({0})"),
        (r"(?:the )?(?:difference between|difference of)", "and", "({0}) - ({1})"),
        (r"(?:multiply|(?:the )?product of)", r"(?:by|and|times)", "({0}) * ({1})"),
        (r"divide", "by", "({0}) / ({1})"),
    ),
    "es": (
        (r"(?:suma|sumar|la suma de)", r"(?:y|mas|con)", "({0}) + ({1})"),
        (r"(?:resta|restar)", r"(?:de|a)", "({1}) - ({0})"),
        (r"(?:la )?(?:diferencia entre)", "y", "({0}) - ({1})"),
        (r"(?:multiplica|multiplicar|el producto de)", r"(?:por|y)", "({0}) * ({1})"),
        (r"(?:divide|dividir)", r"(?:entre|por)", "({0}) / ({1})"),
    ),
}
_SYMBOLS = str.maketrans({"×": "*", "·": "*", "÷": "/", ":": "/", "√": "\0", "²": "\1", "³": "\2"})
_WORD_END = r"(?=\s*(?:[-+*/^()%]|\b(?:sqrt|cbrt|mod|off|of)\b|$))"
_TOKEN = re.compile(rf"\s*(\d[\d.,]*|sqrt|cbrt|mod|off|of|[-+*/^()%]|[a-z]+(?: [a-z]+)*?{_WORD_END})")
_OPERATORS = {"+", "-", "*", "/", "^", "%", "of", "off", "mod", "sqrt", "cbrt"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """A parsed calculation: numbers and operators in order, brackets kept."""

    tokens: tuple[Fraction | str, ...]


def parse_sum(text: str, language: Language) -> Sum | None:
    """Return the calculation that `text` wholly is, or None; a lone number is none."""
    words = key(re.sub(r"[=?¿]", " ", text))
    for command, joint, shape in _COMMANDS[language]:
        if found := re.match(rf"^{command} (.+)$", words):
            return _command(found[1], joint, shape, language)
    tokens = _tokens(_symbols(words, language), language)
    if tokens is None or not any(token in _OPERATORS for token in tokens if isinstance(token, str)):
        return None
    try:
        _Parser(tokens, dry=True).whole()
    except _SyntaxTrouble:
        return None
    return Sum(tokens=tuple(tokens))


def compute(calculation: Sum) -> Number:
    """Return its value; raises `InputError` for a division by zero, a negative root or a result too large."""
    return _Parser(list(calculation.tokens), dry=False).whole()


class _SyntaxTrouble(Exception):
    """The tokens are no calculation."""


class _Parser:
    """Recursive descent; `dry` checks the shape only, so that what cannot be computed is still understood."""

    def __init__(self, tokens: list[Fraction | str], *, dry: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._dry = dry

    def whole(self) -> Number:
        value, _ = self._sum()
        if self._at != len(self._tokens):
            raise _SyntaxTrouble
        return value

    def _peek(self) -> Fraction | str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, *wanted: str) -> str | None:
        token = self._peek()
        if isinstance(token, str) and token in wanted:
            self._at += 1
            return token
        return None

    def _sum(self) -> tuple[Number, bool]:
        value, percent = self._product()
        while operator := self._take("+", "-"):
            right, relative = self._product()
            right = value * right if relative and not percent else right
            value = value + right if operator == "+" else value - right
            percent = percent and relative
        return value, percent

    def _product(self) -> tuple[Number, bool]:
        value, percent = self._signed()
        while operator := self._take("*", "/", "mod", "of", "off"):
            right, _ = self._signed()
            value, percent = self._combined(operator, value, right, percent), False
        return value, percent

    def _combined(self, operator: str, left: Number, right: Number, percent: bool) -> Number:
        if operator == "*":
            return left * right
        if operator in {"of", "off"}:
            share = left if percent else left / 100
            return right * share if operator == "of" else right * (1 - share)
        if right == 0:
            if self._dry:
                return left
            raise InputError(
                "arithmetic.division_by_zero",
                en="Nothing can be divided by zero.",
                es="No se puede dividir entre cero.",
            )
        return left / right if operator == "/" else left % right

    def _signed(self) -> tuple[Number, bool]:
        if self._take("-"):
            value, percent = self._signed()
            return -value, percent
        if self._take("+"):
            return self._signed()
        return self._powered()

    def _powered(self) -> tuple[Number, bool]:
        value = self._atom()
        while self._take("^"):
            exponent, _ = self._signed()
            value = value if self._dry else _power(value, exponent)
        if self._take("%"):
            return value / 100, True
        return value, False

    def _atom(self) -> Number:
        token = self._peek()
        if isinstance(token, Fraction):
            self._at += 1
            return token
        if self._take("("):
            value, _ = self._sum()
            if not self._take(")"):
                raise _SyntaxTrouble
            return value
        root = self._take("sqrt", "cbrt")
        if root is None:
            raise _SyntaxTrouble
        value, _ = self._signed()
        return value if self._dry else _root(value, 2 if root == "sqrt" else 3)


def _command(rest: str, joint: str, shape: str, language: Language) -> Sum | None:
    for found in re.finditer(rf"\s{joint}\s", rest):
        left, right = rest[: found.start()], rest[found.end() :]
        parts = [_tokens(_symbols(part, language), language) for part in (left, right)]
        if all(parts) and (made := _tokens(shape.format(*(_spelled(part) for part in parts if part)), language)):
            return Sum(tokens=tuple(made))
    return None


def _spelled(tokens: list[Fraction | str]) -> str:
    return " ".join(
        f"({token.numerator}/{token.denominator})" if isinstance(token, Fraction) else token for token in tokens
    )


def _symbols(words: str, language: Language) -> str:
    words = words.translate(_SYMBOLS).replace("\0", " sqrt ").replace("\1", " ^2 ").replace("\2", " ^3 ")
    words = re.sub(r"(?<=\d)\s*x\s*(?=\d)", " * ", words).replace("**", "^")
    words = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", words)
    words = re.sub(r"^(?:el|la|un|una|the|a) (?=\d|[a-z ]*\b(?:por ?ciento|per ?cent)\b)", "", words)
    if language == "es":
        words = re.sub(r"\bdel\b", "de", words)
    for phrase, symbol in _PHRASES[language]:
        words = re.sub(rf"(?<![a-z])(?:{phrase})(?![a-z])", symbol, words)
    return re.sub(
        r"\^\s+([a-z]+)", lambda found: f"^ {_POWER_WORDS.get(found[1], found[1])}", re.sub(r"\s+", " ", words)
    ).strip()


def _tokens(words: str, language: Language) -> list[Fraction | str] | None:
    tokens: list[Fraction | str] = []
    at = 0
    words = words.strip()
    while at < len(words):
        found = _TOKEN.match(words, at)
        if found is None:
            return None
        at = found.end()
        word = found[1]
        if word in _OPERATORS or word in {"(", ")"}:
            tokens.append(word)
            continue
        value = number_in(word.rstrip(".,"), language)
        if value is None:
            return None
        tokens.append(Fraction(str(value)))
    return tokens or None


def _power(base: Number, exponent: Number) -> Number:
    size = abs(float(exponent)) * abs(math.log2(abs(float(base)))) if base else 0.0
    if size > MAX_BITS or (base == 0 and exponent < 0):
        raise (
            _too_large()
            if base
            else InputError(
                "arithmetic.division_by_zero",
                en="Nothing can be divided by zero.",
                es="No se puede dividir entre cero.",
            )
        )
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        power: Fraction = base ** int(exponent)
        return power
    if base < 0:
        raise _no_real()
    try:
        return math.pow(base, exponent)
    except OverflowError as error:
        raise _too_large() from error


def _root(value: Number, degree: int) -> Number:
    if value < 0 and degree == 2:
        raise _no_real()
    if isinstance(value, Fraction):
        parts = (
            [round(abs(part) ** (1 / degree)) for part in (value.numerator, value.denominator)]
            if abs(value) < 10**15
            else []
        )
        if parts and Fraction(parts[0] ** degree, parts[1] ** degree) == abs(value):
            return Fraction(parts[0], parts[1]) * (-1 if value < 0 else 1)
    try:
        return math.copysign(abs(float(value)) ** (1 / degree), float(value))
    except OverflowError as error:
        raise _too_large() from error


def _too_large() -> InputError:
    return InputError(
        "arithmetic.too_large",
        en="That number is too large for me to work out.",
        es="Ese número es demasiado grande para calcularlo.",
    )


def _no_real() -> InputError:
    return InputError(
        "arithmetic.no_real_root",
        en="No real number gives that: the root of a negative number is not real.",
        es="Ningún número real da eso: la raíz de un número negativo no es real.",
    )
