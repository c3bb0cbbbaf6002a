"""Texts as vectors: what an embedder gives, and the port behind which every one of them stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jarvis.contracts.errors import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedding:
    """One text: `dense` is a unit vector, little-endian float32, 4 bytes times the embedder's dimensions. `sparse` maps
    token ids to weights > 0 where the model gives such (BGE-M3), else it is empty."""

    dense: bytes = field(repr=False)
    sparse: Mapping[int, float] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedderInfo:
    """`tag` names model, weights and way of reading; another tag means other vectors. It serves as a folder name, so it
    holds only letters, digits, dots and dashes. `languages` are those in which meaning is understood."""

    tag: str
    model: str
    dimensions: int
    languages: tuple[Language, ...]
    device: str = "CPU"
    sparse: bool = False
    local: bool = True


class Embedder(Protocol):
    """Makes vectors of texts; any thread may call anything."""

    def info(self) -> EmbedderInfo:
        """Return what it is; known without starting anything."""
        ...

    def why_not(self, language: Language = "en") -> str | None:
        """Return one sentence why it cannot work here, None where it can (or has not been tried)."""
        ...

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        """Return one embedding per text, starting what is needed. `query` marks questions, which are waited for: they
        go before texts that are embedded in bulk. Raises `EngineError` with a sentence."""
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class Reranker(Protocol):
    """Judges how well texts answer a question, more exactly and more slowly than vectors do."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return one score 0..1 per text. Raises `EngineError`."""
        ...

    def close(self) -> None:
        """End what was started."""
        ...
