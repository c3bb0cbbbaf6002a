"""Says which JSON schemas can be held against an answer in bounded time, and caps what their patterns are run over.

Python's `re` backtracks and holds the interpreter while it does: one hostile pattern would stop the whole program.
Pure; shared by the program and the model child. Is stricter than need be: some harmless patterns are refused too.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from jarvis.engines.schema_bounds import demand_bounded, objects

_CAPS = (10_000, 10_000, 3_000, 400, 100)
"""Longest text for a pattern by the power of its length that matching takes: its variable repetitions, and one more
where it may begin anywhere."""

LONGEST_NAME = 1_000
"""Characters of a field's name, which `patternProperties` are run over."""

_DATA = frozenset(("enum", "const", "default", "examples"))
_NAMED = frozenset(("properties", "patternProperties", "definitions", "$defs", "dependencies"))
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_REFUSED = (ops.GROUPREF, ops.GROUPREF_EXISTS, ops.ASSERT, ops.ASSERT_NOT)
_FLAGS = re.compile(r"\(\?[aiLmsux-]")
"""Flags would change what a character stands for; JSON Schema has none."""

_EVERYTHING: frozenset[int] = frozenset(range(0x250)) | {-1}
"""The characters that are told apart, and -1 for all others."""


def bounded(schema: Any) -> Any:
    """Return `schema` with a `maxLength` beside every pattern; `ValueError` for one that cannot be held in time."""
    demand_bounded(schema)
    for part in objects(schema):
        if isinstance(part.get("pattern"), str):
            longest_for(part["pattern"])
        if isinstance(named := part.get("patternProperties"), dict):
            for pattern in named:
                if longest_for(pattern) < LONGEST_NAME:
                    raise ValueError("a pattern of field names takes too long")
        multiple = part.get("multipleOf")
        if isinstance(multiple, int | float) and not (math.isfinite(multiple) and multiple > 0):
            raise ValueError("multipleOf is not above zero")
    return _capped(schema)


def plain_json(text: str) -> Any:
    """Return the JSON value in `text`; `ValueError` also for NaN and for numbers beyond what a computer can hold."""
    return json.loads(text, parse_constant=_no_number, parse_float=_number)


