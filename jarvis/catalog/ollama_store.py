"""Manages the models in an Ollama daemon's care: here, on another machine, or in a container, always by its URL.

Over `httpx2`, which is here already: Ollama's own Python package brings a second HTTP stack (`httpx`) for six routes.
Knows nothing about chatting with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NoReturn
from urllib.parse import urlsplit

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, InputError

_SECONDS = 10.0
_PULL_SILENCE_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class OllamaModel:
    """One installed model; `digest` changes when it is updated. `vram_bytes` is None while it is not loaded."""

    name: str
    digest: str
    bytes: int
    quantization: str = ""
    vram_bytes: int | None = None


class OllamaStore:
    """One daemon; where `url` is a function, it is asked for the URL at every call.

    Every call raises `EngineError` (code `ollama.unreachable`, `ollama.not_ollama`, `ollama.failed`) or `InputError`
    (code `ollama.unknown_model`).
    """

    def __init__(self, url: str | Callable[[], str], *, seconds: float = _SECONDS) -> None:
        self._url = url
        self._seconds = seconds

    @property
    def url(self) -> str:
        """Where it is asked, without a slash at the end."""
        return (self._url if isinstance(self._url, str) else self._url()).rstrip("/")

    def version(self) -> str:
        """The daemon's version, such as "0.12.3"."""
        return str(self._get("/api/version").get("version") or self._not_ollama())

    def installed(self) -> list[OllamaModel]:
        """Everything it has, with the video memory of what is loaded."""
        loaded = {each.name: each.vram_bytes for each in self.running()}
        return [replace(each, vram_bytes=loaded.get(each.name)) for each in self._list("/api/tags")]

    def running(self) -> list[OllamaModel]:
        """What it has in memory."""
        return self._list("/api/ps")

    def show(self, name: str) -> dict[str, Any]:
        """Everything it tells of one model, in Ollama's own words."""
        return self._json("POST", "/api/show", name, {"model": name})

    def pull(self, name: str, cancel: CancelToken, on_bytes: Callable[[int, int], None]) -> None:
        """Let it fetch or update a model; `on_bytes` gets done and total bytes. It resumes by itself what was cut off.

        Raises `Cancelled` too.
        """
        layers: dict[str, tuple[int, int]] = {}
        ended = False
        with self._sentences(), self._client() as client:
            body = {"model": name, "stream": True}
            with client.stream("POST", "/api/pull", json=body, timeout=_PULL_SILENCE_SECONDS) as response:
                if response.status_code >= 400:
                    response.read()
                self._check(response, name)
                for line in response.iter_lines():
                    cancel.raise_if_cancelled()
                    seen = self._parsed(line) if line.strip() else {}
                    if "error" in seen:
                        raise self._pull_error(name, str(seen["error"]))
                    if "digest" in seen and seen.get("total"):
                        layers[str(seen["digest"])] = (int(seen.get("completed", 0)), int(seen["total"]))
                        on_bytes(sum(done for done, _ in layers.values()), sum(total for _, total in layers.values()))
                    ended = ended or seen.get("status") == "success"
        if not ended:
            raise self._failed("the stream stopped before the end")

    def delete(self, name: str) -> None:
        """Delete a model there."""
        self._json("DELETE", "/api/delete", name, {"model": name})

    def unload(self, name: str) -> None:
        """Take a model out of memory; what it is answering ends first."""
        self._json("POST", "/api/generate", name, {"model": name, "keep_alive": 0, "stream": False})

    def _client(self) -> Any:
        import httpx2

        # A proxy of the environment cannot reach what listens on this computer alone.
        return httpx2.Client(base_url=self.url, timeout=self._seconds, trust_env=not is_here(self.url))

    def _get(self, path: str) -> dict[str, Any]:
        return self._json("GET", path, "", None)

    def _list(self, path: str) -> list[OllamaModel]:
        try:
            return [_model(each) for each in self._get(path)["models"] or ()]
        except (KeyError, TypeError, ValueError, AttributeError):
            return [self._not_ollama()]

    def _json(self, method: str, path: str, name: str, body: dict[str, Any] | None) -> dict[str, Any]:
        with self._sentences(), self._client() as client:
            response = client.request(method, path, json=body)
            self._check(response, name)
            return self._parsed(response.text) if response.content else {}

    def _check(self, response: Any, name: str) -> None:
        if response.status_code == 404 and name and response.headers.get("Content-Type", "").startswith("application/"):
            raise self._unknown(name)
        if response.status_code >= 400:
            raise self._failed(f"HTTP {response.status_code}")

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            seen = json.loads(text)
        except (ValueError, RecursionError):
            seen = None
        return seen if isinstance(seen, dict) else self._not_ollama()

    def _pull_error(self, name: str, why: str) -> EngineError | InputError:
        return self._unknown(name) if "does not exist" in why or "not found" in why else self._failed(why)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        import httpx2

        try:
            yield
        except httpx2.ConnectError as error:
            raise EngineError(
                "ollama.unreachable",
                en="No Ollama answers at {url}; its models are left out. Start it (“ollama serve”) or correct the URL.",
                es="Ningún Ollama responde en {url}; se prescinde de sus modelos. Arráncalo («ollama serve») o corrige "
                "la URL.",
                url=self.url,
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._failed(str(error) or type(error).__name__) from error

    def _not_ollama(self) -> NoReturn:
        raise EngineError(
            "ollama.not_ollama",
            en="What answers at {url} is not Ollama; nothing was changed. Correct the URL.",
            es="Lo que responde en {url} no es Ollama; no se ha cambiado nada. Corrige la URL.",
            retryable=False,
            url=self.url,
        )

    def _failed(self, why: str) -> EngineError:
        return EngineError(
            "ollama.failed",
            en="Ollama at {url} failed ({why}); what it had is kept. Repeat, or look at its log.",
            es="Falló Ollama en {url} ({why}); lo que tenía se conserva. Repite o mira su registro.",
            url=self.url,
            why=why.strip()[:150],
        )

    def _unknown(self, name: str) -> InputError:
        return InputError(
            "ollama.unknown_model",
            en="Ollama knows no model {name}; nothing was changed. See https://ollama.com/library for the names.",
            es="Ollama no conoce el modelo {name}; no se ha cambiado nada. Los nombres están en "
            "https://ollama.com/library.",
            name=name,
        )


def _model(seen: dict[str, Any]) -> OllamaModel:
    return OllamaModel(
        name=str(seen["name"]),
        digest=str(seen.get("digest", "")),
        bytes=int(seen.get("size", 0)),
        quantization=str((seen.get("details") or {}).get("quantization_level", "")),
        vram_bytes=int(seen.get("size_vram", 0)),
    )


def is_here(url: str) -> bool:
    """Tell whether `url` is on this computer."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False  # no address at all: asking it says so
    return host in {"localhost", "::1"} or host.startswith("127.")
