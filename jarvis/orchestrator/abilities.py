"""How able a model is in each domain, from its published scores: one number per domain on one scale.

The scale is in logits of a typical benchmark. Mixtral-8x7B-Instruct sits at `WEAK_THETA` and GPT-4-1106 at
`STRONG_THETA` in every domain, because questions are rated by how these two answer them. What was not published is
estimated from the size, the family or the price. Knows no question and nothing that this person rated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.routing import DOMAINS, Domain, ModelFacts

WEAK_THETA = 0.0
STRONG_THETA = 1.6
"""Distance of the references: the mean of their distances in logits on MMLU, GSM8K, MATH and HumanEval
(0.92, 1.90, 1.51, 2.03)."""

LEAST_THETA, MOST_THETA = -3.5, 4.0
"""Beyond these nothing was measured: a benchmark that a model nearly fills tells little about how much better it is."""

Skill = Literal["knowledge", "maths", "code", "following", "reasoning", "seeing"]
SKILLS: tuple[Skill, ...] = ("knowledge", "maths", "code", "following", "reasoning", "seeing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """A published benchmark: what the two references score in percent, and what guessing scores."""

    skill: Skill
    weak: float
    strong: float
    guess: float = 0.0
    weight: float = 1.0


BENCHMARKS: dict[str, Benchmark] = {
    "MMLU": Benchmark(skill="knowledge", weak=70.6, strong=84.7, guess=25.0),
    "MMLU-Pro": Benchmark(skill="knowledge", weak=43.3, strong=64.0, guess=10.0),
    "GSM8K": Benchmark(skill="maths", weak=63.2, strong=92.0),
    "MATH": Benchmark(skill="maths", weak=28.4, strong=64.3),
    "MATH-500": Benchmark(skill="maths", weak=28.4, strong=64.3),
    "AIME 2024": Benchmark(skill="maths", weak=1.3, strong=6.7, weight=0.5),
    "AIME25": Benchmark(skill="maths", weak=1.3, strong=6.7, weight=0.5),
    "HumanEval": Benchmark(skill="code", weak=40.2, strong=83.7),
    "MBPP": Benchmark(skill="code", weak=49.0, strong=83.6),
    "LiveCodeBench": Benchmark(skill="code", weak=9.0, strong=29.1),
    "LiveCodeBench v5": Benchmark(skill="code", weak=9.0, strong=29.1),
    "LiveCodeBench v6": Benchmark(skill="code", weak=9.0, strong=29.1),
    "IFEval": Benchmark(skill="following", weak=61.0, strong=84.3),
    "MT-Bench": Benchmark(skill="following", weak=83.0, strong=93.2),
    "GPQA": Benchmark(skill="reasoning", weak=29.7, strong=42.5, guess=25.0),
    "GPQA Diamond": Benchmark(skill="reasoning", weak=29.7, strong=42.5, guess=25.0),
    "BBH": Benchmark(skill="reasoning", weak=67.1, strong=83.1),
    "MMMU": Benchmark(skill="seeing", weak=35.3, strong=56.8),
}
"""Scores of the references: MMLU, MATH, HumanEval and GPQA of GPT-4-1106 from openai/simple-evals, of Mixtral from
arXiv:2401.04088; GSM8K of Mixtral from RouteLLM's rows, of GPT-4 from arXiv:2303.08774; MMLU-Pro from
arXiv:2406.01574; MBPP and IFEval of GPT-4 from arXiv:2407.21783; MT-Bench in tens from lmsys. AIME, LiveCodeBench,
GPQA and IFEval of Mixtral are estimates between its published neighbours. A name in brackets after the benchmark
("MATH (CoT)") is a way of asking and is left out."""

MIXES: dict[Domain, dict[Skill, float]] = {
    "chat": {"following": 0.5, "knowledge": 0.5},
    "code": {"code": 0.8, "reasoning": 0.2},
    "maths": {"maths": 0.85, "reasoning": 0.15},
    "reasoning": {"reasoning": 0.5, "maths": 0.2, "knowledge": 0.3},
    "legal": {"knowledge": 0.7, "reasoning": 0.3},
    "technical": {"knowledge": 0.5, "code": 0.25, "reasoning": 0.25},
    "writing": {"following": 0.6, "knowledge": 0.4},
    "knowledge": {"knowledge": 1.0},
    "translation": {"knowledge": 0.6, "following": 0.4},
    "long_context": {"knowledge": 0.5, "following": 0.5},
    "vision": {"seeing": 0.7, "knowledge": 0.3},
    "personal": {"following": 0.6, "knowledge": 0.4},
}
"""Which skills a domain asks for. Judged; what people rate corrects it for each model."""

BY_SIZE: dict[Skill, tuple[float, float]] = {
    "knowledge": (-1.87, 0.99),
    "maths": (0.32, 0.49),
    "code": (0.52, 0.34),
    "following": (-0.20, 0.51),
}
"""Ability = a + b ln(billions of parameters), least squares over the scored models of the catalogue that do not think
at length; of a mixture of experts the geometric mean of all and active parameters. Residuals 0.5 to 0.85."""

FAMILIES: tuple[tuple[str, float], ...] = (
    ("gpt-oss", 1.2),
    ("qwen3", 0.5),
    ("gemma", 0.2),
    ("phi", 0.2),
    ("llama", -0.15),
    ("mistral", -0.9),
    ("mixtral", -0.9),
    ("orca", -2.0),
)
"""How much a family lies above others of its size, from the same fit; of ids that begin so."""

BY_PRICE = (1.42, 0.36)
"""Ability = a + b ln(dollars per million written tokens): through GPT-4o-mini and GPT-4o, which publish both."""

UNKNOWN_THETA = 0.5
"""A model of which neither score nor size nor price is known: between the references, nearer the weak one."""

UNPROVEN = 0.6
"""Lost by a model that has neither size nor score and does not reason: asking much for it alone proves nothing."""

SPECIALIST = 0.5
"""What a skill without a score gains where the catalogue calls the model good at it, and loses where it is made for
something else."""

PRIOR_WEIGHT = 0.5
"""How many benchmarks the estimate from size counts for."""

QUANTIZATION_PENALTY: tuple[tuple[str, float], ...] = (
    (r"i?q1|q1_", 1.2),
    (r"i?q2", 0.5),
    (r"i?q3", 0.2),
    (r"i?q4|awq|gptq|int4|nf4|w4a16", 0.05),
    (r"i?q5|i?q6", 0.01),
)
"""Lost to quantization: llama.cpp's perplexity over 16 bits (7B: Q2_K +0.67, Q3_K_M +0.25, Q4_K_M +0.05, Q5_K_M +0.01)
in halvings of the size (7B to 13B: 0.70), at 0.7 per halving. MXFP4 is the form that such models were trained in."""

FOREIGN_PENALTY = 1.0
"""Lost in a language that the model does not list: more than twice what Llama-3.1 loses in listed Spanish
(MMLU 69.4 to 62.5)."""

_SIZE = re.compile(r"(?<![\d.])(?:(\d+)x)?(\d+(?:\.\d+)?)b(?![a-z0-9])", re.IGNORECASE)
_ACTIVE = re.compile(r"(?<![a-z0-9])a(\d+(?:\.\d+)?)b(?![a-z0-9])")
_THINKING_IDS = re.compile(r"deepseek-r1|r1-distill|gpt-oss|qwq|magistral|qwen3(?!.*(2507|coder|vl|instruct))|thinking")


@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """A model's ability by domain. `uncertainty` is the standard deviation of the estimate on the same scale.

    `thinks` is True for a model that writes down its thoughts ahead of the answer.
    """

    theta: Mapping[Domain, float]
    uncertainty: float
    thinks: bool


def abilities_of(facts: ModelFacts, tags: frozenset[str] = frozenset()) -> Abilities:
    """Return the abilities of the model that `facts` describe; `tags` are further things that it is good at."""
    tags |= facts.abilities
    sums, weights = _measured(facts)
    prior = _prior(facts, tags)
    specialist = bool(tags) and "chat" not in tags
    skills: dict[Skill, float] = {}
    for skill in SKILLS:
        expected = prior[skill] + _specialist_bonus(skill, tags, specialist)
        if not weights[skill]:
            expected += 0.5 * _residual(sums, weights, prior)
        total = sums[skill] + PRIOR_WEIGHT * expected
        skills[skill] = _bounded(total / (weights[skill] + PRIOR_WEIGHT))
    loss = quantization_penalty(facts.quantization)
    theta = {
        domain: _bounded(sum(share * skills[skill] for skill, share in MIXES[domain].items()) - loss)
        for domain in DOMAINS
    }
    scored = sum(weights.values())
    return Abilities(theta=theta, uncertainty=0.9 / math.sqrt(1.0 + scored), thinks=thinks(facts, tags))


def foreign_penalty(facts: ModelFacts, language: Language) -> float:
    """Return what the model loses in `language`; 0 where it is listed or no languages are known."""
    return FOREIGN_PENALTY if facts.languages and language not in facts.languages else 0.0


def quantization_penalty(quantization: str) -> float:
    """Return what the weights' precision costs on the ability scale, at least 0; an unknown one costs nothing."""
    name = quantization.lower()
    return next((loss for pattern, loss in QUANTIZATION_PENALTY if re.match(pattern, name)), 0.0)


