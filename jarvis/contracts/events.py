"""Every step of answering a question, as frozen events that every door shows alike.

A run is `AskStarted`, any number of steps, then exactly one of `AskFinished`, `AskFailed` or `AskCancelled`.
`event_to_json` and `event_from_json` are exact inverses; the JSON carries `type` plus the event's fields.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Source, Usage
from jarvis.contracts.skills import ControlAct


@dataclass(frozen=True, kw_only=True, slots=True)
class AskEvent:
    """Base of all steps; `ask_id` names the run it belongs to."""

    ask_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskStarted(AskEvent):
    """The question is stored; `message_id` is the user's message, `language` what it will be answered in."""

    conversation_id: str
    message_id: str
    text: str
    language: Language


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillMatched(AskEvent):
    """A skill takes the question; no model is asked."""

    skill: str
    slots: dict[str, str | int | float] = field(default_factory=dict)
    confidence: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryRecalled(AskEvent):
    """Memories that bear on the question, as the model reads them and as rows (`Recalled.row`) to show and open."""

    texts: tuple[str, ...]
    items: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteChosen(AskEvent):
    """The ordered engines that will be tried, and one sentence on why.

    `details` has one JSON-ready row per candidate with the fields of `RouteCandidate`, `excluded` one per engine that
    may not answer with those of `Excluded`.
    """

    candidates: tuple[str, ...]
    reason: str
    difficulty: float | None = None
    domain: str | None = None
    details: tuple[dict[str, Any], ...] = ()
    excluded: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineLoading(AskEvent):
    """A model is being started; `seconds` is how long that took last time, None when unknown, `large` as in
    `EngineStatus`."""

    model: str
    device: str
    seconds: float | None = None
    large: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineNoticed(AskEvent):
    """Something to know while waiting: a queue, a swap, less context; `sentence` is in the language of the ask."""

    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ThoughtDelta(AskEvent):
    """More of a reasoning model's thinking: shown aside at most, never stored or spoken."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineFailed(AskEvent):
    """One candidate failed and the next is tried; `restarts` is True when shown text is being replaced."""

    model: str
    code: str
    sentence: str
    restarts: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheAnswered(AskEvent):
    """An earlier answer is given again, made by `model` to the question `asked`, `age_seconds` ago; asking with
    `fresh` gets a new one."""

    model: str
    asked: str
    age_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted(AskEvent):
    """Personal data was replaced before the question left for `model`: how many of each kind, never what."""

    model: str
    kinds: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentAsked(AskEvent):
    """The next candidate would take the question elsewhere; `preview` is exactly what would be sent, as JSON-ready
    messages, after redaction."""

    model: str
    where: str
    preview: tuple[dict[str, Any], ...]
    cost_usd: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCalled(AskEvent):
    """A model wants a tool used; `permission` is what holds for it ("allow", "ask", "never")."""

    name: str
    arguments: dict[str, Any]
    permission: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolAnswered(AskEvent):
    """What came back from a tool; `ok` False means that it failed or was not allowed, and `text` says so."""

    name: str
    ok: bool
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageStarted(AskEvent):
    """One part of a cooperation begins: `role` such as "maths" or "review", `title` in the language of the ask."""

    stage: int
    stages: int
    role: str
    title: str
    model: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageDelta(AskEvent):
    """More of what a stage writes: shown aside, not part of the answer, never spoken."""

    stage: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StageFinished(AskEvent):
    """A stage is done: its whole text, or the sentence of why it gave none (`ok` False)."""

    stage: int
    role: str
    model: str
    ok: bool
    text: str
    seconds: float
    cost_usd: float | None = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TextDelta(AskEvent):
    """More of the answer; already stored when it is emitted."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskFinished(AskEvent):
    """The whole answer. `timings` are seconds since the ask began (`first_text`, `total`).

    `expects_reply` means that Jarvis asked something back and listens without wake word. `spoken` is the text to say
    aloud where it differs from what is shown. `cost_usd` is None where a server was asked whose price is not known.
    `control` is an act on the conversation itself that the door carries out.
    """

    message_id: str
    text: str
    source: Source
    model: str | None = None
    skill: str | None = None
    reason: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = 0.0
    timings: dict[str, float] = field(default_factory=dict)
    expects_reply: bool = False
    spoken: str | None = None
    language: Language = "en"
    control: ControlAct | None = None
    cached: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AskFailed(AskEvent):
    """The run ended without an answer; `text` is what was already shown and is kept."""

    code: str
    sentence: str
    text: str = ""
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AskCancelled(AskEvent):
    """The person stopped it; `text` is what was already shown and is kept."""

    text: str = ""
    message_id: str | None = None


EVENT_TYPES: dict[str, type[AskEvent]] = {
    cls.__name__: cls
    for cls in (
        AskStarted,
        SkillMatched,
        MemoryRecalled,
        RouteChosen,
        EngineLoading,
        EngineNoticed,
        EngineFailed,
        ThoughtDelta,
        CacheAnswered,
        Redacted,
        ConsentAsked,
        ToolCalled,
        ToolAnswered,
        StageStarted,
        StageDelta,
        StageFinished,
        TextDelta,
        AskFinished,
        AskFailed,
        AskCancelled,
    )
}
"""Every concrete event by name: the wire's vocabulary."""

FINAL_EVENTS = (AskFinished, AskFailed, AskCancelled)


def event_to_json(event: AskEvent) -> dict[str, Any]:
    """Return `event` as a JSON-ready dict with its class name under `type`."""
    return {"type": type(event).__name__, **asdict(event)}


def event_from_json(document: dict[str, Any]) -> AskEvent:
    """Rebuild the event that `event_to_json` wrote; ValueError for an unknown type."""
    cls = EVENT_TYPES.get(str(document.get("type")))
    if cls is None:
        raise ValueError(f"unknown event type {document.get('type')!r}")
    values = {f.name: document[f.name] for f in fields(cls) if f.name in document}
    if "usage" in values:
        values["usage"] = Usage(**values["usage"])
    for name in ("texts", "items", "candidates", "details", "excluded", "preview"):
        if name in values:
            values[name] = tuple(values[name])
    return cls(**values)
