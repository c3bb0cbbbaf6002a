"""Fits the numbers of `jarvis.orchestrator.head`: penalised least squares, one logistic gate, and calibration lines.

Every part is a linear model: with some 7,600 marks that are mostly chance, larger ones learned the noise. Seeds and
order are fixed, so the same rows give the same head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.router.rows import GSM8K, UNTRUSTED, Question, Row, Seen, folds
from jarvis.contracts.routing import DOMAINS
from jarvis.orchestrator.head import FEATURE_LIMIT, FORMAT, PLACES

VECTOR_PENALTY = 30.0
"""Per input, for standardised inputs; between 12 and 50 cross-validation hardly tells the difference."""

RUN_PENALTY = 1.5
RUN_SHARE = 0.5
"""How much the words' own estimate is added; 0 loses about 0.01 of the APGR, 1 about 0.005."""

QUESTION_PENALTY = 0.5
GATE_PENALTY = 0.02
_INNER_FOLDS = 4
_NEWTON_STEPS = 12
_CG_STEPS = 40
_CG_ENOUGH = 1e-12
_LEAST_SCALE = 1e-3
_NEVER = 1e6
_ROWS_PER_SUBJECT = 40

Numbers = npt.NDArray[np.float64]
Head = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Which word runs every text has, as one flat list: `places` of all, `owners` whose they are, `texts` how many."""

    places: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int64]
    texts: int

    @classmethod
    def of(cls, runs: Sequence[npt.NDArray[np.int64]]) -> Runs:
        """Lay the runs of several texts side by side."""
        owners = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
        return cls(places=np.concatenate(runs) if runs else np.zeros(0, np.int64), owners=owners, texts=len(runs))


def fit(rows: Sequence[Row], look: Seen, questions: Sequence[Question], asked: Seen) -> Head:
    """Return the arrays of the head's file, but for names: from marked rows and from labelled questions."""
    weights, rarity = _fit_runs(rows, look)
    head: Head = {"format": np.array(FORMAT), "runs": weights.astype(np.float16), "rarity": rarity.astype(np.float16)}
    for sight in ("full", "features"):
        parts = _fit_sight(sight, rows, look, questions, asked)
        parts["lines"] = _lines(sight, rows, look)
        head.update({f"{sight}_{name}": value.astype(np.float32) for name, value in parts.items()})
    return head


def _targets(rows: Sequence[Row]) -> Numbers:
    return np.array([(row.weak, row.strong) for row in rows], dtype=np.float64)


def _trusted(rows: Sequence[Row]) -> npt.NDArray[np.bool_]:
    return np.array([row.subject not in UNTRUSTED for row in rows])


def _inputs(sight: str, look: Seen) -> npt.NDArray[np.float64]:
    parts = [look.vectors, look.features] if sight == "full" else [look.features]
    return np.hstack(parts).astype(np.float64)


def _standard(sight: str, inputs: Numbers) -> tuple[Numbers, Numbers]:
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0)
    # What hardly varies among the rows (the language) says nothing about them and must not decide about others.
    return mean, np.where(scale < _LEAST_SCALE * (1 if sight == "full" else 10), _NEVER, scale)


def _seen(inputs: Numbers, mean: Numbers, scale: Numbers) -> Numbers:
    return np.clip((inputs - mean) / scale, -FEATURE_LIMIT, FEATURE_LIMIT)


def _ridge(inputs: Numbers, targets: Numbers, penalty: float) -> tuple[Numbers, Numbers]:
    middle, level = inputs.mean(axis=0), targets.mean(axis=0)
    centred = inputs - middle
    square = centred.T @ centred
    square[np.diag_indices_from(square)] += penalty * inputs.shape[1]
    weights = np.linalg.solve(square, centred.T @ (targets - level))
    return weights, level - middle @ weights


def _exam(inputs: Numbers, rows: Sequence[Row]) -> tuple[Numbers, Numbers]:
    targets, trusted = _targets(rows), _trusted(rows)
    return _ridge(inputs[trusted], targets[trusted], VECTOR_PENALTY)


