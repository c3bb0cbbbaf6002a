"""The rows and questions that the head is fitted on and measured with, and what the head sees of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jarvis.contracts.routing import QueryEncoder
from jarvis.orchestrator.features import features_of, window_of
from jarvis.orchestrator.head import word_runs
from jarvis.orchestrator.steering import without_steering

DATA = Path(__file__).resolve().parents[1] / "data"
GSM8K = "gsm8k"

UNTRUSTED = frozenset({"mmlu_high_school_mathematics"})
"""Subjects whose published marks for the strong model cannot be right: 2 of 141 answers, against 46 of the weak one."""

_ALIKE_VECTORS = 0.9
_ALIKE_WORDS = 0.7


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question that both reference models answered; `weak` and `strong` are 1.0 where they were right.

    `source` marks the row that it was translated from: the first 16 digits of the SHA-256 of that one's text.
    """

    text: str
    subject: str
    weak: float
    strong: float
    source: str = ""

    @property
    def gain(self) -> float:
        """How much better the strong model did."""
        return self.strong - self.weak


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question labelled by hand: its domain, and 0..1 how much a stronger model helps with it."""

    text: str
    language: str
    domain: str
    difficulty: float
    split: str
    category: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the head sees of n texts: `vectors` n x width, `features` n x features, `runs` the places of their words."""

    vectors: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    runs: list[npt.NDArray[np.int64]]


def read_rows(path: Path) -> list[Row]:
    """Read rows with marks from `path`."""
    stored = path.read_bytes()
    lines = (gzip.decompress(stored) if path.suffix == ".gz" else stored).decode("utf-8").split("\n")
    entries = [json.loads(line) for line in lines if line.strip()]
    return [
        Row(
            text=entry["text"],
            subject=entry["domain"],
            weak=float(entry["weak_correct"]),
            strong=float(entry["strong_correct"]),
            source=entry.get("source", ""),
        )
        for entry in entries
    ]


def read_questions(path: Path) -> list[Question]:
    """Read labelled questions from `path`; without "split" they are for testing."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [Question(**{"split": "test", **json.loads(line)}) for line in lines if line.strip()]


def seen(texts: Sequence[str], encoder: QueryEncoder) -> Seen:
    """Look at `texts` exactly as the assessor does; the encoder must be ready."""
    asked = [without_steering(window_of(text)) for text in texts]
    return Seen(
        vectors=np.array([encoder.encode(text) for text in asked], dtype=np.float32),
        features=np.array([features_of(text).vector() for text in texts], dtype=np.float32),
        runs=[np.array(word_runs(text), dtype=np.int64) for text in asked],
    )


def twin_groups(look: Seen) -> npt.NDArray[np.int64]:
    """Return a group number per text; texts with nearly the same vector and words share one."""
    centred = look.vectors - look.vectors.mean(axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    group = np.arange(len(centred))
    words = [frozenset(run.tolist()) for run in look.runs]
    for start in range(0, len(centred), 1000):
        near = centred[start : start + 1000] @ centred.T
        for row, other in zip(*np.where(near > _ALIKE_VECTORS), strict=True):
            one = start + int(row)
            if one < other and _overlap(words[one], words[other]) >= _ALIKE_WORDS:
                group[group == group[other]] = group[one]
    return group


def folds(groups: npt.NDArray[np.int64], count: int, seed: int) -> npt.NDArray[np.int64]:
    """Deal the groups into `count` folds at random; returns the fold of every member."""
    names = np.unique(groups)
    dealt = np.random.default_rng(seed).permutation(len(names)) % count
    return dealt[np.searchsorted(names, groups)]


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / max(len(one | other), 1)
