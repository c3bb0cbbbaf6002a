"""What the window says of speech services that are fallbacks: where a command line names a command, it names Models."""

from __future__ import annotations

from dataclasses import replace

from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SpeechServiceInfo

_HEARING = {
    "en": "Basic speech recognition: English commands only, no Spanish. A recogniser from “Models” understands free "
    "speech in both languages.",
    "es": "Reconocimiento de voz básico: solo órdenes en inglés, sin español. Un reconocedor de «Modelos» entiende el "
    "habla libre en ambos idiomas.",
}
_VOICE = {
    "en": "Basic voice. A natural one can be downloaded from “Models”.",
    "es": "Voz básica. En «Modelos» puedes descargar una natural.",
}


def told_for_window(info: SpeechServiceInfo, language: Language) -> SpeechServiceInfo:
    """Return `info` with its note, which is in `language`, for somebody who has a window; what else it says stays."""
    from jarvis.engines.speech.children import BASIC_RECOGNITION
    from jarvis.engines.speech.synthesis import basic_voice_card

    note = info.note
    for card, own in ((BASIC_RECOGNITION, _HEARING), (basic_voice_card(language), _VOICE)):
        note = note.replace(card.info(language).note, own[language])
    return replace(info, note=note)
