"""Measures routers on rows and questions that they were not fitted on, through the assessor that the program uses."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.router.fitting import Numbers, fit, part
from benchmarks.router.metrics import apgr, brier, calibration_error, call_share, rank_agreement
from benchmarks.router.rows import DATA, GSM8K, UNTRUSTED, Question, Row, Seen, folds, read_questions, read_rows
from benchmarks.router.train import write_head
from jarvis.contracts.routing import Assessment, QueryEncoder
from jarvis.orchestrator.assessing import QueryAssessor
from jarvis.orchestrator.features import FEATURE_NAMES, window_of
from jarvis.orchestrator.head import RouterHead
from jarvis.orchestrator.steering import without_steering

NEIGHBOURS = 40
OPEN_FILE = DATA / "router_open.jsonl"
SPANISH_FILE = DATA / "router_es.jsonl"
_WARM_UP = 20


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Everything that heads are fitted on: marked rows and labelled questions, and what is seen of them."""

    rows: Sequence[Row]
    look: Seen
    questions: Sequence[Question]
    asked: Seen


class RememberingEncoder:
    """Gives the vectors that another encoder made of texts before, and asks that one for all other texts."""

    def __init__(self, encoder: QueryEncoder, texts: Sequence[str], look: Seen) -> None:
        self._encoder = encoder
        asked = (without_steering(window_of(text)) for text in texts)
        self._vectors = dict(zip(asked, look.vectors.tolist(), strict=True))

    @property
    def name(self) -> str:
        return self._encoder.name

    def ready(self) -> bool:
        return self._encoder.ready()

    def encode(self, text: str) -> Sequence[float] | None:
        known: Sequence[float] | None = self._vectors.get(text)
        return known if known is not None else self._encoder.encode(text)


