"""What is known about one answer, folded from its events or read from the log. Pure; knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from jarvis.contracts.events import (
    AskCancelled,
    AskEvent,
    AskFailed,
    AskFinished,
    AskStarted,
    EngineFailed,
    EngineLoading,
    EngineNoticed,
    RouteChosen,
    SkillMatched,
    TextDelta,
)
from jarvis.contracts.messages import Source, StoredMessage
from jarvis.desktop import texts
from jarvis.desktop.words import Words

Phase = Literal["thinking", "loading", "writing", "done", "failed", "cancelled", "interrupted", "elsewhere"]
ENDED: frozenset[Phase] = frozenset({"done", "failed", "cancelled", "interrupted"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer as it stands; `seconds` is its whole time, None when it was not kept."""

    ask_id: str
    phase: Phase = "thinking"
    conversation_id: str = ""
    question: str = ""
    text: str = ""
    source: Source | None = None
    skill: str = ""
    model: str = ""
    reason: str = ""
    sentence: str = ""
    seconds: float | None = None
    loading: EngineLoading | None = None
    notice: str = ""
    failures: tuple[EngineFailed, ...] = ()
    message_id: str = ""

    @property
    def ended(self) -> bool:
        """True once nothing more will come."""
        return self.phase in ENDED


def after(answer: Answer, event: AskEvent) -> Answer:
    """Return `answer` as it is after `event`."""
    if isinstance(event, AskStarted):
        return replace(answer, conversation_id=event.conversation_id, question=event.text)
    if isinstance(event, SkillMatched):
        return replace(answer, skill=event.skill, source="skill")
    if isinstance(event, RouteChosen):
        return replace(answer, reason=event.reason)
    if isinstance(event, EngineLoading):
        return replace(answer, phase="loading", loading=event, notice="")
    if isinstance(event, EngineNoticed):
        return replace(answer, notice=event.sentence)
    if isinstance(event, EngineFailed):
        text = "" if event.restarts else answer.text
        return replace(answer, phase="thinking", text=text, notice="", failures=(*answer.failures, event))
    if isinstance(event, TextDelta):
        return replace(answer, phase="writing", text=answer.text + event.text)
    if isinstance(event, AskFinished):
        return replace(
            answer,
            phase="done",
            text=event.text,
            source=event.source,
            skill=event.skill or "",
            model=event.model or "",
            reason=event.reason or answer.reason,
            seconds=event.timings.get("total"),
            message_id=event.message_id,
        )
    if isinstance(event, AskFailed):
        return replace(
            answer,
            phase="failed",
            text=event.text or answer.text,
            sentence=event.sentence,
            message_id=event.message_id or "",
        )
    if isinstance(event, AskCancelled):
        return replace(answer, phase="cancelled", text=event.text or answer.text, message_id=event.message_id or "")
    return answer


def from_stored(message: StoredMessage, question: str = "") -> Answer:
    """Return a stored assistant message as an answer; `question` is the user's message before it."""
    phases: dict[str, Phase] = {
        "complete": "done",
        "streaming": "elsewhere",
        "cancelled": "cancelled",
        "failed": "failed",
        "interrupted": "interrupted",
    }
    failed = message.state == "failed"
    return Answer(
        ask_id=message.id,
        phase=phases[message.state],
        conversation_id=message.conversation_id,
        question=question,
        text=message.text,
        source=message.source,
        model=message.model or "",
        reason="" if failed else message.detail,
        sentence=message.detail if failed else "",
        message_id=message.id,
    )


def what_answered(answer: Answer, words: Words) -> str:
    """Say in a few words what answered and how long it took; empty while that is unknown."""
    if answer.source == "skill":
        name = answer.skill.replace("_", " ").replace(".", " · ")
        by = words(texts.BY_SKILL, skill=name) if name else words(texts.BY_SOME_SKILL)
    elif answer.source == "model":
        by = words(texts.BY_MODEL, model=answer.model) if answer.model else words(texts.BY_SOME_MODEL)
    elif answer.source == "memory":
        by = words(texts.BY_MEMORY)
    elif answer.source == "none":
        by = words(texts.BY_NOTHING)
    else:
        return ""
    return (
        by
        if answer.seconds is None
        else f"{by}  ·  {words(texts.SECONDS, seconds=seconds_text(answer.seconds, words))}"
    )


def doing_now(answer: Answer, words: Words) -> str:
    """Say what is being done for an answer that has not ended."""
    if answer.phase == "elsewhere":
        return words(texts.STILL_WRITING)
    if answer.notice and answer.phase in {"thinking", "loading"}:
        return answer.notice
    if answer.phase == "loading" and answer.loading is not None:
        model, device, seconds = answer.loading.model, answer.loading.device, answer.loading.seconds
        if seconds is None:
            return words(texts.LOADING, model=model, device=device)
        return words(texts.LOADING_SECONDS, model=model, device=device, seconds=seconds_text(seconds, words))
    return words(texts.WRITING if answer.phase == "writing" else texts.THINKING)


def seconds_text(seconds: float, words: Words) -> str:
    """Return `seconds` with two figures that mean something, in the language's own decimal sign."""
    text = f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
    return text.replace(".", ",") if words.language == "es" else text
