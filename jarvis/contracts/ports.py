"""The interfaces between rooms. Each is small; `app` alone knows which class stands behind which.

Unless said otherwise a port may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.events import AskEvent
from jarvis.contracts.memory import QuotedAnswer, Recalled, RecallQuestion, Recollection
from jarvis.contracts.messages import (
    ChatMessage,
    Conversation,
    Door,
    MessageState,
    Privacy,
    Request,
    Source,
    StoredMessage,
    ToolCall,
    ToolSpec,
    Usage,
)
from jarvis.contracts.routing import Assessment, Decision, RouteQuestion
from jarvis.contracts.skills import SkillMatch, SkillReply
from jarvis.contracts.spending import Call


class Clock(Protocol):
    """The only source of time outside audio."""

    def now(self) -> datetime:
        """Aware local time."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...


class Assistant(Protocol):
    """The one run behind every door."""

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        """Answer `request`; blocking, to be consumed on a worker thread. Never raises for expected trouble:
        the last event is always one of `AskFinished`, `AskFailed`, `AskCancelled`."""
        ...


class Preparing(Protocol):
    """What may be done for a question before it is certain that it is asked: nothing is stored, said, sent or acted."""

    def prepare(self, request: Request, cancel: CancelToken) -> None:
        """Warm the way of `request`: skill, route, recall and the prompt of a local model. Blocking, never raises.

        `ask` of the same request is then quicker and otherwise the same; without it, or with another one, too.
        """
        ...


class HeardLog(Protocol):
    """Keeps how much of a spoken answer was heard."""

    def heard(self, question_id: str, text: str) -> None:
        """Note that of the answer to the message `question_id` only `text` was heard before the person interrupted.

        What was shown stays on screen; models are told what was heard. Unknown ids are ignored.
        """
        ...


class Skills(Protocol):
    """Everything that Jarvis can do with no model."""

    def match(self, text: str, language: Language | None = None) -> SkillMatch | None:
        """Return the skill that surely was meant, or None. `language` None tries both."""
        ...

    def run(self, match: SkillMatch, request: Request, previous_answer: str | None = None) -> SkillReply:
        """Carry out `match`; raises `JarvisError` with a sentence when it cannot."""
        ...

    def read_back(self, match: SkillMatch) -> str:
        """Return the question that repeats what will be done, for a yes or no."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineStatus:
    """One text engine as it is now. `sentence` says what is missing when it is not usable, else is empty.

    `abilities` are those of the model ("vision", "tools", "code" ...); `context_tokens` 0 means unknown.
    `device` is "GPU 0", "GPU 0+CPU", "CPU" or the name of the server. `preferred` means that the person put it in
    service by name, `large` that it has so many parameters that it is one to think with, as far as is known.
    """

    id: str
    model: str
    where: Literal["local", "cloud"]
    state: Literal["ready", "loadable", "missing", "failed", "installing"]
    device: str = "cpu"
    load_seconds: float | None = None
    sentence: str = ""
    context_tokens: int = 0
    abilities: frozenset[str] = frozenset()
    tokens_per_second: float | None = None
    preferred: bool = False
    large: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerationOptions:
    """How to sample one answer; `json_schema` None means free text.

    `tool_choice` is "auto", "none", "required" or the name of one of `tools`. `message_id` and `stage` name what the
    answer is for in the ledger: the question's message, and "answer" or a role in a cooperation.
    """

    max_tokens: int = 1024
    temperature: float = 0.7
    json_schema: dict[str, object] | None = None
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"
    message_id: str = ""
    stage: str = "answer"


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineText:
    """A piece of streamed answer."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineThought:
    """A piece of a reasoning model's thinking: not part of the answer, never spoken."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineToolCall:
    """A whole tool call whose arguments follow the tool's schema."""

    call: ToolCall


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineNotice:
    """Something to know while waiting: a queue, a swap, a smaller context. `code` is dotted and stable."""

    code: str
    en: str
    es: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineDone:
    """End of a streamed answer; `finish_reason` as the OpenAI protocol names them.

    `cost_usd` None means that the price is not known; what runs on this computer costs 0 whatever this says.
    """

    usage: Usage
    finish_reason: str = "stop"
    cost_usd: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineRedacted:
    """Personal data was replaced in the prompt before it left: how many of each kind. Comes first, if at all."""

    kinds: Mapping[str, int]


EngineItem = EngineText | EngineThought | EngineToolCall | EngineNotice | EngineRedacted | EngineDone
"""What a streamed answer consists of; `EngineDone` comes once, last."""


class TextEngine(Protocol):
    """One model that answers chat prompts."""

    @property
    def id(self) -> str:
        """Stable name of this engine in routes and settings."""
        ...

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it can answer now; returns at once and starts nothing."""
        ...

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Stream one answer, loading the model first when needed. Raises `EngineError`, or `Cancelled` within
        a second of `cancel`, also in the middle of the prompt. Tool calls and answers with a `json_schema` are
        checked against their schema: `EngineError` with code `engine.schema` when they miss it."""
        ...

    def close(self) -> None:
        """Release everything, children included; later calls start it again."""
        ...


