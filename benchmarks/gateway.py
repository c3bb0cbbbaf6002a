"""What Jarvis costs between a question and its model's server: the same child asked with and without Jarvis.

`python -m benchmarks.gateway [--model FILE.gguf] [--others PYTHON]`; without a model one of random weights is made.
`PYTHON` is an interpreter that has llama-cpp-python[server] and litellm[proxy]: then llama_cpp.server, and LiteLLM's
proxy in front of our child, are measured in the same rounds. Everything is asked over plain HTTP by the same small
reader, except that "openai client" is the official client on the bare child, and Jarvis its `TextEngine`, which takes
the lease anew for every question. All ways get the same questions, greedily answered, in an order that changes with
every round; ahead of each the model forgets the question. Prints one JSON document: medians of the time to the first
token and of tokens/s, and the medians of what each way adds to the bare child within a round.
A model that answers in milliseconds shows best what is added; on a busy machine a larger one varies by more than that.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jarvis.contracts.ports import TextEngine
    from jarvis.engines.running import Endpoint

ROUNDS = 15
TOKENS = 48
CONTEXT = 2048
QUESTION = "Tell me something about the kettle in the kitchen."
LIMITS = {"added_first_token_ms": 2.0, "tokens_per_second_share": 0.98}
"""What Jarvis may add to the bare child, and the share of its speed that must be left."""

START_SECONDS = 120.0
Ask = Callable[[str, int], Iterator[str]]
"""Asks a question for at most so many tokens."""


def main() -> int:
    """Measure and print; exit code 1 when Jarvis misses a limit."""
    parser = argparse.ArgumentParser(description="Jarvis over the bare child.")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--others", type=Path, help="python with llama-cpp-python[server] and litellm[proxy]")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    os.environ.update(GOMP_SPINCOUNT="0", OMP_WAIT_POLICY="passive", GGML_NO_BACKTRACE="1")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        model = options.model or _random_model(Path(folder))
        report = measure(model, Path(folder), options.others, options.rounds, stack)
    print(json.dumps(report, indent=2))
    return 0 if report["within_limits"] else 1


def measure(model: Path, folder: Path, others: Path | None, rounds: int, stack: ExitStack) -> dict[str, Any]:
    """Return the figures; the ways alternate in every round, so that all meet the same load."""
    ways, endpoint = _jarvis_and_bare(model, folder, stack)
    if others is not None:
        ways["litellm"] = _litellm(others, folder, endpoint, stack)
        ways["llama_cpp.server"] = _llama_cpp_server(others, model, folder, stack)
    for ask in ways.values():
        list(ask("warm up", TOKENS))
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    names, order = list(ways), random.Random(0)
    for number in range(rounds):
        # By chance, as what ran just before leaves the caches warm for one way and cold for another.
        for name in order.sample(names, len(names)):
            measured[name].append(_timed(ways[name], f"{number} {QUESTION}"))
    return _report(model, measured)


def _jarvis_and_bare(model: Path, folder: Path, stack: ExitStack) -> tuple[dict[str, Ask], Endpoint]:
    """Start the pool's child; return three ways of asking it, and where it answers."""
    from jarvis.contracts.cancel import CancelToken
    from jarvis.contracts.messages import ChatMessage
    from jarvis.contracts.ports import EngineText, GenerationOptions

    engine, endpoint = _engine_and_child(model, folder, stack)

    def jarvis(question: str, tokens: int) -> Iterator[str]:
        options = GenerationOptions(max_tokens=tokens, temperature=0.0)
        for item in engine.stream([ChatMessage(role="user", text=question)], options, CancelToken()):
            if isinstance(item, EngineText):
                yield item.text

    ways = {
        "bare child": _over_http(endpoint.base_url, endpoint.key, endpoint.model, stack),
        "openai client": _over_openai(endpoint, stack),
        "jarvis": jarvis,
    }
    return ways, endpoint


def _engine_and_child(model: Path, folder: Path, stack: ExitStack) -> tuple[TextEngine, Endpoint]:
    """Return an engine over a pool on a fixed machine without GPUs, and the child that it will ask."""
    from benchmarks.engine import llama_pool
    from jarvis.contracts.cancel import CancelToken
    from jarvis.engines.completions import Completions
    from jarvis.engines.local_model import LocalModelEngine
    from jarvis.engines.running import ModelToRun

    pool = llama_pool(folder)
    stack.callback(pool.close)
    completions = Completions()
    stack.callback(completions.close)
    wanted = ModelToRun(id=model.stem, path=model, context_tokens=CONTEXT, threads=1, keep_alive_seconds=None)
    engine = LocalModelEngine(model=lambda: wanted, name="local", pool=pool, completions=completions)
    with pool.lease(wanted, CancelToken()) as lease:
        return _metered(engine, folder, stack), lease.endpoint


def _metered(engine: TextEngine, folder: Path, stack: ExitStack) -> TextEngine:
    """Return `engine` with the meter that is around every engine, over a ledger on disk."""
    from jarvis.engines.metered import MeteredEngine
    from jarvis.settings.clock import SystemClock
    from jarvis.storage.budgets import SqliteBudget
    from jarvis.storage.database import Database
    from jarvis.storage.ledger import SqliteLedger

    clock, database = SystemClock(), Database(folder / "ledger.sqlite3")
    stack.callback(database.close)
    return MeteredEngine(
        engine,
        where="local",
        price=None,
        reference=None,
        budget=SqliteBudget(database, clock, lambda: (None, None)),
        record=SqliteLedger(database, clock).record_call,
        clock=clock,
    )


