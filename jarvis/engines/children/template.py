"""From messages to the prompt's text: the model's own template, and what stands in for what it does not know.

A template that knows tools and one of the call styles of `tool_calls` is given the tools as they are. Any other gets
a system instruction in front, with calls and results written as text in the Hermes style.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from jarvis.contracts.messages import ToolCall, ToolSpec
from jarvis.engines.children.chat_protocol import ProtocolError, Turn
from jarvis.engines.children.tool_book import CallStyle
from jarvis.engines.children.tool_calls import (
    HERMES,
    HERMES_END,
    MISTRAL,
    MISTRAL_ARGUMENTS,
    PYTHON_TAG,
    THINK,
    THOUGHT,
)

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""The prompt format used for a model that carries none of its own."""

TOOL_INSTRUCTION = (
    "You may call functions to help with the question. These exist, each with the JSON schema of its arguments:\n"
    "{tools}\n"
    'To call one, write {begin}{{"name": "its name", "arguments": {{...}}}}{end} and nothing after it. '
    "Its result then follows in <tool_response> tags. Answer without a call when none is needed."
)
"""What a model is told whose template knows nothing of tools."""

_HERMES_TAGS = (HERMES, HERMES_END, "<tool_response>", "</tool_response>")
_OTHER_TAGS = (MISTRAL, MISTRAL_ARGUMENTS, PYTHON_TAG, "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[INST]", "[/INST]")
"""What steers a conversation though a vocabulary may not have it: only text to the tokenizer, but not to the model."""

_PROBE = "probe_of_the_tools"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A prompt's text; `thinking` is True when it ends inside opened thoughts."""

    text: str
    thinking: bool


