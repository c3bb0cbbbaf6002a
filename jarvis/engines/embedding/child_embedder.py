"""An embedder whose model runs in a child process: batches of a bounded length there, vectors checked here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from jarvis.contracts.embedding import EmbedderInfo, Embedding
from jarvis.contracts.errors import EngineError, Language
from jarvis.engines.embedding.child_server import ChildServer
from jarvis.engines.embedding.served import ServedModel
from jarvis.engines.embedding.wire import batches, embeddings, sendable


class ChildEmbedder:
    """An `Embedder` over a `ChildServer`; any thread may call anything.

    `told` makes its `EmbedderInfo` without starting anything, and may raise `EngineError` where the model's files are
    missing or damaged. Texts longer than `most_characters` are cut; one request holds at most `batch_texts` of together
    `batch_characters`, so that a question never waits for more than that.
    """

    def __init__(
        self,
        server: ChildServer,
        told: Callable[[], EmbedderInfo],
        *,
        most_characters: int,
        batch_texts: int,
        batch_characters: int,
        prefixes: ServedModel | None = None,
    ) -> None:
        self._server = server
        self._told = told
        self._most_characters = most_characters
        self._batch_texts = batch_texts
        self._batch_characters = batch_characters
        self._prefixes = prefixes or ServedModel()
        self._info: EmbedderInfo | None = None

    def info(self) -> EmbedderInfo:
        """Return what it is; `device` is where it really runs as soon as it does. Raises `EngineError`."""
        if self._info is None:
            self._info = self._told()
        device = self._server.announced.get("device")
        return replace(self._info, device=str(device)) if device else self._info

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._server.pid

    def why_not(self, language: Language = "en") -> str | None:
        """Return one sentence why it cannot work here; None where it can or was not tried."""
        try:
            self.info()
        except EngineError as error:
            return error.sentence(language)
        return self._server.why_not(language)

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        """Return one embedding per text; see `Embedder.embed`. Long texts are read from their beginning."""
        if not texts:
            return []
        info = self.info()
        prefix = self._prefixes.query_prefix if query else self._prefixes.text_prefix
        clean = [prefix + sendable(text, self._most_characters) for text in texts]
        made: list[Embedding] = []
        for batch in batches(clean, most_texts=self._batch_texts, most_characters=self._batch_characters):
            body = {"model": info.model, "input": batch, "encoding_format": "base64"}
            answer = self._server.ask("/embeddings", body, query=query)
            made += embeddings(answer, len(batch), self._server.name, dimensions=info.dimensions)
        return made

    def close(self) -> None:
        """End the child; the next text starts it again."""
        self._server.close()
