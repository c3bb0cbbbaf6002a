"""Says which JSON schemas are too big or too entangled to be made into a check, before anything is made of them.

Pure and linear in the schema, which may come from anybody. Knows nothing of patterns, nor of the values that a schema
is held against.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

MOST_TEXT = 200_000
"""Characters of a schema as JSON; the largest tool descriptions in use have some tens of thousands."""

MOST_PARTS = 4_000
"""Values in a schema: each costs the compiler about 0.1 ms."""

MOST_DEPTH = 64
"""Levels of objects and arrays in each other."""

MOST_IN_PLACE = 5_000
"""How many schemas one value may be held against at one place, references followed."""

MOST_COPIES = 4_000_000
"""Characters of the rules that stand in the generated check: it holds, for each rule, the schema the rule is from."""

_RULES = frozenset(
    "type enum const anyOf oneOf not minLength maxLength pattern format minimum maximum exclusiveMinimum "
    "exclusiveMaximum multipleOf minItems maxItems uniqueItems contains minContains maxContains minProperties "
    "maxProperties propertyNames required dependencies dependentRequired additionalProperties additionalItems "
    "contentEncoding contentMediaType".split()
)
_LISTS = ("allOf", "anyOf", "oneOf")
_ONES = ("not", "if", "then", "else")
_BY_FIELD = ("dependencies", "dependentSchemas")


def demand_bounded(schema: Any) -> None:
    """Raise `ValueError` for a schema that is too big, too deep, or stands in for too many others at one place."""
    if _depth(schema) > MOST_DEPTH:
        raise ValueError("the schema is too deep")
    if len(json.dumps(schema)) > MOST_TEXT or sum(1 for _ in _values(schema)) > MOST_PARTS:
        raise ValueError("the schema is too big")
    _Spread(schema).demand()
    _demand_few_copies(schema)


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in `schema`, wherever it stands: a reference may make a schema of any."""
    return (part for part in _values(schema) if isinstance(part, dict))


def _values(schema: Any) -> Iterator[Any]:
    left = [schema]
    while left:
        part = left.pop()
        yield part
        if isinstance(part, dict | list):
            left += part.values() if isinstance(part, dict) else part


def _depth(schema: Any) -> int:
    deepest, left = 0, [(schema, 1)]
    while left and deepest <= MOST_DEPTH:
        part, depth = left.pop()
        if isinstance(part, dict | list):
            deepest = max(deepest, depth)
            left += [(each, depth + 1) for each in (part.values() if isinstance(part, dict) else part)]
    return deepest


def _target(schema: Any, reference: object) -> Any:
    """Return what a reference inside the same schema points to; None for any other, which the compiler judges."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    part = schema
    for step in unquote(reference[1:]).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, list):
            part = part[int(name)] if name.isdecimal() and int(name) < len(part) else None
        else:
            part = part.get(name) if isinstance(part, dict) else None
    return part


class _Spread:
    """Counts, for every schema, how many schemas one value is held against at the same place."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._counts: dict[int, int] = {}
        self._open: set[int] = set()

    def demand(self) -> None:
        """Raise `ValueError` where there are too many, or a schema that leads back to itself at the same place."""
        for part in objects(self._schema):
            if self._count(part) > MOST_IN_PLACE:
                raise ValueError("the schema stands for too many others")

    def _count(self, part: Any) -> int:
        if not isinstance(part, dict):
            return 1
        key = id(part)
        if key in self._open:
            raise ValueError("the schema stands for itself")
        if key not in self._counts:
            self._open.add(key)
            self._counts[key] = min(1 + sum(map(self._count, self._in_place(part))), MOST_IN_PLACE + 1)
            self._open.remove(key)
        return self._counts[key]

    def _in_place(self, part: dict[str, Any]) -> Iterator[Any]:
        if "$ref" in part:
            # What stands beside a reference is not looked at.
            yield _target(self._schema, part["$ref"])
            return
        for name in _LISTS:
            yield from part[name] if isinstance(part.get(name), list) else ()
        yield from (part[name] for name in _ONES if name in part)
        for name in _BY_FIELD:
            yield from part[name].values() if isinstance(part.get(name), dict) else ()


def _demand_few_copies(schema: Any) -> None:
    plain: dict[int, int] = {}

    def length(part: Any) -> int:
        if not isinstance(part, dict | list):
            return len(json.dumps(part))
        if id(part) not in plain:
            named = part.items() if isinstance(part, dict) else (("", each) for each in part)
            plain[id(part)] = 2 + sum(len(str(name)) + 4 + length(each) for name, each in named)
        return plain[id(part)]

    def expanded(part: Any) -> int:
        if isinstance(part, dict) and "$ref" in part:
            return length(_target(schema, part["$ref"])) + length(part)
        if not isinstance(part, dict | list):
            return length(part)
        return length(part) + sum(map(expanded, part.values() if isinstance(part, dict) else part))

    total = 0
    for part in objects(schema):
        total += len(_RULES & part.keys()) * expanded(part)
        if total > MOST_COPIES:
            raise ValueError("the schema says too much at too many places")
