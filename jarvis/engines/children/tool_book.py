"""The tools of one request: their grammar, and the check of every call against its schema.

Knows llama.cpp's grammar language, and the styles in which models write calls; nothing about a loaded model.
"""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

import fastjsonschema

from jarvis.contracts.messages import ToolCall, ToolSpec
from jarvis.engines.bounded_check import DEFINITION_FAULTS, TooManySteps, compiled_check
from jarvis.engines.children.chat_answer import Finished, Item
from jarvis.engines.children.chat_protocol import ProtocolError
from jarvis.engines.children.tool_calls import (
    HERMES,
    HERMES_END,
    MISTRAL,
    MISTRAL_ARGUMENTS,
    PYTHON_TAG,
    AnswerParts,
    MalformedCall,
    Part,
    WrittenCall,
)
from jarvis.engines.schema_patterns import odd_part

CallStyle = Literal["hermes", "mistral_list", "mistral_arguments", "llama"]
"""How a model writes a call; `tool_calls` shows each."""

MOST_CALLS = 8
"""Calls that the grammar allows in one answer."""

_CUT = "it was cut off at max_tokens"
_ID_LETTERS = string.ascii_letters + string.digits
_ID_LENGTH = 9
"""Mistral's templates refuse call ids of any other form than nine letters and digits."""

Validate = Callable[[Any], Any]


def validator(schema: dict[str, Any]) -> Validate:
    """Return a check for `schema`; `ProtocolError` when it is no schema, or one that lies on the network."""
    try:
        return _numbers_told(compiled_check(schema))
    except (fastjsonschema.JsonSchemaDefinitionException, fastjsonschema.JsonSchemaException) as error:
        raise ProtocolError(400, "schema_invalid", f"This JSON schema is not valid: {error}") from error
    except DEFINITION_FAULTS as error:
        raise ProtocolError(400, "schema_invalid", f"This JSON schema is not valid: {error!r}") from error


class ToolBook:
    """The tools that one answer may call; without any it knows no call."""

    def __init__(self, tools: Sequence[ToolSpec] = (), *, must_call: bool = False, parallel: bool = True) -> None:
        self.tools = tuple(tools)
        self.must_call = must_call
        self.parallel = parallel
        self._validators = {tool.name: validator(tool.parameters) for tool in self.tools}

    def names(self) -> tuple[str, ...]:
        """Return the names of the tools."""
        return tuple(tool.name for tool in self.tools)

    def schema(self, style: CallStyle) -> dict[str, Any]:
        """Return the JSON schema of one call: an object of name and arguments, one alternative per tool."""
        key = "parameters" if style == "llama" else "arguments"
        whole = {str(index): _moved(tool.parameters, f"#/$defs/{index}") for index, tool in enumerate(self.tools)}
        calls = [
            {
                "type": "object",
                "properties": {"name": {"const": tool.name}, key: whole[str(index)]},
                "required": ["name", key],
                "additionalProperties": False,
            }
            for index, tool in enumerate(self.tools)
        ]
        return {"oneOf": calls, "$defs": whole}

    def grammar(self, style: CallStyle, rules: str) -> str:
        """Return the grammar of an answer that calls, from the `rules` that describe `schema(style)` as `root`."""
        more = MOST_CALLS - 1 if self.parallel and style != "llama" else 0
        gap = "gap ::= [ \\n]{0,2}"
        lines = [re.sub(r"^root ::=", "call ::=", line) for line in rules.strip().splitlines()]
        if style == "hermes":
            one = f'"{HERMES}" gap call gap "{HERMES_END}"'
            root = f"{one} (gap {one}){{0,{more}}}"
        elif style == "mistral_list":
            root = f'"{MISTRAL}" gap "[" gap call ("," gap call){{0,{more}}} "]"'
        elif style == "mistral_arguments":
            named = " | ".join(
                f'"{tool.name}{MISTRAL_ARGUMENTS}" alternative-{index}-arguments'
                for index, tool in enumerate(self.tools)
            )
            root = f'("{MISTRAL}" ({named})){{1,{more + 1}}}'
        else:
            root = f'("{PYTHON_TAG}")? call'
        return "\n".join([*lines, gap, f"root ::= {root}", ""])

    def triggers(self, style: CallStyle) -> tuple[str, ...]:
        """Return the patterns behind which the grammar holds in an answer that need not call."""
        if style == "hermes":
            return (f"({re.escape(HERMES)})",)
        if style == "llama":
            names = "|".join(re.escape(name) for name in self.names())
            return (r"(<\|python_tag\|>)", rf'^\s*(\{{\s*"name"\s*:\s*"(?:{names})")')
        return (r"(\[TOOL_CALLS\])",)

    def items(self, pieces: Iterator[str | Finished], parts: AnswerParts) -> Iterator[Item]:
        """Yield what `pieces` say: text, thoughts and checked calls, then `Finished`.

        Raises `ProtocolError` 422 `tool_call_invalid` for a call that cannot be read or misses its schema.
        """
        made = 0
        for piece in pieces:
            cut = isinstance(piece, Finished) and piece.finish_reason == "length"
            try:
                found = parts.finish() if isinstance(piece, Finished) else parts.add(piece)
            except MalformedCall as error:
                raise _invalid_call(_CUT if cut else str(error)) from error
            for part in found:
                if self.must_call and isinstance(part, str):
                    # The grammar leaves no room for text: this is the beginning of a call's markup.
                    continue
                made += isinstance(part, WrittenCall)
                yield self._item(part, made)
            if isinstance(piece, Finished):
                if self.must_call and not made:
                    raise _invalid_call(_CUT if cut else "the model made none")
                yield replace(piece, finish_reason="tool_calls") if made else piece

    def _item(self, part: Part, made: int) -> Item:
        if not isinstance(part, WrittenCall):
            return part
        if part.name not in self._validators:
            raise _invalid_call(f"there is no tool {part.name}")
        if made > 1 and not self.parallel:
            raise _invalid_call("only one was allowed")
        try:
            self._validators[part.name](json.loads(json.dumps(part.arguments)))
        except fastjsonschema.JsonSchemaException as error:
            raise _invalid_call(f"{part.name}: {error}") from error
        identity = "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
        return ToolCall(id=identity, name=part.name, arguments=part.arguments)


def _moved(schema: Any, root: str) -> Any:
    """Return `schema` with its references pointing below `root`, where it stands as a part of a bigger one."""
    if isinstance(schema, dict):
        return {
            key: root + value[1:]
            if key == "$ref" and isinstance(value, str) and value[:1] == "#"
            else _moved(value, root)
            for key, value in schema.items()
        }
    return [_moved(value, root) for value in schema] if isinstance(schema, list) else schema


def _numbers_told(check: Validate) -> Validate:
    """Return `check` with a complaint instead of an arithmetic error, and for numbers that are none."""

    def checked(value: Any) -> Any:
        if odd := odd_part(value):
            raise fastjsonschema.JsonSchemaValueException(f"data holds what cannot be checked ({odd})")
        try:
            return check(value)
        except (ArithmeticError, RecursionError, TooManySteps) as error:
            raise fastjsonschema.JsonSchemaValueException("data holds what cannot be checked") from error

    return checked


def _invalid_call(why: str) -> ProtocolError:
    return ProtocolError(422, "tool_call_invalid", f"The model's tool call is not valid: {why}")
