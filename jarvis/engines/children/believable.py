"""Tells words that were said from words that a recogniser made up: in silence, in a loop, or out of its training.

Pure; knows the habits of Whisper, not how it is run. A figure that is not a number counts as doubt.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from dataclasses import dataclass
from typing import Literal

from jarvis.engines.children.agreement import bare

MAX_NO_SPEECH = 0.6
MIN_LOG_PROBABILITY = -1.0
MAX_COMPRESSION = 2.4
"""Whisper's own published thresholds (Radford et al. 2022, section 4.5) for silence, doubt and repetition."""

DOUBTFUL_LOG_PROBABILITY = -0.5
DOUBTFUL_NO_SPEECH = 0.3
"""From here on a phrase that Whisper is known to make up is taken for made up."""

WORDS_PER_SECOND = 6.0
"""Nobody says more; quick Spanish has about five."""

SPARE_SECONDS = 0.5
"""Speech that a detector of activity may have missed at the edges."""

_LOOP_TIMES = 4
_LOOP_WORDS = 6

_CREDITS = re.compile(
    r"(subt[ií]tulos? (realizados?|creados?|hechos?|por|en espa[ñn]ol)\b.*|.*amara\.org.*|.*subtitles? by .*"
    r"|.*(transcription|translation|captions?) by .*|m[aá]s informaci[oó]n www\..*|www\.[a-z.]+)",
    re.IGNORECASE,
)
"""Credits of films: nobody says them to a computer."""

_GHOSTS = frozenset(
    phrase.replace(" ", "")
    for phrase in (
        "thanks for watching",
        "thank you for watching",
        "thank you so much for watching",
        "thanks for watching and see you next time",
        "please subscribe",
        "please subscribe to my channel",
        "like and subscribe",
        "see you in the next video",
        "ill see you next time",
        "thank you",
        "thank you very much",
        "bye",
        "bye bye",
        "you",
        "the end",
        "gracias por ver",
        "gracias por ver el video",
        "gracias por ver este video",
        "muchas gracias por ver el video",
        "gracias por vernos",
        "suscribete",
        "suscribete al canal",
        "no olvides suscribirte",
        "hasta la proxima",
        "nos vemos en el proximo video",
        "gracias",
        "muchas gracias",
        "adios",
        "music",
        "musica",
        "applause",
        "aplausos",
    )
)
"""Without accents."""

Verdict = Literal["believed", "doubted", "silence", "loop"]
"""`doubted`: words, but not to be trusted. `silence`: nothing was said. `loop`: worth another try without a prompt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What Whisper says of a text: mean log probability of a token, probability of silence; and how much was speech."""

    log_probability: float
    no_speech: float
    speech_seconds: float


def without_credits(text: str) -> str:
    """Return `text` without the credits of a film at its end."""
    sentences = re.split(r"(?<=[.!?…])\s+", text.strip())
    while sentences and _CREDITS.fullmatch(sentences[-1].strip(" .!?¡¿…")):
        sentences.pop()
    return " ".join(sentences)


def verdict(text: str, figures: Figures) -> Verdict:
    """Judge `text`, which has no credits any more."""
    doubtful = not (figures.log_probability > DOUBTFUL_LOG_PROBABILITY and not figures.no_speech > DOUBTFUL_NO_SPEECH)
    if not text.strip() or (figures.no_speech > MAX_NO_SPEECH and not figures.log_probability > MIN_LOG_PROBABILITY):
        return "silence"
    if doubtful and _plain(text) in _GHOSTS:
        return "silence"
    if compression(text) > MAX_COMPRESSION or loop_in(text):
        return "loop"
    if math.isnan(figures.log_probability) or figures.log_probability <= MIN_LOG_PROBABILITY:
        return "doubted"
    return "doubted" if too_quick(text, figures.speech_seconds) else "believed"


def _plain(text: str) -> str:
    """Return the letters and digits of `text` without accents."""
    return bare("".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each)))


def too_quick(text: str, speech_seconds: float) -> bool:
    """Tell whether `text` has more words than can be said in `speech_seconds`."""
    return len(text.split()) > WORDS_PER_SECOND * (speech_seconds + SPARE_SECONDS)


def compression(text: str) -> float:
    """Return how many times smaller `text` becomes by packing: above 2.4 it repeats itself."""
    packed = text.encode()
    return len(packed) / len(zlib.compress(packed)) if packed else 0.0


def loop_in(text: str) -> bool:
    """Tell whether `text` ends in the same one to six words, four times or more (single words six times)."""
    words = [bare(word) for word in text.split()]
    for size in range(1, _LOOP_WORDS + 1):
        times = 6 if size == 1 else _LOOP_TIMES
        tail = words[-size * times :]
        if len(tail) == size * times and all(tail[at] == tail[at % size] for at in range(len(tail))):
            return True
    return False
