"""Embeds questions, so that an answer waits for a cold or hung model only so long.

What is under way when patience ends starts the model, and what it gave serves the next question. Knows neither vectors
nor searching.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from jarvis.contracts.embedding import Embedder, EmbedderInfo, Embedding
from jarvis.contracts.errors import EngineError
from jarvis.memory.waiting import Waiting


class StillStarting(EngineError):
    """The model that compares meanings gave no answer in time."""

    def __init__(self) -> None:
        super().__init__(
            "memory.model_starting",
            en="The model that compares meanings is still starting; found by words for now.",
            es="El modelo que compara significados aún está arrancando; por ahora se busca por palabras.",
        )


class Questions:
    """The vectors of the last questions; any thread may call anything. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._vectors = Waiting[Embedding](StillStarting, "memory-question", clock)

    def ask(self, embedder: Embedder, info: EmbedderInfo, text: str, patience: float | None = None) -> Embedding:
        """Return the vector of a question, waiting for it at most `patience` seconds, None for as long as it takes.

        Raises what the embedder raises; after `patience` what it failed with the last time, else `StillStarting`.
        """
        return self._vectors.ask(info.tag, text, lambda: _vector(embedder, text), patience)

    def forget(self) -> None:
        """Let go of every text; what is under way is not kept either."""
        self._vectors.forget()


def _vector(embedder: Embedder, text: str) -> Embedding:
    (made,) = embedder.embed([text], query=True)
    return made
