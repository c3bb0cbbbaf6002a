"""Hears "stop" and its like with two networks of Jarvis' own, over Jarvis' own voice too.

One hears words in quiet and noise, the other one better over Jarvis' voice and sooner; the mean of both is right more
often than either. Knows their scores and the bar that these have to reach; nothing about what a word brings about.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SpottedWord
from jarvis.voice.keyword_model import WORDS, KeywordModel, keyword_file, stop_file

STOP_WORDS: dict[Language, tuple[str, ...]] = {
    "en": ("stop", "cancel"),
    "es": ("para", "cancela", "silencio", "basta"),
}
"""What silences Jarvis, by language. People say the words of both, whichever they speak: all are spotted always."""

SPOTTED_SCORE = 0.45
"""Mean score from which a word counts: other people's talk gets there some three times an hour."""

SURE_SCORE = 0.6
"""From this one on both networks agree: what one alone hears, however loud, is no more than a half. Of people's words
over Jarvis' voice 84 in 100 get there, 92 to `SPOTTED_SCORE`."""

EARLY_SCORE = 0.1
"""From this one on it may be a word in a moment. Of 259 words over Jarvis' voice half silence it within 81 ms of their
end so, and within 100 without; 95 in 100 within 143 and 156. Of 300 chairs, coughs, knocks and plates 6 that hold it no
longer get here, of 600 answers 6 by themselves; how often other people's talk does was not counted."""

QUIET_SECONDS = 0.8
"""After a word it is not reported for this long: one word is one hit. Another word is: who hears one may ignore it."""


class KeywordSpotter:
    """The WordSpotter port over the networks: the stop words of both languages, called out alone.

    Reports a word about a tenth of a second after it ends, and as `early` when it may be about to. 1 % of a core.
    `EngineError` as `KeywordModel`.
    """

    note: dict[str, str] | None = None

    def __init__(
        self,
        *,
        threshold: float = SPOTTED_SCORE,
        models: Sequence[KeywordModel] | None = None,
    ) -> None:
        self.threshold = threshold
        self._models = models or (KeywordModel(keyword_file()), KeywordModel(stop_file()))
        self._words = [word for words in STOP_WORDS.values() for word in words]
        self._places = np.array([WORDS.index(word) for word in self._words])
        self._quiet_until = np.zeros((3, len(self._words)))

    def process(self, pcm: bytes) -> list[SpottedWord]:
        """Take any length of sound; return the words that it completed; see the port."""
        found = []
        for steps in zip(*(model.scores(pcm) for model in self._models), strict=True):
            at, scores = steps[0][0], np.mean([scores for _, scores in steps], axis=0)
            best = int(scores[self._places].argmax())
            score = float(scores[self._places[best]])
            bars = (min(EARLY_SCORE, self.threshold), self.threshold, max(SURE_SCORE, self.threshold))
            grade = sum(score >= bar for bar in bars) - 1
            if grade >= 0 and at >= self._quiet_until[grade, best]:
                # One that was not sure at first may become so; a sure one is over.
                self._quiet_until[: 1 + grade, best] = at + QUIET_SECONDS
                found.append(SpottedWord(word=self._words[best], at_seconds=at, sure=grade == 2, early=grade == 0))
        return found

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        for model in self._models:
            model.reset()

    def close(self) -> None:
        """Nothing is open."""