def fitted_assessor(learned: Learned, places: Numbers, encoder: QueryEncoder) -> QueryAssessor:
    """Fit a head on the rows at `places`, write and load it as the program does, and return its assessor."""
    some = [learned.rows[place] for place in places]
    head = fit(some, part(learned.look, places), learned.questions, learned.asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head.npz"
        write_head(path, head, encoder.name)
        return QueryAssessor(RouterHead.load(path, encoder=encoder.name, feature_names=FEATURE_NAMES), encoder)


def held_out(
    learned: Learned, groups: Numbers, encoder: QueryEncoder, *, count: int, seed: int
) -> tuple[list[Assessment], Numbers]:
    """Return every row's assessment by a head that saw neither it nor its twins, and its neighbours' mean gain."""
    fold = folds(groups, count, seed)
    remembering = RememberingEncoder(encoder, [row.text for row in learned.rows], learned.look)
    assessed: dict[int, Assessment] = {}
    neighbours = np.zeros(len(learned.rows))
    for number in range(count):
        known, asked = np.where(fold != number)[0], np.where(fold == number)[0]
        assessor = fitted_assessor(learned, known, remembering)
        assessed.update({int(place): assessor.assess(learned.rows[place].text) for place in asked})
        neighbours[asked] = _neighbours_gain(learned, known, asked)
    return [assessed[place] for place in range(len(learned.rows))], neighbours


def _neighbours_gain(learned: Learned, known: Numbers, asked: Numbers) -> Numbers:
    vectors = learned.look.vectors - learned.look.vectors[known].mean(axis=0)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    gains = np.array([learned.rows[place].gain for place in known])
    nearest = np.argpartition(-(vectors[asked] @ vectors[known].T), NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    mean: Numbers = gains[nearest].mean(axis=1)
    return mean


def slices(rows: Sequence[Row]) -> dict[str, Numbers]:
    """Return the places of the rows of each benchmark."""
    subjects = np.array([row.subject for row in rows])
    exam = subjects != GSM8K
    return {
        "MMLU": np.where(exam)[0],
        "MMLU without the subject of doubtful marks": np.where(exam & ~np.isin(subjects, list(UNTRUSTED)))[0],
        "GSM8K": np.where(~exam)[0],
    }


def ranking_table(rows: Sequence[Row], scores: Mapping[str, Numbers]) -> dict[str, dict[str, dict[str, float]]]:
    """Return APGR, CPT50 and CPT80 by benchmark and method; a dearer half is better recovered early."""
    gains = np.array([row.gain for row in rows])
    table: dict[str, dict[str, dict[str, float]]] = {}
    for name, places in slices(rows).items():
        table[name] = {
            method: {
                "apgr": apgr(values[places], gains[places]),
                "cpt50": call_share(values[places], gains[places], 0.5),
                "cpt80": call_share(values[places], gains[places], 0.8),
            }
            for method, values in scores.items()
        }
    return table


def calibration_table(rows: Sequence[Row], assessed: Sequence[Assessment]) -> dict[str, dict[str, float]]:
    """Return, by benchmark, expected calibration error and Brier score of both chances."""
    weak, strong = np.array([row.weak for row in rows]), np.array([row.strong for row in rows])
    p_weak, p_strong = np.array([one.p_weak for one in assessed]), np.array([one.p_strong for one in assessed])
    return {
        name: {
            "ece_weak": calibration_error(p_weak[places], weak[places]),
            "ece_strong": calibration_error(p_strong[places], strong[places]),
            "brier_weak": brier(p_weak[places], weak[places]),
            "brier_weak_by_mean": brier(np.full(len(places), weak[places].mean()), weak[places]),
            "brier_strong": brier(p_strong[places], strong[places]),
            "brier_strong_by_mean": brier(np.full(len(places), strong[places].mean()), strong[places]),
        }
        for name, places in slices(rows).items()
    }


def open_table(assessors: Mapping[str, QueryAssessor]) -> dict[str, dict[str, dict[str, float]]]:
    """Return how well open questions are ordered, by language and method: against labels by hand.

    "apgr" takes the labels for gains; "oracle" is the most that any order can reach. The other entries are the mean
    difficulty of each category.
    """
    table: dict[str, dict[str, dict[str, float]]] = {}
    questions = read_questions(OPEN_FILE)
    for language in ("en", "es"):
        some = [one for one in questions if one.language == language]
        labels = np.array([one.difficulty for one in some])
        methods = {name: np.array([a.assess(one.text).difficulty for one in some]) for name, a in assessors.items()}
        methods["length"] = np.array([float(len(one.text)) for one in some])
        table[language] = {"labels": {"apgr": apgr(labels, labels), "rank": 1.0, **_means(some, labels)}}
        for name, scores in methods.items():
            shown = {} if name == "length" else _means(some, scores)
            table[language][name] = {"apgr": apgr(scores, labels), "rank": rank_agreement(scores, labels), **shown}
    return table


def _means(questions: Sequence[Question], values: Numbers) -> dict[str, float]:
    names = sorted({one.category for one in questions})
    return {name: float(values[[one.category == name for one in questions]].mean()) for name in names}


def spanish_table(learned: Learned, encoder: QueryEncoder) -> dict[str, float]:
    """Measure translated rows with a head that saw neither them nor what they were translated from.

    So few rows have an APGR with a standard error above 0.1; how far the Spanish difficulty orders them like the same
    head's English one, and like whether the weak model was right, says more.
    """
    translated = read_rows(SPANISH_FILE)
    sources = [row.source for row in translated]
    marks = {_mark(row.text): place for place, row in enumerate(learned.rows)}
    missing = [source for source in sources if source not in marks]
    if missing:
        return {"rows": 0.0}
    originals = [marks[source] for source in sources]
    assessor = fitted_assessor(learned, np.setdiff1d(np.arange(len(learned.rows)), originals), encoder)
    rules = QueryAssessor()
    spanish = [assessor.assess(row.text) for row in translated]
    english = [assessor.assess(learned.rows[place].text) for place in originals]
    ruled = [rules.assess(row.text) for row in translated]
    gains, weak = np.array([row.gain for row in translated]), np.array([row.weak for row in translated])
    return {
        "rows": float(len(translated)),
        "told_spanish": float(np.mean([one.language == "es" for one in spanish])),
        "apgr": apgr([one.difficulty for one in spanish], gains),
        "apgr_rules": apgr([one.difficulty for one in ruled], gains),
        "apgr_in_english": apgr([one.difficulty for one in english], gains),
        "difficulty_like_english": rank_agreement(
            [one.difficulty for one in spanish], [one.difficulty for one in english]
        ),
        "difficulty_like_english_rules": rank_agreement(
            [one.difficulty for one in ruled], [one.difficulty for one in english]
        ),
        "weak_right": rank_agreement([one.p_weak for one in spanish], weak),
        "weak_right_rules": rank_agreement([one.p_weak for one in ruled], weak),
        "weak_right_in_english": rank_agreement([one.p_weak for one in english], weak),
    }


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def decision_milliseconds(assessor: QueryAssessor, texts: Sequence[str]) -> dict[str, float]:
    """Return median and 95th percentile of one decision each on `texts`, after a warm-up."""
    for text in texts[:_WARM_UP]:
        assessor.assess(text)
    times = []
    for text in texts:
        began = time.perf_counter()
        assessor.assess(text)
        times.append((time.perf_counter() - began) * 1000.0)
    return {"p50": float(np.percentile(times, 50)), "p95": float(np.percentile(times, 95))}
