"""Schemas that would make a check without end: refused before anything is asked, or ended while they are held."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import fastjsonschema
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import Usage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineText, GenerationOptions
from jarvis.engines.answer_checks import checked
from jarvis.engines.bounded_check import MOST_STEPS, TooManySteps, compiled_check
from jarvis.engines.children.chat_protocol import ProtocolError
from jarvis.engines.children.tool_book import validator
from jarvis.engines.schema_bounds import MOST_DEPTH, MOST_PARTS, demand_bounded


def doubling(levels: int, keyword: str = "allOf") -> dict[str, Any]:
    """Return a schema that stands for two to the power of `levels` others."""
    definitions: dict[str, Any] = {
        f"n{level}{side}": {keyword: [{"$ref": f"#/$defs/n{level + 1}{each}"} for each in "ab"]}
        for level in range(levels)
        for side in "ab"
    }
    definitions |= {f"n{levels}{side}": {"properties": {side: {"type": "string"}}} for side in "ab"}
    return {"$ref": "#/$defs/n0a", "$defs": definitions}


def nested(levels: int) -> dict[str, Any]:
    return {"a": nested(levels - 1)} if levels else {}


TREE: dict[str, Any] = {
    "allOf": [{"title": side, "properties": {"a": {"$ref": "#"}}, "additionalProperties": False} for side in "xy"]
}
"""Stands for two others at each level of a value."""

PLAIN_BOMB = {
    "$ref": "#/$defs/n0",
    "$defs": {
        **{f"n{level}": {"allOf": [{"$ref": f"#/$defs/n{level + 1}"}] * 2} for level in range(30)},
        "n30": {"type": "object"},
    },
}

BOMBS: dict[str, dict[str, Any]] = {
    "allOf": doubling(30),
    "anyOf": doubling(30, "anyOf"),
    "oneOf": doubling(30, "oneOf"),
    "the same twice": PLAIN_BOMB,
    "itself": {"allOf": [{"$ref": "#"}]},
    "each other": {"$ref": "#/$defs/a", "$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}}},
    "by fields": {"dependencies": {name: {"$ref": "#/$defs/n0a"} for name in "ab"}, **doubling(30)},
    "many": {"properties": {str(number): {} for number in range(MOST_PARTS)}},
    "long": {"const": "x" * 300_000},
    "deep": nested(MOST_DEPTH),
    "copies": {
        "$defs": {"b": {"title": "x" * 20_000}},
        "items": [{"type": "object", "minProperties": 1, "anyOf": [{"$ref": "#/$defs/b"}]} for _ in range(200)],
    },
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_schema_without_bounds_is_refused_before_anything_is_asked(name: str) -> None:
    def asked() -> Any:
        pytest.fail("asked")
        yield EngineDone(usage=Usage())

    with pytest.raises(EngineError) as caught:
        list(checked(asked(), GenerationOptions(json_schema=BOMBS[name]), where="w", model="m"))
    assert caught.value.code == "engine.bad_schema" and not caught.value.retryable
    with pytest.raises(ProtocolError, match="not valid"):
        validator(BOMBS[name])


@pytest.mark.parametrize(
    "schema",
    [
        doubling(9),
        nested(MOST_DEPTH - 1),
        {"enum": list(range(500))},
        TREE,
        {"properties": {"$ref": {"type": "string"}}},
    ],
)
def test_big_schemas_of_real_life_are_let_pass(schema: dict[str, Any]) -> None:
    demand_bounded(schema)


WORK: dict[str, tuple[dict[str, Any], Any]] = {
    "descending": (TREE, nested(40)),
    "rounds": ({"items": {"allOf": [{"type": "integer", "minimum": -low} for low in range(200)]}}, [1] * 50_000),
    "misses": ({"items": {"anyOf": [{"const": low} for low in range(400)]}}, [399] * 50_000),
    "fields": (
        {"allOf": [{"title": str(n), "properties": {"a": {}}} for n in range(200)]},
        dict.fromkeys(map(str, range(50_000))),
    ),
    "alike": ({"allOf": [{"title": str(n), "uniqueItems": True} for n in range(99)]}, [[n] for n in range(50_000)]),
    "e-mail": ({"format": "email"}, "." * 1_000_000),
    "patterns": ({"items": {"pattern": "[0-9a]*x|[0-9a]+y"}}, ["a" * 2_999 + "y"] * 5_000),
    "names": ({"patternProperties": {"a*b": {}}}, {"a" * 900 + str(n): 1 for n in range(5_000)}),
    "pattern of patterns": ({"items": {"format": "regex"}}, ["(a|b)*" * 999] * 999),
}


@pytest.mark.parametrize("name", WORK)
def test_a_check_that_takes_too_many_steps_is_ended(name: str) -> None:
    schema, value = WORK[name]
    with pytest.raises(TooManySteps):
        compiled_check(schema)(value)


def test_the_answer_misses_a_schema_that_makes_too_much_work_of_it() -> None:
    items: list[EngineItem] = [EngineText(text=json.dumps(nested(40))), EngineDone(usage=Usage())]
    with pytest.raises(EngineError) as caught:
        list(checked(items, GenerationOptions(json_schema=TREE), where="w", model="m"))
    assert caught.value.code == "engine.schema" and "$ (steps)" in caught.value.sentence("es")
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        validator(TREE)(nested(40))


def test_no_bomb_holds_up_the_program() -> None:
    program = (
        "import json, sys\n"
        "from jarvis.engines.bounded_check import compiled_check\n"
        "for schema, value in json.loads(sys.stdin.read()):\n"
        "    try:\n"
        "        compiled_check(schema)(value)\n"
        "    except Exception as error:\n"
        "        print(type(error).__name__)\n"
    )
    bombs = [(PLAIN_BOMB, {}), (doubling(30), {}), (TREE, nested(60))]
    told = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(bombs),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert told.stdout.split() == ["ValueError", "ValueError", "TooManySteps"]


def test_a_long_list_of_ordinary_objects_is_checked_to_its_end() -> None:
    fields = {name: {"type": "string", "minLength": 1, "maxLength": 50} for name in "abcdefghij"}
    item = {"type": "object", "required": ["a"], "properties": fields, "additionalProperties": False}
    check = compiled_check({"type": "array", "items": {"$ref": "#/$defs/item"}, "$defs": {"item": item}})
    good = [dict.fromkeys(fields, "x")] * 2_000
    assert check(good) == good
    assert check(good) == good, "each check has all its steps"
    with pytest.raises(fastjsonschema.JsonSchemaValueException) as missed:
        check([*good, {"a": ""}])
    assert (missed.value.rule, missed.value.path) == ("minLength", ["data", "2000", "a"])


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer", "multipleOf": 0.5}, 3, 0.7),
        ({"uniqueItems": True}, [[1], {"a": 1}], [{"a": 1}, {"a": 1}]),
        ({"contains": {"const": 5}}, [1, 5], [1]),
        ({"propertyNames": {"pattern": "^[a-z]+$"}}, {"a": 1}, {"A": 1}),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": False}, {"a": 1, "b": 2}, {"a": 1}),
        ({"oneOf": [{"type": "string"}, {"format": "email"}]}, 5, "x@y.z"),
        ({"format": "regex"}, "a+", "("),
        ({"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": False}, {"x": "y"}, {"y": "y"}),
        ({"$id": "http://x/y", "properties": {"next": {"$ref": "#"}}, "maxProperties": 1}, nested(3), {"a": 1, "b": 1}),
    ],
)
def test_counting_changes_nothing_that_is_checked(schema: dict[str, Any], good: Any, bad: Any) -> None:
    plain, check = fastjsonschema.compile(schema, use_default=False), compiled_check(schema)
    assert check(good) == plain(good) == good
    for each in (plain, check):
        with pytest.raises(fastjsonschema.JsonSchemaValueException):
            each(bad)


def test_steps_are_counted_for_each_thread_by_itself() -> None:
    check = compiled_check({"items": {"allOf": [{"type": "integer"}, {"minimum": 0}]}})
    half = [1] * (MOST_STEPS // 40)
    with ThreadPoolExecutor(4) as threads:
        assert [len(each) for each in threads.map(check, [half] * 4)] == [len(half)] * 4