def _fit_runs(rows: Sequence[Row], look: Seen) -> tuple[Numbers, Numbers]:
    """Return, per place, what its words add to weak and strong, and how rare they are."""
    runs = Runs.of(look.runs)
    counts = np.bincount(runs.places, minlength=PLACES)
    rarity = np.where(counts >= 2, np.log(runs.texts / np.maximum(counts, 1)), 0.0)
    values = rarity[runs.places]
    length = np.sqrt(np.bincount(runs.owners, weights=values**2, minlength=runs.texts))
    values = values / np.maximum(length, 1e-9)[runs.owners]
    targets, weight = _targets(rows), _trusted(rows).astype(np.float64)
    parts = [_run_ridge(runs, values, column, weight) for column in targets.T]
    return RUN_SHARE * np.stack(parts, axis=1) * rarity[:, None], rarity


def _run_ridge(runs: Runs, values: Numbers, targets: Numbers, weight: Numbers) -> Numbers:
    """Penalised least squares by conjugate gradients; the table of runs is never made."""

    def times(vector: Numbers) -> Numbers:
        return np.bincount(runs.owners, weights=vector[runs.places] * values, minlength=runs.texts)

    def back(vector: Numbers) -> Numbers:
        return np.bincount(runs.places, weights=vector[runs.owners] * values, minlength=PLACES)

    level = (targets * weight).sum() / weight.sum()
    rest = back(weight * (targets - level))
    answer, direction, size = np.zeros(PLACES), rest.copy(), float(rest @ rest)
    for _ in range(_CG_STEPS):
        if size < _CG_ENOUGH:
            break
        pushed = back(weight * times(direction)) + RUN_PENALTY * direction
        step = size / float(direction @ pushed)
        answer += step * direction
        rest = rest - step * pushed
        smaller = float(rest @ rest)
        direction, size = rest + smaller / size * direction, smaller
    return answer


def _told_by_words(weights: Numbers, rarity: Numbers, runs: Runs) -> Numbers:
    length = np.sqrt(np.bincount(runs.owners, weights=rarity[runs.places] ** 2, minlength=runs.texts))
    told = [np.bincount(runs.owners, weights=weights[runs.places, c], minlength=runs.texts) for c in range(2)]
    return np.stack(told, axis=1) / np.maximum(length, 1e-9)[:, None]


def _lines(sight: str, rows: Sequence[Row], look: Seen) -> Numbers:
    """Return slope and intercept that make held-out scores the logits of weak and strong."""
    scores = np.zeros((len(rows), 2))
    fold = folds(np.arange(len(rows)), _INNER_FOLDS, seed=7)
    inputs = _inputs(sight, look)
    for number in range(_INNER_FOLDS):
        learn, held = np.where(fold != number)[0], np.where(fold == number)[0]
        some = [rows[place] for place in learn]
        mean, scale = _standard(sight, inputs[learn])
        exam, bias = _exam(_seen(inputs[learn], mean, scale), some)
        scores[held] = _seen(inputs[held], mean, scale) @ exam + bias
        if sight == "full":
            weights, rarity = _fit_runs(some, part(look, learn))
            scores[held] += _told_by_words(weights, rarity, Runs.of([look.runs[place] for place in held]))
    targets, trusted = _targets(rows), _trusted(rows)
    pairs = zip(scores[trusted].T, targets[trusted].T, strict=True)
    return np.stack([_line(score, target) for score, target in pairs])


def _line(scores: Numbers, answer: Numbers) -> Numbers:
    """A line that never falls: scores that say nothing about held-out rows become everybody's mean."""
    line = _logistic(_with_one(scores), answer, 0.0)
    return line if line[0] > 0 else _logistic(_with_one(np.zeros(len(scores))), answer, 0.0)


def part(look: Seen, places: npt.NDArray[np.int64]) -> Seen:
    """Return what is seen of the texts at `places`."""
    return Seen(
        vectors=look.vectors[places], features=look.features[places], runs=[look.runs[place] for place in places]
    )


def _fit_sight(sight: str, rows: Sequence[Row], look: Seen, questions: Sequence[Question], asked: Seen) -> Head:
    inputs = _inputs(sight, look)
    mean, scale = _standard(sight, inputs)
    given = _seen(inputs, mean, scale)
    exam, exam_bias = _exam(given, rows)
    spoken = [number for number, one in enumerate(questions) if sight == "features" or one.language == "en"]
    others = _seen(_inputs(sight, part(asked, np.array(spoken))), mean, scale)
    labelled = [questions[number] for number in spoken]
    gate = _gate(given, rows, others)
    open_weights, open_bias = _ridge(others, np.array([[one.difficulty] for one in labelled]), QUESTION_PENALTY)
    domains, domain_bias = _domains(given, rows, others, labelled)
    return {
        "mean": mean,
        "scale": scale,
        "exam": exam,
        "exam_bias": exam_bias,
        "kind": np.stack([gate[:-1], open_weights[:, 0]], axis=1),
        "kind_bias": np.array([gate[-1], open_bias[0]]),
        "domains": domains,
        "domain_bias": domain_bias,
    }


