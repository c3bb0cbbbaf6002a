"""Tells which of Jarvis' languages an utterance is in. Pure; the shares come from the recogniser."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.contracts.errors import LANGUAGES, Language

_DOUBTS = ((0.8, 50.0), (2.0, 5.0))
_LEAST = 1.5
"""How many times likelier than the last language another one must be, by the length of speech: up to 0.8 s, "ok" or
"no" sound the same in both, and even a clear "sí" is rarely a change of language."""

_FAINT = 0.01
"""Where other languages take nearly all of the shares, what is left for ours says little."""


def language_of_speech(
    shares: Mapping[str, float], *, previous: Language | None = None, speech_seconds: float = 0.0
) -> Language:
    """Return the likelier language, leaning to `previous`; shares 0..1 by language code, others are ignored."""
    ours = {language: _number(shares.get(language)) for language in LANGUAGES}
    best = max(LANGUAGES, key=lambda language: ours[language])
    if previous is None or best == previous:
        return best if ours[best] > 0 or previous is None else previous
    times = next((times for seconds, times in _DOUBTS if speech_seconds < seconds), _LEAST)
    return best if ours[best] > times * max(ours[previous], _FAINT) else previous


def _number(share: float | None) -> float:
    # A share that is no number counts for nothing.
    return share if share is not None and share > 0 else 0.0
