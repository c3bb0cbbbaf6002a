"""A simulated month on the reference rig: what the routing policy saves, keeps and makes people wait.

`python -m benchmarks.month [--days 30] [--seeds 5] [--json FILE]` prints a table of medians over seeds; the traffic,
the users and what differs from the policy's belief are in `benchmarks.month_world`. Compared are the policy with its
three profiles and without learning, always the largest local model, always the cloud, every model in turn, and a
threshold of difficulty alone (the same share to the cloud as the policy, the rest to the 8B). All run behind the same
rules of privacy, abilities and context. Seconds to the first word are given for all questions and for those by voice;
"felt" are all in which there is nothing new to read or hear; swaps are loads per hour in which something is asked.
Worth is what the balanced profile wants: good answers less what money and felt seconds take off. "Knows the truth"
decides like the policy but with the true probabilities: more cannot be had with these models and weights.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.month_world import CLOUD, LOCAL, REFERENCE, START, Question, Rig, Truth, questions, reference_rig
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import Decision, Outcome, Profile, RouteCandidate, RouteQuestion, RouteWeights, Signal
from jarvis.orchestrator.abilities import Abilities, abilities_of
from jarvis.orchestrator.learning import NOTHING, Learned, learn
from jarvis.orchestrator.policy import decide
from jarvis.orchestrator.profiles import weights_for
from jarvis.orchestrator.waiting import felt_seconds

ACTIVE_SECONDS = 300.0
"""A pause longer than this is not counted as time in which something is asked."""

FIRST_SEED = 100
"""Months with smaller numbers were used to choose how much to explore."""

COMMANDS_PER_QUESTION = 0.5
COMMAND_TOKENS = (250, 30)
"""Timers, music, lists: a third of all that is said to an assistant, with a short prompt and a shorter answer."""

Choose = Callable[[Decision, Question, int], RouteCandidate]


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of choosing among the candidates that may answer."""

    name: str
    profile: Profile = "balanced"
    learns: bool = False
    choose: Choose


@dataclass(frozen=True, kw_only=True)
class Month:
    """What one way made of one month."""

    name: str
    questions: int
    usd: float
    cloud_share: float
    quality: float
    first_p50: float
    first_p95: float
    voice_p50: float
    voice_p95: float
    felt_p50: float
    felt_p95: float
    swaps_per_hour: float
    worth: float
    decision_ms_p50: float
    decision_ms_p95: float
    saving: float = 0.0
    kept: float = 1.0


def main() -> int:
    """Run and print; exit code 1 when the policy misses 60 % saving or 95 % of the quality of all-cloud."""
    parser = argparse.ArgumentParser(description="A simulated month on the reference rig.")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    began = time.perf_counter()
    months = [month(FIRST_SEED + number, options.days) for number in range(options.seeds)]
    rows = [_median([one[place] for one in months]) for place in range(len(months[0]))]
    print(markdown(rows))
    seconds = time.perf_counter() - began
    print(f"\n{rows[0].questions} questions in {options.days} days, medians of {options.seeds} seeds, {seconds:.0f} s.")
    print(
        f"A decision among {len(LOCAL) + len(CLOUD)} models took {rows[0].decision_ms_p50:.2f} ms, "
        f"p95 {rows[0].decision_ms_p95:.2f} ms."
    )
    print(
        f"Commands (one to every {1 / COMMANDS_PER_QUESTION:.0f} questions) are left out: skills carry them out at no "
        f"cost; sent to the cloud as well they would cost ${commands_usd(rows[0].questions):.2f} more."
    )
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    policy = rows[0]
    return 0 if policy.saving >= 0.6 and policy.kept >= 0.95 else 1


def month(seed: int, days: int) -> list[Month]:
    """Every way through the same month, the policy first."""
    asked = list(questions(seed, days))
    truth = Truth(reference_rig(), seed)
    policy = lived(Way(name="policy, balanced", learns=True, choose=_first), asked, truth, seed)
    others = (
        Way(name="policy, fast", profile="fast", learns=True, choose=_first),
        Way(name="policy, best", profile="best", learns=True, choose=_first),
        Way(name="policy without learning", choose=_first),
        Way(name="difficulty threshold only", choose=_threshold(asked, policy.cloud_share)),
        Way(name="always the largest local", choose=_largest),
        Way(name="round-robin", choose=_in_turn),
        Way(name="always cloud", choose=_cloud),
        Way(name="knows the truth", choose=_truthful(truth)),
    )
    months = [policy, *(lived(way, asked, truth, seed) for way in others)]
    cloud = next(one for one in months if one.name == "always cloud")
    return [
        Month(**{**asdict(one), "saving": 1.0 - one.usd / cloud.usd, "kept": one.quality / cloud.quality})
        for one in months
    ]


