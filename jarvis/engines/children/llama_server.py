"""Program of a child process: one GGUF served in the OpenAI HTTP shape on a loopback port of its own.

`python -m jarvis.engines.children.llama_server MODEL.gguf --context N --threads N --gpu-layers N ...`; the key that
every request must carry comes in the environment. It announces its address and what the load really took, or why it
cannot serve. Which GPUs it sees is decided by whoever starts it, through CUDA_VISIBLE_DEVICES.
"""

from __future__ import annotations

import argparse
import math
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from jarvis.catalog.gguf_shape import shape_of_gguf
from jarvis.catalog.shape import ModelShape
from jarvis.contracts.errors import EngineError
from jarvis.contracts.placement import KV_TYPES
from jarvis.placement.estimate import cpu_estimate
from jarvis.processes.child_side import announce, announce_failure, exit_with_parent

if TYPE_CHECKING:
    from jarvis.engines.children.llama_model import LlamaModel
    from jarvis.engines.children.load_report import LoadLog

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
        shape = shape_of_gguf(options.model)
        context = min(options.context, shape.context_tokens or options.context)
        _check_memory(options, shape, context, options.memory_mib or _available_mib())
        log = _listening()
        model = _load(options, context, log)
    except EngineError as error:
        announce_failure(error.code, error.sentence("en"), error.sentence("es"), retryable=error.retryable)
        return 1
    log.stop_collecting()
    document = _document(model, options, log.lines(), time.monotonic() - begun)
    _serve(model, document, key)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="llama_server", description="Serve one GGUF model to Jarvis.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--context", type=int, default=4096, help="tokens of context")
    parser.add_argument("--threads", type=int, default=0, help="0 uses the physical cores")
    parser.add_argument("--gpu-layers", type=int, default=-1, help="-1 puts all on the GPU where there is one")
    parser.add_argument("--tensor-split", type=_shares, default=(), help="each GPU's share, such as 22,11")
    parser.add_argument("--main-gpu", type=int, default=0, help="index among the GPUs that it sees")
    parser.add_argument("--kv-type", choices=KV_TYPES, default="f16", help="how the KV cache is stored")
    parser.add_argument("--expert-override", action="append", default=[], help="tensors matching this stay in RAM")
    parser.add_argument("--mmap", action=argparse.BooleanOptionalAction, default=True, help="map the file")
    parser.add_argument("--batch", type=int, default=512, help="tokens of the prompt read at once")
    parser.add_argument("--seed", type=int, help="draw every answer that names no seed of its own from this one")
    parser.add_argument("--projector", type=Path, help="vision file (mmproj GGUF) for pictures")
    parser.add_argument("--memory-mib", type=int, default=0, help="memory it may use; 0 asks the system")
    return parser.parse_args(arguments)


def _shares(text: str) -> tuple[float, ...]:
    return tuple(float(share) for share in text.split(",") if share.strip())


def _listening() -> LoadLog:
    from jarvis.engines.children.load_report import LoadLog

    log = LoadLog()
    log.listen()
    return log


def _available_mib() -> int:
    return psutil.virtual_memory().available >> 20


def _check_memory(options: argparse.Namespace, shape: ModelShape, context: int, available_mib: int) -> None:
    """Refuse a model that cannot fit before loading it drives the whole computer into swapping.

    The compute buffer is left out: hardly any of it is ever touched, and what was placed has kept a margin for it.
    """
    import llama_cpp

    if options.gpu_layers != 0 and llama_cpp.llama_supports_gpu_offload():
        return
    said = cpu_estimate(shape, context=context, kv_type=options.kv_type, batch=options.batch, mmap=options.mmap)
    needed = math.ceil(said.total_mib - said.compute_mib)
    if options.projector is not None and options.projector.exists():
        needed += options.projector.stat().st_size >> 20
    if needed > available_mib:
        raise EngineError(
            "engine.too_big",
            en="{model} needs {needed} MB of memory and only {free} MB are free, so it was not loaded. "
            "Close other programs, choose a smaller model, or lower engine.context_tokens.",
            es="{model} necesita {needed} MB de memoria y solo hay {free} MB libres; no se ha cargado. "
            "Cierra otros programas, elige un modelo más pequeño o baja engine.context_tokens.",
            retryable=False,
            model=options.model.stem,
            needed=needed,
            free=available_mib,
        )


