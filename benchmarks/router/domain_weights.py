"""Fits the weights by which the rules tell domains, and writes `assets/router/domains.json`.

    python -m benchmarks.router.domain_weights [--rows rows.jsonl.gz] [--write]

A first guess set by hand is corrected on the training questions of `assets/router/questions.jsonl`, by softmax
regression with a penalty on the correction. Each is also shown with a third of its words unknown, a few times, since
most words of the next question will be. With `--rows`, exam questions count a quarter each, so that the choices of an
exam speak for the subject. Prints how many test questions are told right, per language.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.router.fitting import subject_domain
from benchmarks.router.rows import read_rows
from jarvis.contracts.errors import Language
from jarvis.contracts.routing import DOMAINS, Domain
from jarvis.orchestrator.domain_rules import FORMAT, weights_file
from jarvis.orchestrator.features import features_of
from jarvis.orchestrator.lexicon import Lexicon, default_lexicon, router_folder
from jarvis.orchestrator.signals import signals_of

Numbers = npt.NDArray[np.float64]

FIRST_GUESS: dict[Domain, dict[str, float]] = {
    "chat": {
        "shape:choices": -1.5, "always": 0.4, "greeting": 1.2, "feeling": 1.1, "no_words": 2.5, "few_words":
        0.6, "plain_talk": 1.5, "only_feeling": 1.4, "plain_question": 1.2, "opinion_asked": 1.4, "you": 0.4,
        "self": 0.1, "kin": 0.1, "recommend": 0.3,
    },
    "code": {
        "programming": 1.6, "programming_hard": 1.5, "theory": -1.5, "shape:code_marks": 0.7, "shape:fences":
        1.5, "shape:trace": 1.6, "code_asked": 1.2, "program_error": 1.2, "design": 0.4, "shape:links": -0.3,
    },
    "maths": {
        "maths": 1.2, "maths_hard": 1.6, "word_problem": 2.0, "figures": 0.7, "quantity_asked": 0.8, "sums":
        1.6, "bare_sums": 0.5, "shape:latex": 1.6, "opens:solve": 0.5, "prove": 2.4, "relation": 0.3, "money":
        0.3, "transaction": 0.2, "shape:percents": 1.0, "shape:numbers": 0.3, "shape:operators": 0.3,
        "puzzle": -0.3, "always": -0.2, "everyday_sum": 3.0,
    },
    "reasoning": {
        "puzzle": 2.2, "logic_told": 1.5, "conditional": 0.4, "quantifier": 0.3, "thinking": 0.8,
        "shape:statements": 1.0, "negation": 0.2, "superlative": 0.2, "sequence": 0.3, "case_with_choices":
        0.8, "story_then_question": 0.8, "syllogism": 0.9, "series": 1.5, "number_word": 0.3, "shape:names": 0.2,
        "many_sentences": 0.4, "plan": 0.3, "many_constraints": 0.3, "always": -0.3,
    },
    "legal": {"law": 2.7, "law_text": 1.6, "own_troubles": 0.6, "always": -0.3},
    "technical": {
        "shape:choices": -0.1, "computing": 1.6, "engineering": 1.8, "device_trouble": 1.2, "device_asked":
        1.0, "fix": 0.6, "physics": 0.2, "units": 0.1, "always": -0.3,
    },
    "writing": {
        "shape:choices": -0.6, "form_asked": 2.0, "form": 1.0, "form_wanted": 1.0, "prose_asked": 1.6,
        "rewrite": 1.2, "opens:rewrite": 1.0, "tone": 0.6, "opens_roleplay": 1.0, "roleplay": 1.0,
        "form_first": 1.0, "little_summary": 1.0, "always": -0.3,
    },
    "knowledge": {
        "always": 0.2, "define": 0.8, "fact_asked": 0.8, "history": 1.1, "geography": 1.0, "biology": 1.0,
        "physics": 0.9, "chemistry": 0.9, "medicine": 0.8, "economics": 0.9, "philosophy": 1.0, "psychology":
        0.9, "arts": 0.8, "explain": 0.6, "list": 0.3, "question": 0.4, "leisure": 0.5, "shape:choices": 0.2,
        "fresh": 1.2, "humanities_asked": 0.3, "theory": 1.5, "compare": 0.2, "open_question": 0.8, "self":
        -0.2,
    },
    "translation": {
        "shape:choices": -0.8, "translate": 1.0, "translation_asked": 4.2, "tongue": 0.5, "tongue_asked": 0.8,
        "tongue_short": 1.6, "tongue_put": 1.5, "tongue_and_quotes": 1.2, "quoted_meaning": 2.4, "two_languages":
        0.7, "always": -0.6,
    },
    "long_context": {
        "shape:choices": -0.4, "document": 1.5, "document_named": 1.3, "summary_asked": 1.3, "summarise": 1.0,
        "extract": 0.6, "extraction_asked": 0.9, "very_long": 2.5, "long": 0.3, "always": -0.6,
    },
    "vision": {"shape:choices": -0.8, "picture": 3.2, "always": -0.8},
    "personal": {
        "shape:choices": -1.2, "recall": 0.9, "own_memory": 1.6, "asks_own": 1.3, "store": 1.2, "own_things":
        1.6, "self": 0.4, "opens_command": 1.2, "command": 0.4, "fresh": -0.5, "now": 0.2, "always": -0.4,
    },
}  # fmt: skip
"""By hand, in log odds: how much a signal speaks for a domain."""

PENALTY = 1.0
SEEN_AT_LEAST = 4
EXAM_WEIGHT = 0.25
EXAMS = 600
STEPS = 1500
RATE = 0.03
SEED = 4
UNKNOWN_SHARE = 0.35
FORGETFUL_LOOKS = 3


class ForgetfulLexicon(Lexicon):
    """The shipped lexicon that misses a share of the hits, another one each time."""

    def __init__(self) -> None:
        self.__dict__.update(default_lexicon().__dict__)
        self._chance = np.random.default_rng(SEED)

    def groups_in(self, words: Sequence[str], language: Language) -> Iterator[tuple[int, tuple[int, ...]]]:
        for place, found in super().groups_in(words, language):
            kept = tuple(group for group in found if self._chance.random() > UNKNOWN_SHARE)
            if kept:
                yield place, kept


def main() -> None:
    """Fit, print and, when asked to, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, help="questions that both reference models answered")
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    arguments = parser.parse_args()
    questions = _questions(arguments.rows)
    names = _names(questions)
    given = _table([signals for signals, *_ in questions], names)
    answers = np.array([DOMAINS.index(domain) for _, domain, _, _ in questions])
    part = np.array([split for _, _, split, _ in questions])
    importance = np.where(part == "exam", EXAM_WEIGHT, 1.0) * (part != "test")
    weights = _fit(given, answers, importance, _first_guess(names))
    rounded = {name: [round(float(value), 2) for value in row] for name, row in zip(names, weights, strict=True)}
    _report(given @ np.array([rounded[name] for name in names]), answers, questions)
    if arguments.write:
        _write(rounded)


