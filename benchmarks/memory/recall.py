"""How much of what was said is found again: recall and abstention on made-up lives, beside plain alternatives.

`python -m benchmarks.memory.recall [--lives en-3 es-3 | --held-out] [--work FOLDER]` prints Markdown. Recall at k is
the share of a question's evidence turns among the first k, averaged over questions. Abstention is a search that says
"nothing matched well". The lives are synthetic; their wordings were set so that the plain alternatives find about as
much as in real long conversations: read the differences between rows, not the height of one. Questions on what was told
in some month ("dated") stand in a column of their own and are left out of the other figures.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.memory.lives import KINDS, Life, Question, lives
from benchmarks.memory.own import after, asker, opened, remember
from benchmarks.memory.rivals import Meaning, Search, nearest_cosine, rivals
from jarvis.contracts.memory import SearchResult

DEPTHS = (5, 10, 20)
ASIDE = ("swapped", "dated")
OURS, OURS_WORDS, MEANING = "**Jarvis**", "Jarvis, words only", "MiniLM"
Ask = Callable[[str, int], SearchResult]


@dataclass(slots=True)
class Found:
    """What one way of searching found: per question its kind and recall at each depth; per question that should or
    should not be answered whether it abstained; whether each is answerable with its highest cosine, where nothing else
    tells; seconds per question."""

    recall: dict[str, list[tuple[str, tuple[float, ...]]]] = field(default_factory=lambda: defaultdict(list))
    answerable: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    unanswerable: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    nearest: dict[str, list[tuple[bool, float]]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", nargs="*", default=[])
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--work", type=Path, default=None)
    arguments = parser.parse_args()
    chosen = [
        life
        for life in lives()
        if (not arguments.lives or life.name in arguments.lives) and (life.held_out or not arguments.held_out)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        print(report(chosen, measured(chosen, Path(temporary), Meaning(work / "vectors"))))


def measured(chosen: Sequence[Life], folder: Path, meaning: Meaning) -> dict[str, Found]:
    """Return what every way of searching finds in the lives, by its name."""
    found: dict[str, Found] = defaultdict(Found)
    for life in chosen:
        for name, search in rivals(life, meaning).items():
            for question in life.questions:
                _count(found[name], life, question, search)
        cosines = nearest_cosine(life, meaning)
        found[MEANING].nearest[life.language] += [
            (bool(question.evidence), cosines[question.id]) for question in life.questions if question.kind not in ASIDE
        ]
        with opened(folder / life.name, after(life)) as own:
            remember(own, life)
            for name, searching in ((OURS, own.search), (OURS_WORDS, own.words_only)):
                ask = asker(searching, life.language)
                for question in life.questions:
                    _ask(found[name], life, question, ask)
    return found


def _count(found: Found, life: Life, question: Question, search: Search) -> None:
    if question.evidence:
        begin = time.perf_counter()
        ids = search(question.text, DEPTHS[-1])
        found.seconds[life.language].append(time.perf_counter() - begin)
        found.recall[life.language].append((question.kind, _recalls(ids, question)))


def _ask(found: Found, life: Life, question: Question, ask: Ask) -> None:
    begin = time.perf_counter()
    result = ask(question.text, DEPTHS[-1])
    found.seconds[life.language].append(time.perf_counter() - begin)
    if question.evidence:
        ids = [each.memory.id for each in result.found]
        found.recall[life.language].append((question.kind, _recalls(ids, question)))
    if question.kind not in ASIDE:
        (found.answerable if question.evidence else found.unanswerable)[life.language].append(not result.matched)


def _recalls(ids: Sequence[str], question: Question) -> tuple[float, ...]:
    wanted = set(question.evidence)
    return tuple(len(wanted & set(ids[:depth])) / len(wanted) for depth in DEPTHS)


def report(chosen: Sequence[Life], found: dict[str, Found]) -> str:
    """Return the tables as Markdown."""
    lines = []
    for language in sorted({life.language for life in chosen}):
        own = [life for life in chosen if life.language == language]
        turns, questions = sum(len(life.turns) for life in own), sum(len(life.questions) for life in own)
        lines += [
            f"### {language}: {', '.join(life.name for life in own)}; {turns} turns, {questions} questions\n",
            "| | R@5 | **R@10** | R@20 | " + " | ".join(f"{kind} @10" for kind in KINDS[:-1]) + " |",
            "|-|" + "-|" * (len(DEPTHS) + len(KINDS) - 1),
        ]
        for name, each in found.items():
            rows = each.recall[language]
            usual = [recalls for kind, recalls in rows if kind != "dated"]
            depths = [_mean(recalls[place] for recalls in usual) for place in range(len(DEPTHS))]
            kinds = [_mean(recalls[1] for kind, recalls in rows if kind == wanted) for wanted in KINDS[:-1]]
            lines.append(f"| {name} | " + " | ".join([*depths, *kinds]) + " |")
        lines += ["", *_abstentions(found, language), ""]
    return "\n".join(lines)


def _abstentions(found: dict[str, Found], language: str) -> Iterable[str]:
    yield "| abstains | unanswerable (should) | answerable (should not) | search ms, median |"
    yield "|-|-|-|-|"
    for name in (OURS, OURS_WORDS):
        each = found[name]
        milliseconds = statistics.median(each.seconds[language]) * 1000
        shares = [f"{statistics.fmean(part[language]):.0%}" for part in (each.unanswerable, each.answerable)]
        yield f"| {name} | {shares[0]} | {shares[1]} | {milliseconds:.1f} |"
    if MEANING in found:
        yield _floor_row(found[MEANING].nearest[language], statistics.fmean(found[OURS].answerable[language]))


def _floor_row(pairs: Sequence[tuple[bool, float]], refused: float) -> str:
    """Return the line of MiniLM with the floor under its cosines that refuses the share `refused` of the answerable."""
    answerable = sorted(cosine for answers, cosine in pairs if answers)
    floor = answerable[min(len(answerable) - 1, round(refused * len(answerable)))]
    right = statistics.fmean(cosine < floor for answers, cosine in pairs if not answers)
    wrong = statistics.fmean(cosine < floor for cosine in answerable)
    return f"| MiniLM, cosine floor {floor:.2f} set to refuse as many | {right:.0%} | {wrong:.0%} | – |"


def _mean(values: Iterable[float]) -> str:
    held = list(values)
    return f"{statistics.fmean(held):.3f}".removeprefix("0") if held else "–"


if __name__ == "__main__":
    main()
