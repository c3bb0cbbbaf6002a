"""Models of an Ollama daemon, against a stand-in that speaks /api/chat and /api/ps."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ChatMessage, Image, ToolCall, ToolSpec, Usage
from jarvis.contracts.ports import (
    EngineDone,
    EngineNotice,
    EngineText,
    EngineThought,
    EngineToolCall,
    GenerationOptions,
)
from jarvis.engines.apis.ollama import OllamaEngine, OllamaOptions
from tests.engines.apis.promises import (
    answer_of,
    hangs_up_when_cancelled,
)
from tests.fakes.openai_server import MUTE, PAGE, Reply, ScriptedServer, http, scripted, streamed

LOADED = {"/api/ps": http(200, {"models": [{"name": "m:1b", "model": "m:1b"}]})}
COLD = {"/api/ps": http(200, {"models": []})}
TIMER = ToolSpec(
    name="timer",
    description="Sets a timer",
    parameters={"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]},
)


def lines(*told: dict[str, Any], hold: bool = False) -> Reply:
    body = "".join(json.dumps({"model": "m:1b", **each}) + "\n" for each in told)
    return streamed(body.encode(), hold=hold, kind="application/x-ndjson")


def says(text: str, **more: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text, **more}, "done": False}


END = {"message": {"role": "assistant", "content": ""}, "done": True, "prompt_eval_count": 3, "eval_count": 2}
STOP, LENGTH = {**END, "done_reason": "stop"}, {**END, "done_reason": "length"}
HELLO = lines(says("hello "), says("there"), STOP)


@contextmanager
def engine_over(
    reply: Reply, by_path: dict[str, Reply] = LOADED, **options: Any
) -> Iterator[tuple[OllamaEngine, ScriptedServer]]:
    with scripted(reply, by_path=by_path) as server:
        told = OllamaOptions(**options)
        engine = OllamaEngine(model="m:1b", base_url=lambda: server.url, options=lambda: told)
        try:
            yield engine, server
        finally:
            engine.close()


def test_text_usage_and_the_context_that_is_asked_for() -> None:
    with engine_over(HELLO, context_tokens=16_384, keep_alive_minutes=2.5) as (engine, server):
        assert answer_of(engine) == [
            EngineText(text="hello "),
            EngineText(text="there"),
            EngineDone(usage=Usage(prompt_tokens=3, completion_tokens=2)),
        ]
        asked = server.asked[0].body
        assert asked["options"] == {"temperature": 0.7, "num_predict": 1024, "num_ctx": 16_384}
        assert asked["keep_alive"] == 150 and asked["truncate"] is False
        assert engine.id == "ollama/m:1b" and engine.status().where == "local"


def test_loading_is_announced_before_theanswer_of() -> None:
    with engine_over(HELLO, COLD) as (engine, _):
        first = answer_of(engine)[0]
        assert isinstance(first, EngineNotice) and first.code == "engine.loading" and "cargando m:1b" in first.es


def test_images_tools_thoughts_and_the_way_back() -> None:
    call = {"function": {"name": "timer", "arguments": {"minutes": 5}}}
    picture = Image(data=b"\x00\xff", media_type="image/png")
    with engine_over(lines(says("", thinking="Five."), says("", tool_calls=[call]), STOP)) as (engine, server):
        past = ToolCall(id="c0", name="timer", arguments={"minutes": 1})
        messages = [
            ChatMessage(role="user", text="look", images=(picture,)),
            ChatMessage(role="assistant", text="", tool_calls=(past,)),
            ChatMessage(role="tool", text="done", tool_call_id="c0"),
        ]
        items = answer_of(engine, messages, GenerationOptions(tools=(TIMER,)))
        assert items[0] == EngineThought(text="Five.")
        assert isinstance(items[1], EngineToolCall) and items[1].call.arguments == {"minutes": 5} and items[1].call.id
        assert isinstance(items[2], EngineDone) and items[2].finish_reason == "tool_calls"
        sent = server.asked[0].body["messages"]
        assert base64.b64decode(sent[0]["images"][0]) == picture.data
        assert sent[1]["tool_calls"][0]["function"] == {"name": "timer", "arguments": {"minutes": 1}}
        assert sent[2]["tool_name"] == "timer"


@pytest.mark.parametrize(
    ("reply", "code", "words"),
    [
        (http(404, {"error": "model 'm:1b' not found"}), "engine.model_unknown", "ollama pull m:1b"),
        (http(400, {"error": "the input length exceeds the context length"}), "engine.context_too_long", "larga"),
        (http(500, {"error": "model requires more system memory"}), "engine.out_of_memory", "memoria"),
        (http(500, {"error": "boom"}), "engine.server", "HTTP 500"),
        (http(404, b"<html>", kind="text/html"), "engine.not_an_api", "página"),
        (PAGE, "engine.not_an_api", "página"),
        (lines(), "engine.not_an_api", "página"),
        (lines(says("half")), "engine.cut_off", "conserva"),
        (lines(says("half"), {"error": "runner died"}), "engine.server", "fallo"),
        (lines(STOP), "engine.empty", "vacía"),
        (lines(says("", thinking="hm"), LENGTH), "engine.only_thought", "pensando"),
    ],
)
def test_every_failure_has_its_code_and_two_sentences(reply: Reply, code: str, words: str) -> None:
    with engine_over(reply) as (engine, _):
        with pytest.raises(EngineError) as caught:
            answer_of(engine)
        assert caught.value.code == code and words in caught.value.sentence("es")
        assert caught.value.sentence("en") != caught.value.sentence("es")


def test_a_daemon_that_is_not_running() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    engine = OllamaEngine(model="m:1b", base_url=lambda: f"http://127.0.0.1:{port}")
    with pytest.raises(EngineError) as caught:
        answer_of(engine)
    engine.close()
    assert caught.value.code == "engine.unreachable" and "ollama serve" in caught.value.sentence("es")


def test_one_on_another_computer_needs_permission() -> None:
    engine = OllamaEngine(model="m", base_url=lambda: "http://192.168.1.5:11434", enabled=lambda: False)
    assert engine.status().where == "cloud" and engine.status().state == "missing"
    with pytest.raises(EngineError) as caught:
        answer_of(engine)
    assert caught.value.code == "engine.off"


@pytest.mark.parametrize("reply", [MUTE, lines(hold=True), lines(says("first"), hold=True)])
def test_cancel_hangs_up_at_every_stage(reply: Reply) -> None:
    with engine_over(reply) as (engine, server):
        hangs_up_when_cancelled(engine, server)
