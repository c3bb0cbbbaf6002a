"""Holds every tool call and every JSON answer against its schema, whatever the engine promised.

Never fetches what a schema refers to, and names the tool and the field in its errors, never what stood in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache

from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ToolCall
from jarvis.contracts.ports import EngineDone, EngineItem, EngineText, EngineToolCall, GenerationOptions
from jarvis.engines.bounded_check import DEFINITION_FAULTS, Check, TooManySteps, compiled_check
from jarvis.engines.failures import bad_tool, failure
from jarvis.engines.schema_patterns import odd_part, plain_json


def checked(items: Iterable[EngineItem], options: GenerationOptions, *, where: str, model: str) -> Iterator[EngineItem]:
    """Pass `items` on; raises `EngineError` instead of a call or an ending that misses its schema.

    Codes: `engine.bad_tool` for a tool that was not offered, a forbidden or a missing call, `engine.schema` for what
    misses its schema, `engine.bad_schema` for a schema that nothing can be held against.
    """
    specs = {tool.name: tool for tool in options.tools}
    checks = {name: _check(tool.parameters, model) for name, tool in specs.items()}
    answer = _check(options.json_schema, model) if options.json_schema is not None else None
    text: list[str] = []
    called = False
    for item in items:
        if isinstance(item, EngineText) and answer is not None:
            text.append(item.text)
        elif isinstance(item, EngineToolCall):
            called = True
            _check_call(item.call, checks, options, where=where, model=model)
        elif isinstance(item, EngineDone):
            if not called and options.tools and options.tool_choice not in ("auto", "none"):
                raise bad_tool("missing", model=model, tool=options.tool_choice)
            if answer is not None and not called:
                _check_answer("".join(text), answer, options, model=model)
        yield item


def arguments_of(raw: object, *, tool: str, model: str) -> dict[str, object]:
    """Return the arguments of a call as a server sent them: JSON text, or already an object.

    Raises `EngineError` with code `engine.bad_tool`. Nothing at all counts as no arguments; some servers encode twice.
    """
    value = raw
    for _ in range(2):
        if isinstance(value, str):
            try:
                value = plain_json(value) if value.strip() else {}
            except (ValueError, RecursionError) as error:
                raise bad_tool("no_json", model=model, tool=tool) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_tool("no_json", model=model, tool=tool)
    return value


def _check_call(
    call: ToolCall, checks: dict[str, Check], options: GenerationOptions, *, where: str, model: str
) -> None:
    if call.name not in checks:
        raise bad_tool("unknown", model=model, tool=_tame(call.name))
    if options.tool_choice == "none" or options.tool_choice not in ("auto", "required", call.name):
        raise bad_tool("forbidden", model=model, tool=call.name)
    schema = next(tool.parameters for tool in options.tools if tool.name == call.name)
    if complaint := _complaint(checks[call.name], call.arguments, schema):
        raise failure("tool_schema", where=where, model=model, detail=f"{call.name}: {complaint}")


def _check_answer(text: str, check: Check, options: GenerationOptions, *, model: str) -> None:
    try:
        value = plain_json(text)
    except (ValueError, RecursionError) as error:
        raise failure("answer_schema", where="", model=model, detail="JSON") from error
    if complaint := _complaint(check, value, options.json_schema or {}):
        raise failure("answer_schema", where="", model=model, detail=complaint)


def _complaint(check: Check, value: object, schema: dict[str, object]) -> str:
    """Return which field misses which rule, such as "minutes (maximum)"; empty when all is well."""
    import fastjsonschema

    if odd := odd_part(value):
        return f"$ ({odd})"
    try:
        check(value)
    except fastjsonschema.JsonSchemaValueException as error:
        known = _property_names(schema)
        path = ".".join(part if part in known or part.isdigit() else "*" for part in map(str, error.path[1:]))
        return f"{path or '$'} ({error.rule})"
    except TooManySteps:
        return "$ (steps)"
    except RecursionError:
        return "$ (depth)"
    except ArithmeticError:
        return "$ (number)"
    return ""


def _check(schema: dict[str, object], model: str) -> Check:
    try:
        return _compiled(json.dumps(schema, sort_keys=True))
    except DEFINITION_FAULTS as error:
        raise _bad_schema(model) from error


@lru_cache(maxsize=64)
def _compiled(schema: str) -> Check:
    return compiled_check(json.loads(schema))


def _property_names(schema: object) -> set[str]:
    """Return the names that the schema itself gives to fields: everything else in a path is the model's own words."""
    names: set[str] = set()
    open_parts = [schema]
    while open_parts:
        part = open_parts.pop()
        if isinstance(part, dict):
            fields = part.get("properties")
            names |= set(fields) if isinstance(fields, dict) else set()
            open_parts += part.values()
        elif isinstance(part, list):
            open_parts += part
    return names


def _tame(name: str) -> str:
    """Return a made-up tool name fit for a sentence: a model may have written anything there."""
    return name if len(name) <= 64 and name.replace("_", "").replace("-", "").replace(".", "").isalnum() else "?"


def _bad_schema(model: str) -> EngineError:
    return failure("bad_schema", where="", model=model)
