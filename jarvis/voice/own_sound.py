"""Tells a stop word that somebody said from one that Jarvis' own words sound like, by what it says just now.

What is left of Jarvis' voice in the microphone now and then sounds like an order: «nuestro planeta» holds "stro p".
Pure; knows no sound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from jarvis.voice.heard_text import ClauseSpan
from jarvis.voice.own_words import letters_of

BEFORE_SECONDS = 1.6
"""How long ago a word sounded at most that is spotted now: 0.6 s long, reported 0.3 s late, and as much again because
where in its clause a word sounds is reckoned from its place among the letters."""
AFTER_SECONDS = 0.6
"""How much later than reckoned it may sound."""
RECKONED_SLACK = 0.25
"""How much faster or slower than reckoned by its letters a clause may be said, as a share."""


def sounding_words(spans: Sequence[ClauseSpan], position: float, silent_seconds: float = 0.0) -> str:
    """Return what of the clauses in `spans` sounds about `position` seconds of the speaker, in whole spoken words.

    `silent_seconds` ago the speaker fell silent there, 0 while it sounds: the longer ago, the less is left.
    """
    # What was to follow may have begun by a little when it fell silent.
    begin, end = position + silent_seconds - BEFORE_SECONDS, position + AFTER_SECONDS
    parts = []
    for span in spans:
        # How fast a clause is said is known once all of it was made; until then it is reckoned.
        slow, fast = (1.0, 1.0) if span.whole else (1.0 + RECKONED_SLACK, 1.0 - RECKONED_SLACK)
        first = (begin - span.begin) / (span.seconds * slow)
        last = (end - span.begin) / (span.seconds * fast)
        if max(first, 0.0) < min(last, 1.0):
            parts.append(_words_between(span.spoken, first, last))
    return " ".join(parts)


def sounds_like(word: str, said: str) -> bool:
    """Tell whether `word` is in what is `said`, also across words, in longer ones, and with one sound more in it."""
    return re.search(_likeness(word), letters_of(said).replace(" ", "")) is not None


@lru_cache(maxsize=32)
def _likeness(word: str) -> str:
    letters = letters_of(word)
    # One letter more is one way among all places for it; doubled ones sound as one.
    inside = [f"{letters[:at]}.{letters[at:]}" for at in range(1, len(letters))]
    return "|".join([letters, *inside])


def _words_between(text: str, first: float, last: float) -> str:
    """Return the words of `text` that any of its letters between the shares `first` and `last` belongs to."""
    begin, end = max(0.0, first) * len(text), min(1.0, last) * len(text)
    return " ".join(word[0] for word in re.finditer(r"\S+", text) if word.end() > begin and word.start() < end)
