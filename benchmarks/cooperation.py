"""Cooperation against the single best model, on your own models and questions with known answers.

    python -m benchmarks.cooperation --questions FILE.jsonl [--json]

Each row of FILE is {"text": ..., "answer": ...}; an answer counts as right when the last number, or else the whole
text without case and punctuation, agrees. Every question is asked twice, alone (the router's first choice) and of
the specialists; printed are the shares answered right, seconds, dollars and, for the difference, a 95 % interval by
resampling the questions. Models must be installed (`jarvis models download`); nothing is downloaded here.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.app.build import Jarvis
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskFinished, StageFinished
from jarvis.contracts.messages import Request

_NUMBER = re.compile(r"-?\d[\d.,]*")
_RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """One question answered in one way; `stages` counts the parts of a cooperation that gave something."""

    text: str
    model: str
    seconds: float
    cost_usd: float
    stages: int


def is_right(given: str, expected: str) -> bool:
    """Tell whether `given` says `expected`: its last number where that is a number, else its words."""
    if _NUMBER.fullmatch(expected.strip()):
        numbers = _NUMBER.findall(given)
        return bool(numbers) and _value(numbers[-1]) == _value(expected)
    return " ".join(re.findall(r"\w+", expected.casefold())) in " ".join(re.findall(r"\w+", given.casefold()))


def interval(differences: Sequence[float], seed: int = 1) -> tuple[float, float]:
    """Return the 95 % interval of the mean of `differences`, of which there is at least one."""
    draw = random.Random(seed)
    count = len(differences)
    means = sorted(sum(draw.choices(differences, k=count)) / count for _ in range(_RESAMPLES))
    return means[round(0.025 * _RESAMPLES)], means[round(0.975 * _RESAMPLES) - 1]


def asked(jarvis: Jarvis, text: str, *, deep: bool) -> Answered | None:
    """Ask once in a conversation of its own; None where no model answered."""
    began = time.perf_counter()
    stages = 0
    for event in jarvis.assistant().ask(Request(text=text, door="cli", deep=deep, fresh=True), CancelToken()):
        if isinstance(event, StageFinished):
            stages += event.ok
        if isinstance(event, AskFinished) and event.source == "model":
            return Answered(
                text=event.text,
                model=event.model or "",
                seconds=time.perf_counter() - began,
                cost_usd=event.cost_usd or 0.0,
                stages=stages,
            )
    return None


def compared(jarvis: Jarvis, rows: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Ask every row alone and together, in turns; questions that one way could not answer are counted apart."""
    alone: list[tuple[bool, Answered]] = []
    together: list[tuple[bool, Answered]] = []
    unanswered = 0
    for row in rows:
        one, several = asked(jarvis, row["text"], deep=False), asked(jarvis, row["text"], deep=True)
        if one is None or several is None or not several.stages:
            unanswered += 1
            continue
        alone.append((is_right(one.text, row["answer"]), one))
        together.append((is_right(several.text, row["answer"]), several))
    report: dict[str, Any] = {"questions": len(alone), "unanswered": unanswered}
    for name, answers in (("alone", alone), ("together", together)):
        if answers:
            report[name] = {
                "right": sum(right for right, _ in answers) / len(answers),
                "median_seconds": statistics.median(answer.seconds for _, answer in answers),
                "usd": sum(answer.cost_usd for _, answer in answers),
                "models": sorted({answer.model for _, answer in answers}),
            }
    if alone:
        gains = [float(b) - float(a) for (a, _), (b, _) in zip(alone, together, strict=True)]
        low, high = interval(gains)
        report["gain"] = {"mean": sum(gains) / len(gains), "low": low, "high": high}
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print the report; 1 where nothing could be compared."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    rows = [json.loads(line) for line in chosen.questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    jarvis = Jarvis()
    try:
        report = compared(jarvis, rows)
    finally:
        jarvis.close()
    if chosen.json:
        print(json.dumps(report, indent=2))
        return 0 if report["questions"] else 1
    print(f"{report['questions']} questions compared, {report['unanswered']} that one way could not answer")
    for name in ("alone", "together"):
        if name in report:
            row = report[name]
            print(f"{name}: {row['right']:.1%} right, {row['median_seconds']:.1f} s (median), ${row['usd']:.4f}")
    if "gain" in report:
        gain = report["gain"]
        print(f"gain of cooperation: {gain['mean']:+.1%} (95 %: {gain['low']:+.1%} to {gain['high']:+.1%})")
    return 0 if report["questions"] else 1


def _value(number: str) -> float:
    return float(number.rstrip(".,").replace(",", ""))


if __name__ == "__main__":
    sys.exit(main())