def thinks(facts: ModelFacts, tags: frozenset[str] = frozenset()) -> bool:
    """Tell whether the model thinks at length: by its scores' names, its id, or in the cloud by being for reasoning."""
    if any("thinking" in name or "effort" in name for name in facts.scores):
        return True
    cloud = facts.input_usd is None or facts.input_usd > 0
    return bool(_THINKING_IDS.search(_stem(facts.engine))) or (cloud and "reasoning" in tags | facts.abilities)


def _measured(facts: ModelFacts) -> tuple[dict[Skill, float], dict[Skill, float]]:
    sums = dict.fromkeys(SKILLS, 0.0)
    weights = dict.fromkeys(SKILLS, 0.0)
    for name, value in facts.scores.items():
        benchmark = BENCHMARKS.get(name.partition(" (")[0])
        if benchmark is not None:
            sums[benchmark.skill] += benchmark.weight * _theta(benchmark, value)
            weights[benchmark.skill] += benchmark.weight
    return sums, weights


def _theta(benchmark: Benchmark, percent: float) -> float:
    """Place a score linearly in logits, corrected for guessing, between the two references."""
    weak, strong = _logit_of(benchmark, benchmark.weak), _logit_of(benchmark, benchmark.strong)
    share = (_logit_of(benchmark, percent) - weak) / (strong - weak)
    return _bounded(WEAK_THETA + (STRONG_THETA - WEAK_THETA) * share)


