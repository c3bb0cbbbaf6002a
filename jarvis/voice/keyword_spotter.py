"""Hears "stop" and its like with Jarvis' own network, in this process, over Jarvis' own voice too.

Knows the network's scores and the bars that they have to reach; nothing about what a word brings about.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.speech import SpottedWord
from jarvis.voice.keyword_model import WORDS, KeywordModel

STOP_WORDS: dict[Language, tuple[str, ...]] = {
    "en": ("stop", "cancel"),
    "es": ("para", "cancela", "silencio", "basta"),
}
"""What silences Jarvis, by language."""

SPOTTED_SCORE = 0.75
"""Score from which a word counts: other people's talk gets there one to nine times an hour."""

QUIET_SECONDS = 0.8
"""After a word nothing is reported for this long: one word is one hit."""


class KeywordSpotter:
    """The WordSpotter port over the network: the stop words of `languages`, called out alone.

    Reports a word about a tenth of a second after it ends. 0.4 % of a core. `EngineError` as `KeywordModel`.
    """

    note: dict[str, str] | None = None

    def __init__(
        self,
        languages: Sequence[Language] = LANGUAGES,
        *,
        threshold: float = SPOTTED_SCORE,
        model: KeywordModel | None = None,
    ) -> None:
        self.threshold = threshold
        self._model = model or KeywordModel()
        self._words = [word for language in languages for word in STOP_WORDS[language]]
        self._places = np.array([WORDS.index(word) for word in self._words])
        self._quiet_until = 0.0

    def process(self, pcm: bytes) -> list[SpottedWord]:
        """Take any length of sound; return the words that it completed; see the port."""
        found = []
        for at, scores in self._model.scores(pcm):
            best = int(scores[self._places].argmax())
            if scores[self._places[best]] >= self.threshold and at >= self._quiet_until:
                self._quiet_until = at + QUIET_SECONDS
                found.append(SpottedWord(word=self._words[best], at_seconds=at))
        return found

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._model.reset()

    def close(self) -> None:
        """Nothing is open."""
