"""Reports how well questions are routed: `python -m benchmarks.router --rows FILE [--json FILE]`.

Rows are judged by heads that were fitted without them (grouped cross-validation); open questions and times by the
committed head. Takes some five minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.router.measuring import (
    Learned,
    calibration_table,
    decision_milliseconds,
    held_out,
    open_table,
    ranking_table,
    spanish_table,
)
from benchmarks.router.rows import read_rows, seen, twin_groups
from benchmarks.router.train import HEAD_FILE, ready_encoder, training_questions
from jarvis.orchestrator.assessing import QueryAssessor
from jarvis.orchestrator.features import FEATURE_NAMES
from jarvis.orchestrator.head import RouterHead
from jarvis.orchestrator.lexicon import router_folder

TIMED = 500


def measured(rows_file: Path, cache: Path | None, count: int, seed: int) -> dict[str, Any]:
    """Measure everything and return it as it is written to JSON."""
    encoder = ready_encoder(cache)
    rows = read_rows(rows_file)
    look = seen([row.text for row in rows], encoder)
    questions, asked = training_questions(encoder)
    learned = Learned(rows=rows, look=look, questions=questions, asked=asked)
    assessed, neighbours = held_out(learned, twin_groups(look), encoder, count=count, seed=seed)
    rules = QueryAssessor()
    scores = {
        "head": np.array([one.difficulty for one in assessed]),
        "rules": np.array([rules.assess(row.text).difficulty for row in rows]),
        "kNN": neighbours,
        "length": np.array([float(len(row.text)) for row in rows]),
        "random": np.random.default_rng(seed).random(len(rows)),
    }
    committed = RouterHead.load(router_folder() / HEAD_FILE, encoder=encoder.name, feature_names=FEATURE_NAMES)
    assessors = {"assessor": QueryAssessor(committed, encoder), "rules": rules}
    some = [rows[place].text for place in np.random.default_rng(seed).permutation(len(rows))[:TIMED]]
    return {
        "rows": len(rows),
        "folds": count,
        "by_head": float(np.mean([one.by == "head" for one in assessed])),
        "ranking": ranking_table(rows, scores),
        "calibration": calibration_table(rows, assessed),
        "open": open_table(assessors),
        "spanish": spanish_table(learned, encoder),
        "milliseconds": {name: decision_milliseconds(assessor, some) for name, assessor in assessors.items()},
    }


def markdown(result: Mapping[str, Any]) -> str:
    """Return the report as tables."""
    lines = [f"{result['rows']} rows, {result['folds']} folds; {result['by_head']:.1%} decided by the head.", ""]
    lines += ["| benchmark | method | APGR | CPT50 | CPT80 |", "|-|-|-|-|-|"]
    for benchmark, methods in result["ranking"].items():
        for method, of in methods.items():
            lines.append(f"| {benchmark} | {method} | {of['apgr']:.3f} | {of['cpt50']:.1%} | {of['cpt80']:.1%} |")
    lines += ["", *_table("calibration", result["calibration"])]
    for language, methods in result["open"].items():
        lines += ["", *_table(f"open questions ({language})", methods)]
    lines += ["", *_table("translated rows", {"Spanish": result["spanish"]})]
    lines += ["", *_table("milliseconds", result["milliseconds"])]
    return "\n".join(lines)


def _table(title: str, entries: Mapping[str, Mapping[str, float]]) -> list[str]:
    columns = list(dict.fromkeys(name for values in entries.values() for name in values))
    lines = [f"| {title} | {' | '.join(columns)} |", "|-" * (len(columns) + 1) + "|"]
    for name, values in entries.items():
        shown = [f"{values[column]:.3f}" if column in values else "" for column in columns]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, required=True, help="marked rows, .jsonl or .jsonl.gz")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", type=Path, help="folder for the encoder's graph")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    options = parser.parse_args()
    result = measured(options.rows, options.cache, options.folds, options.seed)
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(markdown(result))


if __name__ == "__main__":
    main()
