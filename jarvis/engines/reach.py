"""Whether a question may go to an address at all: switched on, an address, a key where one is due, no key in clear.

Knows the address only by its name; the server is not asked.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from jarvis.contracts.errors import EngineError


def obstacle(
    url: str, *, key: str | None, key_name: str, enabled: bool, needs_key: bool, option: str = "cloud.enabled"
) -> EngineError | None:
    """Return why nothing may be sent to `url`, None when nothing stands in the way.

    `key_name` is what “jarvis keys set” calls the key, `option` the setting that switches this on.
    """
    if not enabled:
        return EngineError(
            "engine.off",
            en="Asking {where} is switched off, so nothing left this computer. "
            "Switch it on in the settings ({option}).",
            es="Preguntar a {where} está desactivado y nada salió de este equipo. Actívalo en los ajustes ({option}).",
            retryable=False,
            where=host_of(url) or url,
            option=option,
        )
    if not host_of(url):
        return EngineError(
            "engine.bad_address",
            en="{where} is not the address of a server. Enter one like https://host/v1 in the settings.",
            es="{where} no es la dirección de un servidor. Introduce una como https://host/v1 en los ajustes.",
            retryable=False,
            where=url or "“”",
        )
    if key and not is_private_way(url):
        return _insecure(url, key_name)
    if needs_key and not key:
        return EngineError(
            "engine.no_key",
            en="There is no key for {where} yet. Enter it in the settings or with “jarvis keys set {name}”.",
            es="Todavía no hay clave para {where}. Introdúcela en los ajustes o con «jarvis keys set {name}».",
            retryable=False,
            where=host_of(url),
            name=key_name,
        )
    return None


def is_private_way(url: str) -> bool:
    """Tell whether nobody on the way to the http address `url` can read along: encrypted, or on this computer."""
    return url.startswith("https:") or is_this_computer(url)


def is_this_computer(url: str) -> bool:
    """Tell whether the http address `url` is one of this computer."""
    return is_this_host(host_of(url))


def is_this_host(host: str) -> bool:
    """Tell whether `host`, a name or an address, is surely this computer; not by its own address on a network."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Return the host of an http address; empty when `url` is none."""
    try:
        address = urlsplit(url)
        return (address.hostname or "") if address.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _insecure(url: str, key_name: str) -> EngineError:
    return EngineError(
        "engine.insecure_address",
        en="The key for {where} would travel unencrypted, so nothing was sent. Enter an address that starts "
        "with https:// in the settings, or remove the key with “jarvis keys delete {name}” if the server "
        "needs none.",
        es="La clave para {where} viajaría sin cifrar y no se ha enviado nada. Introduce en los ajustes una "
        "dirección que empiece por https://, o quita la clave con «jarvis keys delete {name}» si el servidor "
        "no la necesita.",
        retryable=False,
        where=host_of(url),
        name=key_name,
    )
