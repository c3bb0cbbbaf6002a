"""What the voice side itself says, in both languages, and the wake word as recognisers write it."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

NOT_UNDERSTOOD: dict[Language, str] = {
    "en": "Sorry, I did not understand that.",
    "es": "Perdona, no te he entendido.",
}
ONLY_COMMANDS: dict[Language, str] = {
    "en": "With basic speech recognition I only understand commands.",
    "es": "Con el reconocimiento de voz básico solo entiendo órdenes.",
}
TOO_LONG: dict[Language, str] = {
    "en": "I stopped listening after {seconds} seconds.",
    "es": "He dejado de escuchar a los {seconds} segundos.",
}
UNEXPECTED: dict[Language, str] = {
    "en": "Something in Jarvis itself went wrong ({kind}); what was shown is kept. The log has the details.",
    "es": "Algo falló en el propio Jarvis ({kind}); lo mostrado se conserva. El registro tiene los detalles.",
}
EARS_FAILED: dict[Language, str] = {
    "en": "Jarvis could not go on listening ({kind}) and tries again by itself; typing works. The log has the details.",
    "es": "Jarvis no pudo seguir escuchando ({kind}) y lo vuelve a intentar solo; escribir funciona. "
    "El registro tiene los detalles.",
}
SAY_TO_WAKE: dict[Language, str] = {
    "en": "Say “{word}” to wake me.",
    "es": "Di «{word}» para despertarme.",
}
PRESS_TO_WAKE: dict[Language, str] = {
    "en": "Press the talk button to talk to me.",
    "es": "Pulsa el botón de hablar para hablarme.",
}

_WAKE_WORDS = re.compile(
    r"^\W*(?:(?:hey|hay|hi|hé|he|ei|ey|hei|oye|eh|ok|okay|a)\W+)?(?:jarvis|jervis|jarvi|yarvis|járvis|jarbis|harvis)\b[^\w¿¡]*",
    re.IGNORECASE,
)


def how_to_wake(language: Language, word: str) -> str:
    """Say how Jarvis is woken: by `word`, or "" where only the talk button does."""
    return SAY_TO_WAKE[language].format(word=word) if word else PRESS_TO_WAKE[language]


def without_wake_word(text: str) -> str:
    """Return `text` without a leading "hey jarvis", as recognisers of both languages write it; "" if that is all.

    A first letter that was in the middle of the sentence becomes a capital.
    """
    rest = _WAKE_WORDS.sub("", text, count=1)
    if rest == text:
        return text.strip()
    rest = rest.strip()
    return rest[:1].upper() + rest[1:] if text[:1].isupper() else rest
