"""What a door can ask of the servers whose tools models may use: which there are, whether one works, add and remove.

Values and one port; who does it lives behind `app`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import PermissionLevel

McpState = Literal["off", "starting", "ready", "failed"]
"""`off`: switched off or not connected yet; `failed`: could not be started or reached, or ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class McpToolRow:
    """One tool. `name` is that at the server, `permission_name` that of "jarvis permissions"; `destroys`: the server
    says that it may destroy something, so it is asked about even where it is allowed."""

    name: str
    permission_name: str
    description: str
    level: PermissionLevel
    destroys: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class McpLeftOut:
    """A tool that is not offered, by what it calls itself, and why, in a few words."""

    name: str
    en: str
    es: str

    def why(self, language: Language) -> str:
        """The reason in `language`."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True, kw_only=True, slots=True)
class McpServerRow:
    """One configured server. `target` is the program with its arguments or the address, without keys; `left_out` says
    which tools are not offered and why; `keys` names the stored keys that it uses; `sentence_en` and
    `sentence_es` say what went wrong, "" where nothing did."""

    name: str
    kind: Literal["program", "address"]
    target: str
    disabled: bool
    state: McpState
    tools: tuple[McpToolRow, ...] = ()
    left_out: tuple[McpLeftOut, ...] = ()
    keys: tuple[str, ...] = ()
    sentence_en: str = ""
    sentence_es: str = ""

    def sentence(self, language: Language) -> str:
        """What went wrong, in `language`."""
        return self.sentence_es if language == "es" else self.sentence_en


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMcpServer:
    """A server to be configured: either `command` with `args` and `env`, or `url` with `headers`. A value
    "keyring:mcp-NAME" in `env` or `headers` stands for a stored key. What a `private` one gives back is for models on
    this computer only."""

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    private: bool = False


class McpDesk(Protocol):
    """The doors' way to the servers. Raises `JarvisError` with one sentence for what cannot be done."""

    def servers(self, cancel: CancelToken, *, connect: bool = True) -> Sequence[McpServerRow]:
        """Return every configured server; `connect` waits until each is ready or has failed."""
        ...

    def test(self, name: str, cancel: CancelToken) -> tuple[McpServerRow, float]:
        """Connect to one server anew; returns it and the seconds that this took. Raises where it fails."""
        ...

    def add(self, server: NewMcpServer) -> None:
        """Write it into the configuration; it is not started."""
        ...

    def switch(self, name: str, on: bool) -> None:
        """Offer the server's tools or not, from now on and after a restart; one that is switched off is ended."""
        ...

    def remove(self, name: str) -> None:
        """Take it out of the configuration and end it; what was permitted to its tools is forgotten."""
        ...
