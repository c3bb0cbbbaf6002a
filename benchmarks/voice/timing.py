"""When the models were at work, and what is left of a turn's time without them: arithmetic on intervals.

Times are `perf_counter` seconds.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Busy:
    """Something that was waited for: `stage` is recognition, judging, answer or synthesis."""

    stage: str
    begin: float
    end: float


class WorkLog:
    """What the parts took, as their wrappers tell; any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: list[Busy] = []

    def add(self, stage: str, begin: float, end: float) -> None:
        """Note that `stage` was at work."""
        with self._lock:
            self._busy.append(Busy(stage=stage, begin=begin, end=end))

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """Note what happens inside as work of `stage`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, began, time.perf_counter())

    def between(self, begin: float, end: float) -> list[Busy]:
        """Return what was at work at any time from `begin` to `end`."""
        with self._lock:
            return [busy for busy in self._busy if busy.end > begin and busy.begin < end]


def covered(begin: float, end: float, spans: Iterable[Span]) -> float:
    """Return how many seconds from `begin` to `end` lie in at least one of `spans`."""
    total, reached = 0.0, begin
    for first, last in sorted(spans):
        until = min(last, end)
        if until > max(first, reached):
            total += until - max(first, reached)
            reached = until
    return total


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerTimes:
    """From the end of speech to the first audible sample, in seconds.

    `pause` is the wait until it was decided that the person has finished, in which `settle`, the recogniser, and
    `judge` are mostly done. Then come `answer` (its first words), `voice` (the first sound of them) and `speaker`, the
    sound card's share. `clause` is what passes from those words, or from the decision where no model answers, to
    asking the voice. `own` is the total without the pause, the models and the card; `clause` is a part of it.
    """

    total: float
    pause: float
    settle: float
    judge: float
    answer: float
    clause: float
    voice: float
    speaker: float
    own: float


def answer_times(*, ended: float, decided: float, queued: float, sounded: float, busy: Sequence[Busy]) -> AnswerTimes:
    """Take apart the time from `ended`, the end of speech, to `sounded`; `queued` is when the speaker got the sound."""

    def spans(*stages: str) -> list[Span]:
        return [(work.begin, work.end) for work in busy if work.stage in stages]

    total = sounded - ended
    pause, speaker = decided - ended, sounded - queued
    models = covered(decided, queued, spans("recognition", "judging", "answer", "synthesis"))
    asked = min((begin for begin, _ in spans("synthesis") if begin >= decided), default=queued)
    words = max((end for _, end in spans("recognition", "answer") if end <= asked), default=decided)
    return AnswerTimes(
        total=total,
        pause=pause,
        settle=covered(ended, queued, spans("recognition")),
        judge=covered(ended, queued, spans("judging")),
        answer=covered(decided, queued, spans("answer")),
        clause=asked - max(decided, words),
        voice=covered(decided, queued, spans("synthesis")),
        speaker=speaker,
        own=total - pause - speaker - models,
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0..1) of `values` do not exceed, by nearest rank; NaN of none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def spread(name: str, seconds: Sequence[float]) -> dict[str, object]:
    """Return the median and the 95th percentile in whole ms, by `name` and which it is; nothing without `seconds`."""
    shares = (("p50", 0.5), ("p95", 0.95))
    return {f"{name}_{label}": round(1000 * percentile(seconds, share)) for label, share in shares if seconds}


def median(values: Sequence[float]) -> float:
    """Return the median; NaN of none."""
    return statistics.median(values) if values else float("nan")


def slope_per_hour(samples: Sequence[tuple[float, float]]) -> float:
    """Return by how much the second value rises for 3600 of the first: least squares."""
    count = len(samples)
    mean_x = sum(x for x, _ in samples) / count
    mean_y = sum(y for _, y in samples) / count
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return 3600 * sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread if spread else 0.0