def odd_part(value: Any) -> str:
    """Say what in a JSON value no schema can be held against: "number" or "propertyNames"; empty where all is well."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, float) and not math.isfinite(part):
            return "number"
        if isinstance(part, dict):
            if any(len(str(name)) > LONGEST_NAME for name in part):
                return "propertyNames"
            left += part.values()
        elif isinstance(part, list):
            left += part
    return ""


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _number(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _no_number(digits[:40])


def longest_for(pattern: str) -> int:
    """Return how long a text `pattern` may be run over; `ValueError` where its time may grow beyond all bounds."""
    if _FLAGS.search(pattern):
        raise ValueError("the pattern sets flags")
    power = _power(_tree(pattern))
    if power >= len(_CAPS):
        raise ValueError("the pattern may take too long")
    return _CAPS[power]


def power_of(pattern: str) -> int:
    """Return to which power of a text's length `pattern` may take time, at least 1; 2 for one of the library's own,
    which look ahead."""
    try:
        return max(1, _power(_tree(pattern)))
    except ValueError:
        return 2


def _tree(pattern: str) -> Any:
    try:
        return parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError("no pattern") from error


def _power(tree: Any) -> int:
    # What does not begin at the beginning is tried at every character.
    return _variable_parts(tree) + (not _is_anchored(tree))


def _is_anchored(tree: Any) -> bool:
    if not len(tree):
        return False
    op, argument = tree[0]
    if op is ops.BRANCH:
        return all(map(_is_anchored, argument[1]))
    if op is ops.SUBPATTERN:
        return _is_anchored(argument[3])
    return op is ops.AT and argument in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING)


def _variable_parts(tree: Any) -> int:
    """Return how many parts of changing length there are; `ValueError` for what can be read in exponential ways."""
    count = 0
    for op, argument in tree:
        if op in _REFUSED:
            raise ValueError("the pattern looks back or ahead")
        if op in _REPEATS:
            least, most, body = argument
            if most > 1 and not _is_plain(body):
                _demand_marked(body)
            count += _variable_parts(body) + (least != most and most > 1)
        else:
            count += max((_variable_parts(inner) for inner in _inside(op, argument)), default=0)
    return count


def _demand_marked(body: Any) -> None:
    """Raise `ValueError` unless a repeated `body` can be divided in one way only.

    That is so where a character that stands nowhere else in it begins or ends every round, or its length never changes
    and it holds no choice.
    """
    items = list(_flat(body))
    if not any(op is ops.BRANCH or op in _REPEATS or op is ops.ATOMIC_GROUP for op, _ in items):
        return
    for mark, rest in ((items[0], items[1:]), (items[-1], items[:-1])):
        characters = _characters(mark)
        if characters is not None and all(_apart(characters, item) for item in rest):
            return
    raise ValueError("the pattern repeats what repeats")


def _apart(mark: frozenset[int], item: Any) -> bool:
    """True where `item` holds no character of `mark`: one, a repetition of one, or a choice by the first character."""
    op, argument = item
    if op in _REPEATS:
        inner = list(_flat(argument[2]))
        return len(inner) == 1 and _apart(mark, inner[0]) and inner[0][0] not in _REPEATS
    if op is ops.AT:
        return True
    if op is ops.BRANCH:
        ways = [[_characters(each) for each in _flat(way)] for way in argument[1]]
        firsts = [way[0] or _EVERYTHING for way in ways if way]
        plain = len(firsts) == len(ways) and all(
            taken is not None and not taken & mark for way in ways for taken in way
        )
        return plain and sum(map(len, firsts)) == len(frozenset().union(*firsts)) and not any(-1 in f for f in firsts)
    characters = _characters(item)
    return characters is not None and not characters & mark


def _flat(tree: Any) -> Iterator[Any]:
    """Yield the items of `tree`, those of groups in their place."""
    for op, argument in tree:
        if op is ops.SUBPATTERN:
            yield from _flat(argument[3])
        else:
            yield op, argument


def _is_plain(body: Any) -> bool:
    items = list(_flat(body))
    return len(items) == 1 and _characters(items[0]) is not None


def _characters(item: Any) -> frozenset[int] | None:
    """Return which characters a one-character `item` takes, None where it is something else."""
    op, argument = item
    if op is ops.LITERAL:
        return frozenset((argument if argument < 0x250 else -1,))
    if op is ops.ANY:
        return _EVERYTHING
    if op is ops.NOT_LITERAL:
        return _EVERYTHING - {argument}
    if op is not ops.IN:
        return None
    tester = re.compile(_class_source(argument))
    return frozenset(code for code in range(0x250) if tester.match(chr(code))) | _beyond(argument)


def _class_source(members: Any) -> str:
    """Return the text of a character class as the parser understood it."""
    names = {
        ops.CATEGORY_DIGIT: r"\d",
        ops.CATEGORY_NOT_DIGIT: r"\D",
        ops.CATEGORY_SPACE: r"\s",
        ops.CATEGORY_NOT_SPACE: r"\S",
        ops.CATEGORY_WORD: r"\w",
        ops.CATEGORY_NOT_WORD: r"\W",
    }
    text = ""
    for op, value in members:
        if op is ops.NEGATE:
            text = "^"
        elif op is ops.LITERAL:
            text += re.escape(chr(value))
        elif op is ops.RANGE:
            text += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        else:
            text += names[value]
    return f"[{text}]"


def _beyond(members: Any) -> frozenset[int]:
    """Return {-1} where a class may take characters beyond those that are told apart."""
    plain = all(
        (op is ops.LITERAL and value < 0x250) or (op is ops.RANGE and value[1] < 0x250) for op, value in members
    )
    return frozenset() if plain else frozenset((-1,))


def _inside(op: Any, argument: Any) -> list[Any]:
    if op is ops.SUBPATTERN:
        return [argument[3]]
    if op is ops.BRANCH:
        return list(argument[1])
    return [argument] if op is ops.ATOMIC_GROUP else []


def _capped(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_capped(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _capped_field(key, value) for key, value in schema.items()}
    if isinstance(schema.get("pattern"), str):
        most, own = longest_for(schema["pattern"]), schema.get("maxLength")
        told["maxLength"] = min(most, own) if isinstance(own, int) else most if own is None else own
    return told


def _capped_field(key: str, value: Any) -> Any:
    if key in _DATA:
        return value
    if key in _NAMED and isinstance(value, dict):
        return {name: _capped(each) for name, each in value.items()}
    return _capped(value)
