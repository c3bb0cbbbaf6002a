"""Plays scenarios again and again and counts what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.voice.scenarios import Measured, Scenario, background_of
from benchmarks.voice.timing import AnswerTimes, median, percentile
from benchmarks.voice.world import Bench, World, Wrong
from jarvis.contracts.errors import Language

STAGES = ("pause", "settle", "judge", "answer", "clause", "voice", "speaker")
"""Of an answer's times, in the order in which they pass; the second and third are parts of the first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One run of one scenario; `why` is empty when it was right."""

    why: str = ""
    measured: Measured | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """All runs of one scenario in one language."""

    scenario: Scenario
    language: Language
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def right(self) -> int:
        """How many runs were right."""
        return sum(not outcome.why for outcome in self.outcomes)

    @property
    def flaky(self) -> bool:
        """Right at times and wrong at others."""
        return 0 < self.right < len(self.outcomes)

    @property
    def flake_rate(self) -> float:
        """Share of the runs (0..0.5) that came out other than most of them."""
        return min(self.right, len(self.outcomes) - self.right) / len(self.outcomes) if self.outcomes else 0.0

    @property
    def answers(self) -> list[AnswerTimes]:
        """The times of the answers that came."""
        return [one.measured.answer for one in self.outcomes if one.measured and one.measured.answer]

    @property
    def seconds(self) -> list[float]:
        """What was measured besides."""
        return [one.measured.seconds for one in self.outcomes if one.measured and one.measured.seconds is not None]

    def figures(self) -> dict[str, float]:
        """Return p50 and p95 of what counts, in milliseconds."""
        counts = [times.total for times in self.answers] or self.seconds
        return spread(counts) if counts else {}

    def stages(self) -> dict[str, dict[str, float]]:
        """Return p50 and p95 of every stage of the answers, and of Jarvis' own part, in milliseconds."""
        return stages_of(self.answers)

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON-ready dict."""
        what = next((one.measured.what for one in self.outcomes if one.measured and one.measured.what), "")
        return {
            "scenario": self.scenario.name,
            "language": self.language,
            "expected": self.scenario.expected,
            "runs": len(self.outcomes),
            "right": self.right,
            "flaky": self.flaky,
            "flake_rate": round(self.flake_rate, 3),
            "wrong": [outcome.why for outcome in self.outcomes if outcome.why],
            "measured": what or ("end of speech to first audible sample" if self.answers else ""),
            "milliseconds": self.figures(),
            "stages_milliseconds": self.stages(),
            "limit_milliseconds": self.scenario.limit_seconds and round(self.scenario.limit_seconds * 1000),
        }


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50 and p95 in milliseconds."""
    return {"p50": round(1000 * median(seconds)), "p95": round(1000 * percentile(seconds, 0.95))}


def stages_of(answers: Sequence[AnswerTimes]) -> dict[str, dict[str, float]]:
    """Return p50 and p95 of every stage and of `own`, in milliseconds; nothing without answers."""
    if not answers:
        return {}
    return {stage: spread([getattr(times, stage) for times in answers]) for stage in (*STAGES, "own")}


def play(bench: Bench, scenarios: Sequence[Scenario], repeat: int, say: Callable[[str], None]) -> list[Row]:
    """Play every scenario `repeat` times in each of its languages; every run has another voice and another room."""
    rows = [Row(scenario=scenario, language=language) for scenario in scenarios for language in scenario.languages]
    for row in rows:
        for turn in range(repeat):
            outcome = run(bench, row.scenario, row.language, turn)
            row.outcomes.append(outcome)
            say(f"{row.scenario.name} · {row.language} · {outcome.why or 'right'}")
    return rows


def run(bench: Bench, scenario: Scenario, language: Language, turn: int) -> Outcome:
    """Play one scenario once."""
    background = background_of(scenario, language, turn)
    try:
        world = World(bench, language, options=scenario.options(language), background=background, turn=turn)
        with world:
            if scenario.learned:
                world.learn_the_room()
            return Outcome(measured=scenario.act(world))
    except Wrong as wrong:
        return Outcome(why=str(wrong))


def all_answers(rows: Iterable[Row], limit_seconds: float) -> list[AnswerTimes]:
    """Return the answers of all scenarios that have this limit."""
    return [times for row in rows if row.scenario.limit_seconds == limit_seconds for times in row.answers]
