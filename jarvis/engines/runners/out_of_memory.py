"""Tells from a server's last lines whether it ended for lack of memory.

Knows no process. The words are those of llama.cpp's backends (ggml-cuda.cu, ggml-metal.cpp, ggml-vulkan-buffers.cpp,
ggml-alloc.c, ggml-backend.cpp, llama-kv-cache.cpp), of the CUDA and HIP runtimes, of torch, and of vLLM
(v1/worker/utils.py, v1/core/kv_cache_planning.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from jarvis.contracts.errors import EngineError
from jarvis.processes.exits import ChildExit

MARKS: tuple[str, ...] = (
    "cudamalloc failed: out of memory",
    "cuda error: out of memory",
    "cuda out of memory",
    "cuda_error_out_of_memory",
    "hipmalloc failed: out of memory",
    "hip out of memory",
    "hip error: out of memory",
    "hiperroroutofmemory",
    "rocm error: out of memory",
    "outofmemoryerror",
    "erroroutofdevicememory",
    "erroroutofhostmemory",
    "kiogpucommandbuffercallbackerroroutofmemory",
    "error: insufficient memory",
    "failed to allocate metal buffer",
    "error: failed to allocate buffer, size",
    "failed to allocate buffer for kv cache",
    "failed to allocate compute",
    "failed to allocate memory",
    "unable to allocate cuda",
    "unable to allocate backend buffer",
    "cannot allocate memory",
    "std::bad_alloc",
    "no available memory for the cache blocks",
    "larger than the available kv cache",
    "less than desired gpu memory utilization",
    "to serve even a single token",
)
"""In lower case. A line with one of them speaks of memory that could not be had."""

_SIZED = re.compile(r"failed to allocate (?:\S+ )?buffer of size")

_HARMLESS = ("pinned memory", "falling back")
"""llama.cpp goes on with ordinary memory after these."""


def out_of_memory_line(lines: Iterable[str]) -> str | None:
    """Return the first of `lines` that speaks of exhausted memory, trimmed; None when none does."""
    for line in lines:
        told = line.lower()
        if (any(mark in told for mark in MARKS) or _SIZED.search(told)) and not any(word in told for word in _HARMLESS):
            return line.strip()[:300]
    return None


def killed_for_memory(how: ChildExit) -> bool:
    """True for a forced end that Jarvis did not ask for: so the kernel ends whoever takes too much memory."""
    return how.signal == "SIGKILL" and not how.wanted


def out_of_memory_error(model: str, line: str) -> EngineError:
    """Return the error for a model that found too little memory; `line` is what its server said."""
    return EngineError(
        "engine.out_of_memory",
        en="There was not enough memory for {model} ({why}). Close programs that use the graphics card or a lot of "
        "memory, or choose a smaller model or a shorter context.",
        es="No hubo memoria suficiente para {model} ({why}). Cierra programas que usen la tarjeta gráfica o mucha "
        "memoria, o elige un modelo más pequeño o un contexto más corto.",
        model=model,
        why=line[:160],
    )
