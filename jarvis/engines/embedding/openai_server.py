"""An embedder behind any address that speaks the OpenAI protocol: llama.cpp, Ollama, vLLM, a service in the cloud.

It sends every text that it is given: whether a text may leave this computer is asked by whoever hands it over, and
`EmbedderInfo.local` says whether it would. Servers serve another model under an old name without a word; a known
sentence, compared with its earlier vector, shows it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.contracts.embedding import EmbedderInfo, Embedding
from jarvis.contracts.errors import EngineError, Language
from jarvis.engines.embedding.acquaintance import SENTENCE, Acquaintance, Acquaintances
from jarvis.engines.embedding.own_networks import is_at_home
from jarvis.engines.embedding.served import served_model
from jarvis.engines.embedding.wire import (
    Address,
    Lost,
    Refused,
    ask,
    batches,
    embeddings,
    lost_failure,
    refused_failure,
    sendable,
)
from jarvis.engines.reach import host_of, obstacle
from jarvis.engines.refusals import pause_before_retry

if TYPE_CHECKING:
    from httpx2 import Client

BATCH_TEXTS = 32
"""Text Embeddings Inference takes no more at once, all others do."""

MOST_CHARACTERS = 8000
"""Texts are cut there: about the 2048 tokens that the shortest of today's long models read."""

_FEWEST_CHARACTERS = 100
_QUERY_SECONDS = 20.0
_LONGEST_PAUSE_SECONDS = 10.0
_PAUSE_SECONDS = 0.4
_LOG = logging.getLogger(__name__)

_TOO_LARGE = ("too large to process", "physical batch size", "context length", "too long", "maximum allowed batch")
"""How llama.cpp (with status 500) and others say that a text, or a batch, has too many tokens."""


