"""The values that travel with a question: the request, the chat messages, what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jarvis.contracts.errors import Language

Role = Literal["system", "user", "assistant"]
Door = Literal["chat", "voice", "quick", "cli", "api"]
"""Where a question came in."""
Source = Literal["skill", "model", "memory", "none"]
"""What answered: a skill, a language model, a stored memory, or nothing could."""
HearingQuality = Literal["typed", "full", "basic"]
"""How the words came to be known: typed, a full recogniser, or the basic fallback one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One question on its way to `Assistant.ask`.

    `conversation_id` None starts a new conversation. `language` None lets Jarvis tell it from the words.
    """

    text: str
    door: Door = "chat"
    conversation_id: str | None = None
    language: Language | None = None
    hearing: HearingQuality = "typed"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatMessage:
    """One message of a prompt, in the chat-completions sense."""

    role: Role
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens that one model call read and wrote, as its engine counted them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


MessageState = Literal["complete", "streaming", "cancelled", "failed", "interrupted"]
"""`interrupted`: Jarvis itself ended while the answer was being written; the text shown so far is kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredMessage:
    """One message as the conversation log keeps it; `created_at` is an aware UTC time."""

    id: str
    conversation_id: str
    role: Role
    text: str
    state: MessageState
    created_at: datetime
    source: Source | None = None
    model: str | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A titled run of messages; times are aware UTC."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