def _load(options: argparse.Namespace, context: int, log: LoadLog) -> LlamaModel:
    from jarvis.engines.children.llama_model import LlamaModel, LoadOptions
    from jarvis.engines.children.load_report import failure_of, last_error

    asked = LoadOptions(
        context_tokens=context,
        threads=options.threads or _physical_cores(),
        gpu_layers=options.gpu_layers,
        tensor_split=options.tensor_split,
        main_gpu=options.main_gpu,
        kv_type=options.kv_type,
        cpu_patterns=tuple(options.expert_override),
        mmap=options.mmap,
        batch_tokens=options.batch,
        projector=options.projector,
        seed=options.seed,
    )
    try:
        return LlamaModel(options.model, asked)
    except (ValueError, RuntimeError, OSError, MemoryError) as error:
        lines = log.lines()
        if isinstance(error, MemoryError) or failure_of(lines) == "out_of_memory":
            raise _out_of_memory(options.model) from error
        raise _load_failed(options.model, last_error(lines) or str(error)) from error


def _out_of_memory(path: Path) -> EngineError:
    return EngineError(
        "engine.out_of_memory",
        en="The memory was not enough to load {model}. Nothing else was changed. It can be tried with less on the GPU "
        "or a smaller context; closing other programs helps too.",
        es="La memoria no bastó para cargar {model}. No se cambió nada más. Se puede intentar con menos en la GPU o "
        "con menos contexto; también ayuda cerrar otros programas.",
        retryable=True,
        model=path.stem,
    )


def _load_failed(path: Path, why: str) -> EngineError:
    return EngineError(
        "engine.load_failed",
        en="{model} could not be loaded ({why}). It may be damaged, too new for this Jarvis, or too big. "
        "Choose another model.",
        es="No se pudo cargar {model} ({why}). Puede estar dañado, ser demasiado nuevo para este Jarvis o "
        "demasiado grande. Elige otro modelo.",
        retryable=False,
        model=path.stem,
        why=why[:200],
    )


def _physical_cores() -> int:
    """Return the physical cores, no more than this process may use."""
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(psutil.cpu_count(logical=False) or allowed, allowed))


def _document(model: LlamaModel, options: argparse.Namespace, lines: list[str], seconds: float) -> dict[str, Any]:
    """Return what is announced beside the address: sizes are MiB, `device` "gpu" as soon as one holds a part."""
    from jarvis.engines.children.load_report import report_of

    report = report_of(lines)
    return {
        "model": options.model.stem,
        "context_tokens": model.context_tokens,
        "device": "gpu" if report.devices else "cpu",
        "kv_type": options.kv_type,
        "load_seconds": round(seconds, 3),
        "ram_mib": round(psutil.Process().memory_info().rss / (1 << 20), 1),
        "template": "own" if model.template.own else "chatml",
        "tools": "own" if model.template.native_tools else "instructed",
        "vision": model.sees,
        **report.document(),
    }


def _serve(model: LlamaModel, document: dict[str, Any], key: str) -> None:
    import uvicorn

    from jarvis.engines.children.llama_routes import routes

    # asyncio sends small packets at once (TCP_NODELAY) only where the protocol is named: else 40 ms per answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    config = uvicorn.Config(
        routes(model, name=document["model"], key=key),
        log_level="warning",
        access_log=False,
        lifespan="off",
        http="h11",
    )
    announce({"url": f"http://127.0.0.1:{listener.getsockname()[1]}/v1", **document})
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    code = main()
    # At once: what the native library would tear down is the process' own memory.
    os._exit(code)
