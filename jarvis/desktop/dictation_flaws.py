"""What is said of a dictation that was cut short, or whose words are doubted. Knows no widget."""

from __future__ import annotations

from jarvis.contracts.speech import Dictated, DictationCut, DictationDoubt
from jarvis.desktop import voice_texts
from jarvis.desktop.texts import Text

_CUTS: dict[DictationCut, Text] = {
    "muted": voice_texts.DICTATION_MUTED,
    "microphone": voice_texts.DICTATION_MICROPHONE_LOST,
    "recogniser": voice_texts.DICTATION_END_MISSING,
}
_DOUBTS: dict[DictationDoubt, Text] = {
    "unsure": voice_texts.DICTATION_UNSURE,
    "basic": voice_texts.DICTATION_BASIC,
}


def flaws_of(event: Dictated) -> list[Text]:
    """Return what is to be said, none where "nothing was heard" says all of it."""
    if not event.transcript.text.strip():
        if event.cut == "recogniser":
            return [voice_texts.DICTATION_FAILED]
        return [voice_texts.DICTATION_BASIC_EMPTY] if event.doubt == "basic" else []
    said = (_CUTS.get(event.cut), _DOUBTS.get(event.doubt))
    return [text for text in said if text is not None]
