"""What the settings say about the spoken conversation. Knows no device and no model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from jarvis.contracts.errors import Language
from jarvis.voice.wake_words import wake_words_of

if TYPE_CHECKING:
    from jarvis.settings.store import Settings


BargeInMode = Literal["auto", "always", "wake_word"]
"""What interrupts Jarvis: speech where it does not hear itself, any speech, or only the wake word and stop words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VoiceOptions:
    """Read anew for every turn.

    `language` None lets the recogniser and the words decide; `usual_language` is that of Jarvis' own sentences
    then. `aloud` says whether spoken questions are answered aloud. `rate` 0.5..2 is the speed of speech, `volume`
    0..1 its loudness. `follow_up_seconds` is how long to listen after an answer without the wake word. `continuous`
    needs no wake word at all. `sounds` and `fillers` say whether there are any. `wake_word` is the first one, ""
    where there is only the talk button.
    """

    language: Language | None = None
    usual_language: Language = "en"
    aloud: bool = True
    rate: float = 1.0
    volume: float = 1.0
    follow_up_seconds: float = 0.0
    continuous: bool = False
    barge_in: BargeInMode = "auto"
    sounds: bool = False
    fillers: bool = False
    wake_word: str = "hey Jarvis"


@dataclass(frozen=True, kw_only=True, slots=True)
class HearingOptions:
    """Times of listening, all in seconds of sound.

    `preroll_seconds` before the onset of speech reach the recogniser (Silero is up to 0.3 s late). After
    `patience_seconds` without words Jarvis sleeps again. An utterance is cut at its first pause after
    `longest_seconds`. `phrase_seconds` of sound before a wake word's end are kept. A pause ends the turn after
    `pause_seconds` when the words are surely complete, after `complete_seconds` when they seem to be, after
    `undecided_seconds` when nobody has judged, and after `longest_pause_seconds` when they seem unfinished.
    """

    preroll_seconds: float = 0.5
    patience_seconds: float = 8.0
    longest_seconds: float = 120.0
    phrase_seconds: float = 2.0
    pause_seconds: float = 0.2
    complete_seconds: float = 0.26
    undecided_seconds: float = 0.7
    longest_pause_seconds: float = 2.5


def hearing_options(settings: Settings) -> HearingOptions:
    """Return the times of listening as they are set now."""
    usual = HearingOptions()
    pause = settings.number("voice.endpoint_silence_seconds")
    longest = max(pause, settings.number("voice.longest_pause_seconds"))
    return replace(
        usual,
        pause_seconds=pause,
        complete_seconds=min(pause + usual.complete_seconds - usual.pause_seconds, longest),
        undecided_seconds=min(max(pause, usual.undecided_seconds), longest),
        longest_pause_seconds=longest,
    )


def voice_options(settings: Settings, usual_language: Language) -> VoiceOptions:
    """Return the options as they are set now; `usual_language` is the window's."""
    chosen = settings.text("language")
    language: Language | None = None if chosen == "auto" else "es" if chosen == "es" else "en"
    return VoiceOptions(
        language=language,
        usual_language=language or usual_language,
        aloud=settings.text("voice.answer_aloud") != "never",
        rate=settings.number("voice.rate"),
        volume=settings.number("voice.volume"),
        follow_up_seconds=settings.number("voice.follow_up_seconds"),
        continuous=settings.text("voice.mode") == "continuous",
        barge_in=cast("BargeInMode", settings.text("voice.barge_in")),
        sounds=settings.flag("voice.sounds"),
        fillers=settings.flag("voice.fillers"),
        wake_word="" if settings.text("voice.mode") == "push" else _first_word(settings.text("voice.wake_words")),
    )


def _first_word(setting: str) -> str:
    return wake_words_of(setting)[0].replace("jarvis", "Jarvis")
