"""The probability that a model answers a question well: item response theory between two reference models.

A question is described by how likely the weak and the strong reference answer it well; a model by its ability in the
question's domains. Pure; knows neither seconds nor money.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from jarvis.contracts.errors import Language
from jarvis.contracts.routing import Assessment, Domain, ModelFacts
from jarvis.orchestrator.abilities import STRONG_THETA, WEAK_THETA, Abilities, foreign_penalty

CERTAIN = 0.995
"""No reference is believed more often right, or wrong, than this: people disagree about what is good."""

FALL_BELOW_WEAK = 1.6
"""Logits that the probability falls at least by, per distance between the references, for models below the weak one:
that it answers easy questions nearly as well as the strong one says nothing about still weaker ones."""

BEYOND_CONTEXT = 1.0
"""Logits lost per doubling of a prompt beyond what the model uses well."""


def logit(probability: float) -> float:
    """Return the logit of `probability`, which is held within `1 - CERTAIN` and `CERTAIN`."""
    held = min(max(probability, 1.0 - CERTAIN), CERTAIN)
    return math.log(held / (1.0 - held))


def sigmoid(value: float) -> float:
    """Return the probability of a logit, whatever its size."""
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-min(value, 700.0)))
    power = math.exp(max(value, -700.0))
    return power / (1.0 + power)


def good_logit(p_weak: float, p_strong: float, theta: float) -> float:
    """Return the logit of a good answer by a model of ability `theta`; rises with `theta`, `p_weak` and `p_strong`.

    logit p = logit p_weak + (logit p_strong - logit p_weak) (theta - weak) / (strong - weak).
    """
    low = logit(p_weak)
    gap = max(logit(p_strong) - low, 0.0)
    distance = (theta - WEAK_THETA) / (STRONG_THETA - WEAK_THETA)
    if distance < 0:
        gap = max(gap, FALL_BELOW_WEAK)
    return low + gap * distance


def mixed(values: Mapping[Domain, float], domains: Mapping[Domain, float], otherwise: Domain) -> float:
    """Return the mean of `values` by the domains' probabilities; that of `otherwise` where they sum to nothing."""
    total = sum(domains.values())
    if total <= 0:
        return values.get(otherwise, 0.0)
    return sum(share * values.get(domain, 0.0) for domain, share in domains.items()) / total


def model_logit(
    assessment: Assessment, abilities: Abilities, facts: ModelFacts, language: Language, prompt_tokens: int = 0
) -> float:
    """Return the logit that the model answers well, before anything that was learned from this person."""
    theta = mixed(abilities.theta, assessment.domains, assessment.domain) - foreign_penalty(facts, language)
    value = good_logit(assessment.p_weak, assessment.p_strong, theta)
    used = facts.effective_context_tokens
    if used and prompt_tokens > used:
        value -= BEYOND_CONTEXT * math.log2(prompt_tokens / used)
    return value
