"""Judges at a pause whether the person has finished, and how long the pause may then last.

The words decide most, the melody a little, a network on the sound some. Knows neither the clock nor what is answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE, TurnSoFar
from jarvis.contracts.speech_ports import TurnJudge
from jarvis.voice.end_of_turn_english import ENGLISH
from jarvis.voice.end_of_turn_language import UNKNOWN, TurnLanguage, odds, probability
from jarvis.voice.end_of_turn_spanish import SPANISH
from jarvis.voice.options import HearingOptions
from jarvis.voice.phrases import without_wake_word
from jarvis.voice.prosody import finality, prosody_of

COMPLETE = 0.8
"""From this completeness on a turn ends soon after it has paused."""
INCOMPLETE = 0.15
"""Up to this one it waits for the longest pause."""
CERTAIN = 0.95
"""From this one on, by the words, nothing else is asked and it ends soonest: short answers, commands such as "stop"."""

_NAME_LAST = re.compile(r"(?:[,\s]+(?:hey\s+)?jarvis)(\W*)$", re.IGNORECASE)
_LANGUAGES: Mapping[Language, TurnLanguage] = {"en": ENGLISH, "es": SPANISH}
# In logarithms of odds. Half of all pauses in read speech score a `finality` above the second figure.
_MELODY_WEIGHT = 0.6
_USUAL_FINALITY = 0.35
# Words that the recogniser itself does not trust count less, and rather for going on: more sound may mend them.
_UNTRUSTED_WEIGHT = 0.4
_UNTRUSTED_BIAS = -0.5
# One period of a voice at 125 Hz: a melody is looked for only where there is one.
_PULSE = b"\x00\x10" * 64 + b"\x00\xf0" * 64
# A confident network outvotes words that say little, not words that plainly end or plainly do not.
_MODEL_WEIGHT = 0.4


class RuleTurnJudge:
    """The TurnJudge port by the words in English and Spanish and the melody of the last ones; needs no model."""

    def warm(self) -> None:
        """Make ready now what else the first pause waits for, about a tenth of a second."""
        hum = _PULSE * (2 * SAMPLE_RATE // len(_PULSE))
        for language in _LANGUAGES:
            self.completeness(TurnSoFar(sound=hum, text="one two three", language=language))

    def completeness(self, so_far: TurnSoFar) -> float:
        """Return how surely nothing more is to come, 0..1; the melody alone speaks where there are no words."""
        by_words = _by_words(so_far)
        if by_words >= CERTAIN and so_far.accepted:
            return by_words
        evidence = odds(by_words)
        if not so_far.accepted and so_far.text:
            evidence = evidence * _UNTRUSTED_WEIGHT + _UNTRUSTED_BIAS
        melody = prosody_of(so_far.sound)
        if melody is not None:
            evidence += _MELODY_WEIGHT * (finality(melody) - _USUAL_FINALITY)
        return probability(evidence)


def _by_words(so_far: TurnSoFar) -> float:
    """Judge what is said besides Jarvis' name; the name alone is a beginning."""
    text = _NAME_LAST.sub(r"\1", without_wake_word(so_far.text))
    if so_far.text.strip() and not text.strip():
        return INCOMPLETE
    return _LANGUAGES[so_far.language].completeness(text, after_question=so_far.after_question)


class CombinedTurnJudge:
    """The TurnJudge port over rules and a network: their odds are multiplied, the network's with less weight.

    What the rules are certain of the network is not asked about. When the network fails, `on_trouble` is told once and
    the rules go on alone.
    """

    def __init__(self, rules: TurnJudge, model: TurnJudge, on_trouble: Callable[[EngineError], None]) -> None:
        self._rules = rules
        self._model: TurnJudge | None = model
        self._on_trouble = on_trouble

    def completeness(self, so_far: TurnSoFar) -> float:
        """Return how surely nothing more is to come, 0..1."""
        by_rules = self._rules.completeness(so_far)
        model = self._model
        if by_rules >= CERTAIN or model is None:
            return by_rules
        try:
            by_sound = model.completeness(so_far)
        except EngineError as error:
            self._model = None
            self._on_trouble(error)
            return by_rules
        return probability(odds(by_rules) + _MODEL_WEIGHT * odds(by_sound))


def pause_allowed(completeness: float, options: HearingOptions) -> float:
    """Return after how many seconds of silence in all a turn of this completeness is over.

    From `CERTAIN` on that is `pause_seconds`, at `COMPLETE` `complete_seconds`, at even odds `undecided_seconds`, up to
    `INCOMPLETE` `longest_pause_seconds`, in between what lies on straight lines. Never shorter where less is certain.
    """
    certain = options.pause_seconds
    complete = max(certain, options.complete_seconds)
    middle = max(complete, options.undecided_seconds)
    most = max(middle, options.longest_pause_seconds)
    corners = ((INCOMPLETE, most), (UNKNOWN, middle), (COMPLETE, complete), (CERTAIN, certain))
    for (low, longer), (high, shorter) in pairwise(corners):
        if completeness < high:
            return longer + (shorter - longer) * max(0.0, (completeness - low) / (high - low))
    return certain
