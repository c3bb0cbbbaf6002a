"""Fits the router's head and writes it: `python -m benchmarks.router.train --rows FILE [--out FILE]`.

Uses all rows and those labelled questions whose split is "train"; nothing of `benchmarks/data`. The same rows give the
same file. Takes about two minutes on two cores.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.router.fitting import fit
from benchmarks.router.rows import Question, Seen, read_questions, read_rows, seen
from jarvis.contracts.routing import QueryEncoder
from jarvis.engines.encoder.minilm import MiniLmEncoder
from jarvis.orchestrator.features import FEATURE_NAMES
from jarvis.orchestrator.lexicon import router_folder

HEAD_FILE = "head.npz"
QUESTIONS_FILE = "questions.jsonl"


def ready_encoder(cache: Path | None = None) -> MiniLmEncoder:
    """Return the router's encoder, made ready here; ends the program with a sentence where that cannot be."""
    encoder = MiniLmEncoder(cache or Path(tempfile.gettempdir()) / "jarvis-benchmark-encoder")
    if not encoder.make_ready():
        raise SystemExit(encoder.why_not())
    return encoder


def training_questions(encoder: QueryEncoder) -> tuple[list[Question], Seen]:
    """Return the labelled questions to fit on, and what is seen of them."""
    questions = [one for one in read_questions(router_folder() / QUESTIONS_FILE) if one.split == "train"]
    return questions, seen([one.text for one in questions], encoder)


def write_head(path: Path, head: Mapping[str, Any], encoder_name: str) -> None:
    """Write the fitted arrays with the names of what they were fitted with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = {"encoder": np.array(encoder_name), "feature_names": np.array(FEATURE_NAMES)}
    with path.open("wb") as file:
        np.savez_compressed(file, **head, **names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, required=True, help="marked rows, .jsonl or .jsonl.gz")
    parser.add_argument("--out", type=Path, default=router_folder() / HEAD_FILE)
    parser.add_argument("--cache", type=Path, help="folder for the encoder's graph")
    options = parser.parse_args()
    encoder = ready_encoder(options.cache)
    rows = read_rows(options.rows)
    look = seen([row.text for row in rows], encoder)
    questions, asked = training_questions(encoder)
    write_head(options.out, fit(rows, look, questions, asked), encoder.name)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB from {len(rows)} rows, {len(questions)} questions")


if __name__ == "__main__":
    main()
