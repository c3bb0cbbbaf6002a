"""API keys in the system keyring. There is no plain-text fallback: without a keyring a key is given by
environment, or held in this process until it ends.

The names (not the values) of stored keys are kept in the settings folder, since a keyring cannot list them.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jarvis.contracts.errors import InputError, StorageError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "jarvis"
KEY_NAMES: tuple[str, ...] = (
    "openai",
    "embedder",
    "anthropic",
    "google",
    "deepseek",
    "cohere",
    "ai21",
    "mistral",
    "vllm",
    "huggingface",
)
"""Names that Jarvis reads; `JARVIS_KEY_<NAME>` in the environment wins over the keyring."""


_OF_A_SERVER = re.compile(r"mcp-[a-z0-9-]{1,40}")
"""Names of keys that MCP servers are given."""


_held: dict[str, str] = {}
"""Keys that the person gave for this run alone, in no file; the whole process reads them."""


class KeyringSecrets:
    """API keys behind the `keyring` package, which picks the platform's own store."""

    def __init__(self, names_file: Path) -> None:
        self._names_file = names_file

    def get(self, name: str) -> str | None:
        """Return a key from the environment or the keyring; None when there is none or no keyring."""
        _check(name)
        if value := os.environ.get(variable_of(name)) or _held.get(name):
            return value
        if name not in self._stored():
            return None
        import keyring
        import keyring.errors

        try:
            return keyring.get_password(SERVICE, name)
        except keyring.errors.KeyringError as error:
            raise _no_keyring(str(error), name) from error

    def set(self, name: str, value: str) -> None:
        """Store a key; `StorageError` (code `keys.no_keyring`) where there is no keyring."""
        value = _checked(name, value)
        import keyring
        import keyring.errors

        try:
            keyring.set_password(SERVICE, name, value)
        except keyring.errors.KeyringError as error:
            raise _no_keyring(str(error), name) from error
        _held.pop(name, None)
        self._remember(self._stored() | {name})

    def hold(self, name: str, value: str) -> None:
        """Keep a key in this process until it ends; nothing is written."""
        _held[name] = _checked(name, value)

    def place(self, name: str) -> Literal["none", "environment", "until_quit", "keyring"]:
        """Say where the key that holds comes from; the keyring is not asked."""
        _check(name)
        if os.environ.get(variable_of(name)):
            return "environment"
        if name in _held:
            return "until_quit"
        return "keyring" if name in self._stored() else "none"

    def delete(self, name: str) -> bool:
        """Remove a key; True if there was one."""
        _check(name)
        held = _held.pop(name, None) is not None
        if name not in self._stored():
            return held
        import keyring
        import keyring.errors

        try:
            keyring.delete_password(SERVICE, name)
        except keyring.errors.PasswordDeleteError:
            pass  # somebody removed it in the keyring's own program: the wish is fulfilled
        except keyring.errors.KeyringError as error:
            raise _no_keyring(str(error), name) from error
        self._remember(self._stored() - {name})
        return True

    def names(self) -> list[str]:
        """Return the names that have a value."""
        given = {name for name in KEY_NAMES if os.environ.get(variable_of(name))}
        return sorted(self._stored() | given | set(_held))

    def where(self) -> str:
        """Name the keyring in use."""
        import keyring

        backend: KeyringBackend = keyring.get_keyring()
        return str(backend.name)

    def _stored(self) -> frozenset[str]:
        try:
            return frozenset(json.loads(self._names_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError, TypeError):
            return frozenset(KEY_NAMES)  # unreadable: ask the keyring for every name rather than lose one

    def _remember(self, names: frozenset[str]) -> None:
        try:
            temporary = self._names_file.with_suffix(".new")
            temporary.write_text(json.dumps(sorted(names)), encoding="utf-8")
            temporary.replace(self._names_file)
        except OSError as error:
            raise StorageError(
                "keys.names",
                en="The key is in the keyring, but its name could not be written to {path} ({why}). Free some space.",
                es="La clave está en el llavero, pero no se pudo anotar su nombre en {path} ({why}). Libera espacio.",
                path=self._names_file,
                why=error.strerror or error,
            ) from error


def variable_of(name: str) -> str:
    """Return the name of the environment variable that is read for a key."""
    return f"JARVIS_KEY_{name.upper().replace('-', '_')}"


def _checked(name: str, value: str) -> str:
    """Return a key without what is around it; raises `InputError` for what no key can be."""
    _check(name)
    if not value.strip() or not value.isascii() or not value.strip().isprintable():
        raise InputError(
            "keys.value",
            en="That is not a key: it is empty or has characters that no key has. Nothing was stored.",
            es="Eso no es una clave: está vacía o tiene caracteres que ninguna clave lleva. No se guardó nada.",
        )
    return value.strip()


def _check(name: str) -> None:
    if name not in KEY_NAMES and not _OF_A_SERVER.fullmatch(name):
        raise InputError(
            "keys.unknown",
            en="Jarvis uses no key called {name}; nothing was changed. Known names: {known}.",
            es="Jarvis no usa ninguna clave llamada {name}; no se ha cambiado nada. Nombres conocidos: {known}.",
            name=name,
            known=", ".join((*KEY_NAMES, "mcp-…")),
        )


def _no_keyring(why: str, name: str) -> StorageError:
    return StorageError(
        "keys.no_keyring",
        en="There is no usable system keyring here ({why}), and Jarvis never writes keys as plain text; nothing was "
        "stored. Unlock or install one (GNOME Keyring, KWallet), or set {variable} in the environment.",
        es="Aquí no hay un llavero del sistema utilizable ({why}) y Jarvis nunca escribe claves en claro; no se guardó "
        "nada. Desbloquea o instala uno (GNOME Keyring, KWallet), o define {variable} en el entorno.",
        why=why.splitlines()[0][:100] if why else "keyring",
        variable=variable_of(name),
    )
