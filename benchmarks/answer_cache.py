"""How often the answer cache gives a wrong answer, how often a right one, and how long a look-up takes.

`python -m benchmarks.answer_cache [--pairs 50000] [--vector-pairs 5000] [--work FOLDER]` prints Markdown. Wrong hits
are counted with the rules alone, as if any two vectors were the same: the worst an encoder can do. The
alternatives are vectors alone (whole all-MiniLM-L6-v2, from 0.90 and from 0.95) and the text as it was typed.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

from benchmarks.answer_cache_pairs import near_misses, rephrasings, templates
from jarvis.contracts.errors import Language
from jarvis.contracts.reuse import ReuseCandidate, ReuseScope
from jarvis.engines.encoder.minilm import MiniLmEncoder, Reading
from jarvis.orchestrator.reuse import SIMILARITY, SameQuestion, cacheable
from jarvis.storage.answers import SqliteAnswerCache
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock

RULES = SameQuestion()
Judge = Callable[[str, str, Language], bool]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50_000)
    parser.add_argument("--vector-pairs", type=int, default=5_000)
    parser.add_argument("--work", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.work or Path(temporary)
        whole, half = _encoder(folder, Reading(layers=6)), _encoder(folder, Reading())
        wrong_hits(arguments.pairs)
        compare(arguments.vector_pairs, whole, half)
        similarities(half)
        look_ups(Path(temporary), half)


def wrong_hits(count: int) -> None:
    """Print how many of `count` different near misses share an answer, whatever their vectors are."""
    begin = time.perf_counter()
    pairs = {(pair.language, pair.one, pair.other): pair.kind for pair in near_misses(int(count * 1.05))}
    chosen = list(pairs.items())[:count]
    wrong = [key for key, _ in chosen if _agree(key[1], key[2], key[0], 1.0)]
    languages = Counter(key[0] for key, _ in chosen)
    print(f"## Wrong hits\n\n{len(chosen)} different pairs from {len(templates()[0])} templates ({dict(languages)}):")
    print(f"**{len(wrong)} wrong**, {time.perf_counter() - begin:.1f} s\n")
    for key in wrong[:20]:
        print(f"- {key}")


def compare(count: int, whole: MiniLmEncoder, half: MiniLmEncoder) -> None:
    """Print wrong hits on `count` near misses and right hits on the rephrasings, for the cache and the alternatives."""
    vector = cache(whole.encode)

    def alike(floor: float) -> Judge:
        return lambda one, other, _: _cosine(vector(one), vector(other)) >= floor

    def ours(one: str, other: str, language: Language) -> bool:
        return _agree(one, other, language, _cosine(half.encode(one), half.encode(other)))

    judges: dict[str, Judge] = {
        "this cache": ours,
        "this cache, no encoder": lambda one, other, language: _agree(one, other, language, None),
        "text as typed": lambda one, other, _: one == other,
        "vectors alone >= 0.90": alike(0.90),
        "vectors alone >= 0.95": alike(0.95),
    }
    misses = list(near_misses(count))
    right = list(rephrasings())
    print(f"## Against the alternatives\n\n{len(misses)} near misses, {len(right)} rephrasings\n")
    print("| judge | wrong hits | right, en | right, es | right, held-out half |\n|-|-|-|-|-|")
    for name, judge in judges.items():
        wrong = statistics.fmean(judge(pair.one, pair.other, pair.language) for pair in misses)
        hits = [(language, held, judge(first, other, language)) for language, held, first, other in right]
        shares = [_share(hit for spoken, _, hit in hits if spoken == language) for language in ("en", "es")]
        held = _share(hit for _, held_out, hit in hits if held_out)
        print(f"| {name} | {wrong:.2%} | {shares[0]:.1%} | {shares[1]:.1%} | {held:.1%} |")
    refused = [other for language, _, _, other in right if cacheable(other, language=language)]
    print(f"\n{len(refused)} of the rephrasings are not looked up at all: {refused}\n")


def similarities(half: MiniLmEncoder) -> None:
    """Print the lowest similarities of rephrasings that the rules hold for the same: what the threshold may cost."""
    found = sorted(
        (_cosine(half.encode(first), half.encode(other)), first, other)
        for language, _, first, other in rephrasings()
        if _agree(first, other, language, 1.0)
    )
    below = sum(similarity < SIMILARITY for similarity, _, _ in found)
    print(f"## Similarity of the {len(found)} rephrasings that the rules accept: {below} below {SIMILARITY}\n")
    for similarity, first, other in found[:8]:
        print(f"- {similarity:.3f} {first} / {other}")


def look_ups(folder: Path, half: MiniLmEncoder) -> None:
    """Print how long look-ups take among 2,000 answers."""
    database = Database(folder / "jarvis.sqlite3")
    clock = FakeClock()
    conversation = SqliteConversationLog(database, clock).start_conversation("benchmark").id
    scope = ReuseScope(language="en", policy_key="balanced", memory_version="1")
    made = [pair.one for pair in near_misses(12_000, seed=5) if pair.language == "en"]
    kept = list(dict.fromkeys(made))[:2400]
    with_encoder = SqliteAnswerCache(database, clock, RULES, encoder=half)
    for question in kept:
        with_encoder.keep(
            question, "An answer. " * 40, scope, model="m", conversation_id=conversation, message_id=question
        )
    by_words = SqliteAnswerCache(database, clock, RULES)
    print(f"\n## Look-ups among {by_words.stats().answers} answers, milliseconds\n\n| | p50 | p95 | hits |\n|-|-|-|-|")
    _timed("by words, present", by_words, kept[-500:], scope)
    _timed("by words, absent", by_words, [f"{question} indeed" for question in kept[-500:]], scope)
    _timed("with encoder, absent", with_encoder, [f"{question} truly" for question in kept[-500:]], scope)
    others = [other for language, _, _, other in rephrasings() if language == "en"]
    for language, _, first, _ in rephrasings():
        if language == "en":
            with_encoder.keep(first, "An answer.", scope, model="m", conversation_id=conversation, message_id=first)
    _timed("with encoder, rephrased", with_encoder, others, scope)
    database.close()


def _timed(name: str, answers: SqliteAnswerCache, questions: Sequence[str], scope: ReuseScope) -> None:
    taken, hits = [], 0
    for question in questions:
        begin = time.perf_counter()
        hits += answers.find(question, scope) is not None
        taken.append((time.perf_counter() - begin) * 1000)
    percentiles = statistics.quantiles(taken, n=20)
    print(f"| {name} | {statistics.median(taken):.2f} | {percentiles[18]:.2f} | {hits} of {len(questions)} |")


def _agree(one: str, other: str, language: Language, similarity: float | None) -> bool:
    candidate = ReuseCandidate(id="kept", forms=RULES.forms(other, language), similarity=similarity)
    return RULES.match(RULES.forms(one, language), [candidate]) is not None


def _encoder(folder: Path, reading: Reading) -> MiniLmEncoder:
    encoder = MiniLmEncoder(folder, reading=reading)
    if not encoder.make_ready():
        raise SystemExit(encoder.why_not())
    return encoder


def _cosine(one: Sequence[float] | None, other: Sequence[float] | None) -> float:
    if one is None or other is None:
        return 0.0
    lengths = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / lengths


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found)


if __name__ == "__main__":
    main()
