"""Makes the schema that a server gave a tool into a small, plain one: no references, no patterns, bounded.

Pure. A schema is written by whoever wrote the server: it may be huge, lead back to itself or be no schema at all. What
is left out here (patterns, formats) the server still checks itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

MOST_PARTS = 600
"""Schemas within one, references followed; the largest tools in use have some hundreds of fields."""

MOST_DEPTH = 12
"""Levels of schemas in each other."""

MOST_CHOICES = 200
"""Values of an enumeration."""

WORDS = 300
"""Characters of a field's description that models are shown."""

_TEXT = 300
_WHY: dict[str, tuple[str, str]] = {
    "no_tool": ("it is no object", "no es un objeto"),
    "no_name": ("its name is none", "su nombre no vale"),
    "too_many": ("the server has too many tools", "el servidor tiene demasiadas herramientas"),
    "no_object": ("its parameters are no object", "sus parámetros no son un objeto"),
    "no_schema": ("a part of its parameters is no schema", "una parte de sus parámetros no es un esquema"),
    "too_big": ("its parameters are too big", "sus parámetros son demasiado grandes"),
    "elsewhere": ("its parameters refer to another document", "sus parámetros remiten a otro documento"),
    "nowhere": ("its parameters refer to nothing", "sus parámetros remiten a algo que no existe"),
    "choices": ("a choice of its parameters is too big", "una lista de valores de sus parámetros es demasiado grande"),
    "field": ("a field of its parameters has no plain name", "un campo de sus parámetros no tiene un nombre sencillo"),
}
_TYPES = frozenset(("object", "array", "string", "number", "integer", "boolean", "null"))
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LISTS = ("anyOf", "oneOf", "allOf")
_FIELD = re.compile(r"[\w$@.:/ -]{1,100}")
_PARAMETER_HEADER = "x-mcp-header"
"""Mark of a field that a server wants repeated as a header; the library reads it."""


class BadSchema(Exception):
    """A schema that nothing can be made of; `en` and `es` say why, in a few words."""

    def __init__(self, kind: str) -> None:
        self.en, self.es = _WHY[kind]
        super().__init__(self.en)


def plain_schema(schema: object) -> dict[str, Any]:
    """Return the plain schema of type object; raises `BadSchema`. A schema within itself becomes "anything"."""
    if not isinstance(schema, Mapping):
        raise BadSchema("no_object")
    if schema.get("type", "object") != "object":
        raise BadSchema("no_object")
    made = _Plain(schema).made(schema, ("#",), 0)
    if not isinstance(made, dict):
        raise BadSchema("no_object")
    return {"type": "object", "properties": {}} | made | {"type": "object"}


def tame_text(text: object, most: int) -> str:
    """Return at most `most` characters of a server's text on one line, without what does not show; "" for no text."""
    if not isinstance(text, str):
        return ""
    shown = "".join(character if character.isprintable() else " " for character in text[: 4 * most])
    words = " ".join(shown.split())
    return words if len(words) <= most else words[: most - 1] + "…"


class _Plain:
    """One schema being made plain; counts what was made."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._parts = 0

    def made(self, schema: object, through: tuple[str, ...], depth: int) -> dict[str, Any] | bool:
        """Return `schema` made plain; `through` are the references that led here."""
        self._parts += 1
        if self._parts > MOST_PARTS or depth > MOST_DEPTH:
            raise BadSchema("too_big")
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, Mapping):
            raise BadSchema("no_schema")
        if isinstance(reference := schema.get("$ref"), str):
            if reference in through:
                return {}
            return self._referred(schema, reference, through, depth)
        plain = self._words(schema) | _rules(schema)
        for name in _LISTS:
            if isinstance(schema.get(name), list) and schema[name]:
                plain[name] = [self.made(each, through, depth + 1) for each in schema[name]]
        for name in ("items", "additionalProperties"):
            if isinstance(schema.get(name), Mapping | bool):
                plain[name] = self.made(schema[name], through, depth + 1)
        if isinstance(fields := schema.get("properties"), Mapping):
            plain["properties"] = {_field(name): self.made(each, through, depth + 1) for name, each in fields.items()}
        return plain

    def _referred(
        self, schema: Mapping[str, Any], reference: str, through: tuple[str, ...], depth: int
    ) -> dict[str, Any] | bool:
        made = self.made(self._target(reference), (*through, reference), depth + 1)
        return self._words(schema) if made is True else made and made | self._words(schema)

    def _target(self, reference: str) -> object:
        if reference != "#" and not reference.startswith("#/"):
            raise BadSchema("elsewhere")
        part: object = self._root
        for step in reference.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(part, Mapping) or name not in part:
                raise BadSchema("nowhere")
            part = part[name]
        return part

    def _words(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        # A title only repeats the field's name.
        said = tame_text(schema.get("description"), WORDS)
        plain: dict[str, Any] = {"description": said} if said else {}
        header = schema.get(_PARAMETER_HEADER)
        if isinstance(header, str) and re.fullmatch(r"[A-Za-z0-9-]{1,60}", header):
            plain[_PARAMETER_HEADER] = header
        return plain


def without_words(schema: Any) -> Any:
    """Return a plain schema without its descriptions: what arguments are held against."""
    if isinstance(schema, list):
        return [without_words(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for name, value in schema.items():
        if name == "properties":
            kept[name] = {each: without_words(inner) for each, inner in value.items()}
        elif name in ("enum", "const", "required"):
            kept[name] = value
        elif name not in ("description", _PARAMETER_HEADER):
            kept[name] = without_words(value)
    return kept


def _rules(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules about one value that are kept; a rule that is none is dropped."""
    rules: dict[str, Any] = {}
    kind = schema.get("type")
    kinds = [kind] if isinstance(kind, str) else kind
    if isinstance(kinds, list) and kinds and all(isinstance(each, str) and each in _TYPES for each in kinds):
        rules["type"] = kind
    for name in _COUNTS:
        if isinstance(value := schema.get(name), int) and not isinstance(value, bool) and 0 <= value < 2**31:
            rules[name] = value
    for name in _NUMBERS:
        value = schema.get(name)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and abs(value) < 1e15
        ):
            rules[name] = value
    if isinstance(choices := schema.get("enum"), list) and choices:
        if len(choices) > MOST_CHOICES or not all(map(_is_plain, choices)):
            raise BadSchema("choices")
        rules["enum"] = list(choices)
    if "const" in schema and _is_plain(schema["const"]):
        rules["enum"] = [schema["const"]]
    if isinstance(needed := schema.get("required"), list):
        rules["required"] = list(dict.fromkeys(_field(name) for name in needed))
    return rules


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _TEXT
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**63)


def _field(name: object) -> str:
    if not isinstance(name, str) or not _FIELD.fullmatch(name):
        raise BadSchema("field")
    return name
