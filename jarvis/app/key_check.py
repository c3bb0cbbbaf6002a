"""API keys as the window shows them, and a try of each: its server is asked for the models that it offers.

Asking for the list costs nothing at any provider. Knows no widget.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from jarvis.catalog.entries import CatalogModel
from jarvis.contracts.errors import EngineError, InputError
from jarvis.contracts.key_desk import KeyReport, KeyRow
from jarvis.engines.cloud_models import BASE_URLS
from jarvis.engines.failures import failure
from jarvis.engines.reach import host_of, obstacle
from jarvis.engines.refusals import Refusal, is_page, refusal_failure
from jarvis.settings.secrets import KEY_NAMES, KeyringSecrets, variable_of
from jarvis.settings.store import Settings

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

ASK_SECONDS = 15.0
_MOST_BYTES = 8_000_000
_HUB = "https://huggingface.co/api/whoami-v2"

Header = Literal["bearer", "anthropic", "google"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Provider:
    """What is known of a key's owner besides its address: `header` is how the key is sent, `option` names the setting
    with the address of a server of the person's own."""

    title: str
    page: str = ""
    header: Header = "bearer"
    option: str = ""


_PROVIDERS: dict[str, _Provider] = {
    "openai": _Provider(title="OpenAI", page="https://platform.openai.com/api-keys"),
    "anthropic": _Provider(title="Anthropic", page="https://console.anthropic.com/settings/keys", header="anthropic"),
    "google": _Provider(title="Google Gemini", page="https://aistudio.google.com/apikey", header="google"),
    "deepseek": _Provider(title="DeepSeek", page="https://platform.deepseek.com/api_keys"),
    "mistral": _Provider(title="Mistral", page="https://console.mistral.ai/api-keys"),
    "cohere": _Provider(title="Cohere", page="https://dashboard.cohere.com/api-keys"),
    "ai21": _Provider(title="AI21", page="https://studio.ai21.com/account/api-key"),
    "huggingface": _Provider(title="Hugging Face", page="https://huggingface.co/settings/tokens"),
    "vllm": _Provider(title="vLLM", option="vllm.url"),
    "embedder": _Provider(title="Embeddings", option="memory.embedder_url"),
}
"""By the name of the key; the pages are those that each provider's own documentation names."""


class AppKeyDesk:
    """See `KeyDesk`. `addresses` stands in for the providers' own where it has a name."""

    def __init__(
        self,
        secrets: KeyringSecrets,
        settings: Settings,
        catalog: Callable[[], Sequence[CatalogModel]],
        addresses: dict[str, str] | None = None,
    ) -> None:
        self._secrets = secrets
        self._settings = settings
        self._catalog = catalog
        self._addresses = addresses or {}

    def rows(self) -> list[KeyRow]:
        """Return providers by their order here, then servers of one's own."""
        models = Counter(model.provider for model in self._catalog() if model.provider is not None)
        names = [*_PROVIDERS, *(name for name in KEY_NAMES if name not in _PROVIDERS)]
        return [self._row(name, models[name]) for name in names]  # type: ignore[index]

    def where(self) -> str:
        """Name the keyring; "" where the package found none that it can use."""
        name = self._secrets.where()
        return "" if "fail" in name.lower() else name

    def store(self, name: str, value: str) -> None:
        """Put a key into the keyring."""
        self._secrets.set(name, value)

    def keep_until_quit(self, name: str, value: str) -> None:
        """Hold a key in this process."""
        self._secrets.hold(name, value)

    def remove(self, name: str) -> bool:
        """Forget a key."""
        return self._secrets.delete(name)

    def check(self, name: str) -> KeyReport:
        """Ask the owner of a key what it offers."""
        key, address = self._secrets.get(name), self._address(name)
        if not key:
            raise InputError(
                "keys.none",
                en="There is no key called {name} here, so nothing was asked. Paste one first.",
                es="Aquí no hay ninguna clave {name}, así que no se preguntó nada. Pega una primero.",
                name=name,
            )
        provider = _PROVIDERS.get(name, _Provider(title=name))
        if hindrance := obstacle(
            address, key=key, key_name=name, enabled=True, needs_key=False, option=provider.option or "cloud.base_url"
        ):
            raise hindrance
        return KeyReport(where=host_of(address), models=_models_at(address, _headers(provider.header, key), name))

    def _row(self, name: str, models: int) -> KeyRow:
        provider = _PROVIDERS.get(name, _Provider(title=name))
        return KeyRow(
            name=name,
            title=provider.title,
            state=self._secrets.place(name),
            variable=variable_of(name),
            models=models,
            page=provider.page,
            checkable=bool(self._address(name)),
        )

    def _address(self, name: str) -> str:
        if name in self._addresses:
            return self._addresses[name]
        option = _PROVIDERS[name].option if name in _PROVIDERS else ""
        if option:
            own = self._settings.text(option)
            return own.rstrip("/") + "/models" if own else ""
        if name == "huggingface":
            return _HUB
        # The key called openai is also that of a server of the same protocol that was put in its place.
        base = self._settings.text("cloud.base_url") if name == "openai" else BASE_URLS.get(name, "")
        if name == "google":
            return base.rstrip("/") + "/v1beta/models"
        if name == "anthropic":
            return base.rstrip("/") + "/v1/models"
        return base.rstrip("/") + "/models" if base else ""


def key_desk(jarvis: Jarvis) -> AppKeyDesk:
    """Return the keys of a whole Jarvis."""
    return AppKeyDesk(jarvis.secrets(), jarvis.settings, lambda: jarvis.models_room.catalog)


def _headers(kind: Header, key: str) -> dict[str, str]:
    if kind == "anthropic":
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}
    if kind == "google":
        return {"x-goog-api-key": key}
    return {"Authorization": f"Bearer {key}"}


def _models_at(address: str, headers: dict[str, str], name: str) -> int | None:
    """Return how many models the server at `address` lists; raises `EngineError` where the key is not accepted."""
    import httpx2

    names = {"where": host_of(address), "model": name}
    try:
        with httpx2.stream("GET", address, headers=headers, timeout=ASK_SECONDS, follow_redirects=False) as answer:
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise failure("not_an_api", **names)
            status, page = answer.status_code, is_page(answer.headers)
    except httpx2.TimeoutException as error:
        raise failure("timeout", **names) from error
    except httpx2.HTTPError as error:
        raise failure("unreachable", **names) from error
    document = _document(body)
    if status != 200:
        raise _refused(status, page, document, names)
    if not isinstance(document, dict):
        raise failure("not_an_api", **names)
    rows = document.get("data", document.get("models"))
    return len(rows) if isinstance(rows, list) else None


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _refused(status: int, page: bool, document: Any, names: dict[str, str]) -> EngineError:
    if status in (404, 405) and not page:
        return EngineError(
            "keys.no_list",
            en="{where} has no list of models to ask for, so its key could not be tried. Ask a question with one of "
            "its models to see whether it works.",
            es="{where} no tiene una lista de modelos que pedir, así que no se pudo probar la clave. Haz una pregunta "
            "con uno de sus modelos para ver si funciona.",
            retryable=False,
            where=names["where"],
        )
    told = document.get("error", document) if isinstance(document, dict) else None
    code = message = ""
    if isinstance(told, dict):
        code = str(told.get("code") or told.get("type") or "")
        message = str(told.get("message") or "")
    return refusal_failure(Refusal(status=status, code=code, message=message, page=page), **names)
