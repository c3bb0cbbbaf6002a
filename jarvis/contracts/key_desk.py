"""What a door can do with API keys: see whose there are, store, try and remove one. Values are never read back.

Values and one port; who does it lives behind `app`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

KeyState = Literal["none", "keyring", "environment", "until_quit"]
"""Where a key is: nowhere, in the system's keyring, in the environment of this process, or in its memory alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRow:
    """One key that Jarvis can use. `name` is what “jarvis keys set” calls it, `title` whose it is, `models` how many
    of the catalogue it is for, `page` where one gets it ("" where it is the person's own server), `variable` the
    environment variable that is read too. `checkable` is False where there is no address to ask."""

    name: str
    title: str
    state: KeyState
    variable: str
    models: int = 0
    page: str = ""
    checkable: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyReport:
    """A key that was accepted: the server that was asked, and how many models it offers (None: it lists none)."""

    where: str
    models: int | None


class KeyDesk(Protocol):
    """The doors' way to the keys; every call may take a while. Raises `JarvisError` with one sentence."""

    def rows(self) -> Sequence[KeyRow]:
        """Return every key that Jarvis can use, those of providers first."""
        ...

    def where(self) -> str:
        """Name the keyring in a few words; empty where there is none."""
        ...

    def store(self, name: str, value: str) -> None:
        """Put a key into the keyring; `StorageError` (code `keys.no_keyring`) where that cannot be done."""
        ...

    def keep_until_quit(self, name: str, value: str) -> None:
        """Hold a key in this process alone: nothing is written, and it is gone when Jarvis ends."""
        ...

    def remove(self, name: str) -> bool:
        """Forget a key; True if there was one. One in the environment stays, because it is not Jarvis' to change."""
        ...

    def check(self, name: str) -> KeyReport:
        """Ask the server whose key this is for its list of models."""
        ...
