"""An embedding model in a GGUF file, such as BGE-M3's, through llama.cpp in a child process: dense vectors only.

llama.cpp is never loaded here; the file's header is read.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from jarvis.catalog.gguf_header import read_gguf
from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import EngineError
from jarvis.engines.embedding.child_embedder import ChildEmbedder
from jarvis.engines.embedding.child_server import ChildServer
from jarvis.engines.embedding.sentence_transformers import gpu_environment
from jarvis.engines.embedding.served import served_model
from jarvis.processes.registry import ChildRegistry

MODULE = "jarvis.engines.children.llama_embedder"
MAX_TOKENS = 1024

_CHARACTERS_PER_TOKEN = 6
_BATCH_TEXTS, _CPU_BATCH_CHARACTERS, _GPU_BATCH_CHARACTERS = 16, 4000, 8000
"""The child reads text by text and gives one up for a question, so a request may take some seconds."""

_QUIET_THREADS = {"GOMP_SPINCOUNT": "0", "OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}
"""Read by native libraries when they load; see the child for what each prevents."""


class LlamaEmbedder(ChildEmbedder):
    """An `Embedder` over the GGUF at `path`, which is called `model` ("bge-m3:q8_0").

    `gpu` is the index of the GPU that the plan gives it, in the order of the PCI bus; None is the processor.
    """

    def __init__(
        self,
        path: Path,
        registry: ChildRegistry,
        logs: Path,
        *,
        model: str,
        gpu: int | None = None,
        threads: int = 0,
        idle_seconds: float = 600.0,
    ) -> None:
        server = ChildServer(
            name=model,
            module=MODULE,
            arguments=[
                str(path),
                f"--gpu-layers={0 if gpu is None else -1}",
                f"--max-tokens={MAX_TOKENS}",
                f"--threads={threads}",
            ],
            environment={**_QUIET_THREADS, **gpu_environment(gpu)},
            log=logs / "embedder-gguf.log",
            registry=registry,
            start_seconds=300.0,
            request_seconds=180.0,
            idle_seconds=idle_seconds,
        )
        super().__init__(
            server,
            lambda: _info(path, model, gpu),
            most_characters=MAX_TOKENS * _CHARACTERS_PER_TOKEN,
            batch_texts=_BATCH_TEXTS,
            batch_characters=_CPU_BATCH_CHARACTERS if gpu is None else _GPU_BATCH_CHARACTERS,
            prefixes=served_model(model),
        )


def _info(path: Path, model: str, gpu: int | None) -> EmbedderInfo:
    header = read_gguf(path)
    width = header.number("embedding_length")
    if not width:
        raise EngineError(
            "embedding.model_broken",
            en="{model} is damaged or makes no embeddings. Download it again; until then memories are found without "
            "it.",
            es="{model} está dañado o no produce embeddings. Descárgalo de nuevo; hasta entonces los recuerdos se "
            "buscan sin él.",
            retryable=False,
            model=path.stem,
        )
    mark = hashlib.sha256(f"{header.name} {header.weight_bytes} {len(header.tensors)}".encode()).hexdigest()[:8]
    label = re.sub(r"[^a-z0-9.]+", "-", model.lower()).strip("-.")[:40]
    return EmbedderInfo(
        tag=f"{label}-gguf-{width}-{mark}",
        model=model,
        dimensions=width,
        languages=served_model(model).languages,
        device="CPU" if gpu is None else f"GPU {gpu}",
    )