def lived(way: Way, asked: Sequence[Question], truth: Truth, seed: int) -> Month:
    """Live through the month: decide, load, answer, react, and learn overnight."""
    rig, chance = reference_rig(), random.Random(f"{way.name} {seed}")
    able = {model: abilities_of(facts, rig.tags[model]) for model, facts in rig.facts.items()}
    weights = weights_for(way.profile)
    learned, outcomes, day = NOTHING, list[Outcome](), START.date()
    took = list[float]()
    firsts, felts, spoken, good, usd, cloud, charged = list[float](), list[float](), list[float](), 0.0, 0.0, 0, 0.0
    for number, question in enumerate(asked):
        if way.learns and question.at.date() != day:
            day = question.at.date()
            learned = learn(outcomes, able.__getitem__)
        now = (question.at - START).total_seconds()
        engines = rig.statuses(now)
        began = time.perf_counter()
        decision = _decided(way, weights, question, engines, rig, learned, able)
        took.append(1000 * (time.perf_counter() - began))
        chosen = way.choose(decision, question, number)
        first, felt = _waited(chosen, question, rig, chance)
        rig.resident.update({chosen.engine: now} if chosen.where == "local" else {})
        probability = truth.good(chosen.engine, question)
        firsts.append(first)
        felts.append(felt)
        spoken += [first] if question.door == "voice" else []
        good += probability
        cloud += chosen.where == "cloud"
        paid = _paid(chosen, question, rig)
        usd += paid
        charged += _charge(chosen, question, paid, felt)
        outcomes.append(_reaction(chosen, question, question.luck < probability, chance, number))
    return Month(
        name=way.name,
        questions=len(asked),
        usd=usd,
        cloud_share=cloud / len(asked),
        quality=good / len(asked),
        first_p50=_quantile(firsts, 50),
        first_p95=_quantile(firsts, 95),
        voice_p50=_quantile(spoken, 50),
        voice_p95=_quantile(spoken, 95),
        felt_p50=_quantile(felts, 50),
        felt_p95=_quantile(felts, 95),
        swaps_per_hour=rig.loads / _active_hours(asked),
        worth=(good - charged) / len(asked),
        decision_ms_p50=_quantile(took, 50),
        decision_ms_p95=_quantile(took, 95),
    )


def commands_usd(asked: int) -> float:
    """Return what all-cloud would pay besides for the commands that skills carry out here."""
    facts = reference_rig().facts[REFERENCE]
    assert facts.input_usd is not None
    assert facts.output_usd is not None
    read, written = COMMAND_TOKENS
    return asked * COMMANDS_PER_QUESTION * (read * facts.input_usd + written * facts.output_usd) / 1e6


def markdown(rows: Sequence[Month]) -> str:
    """Return the table."""
    heads = (
        "Way",
        "Cost",
        "Saving",
        "To cloud",
        "Good answers",
        "Quality kept",
        "First word p50 / p95",
        "By voice",
        "Felt",
        "Swaps/h",
        "Worth",
    )
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in rows:
        cells = (
            row.name,
            f"${row.usd:.2f}",
            f"{row.saving:.0%}",
            f"{row.cloud_share:.0%}",
            f"{row.quality:.1%}",
            f"{row.kept:.1%}",
            f"{row.first_p50:.1f} / {row.first_p95:.1f} s",
            f"{row.voice_p50:.1f} / {row.voice_p95:.1f} s",
            f"{row.felt_p50:.1f} / {row.felt_p95:.1f} s",
            f"{row.swaps_per_hour:.1f}",
            f"{row.worth:.3f}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _decided(
    way: Way,
    weights: RouteWeights,
    question: Question,
    engines: Sequence[EngineStatus],
    rig: Rig,
    learned: Learned,
    able: dict[str, Abilities],
) -> Decision:
    asked = RouteQuestion(
        text="",
        assessment=question.assessment,
        language=question.language,
        door=question.door,
        background=question.background,
        prompt_tokens=question.prompt_tokens,
        private=question.private,
        weights=weights,
        draw=question.draw if way.learns else 0.5,
    )

    def abilities(engine: EngineStatus, _: object) -> Abilities:
        return able[engine.id]

    return decide(asked, engines, rig.facts.__getitem__, learned, abilities=abilities)


