"""Spots "hey jarvis": a small neural model where its wheel exists, phoneme spotting elsewhere.

Both run in the parent; they are tiny. Knows nothing about what follows the wake word.
"""

from __future__ import annotations

import contextlib
import math
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, WakeHit

QUIET_SECONDS = 1.0
"""After a hit nothing is reported for this long: one phrase is one hit."""

_FEATURE_SECONDS = 0.01
_WINDOW_SECONDS = 0.03
_KEYPHRASE = "hey jarvis"
_KEYPHRASE_THRESHOLD = 1e-40
_FALLBACK_NOTE = {
    "en": "The wake word uses basic spotting on this system; the talk button is more reliable.",
    "es": "La palabra de activación usa una detección básica en este sistema; el botón de hablar es más fiable.",
}


class MicroWakeDetector:
    """The WakeDetector port over microWakeWord's `hey_jarvis`, 0.006 CPU seconds per second of sound.

    `threshold` 0..1 is compared with the mean of the model's last five probabilities; the model's own is 0.97.
    """

    note: dict[str, str] | None = None

    def __init__(self, threshold: float = 0.97) -> None:
        from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

        self.threshold = threshold
        self._model = MicroWakeWord.from_builtin(Model.HEY_JARVIS)
        self._features = MicroWakeWordFeatures()
        self._score = 0.0
        self._samples = 0
        self._quiet_until = 0.0
        self._seconds = _WINDOW_SECONDS - _FEATURE_SECONDS

    @property
    def score(self) -> float:
        """The model's latest value 0..1, for a meter."""
        return self._score

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits that it completed; see the port."""
        hits = []
        self._samples += len(pcm) // 2
        for features in self._features.process_streaming(pcm):
            self._seconds += _FEATURE_SECONDS
            probability = self._model.process_streaming_prob(features)
            if probability is None or math.isnan(probability):
                continue
            self._score = max(0.0, min(1.0, float(probability)))
            if self._score >= self.threshold and self._seconds >= self._quiet_until:
                self._quiet_until = self._seconds + QUIET_SECONDS
                hits.append(WakeHit(at_seconds=self._seconds, score=self._score))
        return hits

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._model.reset()
        self._features.reset()
        self._score = 0.0
        self._seconds = self._samples / SAMPLE_RATE + _WINDOW_SECONDS - _FEATURE_SECONDS


class KeyphraseWakeDetector:
    """The WakeDetector port over pocketsphinx keyphrase spotting, 0.045 CPU seconds per second of sound.

    It has no graded score: a hit scores 1. `threshold` is pocketsphinx' own likelihood ratio.
    """

    note: dict[str, str] | None = _FALLBACK_NOTE

    def __init__(self, threshold: float = _KEYPHRASE_THRESHOLD, keyphrase: str = _KEYPHRASE) -> None:
        from pocketsphinx import Decoder

        self._decoder: Any = Decoder(
            keyphrase=keyphrase, kws_threshold=threshold, samprate=SAMPLE_RATE, lm=None, loglevel="FATAL"
        )
        self._seconds = 0.0
        self._score = 0.0
        self._decoder.start_utt()

    @property
    def score(self) -> float:
        """1 at a hit, else 0."""
        return self._score

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits that it completed; see the port."""
        self._score = 0.0
        if not pcm:
            return []
        self._decoder.process_raw(pcm)
        self._seconds += len(pcm) / 2 / SAMPLE_RATE
        if self._decoder.hyp() is None:
            return []
        self._restart()
        self._score = 1.0
        return [WakeHit(at_seconds=self._seconds, score=1.0)]

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._restart()
        self._score = 0.0

    def _restart(self) -> None:
        self._decoder.end_utt()
        self._decoder.reinit_feat()
        self._decoder.start_utt()


def wake_detector(threshold: float = 0.97) -> MicroWakeDetector | KeyphraseWakeDetector:
    """Return the best detector of this system; its `note` is a sentence per language when it is the fallback.

    `EngineError` when neither can run; push-to-talk still works then.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        return MicroWakeDetector(threshold)
    try:
        return KeyphraseWakeDetector()
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineError(
            "voice.no_wake_word",
            en="“Hey Jarvis” cannot be spotted on this system; the talk button and typing work. "
            "Run ./install_upgrade.sh run once more.",
            es="En este sistema no se puede detectar «hey Jarvis»; el botón de hablar y el teclado funcionan. "
            "Ejecuta otra vez ./install_upgrade.sh run.",
            retryable=False,
        ) from error
