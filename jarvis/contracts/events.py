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
    """Stored facts that bear on the question, as they will be shown to the model."""

    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteChosen(AskEvent):
    """The ordered engines that will be tried, and one sentence on why."""

    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineLoading(AskEvent):
    """A model is being started; `seconds` is how long that took last time, None when unknown."""

    model: str
    device: str
    seconds: float | None = None


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
    for name in ("texts", "candidates"):
        if name in values:
            values[name] = tuple(values[name])
    return cls(**values)
