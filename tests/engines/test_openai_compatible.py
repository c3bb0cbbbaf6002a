"""The adapter for any OpenAI-compatible address, against a server that fails in every way."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import EngineDone, EngineText, GenerationOptions
from jarvis.engines import streaming
from jarvis.engines.openai_compatible import OpenAICompatibleEngine
from tests.fakes.processes import PATIENCE_SECONDS, program

QUESTION = [ChatMessage(role="user", text="the question that nobody may log")]
KEY = "sk-very-secret"


@contextmanager
def engine_for(url: str, **options: object) -> Iterator[OpenAICompatibleEngine]:
    settings: dict[str, object] = {"enabled": lambda: True, "key": lambda: KEY, "model": lambda: "m", **options}
    engine = OpenAICompatibleEngine(base_url=lambda: url, **settings)  # type: ignore[arg-type]
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def engine_over(behaviour: str, **options: object) -> Iterator[tuple[OpenAICompatibleEngine, subprocess.Popen[str]]]:
    with program("tests.programs.naughty_server", behaviour) as server:
        assert server.stdout is not None
        with engine_for(f"http://127.0.0.1:{int(server.stdout.readline())}/v1", **options) as engine:
            yield engine, server


def _line(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    return server.stdout.readline().strip()


def _answer(engine: OpenAICompatibleEngine, cancel: CancelToken | None = None) -> list[EngineText | EngineDone]:
    return list(engine.stream(QUESTION, GenerationOptions(), cancel or CancelToken()))


def test_text_then_usage() -> None:
    with engine_over("whole") as (engine, _):
        expected: list[EngineText | EngineDone] = [
            EngineText(text="hello "),
            EngineText(text="there"),
            EngineDone(usage=Usage(prompt_tokens=3, completion_tokens=2), finish_reason="stop"),
        ]
        assert _answer(engine) == expected
        assert _answer(engine) == expected


@pytest.mark.parametrize(
    ("behaviour", "code", "words"),
    [
        ("wrong_key", "engine.auth", "clave"),
        ("forbidden", "engine.auth", "clave"),
        ("quota", "engine.quota", "saldo"),
        ("busy", "engine.rate_limit", "Espera"),
        ("too_long", "engine.context_too_long", "larga"),
        ("too_long_numbers", "engine.context_too_long", "(900 > 512 tokens)"),
        ("too_long_words", "engine.context_too_long", "larga"),
        ("too_large", "engine.context_too_long", "larga"),
        ("no_model", "engine.model_unknown", "ningún modelo"),
        ("bad_request", "engine.refused", "unsupported_value"),
        ("no_credit", "engine.quota", "saldo"),
        ("overloaded", "engine.overloaded", "saturado"),
        ("slow_behind_a_proxy", "engine.timeout", "a tiempo"),
        ("fault", "engine.server", "HTTP 500"),
        ("gateway", "engine.server", "HTTP 502"),
        ("page", "engine.not_an_api", "página"),
        ("page_404", "engine.not_an_api", "página"),
        ("not_json", "engine.not_an_api", "página"),
        ("plain_json", "engine.not_an_api", "página"),
        ("cut_off", "engine.cut_off", "conserva"),
        ("cut_off_chunk", "engine.cut_off", "conserva"),
        ("empty", "engine.empty", "vacía"),
        ("nothing", "engine.unreachable", "red"),
        ("error_in_stream", "engine.server", "generation_failed"),
    ],
)
def test_every_failure_has_its_code_and_two_sentences(
    behaviour: str, code: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), engine_over(behaviour) as (engine, _):
        with pytest.raises(EngineError) as caught:
            _answer(engine)
        error = caught.value
        assert error.code == code
        assert words in error.sentence("es")
        assert error.sentence("en") != error.sentence("es")
        assert KEY not in error.sentence("en") + error.sentence("es") + caplog.text
        assert QUESTION[0].text not in caplog.text


@pytest.mark.parametrize("behaviour", ["cut_off", "cut_off_chunk", "error_in_stream"])
def test_what_arrived_before_the_break_is_kept(behaviour: str) -> None:
    with engine_over(behaviour) as (engine, _):
        stream = engine.stream(QUESTION, GenerationOptions(), CancelToken())
        first = next(stream)
        assert isinstance(first, EngineText) and first.text.startswith("half")
        with pytest.raises(EngineError):
            next(stream)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with engine_for(f"http://127.0.0.1:{port}/v1") as engine, pytest.raises(EngineError) as caught:
        _answer(engine)
    assert caught.value.code == "engine.unreachable"
    assert "127.0.0.1" in caught.value.sentence("es")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://host/v1", "http://[bad/v1"])
def test_an_address_that_is_none(url: str) -> None:
    with engine_for(url) as engine:
        with pytest.raises(EngineError) as caught:
            _answer(engine)
        assert caught.value.code == "engine.bad_address"
        assert engine.status("es").sentence == caught.value.sentence("es")


def test_silence_is_a_timeout() -> None:
    # On a machine that stands still even the first word may come too late; then more patience is tried.
    for seconds in (0.3, 3.0, 30.0):
        heard: list[EngineText | EngineDone] = []
        with engine_over("stalls", silence_seconds=seconds) as (engine, _), pytest.raises(EngineError) as caught:
            heard.extend(engine.stream(QUESTION, GenerationOptions(), CancelToken()))
        assert caught.value.code == "engine.timeout"
        if heard:
            break
    assert heard == [EngineText(text="first ")]


def test_one_retry_before_the_first_byte() -> None:
    with engine_over("fault_once") as (engine, server):
        assert len(_answer(engine)) == 3
        assert [_line(server), _line(server)] == ["request", "request"]


@pytest.mark.parametrize(("behaviour", "requests"), [("cut_off", 1), ("wrong_key", 1), ("quota", 1), ("fault", 2)])
def test_no_other_retry(behaviour: str, requests: int) -> None:
    with engine_over(behaviour) as (engine, server):
        with pytest.raises(EngineError):
            _answer(engine)
        server.terminate()
        assert server.stdout is not None
        assert server.stdout.read().count("request\n") == requests


def _cancelled_when(happened: Callable[[], object]) -> CancelToken:
    cancel = CancelToken()
    threading.Thread(target=lambda: (happened(), cancel.cancel())).start()
    return cancel


@pytest.mark.parametrize("behaviour", ["mute", "headers_only"])
def test_cancel_before_the_first_byte_hangs_up(behaviour: str) -> None:
    with engine_over(behaviour) as (engine, server):
        with pytest.raises(Cancelled):
            _answer(engine, _cancelled_when(lambda: _line(server)))
        assert _line(server) == "client left: b''"


def test_cancel_in_the_middle_hangs_up() -> None:
    with engine_over("stalls") as (engine, server):
        cancel = CancelToken()
        stream = engine.stream(QUESTION, GenerationOptions(), cancel)
        assert next(stream) == EngineText(text="first ")
        cancel.cancel("enough")
        with pytest.raises(Cancelled, match="enough"):
            next(stream)
        assert [_line(server), _line(server)] == ["request", "client left: b''"]


def test_cancelled_before_it_began_asks_nobody() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with engine_over("whole") as (engine, server):
        with pytest.raises(Cancelled):
            _answer(engine, cancel)
        server.terminate()
        assert server.stdout is not None
        assert server.stdout.read() == ""


def test_a_reader_that_stops_reading_hangs_up() -> None:
    with engine_over("stalls") as (engine, server):
        stream = engine.stream(QUESTION, GenerationOptions(), CancelToken())
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert [_line(server), _line(server)] == ["request", "client left: b''"]


def test_closing_the_engine_ends_what_runs_and_allows_more() -> None:
    with engine_over("stalls") as (engine, server):
        stream = engine.stream(QUESTION, GenerationOptions(), CancelToken())
        next(stream)
        engine.close()
        with pytest.raises(EngineError) as caught:
            next(stream)
        assert caught.value.code == "engine.cut_off"
        assert [_line(server), _line(server)] == ["request", "client left: b''"]
        assert next(engine.stream(QUESTION, GenerationOptions(), CancelToken())) == EngineText(text="first ")


def test_questions_at_the_same_time_do_not_mix() -> None:
    results: list[list[EngineText | EngineDone]] = []
    with engine_over("whole") as (engine, _):
        threads = [threading.Thread(target=lambda: results.append(_answer(engine))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    assert len(results) == 6 and all(result == results[0] for result in results)


def test_switched_off_asks_nobody_and_says_so() -> None:
    with engine_for("https://api.openai.com/v1", enabled=lambda: False) as engine:
        status = engine.status("es")
        assert status.state == "missing" and "desactivado" in status.sentence
        with pytest.raises(EngineError) as caught:
            _answer(engine)
        assert caught.value.code == "engine.off"


def test_a_missing_key_is_told_before_asking() -> None:
    with engine_for("https://api.openai.com/v1", key=lambda: None) as engine:
        assert "jarvis keys set openai" in engine.status("en").sentence
        with pytest.raises(EngineError) as caught:
            _answer(engine)
        assert caught.value.code == "engine.no_key"


def test_other_servers_need_no_key() -> None:
    with engine_over("whole", key=lambda: None) as (engine, _):
        assert engine.status().state == "ready"
        assert engine.status().device == "127.0.0.1"
        assert len(_answer(engine)) == 3


@pytest.mark.parametrize("url", ["http://example.org/v1", "http://192.168.1.5:11434/v1", "http://127.0.0.1.nip.io/v1"])
def test_a_key_never_travels_unencrypted(url: str) -> None:
    with engine_for(url) as engine:
        assert engine.status("es").state == "missing" and "https://" in engine.status("es").sentence
        with pytest.raises(EngineError) as caught:
            _answer(engine)
        assert caught.value.code == "engine.insecure_address"
    with engine_for(url, key=lambda: None) as engine:
        assert engine.status().state == "ready"


@pytest.mark.parametrize(
    "url", ["https://example.org", "http://localhost:1/v1", "http://127.0.0.5/v1", "http://[::1]/v1"]
)
def test_a_key_may_travel_encrypted_or_within_this_computer(url: str) -> None:
    with engine_for(url) as engine:
        assert engine.status().state == "ready"


def test_closing_does_not_wait_for_a_connection_that_never_closes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(streaming, "_CLOSE_SECONDS", 0.05)
    with engine_over("whole") as (engine, _):
        _answer(engine)
        client = next(iter(engine._completions._clients._kept.values())).client

        monkeypatch.setattr(client, "close", lambda: asyncio.sleep(PATIENCE_SECONDS * 100))
        closing = threading.Thread(target=engine.close, daemon=True)
        closing.start()
        closing.join(PATIENCE_SECONDS)
        assert not closing.is_alive()
        assert "did not close in time" in caplog.text
