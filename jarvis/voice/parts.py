"""What the spoken conversation is built from: ports only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jarvis.contracts.ports import Assistant, Clock
from jarvis.contracts.speech_ports import (
    Microphone,
    Speaker,
    SpeechToText,
    TextToSpeech,
    TurnDetector,
    VoiceDetector,
    WakeDetector,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceParts:
    """What the loop is built from. `wake` None leaves the talk button."""

    microphone: Callable[[], Microphone]
    wake: WakeDetector | None
    activity: VoiceDetector
    turns: TurnDetector
    speech_to_text: SpeechToText
    assistant: Assistant
    text_to_speech: TextToSpeech
    speaker: Speaker
    clock: Clock
