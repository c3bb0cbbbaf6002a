"""Program of a child process: one GGUF served in the OpenAI HTTP shape on a loopback port of its own.

`python -m jarvis.engines.children.llama_server MODEL.gguf --context N --threads N --gpu-layers N`; the key that
every request must carry comes in the environment. It announces its address, or why it cannot serve.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from jarvis.contracts.errors import EngineError
from jarvis.engines.gguf_file import GgufHeader, needed_mib, read_gguf
from jarvis.processes.child_side import announce, announce_failure, exit_with_parent

if TYPE_CHECKING:
    from jarvis.engines.children.llama_model import LlamaModel

KEY = "JARVIS_ENGINE_KEY"
"""Environment name of the bearer key."""

_QUIET_THREADS = {"GOMP_SPINCOUNT": "0", "OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}
"""Idle OpenMP threads must sleep: spinning beside one busy neighbour costs 90 % of the speed. A crash must end the
process at once instead of starting a debugger."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until the parent ends; exit code 1 after announcing why it cannot."""
    exit_with_parent()
    options = _options(arguments)
    key = os.environ.pop(KEY, "")
    os.environ.update(_QUIET_THREADS)
    begun = time.monotonic()
    try:
        header = read_gguf(options.model)
        context = min(options.context, header.context_tokens or options.context)
        _check_memory(options.model, header, context, options.memory_mib or _available_mib(), options.gpu_layers)
        model = _load(options, context)
    except EngineError as error:
        announce_failure(error.code, error.sentence("en"), error.sentence("es"), retryable=error.retryable)
        return 1
    _serve(model, name=options.model.stem, key=key, load_seconds=time.monotonic() - begun, gpu=options.gpu_layers != 0)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="llama_server", description="Serve one GGUF model to Jarvis.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--context", type=int, default=4096, help="tokens of context")
    parser.add_argument("--threads", type=int, default=0, help="0 uses the physical cores")
    parser.add_argument("--gpu-layers", type=int, default=-1, help="-1 puts all on the GPU where there is one")
    parser.add_argument("--memory-mib", type=int, default=0, help="memory it may use; 0 asks the system")
    return parser.parse_args(arguments)


def _available_mib() -> int:
    return psutil.virtual_memory().available >> 20


def _check_memory(path: Path, header: GgufHeader, context: int, available_mib: int, gpu_layers: int) -> None:
    """Refuse a model that cannot fit before loading it drives the whole computer into swapping."""
    import llama_cpp

    if gpu_layers != 0 and llama_cpp.llama_supports_gpu_offload():
        return
    needed = needed_mib(path, header, context)
    if needed > available_mib:
        raise EngineError(
            "engine.too_big",
            en="{model} needs {needed} MB of memory and only {free} MB are free, so it was not loaded. "
            "Close other programs, choose a smaller model, or lower engine.context_tokens.",
            es="{model} necesita {needed} MB de memoria y solo hay {free} MB libres; no se ha cargado. "
            "Cierra otros programas, elige un modelo más pequeño o baja engine.context_tokens.",
            retryable=False,
            model=path.stem,
            needed=needed,
            free=available_mib,
        )


def _load(options: argparse.Namespace, context: int) -> LlamaModel:
    from jarvis.engines.children.llama_model import LlamaModel

    try:
        return LlamaModel(
            options.model,
            context_tokens=context,
            threads=options.threads or _physical_cores(),
            gpu_layers=options.gpu_layers,
        )
    except (ValueError, RuntimeError, OSError, MemoryError) as error:
        raise EngineError(
            "engine.load_failed",
            en="{model} could not be loaded ({why}). It may be damaged, too new for this Jarvis, or too big. "
            "Choose another model.",
            es="No se pudo cargar {model} ({why}). Puede estar dañado, ser demasiado nuevo para este Jarvis o "
            "demasiado grande. Elige otro modelo.",
            retryable=False,
            model=options.model.stem,
            why=str(error)[:200],
        ) from error


def _physical_cores() -> int:
    """Return the physical cores, no more than this process may use."""
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(psutil.cpu_count(logical=False) or allowed, allowed))


def _serve(model: LlamaModel, *, name: str, key: str, load_seconds: float, gpu: bool) -> None:
    import llama_cpp
    import uvicorn

    from jarvis.engines.children.llama_routes import routes

    # asyncio sends small packets at once (TCP_NODELAY) only where the protocol is named: else 40 ms per answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    config = uvicorn.Config(
        routes(model, name=name, key=key), log_level="warning", access_log=False, lifespan="off", http="h11"
    )
    announce(
        {
            "url": f"http://127.0.0.1:{listener.getsockname()[1]}/v1",
            "model": name,
            "context_tokens": model.context_tokens,
            "device": "gpu" if gpu and llama_cpp.llama_supports_gpu_offload() else "cpu",
            "load_seconds": round(load_seconds, 3),
            "template": "own" if model.has_template else "chatml",
        }
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    code = main()
    # At once: what the native library would tear down is the process' own memory.
    os._exit(code)
