"""What the voice pill shows, step by step from what the voice does. Knows no widget.

The words are those of the line below the chat's input, so that both always say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from jarvis.contracts.events import AskStarted, EngineFailed, EngineLoading, TextDelta
from jarvis.contracts.speech import (
    AnswerStep,
    Dictated,
    PartialHeard,
    PartialWords,
    TranscriptReady,
    TurnFinished,
    VoiceEvent,
    VoiceState,
    VoiceStateName,
    VoiceTrouble,
)
from jarvis.desktop import texts, tray_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.voice_widgets import state_text
from jarvis.desktop.window_words import in_window

_DICTATION = "dictation"


@dataclass(frozen=True, kw_only=True, slots=True)
class PillState:
    """The voice's state, the model that it waits for, the words heard so far, and what went wrong last."""

    name: VoiceStateName = "off"
    detail: str = ""
    loading: EngineLoading | None = None
    heard: PartialWords | None = None
    trouble: str = ""

    @property
    def stops(self) -> bool:
        """True while there is something to stop: Jarvis listens, thinks or speaks."""
        return self.name not in ("off", "muted", "sleeping")


def after(state: PillState, event: VoiceEvent) -> PillState:
    """Return what is shown once `event` happened."""
    if isinstance(event, VoiceState):
        return _entered(state, event)
    if isinstance(event, PartialHeard):
        return replace(state, heard=event.words)
    if isinstance(event, TranscriptReady):
        heard = event.transcript
        return replace(state, heard=PartialWords(text=heard.text, stable=len(heard.text), language=heard.language))
    if isinstance(event, TurnFinished | Dictated):
        return replace(state, heard=None, loading=None, detail="")
    if isinstance(event, VoiceTrouble):
        return replace(state, trouble=in_window(event.sentence))
    if isinstance(event, AnswerStep):
        step = event.event
        if isinstance(step, EngineLoading):
            return replace(state, loading=step)
        if isinstance(step, AskStarted | EngineFailed | TextDelta):
            return replace(state, loading=None)
    return state


def pill_text(desk: Desk, state: PillState) -> str:
    """Say what the voice is at: as the chat's own line does, and while a model is loaded, which and where."""
    if state.trouble:
        return desk.words(tray_texts.TROUBLE, what=state.trouble)
    if state.loading is not None and state.name == "thinking":
        return desk.words(texts.LOADING, model=state.loading.model, device=state.loading.device)
    return state_text(desk, state.name, state.detail)


def _entered(state: PillState, event: VoiceState) -> PillState:
    at_rest = event.name in ("off", "muted", "sleeping")
    dictating = state.detail == _DICTATION and event.name in ("hearing", "thinking")
    return PillState(
        name=event.name,
        detail=_DICTATION if dictating else event.detail,
        loading=state.loading if event.name == "thinking" else None,
        heard=None if at_rest or event.name == "speaking" else state.heard,
        trouble=state.trouble if event.name == "off" else "",
    )
