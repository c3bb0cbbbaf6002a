"""What is known about one answer, folded from its events or read from the log. Pure; knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.events import (
    AskCancelled,
    AskEvent,
    AskFailed,
    AskFinished,
    AskStarted,
    CacheAnswered,
    ConsentAsked,
    EngineFailed,
    EngineLoading,
    EngineNoticed,
    MemoryRecalled,
    Redacted,
    RouteChosen,
    SkillMatched,
    StageFinished,
    StageStarted,
    TextDelta,
    ToolCalled,
)
from jarvis.contracts.messages import (
    DETAIL_ASKED_BACK,
    DETAIL_CACHED,
    FOREIGN_DETAILS,
    STAYING_DETAILS,
    Source,
    StoredMessage,
)
from jarvis.desktop import texts
from jarvis.desktop.answer_figures import figure_words, figures_of_end
from jarvis.desktop.decision_facts import Figures
from jarvis.desktop.permission_names import name_of
from jarvis.desktop.resources_figures import SHORTEST, number
from jarvis.desktop.voice_texts import INTERRUPTED_HERE
from jarvis.desktop.window_words import answer_in_window, in_window, place_in_window
from jarvis.desktop.words import Words

Phase = Literal["thinking", "loading", "writing", "done", "failed", "cancelled", "interrupted", "elsewhere"]
_MARKS = frozenset({DETAIL_ASKED_BACK, DETAIL_CACHED}) | STAYING_DETAILS | FOREIGN_DETAILS
_AFTER_WORDS = frozenset(".,;:!?…)»”\"'*_`")
"""What belongs to the word before it, markup included."""
ENDED: frozenset[Phase] = frozenset({"done", "failed", "cancelled", "interrupted"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer as it stands; `seconds` is its whole time, None when it was not kept.

    `cached` means that it was given before, `replaced` counts personal details that a server did not get to see,
    `route` is the decision, `details` are further lines of how it came about, `remembers` that it drew on memories.
    `question_id` is the user's message, empty where it is not known. `heard` is how many characters of the text had
    been said when the person interrupted, None when nobody did. `versions` are the ids of the answers that came to
    stand in this place, empty where there is only this one. `figures` is what it took, None where that is not known.
    `spoken` is what to say aloud where that differs from the text, and `language` its language, None unknown. `code`
    is the error's where it failed, empty where that is not known; `causes` are the codes of what failed before it.
    """

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
    cached: bool = False
    replaced: int = 0
    route: RouteChosen | None = None
    details: tuple[str, ...] = ()
    remembers: bool = False
    question_id: str = ""
    heard: int | None = None
    versions: tuple[str, ...] = ()
    figures: Figures | None = None
    spoken: str | None = None
    language: Language | None = None
    code: str = ""
    causes: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """True once nothing more will come."""
        return self.phase in ENDED


def after(answer: Answer, event: AskEvent) -> Answer:
    """Return `answer` as it is after `event`."""
    if isinstance(event, AskStarted):
        return replace(
            answer,
            conversation_id=event.conversation_id,
            question=event.text,
            question_id=event.message_id,
            language=event.language,
        )
    if isinstance(event, SkillMatched):
        return replace(answer, skill=event.skill, source="skill")
    if isinstance(event, RouteChosen):
        return replace(answer, reason=in_window(event.reason), route=event)
    if isinstance(event, EngineLoading):
        return replace(answer, phase="loading", loading=event, notice="")
    if isinstance(event, EngineNoticed):
        return replace(answer, notice=in_window(event.sentence))
    if isinstance(event, EngineFailed):
        text = "" if event.restarts else answer.text
        failed = replace(event, sentence=in_window(event.sentence))
        failures, causes = (*answer.failures, failed), (*answer.causes, event.code)
        return replace(answer, phase="thinking", text=text, notice="", failures=failures, causes=causes)
    if isinstance(event, TextDelta):
        return replace(answer, phase="writing", text=answer.text + event.text)
    if isinstance(event, AskFinished):
        return replace(
            answer,
            phase="done",
            text=answer_in_window(event.text, event.source, asks_back=event.expects_reply),
            source=event.source,
            skill=event.skill or "",
            model=event.model or "",
            # Of what was answered before it says what the person asked then.
            reason=(event.reason if event.cached else in_window(event.reason)) or answer.reason,
            seconds=event.timings.get("total"),
            message_id=event.message_id,
            cached=event.cached or answer.cached,
            figures=figures_of_end(event, answer.route, len(answer.failures)),
            spoken=event.spoken,
            language=event.language,
        )
    if isinstance(event, AskFailed):
        return replace(
            answer,
            phase="failed",
            text=event.text or answer.text,
            sentence=in_window(event.sentence),
            code=event.code,
            message_id=event.message_id or "",
        )
    if isinstance(event, AskCancelled):
        return replace(answer, phase="cancelled", text=event.text or answer.text, message_id=event.message_id or "")
    return _after_aside(answer, event)