class OpenAiEmbedder:
    """An `Embedder`; any thread may call anything.

    `url` ends in `/v1`; `key` returns None where none is stored, and it travels only encrypted or within this computer.
    `remembered` is the file that keeps what was learned of servers. `retries` is how often a request that failed for a
    passing reason is repeated, `silence_seconds` how long a server may say nothing to work in bulk.
    """

    def __init__(
        self,
        url: str,
        model: str,
        key: Callable[[], str | None],
        *,
        remembered: Path,
        key_name: str = "openai",
        silence_seconds: float = 120.0,
        retries: int = 1,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._url = url.rstrip("/")
        self._model = model
        self._key = key
        self._key_name = key_name
        self._silence_seconds = silence_seconds
        self._retries = retries
        self._sleep = sleep
        self._known = served_model(model)
        self._local = is_at_home(url)
        self._book = Acquaintances(remembered, self._url, model)
        self._verified = False
        self._most = MOST_CHARACTERS
        self._bulk = threading.Lock()
        self._lock = threading.Lock()
        self._client_: Client | None = None

    def info(self) -> EmbedderInfo:
        """Return what it is; a server that was never asked is asked now. Raises `EngineError`."""
        found = self._book.known() or self._introduced()
        return EmbedderInfo(
            tag=found.tag,
            model=self._model or host_of(self._url),
            dimensions=found.dimensions,
            languages=self._known.languages,
            device=host_of(self._url),
            local=self._local,
        )

    def why_not(self, language: Language = "en") -> str | None:
        """Return what is missing to ask at all; the server itself is not asked."""
        missing = self._missing()
        return missing.sentence(language) if missing is not None else None

    def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Embedding]:
        """Return one embedding per text; see `Embedder.embed`. Long texts are read from their beginning."""
        if missing := self._missing():
            raise missing
        if not texts:
            return []
        prefix = self._known.query_prefix if query else self._known.text_prefix
        made: list[Embedding] = []
        for batch in batches(
            [prefix + sendable(text, MOST_CHARACTERS) for text in texts],
            most_texts=BATCH_TEXTS,
            most_characters=BATCH_TEXTS * MOST_CHARACTERS,
        ):
            if query:
                made += self._checked(batch, query=True)
                continue
            with self._bulk:
                made += self._checked(batch, query=False)
        return made

    def close(self) -> None:
        """Let go of all connections; the next text opens them again."""
        with self._lock:
            client, self._client_ = self._client_, None
        if client is not None:
            client.close()

    def _introduced(self) -> Acquaintance:
        if missing := self._missing():
            raise missing
        (vector,) = self._vectors([SENTENCE], query=True)
        self._verified = True
        return self._book.met(vector.dense)

    def _checked(self, texts: list[str], *, query: bool) -> list[Embedding]:
        """Return the vectors of `texts`, after making sure that they come from the model that was known so far."""
        known = self._book.known() or self._introduced()
        self._verify(query=query)
        made = self._vectors(texts, query=query)
        # After a lost connection somebody else may have answered the repetition.
        self._verify(query=query)
        if len(made[0].dense) != 4 * known.dimensions:
            self._verified = False
            raise self._another_model()
        return made

    def _verify(self, *, query: bool) -> None:
        if self._verified:
            return
        (vector,) = self._vectors([SENTENCE], query=query)
        if not self._book.recognised(vector.dense):
            self._book.met(vector.dense)
            raise self._another_model()
        self._verified = True

    def _vectors(self, texts: list[str], *, query: bool) -> list[Embedding]:
        """Ask for `texts`; what is too much for the server is asked in halves, one text alone is cut."""
        address = self._address()
        cut = [text[: self._most] for text in texts]
        body: dict[str, Any] = {"model": self._model, "input": cut, "encoding_format": "float"}
        try:
            return embeddings(self._asked(address, body, query=query), len(cut), address.where)
        except Refused as error:
            failed = refused_failure(error, address)
            if failed.code != "engine.context_too_long" and not _too_large(error):
                raise failed from error
            if len(cut) > 1:
                half = len(cut) // 2
                return self._vectors(texts[:half], query=query) + self._vectors(texts[half:], query=query)
            if len(cut[0]) <= _FEWEST_CHARACTERS:
                raise self._reads_too_little() from error
            self._most = max(_FEWEST_CHARACTERS, len(cut[0]) // 2)
            _LOG.warning("%s reads less; texts are cut at %d characters for it", address.where, self._most)
            return self._vectors(texts, query=query)

    def _asked(self, address: Address, body: dict[str, Any], *, query: bool) -> dict[str, Any]:
        seconds = min(_QUERY_SECONDS, self._silence_seconds) if query else self._silence_seconds
        for left in range(self._retries, -1, -1):
            try:
                return ask(self._client(), address, "/embeddings", body, seconds=seconds)
            except Lost as error:
                # Whoever answers next may be another server.
                self._verified = False
                if error.late or not left:
                    raise lost_failure(error, address) from error
                pause = 0.0
            except Refused as error:
                wanted = None if _too_large(error) else pause_before_retry(error.refusal)
                if not left or wanted is None or wanted > _LONGEST_PAUSE_SECONDS:
                    raise
                pause = wanted
            self._sleep(pause + _PAUSE_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    def _client(self) -> Client:
        import httpx2

        with self._lock:
            if self._client_ is None:
                self._client_ = httpx2.Client(trust_env=not self._local, follow_redirects=False)
            return self._client_

    def _address(self) -> Address:
        return Address(base_url=self._url, model=self._model, where=host_of(self._url), key=self._key() or "")

    def _missing(self) -> EngineError | None:
        return obstacle(
            self._url,
            key=self._key(),
            key_name=self._key_name,
            enabled=True,
            needs_key=False,
            option="memory.embedder_url",
        )

    def _reads_too_little(self) -> EngineError:
        return EngineError(
            "embedding.reads_too_little",
            en="{where} refuses even a sentence as too long for {model}. Start it with larger batches (llama-server: "
            "-b and -ub), or choose another model in the settings.",
            es="{where} rechaza incluso una frase por ser demasiado larga para {model}. Arráncalo con lotes mayores "
            "(llama-server: -b y -ub) o elige otro modelo en los ajustes.",
            retryable=False,
            where=host_of(self._url),
            model=self._model or host_of(self._url),
        )

    def _another_model(self) -> EngineError:
        return EngineError(
            "embedding.model_changed",
            en="{where} now gives other vectors as {model} than before, so it serves another model. Nothing was mixed: "
            "the memories are read anew with it in the background.",
            es="{where} da ahora como {model} otros vectores que antes, así que sirve otro modelo. No se mezcló nada: "
            "los recuerdos se leen de nuevo con él en segundo plano.",
            where=host_of(self._url),
            model=self._model or host_of(self._url),
        )


def _too_large(error: Refused) -> bool:
    words = error.refusal.message.lower()
    return error.refusal.status >= 400 and any(phrase in words for phrase in _TOO_LARGE)
