"""Claude over the real client, against a stand-in that speaks the Messages API."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.messages import ChatMessage, Image, ToolCall, ToolSpec, Usage
from jarvis.contracts.ports import (
    EngineDone,
    EngineText,
    EngineThought,
    EngineToolCall,
    GenerationOptions,
)
from jarvis.engines.apis.anthropic import AnthropicEngine
from jarvis.engines.apis.api_engine import ApiOptions
from tests.engines.apis.promises import (
    QUESTION,
    answer_of,
    fails_as,
    hangs_up_when_cancelled,
    is_asked,
    times_out,
)
from tests.fakes import anthropic_server as wire
from tests.fakes.openai_server import GONE, MUTE, PAGE, Reply, ScriptedServer, http, scripted, streamed

KEY = "sk-ant-very-secret"
TIMER = ToolSpec(
    name="timer",
    description="Sets a timer",
    parameters={"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]},
)


@contextmanager
def engine_over(
    *replies: Reply, key: str | None = KEY, **options: Any
) -> Iterator[tuple[AnthropicEngine, ScriptedServer]]:
    with scripted(*replies) as server:
        told = ApiOptions(
            engine_id="anthropic/c", model="c", base_url=server.url, key_name="anthropic", **{"retries": 1, **options}
        )
        engine = AnthropicEngine(told, key=lambda: key, enabled=lambda: True)
        try:
            yield engine, server
        finally:
            engine.close()


def test_text_usage_and_what_is_asked() -> None:
    usage = wire.start(cache_read_input_tokens=20, cache_creation_input_tokens=4)
    with engine_over(streamed(usage + wire.text(0, "hello ", "there") + wire.end("end_turn"))) as (engine, server):
        items = answer_of(engine, [ChatMessage(role="system", text="Be brief."), *QUESTION])
        assert items == [
            EngineText(text="hello "),
            EngineText(text="there"),
            EngineDone(
                usage=Usage(prompt_tokens=29, completion_tokens=7, cached_tokens=20, cache_written_tokens=4),
                finish_reason="stop",
            ),
        ]
        asked = server.asked[0]
        assert asked.path == "/v1/messages" and KEY in asked.headers.get("authorization", "")
        assert asked.body["system"] == "Be brief." and asked.body["max_tokens"] == 1024
        assert "temperature" not in asked.body
        assert asked.body["messages"] == [{"role": "user", "content": [{"type": "text", "text": QUESTION[0].text}]}]


def test_images_arrive_intact() -> None:
    picture = Image(data=bytes(range(256)), media_type="image/png")
    with engine_over(wire.HELLO) as (engine, server):
        answer_of(engine, [ChatMessage(role="user", text="look", images=(picture,))])
        source = server.asked[0].body["messages"][0]["content"][0]["source"]
        assert source["media_type"] == "image/png" and base64.b64decode(source["data"]) == picture.data


def test_tool_calls_thoughts_and_the_way_back() -> None:
    body = wire.start() + wire.thinking(0, "Five, then.", "sig") + wire.text(1, "Setting it.")
    body += wire.tool(2, "toolu_1", "timer", '{"min', 'utes": 5}') + wire.end("tool_use")
    options = GenerationOptions(tools=(TIMER,), tool_choice="timer")
    call = ToolCall(id="toolu_1", name="timer", arguments={"minutes": 5})
    with engine_over(streamed(body), wire.HELLO) as (engine, server):
        items = answer_of(engine, options=options)
        assert items[:3] == [
            EngineThought(text="Five, then."),
            EngineText(text="Setting it."),
            EngineToolCall(call=call),
        ]
        assert isinstance(items[3], EngineDone) and items[3].finish_reason == "tool_calls"
        asked = server.asked[0].body
        assert asked["tool_choice"] == {"type": "tool", "name": "timer"}
        assert asked["tools"][0]["input_schema"] == TIMER.parameters
        told = ChatMessage(role="assistant", text="Setting it.", tool_calls=(call,))
        result = ChatMessage(role="tool", text="done", tool_call_id="toolu_1")
        answer_of(engine, [*QUESTION, told, result], GenerationOptions(tools=(TIMER,)))
        turns = server.asked[1].body["messages"]
        assert turns[1]["content"][0] == {"type": "thinking", "thinking": "Five, then.", "signature": "sig"}
        assert turns[1]["content"][2] == {"type": "tool_use", "id": "toolu_1", "name": "timer", "input": {"minutes": 5}}
        assert turns[2]["content"] == [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "done"}]


def test_a_schema_is_demanded_and_checked() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 3}}, "required": ["n"]}
    options = GenerationOptions(json_schema=schema)
    reply = streamed(wire.start() + wire.text(0, '{"n": 7}') + wire.end("end_turn"))
    with engine_over(reply) as (engine, server):
        with pytest.raises(EngineError) as caught:
            answer_of(engine, options=options)
        assert caught.value.code == "engine.schema" and "n (maximum)" in caught.value.sentence("es")
        form = server.asked[0].body["output_config"]["format"]
        assert form["type"] == "json_schema" and form["schema"]["additionalProperties"] is False


def test_a_schema_that_the_api_cannot_take_is_told_before_asking() -> None:
    with engine_over(wire.HELLO) as (engine, server):
        with pytest.raises(EngineError) as caught:
            answer_of(engine, options=GenerationOptions(json_schema={"not": {"type": "string"}}))
        assert caught.value.code == "engine.bad_schema" and not server.asked


STREAM_ERROR = wire.event("error", error={"type": "overloaded_error", "message": "busy"})


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (wire.error(400, "invalid_request_error"), "engine.refused", "invalid_request_error"),
        (
            wire.error(400, "invalid_request_error", "prompt is too long: 9 > 5 tokens"),
            "engine.context_too_long",
            "larga",
        ),
        (wire.error(400, "invalid_request_error", "Your credit balance is too low"), "engine.quota", "saldo"),
        (wire.error(402, "billing_error"), "engine.quota", "saldo"),
        (wire.error(401, "authentication_error", f"bad {KEY}"), "engine.auth", "clave"),
        (wire.error(403, "permission_error"), "engine.auth", "clave"),
        (wire.error(404, "not_found_error"), "engine.model_unknown", "ningún modelo"),
        (wire.error(413, "request_too_large"), "engine.context_too_long", "larga"),
        (wire.error(429, "rate_limit_error", retry_after="3600"), "engine.rate_limit", "Espera"),
        (wire.error(500, "api_error"), "engine.server", "HTTP 500"),
        (wire.error(504, "timeout_error"), "engine.timeout", "a tiempo"),
        (wire.error(529, "overloaded_error"), "engine.overloaded", "saturado"),
        (PAGE, "engine.not_an_api", "página"),
        (http(404, b"<html>", kind="text/html"), "engine.not_an_api", "página"),
        (http(200, {"hello": 1}), "engine.not_an_api", "página"),
        (streamed(wire.start() + b"event: message_delta\ndata: {nonsense\n\n"), "engine.not_an_api", "página"),
        (streamed(wire.start() + wire.text(0, "half")), "engine.cut_off", "conserva"),
        (streamed(wire.start() + wire.text(0, "half") + STREAM_ERROR), "engine.overloaded", "saturado"),
        (streamed(wire.start() + wire.text(0, "half") + wire.end("refusal")), "engine.blocked", "seguridad"),
        (streamed(wire.start() + wire.end("end_turn")), "engine.empty", "vacía"),
        (
            streamed(wire.start() + wire.thinking(0, "hm", "s") + wire.end("max_tokens")),
            "engine.only_thought",
            "pensando",
        ),
        (
            streamed(wire.start() + wire.tool(0, "t", "timer", '{"min') + wire.end("max_tokens")),
            "engine.bad_tool",
            "ilegible",
        ),
        (GONE, "engine.unreachable", "red"),
    ],
)
def test_every_failure_has_its_code_and_two_sentences(
    reply: Reply, code: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with engine_over(reply, retries=0) as (engine, _):
        fails_as(engine, code, words, secret=KEY, caplog=caplog)


@pytest.mark.parametrize(
    ("first", "times"),
    [
        (wire.error(529, "overloaded_error"), 2),
        (wire.error(500, "api_error"), 2),
        (wire.error(429, "rate_limit_error", retry_after="0.01"), 2),
        (wire.error(429, "rate_limit_error", retry_after="3600"), 1),
        (wire.error(400, "invalid_request_error"), 1),
        (wire.error(401, "authentication_error"), 1),
        (streamed(wire.start() + wire.text(0, "half")), 1),
        (GONE, 2),
    ],
)
def test_only_a_start_that_failed_for_a_passing_reason_is_repeated(first: Reply, times: int) -> None:
    with engine_over(first, wire.HELLO) as (engine, server):
        is_asked(engine, server, times)


@pytest.mark.parametrize("reply", [MUTE, streamed(b"", hold=True), streamed(wire.start(), hold=True)])
def test_cancel_hangs_up_at_every_stage(reply: Reply) -> None:
    with engine_over(reply) as (engine, server):
        hangs_up_when_cancelled(engine, server)


def test_cancel_in_the_middle_hangs_up() -> None:
    with engine_over(streamed(wire.start() + wire.text(0, "first"), hold=True)) as (engine, server):
        cancel = CancelToken()
        stream = engine.stream(QUESTION, GenerationOptions(), cancel)
        assert next(stream) == EngineText(text="first")
        cancel.cancel("enough")
        with pytest.raises(Cancelled, match="enough"):
            next(stream)
        assert server.left.wait(60)


def test_silence_is_a_timeout() -> None:
    with engine_over(streamed(wire.start() + wire.text(0, "first"), hold=True), silence_seconds=0.3) as (engine, _):
        times_out(engine)


def test_without_a_key_nobody_is_asked() -> None:
    with engine_over(wire.HELLO, key=None) as (engine, server):
        assert "jarvis keys set anthropic" in engine.status("es").sentence
        with pytest.raises(EngineError) as caught:
            answer_of(engine)
        assert caught.value.code == "engine.no_key" and not server.asked
