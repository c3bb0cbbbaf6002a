"""A cross-encoder in a child process that judges how well texts answer a question, such as bge-reranker-v2-m3."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from jarvis.contracts.errors import EngineError, Language
from jarvis.engines.embedding.sentence_transformers import is_installed, no_package, sentence_server
from jarvis.engines.embedding.wire import batches, sendable
from jarvis.processes.registry import ChildRegistry

MAX_TOKENS = 512
_MOST_CHARACTERS = 2000
_BATCH_TEXTS, _BATCH_CHARACTERS = 32, 16_000


class BgeReranker:
    """A `Reranker` over the cross-encoder in `folder`; `gpu` as for the embedders. Any thread may call anything."""

    def __init__(
        self,
        folder: Path,
        registry: ChildRegistry,
        logs: Path,
        *,
        model: str = "bge-reranker-v2-m3",
        gpu: int | None = None,
        threads: int = 0,
        idle_seconds: float = 300.0,
        installed: Callable[[], bool] = is_installed,
    ) -> None:
        self._model = model
        self._installed = installed
        self._server = sentence_server(
            [str(folder), "--rerank", f"--max-tokens={MAX_TOKENS}", f"--threads={threads}"],
            registry,
            logs / "reranker.log",
            model=model,
            gpu=gpu,
            request_seconds=120.0,
            idle_seconds=idle_seconds,
        )

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._server.pid

    def why_not(self, language: Language = "en") -> str | None:
        """Return one sentence why it cannot work here; None where it can or was not tried."""
        return self._server.why_not(language) if self._installed() else no_package().sentence(language)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return one score 0..1 per text; see `Reranker.scores`."""
        if not texts:
            return []
        if not self._installed():
            raise no_package()
        asked = sendable(question, _MOST_CHARACTERS)
        clean = [sendable(text, _MOST_CHARACTERS) for text in texts]
        made: list[float] = []
        for batch in batches(clean, most_texts=_BATCH_TEXTS, most_characters=_BATCH_CHARACTERS):
            body = {"model": self._model, "query": asked, "documents": batch}
            made += self._read(self._server.ask("/rerank", body, query=True), len(batch))
        return made

    def close(self) -> None:
        """End the child; the next question starts it again."""
        self._server.close()

    def _read(self, document: dict[str, object], count: int) -> list[float]:
        rows = document.get("results")
        found = {}
        for row in rows if isinstance(rows, list) else ():
            score = row.get("relevance_score") if isinstance(row, dict) else None
            if isinstance(score, int | float) and math.isfinite(score) and 0 <= score <= 1:
                found[row.get("index")] = float(score)
        if sorted(found) != list(range(count)):
            raise EngineError(
                "embedding.bad_scores",
                en="{model} gave no usable judgement, so what was found stays in its first order.",
                es="{model} no dio un juicio utilizable; lo encontrado queda en su primer orden.",
                model=self._model,
            )
        return [found[index] for index in range(count)]
