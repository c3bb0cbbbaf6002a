"""What the spoken conversation is built from: ports only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jarvis.contracts.ports import Assistant, Clock, HeardLog, Preparing
from jarvis.contracts.speech import RecognitionHints
from jarvis.contracts.speech_ports import (
    Microphone,
    Speaker,
    SpeechToText,
    TextToSpeech,
    TurnDetector,
    TurnJudge,
    VoiceDetector,
    WakeConfirmer,
    WakeDetector,
    WordSpotter,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceParts:
    """What the loop is built from. `wake` None leaves the talk button.

    Without `confirmer` only sure wake words count, without `stop_words` “stop” is heard as any other speech is.
    `echo_free` tells that the microphone does not hear Jarvis itself, `foreign` 0..1 how surely the frame that came
    last holds sound that Jarvis did not make. `whole` returns that frame as a recogniser hears its words best.
    """

    microphone: Callable[[], Microphone]
    wake: WakeDetector | None
    activity: VoiceDetector
    turns: TurnDetector
    speech_to_text: SpeechToText
    assistant: Assistant
    text_to_speech: TextToSpeech
    speaker: Speaker
    clock: Clock
    judge: TurnJudge
    confirmer: WakeConfirmer | None = None
    stop_words: WordSpotter | None = None
    preparing: Preparing | None = None
    heard_log: HeardLog | None = None
    hints: Callable[[], RecognitionHints] | None = None
    echo_free: bool = False
    foreign: Callable[[], float] = lambda: 1.0
    whole: Callable[[], bytes] | None = None