def _gate(given: Numbers, rows: Sequence[Row], others: Numbers) -> Numbers:
    """Tell rows from other questions; exam questions, word problems and all the others count a third each."""
    problems = np.array([row.subject == GSM8K for row in rows])
    shares = np.where(problems, 1 / max(problems.sum(), 1), 1 / max((~problems).sum(), 1))
    weight = np.concatenate([shares, np.full(len(others), 1 / len(others))])
    answer = np.concatenate([np.ones(len(given)), np.zeros(len(others))])
    return _logistic(_with_one(np.vstack([given, others])), answer, GATE_PENALTY, weight)


def _domains(
    given: Numbers, rows: Sequence[Row], others: Numbers, labelled: Sequence[Question]
) -> tuple[Numbers, Numbers]:
    """Twelve estimates at once, sharpened so that their shares fit questions that they were not fitted on."""
    counts: dict[str, int] = {}
    chosen = []
    for place, row in enumerate(rows):
        counts[row.subject] = counts.get(row.subject, 0) + 1
        if counts[row.subject] <= _ROWS_PER_SUBJECT:
            chosen.append(place)
    inputs = np.vstack([given[chosen], others])
    names = [subject_domain(rows[place].subject) for place in chosen] + [one.domain for one in labelled]
    answer = np.array([[float(domain == name) for domain in DOMAINS] for name in names])
    held = np.zeros_like(answer)
    fold = folds(np.arange(len(answer)), _INNER_FOLDS, seed=11)
    for number in range(_INNER_FOLDS):
        weights, bias = _ridge(inputs[fold != number], answer[fold != number], QUESTION_PENALTY)
        held[fold == number] = inputs[fold == number] @ weights + bias
    sharpness = min((3.0, 4.5, 6.0, 8.0, 10.0, 13.0), key=lambda sharp: _surprise(held * sharp, answer))
    weights, bias = _ridge(inputs, answer, QUESTION_PENALTY)
    return weights * sharpness, bias * sharpness


def subject_domain(subject: str) -> str:
    """Return the domain that an exam subject belongs to."""
    for domain, words in _SUBJECTS.items():
        if any(word in subject for word in words):
            return domain
    return "knowledge"


_SUBJECTS = {
    "legal": ("law", "jurisprudence"),
    "maths": ("gsm8k", "mathematics", "algebra", "statistics"),
    "reasoning": ("logic", "moral_scenarios", "fallacies"),
    "technical": ("computer", "engineering", "machine_learning", "security", "physics"),
}


def _surprise(scores: Numbers, answer: Numbers) -> float:
    scores = scores - scores.max(axis=1, keepdims=True)
    chosen = (scores * answer).sum(axis=1) - np.log(np.exp(scores).sum(axis=1))
    return float(-chosen.mean())


def _with_one(inputs: Numbers) -> Numbers:
    columns = inputs[:, None] if inputs.ndim == 1 else inputs
    return np.hstack([columns, np.ones((len(columns), 1))])


def _logistic(inputs: Numbers, answer: Numbers, penalty: float, weight: Numbers | None = None) -> Numbers:
    """Return the weights of a logistic model by Newton's method; the last one, the intercept, is not penalised."""
    share = np.ones(len(inputs)) if weight is None else weight / weight.sum() * len(inputs)
    pull = np.full(inputs.shape[1], penalty * len(inputs) / inputs.shape[1] + 1e-6)
    pull[-1] = 1e-6
    weights = np.zeros(inputs.shape[1])
    for _ in range(_NEWTON_STEPS):
        belief = 1.0 / (1.0 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (share * (answer - belief)) - pull * weights
        bend = (inputs * (share * belief * (1 - belief))[:, None]).T @ inputs
        bend[np.diag_indices_from(bend)] += pull
        weights = weights + np.linalg.solve(bend, slope)
    return weights
