"""A text engine behind any address that speaks the OpenAI protocol: the cloud, or another computer of yours.

Asks only when it is switched on; never logs text or the key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineItem, EngineStatus, GenerationOptions
from jarvis.engines.completions import Completions, Target
from jarvis.engines.failures import failure
from jarvis.engines.reach import host_of, is_private_way, obstacle
from jarvis.engines.refusals import Refusal, is_page, refusal_failure

_NEEDS_KEY = frozenset(
    ("api.openai.com", "api.deepseek.com", "api.mistral.ai", "api.cohere.ai", "api.ai21.com", "openrouter.ai")
)
_LIST_SECONDS = 10.0
_LIST_BYTES = 4_000_000


class OpenAICompatibleEngine:
    """A `TextEngine` whose settings are asked for at every call, so that a change takes effect at once.

    `key` returns None where none is stored; a key is required only for the well-known clouds and sent only encrypted
    or within this computer. `key_name` is what “jarvis keys set” calls it. `retries` is how often a start that failed
    for a passing reason is repeated. `context_tokens` 0 means unknown.
    """

    def __init__(
        self,
        *,
        engine_id: str = "cloud",
        base_url: Callable[[], str],
        model: Callable[[], str],
        key: Callable[[], str | None],
        enabled: Callable[[], bool],
        key_name: str = "openai",
        silence_seconds: float = 120.0,
        retries: int = 1,
        abilities: frozenset[str] = frozenset(),
        context_tokens: int = 0,
    ) -> None:
        self._id = engine_id
        self._base_url = base_url
        self._model = model
        self._key = key
        self._enabled = enabled
        self._key_name = key_name
        self._silence_seconds = silence_seconds
        self._retries = retries
        self._abilities = abilities
        self._context_tokens = context_tokens
        self._completions = Completions()

    @property
    def id(self) -> str:
        """Name of this engine in routes and settings."""
        return self._id

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it is switched on and has what it needs; the server itself is not asked."""
        missing = self._missing()
        return EngineStatus(
            id=self._id,
            model=self._model(),
            where="cloud",
            state="missing" if missing else "ready",
            device=self._host(),
            sentence=missing.sentence(language) if missing else "",
            abilities=self._abilities,
            context_tokens=self._context_tokens,
        )

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Stream one answer; see `TextEngine.stream`."""
        if missing := self._missing():
            raise missing
        target = Target(
            base_url=self._base_url(),
            key=self._key() or "",
            model=self._model(),
            where=self._host(),
            silence_seconds=self._silence_seconds,
            retries=self._retries,
        )
        yield from self._completions.stream(target, messages, options, cancel)

    def close(self) -> None:
        """Let go of all connections."""
        self._completions.close()

    def _host(self) -> str:
        return host_of(self._base_url()) or self._base_url()

    def _missing(self) -> EngineError | None:
        return obstacle(
            self._base_url(),
            key=self._key(),
            key_name=self._key_name,
            enabled=self._enabled(),
            needs_key=self._host() in _NEEDS_KEY,
        )


def served_models(base_url: str, key: str | None, *, key_name: str = "openai") -> tuple[str, ...]:
    """Return the names of the models that the server at `base_url` offers, as it orders them; asks it, blocking.

    Raises `EngineError`: no address, a key in clear, unreachable, refused, or an answer that is no list of models.
    """
    import httpx2

    if hindrance := obstacle(base_url, key=key, key_name=key_name, enabled=True, needs_key=False):
        raise hindrance
    names = {"where": host_of(base_url), "model": "/models"}
    headers = {"Authorization": f"Bearer {key}"} if key and is_private_way(base_url) else {}
    try:
        with httpx2.stream("GET", base_url.rstrip("/") + "/models", headers=headers, timeout=_LIST_SECONDS) as answer:
            if answer.status_code != 200:
                page = is_page(answer.headers)
                raise refusal_failure(Refusal(status=answer.status_code, page=page), **names)
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _LIST_BYTES:
                    raise failure("not_an_api", **names)
    except httpx2.TimeoutException as error:
        raise failure("timeout", **names) from error
    except httpx2.HTTPError as error:
        raise failure("unreachable", **names) from error
    return _model_names(body, names)


def _model_names(body: bytes, names: dict[str, str]) -> tuple[str, ...]:
    try:
        listed: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise failure("not_an_api", **names) from error
    rows = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(rows, list):
        raise failure("not_an_api", **names)
    found = (row.get("id") for row in rows if isinstance(row, dict))
    return tuple(name for name in found if isinstance(name, str) and name)
