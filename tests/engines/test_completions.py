"""What the OpenAI protocol carries beyond text, as its many servers send it: tools, images, thoughts, schemas."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError
from jarvis.contracts.messages import ChatMessage, Image, ToolCall, ToolSpec, Usage
from jarvis.contracts.ports import (
    EngineDone,
    EngineItem,
    EngineText,
    EngineThought,
    EngineToolCall,
    GenerationOptions,
)
from jarvis.engines.completions import Completions, Target
from jarvis.engines.openai_compatible import served_models
from jarvis.engines.openai_payload import payload_for
from tests.fakes.openai_server import (
    DONE,
    HELLO,
    PAGE,
    USAGE,
    Reply,
    ScriptedServer,
    call_piece,
    chunk,
    http,
    refusal,
    scripted,
    streamed,
)

QUESTION = [ChatMessage(role="user", text="hello?")]
SCHEMA: dict[str, object] = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = ToolSpec(name="weather", description="Tells the weather", parameters=SCHEMA)
TIME = ToolSpec(name="time", description="Tells the time", parameters={"type": "object"})
TOOLS = GenerationOptions(tools=(WEATHER, TIME))


@contextmanager
def asking(*replies: Reply) -> Iterator[tuple[ScriptedServer, Any]]:
    completions = Completions()

    def ask(
        messages: list[ChatMessage] = QUESTION,
        options: GenerationOptions = GenerationOptions(),  # noqa: B008
        model: str = "m",
    ) -> list[EngineItem]:
        target = Target(base_url=f"{server.url}/v1", key="k", model=model, where="here", direct=True)
        return list(completions.stream(target, messages, options, CancelToken()))

    with scripted(*replies) as server:
        try:
            yield server, ask
        finally:
            completions.close()


def _streamed(*deltas: dict[str, Any], finish: str = "tool_calls") -> Reply:
    return streamed(b"".join(chunk(**delta) for delta in deltas) + chunk(finish=finish) + DONE)


def _pieces(*pieces: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"tool_calls": [call_piece(**piece)]} for piece in pieces]


PARIS, ROME = {"city": "Paris"}, {"city": "Rome"}


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        (
            _pieces(
                {"index": 0, "id": "a", "type": "function", "name": "weather", "arguments": ""},
                {"index": 0, "arguments": '{"ci'},
                {"index": 0, "arguments": 'ty": "Paris"}'},
            ),
            [("a", "weather", PARIS)],
        ),
        (
            _pieces(
                {"index": 0, "name": "weather", "arguments": '{"city": '},
                {"index": 1, "id": "b", "name": "weather", "arguments": '{"city": "Rome"}'},
                {"index": 0, "id": "a", "arguments": '"Paris"}'},
            ),
            [("a", "weather", PARIS), ("b", "weather", ROME)],
        ),
        (
            _pieces(
                {"index": 0, "id": "a", "name": "weather", "arguments": json.dumps(PARIS)},
                {"index": 0, "id": "b", "name": "weather", "arguments": json.dumps(ROME)},
            ),
            [("a", "weather", PARIS), ("b", "weather", ROME)],
        ),
        (
            _pieces(
                {"id": "a", "name": "weather", "arguments": json.dumps(PARIS)},
                {"id": "b", "name": "weather", "arguments": PARIS},
            ),
            [("a", "weather", PARIS), ("b", "weather", PARIS)],
        ),
        (
            _pieces(
                {"index": 0, "id": "a", "name": "weather", "arguments": '{"city"'},
                {"index": 0, "id": "a", "name": "weather", "arguments": ': "Rome"}'},
            ),
            [("a", "weather", ROME)],
        ),
        ([{"function_call": {"name": "weather", "arguments": json.dumps(PARIS)}}], [(None, "weather", PARIS)]),
        (_pieces({"index": 0, "id": "a", "name": "time"}), [("a", "time", {})]),
        (
            _pieces({"index": 0, "id": "a", "name": "weather", "arguments": json.dumps('{"city": "Rome"}')}),
            [("a", "weather", ROME)],
        ),
    ],
)
@pytest.mark.parametrize("finish", ["tool_calls", "stop", "function_call"])
def test_tool_calls_are_put_together(deltas: list[dict[str, Any]], expected: list[Any], finish: str) -> None:
    with asking(_streamed(*deltas, finish=finish)) as (_, ask):
        *items, done = ask(options=TOOLS)
        calls = [item.call for item in items if isinstance(item, EngineToolCall)]
        assert [(call.name, call.arguments) for call in calls] == [each[1:] for each in expected]
        assert all(call.id == each[0] if each[0] else call.id for call, each in zip(calls, expected, strict=True))
        assert done == EngineDone(usage=Usage(), finish_reason="tool_calls")


@pytest.mark.parametrize("arguments", ['{"city": ', "private", "[1]"])
def test_garbled_arguments(arguments: str) -> None:
    deltas = _pieces({"index": 0, "id": "a", "name": "weather", "arguments": arguments})
    with asking(_streamed(*deltas)) as (_, ask):
        with pytest.raises(EngineError) as caught:
            ask(options=TOOLS)
        assert caught.value.code == "engine.bad_tool" and "weather" in caught.value.sentence("es")
        assert "private" not in caught.value.sentence("en")


def test_images_tools_and_results_as_the_server_gets_them() -> None:
    picture = Image(data=bytes(range(256)), media_type="image/jpeg")
    call = ToolCall(id="a", name="weather", arguments={"city": "Paris"})
    messages = [
        ChatMessage(role="user", text="look", images=(picture,)),
        ChatMessage(role="assistant", text="", tool_calls=(call,)),
        ChatMessage(role="tool", text="rain", tool_call_id="a"),
    ]
    with asking(HELLO) as (server, ask):
        ask(messages, TOOLS)
        body = server.asked[0].body
        text, image = body["messages"][0]["content"]
        assert text == {"type": "text", "text": "look"}
        head, _, data = image["image_url"]["url"].partition(",")
        assert head == "data:image/jpeg;base64" and base64.b64decode(data) == picture.data
        told = body["messages"][1]["tool_calls"][0]
        assert told["id"] == "a" and json.loads(told["function"]["arguments"]) == {"city": "Paris"}
        assert body["messages"][2] == {"role": "tool", "content": "rain", "tool_call_id": "a"}
        assert body["tools"][0]["function"]["parameters"] == SCHEMA and body["tool_choice"] == "auto"


@pytest.mark.parametrize(
    ("deltas", "model"),
    [
        ([{"reasoning_content": "Hm."}, {"content": "Yes."}], "m"),
        ([{"reasoning": "Hm."}, {"content": "Yes."}], "deepseek-r1"),
        ([{"content": "<thi"}, {"content": "nk>Hm.</think>\n\nYes."}], "m"),
        ([{"content": "Hm.</think>Yes."}], "deepseek-r1:7b"),
        (
            [{"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]}, {"content": "Yes."}],
            "m",
        ),
    ],
)
def test_thoughts_are_told_from_the_answer(deltas: list[dict[str, Any]], model: str) -> None:
    with asking(_streamed(*deltas, finish="stop")) as (_, ask):
        assert ask(model=model)[:2] == [EngineThought(text="Hm."), EngineText(text="Yes.")]


@pytest.mark.parametrize(
    ("deltas", "finish", "code"),
    [
        ([{"reasoning_content": "Hm."}], "length", "engine.only_thought"),
        ([{"reasoning_content": "Hm."}], "stop", "engine.empty"),
        ([{"content": "half"}], "content_filter", "engine.blocked"),
    ],
)
def test_endings_without_an_answer(deltas: list[dict[str, Any]], finish: str, code: str) -> None:
    with asking(_streamed(*deltas, finish=finish)) as (_, ask):
        with pytest.raises(EngineError) as caught:
            ask()
        assert caught.value.code == code


def test_cached_tokens_are_counted() -> None:
    with asking(HELLO) as (_, ask):
        assert ask()[-1].usage == Usage(prompt_tokens=3, completion_tokens=2, cached_tokens=1)


def test_tokens_put_into_a_cache_are_counted_as_the_provider_tells_them() -> None:
    details = {"cached_tokens": 20, "cache_write_tokens": 40}
    counts = chunk(usage={"prompt_tokens": 100, "completion_tokens": 0, "prompt_tokens_details": details})
    with asking(streamed(chunk(content="hi") + chunk(finish="stop") + counts + DONE)) as (_, ask):
        assert ask()[-1].usage == Usage(prompt_tokens=100, cached_tokens=20, cache_written_tokens=40)


EXTRA = http(422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]})


@pytest.mark.parametrize(
    ("first", "gone", "instead"),
    [
        (refusal(400, "unsupported_value", "no", param="temperature"), "temperature", None),
        (refusal(400, "x", "`temperature` is not supported with this model"), "temperature", None),
        (refusal(400, "unsupported_parameter", param="max_tokens"), "max_tokens", "max_completion_tokens"),
        (EXTRA, "stream_options", None),
    ],
)
def test_a_refused_field_is_left_out_from_then_on(first: Reply, gone: str, instead: str | None) -> None:
    with asking(first, HELLO) as (server, ask):
        assert len(ask()) == 3 and len(ask()) == 3
        bodies = [asked.body for asked in server.asked]
        assert [gone in body for body in bodies] == [True, False, False]
        assert instead is None or instead in bodies[2]


def test_what_was_not_sent_cannot_be_left_out() -> None:
    with asking(refusal(400, "unsupported_value", param="messages")) as (server, ask):
        with pytest.raises(EngineError) as caught:
            ask()
        assert caught.value.code == "engine.refused" and len(server.asked) == 1


def test_a_server_without_schemas_gets_them_in_words() -> None:
    answer = streamed(chunk(content='{"city": "Rome"}') + chunk(finish="stop") + USAGE + DONE)
    with asking(refusal(400, "x", "response_format is not supported"), answer) as (server, ask):
        ask(options=GenerationOptions(json_schema=SCHEMA))
        assert "response_format" not in server.asked[1].body
        assert json.dumps(SCHEMA) in server.asked[1].body["messages"][0]["content"]


@pytest.mark.parametrize(("wait", "times"), [("0.01", 2), ("3600", 1), ("soon", 2)])
def test_retry_after_is_honoured_up_to_a_bound(wait: str, times: int) -> None:
    with asking(refusal(429, "rate_limit_exceeded", retry_after=wait), HELLO) as (server, ask):
        if times == 1:
            with pytest.raises(EngineError):
                ask()
        else:
            assert len(ask()) == 3
        assert len(server.asked) == times


def test_two_servers_at_once_do_not_cut_each_other_off() -> None:
    completions = Completions()
    with scripted(streamed(chunk(content="slow"), hold=True)) as slow, scripted(HELLO) as fast:
        targets = [Target(base_url=f"{each.url}/v1", key="", model="m", where="here") for each in (slow, fast)]
        first = completions.stream(targets[0], QUESTION, GenerationOptions(), CancelToken())
        assert next(first) == EngineText(text="slow")
        assert len(list(completions.stream(targets[1], QUESTION, GenerationOptions(), CancelToken()))) == 3
        assert not slow.left.is_set()
        first.close()  # type: ignore[attr-defined]
        assert slow.left.wait(60)
        completions.close()


@pytest.mark.parametrize(
    ("url", "form", "limit", "usage"),
    [
        ("https://api.openai.com/v1", "json_schema", "max_completion_tokens", True),
        ("https://api.mistral.ai/v1", "json_schema", "max_tokens", True),
        ("https://api.deepseek.com", "json_object", "max_tokens", True),
        ("https://api.cohere.ai/compatibility/v1", "json_object", "max_tokens", False),
        ("https://api.ai21.com/studio/v1", "json_object", "max_tokens", False),
    ],
)
def test_dialects(url: str, form: str, limit: str, usage: bool) -> None:
    payload = payload_for(url, "m", QUESTION, GenerationOptions(json_schema=SCHEMA))
    assert payload["response_format"]["type"] == form and limit in payload
    assert ("stream_options" in payload) is usage
    assert (payload["messages"][0]["role"] == "system") is (form == "json_object")


def test_the_models_that_a_server_offers() -> None:
    rows = http(200, {"object": "list", "data": [{"id": "llama"}, {"id": "qwen"}, {"no": 1}, 5]})
    with scripted(rows) as server:
        assert served_models(f"{server.url}/v1/", "secret") == ("llama", "qwen")
        assert server.asked[0].path == "/v1/models" and server.asked[0].headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (PAGE, "engine.not_an_api"),
        (http(200, {"data": {}}), "engine.not_an_api"),
        (refusal(401, "x"), "engine.auth"),
        (Reply(data=b""), "engine.unreachable"),
    ],
)
def test_a_server_that_does_not_list_its_models(reply: Reply, code: str) -> None:
    with scripted(reply) as server, pytest.raises(EngineError) as caught:
        served_models(f"{server.url}/v1", None)
    assert caught.value.code == code


def test_the_list_of_models_needs_a_private_way_for_the_key() -> None:
    with pytest.raises(EngineError) as caught:
        served_models("http://192.168.1.5/v1", "secret", key_name="vllm")
    assert caught.value.code == "engine.insecure_address" and "vllm" in caught.value.sentence("es")