def _report(model: Path, measured: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    first = {name: statistics.median(seconds for seconds, _ in pairs) for name, pairs in measured.items()}
    speed = {name: statistics.median(rate for _, rate in pairs) for name, pairs in measured.items()}
    added = {
        name: statistics.median(
            (mine[0] - bare[0]) * 1000 for mine, bare in zip(pairs, measured["bare child"], strict=True)
        )
        for name, pairs in measured.items()
    }
    share = {
        name: statistics.median(mine[1] / bare[1] for mine, bare in zip(pairs, measured["bare child"], strict=True))
        for name, pairs in measured.items()
    }
    good = added["jarvis"] <= LIMITS["added_first_token_ms"] and share["jarvis"] >= LIMITS["tokens_per_second_share"]
    return {
        "model": model.name,
        "model_mb": round(model.stat().st_size / 1e6),
        "rounds": len(measured["bare child"]),
        "first_token_ms": {name: round(value * 1000, 2) for name, value in first.items()},
        "tokens_per_second": {name: round(value, 1) for name, value in speed.items()},
        "added_first_token_ms": {name: round(value, 2) for name, value in added.items()},
        "tokens_per_second_share": {name: round(value, 3) for name, value in share.items()},
        "limits": LIMITS,
        "within_limits": good,
    }


def _timed(ask: Ask, question: str) -> tuple[float, float]:
    """Return seconds to the first piece, and pieces per second after it, once the question is forgotten."""
    list(ask("Forget the question.", 1))
    begun = time.perf_counter()
    at = [time.perf_counter() for _ in ask(question, TOKENS)]
    return at[0] - begun, (len(at) - 1) / (at[-1] - at[0])


def _over_http(url: str, key: str, model: str, stack: ExitStack) -> Ask:
    """Return a way of asking that does no more than reading server-sent events."""
    import httpx2

    client = stack.enter_context(httpx2.Client(timeout=START_SECONDS, trust_env=False))

    def ask(question: str, tokens: int) -> Iterator[str]:
        body = {
            "model": model,
            "messages": [{"role": "user", "content": question}],
            "stream": True,
            "max_tokens": tokens,
            "temperature": 0.0,
        }
        headers = {"authorization": f"Bearer {key}"}
        with client.stream("POST", f"{url}/chat/completions", json=body, headers=headers) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                if line.startswith("data: {"):
                    choices = json.loads(line[6:])["choices"]
                    if choices and (text := choices[0]["delta"].get("content")):
                        yield text

    return ask


def _over_openai(endpoint: Endpoint, stack: ExitStack) -> Ask:
    """Return a way of asking the child with the official client."""
    import openai

    http = openai.DefaultHttpxClient(trust_env=False)
    client = stack.enter_context(
        openai.OpenAI(base_url=endpoint.base_url, api_key=endpoint.key, max_retries=0, http_client=http)
    )

    def ask(question: str, tokens: int) -> Iterator[str]:
        answer = client.chat.completions.create(
            model=endpoint.model,
            messages=[{"role": "user", "content": question}],
            stream=True,
            max_tokens=tokens,
            temperature=0.0,
        )
        for chunk in answer:
            if chunk.choices and (text := chunk.choices[0].delta.content):
                yield text

    return ask


def _litellm(python: Path, folder: Path, endpoint: Endpoint, stack: ExitStack) -> Ask:
    """Put LiteLLM's proxy in front of our child."""
    key, port = f"sk-{secrets.token_hex(8)}", _free_port()
    entry = {"model": f"openai/{endpoint.model}", "api_base": endpoint.base_url, "api_key": endpoint.key}
    config = folder / "litellm.yaml"
    document = {"model_list": [{"model_name": "m", "litellm_params": entry}], "general_settings": {"master_key": key}}
    config.write_text(json.dumps(document), encoding="utf-8")
    program = [str(python.with_name("litellm")), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    _start(program, port, folder / "litellm.log", stack)
    return _over_http(f"http://127.0.0.1:{port}/v1", key, "m", stack)


def _llama_cpp_server(python: Path, model: Path, folder: Path, stack: ExitStack) -> Ask:
    """Serve the same file with the server that comes with llama-cpp-python."""
    port = _free_port()
    program = [str(python), "-m", "llama_cpp.server", "--model", str(model), "--n_ctx", str(CONTEXT)]
    program += ["--host", "127.0.0.1", "--port", str(port), "--flash_attn", "true", "--chat_format", "chatml"]
    program += ["--n_threads", "1", "--n_threads_batch", "1"]
    _start(program, port, folder / "llama_cpp_server.log", stack)
    return _over_http(f"http://127.0.0.1:{port}/v1", "none", "m", stack)


def _start(program: list[str], port: int, log: Path, stack: ExitStack) -> None:
    with log.open("wb") as output:
        process = subprocess.Popen(program, stdout=output, stderr=output, env={**os.environ, "LITELLM_LOG": "ERROR"})
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as link:
            link.settimeout(1.0)
            if link.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit(f"{program[0]} did not start: {log.read_text(errors='replace')[-800:]}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _random_model(folder: Path) -> Path:
    from tests.fakes.tiny_gguf import random_gguf

    return random_gguf(folder / "random.gguf", width=768, layers=12)


if __name__ == "__main__":
    sys.exit(main())
