"""Tool calls and JSON answers held against their schemas, hostile schemas among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ToolCall, ToolSpec, Usage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineText, EngineToolCall, GenerationOptions
from jarvis.engines.answer_checks import arguments_of, checked

DONE = EngineDone(usage=Usage())
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "minutes": {"type": "integer", "minimum": 1, "maximum": 60},
        "unit": {"enum": ["c", "f"]},
        "at": {"type": "object", "properties": {"room": {"type": "string"}}, "required": ["room"]},
    },
    "required": ["minutes"],
    "additionalProperties": False,
}
TIMER = ToolSpec(name="timer", description="", parameters=SCHEMA)


def _run(options: GenerationOptions, *items: EngineItem) -> list[EngineItem]:
    return list(checked(items, options, where="w", model="m"))


def _call(name: str = "timer", **arguments: Any) -> EngineToolCall:
    return EngineToolCall(call=ToolCall(id="1", name=name, arguments=arguments))


def _error(options: GenerationOptions, *items: EngineItem) -> EngineError:
    with pytest.raises(EngineError) as caught:
        _run(options, *items)
    assert "private" not in caught.value.sentence("en") + caught.value.sentence("es")
    return caught.value


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"minutes": 61}, "timer: minutes (maximum)"),
        ({"minutes": 0}, "timer: minutes (minimum)"),
        ({"minutes": True}, "timer: minutes (type)"),
        ({"minutes": "private"}, "timer: minutes (type)"),
        ({"minutes": 5, "unit": "private"}, "timer: unit (enum)"),
        ({"minutes": 5, "private": 1}, "timer: $ (additionalProperties)"),
        ({"minutes": 5, "at": {}}, "timer: at (required)"),
        ({}, "timer: $ (required)"),
    ],
)
def test_arguments_that_miss_their_schema(arguments: dict[str, Any], complaint: str) -> None:
    error = _error(GenerationOptions(tools=(TIMER,)), _call(**arguments), DONE)
    assert error.code == "engine.schema" and error.retryable
    assert complaint in error.sentence("en") and complaint in error.sentence("es")


def test_good_calls_and_answers_pass() -> None:
    call = _call(minutes=5, unit="c")
    assert _run(GenerationOptions(tools=(TIMER,), tool_choice="required"), call, DONE) == [call, DONE]
    text = [EngineText(text='{"minu'), EngineText(text='tes": 5}')]
    assert _run(GenerationOptions(json_schema=SCHEMA), *text, DONE) == [*text, DONE]


@pytest.mark.parametrize(
    ("choice", "items", "words"),
    [
        ("auto", [_call("format_disk")], "format_disk"),
        ("auto", [_call("private; rm -rf")], "?"),
        ("none", [_call(minutes=5)], "no está permitida"),
        ("required", [EngineText(text="no")], "no lo hizo"),
        ("timer", [EngineText(text="no")], "timer"),
    ],
)
def test_calls_that_may_not_be(choice: str, items: list[EngineItem], words: str) -> None:
    error = _error(GenerationOptions(tools=(TIMER,), tool_choice=choice), *items, DONE)
    assert error.code == "engine.bad_tool" and words in error.sentence("es")


@pytest.mark.parametrize("text", ["", "private", '{"minutes": 99}', '[{"private": 1}]', "[" * 100_000])
def test_answers_that_miss_their_schema(text: str) -> None:
    assert _error(GenerationOptions(json_schema=SCHEMA), EngineText(text=text), DONE).code == "engine.schema"


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:9/private.json"},
        {"$ref": "file:///etc/passwd"},
        {"$id": "http://127.0.0.1:9/a", "properties": {"x": {"$ref": "b.json"}}},
        {"$ref": "#/definitions/nowhere"},
        {"type": "no such type"},
        {"type": "string", "pattern": "("},
        {"properties": 5},
    ],
)
def test_schemas_that_cannot_be_checked_ask_nobody(schema: dict[str, object]) -> None:
    def asked() -> Iterator[EngineItem]:
        pytest.fail("asked")
        yield DONE

    with pytest.raises(EngineError) as caught:
        list(checked(asked(), GenerationOptions(json_schema=schema), where="w", model="m"))
    assert caught.value.code == "engine.bad_schema" and not caught.value.retryable


def test_recursive_schemas() -> None:
    tree: dict[str, object] = {"type": "object", "properties": {"next": {"$ref": "#"}}, "additionalProperties": False}
    deep = '{"next":' * 5 + "{}" + "}" * 5
    assert _run(GenerationOptions(json_schema=tree), EngineText(text=deep), DONE)[-1] == DONE
    wrong = '{"next":' * 5 + '{"private": 1}' + "}" * 5
    assert _error(GenerationOptions(json_schema=tree), EngineText(text=wrong), DONE).code == "engine.schema"
    endless: dict[str, object] = {"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}}
    error = _error(GenerationOptions(json_schema=endless), EngineText(text="1"), DONE)
    assert error.code in ("engine.schema", "engine.bad_schema")


@pytest.mark.parametrize("raw", ["", None, "{}", {}, '"{}"'])
def test_no_arguments(raw: object) -> None:
    assert arguments_of(raw, tool="t", model="m") == {}


@pytest.mark.parametrize("raw", ["{private", "[1]", "5", 5, "[" * 100_000])
def test_arguments_that_are_no_object(raw: object) -> None:
    with pytest.raises(EngineError) as caught:
        arguments_of(raw, tool="t", model="m")
    assert caught.value.code == "engine.bad_tool" and "private" not in caught.value.sentence("es")
