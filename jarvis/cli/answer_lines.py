"""What is told beside an answer on the command line: loading, hops, tools, stages, what was replaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from jarvis.cli.output import words
from jarvis.contracts.events import (
    AskEvent,
    CacheAnswered,
    ConsentAsked,
    EngineFailed,
    EngineLoading,
    EngineNoticed,
    MemoryRecalled,
    Redacted,
    StageFinished,
    StageStarted,
    ToolAnswered,
    ToolCalled,
)


def lines_of(event: AskEvent, *, shown: str = "") -> list[str]:
    """Return the lines for one step; none for a step that is not told. `shown` is the answer's text so far, which is
    not told a second time."""
    if isinstance(event, StageFinished) and event.ok and shown.endswith(event.text):
        return ["", f"    {event.seconds:.1f} s"]
    told = _TOLD.get(type(event))
    return told(event) if told is not None else []


def _loading(event: EngineLoading) -> list[str]:
    return [words(f"Loading {event.model} …", f"Cargando {event.model} …")]


def _failed(event: EngineFailed) -> list[str]:
    return ["", event.sentence]


def _redacted(event: Redacted) -> list[str]:
    kinds = ", ".join(f"{kind} {count}" for kind, count in event.kinds.items())
    return [words(f"Replaced before it left: {kinds}", f"Sustituido antes de salir: {kinds}")]


def _recalled(event: MemoryRecalled) -> list[str]:
    return [words(f"Remembered: {text}", f"Recordado: {text}") for text in event.texts]


def _consent(event: ConsentAsked) -> list[str]:
    return [f"  {row['role']}: {row['text']}" for row in event.preview]


def _called(event: ToolCalled) -> list[str]:
    return [f"→ {event.name} {json.dumps(event.arguments, ensure_ascii=False)}"]


_TOLD: dict[type[AskEvent], Callable[[Any], list[str]]] = {
    EngineLoading: _loading,
    MemoryRecalled: _recalled,
    EngineNoticed: lambda event: [event.sentence],
    EngineFailed: _failed,
    CacheAnswered: lambda event: [words(f"Asked before: {event.asked}", f"Ya se preguntó: {event.asked}")],
    Redacted: _redacted,
    ConsentAsked: _consent,
    ToolCalled: _called,
    ToolAnswered: lambda event: [f"← {event.name}: {event.text}"],
    StageStarted: lambda event: [f"[{event.stage}/{event.stages}] {event.title} ({event.model})"],
    StageFinished: lambda event: [f"    {event.text}", f"    {event.seconds:.1f} s"],
}
