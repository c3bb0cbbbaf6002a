"""BGE-M3, or any sentence-transformers folder, in a child process: dense vectors, and token weights where it has them.

Neither torch nor sentence-transformers is ever loaded here; the folder's small configuration files are read.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import EngineError
from jarvis.engines.embedding.child_embedder import ChildEmbedder
from jarvis.engines.embedding.child_server import ChildServer
from jarvis.engines.embedding.model_folder import SPARSE_FILE, broken
from jarvis.engines.embedding.served import served_model
from jarvis.processes.registry import ChildRegistry

MODULE = "jarvis.engines.children.sentence_embedder"
PACKAGE = "sentence_transformers"
MAX_TOKENS = 1024
"""Longer texts are cut: 1024 tokens are some 700 words and take a processor several seconds."""

_CHARACTERS_PER_TOKEN = 6
_BATCH_TEXTS, _CPU_BATCH_CHARACTERS, _GPU_BATCH_CHARACTERS = 16, 1500, 24_000
"""On two cores about half a second of work; the child lets questions run beside it."""

_LARGEST_CONFIG = 1_000_000


class SentenceTransformersEmbedder(ChildEmbedder):
    """An `Embedder` over the model in `folder`, which is called `model` ("bge-m3").

    `gpu` is the index of the GPU that the plan gives it, in the order of the PCI bus, None the processor, where it is
    quantised to 8 bits. Where the GPU has no room at the start, the processor does the same work in full precision.
    """

    def __init__(
        self,
        folder: Path,
        registry: ChildRegistry,
        logs: Path,
        *,
        model: str = "bge-m3",
        gpu: int | None = None,
        threads: int = 0,
        idle_seconds: float = 600.0,
        installed: Callable[[], bool] | None = None,
    ) -> None:
        here = installed or is_installed
        server = sentence_server(
            [str(folder), f"--max-tokens={MAX_TOKENS}", f"--threads={threads}"],
            registry,
            logs / "embedder-sentences.log",
            model=model,
            gpu=gpu,
            request_seconds=180.0,
            idle_seconds=idle_seconds,
        )
        known = served_model(model)
        super().__init__(
            server,
            lambda: _info(folder, model, gpu, here()),
            most_characters=MAX_TOKENS * _CHARACTERS_PER_TOKEN,
            batch_texts=_BATCH_TEXTS,
            batch_characters=_CPU_BATCH_CHARACTERS if gpu is None else _GPU_BATCH_CHARACTERS,
            prefixes=known,
        )


def sentence_server(
    arguments: Sequence[str],
    registry: ChildRegistry,
    log: Path,
    *,
    model: str,
    gpu: int | None,
    request_seconds: float,
    idle_seconds: float,
) -> ChildServer:
    """Return the child that owns a folder's `model` on `gpu`, None the processor; it is started by the first text."""
    return ChildServer(
        name=model,
        module=MODULE,
        arguments=[*arguments, f"--device={'cpu' if gpu is None else 'cuda:0'}"],
        environment=gpu_environment(gpu),
        log=log,
        registry=registry,
        start_seconds=300.0,
        request_seconds=request_seconds,
        idle_seconds=idle_seconds,
    )


def is_installed() -> bool:
    """True where the extra `memory` is installed; imports nothing."""
    return importlib.util.find_spec(PACKAGE) is not None


def gpu_environment(gpu: int | None) -> dict[str, str]:
    """Return the variables under which a child sees only the GPU `gpu`, or none."""
    return {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "-1" if gpu is None else str(gpu)}


def no_package() -> EngineError:
    """Return the error for a computer without sentence-transformers."""
    return EngineError(
        "embedding.no_package",
        en="This model needs the package sentence-transformers, which is not installed; memories are found without it. "
        "Install it with “pip install jarvis-desktop[memory]”.",
        es="Este modelo necesita el paquete sentence-transformers, que no está instalado; los recuerdos se buscan sin "
        "él. Instálalo con «pip install jarvis-desktop[memory]».",
        retryable=False,
    )


def _info(folder: Path, model: str, gpu: int | None, installed: bool) -> EmbedderInfo:
    if not installed:
        raise no_package()
    config = _configuration(folder)
    width = config.get("hidden_size")
    if not isinstance(width, int) or isinstance(width, bool) or not 0 < width <= 65_536:
        raise broken(folder, "config.json: hidden_size")
    sparse = (folder / SPARSE_FILE).is_file()
    precision = "int8" if gpu is None else "f16"
    label = re.sub(r"[^a-z0-9.]+", "-", model.lower()).strip("-.")[:40]
    return EmbedderInfo(
        tag=f"{label}-st-{'sparse' if sparse else 'dense'}-{precision}-{_mark(folder)}",
        model=model,
        dimensions=width,
        languages=served_model(model).languages,
        device="CPU" if gpu is None else f"GPU {gpu}",
        sparse=sparse,
    )


def _configuration(folder: Path) -> Mapping[str, object]:
    file = folder / "config.json"
    try:
        if file.stat().st_size > _LARGEST_CONFIG:
            raise broken(folder, "config.json: too long")
        document = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise broken(folder, f"config.json: {error}") from error
    if not isinstance(document, dict):
        raise broken(folder, "config.json")
    return document


def _mark(folder: Path) -> str:
    """Return eight characters that differ between models: of the configuration and the weights' names and sizes."""
    known = hashlib.sha256((folder / "config.json").read_bytes())
    for file in sorted([*folder.glob("*.safetensors"), *folder.glob("*.bin"), *folder.glob("*.pt")]):
        known.update(f"{file.name} {file.stat().st_size}\n".encode())
    return known.hexdigest()[:8]
