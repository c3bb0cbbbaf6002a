"""What the model child costs over llama-cpp-python in this process: the same GGUF, the same run, medians and ratios.

`python -m benchmarks.engine [MODEL.gguf]`; without a model one of random weights is made. Prints one JSON document:
seconds to the first token, tokens per second, and how long after cancelling the model is free again, in the middle
of a prompt and in the middle of an answer.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jarvis.contracts.hardware import GpuSample, Machine
    from jarvis.engines.pool.pool import EnginePool

ROUNDS = 7
TOKENS = 48
THREADS = 1
CONTEXT = 2048
QUESTION = "Tell me something about the kettle in the kitchen."
LONG = "word " * 400
LIMITS = {"first_token": 1.5, "tokens_per_second": 0.9, "cancel_seconds": 1.0}
"""First token at most this many times the in-process one, speed at least this share of it, cancelling within this."""

os.environ.update(GOMP_SPINCOUNT="0", OMP_WAIT_POLICY="passive", GGML_NO_BACKTRACE="1")


def main() -> int:
    """Measure and print; exit code 1 when a figure misses its limit."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(sys.argv[1]) if len(sys.argv) > 1 else _random_model(Path(folder))
        report = measure(model, Path(folder))
    print(json.dumps(report, indent=2))
    return 0 if report["within_limits"] else 1


def measure(model: Path, folder: Path) -> dict[str, Any]:
    """Return the figures; child and in-process rounds alternate, so that both meet the same load."""
    from jarvis.contracts.cancel import CancelToken
    from jarvis.contracts.messages import ChatMessage
    from jarvis.contracts.ports import EngineText, GenerationOptions
    from jarvis.engines.completions import Completions
    from jarvis.engines.local_model import LocalModelEngine
    from jarvis.engines.running import ModelToRun

    pool = llama_pool(folder)
    completions = Completions()
    wanted = ModelToRun(
        id=model.stem, path=model, context_tokens=CONTEXT, threads=THREADS, gpu_layers=0, keep_alive_seconds=None
    )
    engine = LocalModelEngine(model=lambda: wanted, name="local", pool=pool, completions=completions)

    def through_child(question: str, cancel: CancelToken | None = None, tokens: int = TOKENS) -> Iterator[str]:
        messages = [ChatMessage(role="user", text=question)]
        options = GenerationOptions(max_tokens=tokens, temperature=1.0)
        for item in engine.stream(messages, options, cancel or CancelToken()):
            if isinstance(item, EngineText):
                yield item.text

    in_process = _in_process(model)
    try:
        list(through_child("warm up"))
        list(in_process("warm up"))
        rounds: dict[str, list[tuple[float, float]]] = {"child": [], "in_process": []}
        for number in range(ROUNDS):
            rounds["child"].append(_timed(through_child, f"{number} {QUESTION}"))
            rounds["in_process"].append(_timed(in_process, f"{number} {QUESTION}"))
        cancels = {
            where: [_cancel_seconds(through_child, text, CancelToken()) for _ in range(3)]
            for where, text in (("prompt", LONG), ("answer", "hi"))
        }
    finally:
        pool.close()
        completions.close()
    return _report(model, rounds, cancels)


class BenchmarkMachine:
    """A machine of fixed size without GPUs, so that figures do not depend on what else is open."""

    def machine(self) -> Machine:
        """Return 16 GB of RAM and two cores."""
        from jarvis.contracts.hardware import Machine

        return Machine(ram_mib=16_384, ram_free_mib=14_336, ram_bandwidth_gbs=20.0, cores=2)

    def gpu_samples(self) -> tuple[GpuSample, ...]:
        """Return none."""
        return ()


def llama_pool(folder: Path) -> EnginePool:
    """Return a pool of our own llama.cpp children on `BenchmarkMachine`."""
    from jarvis.catalog.gguf_shape import shape_of_gguf
    from jarvis.engines.pool.pool import EnginePool
    from jarvis.engines.runners.llama_child import LlamaChildLauncher
    from jarvis.placement.place import ShapePlacer
    from jarvis.processes.registry import ChildRegistry
    from jarvis.settings.folders import Folders

    return EnginePool(
        placer=ShapePlacer(shape_of_gguf, lambda _: ()),
        launcher=LlamaChildLauncher(Folders(home=folder), ChildRegistry(folder)),
        probe=BenchmarkMachine(),
    )


def _report(
    model: Path, rounds: dict[str, list[tuple[float, float]]], cancels: dict[str, list[float]]
) -> dict[str, Any]:
    first = {who: statistics.median(seconds for seconds, _ in pairs) for who, pairs in rounds.items()}
    speed = {who: statistics.median(rate for _, rate in pairs) for who, pairs in rounds.items()}
    worst = max(seconds for measured in cancels.values() for seconds in measured)
    ratios = {
        "first_token": first["child"] / first["in_process"],
        "tokens_per_second": speed["child"] / speed["in_process"],
    }
    good = (
        ratios["first_token"] <= LIMITS["first_token"]
        and ratios["tokens_per_second"] >= LIMITS["tokens_per_second"]
        and worst <= LIMITS["cancel_seconds"]
    )
    return {
        "model": model.name,
        "model_mb": round(model.stat().st_size / 1e6),
        "first_token_seconds": {who: round(value, 4) for who, value in first.items()},
        "tokens_per_second": {who: round(value, 1) for who, value in speed.items()},
        "child_over_in_process": {name: round(value, 3) for name, value in ratios.items()},
        "cancel_to_next_token_seconds": {k: [round(s, 3) for s in v] for k, v in cancels.items()},
        "limits": LIMITS,
        "within_limits": good,
    }


def _timed(ask: Callable[[str], Iterator[str]], question: str) -> tuple[float, float]:
    """Return seconds to the first piece, and pieces per second after it."""
    begun = time.perf_counter()
    at = [time.perf_counter() for _ in ask(question)]
    return at[0] - begun, (len(at) - 1) / (at[-1] - at[0]) if len(at) > 1 else 0.0


def _cancel_seconds(ask: Callable[..., Iterator[str]], text: str, cancel: Any) -> float:
    """Return how long after cancelling the next question has its first token: the model is truly free then."""
    from jarvis.contracts.errors import Cancelled

    threading.Timer(0.5, cancel.cancel).start()
    try:
        for _ in ask(text, cancel, 1500):
            continue
    except Cancelled:
        begun = time.perf_counter()
        next(ask("ok", None, 1))
        return time.perf_counter() - begun
    return float("nan")


def _in_process(model: Path) -> Callable[[str], Iterator[str]]:
    import llama_cpp

    llama: Any = llama_cpp.Llama(
        str(model), n_ctx=CONTEXT, n_threads=THREADS, n_threads_batch=THREADS, flash_attn=True, verbose=False
    )

    def ask(question: str) -> Iterator[str]:
        messages = [{"role": "user", "content": question}]
        for chunk in llama.create_chat_completion(messages, stream=True, max_tokens=TOKENS, temperature=1.0):
            if text := chunk["choices"][0]["delta"].get("content"):
                yield text

    return ask


def _random_model(folder: Path) -> Path:
    from tests.fakes.tiny_gguf import random_gguf

    return random_gguf(folder / "random.gguf", width=768, layers=12)


if __name__ == "__main__":
    sys.exit(main())
