"""Takes personal data out of what an embedder that is not at home is handed, as it is taken out of prompts.

Knows neither memories nor servers; an embedder at home is handed everything as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jarvis.contracts.embedding import Embedder, EmbedderInfo, Embedding
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.guard import Redactor


class GuardedEmbedder:
    """An `Embedder` before another one. `stays` tells whether a question with personal data is not to leave at all."""

    def __init__(self, embedder: Embedder, redactor: Redactor, *, stays: Callable[[], bool]) -> None:
        self._embedder = embedder
        self._redactor = redactor
        self._stays = stays

    def info(self) -> EmbedderInfo:
        """Return what stands behind it."""
        return self._embedder.info()

    def why_not(self, language: Language = "en") -> str | None:
        """Return why that cannot work here."""
        return self._embedder.why_not(language)

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        """Return one embedding per text, each without its personal data; see `Embedder.embed`.

        Raises `EngineError` (`embedding.personal_stays`) for a question that has such data where those are to stay.
        """
        if self._embedder.info().local:
            return self._embedder.embed(texts, query=query)
        redacted = [self._redactor.redact(text) for text in texts]
        if query and self._stays() and any(one.findings for one in redacted):
            raise EngineError(
                "embedding.personal_stays",
                en="The last question has personal data, which are to stay here (privacy.personal_data), so it was "
                "compared by its words alone and not sent to the embedder.",
                es="La última pregunta tiene datos personales, que deben quedarse aquí (privacy.personal_data), así "
                "que se comparó solo por sus palabras y no se envió al embedder.",
                retryable=False,
            )
        return self._embedder.embed([one.text for one in redacted], query=query)

    def close(self) -> None:
        """End what was started."""
        self._embedder.close()