def _write(weights: dict[str, list[float]]) -> None:
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in weights.items())
    text = f'{{"format": {FORMAT}, "domains": {json.dumps(DOMAINS)}, "signals": {{\n{lines}\n}}}}\n'
    weights_file(router_folder()).write_text(text, encoding="utf-8")


def _questions(rows: Path | None) -> list[tuple[dict[str, float], str, str, str]]:
    """Signals, domain, split and language of all; the exam's are of the split "exam", other looks "forgetful"."""
    found: list[tuple[dict[str, float], str, str, str]] = []
    forgetful = ForgetfulLexicon()
    for line in (router_folder() / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.append((signals_of(features_of(row["text"])), row["domain"], row["split"], row["language"]))
        for _ in range(FORGETFUL_LOOKS if row["split"] == "train" else 0):
            seen = signals_of(features_of(row["text"], lexicon=forgetful))
            found.append((seen, row["domain"], "forgetful", row["language"]))
    if rows is not None:
        exams = read_rows(rows)
        for place in np.random.default_rng(SEED).permutation(len(exams))[:EXAMS]:
            exam = exams[place]
            found.append((signals_of(features_of(exam.text)), subject_domain(exam.subject), "exam", "en"))
    return found


def _names(questions: list[tuple[dict[str, float], str, str, str]]) -> list[str]:
    seen = Counter(name for signals, _, split, _ in questions if split != "test" for name in signals)
    guessed = {name for row in FIRST_GUESS.values() for name in row}
    return sorted(guessed | {name for name, times in seen.items() if times >= SEEN_AT_LEAST})


def _table(rows: list[dict[str, float]], names: list[str]) -> Numbers:
    return np.array([[row.get(name, 0.0) for name in names] for row in rows])


def _first_guess(names: list[str]) -> Numbers:
    return np.array([[FIRST_GUESS[domain].get(name, 0.0) for domain in DOMAINS] for name in names])


def _fit(given: Numbers, answers: npt.NDArray[np.int64], importance: Numbers, first: Numbers) -> Numbers:
    """Softmax regression by Adam from `first`, where the distance from `first` costs."""
    weights, mean, spread = first.copy(), np.zeros_like(first), np.zeros_like(first)
    right = np.eye(len(DOMAINS))[answers]
    for step in range(1, STEPS + 1):
        wrong = (_shares(given @ weights) - right) * importance[:, None]
        slope = (given.T @ wrong + 2 * PENALTY * (weights - first)) / importance.sum()
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.999 * spread + 0.001 * slope**2
        weights -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
    return weights


def _shares(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Numbers = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _report(
    scores: Numbers, answers: npt.NDArray[np.int64], questions: list[tuple[dict[str, float], str, str, str]]
) -> None:
    told = scores.argmax(axis=1) == answers
    for split in ("train", "test"):
        for language in ("en", "es"):
            these = [place for place, row in enumerate(questions) if row[2] == split and row[3] == language]
            print(f"{split} {language}: {told[these].mean():.3f} of {len(these)}")


if __name__ == "__main__":
    main()
