"""Reads a model's answer as it is written: what is text, what is thinking, and what is the markup of a tool call.

Pure; knows nothing about models. Understands `<tool_call>{...}</tool_call>` (Hermes, Qwen), `[TOOL_CALLS]` with a
list or with `name[ARGS]{...}` (Mistral), and a bare object of name and parameters at the beginning, with or
without `<|python_tag|>` (Llama 3). Nothing of a call's markup ever comes out as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from jarvis.engines.children.chat_answer import Reasoning
from jarvis.engines.children.text_pieces import overlap

THINK, THOUGHT = "<think>", "</think>"
HERMES, HERMES_END = "<tool_call>", "</tool_call>"
MISTRAL, MISTRAL_ARGUMENTS = "[TOOL_CALLS]", "[ARGS]"
PYTHON_TAG = "<|python_tag|>"
MARKERS = (HERMES, MISTRAL, PYTHON_TAG)
"""Each begins a call wherever it stands."""

_BARE = ('{"name":"', '{"type":"function","name":"', '{"function":{"name":"')
"""How a call without a marker begins, once its spaces are taken away."""

_NAMED = re.compile(r"\s*(?P<name>[A-Za-z0-9_.-]{1,64})(?:\[CALL_ID\][A-Za-z0-9]*)?\[ARGS\]")
_LONGEST_NAMED = 160


class MalformedCall(ValueError):
    """The model began a call that cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A call as the model wrote it, not yet checked against its schema."""

    name: str
    arguments: dict[str, Any]


Part = str | Reasoning | WrittenCall


class AnswerParts:
    """Feed text in, take parts out. Without `tools` (their names) nothing is a call.

    `thinking` True means that the prompt has already opened the thoughts; with `plain` there are none, as in an
    answer whose form is enforced.
    """

    def __init__(self, *, tools: Collection[str] = (), thinking: bool = False, plain: bool = False) -> None:
        self._tools = frozenset(tools)
        self._markers: tuple[str, ...] = MARKERS if tools else ()
        self._held = ""
        self._last = False
        self._json = JsonEnd()
        self._step: Callable[[], list[Part] | None] = self._beginning
        if thinking:
            self._step = self._thoughts
        elif plain and not tools:
            self._step = self._text

    def add(self, text: str) -> list[Part]:
        """Return the parts that are now certain; `MalformedCall` when a call cannot be read."""
        self._held += text
        return self._run()

    def finish(self) -> list[Part]:
        """Return what is left at the end of the answer; `MalformedCall` when a call was cut off."""
        self._last = True
        return self._run()

    def _run(self) -> list[Part]:
        parts: list[Part] = []
        while self._held:
            step, before = self._step, self._held
            found = self._step()
            if found is None:
                break
            parts += found
            if self._step == step and self._held == before:
                break
        if self._last and self._step in (self._object, self._mistral, self._call_list):
            raise MalformedCall("the call was cut off")
        return parts

    def _go(self, step: Callable[[], list[Part] | None], skip: int = 0) -> list[Part]:
        self._held = self._held[skip:]
        self._json = JsonEnd()
        self._step = step
        return []

    def _beginning(self) -> list[Part] | None:
        """Tell thoughts and a bare call from text; None while that is open."""
        lead = self._held.lstrip()
        begun = len(self._held) - len(lead)
        if lead.startswith(THINK):
            return self._go(self._thoughts, begun + len(THINK))
        if not self._last and (not lead or THINK.startswith(lead)):
            return None
        return self._go(self._opening)

    def _opening(self) -> list[Part] | None:
        """The first of the answer proper: a bare call, or text."""
        lead = self._held.lstrip()
        tight = re.sub(r"\s", "", lead[:200])
        if self._tools and any(tight.startswith(bare) for bare in _BARE):
            return self._go(self._bare)
        if self._tools and not self._last and any(bare.startswith(tight) for bare in _BARE):
            return None
        return self._go(self._text)

    def _thoughts(self) -> list[Part] | None:
        """Inside the thoughts. A call's marker ends them too: whatever follows it is held to the call's form."""
        ends = (THOUGHT, *self._markers)
        at, mark = _first(self._held, ends)
        if mark:
            thought = self._held[:at]
            self._go(self._after_thoughts, at + (len(mark) if mark == THOUGHT else 0))
            return [Reasoning(thought)] if thought else []
        thought = self._release(ends)
        return [Reasoning(thought)] if thought else None

    def _after_thoughts(self) -> list[Part] | None:
        self._held = self._held.lstrip()
        return self._go(self._opening) if self._held else None

    def _text(self) -> list[Part] | None:
        at, mark = _first(self._held, self._markers)
        if mark:
            text = self._held[:at]
            step = self._mistral if mark == MISTRAL else self._object
            self._go(step, at + len(mark))
            return [text] if text else []
        text = self._release(self._markers)
        return [text] if text else None

    def _release(self, marks: Sequence[str]) -> str:
        keep = 0 if self._last else max((overlap(self._held, mark) for mark in marks), default=0)
        text = self._held[: len(self._held) - keep]
        self._held = self._held[len(text) :]
        return text

    def _bare(self) -> list[Part] | None:
        """An object that looks like a call but may be text after all."""
        end = self._json.find(self._held)
        if end is None and not self._last:
            return None
        call = _bare_call(self._held[:end]) if end is not None else None
        if call is None or call.name not in self._tools:
            text, self._held = self._held, ""
            self._go(self._text)
            return [text]
        self._go(self._between, end or 0)
        return [call]

    def _object(self) -> list[Part] | None:
        if (lead := self._held.lstrip()) and lead[0] != "{":
            raise MalformedCall(f"a call begins with {lead[:20]!r}, not with a JSON object")
        end = self._json.find(self._held)
        if end is None:
            if self._last:
                raise MalformedCall("the call was cut off")
            return None
        call = _call(_loaded(self._held[:end]))
        if call is None:
            raise MalformedCall("the call has no name and arguments")
        self._go(self._between, end)
        return [call]

    def _mistral(self) -> list[Part] | None:
        lead = self._held.lstrip()
        if lead[:1] == "[":
            return self._go(self._call_list)
        if lead[:1] == "{":
            return self._go(self._object)
        if named := _NAMED.match(self._held):
            end = self._json.find(self._held, named.end())
            if end is None:
                return None
            arguments = _loaded(self._held[named.end() : end])
            if not isinstance(arguments, dict):
                raise MalformedCall("the arguments are not a JSON object")
            self._go(self._between, end)
            return [WrittenCall(named["name"], arguments)]
        if len(lead) > _LONGEST_NAMED:
            raise MalformedCall("the call names no tool")
        return None

    def _call_list(self) -> list[Part] | None:
        end = self._json.find(self._held)
        if end is None:
            return None
        listed = _loaded(self._held[:end])
        calls = [_call(entry) for entry in listed] if isinstance(listed, list) else []
        if not calls or None in calls:
            raise MalformedCall("the list holds something else than calls")
        self._go(self._between, end)
        return [call for call in calls if call is not None]

    def _between(self) -> list[Part] | None:
        """After a call: its end mark and separators go, then another call or text follows."""
        self._held = self._held.lstrip("; \t\r\n")
        if self._held.startswith(HERMES_END):
            return self._go(self._between, len(HERMES_END))
        if not self._held or (not self._last and HERMES_END.startswith(self._held)):
            return None
        if self._last and HERMES_END.startswith(self._held):
            self._held = ""
            return None
        return self._go(self._opening)


class JsonEnd:
    """Finds where the first JSON object or list of a growing text ends; every character is looked at once."""

    def __init__(self) -> None:
        self._at: int | None = None
        self._depth = 0
        self._quoted = False
        self._escaped = False

    def find(self, text: str, begin: int = 0) -> int | None:
        """Return the index behind the closing bracket, None while it is open. `text` may only have grown."""
        at = begin if self._at is None else self._at
        while at < len(text):
            letter = text[at]
            at += 1
            if self._escaped:
                self._escaped = False
            elif self._quoted:
                self._escaped = letter == "\\"
                self._quoted = letter != '"'
            elif letter == '"':
                self._quoted = True
            elif letter in "{[":
                self._depth += 1
            elif letter in "}]":
                self._depth -= 1
                if self._depth <= 0:
                    return at
        self._at = at
        return None


def _first(text: str, marks: Sequence[str]) -> tuple[int, str]:
    """Return where the earliest of `marks` stands and which it is; (-1, "") when there is none."""
    found = [(at, mark) for mark in marks if (at := text.find(mark)) >= 0]
    return min(found, default=(-1, ""))


def _loaded(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise MalformedCall(f"the call is not JSON: {error}") from error


def _bare_call(text: str) -> WrittenCall | None:
    try:
        return _call(_loaded(text))
    except MalformedCall:
        return None


def _call(document: object) -> WrittenCall | None:
    """Return the call in `document`, None when it is none."""
    if isinstance(document, dict) and isinstance(document.get("function"), dict):
        document = document["function"]
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        return None
    arguments = document.get("arguments", document.get("parameters", {}))
    if isinstance(arguments, str):
        arguments = _loaded(arguments)
    return WrittenCall(document["name"], arguments) if isinstance(arguments, dict) else None