def _logit_of(benchmark: Benchmark, percent: float) -> float:
    known = (percent - benchmark.guess) / (100.0 - benchmark.guess)
    known = min(max(known, 0.01), 0.99)
    return math.log(known / (1.0 - known))


def _prior(facts: ModelFacts, tags: frozenset[str]) -> dict[Skill, float]:
    """What is to be expected without any score, per skill."""
    size = _size(facts)
    if size:
        family = next((lift for start, lift in FAMILIES if _stem(facts.engine).startswith(start)), 0.0)
        known = {skill: a + b * math.log(size) + family for skill, (a, b) in BY_SIZE.items()}
    else:
        level = BY_PRICE[0] + BY_PRICE[1] * math.log(facts.output_usd) if facts.output_usd else UNKNOWN_THETA
        if not facts.scores and "reasoning" not in tags:
            level -= UNPROVEN
        known = dict.fromkeys(BY_SIZE, level)
    reasoning = (known["knowledge"] + known["maths"]) / 2
    return {**known, "reasoning": reasoning, "seeing": known["knowledge"]}


def _residual(sums: Mapping[Skill, float], weights: Mapping[Skill, float], prior: Mapping[Skill, float]) -> float:
    """How far the model's scores lie above what its size lets expect, within one unit."""
    found = [sums[skill] / weights[skill] - prior[skill] for skill in SKILLS if weights[skill]]
    return min(max(sum(found) / len(found), -1.0), 1.0) if found else 0.0


def _specialist_bonus(skill: Skill, tags: frozenset[str], specialist: bool) -> float:
    if skill in tags or (skill == "seeing" and "vision" in tags):
        return SPECIALIST
    return -SPECIALIST if specialist else 0.0


def _size(facts: ModelFacts) -> float | None:
    """Billions of parameters that count, known or as the name tells them: "llama3.2:3b" has 3, "8x7b" is a mixture of
    which two experts work, "30b-a3b" one of which 3 work."""
    total, active = facts.parameters_billion, facts.active_billion
    name = _stem(facts.engine)
    if not total:
        found = _SIZE.search(name)
        if found is None:
            return None
        experts, each = int(found[1] or 1), float(found[2])
        total, active = experts * each, (min(experts, 2) * each if experts > 1 else active)
    named = _ACTIVE.search(name)
    working = active or (float(named[1]) if named else total)
    return math.sqrt(total * working) or None


def _stem(engine: str) -> str:
    return engine.rpartition("/")[2].lower()


def _bounded(theta: float) -> float:
    return min(max(theta, LEAST_THETA), MOST_THETA)
