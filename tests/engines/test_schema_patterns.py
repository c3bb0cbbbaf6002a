"""Patterns that would stop the program, and numbers that are none, in the program and in the model child."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import fastjsonschema
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ToolCall, ToolSpec, Usage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineText, EngineToolCall, GenerationOptions
from jarvis.engines.answer_checks import arguments_of, checked
from jarvis.engines.children.chat_protocol import ProtocolError
from jarvis.engines.children.tool_book import validator
from jarvis.engines.schema_patterns import bounded, longest_for, plain_json

BOMBS = [
    r"^(a+)+$",
    r"^(a|a)*$",
    r"^(a|aa)+$",
    r"(a*)*b",
    r"^(\w+\s?)*$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"(.*)*$",
    r"^(a?){30}a{30}$",
    r"(x+x+)+y",
    r"(a)\1+",
    r"a*a*a*a*a*a*a*b",
    r"a*a*a*a*b",
    r"^(.*?,){11}P",
    r"^(?=(a+)+$)",
    r"(?i)^(Aa*)*$",
    r"^(,(mon|m.n))*$",
    r"(",
]
PLAIN = [
    (r"^[a-z]+(-[a-z]+)*$", "ab-cd", "ab--"),
    (r"^(\d{1,3}\.){3}\d{1,3}$", "10.0.0.1", "10.0.0"),
    (r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "a@b.cd", "a@b"),
    (r"^\d{4}-\d{2}-\d{2}$", "2026-01-02", "2026"),
    (r"^(mon|tue)(,(mon|tue))*$", "mon,tue", "mon,"),
]


def _strings(pattern: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": {"type": "string", "pattern": pattern}}}


def test_bombs_are_refused_before_anything_is_run() -> None:
    program = (
        "import sys\n"
        "from jarvis.contracts.errors import EngineError\n"
        "from jarvis.contracts.messages import ToolCall, ToolSpec\n"
        "from jarvis.contracts.ports import EngineToolCall, GenerationOptions\n"
        "from jarvis.engines.answer_checks import checked\n"
        "for pattern in sys.argv[1:]:\n"
        "    schema = {'type': 'object', 'properties': {'a': {'type': 'string', 'pattern': pattern}}}\n"
        "    tool = ToolSpec(name='t', description='', parameters=schema)\n"
        "    call = EngineToolCall(call=ToolCall(id='1', name='t', arguments={'a': 'a' * 400 + '!'}))\n"
        "    try:\n"
        "        list(checked([call], GenerationOptions(tools=(tool,)), where='w', model='m'))\n"
        "    except EngineError as error:\n"
        "        print(error.code)\n"
    )
    # A child, because nothing else can be ended while a pattern is run.
    told = subprocess.run(
        [sys.executable, "-c", program, *BOMBS], capture_output=True, text=True, timeout=30, check=True
    )
    assert told.stdout.split() == ["engine.bad_schema"] * len(BOMBS)
    for pattern in BOMBS:
        with pytest.raises(ProtocolError, match="not valid"):
            validator(_strings(pattern))


def test_bombs_hide_nowhere() -> None:
    schemas: tuple[dict[str, Any], ...] = (
        {"patternProperties": {r"^(a+)+$": {}}},
        {"$ref": "#/const", "const": _strings(r"^(a+)+$")},
        {"$defs": {"x": {"anyOf": [{"pattern": r"^(a+)+$"}]}}},
    )
    for schema in schemas:
        with pytest.raises(ValueError, match="pattern"):
            bounded(schema)


@pytest.mark.parametrize(("pattern", "good", "bad"), PLAIN)
def test_everyday_patterns_still_hold(pattern: str, good: str, bad: str) -> None:
    check = validator(_strings(pattern))
    assert check({"a": good}) == {"a": good}
    for text in (bad, "a" * (longest_for(pattern) + 1)):
        with pytest.raises(fastjsonschema.JsonSchemaException):
            check({"a": text})


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [("^abc$", 10_000), ("^a*b", 10_000), ("a*b", 3_000), ("^a*a*b", 3_000), ("a*a*b", 400), ("^(a*b|c*d)", 10_000)],
)
def test_what_may_begin_anywhere_is_run_over_shorter_texts(pattern: str, longest: int) -> None:
    assert longest_for(pattern) == longest


def test_a_cap_stands_beside_patterns_only() -> None:
    schema = {"properties": {"pattern": {"type": "string"}, "b": {"pattern": "^x", "maxLength": 5}}, "const": {"a": 1}}
    assert bounded(schema) == schema
    assert bounded({"pattern": "^x"}) == {"pattern": "^x", "maxLength": 10_000}


def _error(schema: dict[str, Any], value: object) -> str:
    tool = ToolSpec(name="t", description="", parameters=schema)
    call = EngineToolCall(call=ToolCall(id="1", name="t", arguments={"a": value}))
    with pytest.raises(EngineError) as caught:
        list(checked([call], GenerationOptions(tools=(tool,)), where="w", model="m"))
    with pytest.raises((ProtocolError, fastjsonschema.JsonSchemaException)):
        validator(schema)({"a": value})
    return caught.value.code


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400])
@pytest.mark.parametrize("rule", [{"multipleOf": 0.5}, {"multipleOf": 0.1, "minimum": 0, "maximum": 10}])
def test_numbers_that_are_none(value: object, rule: dict[str, Any]) -> None:
    assert _error({"type": "object", "properties": {"a": {"type": "number", **rule}}}, value) == "engine.schema"


def test_nan_is_within_no_bounds_and_nothing_is_a_multiple_of_nothing() -> None:
    assert _error({"properties": {"a": {"minimum": 0, "maximum": 9}}}, float("nan")) == "engine.schema"
    assert _error({"properties": {"a": {"multipleOf": 0}}}, 3) == "engine.bad_schema"


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": 1e999}', '{"a": -Infinity}'])
def test_answers_and_arguments_in_no_json(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        plain_json(text)
    with pytest.raises(EngineError) as caught:
        arguments_of(text, tool="t", model="m")
    assert caught.value.code == "engine.bad_tool"
    items: list[EngineItem] = [EngineText(text=text), EngineDone(usage=Usage())]
    with pytest.raises(EngineError) as missed:
        list(checked(items, GenerationOptions(json_schema={"type": "object"}), where="w", model="m"))
    assert missed.value.code == "engine.schema"


@pytest.mark.parametrize("address", ["ftp://x/y", "file:///etc/hostname", "other.json", "http://x/y", "//x/y"])
def test_schemas_elsewhere_are_refused_in_the_child(address: str) -> None:
    with pytest.raises(ProtocolError, match="not valid"):
        validator({"$ref": address})
