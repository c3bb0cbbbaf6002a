"""What the parent and the child both know of a sentence-transformers folder: a file's name, and how damage is told."""

from __future__ import annotations

from pathlib import Path

from jarvis.contracts.errors import EngineError
from jarvis.processes.exits import literal

SPARSE_FILE = "sparse_linear.pt"
"""BGE-M3's layer that gives every token a weight, beside its `modules.json`."""


def broken(folder: Path, why: str) -> EngineError:
    """Return the error for a model folder that cannot be used."""
    return EngineError(
        "embedding.model_broken",
        en="The model in {folder} is incomplete or damaged ({why}). Download it again; until then memories are found "
        "without it.",
        es="El modelo de {folder} está incompleto o dañado ({why}). Descárgalo de nuevo; hasta entonces los recuerdos "
        "se buscan sin él.",
        retryable=False,
        folder=literal(folder),
        why=literal((why.strip().splitlines() or ["?"])[0][:160]),
    )
