"""Spots "hey jarvis": two small neural networks, one of them where its wheel exists; phoneme spotting without either.

They are tiny; the window has them in a child. Knows nothing about what follows the wake word.
"""

from __future__ import annotations

import contextlib
import math
from typing import Any, Protocol

from jarvis.contracts.errors import LANGUAGES, EngineError
from jarvis.contracts.speech import SAMPLE_RATE, WakeHit
from jarvis.contracts.speech_ports import WakeDetector

QUIET_SECONDS = 1.0
"""After a hit nothing is reported for this long: one phrase is one hit."""

CANDIDATE_SCORE = 0.01
"""From this score on a second look is worth its 0.1 s: ordinary talk gets there some eight times an hour."""

USUAL_THRESHOLD, STRICTEST_THRESHOLD = 0.97, 0.999
"""From the one that is usual on, a higher threshold asks more of candidates too; at the strictest there are none."""

CANDIDATE_SECONDS = 0.2
"""A candidate waits this long for the score to become sure, and for the rest of its phrase."""

CANDIDATE_QUIET_SECONDS = 0.6
"""After a candidate there is no other for this long: a second look reaches back further. Sure hits are not held up."""

_KEYPHRASE = "hey jarvis"
_KEYPHRASE_THRESHOLD = 1e-40
FALLBACK_NOTE = {
    "en": "The wake word uses basic spotting on this system; the talk button is more reliable.",
    "es": "La palabra de activación usa una detección básica en este sistema; el botón de hablar es más fiable.",
}
"""Shown where no network hears the wake word."""
ALONE_NOTE = {
    "en": "The wake word's model that was trained on people's voices has no version for this system; Jarvis' own "
    "network, trained on synthetic voices, listens alone.",
    "es": "El modelo de la palabra de activación entrenado con voces de personas no tiene versión para este sistema; "
    "escucha solo la red propia de Jarvis, entrenada con voces sintéticas.",
}
"""Shown where only Jarvis' own network hears it."""


class NotedWakeDetector(WakeDetector, Protocol):
    """A wake detector that says how well it works here."""

    @property
    def note(self) -> dict[str, str] | None:
        """A sentence per language where something is missing, else None."""
        ...


def candidate_from(threshold: float, usual: float) -> float | None:
    """Return the score from which a second look is worth it, `usual` up to the usual threshold; None for none.

    Above that it rises, in logits and by the logarithm of what `threshold` leaves to 1, and meets it at the strictest.
    """
    if threshold <= USUAL_THRESHOLD:
        return usual
    if threshold >= STRICTEST_THRESHOLD:
        return None
    usually_missing = 1 - USUAL_THRESHOLD
    share = math.log(usually_missing / (1 - threshold)) / math.log(usually_missing / (1 - STRICTEST_THRESHOLD))
    least, most = (math.log(score / (1 - score)) for score in (usual, threshold))
    return 1 / (1 + math.exp(-least - share * (most - least)))


class WakeBars:
    """Turns a stream of scores into hits: at `threshold` sure ones, from `candidate` on unsure ones, None for none."""

    def __init__(self, threshold: float, candidate: float | None) -> None:
        self.threshold = threshold
        self._from = candidate
        self._highest = self._latest = 0.0
        self._quiet_until = 0.0
        self._candidate_after = 0.0
        self._candidate: tuple[float, float] | None = None
        """When the score began to rise, and how high it got."""

    @property
    def score(self) -> float:
        """The highest score since it was last read."""
        highest, self._highest = self._highest, self._latest
        return highest

    def take(self, at: float, score: float) -> WakeHit | None:
        """Take the score at stream time `at`; return the hit that it completes."""
        self._latest = score
        self._highest = max(self._highest, score)
        if at < self._quiet_until:
            return None
        if score >= self.threshold:
            self._quiet_until = at + QUIET_SECONDS
            self._candidate = None
            return WakeHit(at_seconds=at, score=score)
        return None if self._from is None else self._unsure(at, score, self._from)

    def forget(self) -> None:
        """The sound before is void."""
        self._highest = self._latest = 0.0
        self._candidate = None

    def _unsure(self, at: float, score: float, bar: float) -> WakeHit | None:
        if self._candidate is None:
            if score >= bar and at >= self._candidate_after:
                self._candidate = (at, score)
            return None
        began, highest = self._candidate
        self._candidate = (began, max(highest, score))
        if at < began + CANDIDATE_SECONDS:
            return None
        self._candidate = None
        self._candidate_after = at + CANDIDATE_QUIET_SECONDS
        return WakeHit(at_seconds=at, score=max(highest, score), sure=False)


