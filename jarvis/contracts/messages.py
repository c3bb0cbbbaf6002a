"""The values that travel with a question: the request, the chat messages, what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from jarvis.contracts.errors import Language

Role = Literal["system", "user", "assistant", "tool"]
Door = Literal["chat", "voice", "quick", "cli", "api"]
"""Where a question came in."""
Source = Literal["skill", "model", "memory", "none"]
"""What answered: a skill, a language model, a stored memory, or nothing could."""
Privacy = Literal["local", "ask", "cloud"]
"""Nothing leaves; each question that would leave is asked about first; questions may leave."""
HearingQuality = Literal["typed", "full", "basic"]
"""How the words came to be known: typed, a full recogniser, or the basic fallback one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture for a model that sees; `media_type` such as "image/png"."""

    data: bytes = field(repr=False)
    media_type: str


AttachmentKind = Literal["image", "document"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that goes with a question; `bytes` is its size, `media_type` such as "application/pdf".

    `pages` is how many it has where that is known, `passages` into how many pieces its text was cut, 0 for a picture.
    `stays` says that it was attached while nothing might leave: no server is sent it unless the person says yes to
    that. `note_en` and `note_es` say why only a part of it was taken in, empty where all of it was.
    """

    id: str
    name: str
    kind: AttachmentKind
    media_type: str
    bytes: int
    pages: int | None = None
    passages: int = 0
    stays: bool = False
    note_en: str = ""
    note_es: str = ""

    def note(self, language: Language) -> str:
        """Return why only a part of it was taken in."""
        return self.note_es if language == "es" else self.note_en


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One question on its way to `Assistant.ask`.

    `conversation_id` None starts a new conversation. `language` None lets Jarvis tell it from the words. `deep` asks
    several specialists together, `fresh` wants no answer from the cache, `model` is the engine that is to answer, and
    `privacy` may be stricter than the settings, never laxer. `background` means that nobody waits for the answer.

    `again` is a stored answer of the conversation that is to be given anew: the question is then the one that it
    answers, and `text` says nothing. `follows` is the message that the question comes after, "" for none: it begins a
    branch of its own, as a question that was rewritten does. None is the newest message in view.

    `attachments` are the ids of the files that go with it; the log keeps them with the question.
    """

    text: str
    door: Door = "chat"
    conversation_id: str | None = None
    language: Language | None = None
    hearing: HearingQuality = "typed"
    images: tuple[Image, ...] = ()
    deep: bool = False
    fresh: bool = False
    model: str | None = None
    privacy: Privacy | None = None
    background: bool = False
    again: str | None = None
    follows: str | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCall:
    """One call that a model wants made; `arguments` already follow the tool's schema."""

    id: str
    name: str
    arguments: dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolSpec:
    """A tool that a model may call; `parameters` is a JSON Schema of type object. What a `private` one answers never
    leaves this computer, so only models here are offered it."""

    name: str
    description: str
    parameters: dict[str, object]
    private: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatMessage:
    """One message of a prompt, in the chat-completions sense.

    `images` belong to user messages, `tool_calls` to the assistant's; a message of role "tool" carries the result of
    the call `tool_call_id` as its text.
    """

    role: Role
    text: str
    images: tuple[Image, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens that one model call read and wrote, as its engine counted them.

    `cached_tokens` is the part of `prompt_tokens` that was read from a cache, `cache_written_tokens` the part that was
    put into one; thoughts count as written.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_written_tokens: int = 0


MessageState = Literal["complete", "streaming", "cancelled", "failed", "interrupted"]
"""`interrupted`: Jarvis itself ended while the answer was being written; the text shown so far is kept."""


DETAIL_CACHED = "cached"
"""`detail` of a stored answer that was given before."""

DETAIL_ASKED_BACK = "asked back"
"""`detail` of a stored message in which Jarvis only asked whether it may go on with the question."""

DETAIL_STAYS = "stays"
"""`detail` of a stored answer that drew on what never leaves this computer: what is remembered, or tools used here."""

DETAIL_FOREIGN = "foreign"
"""`detail` of a stored answer that drew on text from elsewhere, which a tool brought: nothing in it is an order."""

DETAIL_STAYS_FOREIGN = "stays, foreign"
"""`detail` of a stored answer that both of these are true of."""

STAYING_DETAILS = frozenset({DETAIL_STAYS, DETAIL_STAYS_FOREIGN})
FOREIGN_DETAILS = frozenset({DETAIL_FOREIGN, DETAIL_STAYS_FOREIGN})


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredMessage:
    """One message as the conversation log keeps it; `created_at` is an aware UTC time.

    `heard_characters` is how much of an answer said aloud was heard before the person interrupted, None for all of it.
    `door` is where a question came in: one of "voice" was heard, not typed. None for answers and where it is not known.
    `versions` are the ids of the messages that came to stand in this one's place, itself included, oldest first; empty
    where there is only this one. `attachments` are the files that went with a question. `codes` are the codes of the
    errors that an answer failed for: of the one that ended it, then of those before that, oldest first; empty for any
    other, and where they were not kept.
    """

    id: str
    conversation_id: str
    role: Role
    text: str
    state: MessageState
    created_at: datetime
    source: Source | None = None
    model: str | None = None
    detail: str = ""
    heard_characters: int | None = None
    door: Door | None = None
    versions: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A titled run of messages; times are aware UTC. `privacy` None follows the settings, `folder` "" is none."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    privacy: Privacy | None = None
    pinned: bool = False
    archived: bool = False
    folder: str = ""