def _after_aside(answer: Answer, event: AskEvent) -> Answer:
    """The steps that are told beside the answer."""
    if isinstance(event, MemoryRecalled):
        return replace(answer, remembers=bool(event.items))
    if isinstance(event, CacheAnswered):
        return replace(answer, cached=True)
    if isinstance(event, Redacted):
        return replace(answer, replaced=answer.replaced + sum(event.kinds.values()))
    if isinstance(event, ConsentAsked):
        shown = tuple(f"{row['role']}: {row['text']}" for row in event.preview)
        return replace(answer, details=(*answer.details, *shown))
    if isinstance(event, ToolCalled):
        return replace(answer, notice=f"{event.name} …")
    if isinstance(event, StageStarted):
        return replace(answer, notice=f"{event.stage}/{event.stages} · {event.title} · {event.model}")
    if isinstance(event, StageFinished):
        said = event.text if event.ok else in_window(event.text)
        return replace(answer, details=(*answer.details, f"{event.role} ({event.model}): {said}"))
    return answer


def from_stored(message: StoredMessage, question: StoredMessage | None = None, *, remembers: bool = False) -> Answer:
    """Return a stored assistant message as an answer; `question` is the user's message before it, `remembers` tells
    that it drew on memories."""
    phases: dict[str, Phase] = {
        "complete": "done",
        "streaming": "elsewhere",
        "cancelled": "cancelled",
        "failed": "failed",
        "interrupted": "interrupted",
    }
    failed = message.state == "failed"
    text = answer_in_window(message.text, message.source, asks_back=message.detail == DETAIL_ASKED_BACK)
    heard = message.heard_characters
    return Answer(
        ask_id=message.id,
        phase=phases[message.state],
        conversation_id=message.conversation_id,
        question=question.text if question is not None else "",
        question_id=question.id if question is not None else "",
        text=text,
        source=message.source,
        model=message.model or "",
        reason="" if failed or message.detail in _MARKS else in_window(message.detail),
        cached=message.detail == DETAIL_CACHED,
        sentence=in_window(message.detail) if failed else "",
        message_id=message.id,
        remembers=remembers,
        heard=None if heard is None else place_in_window(message.text, text, heard),
        versions=message.versions,
        code=message.codes[0] if message.codes else "",
        causes=message.codes[1:],
    )


def text_with_mark(answer: Answer, words: Words) -> str:
    """Return the answer's markdown, with a mark where the person interrupted Jarvis before its end."""
    text, heard = answer.text, answer.heard
    if heard is None:
        return text
    while 0 < heard < len(text) and text[heard] in _AFTER_WORDS:
        heard += 1
    if not text[heard:].strip():
        return text
    before = text[:heard].rstrip(" ")
    mark = f"`✂ {words(INTERRUPTED_HERE)}`"
    return f"{before}{' ' if before else ''}{mark} {text[heard:].lstrip(' ')}"


def what_answered(answer: Answer, words: Words) -> str:
    """Say in a few words what answered, what that took and how long; empty while that is unknown."""
    if answer.source == "skill":
        by = words(texts.BY_SKILL, skill=words(name_of(answer.skill))) if answer.skill else words(texts.BY_SOME_SKILL)
    elif answer.source == "model":
        by = words(texts.BY_MODEL, model=answer.model) if answer.model else words(texts.BY_SOME_MODEL)
    elif answer.source == "memory":
        by = words(texts.BY_MEMORY)
    elif answer.source == "none":
        # Who is asked something first, such as whether a question may leave, was not left without an answer.
        by = words(texts.ASKS_BACK if "?" in answer.text else texts.BY_NOTHING)
    else:
        return ""
    parts = [by]
    if answer.cached:
        parts.append(words(texts.FROM_CACHE))
    if answer.figures is not None:
        parts += figure_words(answer.figures, words)
    if answer.replaced:
        parts.append(words(texts.REPLACED, count=answer.replaced))
    if answer.seconds is not None:
        parts.append(words(texts.SECONDS, seconds=seconds_text(answer.seconds, words)))
    return "  ·  ".join(parts)


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
    """Return `seconds` with two figures that mean something; of next to none, that they are less than a tenth."""
    if seconds < SHORTEST:
        return words(texts.LESS_THAN, most=number(0.1, words.language, 1))
    return number(seconds, words.language, 2 if seconds < 1 else 1 if seconds < 10 else 0)
