"""What the settings say about the spoken conversation. Knows no device and no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.contracts.errors import Language

if TYPE_CHECKING:
    from jarvis.settings.store import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceOptions:
    """Read anew for every turn.

    `language` None lets the recogniser and the words decide; `usual_language` is that of Jarvis' own sentences
    then. `aloud` says whether spoken questions are answered aloud. `rate` 0.5..2 is the speed of speech.
    """

    language: Language | None = None
    usual_language: Language = "en"
    aloud: bool = True
    rate: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class HearingOptions:
    """Times of listening, all in seconds of sound.

    `preroll_seconds` before the onset of speech reach the recogniser (Silero is up to 0.3 s late). After
    `patience_seconds` without words Jarvis sleeps again. `longest_seconds` cuts an utterance.
    """

    preroll_seconds: float = 0.5
    patience_seconds: float = 8.0
    longest_seconds: float = 30.0
    phrase_seconds: float = 2.0


def voice_options(settings: Settings, usual_language: Language) -> VoiceOptions:
    """Return the options as they are set now; `usual_language` is the window's."""
    chosen = settings.text("language")
    language: Language | None = None if chosen == "auto" else "es" if chosen == "es" else "en"
    return VoiceOptions(
        language=language,
        usual_language=language or usual_language,
        aloud=settings.text("voice.answer_aloud") != "never",
        rate=settings.number("voice.rate"),
    )
