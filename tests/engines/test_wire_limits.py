"""What a server may send and do to a client: sizes, redirects, odd types; and readers that are slow or leave."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.messages import ChatMessage, ToolSpec, Usage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineText, EngineToolCall, GenerationOptions
from jarvis.engines.apis.anthropic import AnthropicEngine
from jarvis.engines.apis.api_engine import ApiOptions
from jarvis.engines.apis.google import GoogleEngine
from jarvis.engines.apis.ollama import OllamaEngine
from jarvis.engines.failures import failure
from jarvis.engines.openai_compatible import OpenAICompatibleEngine
from jarvis.engines.streaming import Put, StreamLoop
from tests.fakes.openai_server import DONE, MUTE, Reply, chunk, http, scripted, streamed
from tests.fakes.processes import PATIENCE_SECONDS

QUESTION = [ChatMessage(role="user", text="the private question")]
TOOL = ToolSpec(name="t", description="", parameters={"type": "object"})
EMPTY_PS = {"/api/ps": http(200, {"models": []})}
NAMES = ("openai", "anthropic", "google", "ollama")


def _engine(name: str, url: str, model: str = "m") -> Any:
    told = ApiOptions(engine_id=name, model=model, base_url=url, key_name=name, retries=0)
    if name == "anthropic":
        return AnthropicEngine(told, key=lambda: "k", enabled=lambda: True)
    if name == "google":
        return GoogleEngine(told, key=lambda: "k", enabled=lambda: True)
    if name == "ollama":
        return OllamaEngine(model=model, base_url=lambda: url)
    return OpenAICompatibleEngine(
        base_url=lambda: f"{url}/v1", model=lambda: model, key=lambda: "k", enabled=lambda: True, retries=0
    )


@contextmanager
def _asking(name: str, reply: Reply, by_path: dict[str, Reply] = EMPTY_PS, **options: Any) -> Iterator[Any]:
    with scripted(reply, by_path=by_path) as server:
        engine = _engine(name, server.url, **options)
        try:
            yield lambda cancel=None: list(
                engine.stream(QUESTION, GenerationOptions(tools=(TOOL,)), cancel or CancelToken())
            )
        finally:
            engine.close()


def _code(name: str, reply: Reply, by_path: dict[str, Reply] = EMPTY_PS) -> str:
    with _asking(name, reply, by_path) as ask, pytest.raises(EngineError) as caught:
        ask()
    assert caught.value.sentence("en") != caught.value.sentence("es")
    return caught.value.code


@pytest.mark.parametrize("name", NAMES)
def test_a_line_without_end(name: str) -> None:
    kind = "application/x-ndjson" if name == "ollama" else "text/event-stream"
    assert _code(name, streamed(b"data: " + b"a" * (5 << 20), kind=kind)) == "engine.too_much"


@pytest.mark.parametrize("name", NAMES)
def test_an_error_without_end(name: str) -> None:
    assert _code(name, http(400, b"a" * (2 << 20))) == "engine.too_much"


@pytest.mark.parametrize("name", NAMES)
def test_a_compressed_answer_is_not_unfolded(name: str) -> None:
    reply = http(200, b"\x1f\x8b" + b"a" * 100, headers=(("Content-Encoding", "gzip"),))
    assert _code(name, reply) == "engine.too_much"


def test_an_answer_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvis.engines.wire_limits.ANSWER_BYTES", 100_000)
    assert _code("openai", streamed(chunk(content="a" * 1000) * 200 + DONE)) == "engine.too_much"


def test_a_list_of_loaded_models_without_end_is_only_a_missing_notice() -> None:
    line = json.dumps({"message": {"content": "hello"}, "done": True, "done_reason": "stop"}).encode()
    endless = {"/api/ps": http(200, b"\n" * (5 << 20))}
    with _asking("ollama", streamed(line, kind="application/x-ndjson"), endless) as ask:
        assert [item.text for item in ask() if isinstance(item, EngineText)] == ["hello"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_question_follows_no_redirect(name: str, status: int) -> None:
    with scripted(http(500, {})) as elsewhere:
        moved = http(status, {}, headers=(("Location", f"{elsewhere.url}/v1/stolen"),))
        assert _code(name, moved) == "engine.moved"
        assert not elsewhere.asked


def _call(**piece: Any) -> bytes:
    return chunk(tool_calls=[piece]) + chunk(finish="tool_calls") + DONE


def _event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


@pytest.mark.parametrize(
    "body",
    [
        _call(index=0, id="1", function={"name": {"a": 1}, "arguments": "{}"}),
        _call(index=0, id="1", function={"name": ["a"], "arguments": "{}"}),
        _call(index=0, id="1", function={"name": "t", "arguments": 5}),
        _call(index=0, id="1", function={"name": "t", "arguments": [1]}),
        chunk(tool_calls=["x", 5, None], content=5, function_call="x") + chunk(finish="stop"),
        _event({"choices": "abc"}),
        _event({"choices": ["abc", 5]}),
        _event([1]),
        _event(5),
        _event("text"),
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
)
def test_odd_types_are_an_engine_error(body: bytes) -> None:
    assert _code("openai", streamed(body)).startswith("engine.")


@pytest.mark.parametrize(("identity", "index"), [(7, 0), ({"a": 1}, 0), ("1", {"a": 1}), (None, "x")])
def test_odd_ids_do_no_harm(identity: Any, index: Any) -> None:
    with _asking("openai", streamed(_call(index=index, id=identity, function={"name": "t", "arguments": "{}"}))) as ask:
        (call,) = [item.call for item in ask() if isinstance(item, EngineToolCall)]
    assert isinstance(call.id, str) and call.id and call.name == "t"


def test_usage_and_surrogates_are_put_right() -> None:
    usage = {"prompt_tokens": -12, "completion_tokens": "a", "total_tokens": 1, "prompt_tokens_details": 5}
    lone = _event({"choices": [{"index": 0, "delta": {"content": "a\ud800b"}, "finish_reason": "stop"}]})
    with _asking("openai", streamed(lone + chunk(usage=usage) + DONE)) as ask:
        items = ask()
    assert items[-1] == EngineDone(usage=Usage(), finish_reason="stop")
    assert "".join(item.text for item in items if isinstance(item, EngineText)) == "a\ufffdb"


def test_a_surrogate_in_a_call() -> None:
    with _asking(
        "openai", streamed(_call(index=0, id="1", function={"name": "t", "arguments": '{"a":"\\ud800"}'}))
    ) as ask:
        (call,) = [item.call for item in ask() if isinstance(item, EngineToolCall)]
    assert call.arguments == {"a": "\ufffd"}


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_a_thinking_model_that_did_not_think_has_answered(finish: str) -> None:
    reply = streamed(chunk(content="The answer is 42 and") + chunk(finish=finish) + DONE)
    with _asking("openai", reply, model="deepseek-r1") as ask:
        assert "The answer is 42 and" in [item.text for item in ask() if isinstance(item, EngineText)]


def test_a_thought_before_a_call_is_not_said() -> None:
    reply = streamed(
        chunk(content="I should call t") + _call(index=0, id="1", function={"name": "t", "arguments": "{}"})
    )
    with _asking("openai", reply, model="deepseek-r1") as ask:
        items = ask()
    assert not any(isinstance(item, EngineText) for item in items)
    assert any(isinstance(item, EngineToolCall) for item in items)


class _Producer:
    """Puts far more than a reader takes."""

    def __init__(self) -> None:
        self.put = 0
        self.full = threading.Event()
        self.ended = threading.Event()

    async def run(self, put: Put) -> None:
        try:
            for _ in range(500):
                put(EngineText(text="a" * 10_000))
                self.put += 1
                room = asyncio.ensure_future(put.room())
                await asyncio.sleep(0)
                if not room.done():
                    self.full.set()
                await room
            put(EngineDone(usage=Usage()))
        finally:
            self.ended.set()


@contextmanager
def _loop() -> Iterator[StreamLoop]:
    async def nothing() -> None:
        return None

    loop = StreamLoop("test", nothing)
    try:
        yield loop
    finally:
        loop.close()


def _lost() -> EngineError:
    return failure("cut_off", where="w", model="m")


def test_a_slow_reader_makes_the_server_wait_and_loses_nothing() -> None:
    producer = _Producer()
    with _loop() as loop:
        items = loop.items(producer.run, CancelToken(), _lost)
        first = next(items)
        assert producer.full.wait(PATIENCE_SECONDS)
        assert producer.put < 130
        assert sum(isinstance(item, EngineText) for item in [first, *items]) == 500


def test_who_leaves_while_the_server_waits_frees_it() -> None:
    producer, cancel = _Producer(), CancelToken()
    with _loop() as loop:
        items = loop.items(producer.run, cancel, _lost)
        next(items)
        assert producer.full.wait(PATIENCE_SECONDS)
        cancel.cancel()
        with pytest.raises(Cancelled):
            list(items)
        assert producer.ended.wait(PATIENCE_SECONDS)


def test_streams_that_start_while_others_are_closed_never_hang() -> None:
    async def produce(put: Put) -> None:
        await asyncio.sleep(0)
        put(EngineDone(usage=Usage()))

    outcomes: list[object] = []

    def read() -> None:
        for _ in range(60):
            try:
                outcomes.append(list(loop.items(produce, CancelToken(), _lost)))
            except EngineError as error:
                outcomes.append(error.code)

    with _loop() as loop:
        readers = [threading.Thread(target=read, daemon=True) for _ in range(3)]
        for reader in readers:
            reader.start()
        while any(reader.is_alive() for reader in readers) and len(outcomes) < 180:
            loop.close()
        for reader in readers:
            reader.join(PATIENCE_SECONDS)
    assert len(outcomes) == 180
    assert all(outcome == "engine.cut_off" or outcome == [EngineDone(usage=Usage())] for outcome in outcomes)


@pytest.mark.parametrize("stage", ["asking what is loaded", "first byte", "in the answer"])
def test_an_ollama_question_is_let_go_of_at_every_stage(stage: str) -> None:
    line = json.dumps({"message": {"content": "hello"}, "done": False}).encode() + b"\n"
    reply = streamed(line, hold=True, kind="application/x-ndjson") if stage == "in the answer" else MUTE
    by_path = {} if stage == "asking what is loaded" else EMPTY_PS
    cancel, items, raised = CancelToken(), list[EngineItem](), list[BaseException]()
    with scripted(reply, by_path=by_path) as server:
        engine = _engine("ollama", server.url)
        said = threading.Event()

        def read() -> None:
            try:
                for item in engine.stream(QUESTION, GenerationOptions(), cancel):
                    items.append(item)
                    if isinstance(item, EngineText):
                        said.set()
            except Cancelled as error:
                raised.append(error)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        server.wait_asked()
        if stage == "in the answer":
            assert said.wait(PATIENCE_SECONDS)
        cancel.cancel()
        reader.join(PATIENCE_SECONDS)
        assert raised
        assert server.left.wait(PATIENCE_SECONDS)
        engine.close()


def test_an_ollama_question_is_let_go_of_while_it_connects() -> None:
    import socket

    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        cancel = CancelToken()
        engine = _engine("ollama", f"http://127.0.0.1:{address[1]}")
        threading.Timer(0.3, cancel.cancel).start()
        with pytest.raises(Cancelled):
            list(engine.stream(QUESTION, GenerationOptions(), cancel))
        engine.close()
        for filler in fillers:
            filler.close()
