"""What is kept from leaving, who may do what, and the record of both: values and ports of the guard.

Knows no pattern, no file and no engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import ChatMessage

FindingKind = Literal[
    "email",
    "phone",
    "card",
    "iban",
    "dni",
    "nie",
    "nif",
    "passport",
    "ssn",
    "ip",
    "secret",
    "name",
]
"""Kinds of personal data: `secret` is a key, token, password or private key; `name` one of the user's own contacts or
somebody from memory; `nif` a Spanish company's or special tax number; `ssn` the American one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One piece of personal data in a text; `start` and `end` are character positions, `end` exclusive."""

    kind: FindingKind
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Redaction:
    """A text with its personal data replaced by placeholders such as "[EMAIL_1]"; `replaced` maps each placeholder to
    what stood there, so that an answer can be given its values back."""

    text: str
    findings: tuple[Finding, ...]
    replaced: Mapping[str, str]


class Redactor(Protocol):
    """Finds personal data without a language model."""

    def findings(self, text: str) -> tuple[Finding, ...]:
        """Return what was found, in order and without overlaps."""
        ...

    def redact(self, text: str) -> Redaction:
        """Return `text` with every finding replaced by a placeholder that `text` does not hold already."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingPrompt:
    """A prompt exactly as it would leave: redacted messages, and how many findings of each kind were replaced."""

    messages: tuple[ChatMessage, ...]
    kinds: Mapping[str, int]


class Outgoing(Protocol):
    """What stands between a prompt and a server."""

    def preview(self, messages: Sequence[ChatMessage]) -> OutgoingPrompt:
        """Return `messages` as a cloud engine would be sent them."""
        ...


PermissionLevel = Literal["allow", "ask", "never"]


class Permissions(Protocol):
    """Whether a skill or tool may act, by name; names are "timers.start" or "mcp.SERVER.TOOL"."""

    def level(self, name: str) -> PermissionLevel:
        """Return what holds for `name`, the default of its kind where nobody said otherwise."""
        ...

    def set(self, name: str, level: PermissionLevel) -> None:
        """Keep `level` for `name`."""
        ...

    def reset(self, name: str) -> bool:
        """Go back to the default; True if something else had been set."""
        ...

    def explicit(self) -> Mapping[str, PermissionLevel]:
        """Everything that somebody set."""
        ...


AuditKind = Literal["cloud_call", "tool_call", "permission", "privacy", "mcp_server"]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One line of the audit log. `facts` are JSON-ready and hold no text of the person: names, counts, kinds, hashes.

    `digest` is SHA-256 over the previous entry's digest and this entry's own content.
    """

    seq: int
    at: datetime
    kind: AuditKind
    facts: Mapping[str, object]
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditVerdict:
    """Whether the chain holds: `entries` were read, `broken_at` is the first that does not follow (None: all do)."""

    entries: int
    broken_at: int | None
    sentence_en: str
    sentence_es: str

    def sentence(self, language: Language) -> str:
        """The verdict in `language`."""
        return self.sentence_es if language == "es" else self.sentence_en


class AuditLog(Protocol):
    """Append-only and hash-chained."""

    def record(self, kind: AuditKind, facts: Mapping[str, object]) -> AuditEntry:
        """Append one entry; safe from several processes at once."""
        ...

    def entries(self, limit: int = 100, kind: AuditKind | None = None) -> Sequence[AuditEntry]:
        """Newest first."""
        ...

    def verify(self) -> AuditVerdict:
        """Read the whole chain."""
        ...
