"""Gemini over the real client, against a stand-in that speaks streamGenerateContent."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ChatMessage, Image, ToolCall, ToolSpec, Usage
from jarvis.contracts.ports import (
    EngineDone,
    EngineText,
    EngineThought,
    EngineToolCall,
    GenerationOptions,
)
from jarvis.engines.apis.api_engine import ApiOptions
from jarvis.engines.apis.google import GoogleEngine
from tests.engines.apis.promises import (
    QUESTION,
    answer_of,
    fails_as,
    hangs_up_when_cancelled,
    is_asked,
    times_out,
)
from tests.fakes import google_server as wire
from tests.fakes.openai_server import GONE, MUTE, PAGE, Reply, ScriptedServer, http, scripted, streamed

KEY = "AIza-very-secret"
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"minutes": {"type": "integer", "maximum": 60}},
    "required": ["minutes"],
}
TIMER = ToolSpec(name="timer", description="Sets a timer", parameters=SCHEMA)


@contextmanager
def engine_over(*replies: Reply, **options: Any) -> Iterator[tuple[GoogleEngine, ScriptedServer]]:
    with scripted(*replies) as server:
        told = ApiOptions(
            engine_id="google/g", model="g", base_url=server.url, key_name="google", **{"retries": 1, **options}
        )
        engine = GoogleEngine(told, key=lambda: KEY, enabled=lambda: True)
        try:
            yield engine, server
        finally:
            engine.close()


def test_text_usage_and_what_is_asked() -> None:
    with engine_over(wire.HELLO) as (engine, server):
        items = answer_of(engine, [ChatMessage(role="system", text="Be brief."), *QUESTION])
        usage = Usage(prompt_tokens=9, completion_tokens=6, cached_tokens=3)
        assert items == [EngineText(text="hello "), EngineText(text="there"), EngineDone(usage=usage)]
        asked = server.asked[0]
        assert asked.path == "/v1/models/g:streamGenerateContent?alt=sse"
        assert asked.headers["x-goog-api-key"] == KEY
        assert wire.understood(asked.body)["systemInstruction"]["parts"][0]["text"] == "Be brief."
        assert wire.understood(asked.body)["generationConfig"] == {"temperature": 0.7, "maxOutputTokens": 1024}
        assert wire.understood(asked.body)["contents"] == [{"role": "user", "parts": [{"text": QUESTION[0].text}]}]


def test_images_arrive_intact() -> None:
    picture = Image(data=bytes(range(256)), media_type="image/png")
    with engine_over(wire.HELLO) as (engine, server):
        answer_of(engine, [ChatMessage(role="user", text="look", images=(picture,))])
        sent = wire.understood(server.asked[0].body)["contents"][0]["parts"][0]["inlineData"]
        assert sent["mimeType"] == "image/png"
        assert base64.urlsafe_b64decode(sent["data"].replace("+", "-").replace("/", "_")) == picture.data


def test_tool_calls_thoughts_and_the_way_back() -> None:
    asks = {"functionCall": {"id": "c1", "name": "timer", "args": {"minutes": 5}}, "thoughtSignature": "c2ln"}
    more = {"functionCall": {"name": "timer", "args": {"minutes": 6}}}
    body = wire.chunk({"text": "Five.", "thought": True}) + wire.chunk(asks) + wire.chunk(more, finish="STOP")
    options = GenerationOptions(tools=(TIMER,), tool_choice="timer")
    with engine_over(streamed(body), wire.HELLO, abilities=frozenset({"reasoning"})) as (engine, server):
        items = answer_of(engine, options=options)
        assert items[0] == EngineThought(text="Five.")
        calls = tuple(item.call for item in items if isinstance(item, EngineToolCall))
        assert calls[0] == ToolCall(id="c1", name="timer", arguments={"minutes": 5})
        assert calls[1].id and calls[1].arguments == {"minutes": 6}
        assert isinstance(items[-1], EngineDone) and items[-1].finish_reason == "tool_calls"
        asked = wire.understood(server.asked[0].body)
        assert asked["generationConfig"]["thinkingConfig"] == {"includeThoughts": True}
        limits = asked["toolConfig"]["functionCallingConfig"]
        assert limits == {"mode": "ANY", "allowedFunctionNames": ["timer"]}
        assert asked["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"] == SCHEMA
        told = ChatMessage(role="assistant", text="", tool_calls=calls)
        results = [ChatMessage(role="tool", text="done", tool_call_id=call.id) for call in calls]
        answer_of(engine, [*QUESTION, told, *results], GenerationOptions(tools=(TIMER,)))
        turns = wire.understood(server.asked[1].body)["contents"]
        assert [turn["role"] for turn in turns] == ["user", "model", "user"]
        assert base64.urlsafe_b64decode(turns[1]["parts"][0]["thoughtSignature"]) == b"sig"
        assert "thoughtSignature" not in turns[1]["parts"][1]
        names = [part["functionResponse"]["name"] for part in turns[2]["parts"]]
        assert names == ["timer", "timer"]


def test_a_call_of_another_model_gets_the_stand_in_signature() -> None:
    call = ToolCall(id="x", name="timer", arguments={"minutes": 1})
    told = ChatMessage(role="assistant", text="", tool_calls=(call,))
    with engine_over(wire.HELLO) as (engine, server):
        answer_of(engine, [*QUESTION, told, ChatMessage(role="tool", text="done", tool_call_id="x")])
        signature = wire.understood(server.asked[0].body)["contents"][1]["parts"][0]["thoughtSignature"]
        assert base64.urlsafe_b64decode(signature) == b"skip_thought_signature_validator"


@pytest.mark.parametrize(("answer", "complaint"), [('{"minutes": 61}', "minutes (maximum)"), ('{"min', "JSON")])
def test_a_schema_is_demanded_and_checked(answer: str, complaint: str) -> None:
    with engine_over(streamed(wire.chunk({"text": answer}, finish="STOP"))) as (engine, server):
        with pytest.raises(EngineError) as caught:
            answer_of(engine, options=GenerationOptions(json_schema=SCHEMA))
        assert caught.value.code == "engine.schema" and complaint in caught.value.sentence("es")
        demanded = wire.understood(server.asked[0].body)["generationConfig"]
        assert demanded["responseMimeType"] == "application/json" and demanded["responseJsonSchema"] == SCHEMA


HALF = wire.chunk({"text": "half"})
DAY = [{"@type": "QuotaFailure", "violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}]
LATER = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]
SOON = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.01s"}]
STREAM_ERROR = b'data: {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}\r\n\r\n'


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (wire.error(400, "INVALID_ARGUMENT"), "engine.refused", "INVALID_ARGUMENT"),
        (wire.error(400, "INVALID_ARGUMENT", "API key not valid."), "engine.auth", "clave"),
        (wire.error(400, "INVALID_ARGUMENT", "The input token count exceeds"), "engine.context_too_long", "larga"),
        (wire.error(401, "UNAUTHENTICATED"), "engine.auth", "clave"),
        (wire.error(403, "PERMISSION_DENIED", f"bad {KEY}"), "engine.auth", "clave"),
        (wire.error(404, "NOT_FOUND"), "engine.model_unknown", "ningún modelo"),
        (http(413, b"too large", kind="text/plain"), "engine.context_too_long", "larga"),
        (wire.error(429, "RESOURCE_EXHAUSTED", details=LATER), "engine.rate_limit", "Espera"),
        (wire.error(429, "RESOURCE_EXHAUSTED", details=DAY), "engine.quota", "saldo"),
        (wire.error(500, "INTERNAL"), "engine.server", "HTTP 500"),
        (wire.error(503, "UNAVAILABLE"), "engine.overloaded", "saturado"),
        (wire.error(504, "DEADLINE_EXCEEDED"), "engine.timeout", "a tiempo"),
        (http(404, b"<html>", kind="text/html"), "engine.not_an_api", "página"),
        (PAGE, "engine.not_an_api", "página"),
        (streamed(b""), "engine.not_an_api", "página"),
        (streamed(HALF + b"data: {nonsense\r\n\r\n"), "engine.not_an_api", "página"),
        (streamed(HALF), "engine.cut_off", "conserva"),
        (streamed(HALF + STREAM_ERROR), "engine.overloaded", "saturado"),
        (streamed(wire.blocked("PROHIBITED_CONTENT")), "engine.blocked", "PROHIBITED_CONTENT"),
        (streamed(HALF + wire.chunk(finish="SAFETY")), "engine.blocked", "seguridad"),
        (streamed(HALF + wire.chunk(finish="OTHER")), "engine.server", "OTHER"),
        (streamed(wire.chunk(finish="MALFORMED_FUNCTION_CALL")), "engine.bad_tool", "ilegible"),
        (streamed(wire.chunk(finish="STOP")), "engine.empty", "vacía"),
        (streamed(wire.chunk({"text": "hm", "thought": True}, finish="MAX_TOKENS")), "engine.only_thought", "pensando"),
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
        (wire.error(503, "UNAVAILABLE"), 2),
        (wire.error(429, "RESOURCE_EXHAUSTED", details=SOON), 2),
        (wire.error(429, "RESOURCE_EXHAUSTED", details=LATER), 1),
        (wire.error(429, "RESOURCE_EXHAUSTED", details=DAY), 1),
        (wire.error(400, "INVALID_ARGUMENT"), 1),
        (streamed(HALF), 1),
        (GONE, 2),
    ],
)
def test_only_a_start_that_failed_for_a_passing_reason_is_repeated(first: Reply, times: int) -> None:
    with engine_over(first, wire.HELLO) as (engine, server):
        is_asked(engine, server, times)


@pytest.mark.parametrize("reply", [MUTE, streamed(b"", hold=True), streamed(HALF, hold=True)])
def test_cancel_hangs_up_at_every_stage(reply: Reply) -> None:
    with engine_over(reply) as (engine, server):
        hangs_up_when_cancelled(engine, server)


def test_a_reader_that_stops_reading_hangs_up() -> None:
    with engine_over(streamed(HALF, hold=True)) as (engine, server):
        stream = engine.stream(QUESTION, GenerationOptions(), CancelToken())
        assert next(stream) == EngineText(text="half")
        stream.close()  # type: ignore[attr-defined]
        assert server.left.wait(60)


def test_silence_is_a_timeout() -> None:
    with engine_over(streamed(HALF, hold=True), silence_seconds=0.3) as (engine, _):
        times_out(engine)


def test_the_environment_does_not_lead_it_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_API_KEY", "another")
    with engine_over(wire.HELLO) as (engine, server):
        assert len(answer_of(engine)) == 3
        assert server.asked[0].headers["x-goog-api-key"] == KEY