@runtime_checkable
class Prefilling(Protocol):
    """An engine that can read a prompt before it is asked to answer it."""

    def prefill(self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken) -> None:
        """Read the prompt with a model that is loaded and free, so that `stream` of the same begins sooner.

        Loads nothing, waits for nobody, records nothing, and costs nothing. Raises `EngineError`, or `Cancelled` within
        a second of `cancel`.
        """
        ...


class Router(Protocol):
    """Choice of engines for a question."""

    def assess(
        self, text: str, language: Language | None = None, *, images: int = 0, context_tokens: int = 0
    ) -> Assessment:
        """Tell how hard the question is and what it is about; see `Assessor`."""
        ...

    def decide(self, question: RouteQuestion, engines: Sequence[EngineStatus]) -> Decision:
        """Return usable engines in order; empty `candidates` when none can answer. The same question and engines give
        the same decision, as long as nothing is learned in between."""
        ...


class Recall(Protocol):
    """What is remembered, as answering needs it. Nothing here raises: a memory in trouble says so in its own place."""

    def recall(self, question: RecallQuestion) -> Recollection:
        """Return what bears on a question; for a prompt that is leaving, only what may leave."""
        ...

    def quote(self, question: RecallQuestion) -> QuotedAnswer | None:
        """Return an answer that a question has in the memory word for word; None where a model is needed."""
        ...

    def keeps(self) -> bool:
        """Tell whether what is said now will be remembered."""
        ...

    def told(self, text: str, language: Language) -> tuple[str, ...]:
        """Return the facts that are learned from what the person says now, a short sentence each."""
        ...

    def used(self, message_id: str, recollection: Sequence[Recalled]) -> None:
        """Keep what an answer drew on."""
        ...

    def version(self) -> str:
        """Return a text that changes with everything that is remembered, changed or forgotten."""
        ...


class ConversationLog(Protocol):
    """Conversations and messages; a returned write survives the death of the process."""

    def start_conversation(self, title: str) -> Conversation: ...

    def conversation(self, conversation_id: str) -> Conversation | None: ...

    def conversations(self, limit: int = 200) -> list[Conversation]:
        """Newest first."""
        ...

    def rename(self, conversation_id: str, title: str) -> None: ...

    def set_privacy(self, conversation_id: str, privacy: Privacy | None) -> None:
        """Say what this conversation allows, where that is stricter than the settings; None follows them again."""
        ...

    def delete(self, conversation_id: str) -> None:
        """Remove the conversation and its messages for good."""
        ...

    def add_message(
        self,
        conversation_id: str,
        role: Literal["user", "assistant"],
        text: str,
        state: MessageState = "complete",
        source: Source | None = None,
        model: str | None = None,
        door: Door | None = None,
        follows: str | None = None,
        attachments: Sequence[str] = (),
    ) -> StoredMessage:
        """Append to the branch in view, or after the message `follows` ("" at the beginning), whose branch is then the
        one in view; `door` is where a question came in, `attachments` are the ids of the files that go with it."""
        ...

    def append_text(self, message_id: str, text: str) -> None:
        """Add streamed text; on disk before it is shown."""
        ...

    def close_message(
        self,
        message_id: str,
        state: MessageState,
        *,
        text: str | None = None,
        source: Source | None = None,
        model: str | None = None,
        detail: str = "",
        codes: Sequence[str] = (),
    ) -> None:
        """End a streaming message; `text` replaces what was streamed, None keeps it. `codes` are the error's that it
        failed for, and of those before it."""
        ...

    def messages(self, conversation_id: str, limit: int | None = None, until: str | None = None) -> list[StoredMessage]:
        """The branch in view, or the one that leads to the message `until`, oldest first; with `limit` only the newest
        that many."""
        ...

    def message(self, message_id: str) -> StoredMessage | None:
        """One message, None when it is gone."""
        ...


class PendingConfirmations(Protocol):
    """The question that Jarvis asked back in a conversation, waiting for yes or no."""

    def put(self, conversation_id: str, match: SkillMatch) -> None: ...

    def take(self, conversation_id: str) -> SkillMatch | None:
        """Return and remove it; None when there is none or it is older than two minutes."""
        ...


class Ledger(Protocol):
    """What every model call used, and why each question was routed so. Holds no text of the person."""

    def record_call(self, call: Call) -> None:
        """Keep one model call."""
        ...

    def record_decision(
        self,
        *,
        message_id: str,
        assessment: Assessment,
        decision: Decision,
        chosen: str | None,
        hops: Sequence[str] = (),
        door: Door | None = None,
    ) -> None:
        """Keep how a question was assessed, the candidates with their numbers, the one that answered (None: none) and
        the codes of the failures before it."""
        ...


class SecretStore(Protocol):
    """API keys, in the system keyring."""

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def delete(self, name: str) -> bool:
        """True if there was one."""
        ...

    def names(self) -> list[str]:
        """Names that have a value; never the values."""
        ...

    def where(self) -> str:
        """Say in a few words where the keys are kept."""
        ...
