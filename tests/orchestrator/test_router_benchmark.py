"""The router's benchmark end to end on a small made-up world: rows in a file, heads per fold, tables out."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.router.__main__ import markdown
from benchmarks.router.fitting import fit
from benchmarks.router.measuring import (
    OPEN_FILE,
    SPANISH_FILE,
    Learned,
    calibration_table,
    decision_milliseconds,
    held_out,
    ranking_table,
    slices,
)
from benchmarks.router.rows import Question, folds, read_questions, read_rows, seen
from jarvis.contracts.routing import DOMAINS
from jarvis.orchestrator.assessing import QueryAssessor

WIDTH = 24


class NumberedEncoder:
    """Gives every text a vector drawn by the number in it, all of whose entries are about how hard it is."""

    name = "numbered"

    def ready(self) -> bool:
        return True

    def encode(self, text: str) -> Sequence[float]:
        found = re.search(r"\d+", text)
        draw = np.random.default_rng(int(found[0]) if found else 0)
        return (draw.normal() + draw.normal(size=WIDTH) / 10).tolist()


def line(number: int) -> dict[str, object]:
    encoder = NumberedEncoder()
    if number % 2:
        text = f"Ann buys {number} pens for 2 dollars each. How much does she pay?"
    else:
        text = f"Which rule holds in case {number}?\nA. the first\nB. the second\nC. neither\nD. both\nAnswer:"
    hard = bool(encoder.encode(text)[0] > 0)
    return {
        "text": text,
        "domain": "gsm8k" if number % 2 else "mmlu_jurisprudence",
        "weak_correct": not hard if number % 11 else hard,
        "strong_correct": number % 7 > 0 or not hard,
    }


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl.gz"
    lines = [json.dumps(line(number), ensure_ascii=False) for number in range(100, 400)]
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    rows = read_rows(path)
    questions = [
        Question(
            text=f"tell me something about {DOMAINS[n % 12]} {n}",
            language="en",
            domain=DOMAINS[n % 12],
            difficulty=(n % 12) / 11,
            split="train",
        )
        for n in range(60)
    ]
    encoder = NumberedEncoder()
    return Learned(
        rows=rows,
        look=seen([row.text for row in rows], encoder),
        questions=questions,
        asked=seen([one.text for one in questions], encoder),
    )


def test_held_out_rows_are_ordered_and_reported(learned: Learned) -> None:
    encoder = NumberedEncoder()
    assessed, neighbours = held_out(learned, np.arange(len(learned.rows)), encoder, count=2, seed=0)
    assert len(assessed) == len(neighbours) == len(learned.rows)
    scores = {"head": np.array([one.difficulty for one in assessed]), "kNN": neighbours}
    table = ranking_table(learned.rows, scores)
    assert set(table) == {"MMLU", "MMLU without the subject of doubtful marks", "GSM8K"}
    for methods in table.values():
        assert methods["head"]["apgr"] > 0.6
        assert methods["head"]["cpt50"] < methods["head"]["cpt80"]
    rules = QueryAssessor()
    shown = markdown(
        {
            "rows": len(learned.rows),
            "folds": 2,
            "by_head": 1.0,
            "ranking": table,
            "calibration": calibration_table(learned.rows, assessed),
            "open": {},
            "spanish": {"rows": 0.0},
            "milliseconds": {"rules": decision_milliseconds(rules, [learned.rows[0].text])},
        }
    )
    assert f"| GSM8K | head | {table['GSM8K']['head']['apgr']:.3f} |" in shown


def test_marks_that_nothing_tells_do_not_turn_the_order_around(learned: Learned) -> None:
    rng = np.random.default_rng(3)
    rows = [replace(row, strong=float(rng.random() > 0.1)) for row in learned.rows]
    head = fit(rows, learned.look, learned.questions, learned.asked)
    assert (head["full_lines"][:, 0] >= 0).all()
    assert (head["features_lines"][:, 0] >= 0).all()


def test_slices_part_the_benchmarks(learned: Learned) -> None:
    parts = slices(learned.rows)
    assert sorted([*parts["MMLU"], *parts["GSM8K"]]) == list(range(len(learned.rows)))


def test_folds_keep_groups_together() -> None:
    groups = np.array([5, 5, 7, 9, 9, 9, 1, 2, 3, 4])
    dealt = folds(groups, 3, seed=1)
    assert all(len(set(dealt[groups == group])) == 1 for group in groups)
    assert set(dealt) == {0, 1, 2}
    assert dealt.tolist() == folds(groups, 3, seed=1).tolist()


def test_own_sets_are_whole() -> None:
    questions = read_questions(OPEN_FILE)
    assert {one.domain for one in questions} <= set(DOMAINS)
    for language, least in (("en", 120), ("es", 60)):
        some = [one for one in questions if one.language == language]
        assert len(some) >= least
        assert len({one.category for one in some}) == 8
        assert len({one.text for one in some}) == len(some)
    translated = read_rows(SPANISH_FILE)
    assert len(translated) == 150
    assert all(len(row.source) == 16 for row in translated)