class ChatTemplate:
    """The template of one model; `control` are the texts that steer the conversation, and stay out of messages."""

    def __init__(self, template: str | None, *, bos: str, eos: str, control: Sequence[str] = ()) -> None:
        self.own = template is not None
        self._source = template or CHATML
        self._formatter: Any = Jinja2ChatFormatter(template=self._source, eos_token=eos, bos_token=bos)
        own = ("<|im_start|>", "<|im_end|>") if template is None else ()
        self._control = tuple(dict.fromkeys((*control, *own)))
        self._tags = tuple(tag for tag in (*_HERMES_TAGS, *_OTHER_TAGS) if tag in self._source)
        self.native_tools = self._shows_tools() and self._known_style() is not None
        self.style: CallStyle = (self._known_style() if self.native_tools else None) or "hermes"

    def render(
        self, turns: Sequence[Turn], tools: Sequence[ToolSpec] = (), *, marker: str = "", answer_now: bool = False
    ) -> Rendered:
        """Return the prompt of a conversation, with `marker` where each picture stands.

        `answer_now` closes thoughts that the template opens, for an answer whose form is enforced. Raises
        `ProtocolError` when the template refuses.
        """
        documents = [_tool_document(self._clean(tool)) for tool in tools]
        speaks_of_calls = bool(tools) or any(turn.calls or turn.role == "tool" for turn in turns)
        turns = [self._tagless(turn, speaks_of_calls=speaks_of_calls) for turn in turns]
        text = None
        if speaks_of_calls and self.native_tools:
            text = self._try([self._message(turn, marker) for turn in turns], documents)
        if text is None:
            plain = _without_calls(turns, documents) if speaks_of_calls else turns
            text = self._plain([self._message(turn, marker) for turn in plain])
        thinking = text.rstrip().endswith(THINK)
        if thinking and answer_now:
            return Rendered(text=f"{text.rstrip()}\n\n{THOUGHT}\n\n", thinking=False)
        return Rendered(text=text, thinking=thinking)

    def _plain(self, messages: list[dict[str, Any]]) -> str:
        try:
            return self._text(messages)
        except Exception as error:
            # A template is a program out of the model file and may raise anything.
            if len(messages) < 2 or messages[0]["role"] != "system":
                raise ProtocolError(400, "template", f"The model's template refused the messages: {error}") from error
            # Some models know no system role: what it says goes in front of the first message.
            first, second, *rest = messages
            return self._plain([{**second, "content": f"{first['content']}\n\n{second['content']}"}, *rest])

    def _try(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> str | None:
        """Return the text, None when the template refuses this history of calls, as some do with several at once."""
        try:
            return self._text(messages, tools)
        except Exception:  # noqa: BLE001 - a template is a program out of the model file and may raise anything
            return None

    def _text(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None = None) -> str:
        return str(self._formatter(messages=messages, tools=tools or None).prompt)

    def _shows_tools(self) -> bool:
        tool = _tool_document(ToolSpec(name=_PROBE, description="", parameters={"type": "object", "properties": {}}))
        text = self._try([{"role": "user", "content": "hello"}], [tool])
        return text is not None and _PROBE in text

    def _known_style(self) -> CallStyle | None:
        if HERMES in self._source:
            return "hermes"
        if MISTRAL in self._source:
            return "mistral_arguments" if MISTRAL_ARGUMENTS in self._source else "mistral_list"
        return "llama" if PYTHON_TAG in self._source or '"parameters": dictionary' in self._source else None

    def _message(self, turn: Turn, marker: str) -> dict[str, Any]:
        content = "".join(self._clean(part) if isinstance(part, str) else marker for part in _joined(turn.content))
        message: dict[str, Any] = {"role": turn.role, "content": content}
        if turn.calls:
            message["tool_calls"] = [
                {
                    "id": self._clean(call.id),
                    "type": "function",
                    "function": {"name": self._clean(call.name), "arguments": self._clean(call.arguments)},
                }
                for call in turn.calls
            ]
        if turn.role == "tool":
            message["tool_call_id"] = self._clean(turn.call_id)
        return message

    def _tagless(self, turn: Turn, *, speaks_of_calls: bool) -> Turn:
        """Return `turn` with the marks of calls and results broken up where somebody else than the model wrote them."""
        if turn.role not in ("user", "tool"):
            return turn
        tags = (*_HERMES_TAGS, *self._tags) if speaks_of_calls else self._tags
        parts = (_broken(part, tags) if isinstance(part, str) else part for part in _joined(turn.content))
        return replace(turn, content=tuple(parts))

    def _clean(self, value: Any) -> Any:
        """Break up what would steer the conversation if it stood in a message, such as a pasted <|im_end|>."""
        if isinstance(value, str):
            return _broken(value, self._control)
        if isinstance(value, ToolSpec):
            return replace(value, description=self._clean(value.description), parameters=self._clean(value.parameters))
        if isinstance(value, dict):
            return {self._clean(key): self._clean(entry) for key, entry in value.items()}
        return [self._clean(entry) for entry in value] if isinstance(value, list) else value


def _joined(parts: Sequence[str | bytes]) -> list[str | bytes]:
    """Return `parts` with neighbouring texts joined: what steers may be spread over several."""
    joined: list[str | bytes] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, str) and isinstance(last, str):
            joined[-1] = last + part
        else:
            joined.append(part)
    return joined


def _broken(text: str, marks: Sequence[str]) -> str:
    for mark in marks:
        if mark in text:
            text = text.replace(mark, f"{mark[0]}\u200b{mark[1:]}")
    return text


def _tool_document(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _without_calls(turns: Sequence[Turn], tools: Sequence[dict[str, Any]]) -> list[Turn]:
    """Return `turns` for a template that knows no tools: calls and results as text, the instruction in front."""
    told = [_as_text(turn) for turn in turns]
    if not tools:
        return told
    listed = "\n".join(json.dumps(tool["function"], ensure_ascii=False) for tool in tools)
    instruction = TOOL_INSTRUCTION.format(tools=listed, begin=HERMES, end=HERMES_END)
    if told[0].role == "system":
        return [replace(told[0], content=(f"{instruction}\n\n", *told[0].content)), *told[1:]]
    return [Turn(role="system", content=(instruction,)), *told]


def _as_text(turn: Turn) -> Turn:
    if turn.role == "tool":
        return Turn(role="user", content=(f"<tool_response>\n{turn.text}\n</tool_response>",))
    if not turn.calls:
        return turn
    written = "\n".join(f"{HERMES}\n{_written(call)}\n{HERMES_END}" for call in turn.calls)
    return Turn(role="assistant", content=(*turn.content, written))


def _written(call: ToolCall) -> str:
    return json.dumps({"name": call.name, "arguments": call.arguments}, ensure_ascii=False)
