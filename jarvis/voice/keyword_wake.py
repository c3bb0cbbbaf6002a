"""Hears "hey jarvis" with Jarvis' own networks, and beside them with another detector.

microWakeWord's model was trained on people, Jarvis' own on synthetic voices of many kinds: what one of them does not
follow the other may. One network listens all the time; what it is not sure of is scored by all three of them, whose
mean is right more often than any of them. Knows scores and bars only.
"""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jarvis.contracts.speech import WakeHit
from jarvis.voice.keyword_features import KeywordFeatures
from jarvis.voice.keyword_model import WORDS, KeywordModel, call_file, keyword_file, stop_file
from jarvis.voice.wake import (
    CANDIDATE_QUIET_SECONDS,
    QUIET_SECONDS,
    USUAL_THRESHOLD,
    NotedWakeDetector,
    WakeBars,
    candidate_from,
)
from jarvis.voice.wake_second_look import played_at
from jarvis.voice.wake_words import HEY_JARVIS

SURE_SCORE = 0.978
"""What the network gives where it is as sure as a threshold of 0.97 asks for: of seven hours of talk four sentences got
there."""

SURE_BEFORE_LOOK = 0.995
"""The same where a second look follows, which tells talk from calls better: none of those sentences got there."""

UNSURE_SCORE = 0.4
"""From here on a second look is worth its time: talk gets there some twelve times an hour."""

AGREED_SCORE = 0.82
"""From here on it counts when the other detector reports the same phrase."""

AGREED_SECONDS = 0.8
"""Reports of two detectors that are no further apart are of the same phrase."""

LOOK_SPEEDS = (1.0, 1.06, 0.94)
"""Speeds that a second look plays the sound at: what wakes by chance at one of them does not at the others."""

_PLACE = WORDS.index(HEY_JARVIS)


class KeywordWakeDetector:
    """The WakeDetector port over Jarvis' own network, 0.8 % of a core; `EngineError` as `KeywordModel`.

    Its scores are moved so that `threshold` means what it means for microWakeWord: 0.97 is the usual one. With
    `candidates` it asks for more before it is sure, and also reports what scored at least `UNSURE_SCORE`, or more where
    `candidate_from` says so, as hits that are not. `note` is what it has to say of itself, where it has to do alone.
    """

    def __init__(
        self,
        threshold: float = USUAL_THRESHOLD,
        *,
        candidates: bool = False,
        note: dict[str, str] | None = None,
        model: KeywordModel | None = None,
    ) -> None:
        self.note = note
        self._sure_score = SURE_BEFORE_LOOK if candidates else SURE_SCORE
        unsure = moved(UNSURE_SCORE, self._sure_score)
        self._bars = WakeBars(threshold, candidate_from(threshold, unsure) if candidates else None)
        self._model = model or KeywordModel(call_file())

    @property
    def score(self) -> float:
        """The highest score 0..1 since it was last read, for a meter."""
        return self._bars.score

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits that it completed; see the port."""
        hits = (
            self._bars.take(at, moved(float(scores[_PLACE]), self._sure_score))
            for at, scores in self._model.scores(pcm)
        )
        return [hit for hit in hits if hit is not None]

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._model.reset()
        self._bars.forget()


class KeywordLook:
    """Scores a piece of sound for "hey jarvis" by all networks, or by `model` alone; any thread, one at a time.

    0.04 s of one core. `EngineError` as `KeywordModel`.
    """

    def __init__(self, model: KeywordModel | None = None) -> None:
        every = (call_file(), stop_file(), keyword_file())
        self._models = (model,) if model is not None else tuple(KeywordModel(file) for file in every)
        self._lock = threading.Lock()

    def score(self, sound: bytes) -> float:
        """Return 0..1, the mean of the highest scores at `LOOK_SPEEDS`; `sound` is the last 2 s.

        Means are of logits: the highest score is the one of the mean of all networks, step by step.
        """
        with self._lock:
            highest = [self._highest(played_at(sound, speed)) for speed in LOOK_SPEEDS]
        return 1 / (1 + math.exp(-sum(highest) / len(highest)))

    def _highest(self, sound: bytes) -> float:
        rows = KeywordFeatures().process(sound)
        logits = np.mean([_logits(model.scores_alone(rows)[_PLACE]) for model in self._models], axis=0)
        return float(logits.max(initial=_logits(np.zeros(1))[0]))


class BothWakeDetectors:
    """The WakeDetector port over two detectors: what one of them is sure of counts, and once.

    With `agreeing`, what neither of them is sure of but both report counts as well, where the second one gives it at
    least `agreed_from`: they learned from different voices, and hardly ever take the same talk for a call.
    """

    def __init__(
        self,
        first: NotedWakeDetector,
        second: NotedWakeDetector,
        *,
        agreeing: bool = False,
        agreed_from: float = 0.0,
    ) -> None:
        self._both = (first, second)
        self._agreeing = agreeing
        self._agreed_from = (0.0, agreed_from)
        self._latest = [-math.inf, -math.inf]
        self._quiet_until = self._unsure_after = 0.0

    @property
    def note(self) -> dict[str, str] | None:
        """What the first one says of itself."""
        return self._both[0].note

    @property
    def score(self) -> float:
        """The higher one of both scores since it was last read, for a meter."""
        return max(one.score for one in self._both)

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits that it completed; see the port."""
        found = [(hit, number) for number, one in enumerate(self._both) for hit in one.process(pcm)]
        kept = []
        for hit, number in sorted(found, key=lambda each: each[0].at_seconds):
            likely = hit.score >= self._agreed_from[number]
            if likely:
                self._latest[number] = hit.at_seconds
            agreed = self._agreeing and likely and hit.at_seconds - self._latest[1 - number] <= AGREED_SECONDS
            sure = hit.sure or agreed
            if hit.at_seconds < self._quiet_until or (not sure and hit.at_seconds < self._unsure_after):
                continue
            kept.append(replace(hit, sure=sure))
            if sure:
                self._quiet_until = hit.at_seconds + QUIET_SECONDS
            else:
                # A second look reaches back to what the other one reports.
                self._unsure_after = hit.at_seconds + CANDIDATE_QUIET_SECONDS
        return kept

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._latest = [-math.inf, -math.inf]
        for one in self._both:
            one.reset()


def moved(score: float, sure_score: float = SURE_SCORE) -> float:
    """Return the network's score 0..1 so that `sure_score` becomes the usual threshold."""
    inside = min(max(score, 1e-6), 1 - 1e-6)
    logit = math.log(inside / (1 - inside))
    by = math.log(USUAL_THRESHOLD / (1 - USUAL_THRESHOLD)) - math.log(sure_score / (1 - sure_score))
    return 1 / (1 + math.exp(-logit - by))


def _logits(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    inside = np.clip(scores.astype(np.float64), 1e-7, 1 - 1e-7)
    return np.log(inside / (1 - inside))
