"""A text engine behind any address that speaks the OpenAI protocol: the cloud, or another computer of yours.

Asks only when it is switched on; never logs text or the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineDone, EngineStatus, EngineText, GenerationOptions
from jarvis.engines.completions import Completions, Target

_NEEDS_KEY = "api.openai.com"


class OpenAICompatibleEngine:
    """A `TextEngine` whose settings are asked for at every call, so that a change takes effect at once.

    `key` returns None where none is stored; a key is required only for OpenAI itself and sent only encrypted
    or within this computer. `key_name` is what “jarvis keys set” calls it.
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
    ) -> None:
        self._id = engine_id
        self._base_url = base_url
        self._model = model
        self._key = key
        self._enabled = enabled
        self._key_name = key_name
        self._silence_seconds = silence_seconds
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
        )

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineText | EngineDone]:
        """Stream one answer; see `TextEngine.stream`."""
        if missing := self._missing():
            raise missing
        target = Target(
            base_url=self._base_url(),
            key=self._key() or "",
            model=self._model(),
            where=self._host(),
            silence_seconds=self._silence_seconds,
        )
        yield from self._completions.stream(target, messages, options, cancel)

    def close(self) -> None:
        """Let go of all connections."""
        self._completions.close()

    def _host(self) -> str:
        return _host_of(self._base_url()) or self._base_url()

    def _missing(self) -> EngineError | None:
        if not self._enabled():
            return EngineError(
                "engine.off",
                en="Asking {where} is switched off, so nothing left this computer. "
                "Switch it on in the settings (cloud.enabled).",
                es="Preguntar a {where} está desactivado y nada salió de este ordenador. "
                "Actívalo en los ajustes (cloud.enabled).",
                retryable=False,
                where=self._host(),
            )
        if not _host_of(self._base_url()):
            return EngineError(
                "engine.bad_address",
                en="{where} is not the address of a server. Enter one like https://host/v1 in the settings.",
                es="{where} no es la dirección de un servidor. Introduce una como https://host/v1 en los ajustes.",
                retryable=False,
                where=self._base_url() or "“”",
            )
        if not _is_private_way(self._base_url()) and self._key():
            return EngineError(
                "engine.insecure_address",
                en="The key for {where} would travel unencrypted, so nothing was sent. Enter an address that starts "
                "with https:// in the settings, or remove the key with “jarvis keys delete {name}” if the server "
                "needs none.",
                es="La clave para {where} viajaría sin cifrar y no se ha enviado nada. Introduce en los ajustes una "
                "dirección que empiece por https://, o quita la clave con «jarvis keys delete {name}» si el servidor "
                "no la necesita.",
                retryable=False,
                where=self._host(),
                name=self._key_name,
            )
        if self._host() == _NEEDS_KEY and not self._key():
            return EngineError(
                "engine.no_key",
                en="There is no key for {where} yet. Enter it in the settings or with “jarvis keys set {name}”.",
                es="Todavía no hay clave para {where}. Introdúcela en los ajustes o con «jarvis keys set {name}».",
                retryable=False,
                where=self._host(),
                name=self._key_name,
            )
        return None


def _is_private_way(url: str) -> bool:
    """Tell whether nobody on the way to the http address `url` can read along: encrypted, or on this computer."""
    host = _host_of(url)
    if urlsplit(url).scheme == "https" or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(url: str) -> str:
    """Return the host of an http address; empty when `url` is none."""
    try:
        address = urlsplit(url)
        return (address.hostname or "") if address.scheme in ("http", "https") else ""
    except ValueError:
        return ""
