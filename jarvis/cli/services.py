"""What the command line is handed: ports and a few whole acts, all built late so that each command pays for its own.

Knows no concrete class.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from jarvis.contracts.attachments import AttachmentDesk
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import AuditLog, Permissions, Redactor
from jarvis.contracts.mcp_desk import McpDesk
from jarvis.contracts.memory_desk import MemoryDesk
from jarvis.contracts.model_desk import ModelDesk
from jarvis.contracts.ports import Assistant, ConversationLog, SecretStore, Skills
from jarvis.contracts.routing_desk import RoutingDesk
from jarvis.contracts.speech import Transcript, VoiceEvent, WakeHit
from jarvis.contracts.speech_ports import TextToSpeech
from jarvis.contracts.spending import Spending
from jarvis.settings.folders import Folders
from jarvis.settings.store import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One line of `jarvis doctor`: what was looked at, how it is, and what to do when it is not well."""

    name: str
    state: Literal["ok", "note", "missing", "failed"]
    finding: str
    remedy: str = ""


class Services(Protocol):
    """Everything that the commands use."""

    @property
    def settings(self) -> Settings: ...

    @property
    def folders(self) -> Folders: ...

    @property
    def language(self) -> Language:
        """The language of what is printed."""
        ...

    def secrets(self) -> SecretStore: ...

    def assistant(self) -> Assistant: ...

    def conversations(self) -> ConversationLog: ...

    def attachments(self) -> AttachmentDesk:
        """Files that go with questions."""
        ...

    def skills(self) -> Skills: ...

    def skill_names(self) -> Sequence[str]:
        """Every skill's name."""
        ...

    def text_to_speech(self) -> TextToSpeech: ...

    def transcribe(self, file: Path, language: Language | None) -> Transcript:
        """Recognise one audio file."""
        ...

    def wake_hits(self, file: Path) -> Iterator[WakeHit]:
        """Yield the wake words in an audio file."""
        ...

    def say(self, text: str, language: Language | None, output: Path | None) -> Mapping[str, object]:
        """Speak `text` to the speaker or into a WAV; returns the contract's `jarvis say` document."""
        ...

    def listen(
        self, *, source: Path | None, output: Path | None, once: bool, cancel: CancelToken
    ) -> Iterator[VoiceEvent]:
        """Run the listening loop on the microphone or a file."""
        ...

    def demo(self, *, source: Path | None, output: Path | None) -> Mapping[str, object]:
        """Run one whole spoken turn; returns every stage with its seconds."""
        ...

    def models(self) -> ModelDesk:
        """Everything about models."""
        ...

    def routing(self) -> RoutingDesk:
        """How questions are routed, and what was learned."""
        ...

    def redactor(self) -> Redactor:
        """Finds personal data."""
        ...

    def audit(self) -> AuditLog:
        """The record of what left and what acted."""
        ...

    def permissions(self) -> Permissions:
        """Which skills and tools may act."""
        ...

    def mcp(self) -> McpDesk:
        """The MCP servers."""
        ...

    def memory(self) -> MemoryDesk:
        """What is remembered."""
        ...

    def spending(self) -> Spending:
        """What was spent, and the limits."""
        ...

    def desktop(self, arguments: list[str]) -> int:
        """Open the desktop app; returns its exit code."""
        ...

    def quick(self) -> int:
        """Show the quick query of the desktop app, opening it where it does not run; returns its exit code."""
        ...

    def checks(self) -> Iterator[Check]:
        """Examine this installation."""
        ...

    def close(self) -> None:
        """End every child and release everything."""
        ...