class MicroWakeDetector:
    """The WakeDetector port over microWakeWord's `hey_jarvis`, 0.006 CPU seconds per second of sound.

    `threshold` 0..1 is compared with the mean of the model's last five probabilities; the model's own is 0.97. With
    `candidates` it also reports what scored at least `CANDIDATE_SCORE`, or more where `candidate_from` says so, as hits
    that are not sure.
    """

    def __init__(self, threshold: float = USUAL_THRESHOLD, *, candidates: bool = False) -> None:
        from jarvis.voice.wake_model import WakeModel

        self.note: dict[str, str] | None = None
        self._bars = WakeBars(threshold, candidate_from(threshold, CANDIDATE_SCORE) if candidates else None)
        self._model = WakeModel()

    @property
    def threshold(self) -> float:
        """From where on it is sure."""
        return self._bars.threshold

    @property
    def score(self) -> float:
        """The model's highest value 0..1 since it was last read, for a meter."""
        return self._bars.score

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits that it completed; see the port."""
        hits = (self._bars.take(at, score) for at, score in self._model.scores(pcm))
        return [hit for hit in hits if hit is not None]

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._model.reset()
        self._bars.forget()


class KeyphraseWakeDetector:
    """The WakeDetector port over pocketsphinx keyphrase spotting, 0.045 CPU seconds per second of sound.

    It has no graded score: a hit scores 1. `threshold` is pocketsphinx' own likelihood ratio.
    """

    note: dict[str, str] | None = FALLBACK_NOTE

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


def wake_detector(threshold: float = USUAL_THRESHOLD, *, candidates: bool = False) -> NotedWakeDetector:
    """Return what hears "hey jarvis" best on this system; its `note` is a sentence per language when a part is missing.

    microWakeWord's model and Jarvis' own network where both load, else one of them, else phoneme spotting.
    `candidates` adds hits that are not sure, where the detector can tell. `EngineError` when none can run;
    push-to-talk still works then.
    """
    from jarvis.voice.keyword_wake import (
        AGREED_SCORE,
        SURE_BEFORE_LOOK,
        BothWakeDetectors,
        KeywordWakeDetector,
        moved,
    )

    people: MicroWakeDetector | None = None
    with contextlib.suppress(ImportError, OSError, ValueError):
        people = MicroWakeDetector(threshold, candidates=candidates)
    try:
        own = KeywordWakeDetector(threshold, candidates=candidates, note=None if people is not None else ALONE_NOTE)
    except EngineError as error:
        if people is not None:
            people.note = {language: error.sentence(language) for language in LANGUAGES}
            return people
        return _phoneme_spotting()
    # Who asks for a higher bar asks for fewer false wakes: then agreement does not do.
    agreeing = candidates and threshold <= USUAL_THRESHOLD
    likely = moved(AGREED_SCORE, SURE_BEFORE_LOOK)
    return own if people is None else BothWakeDetectors(people, own, agreeing=agreeing, agreed_from=likely)


def _phoneme_spotting() -> KeyphraseWakeDetector:
    try:
        return KeyphraseWakeDetector()
    except (ImportError, OSError, RuntimeError) as error:
        raise no_wake_word() from error


def no_wake_word() -> EngineError:
    """Return the error for a system on which no wake word can be heard."""
    return EngineError(
        "voice.no_wake_word",
        en="“Hey Jarvis” cannot be spotted on this system; the talk button and typing work. "
        "Run ./install_upgrade.sh run once more.",
        es="En este sistema no se puede detectar «hey Jarvis»; el botón de hablar y el teclado funcionan. "
        "Ejecuta otra vez ./install_upgrade.sh run.",
        retryable=False,
    )