def _waited(chosen: RouteCandidate, question: Question, rig: Rig, chance: random.Random) -> tuple[float, float]:
    """Seconds until the first word and seconds felt, as they turn out."""
    writing = (chosen.seconds - chosen.first_seconds) * question.true_tokens / question.assessment.answer_tokens
    first = chosen.first_seconds * chance.lognormvariate(0.0, 0.25)
    rig.load(chosen.engine)
    tokens = question.true_tokens
    felt = felt_seconds(first, first + writing, tokens, door=question.door, background=question.background)
    return first, felt


def _paid(chosen: RouteCandidate, question: Question, rig: Rig) -> float:
    facts = rig.facts[chosen.engine]
    if chosen.where == "local" or facts.input_usd is None or facts.output_usd is None:
        return 0.0
    return (question.prompt_tokens * facts.input_usd + question.true_tokens * facts.output_usd) / 1e6


def _charge(chosen: RouteCandidate, question: Question, paid: float, felt: float) -> float:
    """What the balanced profile takes off a good answer for what it really cost and how long it really took."""
    weights = weights_for("balanced")
    second = weights.per_second_voice if question.door == "voice" else weights.per_second_chat
    if question.background:
        second = weights.per_second_background
    return weights.per_dollar * paid + second * felt + (weights.leaving if chosen.where == "cloud" else 0.0)


def _reaction(chosen: RouteCandidate, question: Question, good: bool, chance: random.Random, number: int) -> Outcome:
    """Few rate; some ask again when it was bad; most go on, some without having noticed."""
    signal: Signal = "kept"
    value, weight, way = 1.0, 0.15, chance.random()
    if good and way < 0.08:
        signal, value, weight = "stars", 0.75 + 0.25 * (chance.random() < 0.6), 1.0
    elif not good and way < 0.12:
        signal, value, weight = "stars", 0.25 * (chance.random() < 0.5), 1.0
    elif not good and way < 0.35:
        signal, value, weight = "retry", 0.0, 0.7
    return Outcome(
        message_id=str(number),
        engine=chosen.engine,
        model=chosen.model,
        domain=question.assessment.domain,
        difficulty=question.assessment.difficulty,
        p_weak=question.assessment.p_weak,
        p_strong=question.assessment.p_strong,
        signal=signal,
        value=value,
        weight=weight,
        at=question.at,
    )


def _first(decision: Decision, _question: Question, _number: int) -> RouteCandidate:
    return decision.candidates[0]


def _largest(decision: Decision, _question: Question, _number: int) -> RouteCandidate:
    local = [one for one in decision.candidates if one.where == "local"] or list(decision.candidates)
    return max(local, key=lambda one: (one.seconds - one.first_seconds, one.engine))


def _cloud(decision: Decision, _question: Question, _number: int) -> RouteCandidate:
    return next((one for one in decision.candidates if one.engine == REFERENCE), decision.candidates[0])


def _in_turn(decision: Decision, _question: Question, number: int) -> RouteCandidate:
    ordered = sorted(decision.candidates, key=lambda one: one.engine)
    return ordered[number % len(ordered)]


def _threshold(asked: Sequence[Question], share: float) -> Choose:
    hard = sorted((one.assessment.difficulty for one in asked if not one.private), reverse=True)
    limit = hard[min(round(share * len(asked)), len(hard) - 1)]

    def choose(decision: Decision, question: Question, _number: int) -> RouteCandidate:
        wanted = REFERENCE if question.assessment.difficulty > limit else "llama-3.1-8b:q4_k_m"
        return next((one for one in decision.candidates if one.engine == wanted), decision.candidates[0])

    return choose


def _truthful(truth: Truth) -> Choose:
    def choose(decision: Decision, question: Question, _number: int) -> RouteCandidate:
        return max(
            decision.candidates,
            key=lambda one: (one.score - one.quality + truth.good(one.engine, question), one.engine),
        )

    return choose


def _active_hours(asked: Sequence[Question]) -> float:
    pauses = [(after.at - before.at).total_seconds() for before, after in pairwise(asked)]
    return sum(pause for pause in pauses if pause <= ACTIVE_SECONDS) / 3600


def _quantile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1]


def _median(months: Sequence[Month]) -> Month:
    names = [name for name in asdict(months[0]) if name not in {"name", "questions"}]
    medians = {name: statistics.median(getattr(one, name) for one in months) for name in names}
    return Month(name=months[0].name, questions=round(statistics.median(one.questions for one in months)), **medians)


if __name__ == "__main__":
    raise SystemExit(main())
