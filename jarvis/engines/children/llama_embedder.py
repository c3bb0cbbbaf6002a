"""Program of a child process: vectors from a GGUF through llama.cpp, served in the OpenAI shape on a loopback port.

`python -m jarvis.engines.children.llama_embedder MODEL.gguf --gpu-layers N ...`; the key comes in the environment. How
token vectors become one (first token, mean, last token) stands in the file. Which GPUs it sees is decided by whoever
starts it, through CUDA_VISIBLE_DEVICES.
"""

from __future__ import annotations

import argparse
import os
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from jarvis.catalog.gguf_header import read_gguf
from jarvis.catalog.tensor_types import rearranges_weights
from jarvis.contracts.errors import EngineError
from jarvis.engines.children.embedding_service import Interrupted, Service, Vectors, key_of_environment, serve
from jarvis.processes.child_side import announce_failure, exit_with_parent
from jarvis.processes.exits import literal

if TYPE_CHECKING:
    from jarvis.engines.children.load_report import LoadLog

_QUIET_THREADS = {"GOMP_SPINCOUNT": "0", "OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}
"""Idle OpenMP threads must sleep; a crash must end the process at once instead of starting a debugger."""

RUNTIME_MIB = 350
"""What it takes beside the weights: Python and the buffers for one text."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until the parent ends or nothing is asked; exit code 1 after announcing why it cannot."""
    exit_with_parent()
    options = _options(arguments)
    key = key_of_environment()
    os.environ.update(_QUIET_THREADS)
    try:
        # llama.cpp may abort the whole process on a damaged file.
        reads = read_gguf(options.model).context_tokens or options.max_tokens
        _check_memory(options, options.memory_mib or psutil.virtual_memory().available >> 20)
        log = _listening()
        model = GgufModel(
            options.model,
            log,
            gpu_layers=options.gpu_layers,
            max_tokens=min(options.max_tokens, reads),
            threads=options.threads,
        )
    except EngineError as error:
        announce_failure(error.code, error.sentence("en"), error.sentence("es"), retryable=error.retryable)
        return 1
    log.stop_collecting()
    document = {"device": model.device, "dimensions": model.dimensions, "sparse": False}
    serve(
        Service(model=options.model.stem, embed=model.embed, interrupt=model.interrupt, document=document),
        key=key,
        idle_seconds=options.idle_seconds,
    )
    return 0


def _listening() -> LoadLog:
    from jarvis.engines.children.load_report import LoadLog

    log = LoadLog()
    log.listen()
    return log


class GgufModel:
    """The embedding model in `path`; `EngineError` when it cannot be used. One thread at a time.

    `log` hears what llama.cpp says; it must live as long as the process.
    """

    def __init__(
        self, path: Path, log: LoadLog | None = None, *, gpu_layers: int, max_tokens: int, threads: int = 0
    ) -> None:
        import llama_cpp

        from jarvis.engines.children.llama_model import AbortFlag
        from jarvis.engines.children.load_report import failure_of, last_error, report_of
        from jarvis.engines.children.placed_llama import PlacedLlama

        self._library = llama_cpp
        try:
            self._llama: Any = PlacedLlama(
                str(path),
                rearranged=rearranges_weights(),
                embedding=True,
                n_ctx=max_tokens,
                n_batch=max_tokens,
                n_ubatch=max_tokens,
                n_gpu_layers=gpu_layers,
                n_threads=threads or _cores(),
                n_threads_batch=threads or _cores(),
                flash_attn=True,
                verbose=False,
            )
        except (ValueError, RuntimeError, OSError, MemoryError) as error:
            lines = log.lines() if log is not None else []
            if isinstance(error, MemoryError) or failure_of(lines) == "out_of_memory":
                raise _out_of_memory(path) from error
            raise _broken(path, last_error(lines) or str(error)) from error
        self.device = ", ".join(report_of(log.lines() if log is not None else ()).devices) or "CPU"
        self._abort = AbortFlag(self._llama.ctx)
        self._most = min(max_tokens, self._llama.n_ctx())
        self.dimensions = int(self._llama.n_embd())
        pooling = int(self._llama.pooling_type())
        if pooling in (int(llama_cpp.LLAMA_POOLING_TYPE_NONE), int(llama_cpp.LLAMA_POOLING_TYPE_RANK)):
            raise _broken(path, "pooling")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of `texts`, in order; one after the other, so that none depends on its neighbours.

        Raises `Interrupted` after `interrupt`.
        """
        dense, count = [], 0
        self._abort.down()
        for text in texts:
            tokens = self._tokens(text)
            count += len(tokens)
            dense.append(self._vector(tokens))
        return Vectors(dense=dense, tokens=count)

    def interrupt(self) -> None:
        """Make a running `embed` stop; from any thread."""
        self._abort.up()

    def _tokens(self, text: str) -> list[int]:
        tokens: list[int] = self._llama.tokenize(text.encode("utf-8"))
        # The last one may be the mark that the model ends every text with.
        return tokens if len(tokens) <= self._most else [*tokens[: self._most - 1], tokens[-1]]

    def _vector(self, tokens: list[int]) -> bytes:
        llama, batch = self._llama, self._llama._batch
        batch.reset()
        batch.add_sequence(tokens, 0, True)
        llama._ctx.kv_cache_clear()
        try:
            llama._ctx.decode(batch)
        except RuntimeError as error:
            if self._abort.raised:
                raise Interrupted from error
            raise
        finally:
            batch.reset()
        found = self._library.llama_get_embeddings_seq(llama._ctx.ctx, 0)
        return array("f", found[: self.dimensions]).tobytes()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="llama_embedder", description="Serve one GGUF embedding model to Jarvis.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--gpu-layers", type=int, default=0, help="-1 puts all on the GPU where there is one")
    parser.add_argument("--max-tokens", type=int, default=1024, help="longer texts are cut")
    parser.add_argument("--threads", type=int, default=0, help="0 uses the physical cores")
    parser.add_argument("--memory-mib", type=int, default=0, help="memory it may use; 0 asks the system")
    parser.add_argument("--idle-seconds", type=float, default=0.0)
    return parser.parse_args(arguments)


def _check_memory(options: argparse.Namespace, available_mib: int) -> None:
    """Refuse a model that cannot fit before loading it drives the whole computer into swapping."""
    import llama_cpp

    offloads = llama_cpp.llama_supports_gpu_offload()
    needed = (options.model.stat().st_size >> 20) + RUNTIME_MIB
    if (options.gpu_layers == 0 or not offloads) and needed > available_mib:
        raise EngineError(
            "engine.too_big",
            en="{model} needs {needed} MB of memory and only {free} MB are free, so memories are found without it. "
            "Close other programs or set memory.embedder to minilm.",
            es="{model} necesita {needed} MB de memoria y solo hay {free} MB libres, así que los recuerdos se buscan "
            "sin él. Cierra otros programas o pon memory.embedder en minilm.",
            model=options.model.stem,
            needed=needed,
            free=available_mib,
        )


def _cores() -> int:
    """Return the physical cores, no more than this process may use."""
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(psutil.cpu_count(logical=False) or allowed, allowed))


def _out_of_memory(path: Path) -> EngineError:
    return EngineError(
        "engine.out_of_memory",
        en="The memory was not enough to load {model}; memories are found without it. Close other programs or set "
        "memory.embedder to minilm.",
        es="La memoria no bastó para cargar {model}; los recuerdos se buscan sin él. Cierra otros programas o pon "
        "memory.embedder en minilm.",
        model=path.stem,
    )


def _broken(path: Path, why: str) -> EngineError:
    return EngineError(
        "embedding.model_broken",
        en="{model} is damaged or makes no embeddings ({why}). Download it again; until then memories are found "
        "without it.",
        es="{model} está dañado o no produce embeddings ({why}). Descárgalo de nuevo; hasta entonces los recuerdos se "
        "buscan sin él.",
        retryable=False,
        model=path.stem,
        why=literal((why.strip().splitlines() or ["?"])[0][:160]),
    )


if __name__ == "__main__":
    code = main()
    # At once: what the native library would tear down is the process' own memory.
    os._exit(code)
